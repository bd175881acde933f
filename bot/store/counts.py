"""What happened, counted by day under names that tell of nobody, and what waits now."""

import time
from collections import Counter
from datetime import UTC, datetime

from bot.messages import CHANNELS, ChannelName
from bot.store import Depth, keys
from bot.store.server import Server
from bot.vault import PARTITIONS


def this_day() -> str:
    """The day, in UTC, under which what happens now is counted."""
    return datetime.now(UTC).date().isoformat()


class Counts:
    """Reads the counts and the depth of inboxes and outbox from every partition."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def of(self, day: str) -> Counter[str]:
        """What happened on a day. Raises Unavailable."""
        found = await self._server.call_all([("HGETALL", keys.counts(p, day)) for p in range(PARTITIONS)])
        total: Counter[str] = Counter()
        for counts in found:
            total.update({what.decode(): int(number) for what, number in counts.items()})
        return total

    async def depth(self) -> Depth:
        """What waits now. Raises Unavailable."""
        lanes = [(p, channel) for p in range(PARTITIONS) for channel in CHANNELS]
        lengths = await self._server.call_all([("XLEN", keys.out(*lane)) for lane in lanes])
        replies: Counter[ChannelName] = Counter()
        for (_, channel), length in zip(lanes, lengths, strict=True):
            replies[channel] += length
        oldest = await self._oldest([lane for lane, length in zip(lanes, lengths, strict=True) if length])
        partitions = range(PARTITIONS)
        inboxes = await self._server.call_all([("ZCARD", keys.waiting(p)) for p in partitions])
        dead = await self._server.call_all([("XLEN", keys.dead(p)) for p in partitions])
        senders = await self._server.call("ZCARD", keys.SENDERS)
        return Depth(dict(replies), oldest, sum(inboxes), sum(dead), int(senders))

    async def _oldest(self, lanes: list[tuple[int, ChannelName]]) -> float:
        if not lanes:
            return 0.0
        firsts = await self._server.call_all([("XRANGE", keys.out(*lane), "-", "+", "COUNT", 1) for lane in lanes])
        queued = [int(entries[0][0].partition(b"-")[0]) / 1000 for entries in firsts if entries]
        return max(0.0, time.time() - min(queued)) if queued else 0.0
