import type { LonelyNodes } from '../../storage.ts';
import type { Models } from '../collections.ts';

const _id = 'lonely nodes';

/** Past the guard: what is asked every moment must not be what the breaker judges the database by. */
export function lonelyNodeMethods({ store }: Models): LonelyNodes {
  return {
    async tell() {
      await store.updateOne({ _id }, { $inc: { told: 1 } }, { upsert: true });
    },
    async count() {
      const notes = await store.findOne({ _id }).lean();
      return notes !== null && 'told' in notes ? notes.told : 0;
    },
  };
}
