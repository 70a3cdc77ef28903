import { setTimeout as sleep } from 'node:timers/promises';
import { atLeast } from '../../figures.ts';
import { defineRow } from '../row.ts';
import { gatherInOne, readWhileWriting, write, type Writing } from './one-conversation.ts';

interface Parameters extends Writing {
  readers: number;
  reads: number;
}

/** Whoever looks at a log that grows sees a beginning of it, never one with a hole. */
export const a04 = defineRow<Parameters>({
  name: 'A04',
  does: 'Readers of both sides catch up as fast as they can, 100,000 times in all, while 64 writers at once write into the conversation again and again. Nobody ever sees an event before the one that it follows.',
  quick: { writers: 16, sends: 300, readers: 4, reads: 2_500 },
  full: { writers: 64, sends: 10_000, readers: 4, reads: 100_000 },
  fullSeconds: 120,
  async run(stage, { writers: count, sends, readers: readerCount, reads }) {
    await stage.startServer();
    const { conversationId, writers, readers } = await gatherInOne(stage, count, readerCount);
    const progress = { isWriting: true, reads: 0 };
    const failures: string[] = [];
    const reading = Promise.all(
      readers.map((reader, index) => {
        const isAgent = index % 2 === 1;
        return readWhileWriting(reader, {
          conversationId,
          isAgent,
          reads,
          progress,
          failures,
          stage,
        });
      }),
    );
    // Everybody writes, is read for a while, and writes again: the log grows for as long as there is reading.
    const turn = async (number: number) => {
      const round = number - (number % count);
      while (progress.reads < (round / sends) * reads) await sleep(1);
    };
    const written = await write(writers, conversationId, sends, turn);
    progress.isWriting = false;
    const readsWhileWriting = progress.reads;
    await reading;
    failures.push(
      ...written.failures,
      // Looks at a log that has stopped growing show less.
      ...atLeast('reads while it grew', readsWhileWriting, reads * 0.9),
    );
    const figures = { writers: count, sends, reads: progress.reads, readsWhileWriting };
    return { failures: failures.slice(0, 20), figures };
  },
});
