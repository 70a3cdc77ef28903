import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { Writable } from 'node:stream';
import { CliError } from './cli-error.ts';

/**
 * Asks for a password twice without showing it, or takes the first line that is piped in. It is no argument of a command:
 * arguments can be seen by every user of the machine, and stay in the shell's history.
 */
export async function readPassword(): Promise<string> {
  if (!process.stdin.isTTY) {
    const [line = ''] = (await text(process.stdin)).split(/\r?\n/);
    return line;
  }
  const password = await askHidden('New password: ');
  if (password !== (await askHidden('Once more: '))) {
    throw new CliError('These were two different passwords. Nothing was changed.');
  }
  return password;
}

function askHidden(question: string): Promise<string> {
  process.stdout.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  return new Promise((resolve, reject) => {
    lines.once('SIGINT', () => {
      lines.close();
      reject(new CliError('\nNothing was changed.'));
    });
    lines.question('', (answer) => {
      lines.close();
      process.stdout.write('\n');
      resolve(answer);
    });
  });
}
