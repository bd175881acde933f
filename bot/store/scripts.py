"""The steps that must happen whole, as Lua for the Redis store.

Each is safe to repeat: a connection may break after a script ran and before its answer came, and is then called again
with the same arguments. Every key is passed in, every key that is written gets its lifetime in the same script, and
times are in milliseconds unless said otherwise.
"""

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Script:
    """A Lua script and the name the server knows it by."""

    text: str
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha", hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest())


REMEMBERED = 8
"""How many replies to a person are kept until the carrier has said its last word on them."""

SEEN_AT_ONCE = 4
"""How many of a person's waiting messages are seen at once: one, and what a network may have cut off it."""

CLEARED = 400
"""How many of the messages in a chat can be taken away again: the latest, more than two days of talking."""

_VIEW = f"""
local function view(inbox, session, recent, turn, more)
  local n = tonumber(redis.call('HGET', turn, 'n') or 0)
  local heads = redis.call('LRANGE', inbox, 0, {SEEN_AT_ONCE - 1})
  return {{heads, redis.call('GET', session), redis.call('GET', recent), n, more}}
end
"""

# What one person has in a stream.
_DROP = """
local function drop(stream, person, tries)
  for _, entry in ipairs(redis.call('XRANGE', stream, '-', '+')) do
    for i = 1, #entry[2], 2 do
      if entry[2][i] == 'person' and entry[2][i + 1] == person then
        redis.call('XDEL', stream, entry[1])
        if tries then redis.call('HDEL', tries, entry[1]) end
      end
    end
  end
end
"""

# What one person has in the set of replies to send once more; their name stands first in each.
_DROP_LATER = """
local function drop_later(later, person)
  for _, member in ipairs(redis.call('ZRANGE', later, 0, -1)) do
    if member:sub(1, #person) == person then redis.call('ZREM', later, member) end
  end
end
"""

# A carrier's last word may come before its answer to the call: then it is noted in the place of the reply.
_REMEMBER = f"""
local function remember(sent, life, entry)
  redis.call('RPUSH', sent, entry)
  redis.call('LTRIM', sent, -{REMEMBERED}, -1)
  redis.call('PEXPIRE', sent, life)
end
local function recall(sent, id)
  for _, entry in ipairs(redis.call('LRANGE', sent, 0, -1)) do
    if entry:sub(1, #id) == id then
      redis.call('LREM', sent, 1, entry)
      return entry:sub(#id + 1, #id + 1), entry:sub(#id + 2)
    end
  end
end
"""

# An entry lives its own life, however many come after it.
_BURY = """
local function bury(dead, life, ...)
  local time = redis.call('TIME')
  local oldest = time[1] * 1000 + math.floor(time[2] / 1000) - life
  redis.call('XADD', dead, 'MINID', string.format('%.0f', oldest), '*', ...)
  redis.call('PEXPIRE', dead, life)
end
"""

# Which messages stand in a chat, so that they can be taken away again; by microseconds, or their order would be lost.
_SHOW = f"""
local function show(shown, life, message)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  redis.call('ZADD', shown, string.format('%.0f', now), message)
  redis.call('ZREMRANGEBYSCORE', shown, '-inf', string.format('%.0f', now - life * 1000))
  redis.call('ZREMRANGEBYRANK', shown, 0, -{CLEARED + 1})
  redis.call('PEXPIRE', shown, life)
end
"""

_COUNT = """
local function count(counts, life, what)
  redis.call('HINCRBY', counts, what, 1)
  redis.call('PEXPIRE', counts, life)
end
"""

LOOK = Script(
    _VIEW
    + """
-- KEYS inbox session recent turn waiting; ARGV person
-- -> {oldest messages, session or nil, recent or nil, turns so far}
local shown = view(KEYS[1], KEYS[2], KEYS[3], KEYS[4])
if #shown[1] == 0 then redis.call('ZREM', KEYS[5], ARGV[1]) end
return shown
"""
)

ACCEPT = Script(
    _VIEW
    + """
-- KEYS inbox session recent turn waiting seen; ARGV person message nonce now-in-seconds inbox-life seen-life
-- -> {oldest messages, session or nil, recent or nil, turns so far, 1 when accepted}
local accepted = redis.call('SET', KEYS[6], ARGV[3], 'NX', 'PX', ARGV[6])
if accepted then
  redis.call('RPUSH', KEYS[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  redis.call('ZADD', KEYS[5], 'NX', ARGV[4], ARGV[1])
  redis.call('PEXPIRE', KEYS[5], ARGV[5])
else
  accepted = redis.call('GET', KEYS[6]) == ARGV[3]  -- this very call, repeated
end
return view(KEYS[1], KEYS[2], KEYS[3], KEYS[4], accepted and 1 or 0)
"""
)

