import { setTimeout as wait } from 'node:timers/promises';
import type { Limits } from '../../limits.ts';
import type { Commands } from '../commands/commands.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { ChatSocket } from './socket-server.ts';

/**
 * Sends everybody away without losing what they are just saying: wave by wave, so that other nodes are not run over, each
 * client with a time of its own to come back. Takes at most the waves and `drainPatienceMs`.
 */
export async function drainConnections(options: {
  live: Pick<LiveSessions, 'all'>;
  commands: Pick<Commands, 'whenIdle'>;
  limits: Limits;
}): Promise<void> {
  const { live, commands, limits } = options;
  for (const wave of toWaves(live.all(), limits)) {
    for (const socket of wave) {
      const afterMs = Math.round(Math.random() * limits.drainSpreadMs);
      socket.emit('signal', { type: 'server.drain', afterMs });
    }
    await wait(limits.drainWaveMs);
    // Who waits for an answer stays until everybody has theirs.
    for (const socket of wave) if (socket.data.pending === 0) socket.disconnect(true);
  }
  await Promise.race([
    commands.whenIdle(),
    wait(limits.drainPatienceMs, undefined, { ref: false }),
  ]);
  // The last answers and pushes are still gathered when their commands are done: as long as a wave, to leave.
  await wait(limits.drainWaveMs);
  for (const socket of live.all()) socket.disconnect(true);
}

function toWaves(sockets: ChatSocket[], limits: Limits): ChatSocket[][] {
  const size = Math.max(limits.drainWaveSize, Math.ceil(sockets.length / limits.drainWaves));
  const waves: ChatSocket[][] = [];
  for (let from = 0; from < sockets.length; from += size)
    waves.push(sockets.slice(from, from + size));
  return waves;
}
