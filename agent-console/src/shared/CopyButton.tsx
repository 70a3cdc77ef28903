import Button from '@mui/material/Button';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { copyText } from './copy-text.ts';

/** How long the button says that it has copied. */
const COPIED_MS = 2_000;

interface CopyButtonProps {
  text: string;
  label: string;
  copiedLabel: string;
  variant?: 'text' | 'outlined' | 'contained';
}

/** Copies a text, which stands beside it in full, and says so in its own words, to eyes and to screen readers. */
export function CopyButton({ text, label, copiedLabel, variant = 'outlined' }: CopyButtonProps) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <Button
      size="small"
      variant={variant}
      startIcon={isCopied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
      onClick={() => void copyText(text).then(setIsCopied)}
    >
      <span aria-live="polite">{isCopied ? copiedLabel : label}</span>
    </Button>
  );
}