# What the carrier would not take until the person wrote again, which they have.
_REVIVE = """
local function revive(dead, person, out)
  for _, entry in ipairs(redis.call('XRANGE', dead, '-', '+')) do
    local field = {}
    for i = 1, #entry[2], 2 do field[entry[2][i]] = entry[2][i + 1] end
    if field.person == person and field.why == 'closed' then
      redis.call('XDEL', dead, entry[1])
      redis.call('XADD', out, '*', 'person', person, 'reply', field.reply, 'late', '1')
    end
  end
end
"""

COMMIT = Script(
    _VIEW
    + _DROP
    + _BURY
    + _REVIVE
    + _DROP_LATER
    + _SHOW
    + _COUNT
    + """
-- KEYS inbox session recent turn waiting links out tries dead sent later shown counts
-- ARGV person message messages-taken turns-so-far commit-id verb session session-life turn-life
--      recent recent-life out-life dead-life counts-life own-message shown-life number-of-counts count... reply...
-- verb: save | erase | leave (the session as it is) | bury (leave it, and keep the message, which nobody can read)
-- -> {oldest messages, session or nil, recent or nil, turns so far, 1 when this commit is in}
local inbox, session, recent, turn, waiting, links, out, tries, dead, sent, later, shown, counts = unpack(KEYS)
local person, message, taken, turns, id, verb = unpack(ARGV, 1, 6)
local n = tonumber(redis.call('HGET', turn, 'n') or 0)
local place = 's' .. (tonumber(turns) + 1) % 8
local applied = redis.call('HGET', turn, place) == id  -- this very call, repeated
if not applied and n == tonumber(turns) and redis.call('LINDEX', inbox, 0) == message then
  applied = true
  redis.call('LTRIM', inbox, taken, -1)
  redis.call('HSET', turn, 'n', n + 1, place, id)
  if verb == 'save' or verb == 'erase' or redis.call('PTTL', turn) < tonumber(ARGV[9]) then
    redis.call('PEXPIRE', turn, ARGV[9])
    redis.call('PEXPIRE', links, ARGV[9])
  end
  if verb == 'save' then
    redis.call('SET', session, ARGV[7], 'PX', ARGV[8])
  elseif verb == 'erase' then
    redis.call('DEL', session, recent, sent)
    drop(out, person, tries)
    drop(dead, person)
    drop_later(later, person)
  elseif verb == 'bury' then
    bury(dead, ARGV[13], 'person', person, 'message', message, 'why', 'unreadable')
  end
  if ARGV[10] ~= '' and verb ~= 'erase' then redis.call('SET', recent, ARGV[10], 'PX', ARGV[11]) end
  if verb ~= 'erase' then revive(dead, person, out) end
  if ARGV[15] ~= '' then show(shown, ARGV[16], ARGV[15]) end
  if verb == 'erase' then redis.call('PEXPIRE', shown, ARGV[12]) end  -- as long as the clearing waits at most
  local first_reply = 18 + tonumber(ARGV[17])
  for i = 18, first_reply - 1 do count(counts, ARGV[14], ARGV[i]) end
  if first_reply <= #ARGV then redis.call('HSET', turn, 'r', n + 1) end
  for i = first_reply, #ARGV do
    redis.call('XADD', out, '*', 'person', person, 'reply', ARGV[i])
    redis.call('PEXPIRE', out, ARGV[12])
  end
  if redis.call('EXISTS', inbox) == 0 then redis.call('ZREM', waiting, person) end
end
return view(inbox, session, recent, turn, applied and 1 or 0)
"""
)

FORGET = Script(
    _DROP
    + _DROP_LATER
    + """
-- KEYS inbox session recent turn waiting out tries dead sent later shown; ARGV person
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[9], KEYS[11])
redis.call('ZREM', KEYS[5], ARGV[1])
drop(KEYS[6], ARGV[1], KEYS[7])
drop(KEYS[8], ARGV[1])
drop_later(KEYS[10], ARGV[1])
"""
)

# ------------------------------------------------------------------------------------------------------ senders

JOIN = Script("""
-- KEYS senders; ARGV sender life -> how many senders are at work, this one among them
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
""")

KEEP = Script("""
-- KEYS lease; ARGV token life -> 1 when the lease is renewed, 0 when it is not ours any more
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
""")

TAKE = Script("""
-- KEYS lease tries...; ARGV fresh-token life -> {{entry id, tries, ...} of each tries key} or nil when it is not free
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return nil end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local marks = {}
for i = 2, #KEYS do marks[i - 1] = redis.call('HGETALL', KEYS[i]) end
return marks
""")

RELEASE = Script("""
-- KEYS lease; ARGV token
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
""")

MARK = Script("""
-- KEYS lease out tries; ARGV token entry tries life -> 1 when the entry is there and ours
if redis.call('GET', KEYS[1]) ~= ARGV[1] or #redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2]) == 0 then return 0 end
redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
return 1
""")

