import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { KeyIds } from '../cluster.ts';

/** Finds nodes whose tokens this one would refuse, or which would refuse this one's. */
export interface KeyCheck {
  /**
   * Whether there are such nodes; if not, they are told which keys this one has. What the last look found, when nobody can
   * be asked.
   */
  look(): Promise<boolean>;
  /** From now on looks by itself, and says in the log what it finds. */
  watch(): void;
  /** What the last look found. */
  areForeign(): boolean;
  close(): Promise<void>;
}

/**
 * The nodes' key rings, one entry for each node, `node|ring`, by the moment at which it ends on Redis' own clock.
 *
 * A ring is written at once where every other node has the same one: of two nodes that start at the same time with different
 * keys one is the second, and sees the first. Anything else the node has to look at before it writes.
 *
 * KEYS: rings. ARGV: node, ring, milliseconds that an entry lives, '1' to write in any case. Answers the others' rings.
 */
const SCRIPT = `
local rings, node, ring, lifeMs, isSure = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', rings, '-inf', now)
local others = {}
for _, entry in ipairs(redis.call('ZRANGE', rings, 0, -1)) do
  local who, other = string.match(entry, '^(.-)|(.*)$')
  if who ~= node and other ~= ring then others[#others + 1] = other end
end
if isSure or #others == 0 then
  redis.call('ZADD', rings, now + lifeMs, node .. '|' .. ring)
  redis.call('PEXPIRE', rings, lifeMs)
end
return others
`;

/** What an operator has to do, whether the node starts or runs. */
export const FOREIGN_KEYS =
  'Another node on this Redis signs with other keys: whoever comes from one to the other would be signed out. Take the keys of one node to all of them: "alcove keys export" there, "alcove keys import" here. Two installations need a REDIS_PREFIX each. A node that was killed is forgotten after 30 s.';

/** @see KeyCheck */
export function createKeyCheck(options: {
  store: Redis;
  /** The key begins with it. */
  prefix: string;
  node: string;
  keyIds: KeyIds;
  /** How long a node counts that does not say anything any more, and how often it says it. */
  ttlMs: number;
  refreshMs: number;
  isDown(): boolean;
  /** Called whenever Redis can be asked again. */
  onUp(listener: () => void): void;
  logger: Logger;
}): KeyCheck {
  const { store, prefix, node, keyIds, ttlMs, refreshMs, isDown, onUp, logger } = options;
  const key = `${prefix}:keys`;
  const ring = JSON.stringify(keyIds);
  let areForeign = false;
  let isTold = false;
  let timer: NodeJS.Timeout | undefined;

  const say = async (isSure: boolean) =>
    (await store.eval(SCRIPT, 1, key, node, ring, ttlMs, isSure ? '1' : '0')) as string[];

  async function look(): Promise<boolean> {
    if (isDown()) return areForeign;
    try {
      const others = await say(false);
      areForeign = !others.every((other) => goTogether(keyIds, parse(other, keyIds)));
      if (others.length > 0 && !areForeign) await say(true);
    } catch {
      // The next look makes up for it.
    }
    return areForeign;
  }

  async function lookAndTell(): Promise<void> {
    await look();
    // Several looks may be under way: what was told is asked when one ends, not when it begins.
    if (areForeign && !isTold) logger.error(FOREIGN_KEYS);
    isTold = areForeign;
  }

  return {
    look,
    watch() {
      timer = setInterval(() => void lookAndTell(), refreshMs).unref();
      onUp(() => void lookAndTell());
    },
    areForeign: () => areForeign,
    async close() {
      clearInterval(timer);
      if (!isDown()) await store.zrem(key, `${node}|${ring}`).catch(() => {});
    },
  };
}

/** Each signs with keys that the other believes. So a new key may come in node by node: first as a second one. */
function goTogether(one: KeyIds, other: KeyIds): boolean {
  const believes = (ring: KeyIds, { current }: KeyIds) =>
    current.every((id) => ring.all.includes(id));
  return believes(one, other) && believes(other, one);
}

/** Whoever can write to Redis can write anything: what no node wrote is as good as this node's own. */
function parse(text: string, own: KeyIds): KeyIds {
  try {
    const { current, all } = JSON.parse(text) as Partial<KeyIds>;
    if (Array.isArray(current) && Array.isArray(all)) return { current, all };
  } catch {}
  return own;
}
