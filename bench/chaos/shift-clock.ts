/**
 * Makes the clock of this thread as wrong as `shiftMs` says at each look at it. Timers and monotonic clocks stay right, as
 * they do on a machine whose clock is set.
 */
export function shiftClock(shiftMs: () => number): void {
  const RightDate = Date;
  globalThis.Date = class extends RightDate {
    constructor(...parameters: [] | [string | number | Date]) {
      super(...((parameters.length ? parameters : [Date.now()]) as [number]));
    }

    static override now(): number {
      return RightDate.now() + shiftMs();
    }
  } as DateConstructor;
}
