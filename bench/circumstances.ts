import { execFileSync } from 'node:child_process';
import { cpus, release } from 'node:os';

/** Where and when something was measured. Figures without it compare with nothing. */
export function circumstances() {
  const cores = cpus();
  const git = (...parameters: string[]) =>
    execFileSync('git', parameters, { encoding: 'utf8', cwd: import.meta.dirname }).trim();
  // Results of other runs do not change what is measured.
  const sources = [':/', ':(top,exclude)bench/results'];
  const isClean = git('status', '--porcelain', '--untracked-files=no', '--', ...sources) === '';
  return {
    machine: `${cores.length} x ${cores[0]?.model.trim() ?? 'unknown'}, Linux ${release()}`,
    node: process.version,
    commit: git('rev-parse', '--short', 'HEAD') + (isClean ? '' : ' and changes'),
    at: new Date().toISOString(),
  };
}
