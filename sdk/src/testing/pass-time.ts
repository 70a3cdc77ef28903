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
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const STEP_MS = 100;
