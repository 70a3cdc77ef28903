import { type ReactNode, useEffect, useState } from 'react';

/** Nothing flashes for what is there within this time. */
const SKELETON_DELAY_MS = 200;

/** Shows its children only when they are still wanted after a while. */
export function Delayed({
  children,
  delayMs = SKELETON_DELAY_MS,
}: {
  children: ReactNode;
  delayMs?: number;
}) {
  const [isDue, setIsDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsDue(true), delayMs);
    return () => clearTimeout(timer);
  }, [delayMs]);
  return isDue ? children : null;
}
