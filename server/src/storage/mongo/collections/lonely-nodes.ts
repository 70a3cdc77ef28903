import type { LonelyNodes } from '../../storage.ts';
import type { Models } from '../collections.ts';
import { endWithin } from '../driver-stalls.ts';

const _id = 'lonely nodes';

const LONGEST_MS = 10_000;

/** Past the guard: what is asked every moment must not be what the breaker judges the database by. */
export function lonelyNodeMethods({ store }: Models): LonelyNodes {
  return {
    async tell() {
      await endWithin(
        LONGEST_MS,
        store.updateOne({ _id }, { $inc: { told: 1 } }, { upsert: true }).exec(),
      );
    },
    async count() {
      const notes = await endWithin(LONGEST_MS, store.findOne({ _id }).lean().exec());
      return notes !== null && 'told' in notes ? notes.told : 0;
    },
  };
}
