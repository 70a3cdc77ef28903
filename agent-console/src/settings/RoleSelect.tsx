import type { AgentRole } from '@alcove/protocol';
import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import { styled } from '@mui/material/styles';
import { t } from '../shared/texts.ts';

interface RoleSelectProps {
  label: string;
  value: AgentRole;
  roles: readonly AgentRole[];
  onChange(role: AgentRole): void;
}

const Choice = styled('span')(({ theme }) => ({
  display: 'block',
  '& small': {
    ...theme.typography.caption,
    display: 'block',
    color: theme.vars.palette.text.secondary,
  },
}));

/** A choice of role; each says what it may do. */
export function RoleSelect({ label, value, roles, onChange }: RoleSelectProps) {
  return (
    <Select<AgentRole>
      size="small"
      value={value}
      renderValue={(role) => t(`settings.role.${role}`)}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ input: { 'aria-label': label } }}
      SelectDisplayProps={{ 'aria-label': label }}
      sx={{ minInlineSize: 112 }}
    >
      {roles.map((role) => (
        <MenuItem key={role} value={role}>
          <Choice>
            {t(`settings.role.${role}`)}
            <small>{t(`settings.role_help.${role}`)}</small>
          </Choice>
        </MenuItem>
      ))}
    </Select>
  );
}
