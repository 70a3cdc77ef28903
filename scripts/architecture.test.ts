import {
  globSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fixtures, lawful } from './architecture-fixtures.ts';
import { importRules, readArchitecture, textRules } from './architecture.ts';
import { root } from './run-tool.ts';

const workspaces = ['protocol', 'sdk', 'widget', 'agent-console', 'server'];
const declared = ['express', 'ioredis', 'mongoose', 'socket.io-client', 'vitest', 'zod'];

describe('the architecture', () => {
  it('is kept by every file', async () => {
    const { violations } = await readArchitecture(root);
    expect(violations.map((v) => `${v.rule}: ${v.from} -> ${v.to}. ${v.advice}`)).toEqual([]);
  });

  it('was read from every file, and not from none', async () => {
    const { filesRead, importsRead } = await readArchitecture(root);
    const onDisk = workspaces.flatMap((room) =>
      globSync(`${room}/src/**/*.{ts,tsx}`, { cwd: root }),
    );
    expect(filesRead).toEqual(expect.arrayContaining(onDisk));
    expect(filesRead.length).toBeGreaterThan(60);
    expect(importsRead).toBeGreaterThan(filesRead.length);
  });
});

describe('a rule', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  it.each(fixtures)('bites: $rule', async ({ rule, files }) => {
    const { violations } = await readArchitecture(plant(files));
    expect(new Set(violations.map((violation) => violation.rule))).toEqual(new Set([rule]));
    expect(violations[0]?.advice).not.toBe('');
  });

  it('has a fixture that breaks it', () => {
    const rules = [...importRules, ...textRules].map(({ name }) => name);
    expect(new Set(fixtures.map(({ rule }) => rule))).toEqual(new Set(rules));
  });

  it('lets a lawful tree be', async () => {
    const { violations, filesRead } = await readArchitecture(plant(lawful));
    expect(violations).toEqual([]);
    expect(filesRead).toEqual(expect.arrayContaining(Object.keys(lawful)));
  });

  /** Writes a small tree in which packages find each other as they do here. */
  function plant(files: Readonly<Record<string, string>>): string {
    const top = realpathSync(mkdtempSync(join(tmpdir(), 'alcove-architecture-')));
    folders.push(top);
    for (const name of workspaces) {
      write(top, `${name}/package.json`, packageJson(name));
      write(top, `${name}/src/index.ts`, files[`${name}/src/index.ts`] ?? 'export {};');
      write(top, `${name}/src/schemas.ts`, files[`${name}/src/schemas.ts`] ?? 'export {};');
      link(join(top, name), join(top, 'node_modules/@alcove', name));
    }
    write(top, 'package.json', JSON.stringify({ workspaces }));
    for (const name of [...declared, 'undeclared']) {
      write(top, `node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
      write(top, `node_modules/${name}/index.js`, '');
    }
    for (const [file, text] of Object.entries(files)) write(top, file, text);
    return top;
  }
});

function packageJson(name: string): string {
  const door = (file: string) => ({ 'alcove-source': `./src/${file}.ts` });
  return JSON.stringify({
    name: `@alcove/${name}`,
    exports: { '.': door('index'), './schemas': door('schemas') },
    dependencies: Object.fromEntries(declared.map((dependency) => [dependency, '*'])),
  });
}

function write(top: string, file: string, text: string): void {
  mkdirSync(dirname(join(top, file)), { recursive: true });
  writeFileSync(join(top, file), text);
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
