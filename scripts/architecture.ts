import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult, type IRegularForbiddenRuleType } from 'dependency-cruiser';

/** One broken rule: who broke it, by what, and what to do instead. */
export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly advice: string;
}

/** What a reading of the tree found. */
export interface Reading {
  readonly violations: readonly Violation[];
  /** Files whose imports were read; a tool that reads nothing finds nothing wrong. */
  readonly filesRead: readonly string[];
  readonly importsRead: number;
}

interface Rule extends IRegularForbiddenRuleType {
  readonly name: string;
  /** What to do instead. */
  readonly comment: string;
}

const packages = '(protocol|sdk|widget|agent-console|server)';
const testFile = '([.]test|[.]test-d|-contract)[.]tsx?$';
const testCode = `(${testFile}|/testing/)`;

/** Matches a package from the registry, found or not. */
const npm = (names: string) => `^(node_modules/)?(${names})(/|$)`;

/** Who may not import whom. Paths are relative to the repository's top folder. */
export const importRules: readonly Rule[] = [
  {
    name: 'no-cycles',
    comment: 'Move what both files need into a third one that imports neither.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'everything-resolves',
    comment:
      'Import a package that package.json names, and Alcove packages by a door of their "exports".',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'dependencies-are-declared',
    comment:
      'Name the package in the package.json of the room; it is here only because another room needs it.',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'packages-by-their-public-door',
    comment: 'Import "@alcove/<package>", and export from its index what is missing there.',
    from: { path: '^([^/]+)/', pathNot: '^scripts/' },
    to: { path: `^${packages}/`, pathNot: '^$1/', dependencyTypesNot: ['aliased-workspace'] },
  },
  {
    name: 'protocol-imports-nothing-of-ours',
    comment: 'The protocol is the ground floor: move the code up into the package that needs it.',
    from: { path: '^protocol/' },
    to: { path: '^(sdk|widget|agent-console|server|e2e|bench|examples|scripts)/' },
  },
  {
    name: 'sdk-knows-no-user-of-it',
    comment: 'Give the SDK an option or an event that the widget or the console uses.',
    from: { path: '^sdk/' },
    to: { path: '^(widget|agent-console)/' },
  },
  {
    name: 'server-never-sees-clients',
    comment: 'Share types and rules through @alcove/protocol; only tests use the SDK.',
    from: { path: '^server/', pathNot: testCode },
    to: { path: '^(sdk|widget|agent-console)/' },
  },
  {
    name: 'clients-never-see-the-server',
    comment: 'Share types and rules through @alcove/protocol; only tests start a server.',
    from: { path: '^(sdk|widget|agent-console)/', pathNot: testCode },
    to: { path: '^server/' },
  },
  {
    name: 'widget-and-console-are-strangers',
    comment: 'What both need belongs into @alcove/sdk or @alcove/protocol.',
    from: { path: '^(widget|agent-console)/' },
    to: { path: '^(widget|agent-console)/', pathNot: '^$1/' },
  },
  {
    name: 'domain-knows-no-transport',
    comment: 'Let the domain take a port (a type in domain/), which the transport implements.',
    from: { path: '^server/src/domain/', pathNot: testCode },
    to: {
      path: `^server/src/(transport|cli|config|create-server|main)|${npm('express|socket[.]io|engine[.]io|helmet|mongoose|ioredis')}|^(node:)?https?$`,
    },
  },
  {
    name: 'domain-sees-interfaces-only',
    comment:
      'Import storage/storage.ts or cluster/cluster.ts; the composition root passes an engine in.',
    from: { path: '^server/src/domain/', pathNot: testCode },
    to: {
      path: '^server/src/(storage|cluster)/',
      pathNot: '^server/src/(storage/(storage|store-unavailable-error)|cluster/cluster)[.]ts$',
    },
  },
  {
    name: 'engines-stay-in-their-room',
    comment:
      'Take the interface as a parameter; only the composition root and open-storage.ts choose an engine.',
    from: {
      path: '^server/src/',
      pathNot: `${testCode}|^server/src/(create-server[.]ts|storage/open-storage[.]ts|storage/(sqlite|mongo)/|cluster/)`,
    },
    to: { path: '^server/src/(storage/(sqlite|mongo)|cluster/(single-node|redis))' },
  },
  {
    name: 'engines-know-only-the-interface',
    comment:
      'An engine stores and delivers; move the decision into domain/ and pass its result in.',
    from: { path: '^server/src/(storage|cluster)/', pathNot: testCode },
    to: { path: '^server/src/(domain|transport|cli|config|create-server|main)' },
  },
  {
    name: 'mongoose-only-in-storage-mongo',
    comment: 'Add what you need to the storage interface, in every engine.',
    // The delivery tests read the database themselves, as they do the file of SQLite.
    from: { path: '^[^/]+/', pathNot: '^(server/src/storage/mongo/|bench/chaos/)' },
    to: { path: npm('mongoose|mongodb') },
  },
  {
    name: 'redis-only-in-cluster-redis',
    comment: 'Add what you need to the cluster interface, in every engine.',
    from: { path: '^[^/]+/', pathNot: '^server/src/cluster/redis/' },
    to: { path: npm('ioredis|@socket[.]io/redis-adapter') },
  },
  {
    name: 'node-sqlite-only-in-storage-sqlite',
    comment: 'Add what you need to the storage interface, in every engine.',
    // The delivery tests read and hurt the file themselves: a witness who asked the engine would repeat its mistakes.
    from: {
      path: '^[^/]+/',
      pathNot: '^(server/src/storage/sqlite/|bench/chaos/)',
    },
    to: { path: '^node:sqlite$' },
  },
  {
    name: 'socket-io-client-only-behind-sdk-socket',
    comment:
      'Use a client of @alcove/sdk; inside it, take an OpenSocket (sdk/src/socket.ts) from the caller.',
    from: {
      path: '^(sdk|widget|agent-console)/',
      pathNot: `^sdk/src/socket-io-client[.]ts$|${testCode}`,
    },
    to: { path: npm('socket[.]io-client|engine[.]io-client') },
  },
  {
    name: 'validator-stays-out-of-the-browser',
    comment: 'Import types only ("import type"); the server parses what clients send.',
    from: { path: '^(sdk|widget|agent-console)/', pathNot: testCode },
    to: {
      path: `^protocol/src/schemas|${npm('zod')}`,
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'validator-behind-its-door',
    comment: 'Keep schemas in protocol/src/schemas, so that "@alcove/protocol" weighs nothing.',
    from: { path: '^protocol/src/', pathNot: `^protocol/src/schemas|${testCode}` },
    to: { path: `^protocol/src/schemas|${npm('zod')}` },
  },
  {
    name: 'loader-never-imports-the-app',
    comment:
      'The loader fetches the app by its address when a visitor shows interest; import types only.',
    from: { path: '^widget/src/(entrypoints/loader[.]ts|loader/)', pathNot: testCode },
    to: {
      path: `^(widget/src/(app/|entrypoints/app)|sdk/)|${npm('preact')}`,
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'console-features-are-strangers',
    comment: 'Move what two features share into client/ or shared/, or compose them in app/.',
    from: {
      path: '^agent-console/src/([^/]+)/',
      pathNot: '^agent-console/src/(app|client|shared)/',
    },
    to: {
      path: '^agent-console/src/[^/]+/',
      pathNot: '^agent-console/src/($1|app|client|shared)/',
    },
  },
  {
    name: 'tests-do-not-ship',
    comment: 'Move what the product needs out of the test, or the code into the test.',
    from: { path: `^${packages}/src/`, pathNot: testCode },
    to: { path: `^${packages}/src.*${testCode}` },
  },
  {
    name: 'test-tools-do-not-ship',
    comment: 'Test tools belong into *.test.ts and *-contract.ts files.',
    // The scene of the SDK's tests is left out of its build, see sdk/tsconfig.src.json.
    from: { path: `^${packages}/src/`, pathNot: [testFile, '^sdk/src/testing/scene\\.ts$'] },
    to: { path: npm('vitest|fast-check|fake-indexeddb|@playwright/test') },
  },
];

interface TextRule {
  readonly name: string;
  readonly comment: string;
  readonly files: RegExp;
  readonly filesNot: RegExp;
  readonly text: RegExp;
}

/** Globals leave no import behind: these rules read the text. */
export const textRules: readonly TextRule[] = [
  {
    name: 'environment-only-in-config',
    comment: 'Add a row to the table in server/src/config.ts and pass its value in.',
    files: new RegExp(`^${packages}/src/`),
    filesNot: new RegExp(`^server/src/config[.]ts$|${testCode}`),
    text: /\bprocess\s*(?:\?\.|\.)\s*env\b|\bprocess\[['"]env/,
  },
  {
    name: 'domain-knows-no-process',
    comment: 'Pass the value or the function in when the domain is created.',
    files: /^server\/src\/domain\//,
    filesNot: new RegExp(testCode),
    text: /\bprocess\.(?:argv|cwd|emit|env|exit|hrtime|memoryUsage|nextTick|off|on|once|pid|platform|stderr|stdout|version)/,
  },
];

const sources = [
  `{protocol,sdk,widget,agent-console,server}/src/**/*.{ts,tsx}`,
  '{e2e,bench,examples,scripts}/**/*.{ts,tsx}',
];

/** Reads all sources below a top folder and holds them against every rule. */
export async function readArchitecture(top: string): Promise<Reading> {
  const files = globSync(sources, {
    cwd: top,
    exclude: (name) => /(^|\/)(node_modules|dist|results)(\/|$)/.test(name),
  }).map((file) => file.replaceAll('\\', '/'));
  const { output } = await cruise(
    files,
    {
      baseDir: top,
      // By name: without it the tool finds TypeScript 7 unusable, falls back to a JavaScript parser and misses type exports.
      parser: 'swc',
      tsPreCompilationDeps: true,
      // A package's own manifest and the top one, which names the workspaces.
      combinedDependencies: true,
      doNotFollow: { path: '(^|/)(node_modules|dist)/' },
      validate: true,
      ruleSet: { forbidden: [...importRules] },
    },
    {
      conditionNames: ['alcove-source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.mjs'],
    },
  );
  const { modules, summary } = output as ICruiseResult;
  const read = modules.filter(({ source }) => files.includes(source));
  return {
    violations: [
      ...summary.violations.map(({ rule, from, to }) => ({
        rule: rule.name,
        from,
        to,
        advice: importRules.find(({ name }) => name === rule.name)?.comment ?? '',
      })),
      ...textViolations(top, files),
    ],
    filesRead: read.map(({ source }) => source),
    importsRead: read.reduce((sum, { dependencies }) => sum + dependencies.length, 0),
  };
}

function textViolations(top: string, files: readonly string[]): Violation[] {
  return textRules.flatMap((rule) =>
    files
      .filter((file) => rule.files.test(file) && !rule.filesNot.test(file))
      .flatMap((file) => {
        const match = rule.text.exec(readFileSync(join(top, file), 'utf8'));
        return match ? [{ rule: rule.name, from: file, to: match[0], advice: rule.comment }] : [];
      }),
  );
}
