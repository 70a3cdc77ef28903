import { BREACHES, type Verdict } from './checker.ts';
import { type AnyRow, type Findings, stagesOf } from './row.ts';
import { openStage, type StageKind, type StageOptions } from './stage.ts';

/** How a row went. */
export interface RowResult extends Findings {
  row: string;
  form: 'quick' | 'full';
  stage: StageKind;
  seed: number;
  seconds: number;
  /** `null` when the row has no server. */
  verdict: Verdict | null;
  /** Where histories and data lie, when something is wrong. */
  folder?: string;
}

/** How a row is to be run. */
export interface RunOptions extends Omit<StageOptions, 'kind'> {
  /** In place of the row's first one. */
  kind?: StageKind;
  /** In place of the row's own. */
  quietMs?: number;
}

const QUIET_MS = 40_000;

/** Runs one row from an empty server to the verdict. What goes wrong is a failure of the row; rejects only when there is no stage. */
export async function runRow(
  row: AnyRow,
  {
    quietMs = row.quietMs ?? QUIET_MS,
    kind = stagesOf(row)[0] ?? 'sqlite',
    ...options
  }: RunOptions,
): Promise<RowResult> {
  const { seed, isQuick } = options;
  const stage = await openStage({ ...options, kind });
  const startedAt = performance.now();
  const findings: Findings = { figures: {}, failures: [] };
  let verdict: Verdict | null = null;
  try {
    const found = await row.start(stage, isQuick);
    findings.figures = found.figures;
    if (found.notRun?.length) findings.notRun = found.notRun;
    findings.failures.push(...found.failures);
  } catch (error) {
    findings.failures.push(describeError(error));
  }
  try {
    const judged = await stage.judge(quietMs);
    verdict = judged.verdict;
    findings.failures.push(...judged.failures);
  } catch (error) {
    findings.failures.push(describeError(error));
  }
  if (verdict) findings.failures.push(...failuresOf(verdict));
  const isPassed = findings.failures.length === 0;
  await stage.close(isPassed ? 'passed' : 'failed');
  return {
    row: row.name,
    form: isQuick ? 'quick' : 'full',
    stage: kind,
    ...findings,
    seed,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    verdict,
    ...(isPassed ? {} : { folder: stage.folder }),
  };
}

/** What a verdict says of the promises, in words. */
function failuresOf(verdict: Verdict): string[] {
  const { counts, examples } = verdict;
  const breaches = BREACHES.filter((breach) => verdict[breach] > 0);
  return [
    ...(counts.stored > 0 && counts.applied === 0
      ? ['no client saw anything of what is stored: six zeros prove nothing here']
      : []),
    ...breaches.map(
      (breach) => `${breach} ${verdict[breach]}, such as: ${examples[breach].join('; ')}`,
    ),
  ];
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : ` because of ${describeError(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
