/** What a bench found out. `failures` are the promises that were broken; none is a pass. */
export interface BenchResult {
  failures: string[];
  figures: Record<string, number | string>;
}
