interface IconButtonProps {
  class: string;
  label: string;
  /** The path on a field of 24 by 24. */
  icon: string;
  onClick?(): void;
  onMouseDown?(event: Event): void;
  type?: 'submit';
  isOff?: boolean;
  children?: string | number | false;
}

/** A button that shows an icon and is called by `label`. */
export function IconButton({ label, icon, isOff, children, ...rest }: IconButtonProps) {
  return (
    <button type="button" {...rest} aria-label={label} aria-disabled={isOff}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={icon} />
      </svg>
      {children}
    </button>
  );
}
