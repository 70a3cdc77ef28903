import { expect, test } from 'vitest';
import { judgeDeployment } from './service-findings.ts';

test.each([
  [0, 'note', /a single server.*a lost disk loses everything since the last backup/],
  [1, 'note', /one member that holds data.*a lost disk/],
  [2, 'note', /2 members that hold data.*When one of them is away there is no majority/],
  [3, 'fine', /a replica set with 3 members that hold data, answers in 0\.4 ms\.$/],
  [undefined, 'fine', /behind a router/],
])('a MongoDB with %s members is a %s', (members, state, text) => {
  const found = judgeDeployment({
    version: '8.0.4',
    answersInMs: 0.4,
    ...(members !== undefined && { members }),
  });
  expect(found).toMatchObject({ state, text: expect.stringMatching(text) });
});

test('a MongoDB that is far away is a note', () => {
  const found = judgeDeployment({ version: '8.0.4', answersInMs: 80, members: 3 });
  expect(found).toMatchObject({ state: 'note', text: expect.stringMatching(/answers in 80 ms/) });
});
