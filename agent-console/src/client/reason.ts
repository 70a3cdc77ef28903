import { ChatError } from '@alcove/sdk/agent';
import { t } from '../shared/texts.ts';

/** Why something failed, for the person who tried: the server's own words, or that it cannot be reached. */
export function reasonOf(error: unknown): string {
  return error instanceof ChatError ? error.message : t('app.unreachable');
}
