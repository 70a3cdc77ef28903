import { beforeEach, expect, it } from 'vitest';
import { defaultLimits } from '../limits.ts';
import type { AgentRecord, Storage } from '../storage/storage.ts';
import { createRoster, type Roster } from './roster.ts';

let now = 0;
let reads = 0;
let failure: Error | undefined;
let roster: Roster;

beforeEach(() => {
  now = 1000;
  reads = 0;
  failure = undefined;
  const list = async () => {
    reads++;
    if (failure) throw failure;
    return [{ id: 'ag_1', name: 'Support' } as AgentRecord];
  };
  // Nothing else of the store is touched.
  const storage = { forWorkspace: () => ({ agents: { list } }) } as unknown as Storage;
  roster = createRoster({ storage, clock: { now: () => now }, limits: defaultLimits });
});

it('reads a workspace’s agents once for any number of askers', async () => {
  const answers = await Promise.all([roster.agents('ws_1'), roster.agents('ws_1')]);
  await roster.agents('ws_1');
  expect(reads).toBe(1);
  expect(answers[0]?.get('ag_1')?.name).toBe('Support');
  await roster.agents('ws_2');
  expect(reads).toBe(2);
});

it('reads again when it was told to forget, or after a while', async () => {
  await roster.agents('ws_1');
  roster.forget('ws_1');
  await roster.agents('ws_1');
  expect(reads).toBe(2);
  now += defaultLimits.rosterTtlMs + 1;
  // The cache looks at the clock once a millisecond at most.
  await new Promise((resolve) => setTimeout(resolve, 5));
  await roster.agents('ws_1');
  expect(reads).toBe(3);
});

it('does not remember a failure', async () => {
  failure = new Error('unavailable');
  await expect(roster.agents('ws_1')).rejects.toThrow('unavailable');
  failure = undefined;
  expect((await roster.agents('ws_1')).size).toBe(1);
});
