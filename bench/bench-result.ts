/** What a bench found out. `failures` are the promises that were broken; none is a pass. */
export interface BenchResult {
  failures: string[];
  /** A bench that compares two sides has `ratio` and the raw figures of both. */
  figures: Record<string, Figure>;
}

/** A number with its unit in its name, or several. */
export type Figure = number | string | readonly Figure[] | { readonly [name: string]: Figure };
