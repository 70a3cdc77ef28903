const QUESTIONS = 9;

/** What most answers take, in milliseconds: the median of a few. */
export async function answerTimeOf(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let question = 0; question < QUESTIONS; question += 1) {
    const askedAt = performance.now();
    await ask();
    times.push(performance.now() - askedAt);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(QUESTIONS / 2)] ?? 0;
}
