/** The value that `share` of all values do not exceed; 0 for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** To a tenth. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Says so if a figure is above its limit. */
export function atMost(name: string, value: number, limit: number): string[] {
  return value <= limit ? [] : [`${name} is ${round(value)}, more than ${limit}`];
}

/** Says so if a figure is below its limit. */
export function atLeast(name: string, value: number, limit: number): string[] {
  return value >= limit ? [] : [`${name} is ${round(value)}, less than ${limit}`];
}
