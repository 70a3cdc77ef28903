import { useCallback, useEffect, useState } from 'react';

/** Something that a page asks for when it is shown. */
export type Loaded<Value> =
  | { status: 'loading' }
  | { status: 'failed'; error: unknown }
  | { status: 'loaded'; value: Value };

/**
 * Loads when the component is shown; `load` must be stable.
 *
 * @returns what came, a way to replace it, and a way to ask again
 */
export function useLoad<Value>(
  load: () => Promise<Value>,
): [state: Loaded<Value>, replace: (value: Value) => void, again: () => void] {
  const [state, setState] = useState<Loaded<Value>>({ status: 'loading' });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let isWanted = true;
    load().then(
      (value) => isWanted && setState({ status: 'loaded', value }),
      (error: unknown) => isWanted && setState({ status: 'failed', error }),
    );
    return () => {
      isWanted = false;
    };
  }, [load, tries]);
  const replace = useCallback((value: Value) => setState({ status: 'loaded', value }), []);
  const again = useCallback(() => {
    setState({ status: 'loading' });
    setTries((count) => count + 1);
  }, []);
  return [state, replace, again];
}
