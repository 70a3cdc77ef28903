import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import { styled } from '@mui/material/styles';
import { useSession } from '../client/console-context.tsx';
import { Delayed } from '../shared/Delayed.tsx';
import { EmptyState } from '../shared/EmptyState.tsx';
import { t } from '../shared/texts.ts';

const Whole = styled('main')({ display: 'grid', placeItems: 'center', blockSize: '100%' });

/** Between the page and its content. Nothing at all when that is quick. */
export function Opening() {
  return (
    <Whole aria-busy>
      <Delayed>
        <CircularProgress size={24} color="inherit" aria-label={t('sign_in.connecting')} />
      </Delayed>
    </Whole>
  );
}

/** The server did not answer when the page was opened. */
export function Unreachable() {
  const session = useSession();
  return (
    <Whole>
      <EmptyState sentence={t('app.unreachable')}>
        <Button variant="contained" onClick={() => void session.resume()}>
          {t('sign_in.try_again')}
        </Button>
      </EmptyState>
    </Whole>
  );
}
