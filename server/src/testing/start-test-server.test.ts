import { expect, it, onTestFinished } from 'vitest';
import { startTestServer } from './start-test-server.ts';

it('keeps no line of its log when somebody else takes them', async () => {
  const lines: string[] = [];
  const server = await startTestServer({ log: { write: (line) => lines.push(line) } });
  onTestFinished(() => server.close());

  expect(lines.join('')).toContain('"msg":"listening"');
  expect(server.logged).toEqual([]);
});
