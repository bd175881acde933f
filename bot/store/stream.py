"""The sending half of the Redis store: one stream of replies a partition, each delivered by one sender at a time.

A sender holds a lease on every partition that is free and renews it while it reads; other senders stand by and take
over when leases lapse or are given back. The lease makes consumer groups needless: what is in the stream is what is
not delivered, so whoever takes a partition over reads it from its beginning, and a cursor in memory is enough.

A lease has a new token each time it is taken, and every attempt is first marked under that token. An entry read under
an older lease is therefore never sent, and a mark found by the next holder tells that the entry was perhaps sent.
"""

import asyncio
import contextlib
import logging
import random
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.records import Unloadable, load_outbound
from bot.store import Unavailable, Waiting, keys
from bot.store.scripts import DONE, KEEP, MARK, RELEASE
from bot.store.server import Server
from bot.vault import PARTITIONS, Unsealable, Vault

# Longer than any reply is worth sending; the stream goes with it if no sender ever comes.
REPLY_LIFE = timedelta(hours=24)

_LOOKS_EVERY = 0.1  # s, on a cluster

log = logging.getLogger(__name__)


@dataclass
class _Lease:
    """A partition of ours: the token, the id of the last entry read, and the marks found when it was taken."""

    token: str
    tries: dict[bytes, int]
    cursor: bytes = b"0"


class RedisOutbox:
    """Reads, marks and takes off what waits to be sent. `lease`: how many seconds a dead sender's share waits."""

    def __init__(self, server: Server, vault: Vault, lease: float) -> None:
        self._server = server
        self._vault = vault
        self._life = lease
        self._leases: dict[int, _Lease] = {}
        self._renew_at = 0.0

    async def read(self, count: int, wait: float) -> Sequence[Waiting]:
        """Up to `count` entries not handed out yet, waiting up to `wait` seconds for the first. Raises Unavailable."""
        await self._keep_leases()
        if not self._leases or count == 0:
            await asyncio.sleep(wait)
            return ()
        return await (self._look(count, wait) if self._server.is_cluster else self._listen(count, wait))

    async def mark(self, entry: Waiting) -> bool:
        """Write down `entry.tries`. False: the entry is gone, or another sender has it. Raises Unavailable."""
        partition, id, token = _parse(entry.key)
        names = [keys.lease(partition), keys.out(partition), keys.tries(partition)]
        life = int(REPLY_LIFE.total_seconds() * 1000)
        return bool(await self._server.run(MARK, names, [token, id, entry.tries, life]))

    async def done(self, entry: Waiting) -> None:
        """Take the entry off, whoever has it by now: it was delivered or dropped. Raises Unavailable."""
        partition, id, _ = _parse(entry.key)
        await self._server.run(DONE, [keys.out(partition), keys.tries(partition)], [id])

    async def release(self) -> None:
        """Give back every lease. Raises Unavailable."""
        for partition, lease in self._leases.items():
            await self._server.run(RELEASE, [keys.lease(partition)], [lease.token])
        self._leases.clear()
        self._renew_at = 0.0

    async def _listen(self, count: int, wait: float) -> list[Waiting]:
        """On one server a blocking read tells which streams have something new."""
        streams = {keys.out(partition).encode(): partition for partition in self._shuffled()}
        cursors = [self._leases[partition].cursor for partition in streams.values()]
        block = max(1, int(wait * 1000))
        news = await self._server.wait(wait, "XREAD", "COUNT", 1, "BLOCK", block, "STREAMS", *streams, *cursors)
        return await self._fetch([streams[name] for name in news or ()], count)

    async def _look(self, count: int, wait: float) -> list[Waiting]:
        """On a cluster a blocking read cannot span slots: look now and then."""
        deadline = time.monotonic() + wait
        while True:
            entries = await self._fetch(self._shuffled(), count)
            if entries or time.monotonic() >= deadline:
                return entries
            await asyncio.sleep(_LOOKS_EVERY)

    async def _fetch(self, partitions: Sequence[int], count: int) -> list[Waiting]:
        if not partitions:
            return []
        commands = [
            ("XRANGE", keys.out(partition), b"(" + self._leases[partition].cursor, "+", "COUNT", count)
            for partition in partitions
        ]
        found = zip(partitions, await self._server.call_all(commands), strict=True)
        entries: list[Waiting] = []
        for partition, (id, fields) in [(partition, entry) for partition, several in found for entry in several]:
            if len(entries) == count:
                break
            self._leases[partition].cursor = id
            entry = await self._open(partition, id, fields[b"reply"])
            if entry is not None:
                entries.append(entry)
        return entries

    async def _open(self, partition: int, id: bytes, sealed: bytes) -> Waiting | None:
        lease = self._leases[partition]
        key = f"p{partition:02}/{id.decode()}/{lease.token}"
        try:
            outbound = load_outbound(self._vault.open(sealed, keys.out(partition)))
        except (Unsealable, Unloadable) as error:
            log.warning("a reply cannot be read and is dropped: %s (%s)", key, error)
            # Where that fails the entry stays for the next holder; raising would lose those already read with it.
            with contextlib.suppress(Unavailable):
                await self._server.run(DONE, [keys.out(partition), keys.tries(partition)], [id])
            return None
        queued = int(id.partition(b"-")[0]) / 1000
        return Waiting(key, outbound, lease.tries.pop(id, 0), queued)

    async def _keep_leases(self) -> None:
        """Renew ours and take what is free, three times in a lease's life."""
        if time.monotonic() < self._renew_at:
            return
        for partition in _shuffled(range(PARTITIONS)):
            await self._keep_lease(partition)
        self._renew_at = time.monotonic() + self._life / 3

    async def _keep_lease(self, partition: int) -> None:
        held = self._leases.get(partition)
        fresh = secrets.token_hex(8)
        names = [keys.lease(partition), keys.tries(partition)]
        life = int(self._life * 1000)
        answer = await self._server.run(KEEP, names, [held.token if held else "", fresh, life])
        if answer[0] == b"taken":
            marks = answer[1]
            self._leases[partition] = _Lease(fresh, {id: int(n) for id, n in zip(marks[::2], marks[1::2], strict=True)})
        elif answer[0] == b"lost":
            self._leases.pop(partition, None)

    def _shuffled(self) -> list[int]:
        # Any fixed order would let a busy partition keep the ones behind it waiting.
        return _shuffled(self._leases)


def _shuffled(partitions: Iterable[int]) -> list[int]:
    mixed = list(partitions)
    random.shuffle(mixed)
    return mixed


def _parse(key: str) -> tuple[int, str, str]:
    partition, id, token = key.split("/")
    return int(partition.removeprefix("p")), id, token
