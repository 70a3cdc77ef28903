import { hueOf } from '../hue-of.ts';
import { initialsOf } from '../initials-of.ts';

/** The arch of somebody who answers. The name stands beside it, so it says nothing by itself. */
export function Face({ id, name }: { id: string; name: string }) {
  return (
    <span class={`face hue hue${hueOf(id)}`} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
