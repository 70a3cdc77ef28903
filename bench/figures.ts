/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The value that `share` (0 to 1) of all values stay below. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The most that happened in any second, whenever it began; `times` are milliseconds. */
export function mostPerSecond(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let from = 0;
  let most = 0;
  for (const [at, time] of sorted.entries()) {
    while (time - (sorted[from] ?? 0) >= 1000) from++;
    most = Math.max(most, at - from + 1);
  }
  return most;
}

/** Rounded for reading. */
export function round(value: number, digits = 1): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** Says so if a figure is above its limit. */
export function atMost(name: string, value: number, limit: number): string[] {
  return value <= limit ? [] : [`${name} is ${round(value)}, more than ${limit}`];
}

/** Says so if a figure is below its limit. */
export function atLeast(name: string, value: number, limit: number): string[] {
  return value >= limit ? [] : [`${name} is ${round(value)}, less than ${limit}`];
}
