/** A failure whose message says all there is to say to whoever typed the command. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

/** What stands in the way of some work is told to whoever typed the command, without more ado. */
export async function inWords<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    throw new CliError((cause as Error).message, { cause });
  }
}
