import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, runTool } from './run-tool.ts';

type BuildName = 'packages' | 'widget' | 'console';

interface Build {
  readonly name: BuildName;
  /** Globs of every file that the result depends on. */
  readonly inputs: readonly string[];
  /** A file without which the build counts as missing. */
  readonly result: string;
  /** Emptied before the build, where old files with hashed names would pile up. */
  readonly empties?: string;
  readonly command: readonly [string, ...string[]];
}

const shared = ['package-lock.json', 'tsconfig.base.json', '{protocol,sdk}/src/**/*'];

const builds: readonly Build[] = [
  {
    name: 'packages',
    inputs: [...shared, 'server/src/**/*', '{protocol,sdk,server}/tsconfig.src.json'],
    result: 'server/dist/main.js',
    command: [
      'tsc',
      '-b',
      'protocol/tsconfig.src.json',
      'sdk/tsconfig.src.json',
      'server/tsconfig.src.json',
    ],
  },
  {
    name: 'widget',
    inputs: [...shared, 'widget/src/**/*', 'widget/build/*', 'rollup.config.mjs'],
    result: 'widget/dist/loader.js',
    empties: 'widget/dist',
    command: ['rollup', '--config', '--silent'],
  },
  {
    name: 'console',
    inputs: [...shared, 'agent-console/src/**/*', 'agent-console/{index.html,vite.config.ts}'],
    result: 'agent-console/dist/app/index.html',
    command: ['vite', 'build', 'agent-console', '--logLevel', 'warn'],
  },
];

/**
 * Builds what is missing or stale. A build is stale when the contents of its inputs differ from those it was last made
 * from, so switching branches and back costs nothing.
 *
 * @param names which builds to look at; all without it.
 * @throws Error naming the build that failed; its tool has then said why.
 */
export async function buildStale(names?: readonly BuildName[]): Promise<void> {
  const stale = builds
    .filter(({ name }) => names?.includes(name) ?? true)
    .map((build) => ({ build, stamp: stampOf(build) }))
    .filter(
      ({ build, stamp }) => !existsSync(join(root, build.result)) || stamp !== lastStamp(build),
    );
  if (stale.length === 0) return;

  console.log(`Building ${stale.map(({ build }) => build.name).join(', ')} ...`);
  const results = await Promise.allSettled(stale.map(({ build, stamp }) => run(build, stamp)));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function run(build: Build, stamp: string): Promise<void> {
  rmSync(stampFile(build), { force: true });
  if (build.empties) rmSync(join(root, build.empties), { recursive: true, force: true });
  const [command, ...args] = build.command;
  if ((await runTool(command, args)) !== 0) throw new Error(`The build of ${build.name} failed.`);
  mkdirSync(dirname(stampFile(build)), { recursive: true });
  writeFileSync(stampFile(build), stamp);
}

function stampOf({ inputs }: Build): string {
  const hash = createHash('sha256');
  const files = globSync([...inputs], { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test(-d)?\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function lastStamp(build: Build): string | undefined {
  return existsSync(stampFile(build)) ? readFileSync(stampFile(build), 'utf8') : undefined;
}

function stampFile({ name }: Build): string {
  return join(root, 'node_modules/.cache/alcove', `${name}.stamp`);
}

if (import.meta.main) {
  await buildStale().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
