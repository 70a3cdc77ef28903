import { useEffect, useState } from 'react';
import { copyText } from './copy-text.ts';

/** How long a button says that it has copied. */
const COPIED_MS = 2_000;

/** Copies this text when asked to; `isCopied` for a moment afterwards. */
export function useCopied(text: string): { isCopied: boolean; copy(): void } {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return { isCopied, copy: () => void copyText(text).then(setIsCopied) };
}
