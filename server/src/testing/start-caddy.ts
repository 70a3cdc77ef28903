import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';

/** Caddy with the configuration of `deploy/Caddyfile`, for https://localhost. */
export interface TestCaddy {
  port: number;
  url: string;
  /** Of the authority that Caddy made for itself: its certificates are signed by nobody else. */
  certificate: string;
  close(): Promise<void>;
}

/** Whether there is a Caddy to start. Says in one line that there is none. */
export function hasCaddy(): boolean {
  const isThere = spawnSync('caddy', ['version']).status === 0;
  if (!isThere) process.stdout.write('not run: needs caddy on the PATH\n');
  return isThere;
}

const SHIPPED = fileURLToPath(new URL('../../../deploy/Caddyfile', import.meta.url));

/** Nothing of the machine is touched: no certificate store, no port below 1024, no control by the network. */
const OPTIONS = '{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n';

/** @param nodes Addresses of what stands behind, such as `127.0.0.1:3000`. */
export async function startCaddy(port: number, nodes: readonly string[]): Promise<TestCaddy> {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-caddy-'));
  const config = join(folder, 'Caddyfile');
  writeFileSync(config, `${OPTIONS}import ${SHIPPED}\n`);
  const url = `https://localhost:${port}`;
  const child = spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', config], {
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
      ALCOVE_HOST: url,
      ALCOVE_NODES: nodes.join(' '),
    },
  });
  while (!(await hasCertificate(port))) {
    if (child.exitCode !== null) throw new Error('caddy did not start');
    await wait(50);
  }
  return {
    port,
    url,
    certificate: readFileSync(join(folder, 'caddy/pki/authorities/local/root.crt'), 'utf8'),
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function hasCertificate(port: number): Promise<boolean> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    rejectUnauthorized: false,
  });
  try {
    await once(socket, 'secureConnect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
