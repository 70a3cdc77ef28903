// `npm run size`: what browsers download, in brotli, against the budgets. Exits with 1 when one is exceeded.
// A budget is raised only by a decision in docs/adr that says what the bytes buy.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { rollup } from 'rollup';
import { browserPlugins, minifyWithTerser } from '../widget/build/rollup-plugins.ts';
import { buildStale } from './build.ts';
import { root } from './run-tool.ts';

interface Row {
  readonly what: string;
  readonly bytes: number;
  /** In bytes of brotli; 1 KB is 1,000 bytes. Absent where a size is shown for information. */
  readonly budget?: number;
}

await buildStale();

const rows: readonly Row[] = [
  { what: 'Loader, without settings', bytes: loaderBytes(), budget: 1_200 },
  { what: 'Widget code of a first open', bytes: widgetBytes(), budget: 24_000 },
  {
    what: 'createVisitorClient',
    bytes: await sdkBytes('createVisitorClient', '@alcove/sdk'),
    budget: 14_000,
  },
  { what: 'createAgentClient', bytes: await sdkBytes('createAgentClient', '@alcove/sdk/agent') },
  { what: 'Console, first load', bytes: consoleBytes(), budget: 230_000 },
];

for (const { what, bytes, budget } of rows) {
  const isOver = budget !== undefined && bytes > budget;
  if (isOver) process.exitCode = 1;
  const allowed = budget === undefined ? '' : `of ${budget.toLocaleString('en')}`;
  const verdict = isOver ? `  OVER by ${(bytes - budget).toLocaleString('en')}` : '';
  console.log(`${what.padEnd(30)}${bytes.toLocaleString('en').padStart(9)} ${allowed}${verdict}`);
}

function loaderBytes(): number {
  const code = readFileSync(join(root, 'widget/dist/loader.js'), 'utf8');
  return brotliBytes(code.replace('__ALCOVE_SETTINGS__', '{}'));
}

/** The entry and what it imports statically; chunks that come later on are not part of a first open. */
function widgetBytes(): number {
  const codeOf = (file: string) => readFileSync(join(root, 'widget/dist', file), 'utf8');
  const files = withStaticImports(['app.js'], (file) =>
    [...codeOf(file).matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)].flatMap(
      ([, name]) => name ?? [],
    ),
  );
  return sum(files.map((file) => brotliBytes(codeOf(file))));
}

/** One client of the SDK, bundled as the widget's build does it. */
async function sdkBytes(name: string, door: string): Promise<number> {
  const entry = join(root, 'sdk-entry.js');
  const source = `export { ${name} } from '${door}';`;
  const bundle = await rollup({
    input: entry,
    plugins: [
      {
        name: 'sdk-entry',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? source : null),
      },
      ...browserPlugins(),
      minifyWithTerser({ isModule: true }),
    ],
  });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  const chunks = new Map(
    output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])),
  );
  const files = withStaticImports([output[0].fileName], (file) => chunks.get(file)?.imports ?? []);
  return sum(files.map((file) => brotliBytes(chunks.get(file)?.code ?? '')));
}

interface ManifestEntry {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

/** The entry, its static imports and their styles: what stands between the address and the first picture. */
function consoleBytes(): number {
  const folder = join(root, 'agent-console/dist/app');
  const manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')) as Record<
    string,
    ManifestEntry
  >;
  const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry);
  const keys = withStaticImports(entries, (key) => manifest[key]?.imports ?? []);
  const files = new Set(
    keys.flatMap((key) => [manifest[key]?.file ?? [], manifest[key]?.css ?? []].flat()),
  );
  return sum([...files].map((file) => brotliBytes(readFileSync(join(folder, file)))));
}

function withStaticImports(
  entries: readonly string[],
  importsOf: (file: string) => readonly string[],
): string[] {
  const reached = new Set(entries);
  // A set that grows while it is walked is walked to its new end.
  for (const file of reached) for (const imported of importsOf(file)) reached.add(imported);
  return [...reached];
}

/** Brotli at its highest quality, Node's default, which is what a server compresses ahead of time. */
function brotliBytes(content: string | Buffer): number {
  return brotliCompressSync(content).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
