/** A table of named functions. */
type Operations = Record<string, (...parameters: never[]) => unknown>;

/** Calls one of `Table` by its name, sooner or later. */
export type Caller<Table extends Operations> = <Name extends keyof Table>(
  name: Name,
  ...parameters: Parameters<Table[Name]>
) => Promise<ReturnType<Table[Name]>>;

/** One call of `Table`: a name and the parameters that go with it. */
export type CallOf<Table extends Operations> = {
  [Name in keyof Table]: readonly [name: Name, ...parameters: Parameters<Table[Name]>];
}[keyof Table];

/** Calls `table[name]`. TypeScript knows that name and parameters belong together, but not across a union of names. */
export function perform<Table extends Operations, Name extends keyof Table>(
  table: Table,
  name: Name,
  parameters: readonly unknown[],
): ReturnType<Table[Name]> {
  return table[name]?.(...(parameters as never[])) as ReturnType<Table[Name]>;
}
