import IconButton from '@mui/material/IconButton';
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { t } from '../shared/texts.ts';

interface PasswordFieldProps {
  value: string;
  /** What is wrong with it, if anything. */
  problem: string | null;
  help?: string;
  autoComplete: 'current-password' | 'new-password';
  onChange(value: string): void;
}

/** A password, which its owner may look at. */
export function PasswordField({
  value,
  problem,
  help,
  autoComplete,
  onChange,
}: PasswordFieldProps) {
  const [isShown, setIsShown] = useState(false);
  return (
    <TextField
      label={t('sign_in.password')}
      name="password"
      type={isShown ? 'text' : 'password'}
      autoComplete={autoComplete}
      value={value}
      error={problem !== null}
      helperText={problem ?? help}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{
        input: {
          endAdornment: (
            <InputAdornment position="end">
              <IconButton
                size="small"
                aria-label={t(isShown ? 'sign_in.hide_password' : 'sign_in.show_password')}
                onClick={() => setIsShown(!isShown)}
              >
                {isShown ? <EyeOff size={18} aria-hidden /> : <Eye size={18} aria-hidden />}
              </IconButton>
            </InputAdornment>
          ),
        },
      }}
    />
  );
}
