import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runTool, toolEnv } from './run-tool.ts';

interface Program {
  readonly name: string;
  readonly isPresent: boolean;
  /** Debian's packages; without a font Chromium draws no letters. */
  readonly packages: readonly string[];
}

/**
 * Installs the programs that tests need and the machine lacks: from Debian's packages if we may, else it says what is
 * missing.
 *
 * @returns whether everything is there now.
 */
export async function installPrerequisites(): Promise<boolean> {
  const missing = programs().filter(({ isPresent }) => !isPresent);
  if (missing.length === 0) {
    console.log('All are there.');
    return true;
  }
  const packages = missing.flatMap((program) => program.packages);
  const names = missing.map(({ name }) => name).join(', ');
  if (!isDebian() || process.getuid?.() !== 0) {
    console.error(
      `The tests need ${names}. On Debian, as root: apt-get install ${packages.join(' ')}. ` +
        'Elsewhere install them your way, and name the browser in ALCOVE_CHROMIUM if it is not /usr/bin/chromium.',
    );
    return false;
  }
  console.log(`Installing ${names} from Debian's packages ...`);
  await runTool('apt-get', ['update', '--quiet']);
  await runTool('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', ...packages]);
  const stillMissing = programs().filter(({ isPresent }) => !isPresent);
  for (const { name } of stillMissing) console.error(`${name} could not be installed.`);
  return stillMissing.length === 0;
}

function programs(): readonly Program[] {
  return [
    {
      name: 'Chromium',
      isPresent: existsSync(process.env['ALCOVE_CHROMIUM'] ?? '/usr/bin/chromium'),
      packages: ['chromium', 'fonts-liberation'],
    },
    { name: 'Redis', isPresent: isOnPath('redis-server'), packages: ['redis-server'] },
    { name: 'Caddy', isPresent: isOnPath('caddy'), packages: ['caddy'] },
  ];
}

function isOnPath(command: string): boolean {
  return toolEnv.PATH.split(delimiter).some((folder) => existsSync(join(folder, command)));
}

function isDebian(): boolean {
  const release = '/etc/os-release';
  return existsSync(release) && /^ID=debian$/m.test(readFileSync(release, 'utf8'));
}
