import { expect, it } from 'vitest';
import type { HistoryEntry } from '../history.ts';
import { ackTimings, arrivalTimings, between, longest } from './timings.ts';

const HISTORY: HistoryEntry[] = [
  { t: 0, client: 'late', type: 'apply', conversation: 'co', seq: 1, id: 'cl1' },
  { t: 10, client: 'writer', type: 'invoke', id: 'cl2' },
  { t: 30, client: 'writer', type: 'ok', id: 'cl2', conversation: 'co', seq: 2 },
  { t: 31, client: 'writer', type: 'apply', conversation: 'co', seq: 2, id: 'cl2' },
  { t: 90, client: 'late', type: 'apply', conversation: 'co', seq: 2, id: 'cl2' },
  { t: 100, client: 'writer', type: 'invoke', id: 'cl3' },
  { t: 105, client: 'writer', type: 'ok', id: 'cl3', conversation: 'co', seq: 3 },
  { t: 106, client: 'writer', type: 'apply', conversation: 'co', seq: 3, id: 'cl3' },
  {
    t: 500,
    client: 'writer',
    type: 'final',
    conversation: 'co',
    side: 'team',
    have: 3,
    from: 0,
    items: [],
  },
];

it('times acknowledgements from the moment at which a message was handed over', () => {
  expect(ackTimings(HISTORY)).toEqual([
    { at: 10, ms: 20 },
    { at: 100, ms: 5 },
  ]);
});

it('times arrivals from the first moment at which anybody knew, and what never came to the end', () => {
  const timings = arrivalTimings(HISTORY);
  // The writer's own log begins with the second event; the late reader never got the third.
  expect(between(timings, 30, 100).toSorted((a, b) => a - b)).toEqual([60]);
  expect(between(timings, 100).toSorted((a, b) => a - b)).toEqual([1, 395]);
  expect(longest(between(timings, 0))).toBe(395);
});
