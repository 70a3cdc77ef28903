import { useEffect, useState } from 'react';

/**
 * A part of the page in a chunk of its own. It is fetched once the page is drawn, not when it is wanted: then there may be
 * no connection. A fetch that failed is tried again when it is wanted.
 *
 * @param load a dynamic import; the same function each time
 * @returns the part, or `null` until it is there
 */
export function useLate<Part extends object>(
  load: () => Promise<Part>,
  isWanted: boolean,
): Part | null {
  const [part, setPart] = useState<Part | null>(null);
  useEffect(() => {
    if (part) return;
    let isHere = true;
    load().then(
      (loaded) => isHere && setPart(loaded),
      () => {},
    );
    return () => {
      isHere = false;
    };
  }, [load, isWanted, part]);
  return part;
}
