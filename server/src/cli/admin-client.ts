import { request } from 'node:http';
import type { Command } from 'commander';
import { adminSocketOf } from '../config.ts';
import type { Admin, AdminOperation, AdminOperations } from '../domain/admin.ts';
import { CliError } from './cli-error.ts';
import { configOf } from './settings.ts';

/** What a command may ask, of a running server or of the data itself. */
export type Execute = Admin['execute'];

/**
 * Lets `act` ask. A running server is asked through the socket in its data folder, as only one process may have the data
 * open; if none runs, the data is opened here.
 */
export async function withAdmin<Result>(
  command: Command,
  act: (execute: Execute) => Promise<Result>,
): Promise<Result> {
  const config = configOf(command);
  const socketPath = adminSocketOf(config);
  if (await isListening(socketPath)) return act(connectAdmin(socketPath));

  // Loaded when it is needed: most commands are asked while a server runs, and are quick without it.
  const { openServer } = await import('./open-server.ts');
  const server = await openServer(config, 'error');
  try {
    return await act((name, input) => server.admin.execute(name, input));
  } finally {
    await server.close();
  }
}

/** Asks the server behind a socket. */
export function connectAdmin(socketPath: string): Execute {
  return async <Name extends AdminOperation>(name: Name, input: AdminOperations[Name]['input']) => {
    const answer = JSON.parse(await post(socketPath, name, input)) as
      | { ok: true; result: AdminOperations[Name]['result'] }
      | { ok: false; message: string };
    if (!answer.ok) throw new CliError(answer.message);
    return answer.result;
  };
}

/** Whether a server answers there. */
export async function isListening(socketPath: string): Promise<boolean> {
  try {
    await post(socketPath, 'workspace.list', {});
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return false;
    if (code === 'EACCES') {
      throw new CliError(
        'A server is running, but as another user. Run this command as that user.',
        { cause: error },
      );
    }
    throw error;
  }
}

function post(socketPath: string, name: string, input: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method: 'POST', path: `/${name}` }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => resolve(text));
      response.once('error', reject);
    });
    outgoing.once('error', reject);
    outgoing.end(JSON.stringify(input));
  });
}
