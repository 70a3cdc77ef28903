import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './run-tool.ts';

const documents = globSync('**/*.md', {
  cwd: root,
  exclude: (name) => ['node_modules', 'dist', 'results'].includes(name),
});

/** A path of this repository in running text: at least one folder, and an ending. */
const PATH = /`((?:[\w@.-]+\/)+[\w.-]+\.(?:tsx?|mjs|json|css|md))`/g;
const LINK = /\]\(([^)#:\s]+)(?:#[^)]*)?\)/g;

describe.each(documents)('%s', (document) => {
  const text = readFileSync(join(root, document), 'utf8');

  it('links only to what is there', () => {
    const links = [...text.matchAll(LINK)].map(([, link = '']) => link);
    const broken = links.filter((link) => !existsSync(join(root, dirname(document), link)));
    expect(broken).toEqual([]);
  });

  it('names only files that are there', () => {
    const paths = [...text.matchAll(PATH)].map(([, path = '']) => path);
    const missing = paths.filter(
      (path) => !existsSync(join(root, path)) && !existsSync(join(root, dirname(document), path)),
    );
    expect(missing).toEqual([]);
  });
});
