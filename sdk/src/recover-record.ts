import type { OutboxStorage } from './outbox-entry.ts';
import type { VisitorSession } from './visitor-session.ts';

/** Browsers write localStorage to the disk after some seconds; Chromium, when a site writes much, after a minute. */
const WRITTEN_DOWN_AFTER_MS = 60_000;

/**
 * Makes a lost record anew from the outbox that it named. Only for one in which everything was written in the first minute
 * of its epoch: later the record was on the disk, and who took it away from there (the site, on signing somebody out) meant
 * what is unsent, too. That must not come back to whoever uses this browser next.
 *
 * @param databases all of this site.
 * @param prefix of those that may be outboxes; the epoch follows.
 */
export async function recoverRecord(
  databases: readonly IDBDatabaseInfo[],
  prefix: string,
  session: Pick<VisitorSession, 'read' | 'write'>,
  open: (scope: string) => Promise<OutboxStorage>,
): Promise<void> {
  for (const { name = '' } of databases) {
    if (!name.startsWith(prefix)) continue;
    const epoch = name.slice(prefix.length);
    const storage = await open(name);
    const entries = await storage.all();
    storage.close();
    const isYoung = entries.every(
      ({ writtenAt }) => Date.parse(writtenAt) - Number(epoch) < WRITTEN_DOWN_AFTER_MS,
    );
    const [first] = entries;
    // Unless they have written meanwhile.
    if (!first || !isYoung || session.read()) continue;
    // What is written next goes where the first message goes.
    session.write({ epoch, clientConversationId: first.clientConversationId });
  }
}
