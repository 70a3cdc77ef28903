import Button from '@mui/material/Button';
import { Component, type ReactNode } from 'react';
import { EmptyState } from '../shared/EmptyState.tsx';
import { t } from '../shared/texts.ts';

interface ErrorBoundaryProps {
  sentence?: string;
  children: ReactNode;
}

/** Shows a sentence and a way on when a page breaks; React leaves the cause in the browser's console. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    if (!this.state.isBroken) return this.props.children;
    return (
      <EmptyState sentence={this.props.sentence ?? t('app.broken')}>
        <Button variant="contained" onClick={() => window.location.reload()}>
          {t('app.reload')}
        </Button>
      </EmptyState>
    );
  }
}
