/** A failure whose message says all there is to say to whoever typed the command. */
export class CliError extends Error {
  override readonly name = 'CliError';
}
