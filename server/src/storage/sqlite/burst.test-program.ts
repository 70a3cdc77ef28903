import { createId } from '@alcove/protocol';
import { StoreUnavailableError } from '../store-unavailable-error.ts';
import { openSqliteStorage } from './open-sqlite-storage.ts';

// A process for the tests to hurt: `node burst.test-program.ts <file> <workspace> <conversation>` opens the store, keeps 64
// appends in flight until it is killed, and prints what it learns. A pipe takes lines at once: what was said before the
// kill is heard after it.

const [file = '', workspaceId = '', conversationId = ''] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

async function burst(): Promise<void> {
  const storage = await openSqliteStorage({ file });
  const { conversations } = storage.forWorkspace(workspaceId);
  say('open');
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      for (;;) await appendOnce();
    }),
  );

  async function appendOnce(): Promise<void> {
    const clientEventId = createId('cl');
    try {
      const result = await conversations.append({
        conversationId,
        at: new Date().toISOString(),
        event: {
          type: 'message.created',
          actor: { kind: 'visitor', id: 'vi_1' },
          via: 'widget',
          clientEventId,
          content: { kind: 'text', text: 'x'.repeat(1000) },
        },
      });
      if (result.outcome === 'appended') say(`acked ${clientEventId} ${result.event.seq}`);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      const events = await conversations.readEvents({
        conversationId,
        audience: 'agents',
        limit: 9,
      });
      say(`unavailable, read ${events.length}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

burst().catch((error: unknown) => {
  say(`failed ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
