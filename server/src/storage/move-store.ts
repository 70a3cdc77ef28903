import { createHash } from 'node:crypto';
import type {
  ConversationContents,
  StoreCounts,
  StoreSource,
  StoreTarget,
} from './store-contents.ts';
import { checksumOf, PLAIN_KINDS } from './store-contents.ts';

/** How far a move is. */
export interface MoveProgress {
  conversations: number;
  events: number;
  total: StoreCounts;
}

/** What was moved. */
export interface Moved extends StoreCounts {
  /** Conversations that an earlier, unfinished run had moved already. */
  found: number;
  /** Over the checksums of all conversations. */
  checksum: string;
}

/**
 * Moves everything from one store into another. Each conversation is read back and its checksum compared. May be stopped
 * at any time and run again: what is there already and agrees stays, whatever else is there of it is written anew.
 *
 * @throws Error in words for the operator; the source is as it was.
 */
export async function moveStore(
  source: StoreSource,
  target: StoreTarget,
  options: { now: string; onProgress: (progress: MoveProgress) => void },
): Promise<Moved> {
  const total = source.counts();
  await target.begin(source.id);
  for (const kind of PLAIN_KINDS) {
    for (const records of source.plain(kind)) await target.writePlain(kind, records);
  }
  const progress = { conversations: 0, events: 0, total };
  const checksum = createHash('sha256');
  let found = 0;
  for (const conversations of source.conversations()) {
    found += await moveConversations(conversations, target);
    for (const conversation of conversations) {
      checksum.update(checksumOf(conversation));
      progress.conversations += 1;
      progress.events += conversation.events.length;
    }
    options.onProgress({ ...progress });
  }
  compareCounts(total, await target.counts());
  await target.finish(options.now);
  return { ...total, found, checksum: checksum.digest('hex') };
}

/** @returns how many were there already. */
async function moveConversations(
  conversations: readonly ConversationContents[],
  target: StoreTarget,
): Promise<number> {
  const missing = await differing(conversations, target);
  if (missing.length === 0) return conversations.length;
  await target.write(missing);
  const [wrong] = await differing(missing, target);
  if (wrong === undefined) return conversations.length - missing.length;
  throw new Error(
    `The conversation ${wrong.opened.id} does not read back as it was written. Nothing was handed over; run the same command again, and report it if it happens twice.`,
  );
}

async function differing(
  conversations: readonly ConversationContents[],
  target: StoreTarget,
): Promise<ConversationContents[]> {
  const present = await target.read(conversations);
  return conversations.filter((conversation) => {
    const there = present.get(conversation.opened.id);
    return there === undefined || checksumOf(there) !== checksumOf(conversation);
  });
}

function compareCounts(source: StoreCounts, target: StoreCounts): void {
  for (const [kind, count] of Object.entries(source)) {
    const there = target[kind as keyof StoreCounts];
    if (there === count) continue;
    throw new Error(
      `${count} ${kind} were to be moved, and ${there} are there. Nothing was handed over; drop the target database and begin again.`,
    );
  }
}
