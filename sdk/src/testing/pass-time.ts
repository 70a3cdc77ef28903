/**
 * Lets faked time pass in small steps and gives sockets, which are real, a chance in between: a leap over half a minute
 * would run every timeout before the answer to the first question could arrive.
 *
 * @param advance `vi.advanceTimersByTimeAsync`
 */
export async function passTime(
  ms: number,
  advance: (ms: number) => Promise<unknown>,
): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    await advance(STEP_MS);
    const realEnd = performance.now() + REAL_STEP_MS;
    do await new Promise((resolve) => setImmediate(resolve));
    while (performance.now() < realEnd);
  }
}

const STEP_MS = 100;

/** A request and its answer take several turns of the event loop, and longer beside other work. */
const REAL_STEP_MS = 1;