DONE = Script(
    _COUNT
    + _REMEMBER
    + _SHOW
    + """
-- KEYS out tries counts sent session shown
-- ARGV entry what counts-life carriers-id-or-empty sent-life shown-message-or-empty shown-life cleared
-- -> the carrier's last word, if it came before this, or nil
local entry = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
redis.call('HDEL', KEYS[2], ARGV[1])
-- Somebody who has just been forgotten has no session, but the chat that is being cleared.
if ARGV[6] ~= '' and redis.call('EXISTS', KEYS[5], KEYS[6]) > 0 then show(KEYS[6], ARGV[7], ARGV[6]) end
if ARGV[8] == '1' then redis.call('DEL', KEYS[6]) end
if not entry then return nil end
redis.call('XDEL', KEYS[1], ARGV[1])
count(KEYS[3], ARGV[3], ARGV[2])
-- Nothing is remembered of a person who has just been forgotten, not even that this was said to them.
if ARGV[4] == '' or redis.call('EXISTS', KEYS[5]) == 0 then return nil end
local field = {}
for i = 1, #entry[2], 2 do field[entry[2][i]] = entry[2][i + 1] end
local early, word = recall(KEYS[4], ARGV[4])
if not field.again then remember(KEYS[4], ARGV[5], ARGV[4] .. '=' .. field.reply) end
return early == '!' and word or nil
"""
)

SETTLE = Script(
    _BURY
    + _COUNT
    + _REMEMBER
    + """
-- KEYS sent later dead counts
-- ARGV carriers-id ending wait person channel sent-life later-life dead-life counts-life
-- ending: delivered | again | closed | refused
-- -> 1 when that was the last word on a reply, 0 when it is not known or was settled before
local id, ending, person, channel = ARGV[1], ARGV[2], ARGV[4], ARGV[5]
local kind, reply = recall(KEYS[1], id)
if kind ~= '=' then
  if ending ~= 'delivered' then remember(KEYS[1], ARGV[6], id .. '!' .. ending .. ' ' .. ARGV[3]) end
  return 0
end
if ending == 'again' then
  local time = redis.call('TIME')
  local due = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3]
  redis.call('ZADD', KEYS[2], string.format('%.0f', due), person .. channel .. ':' .. reply)
  redis.call('PEXPIRE', KEYS[2], ARGV[7])
elseif ending ~= 'delivered' then
  bury(KEYS[3], ARGV[8], 'channel', channel, 'why', ending, 'person', person, 'reply', reply)
end
count(KEYS[4], ARGV[9], channel .. ':' .. (ending == 'delivered' and ending or 'failed:' .. ending))
return 1
"""
)

DUE = Script("""
-- KEYS later out...; ARGV length-of-a-name out-life channel... -> how many replies are to be sent once more now
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, 100)
for _, member in ipairs(due) do
  redis.call('ZREM', KEYS[1], member)
  local person, rest = member:sub(1, ARGV[1]), member:sub(ARGV[1] + 1)
  local channel = rest:sub(1, rest:find(':', 1, true) - 1)
  for i = 3, #ARGV do
    if ARGV[i] == channel then
      redis.call('XADD', KEYS[i - 1], '*', 'person', person, 'reply', rest:sub(#channel + 2), 'again', '1')
      redis.call('PEXPIRE', KEYS[i - 1], ARGV[2])
    end
  end
end
return #due
""")

BURY = Script(
    _BURY
    + _COUNT
    + """
-- KEYS out tries dead counts; ARGV entry channel why life what counts-life
local entry = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
redis.call('HDEL', KEYS[2], ARGV[1])
if not entry then return end
bury(KEYS[3], ARGV[4], 'channel', ARGV[2], 'why', ARGV[3], unpack(entry[2]))
redis.call('XDEL', KEYS[1], ARGV[1])
count(KEYS[4], ARGV[6], ARGV[5])
"""
)

# One bound for all processes: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
PACE = Script("""
-- KEYS pace; ARGV microseconds-for-this-message -> microseconds until its turn, which is now reserved
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local start = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
local free = start + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', free), 'PX', math.ceil((free - now) / 1000) + 1)
return start - now
""")

# ------------------------------------------------------------------------------------------------------ dead letters

RESEND = Script("""
-- KEYS dead out; ARGV entry person reply life -> 1 when the reply waits to be sent again
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', 'person', ARGV[2], 'reply', ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 1
""")

REHEAR = Script("""
-- KEYS dead inbox waiting; ARGV entry person message now-in-seconds life -> 1 when the message waits for its turn again
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('ZADD', KEYS[3], 'NX', ARGV[4], ARGV[2])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
return 1
""")

LIST_LINK = Script("""
-- KEYS links; ARGV person life
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
""")
