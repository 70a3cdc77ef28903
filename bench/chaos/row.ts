import type { Stage, StageKind } from './stage.ts';

/** What a row found out. `failures` are promises that were broken, in words; none is a pass. */
export interface Findings {
  /** A series is a list of points. */
  figures: Record<string, number | string | readonly (readonly number[])[]>;
  failures: string[];
  /** Parts that this machine cannot show, and why. They never count as shown. */
  notRun?: string[];
}

/** One test of the delivery guarantee. It passes when `run` finds no failure and all six numbers are 0. */
export interface Row<Parameters = object> {
  /** Such as `A01`. */
  name: string;
  /** What is done and what has to hold, in a sentence or two. */
  does: string;
  /** Where it can be run; the first is where it is run unless somebody asks for another. SQLite alone when left out. */
  stages?: readonly StageKind[];
  /** At least 2 % of the volume (for rows that last: of the clients or faults), a real fault where there is one, about 10 s at most. */
  quick: Parameters;
  full: Parameters;
  /** What is less on two nodes: they share one machine with their database, Redis and everybody who talks to them. */
  fullOnNodes?: Partial<Parameters>;
  /** About how long the full form takes. */
  fullSeconds: number;
  /** How long everybody may take to catch up once the row is over. */
  quietMs?: number;
  run(stage: Stage, parameters: Parameters): Promise<Findings>;
}

/** A row and what belongs to it, whatever its parameters are. */
export type AnyRow = Omit<Row, 'quick' | 'full' | 'fullOnNodes' | 'run'> & {
  start(stage: Stage, isQuick: boolean): Promise<Findings>;
};

/** Where a row can be run. */
export function stagesOf({ stages = ['sqlite'] }: AnyRow): readonly StageKind[] {
  return stages;
}

/** Ties a row to its parameters. */
export function defineRow<Parameters>(row: Row<Parameters>): AnyRow {
  const { quick, full, fullOnNodes } = row;
  const fullOn = (stage: Stage) => (stage.kind === 'nodes' ? { ...full, ...fullOnNodes } : full);
  return { ...row, start: (stage, isQuick) => row.run(stage, isQuick ? quick : fullOn(stage)) };
}
