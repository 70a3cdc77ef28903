/** One emoji: a flag, a key cap, or a picture with its skin tone, its tags and those joined to it. */
const EMOJI =
  /\p{RI}{2}|[#*\d]\uFE0F?\u20E3|(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}(?=[\uFE0F\p{EMod}]))\uFE0F?\p{EMod}?[\u{E0020}-\u{E007F}]*(?:\u200D\p{Extended_Pictographic}\uFE0F?\p{EMod}?)*/u;

const ONLY = new RegExp(`^(?:(?:${EMOJI.source})\\s*){1,3}$`, 'u');

/** Whether a text is up to three emoji and nothing else: shown large and without a bubble. */
export function isEmojiOnly(text: string): boolean {
  return ONLY.test(text);
}
