import { describe, expect, it } from 'vitest';
import { isEmojiOnly } from './emoji-only.ts';

describe('a message of emoji only', () => {
  it.each(['👍', '👋🏽', '☝🏿', '❤️', '🎉 👍 🥳', '👨‍👩‍👧‍👦❤️🇳🇴', '🏳️‍🌈', '🏴󠁧󠁢󠁷󠁬󠁳󠁿', '1️⃣2️⃣3️⃣', '🤦🏽‍♀️'])(
    '%s is shown large',
    (text) => {
      expect(isEmojiOnly(text)).toBe(true);
    },
  );

  it.each(['', ' ', '👍👍👍👍', 'ok 👍', '👍 ok', '12', '#', '*', '©', '™ ®', '❤', '👍.', 'क्‍ष'])(
    '"%s" is shown as text',
    (text) => {
      expect(isEmojiOnly(text)).toBe(false);
    },
  );
});
