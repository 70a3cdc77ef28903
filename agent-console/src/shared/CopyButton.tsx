import Button from '@mui/material/Button';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

/** How long the button says that it has copied. */
const COPIED_MS = 2_000;

interface CopyButtonProps {
  text: string;
  label: string;
  copiedLabel: string;
  variant?: 'text' | 'outlined' | 'contained';
}

/** Copies a text and says so in its own words, to eyes and to screen readers. */
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
      onClick={() => void copy(text).then(setIsCopied)}
    >
      <span aria-live="polite">{isCopied ? copiedLabel : label}</span>
    </Button>
  );
}

/** Without permission, or on plain http, the clipboard is closed: the text itself stands beside the button. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
