import Skeleton from '@mui/material/Skeleton';
import { Delayed } from '../shared/Delayed.tsx';
import { VisuallyHidden } from '../shared/VisuallyHidden.tsx';

/** Rows to come. */
export function LoadingList({ label }: { label: string }) {
  return (
    <div role="status">
      <VisuallyHidden>{label}</VisuallyHidden>
      <Delayed>
        <Skeleton height={64} variant="rounded" sx={{ marginBlockEnd: 2 }} />
        <Skeleton height={64} variant="rounded" />
      </Delayed>
    </div>
  );
}
