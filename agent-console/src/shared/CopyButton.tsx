import Button from '@mui/material/Button';
import { Check, Copy } from 'lucide-react';
import { useCopied } from './use-copied.ts';

interface CopyButtonProps {
  text: string;
  label: string;
  copiedLabel: string;
  variant?: 'text' | 'outlined' | 'contained';
}

/** Copies a text, which stands beside it in full, and says so in its own words, to eyes and to screen readers. */
export function CopyButton({ text, label, copiedLabel, variant = 'outlined' }: CopyButtonProps) {
  const { isCopied, copy } = useCopied(text);
  return (
    <Button
      size="small"
      variant={variant}
      startIcon={isCopied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
      onClick={copy}
    >
      <span aria-live="polite">{isCopied ? copiedLabel : label}</span>
    </Button>
  );
}
