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


_VIEW = """
local function view(inbox, session, turn)
  return redis.call('LINDEX', inbox, 0), redis.call('GET', session), tonumber(redis.call('HGET', turn, 'n') or 0)
end
"""

_DROP = """
local function drop(out, tries, person)
  for _, entry in ipairs(redis.call('XRANGE', out, '-', '+')) do
    for i = 1, #entry[2], 2 do
      if entry[2][i] == 'person' and entry[2][i + 1] == person then
        redis.call('XDEL', out, entry[1])
        redis.call('HDEL', tries, entry[1])
      end
    end
  end
end
"""

LOOK = Script(
    _VIEW
    + """
-- KEYS inbox session turn waiting; ARGV person
-- -> {oldest message or nil, session or nil, turns so far}
local head, session, n = view(KEYS[1], KEYS[2], KEYS[3])
if not head then redis.call('ZREM', KEYS[4], ARGV[1]) end
return {head, session, n}
"""
)

ACCEPT = Script(
    _VIEW
    + """
-- KEYS inbox session turn waiting seen; ARGV person message nonce now-in-seconds inbox-life seen-life
-- -> {oldest message, session or nil, turns so far, 1 when accepted}
local accepted = redis.call('SET', KEYS[5], ARGV[3], 'NX', 'PX', ARGV[6])
if accepted then
  redis.call('RPUSH', KEYS[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  redis.call('ZADD', KEYS[4], 'NX', ARGV[4], ARGV[1])
  redis.call('PEXPIRE', KEYS[4], ARGV[5])
else
  accepted = redis.call('GET', KEYS[5]) == ARGV[3]  -- this very call, repeated
end
local head, session, n = view(KEYS[1], KEYS[2], KEYS[3])
return {head, session, n, accepted and 1 or 0}
"""
)

COMMIT = Script(
    _VIEW
    + _DROP
    + """
-- KEYS inbox session turn waiting links out tries
-- ARGV person message turns-so-far commit-id verb session session-life turn-life out-life reply...
-- verb: save | erase | leave (the session as it is)
-- -> {oldest message or nil, session or nil, turns so far, 1 when this commit is in}
local n = tonumber(redis.call('HGET', KEYS[3], 'n') or 0)
local place = 's' .. (tonumber(ARGV[3]) + 1) % 8
local applied = redis.call('HGET', KEYS[3], place) == ARGV[4]  -- this very call, repeated
if not applied and n == tonumber(ARGV[3]) and redis.call('LREM', KEYS[1], 1, ARGV[2]) == 1 then
  applied = true
  redis.call('HSET', KEYS[3], 'n', n + 1, place, ARGV[4])
  redis.call('PEXPIRE', KEYS[3], ARGV[8])
  redis.call('PEXPIRE', KEYS[5], ARGV[8])
  if ARGV[5] == 'save' then
    redis.call('SET', KEYS[2], ARGV[6], 'PX', ARGV[7])
  elseif ARGV[5] == 'erase' then
    redis.call('DEL', KEYS[2])
    drop(KEYS[6], KEYS[7], ARGV[1])
  end
  for i = 10, #ARGV do
    redis.call('XADD', KEYS[6], '*', 'person', ARGV[1], 'reply', ARGV[i])
    redis.call('PEXPIRE', KEYS[6], ARGV[9])
  end
  if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('ZREM', KEYS[4], ARGV[1]) end
end
local head, session, now = view(KEYS[1], KEYS[2], KEYS[3])
return {head, session, now, applied and 1 or 0}
"""
)

FORGET = Script(
    _DROP
    + """
-- KEYS inbox session turn waiting out tries; ARGV person
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
redis.call('ZREM', KEYS[4], ARGV[1])
drop(KEYS[5], KEYS[6], ARGV[1])
"""
)

KEEP = Script("""
-- KEYS lease tries; ARGV token-held-or-empty fresh-token lease-life
-- -> {'kept'} | {'taken', {entry id, tries, ...}} | {'lost'}
local owner = redis.call('GET', KEYS[1])
if owner == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return {'kept'}
elseif not owner or owner == ARGV[2] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return {'taken', redis.call('HGETALL', KEYS[2])}
end
return {'lost'}
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

DONE = Script("""
-- KEYS out tries; ARGV entry
redis.call('XDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
""")

LIST_LINK = Script("""
-- KEYS links; ARGV person life
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
""")
