import type { Refusal } from '@alcove/protocol';
import { DomainError } from '../../domain/domain-error.ts';
import type { Answer } from '../commands/commands.ts';
import type { ChatSocket } from './socket-server.ts';

/**
 * Reads every frame of a connection as a command: its name, one payload, and the callback that takes the answer.
 * Whatever else arrives is refused in words.
 */
export function readFrames(
  socket: ChatSocket,
  execute: (name: string, payload: unknown) => Promise<Answer>,
): void {
  // Never calls `next`: a name from outside must not reach the emitter, where `error` and others have a meaning.
  socket.use((frame: unknown[]) => {
    const [name, payload] = frame;
    const answer = frame.at(-1);
    if (!isCallback(answer)) {
      socket.emit('refused', refuse('Every command needs an acknowledgement callback.'));
    } else if (typeof name !== 'string' || frame.length !== 3) {
      answer(refuse('Send the name of a command, exactly one payload, and a callback.'));
    } else {
      void run(name, payload, answer);
    }
  });

  async function run(name: string, payload: unknown, answer: (answer: Answer) => void) {
    socket.data.pending++;
    answer(await execute(name, payload));
    socket.data.pending--;
  }
}

function isCallback(value: unknown): value is (answer: Answer) => void {
  return typeof value === 'function';
}

function refuse(message: string): Refusal {
  return new DomainError('invalid', message).toRefusal();
}
