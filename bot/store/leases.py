"""Which partitions this sender delivers: leases on a fair share of them, taken, renewed and handed over.

Every sender says now and then that it is at work; so each knows how many there are, and holds no more than its share.
A partition too many is handed over once no call of it is under way. Leases of a sender that died lapse by themselves,
and those left of it are taken by the others: within the life of a lease and the time between two looks.

A lease has a new token each time it is taken, and an attempt is begun under that token, in the store: what was read
under an older lease is never sent.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.messages import CHANNELS, ChannelName
from bot.store import keys
from bot.store.scripts import JOIN, KEEP, RELEASE, TAKE
from bot.store.server import Server
from bot.vault import PARTITIONS

LIFE = 6.0
"""Seconds that a lease outlives its last renewal. With two seconds between looks: taken over within eight."""

_AT_ONCE = 16  # calls to the store


@dataclass
class Lease:
    """A partition of ours.

    `cursors`: the id of the last entry read, by channel; `tries`: the marks found when it was taken, by channel and
    entry. `underway`: entries that are being sent now. `leaving`: it is handed over as soon as there are none.
    """

    token: str
    tries: dict[tuple[ChannelName, bytes], int]
    cursors: dict[ChannelName, bytes] = field(default_factory=lambda: dict.fromkeys(CHANNELS, b"0"))
    underway: set[str] = field(default_factory=set)
    leaving: bool = False


class Leases:
    """The leases of one sender. `life`: seconds that they outlive their last renewal."""

    def __init__(self, server: Server, life: float = LIFE) -> None:
        self._server = server
        self._life = life
        self._sender = secrets.token_hex(8)
        self._held: dict[int, Lease] = {}
        self._look_at = 0.0

    def __getitem__(self, partition: int) -> Lease:
        return self._held[partition]

    def get(self, partition: int) -> Lease | None:
        """The lease on a partition, if we hold it."""
        return self._held.get(partition)

    def readable(self) -> list[int]:
        """The partitions to read from, in a new order each time: a busy one must not keep those behind it waiting."""
        return _shuffled([partition for partition, lease in self._held.items() if not lease.leaving])

    async def keep(self) -> None:
        """Three times in a lease's life: renew ours, hand over what is too many, take what is free and due to us."""
        if time.monotonic() < self._look_at:
            return
        senders = await self._server.run(JOIN, [keys.SENDERS], [self._sender, self._milliseconds])
        share = -(-PARTITIONS // max(1, int(senders)))
        await self._each(self._renew, list(self._held))
        staying = _shuffled([partition for partition, lease in self._held.items() if not lease.leaving])
        for partition in staying[share:]:
            self._held[partition].leaving = True
        await self._each(self._hand_over, [p for p, lease in self._held.items() if lease.leaving])
        others = _shuffled([partition for partition in range(PARTITIONS) if partition not in self._held])
        while others and len(self._held) < share:
            few = min(_AT_ONCE, share - len(self._held))
            await self._each(self._take, others[:few])
            others = others[few:]
        self._look_at = time.monotonic() + self._life / 3

    async def release(self) -> None:
        """Give back every lease, and say that we are no longer at work. Raises Unavailable."""
        await self._each(self._give_back, list(self._held))
        await self._server.call("ZREM", keys.SENDERS, self._sender)
        self._look_at = 0.0

    async def _renew(self, partition: int) -> None:
        lease = self._held[partition]
        if not await self._server.run(KEEP, [keys.lease(partition)], [lease.token, self._milliseconds]):
            del self._held[partition]

    async def _take(self, partition: int) -> None:
        token = secrets.token_hex(8)
        names = [keys.lease(partition), *(keys.tries(partition, channel) for channel in CHANNELS)]
        found = await self._server.run(TAKE, names, [token, self._milliseconds])
        if found is not None:
            self._held[partition] = Lease(token, dict(_marks(found)))

    async def _hand_over(self, partition: int) -> None:
        if not self._held[partition].underway:
            await self._give_back(partition)

    async def _give_back(self, partition: int) -> None:
        await self._server.run(RELEASE, [keys.lease(partition)], [self._held[partition].token])
        del self._held[partition]

    async def _each(self, call: Callable[[int], Awaitable[None]], partitions: Sequence[int]) -> None:
        for few in _split(partitions):
            await asyncio.gather(*map(call, few))

    @property
    def _milliseconds(self) -> int:
        return int(self._life * 1000)


def _marks(found: Sequence[Sequence[bytes]]) -> Iterator[tuple[tuple[ChannelName, bytes], int]]:
    for channel, pairs in zip(CHANNELS, found, strict=True):
        for id, tries in zip(pairs[::2], pairs[1::2], strict=True):
            yield (channel, id), int(tries)


def _split(partitions: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(partitions), _AT_ONCE):
        yield partitions[start : start + _AT_ONCE]


def _shuffled(partitions: list[int]) -> list[int]:
    random.shuffle(partitions)
    return partitions
