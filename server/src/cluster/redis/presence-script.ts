/**
 * All that presence does, in one script, so that nobody ever sees half of it.
 *
 * An entry is a participant on a node, `participant|node`. Of each workspace there are two sorted sets of the same entries:
 * one by the moment at which the entry ends, on Redis' own clock, the other by name, so that a participant's entries are
 * found without looking at anybody else's. A participant is online as long as there is an entry; its first and its last one
 * are told to all nodes, by the script itself: so nobody can hear of them in another order.
 *
 * In this order:
 * 1. Touches: an entry's end is set to so many milliseconds from now, the grace of who has just left included.
 * 2. Entries that have ended are swept out, whoever made them: a node that died told nobody.
 * 3. Questions: whether these participants are online.
 *
 * KEYS: entries by end, entries by name.
 * ARGV: channel, workspace, node, how long the sets outlive the last touch, the number of touches, then a participant and
 * milliseconds for each, then the participants asked for.
 */
export const PRESENCE_SCRIPT = `
local byEnd, byName = KEYS[1], KEYS[2]
local channel, workspace, node, keepMs, touches = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function isOnline(who)
  return redis.call('ZLEXCOUNT', byName, '[' .. who .. '|', '(' .. who .. '}') > 0
end

local function tell(who, status)
  redis.call('PUBLISH', channel, cjson.encode({ workspace, who, status }))
end

local at = 6
for _ = 1, touches do
  local who, ms = ARGV[at], ARGV[at + 1]
  at = at + 2
  if not isOnline(who) then tell(who, 'online') end
  redis.call('ZADD', byEnd, now + ms, who .. '|' .. node)
  redis.call('ZADD', byName, 0, who .. '|' .. node)
end

for _, entry in ipairs(redis.call('ZRANGEBYSCORE', byEnd, '-inf', now)) do
  redis.call('ZREM', byEnd, entry)
  redis.call('ZREM', byName, entry)
  local who = string.match(entry, '^(.*)|')
  if not isOnline(who) then tell(who, 'offline') end
end

if touches > 0 then
  redis.call('PEXPIRE', byEnd, keepMs)
  redis.call('PEXPIRE', byName, keepMs)
end

local answers = {}
for question = at, #ARGV do
  answers[#answers + 1] = isOnline(ARGV[question]) and 1 or 0
end
return answers
`;
