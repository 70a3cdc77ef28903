import { parseInput } from '@alcove/protocol/schemas';
import type { ZodType } from 'zod';
import type { Rate } from '../../cluster/cluster.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Caller, Principal } from '../../domain/principal.ts';

/** Something a caller may ask: how often, in which shape, and what is done about it. */
export interface Command<Who extends Caller = Caller, Result = object> {
  /** Commands with the same bucket share its points. */
  readonly bucket: Bucket;
  /** Whether it may write to the store, which takes only so much at a time. */
  readonly isWrite: boolean;
  /** @throws DomainError `invalid` or `too_large` when the input has another shape; then whatever the domain throws. */
  execute(caller: Who, input: unknown): Promise<Result>;
}

/** A principal's allowance. */
export interface Bucket {
  readonly name: string;
  readonly rate: Rate;
}

/** One command for each name that the protocol knows. */
export type CommandTable<
  Who extends Caller,
  Commands extends { [Name in keyof Commands]: { result: object } },
> = { readonly [Name in keyof Commands]: Command<Who, Commands[Name]['result']> };

/** What only reads. Puts the schema in front of what is done, so that nothing can be done without it. */
export function command<Who extends Caller, Payload, Result>(
  bucket: Bucket,
  schema: ZodType<Payload>,
  run: (caller: Who, payload: Payload) => Promise<Result>,
): Command<Who, Result> {
  return {
    bucket,
    isWrite: false,
    execute(caller, input) {
      const parsed = parseInput(schema, input);
      if (!parsed.ok) return Promise.reject(new DomainError(parsed.code, parsed.message));
      return run(caller, parsed.value);
    },
  };
}

/** The same for what writes. */
export function write<Who extends Caller, Payload, Result>(
  bucket: Bucket,
  schema: ZodType<Payload>,
  run: (caller: Who, payload: Payload) => Promise<Result>,
): Command<Who, Result> {
  return { ...command(bucket, schema, run), isWrite: true };
}

/** For what depends on who asks, and not on how they came. */
export function ofPrincipal<Who extends Principal, Payload, Result>(
  run: (principal: Who, payload: Payload) => Promise<Result>,
): (caller: Caller<Who>, payload: Payload) => Promise<Result> {
  return (caller, payload) => run(caller.principal, payload);
}
