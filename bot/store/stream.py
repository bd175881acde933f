"""The sending half of the Redis store: streams of replies, one a partition and channel, each read by one sender.

The lease on a partition makes consumer groups needless: what is in the stream is what is not delivered, so whoever
takes a partition over reads it from its beginning, and a cursor in memory is enough. Every attempt is first marked in
the store, and a mark found by the next holder tells that the entry was perhaps sent.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from typing import cast

from bot.messages import CHANNELS, ChannelName
from bot.pace import Pace
from bot.records import Unloadable, load_outbound
from bot.store import End, Unavailable, Waiting, Why, keys
from bot.store.counts import this_day
from bot.store.leases import LIFE, Leases
from bot.store.lifetimes import COUNTS_LIFE, DEAD_LIFE, REPLY_LIFE, SENT_LIFE, SHOWN_LIFE, milliseconds
from bot.store.scripts import BURY, DONE, DUE, MARK, PACE, SETTLE
from bot.store.server import Argument, Server
from bot.vault import NAME_LENGTH, PARTITIONS, Person, Unsealable, Vault

_LOOKS_EVERY = 0.1  # s, on a cluster

log = logging.getLogger(__name__)

Lane = tuple[int, ChannelName]
"""A stream: its partition and its channel."""


class RedisOutbox:
    """Reads, marks and takes off what waits to be sent. `lease`: how many seconds a dead sender's share waits."""

    def __init__(self, server: Server, vault: Vault, lease: float = LIFE) -> None:
        self._server = server
        self._vault = vault
        self._leases = Leases(server, lease)

    async def read(self, room: Mapping[ChannelName, int], wait: float) -> Sequence[Waiting]:
        """Entries not handed out yet, up to `room` of each channel, waiting up to `wait` s. Raises Unavailable."""
        await self._leases.keep()
        open_lanes = [(p, channel) for p in self._leases.readable() for channel, free in room.items() if free > 0]
        if not open_lanes:
            await asyncio.sleep(wait)
            return ()
        look = self._look if self._server.is_cluster else self._listen
        return await look(open_lanes, room, wait)

    def holds(self, entry: Waiting) -> bool:
        """Whether the entry's partition is still ours, as far as we know, and is not being handed over."""
        partition, _, _, token = _parse(entry.key)
        lease = self._leases.get(partition)
        return lease is not None and lease.token == token and not lease.leaving

    async def still_waits(self, entry: Waiting) -> bool:
        """Whether the entry is still there. Raises Unavailable."""
        partition, channel, id, _ = _parse(entry.key)
        return bool(await self._server.call("XRANGE", keys.out(partition, channel), id, id))

    async def begin(self, entry: Waiting) -> bool:
        """Write down that an attempt begins. False: the entry is gone, or another's by now. Raises Unavailable."""
        if not self.holds(entry):
            return False
        lease = self._leases[_parse(entry.key)[0]]
        lease.underway.add(entry.key)
        ours = False
        try:
            ours = await self._mark(entry, entry.tries + 1)
        finally:
            if not ours:
                lease.underway.discard(entry.key)
        return ours

    async def failed(self, entry: Waiting, *, perhaps: bool) -> None:
        """An attempt has ended without success; unless it perhaps reached the person it is struck out again."""
        if not perhaps:
            await self._mark(entry, entry.tries)
        self._settled(entry)

    async def done(self, entry: Waiting, end: End, carriers_id: str | None = None, shown: str | None = None) -> None:
        """Take the entry off, whoever has it by now, and count how it ended. Raises Unavailable."""
        partition, channel, id, _ = _parse(entry.key)
        person = Person(entry.person)
        lasting = [keys.counts(partition, this_day()), keys.sent(person), keys.session(person), keys.shown(person)]
        names = [*_places((partition, channel)), *lasting]
        known = self._vault.message(channel, carriers_id) if carriers_id else ""
        arguments: list[Argument] = [id, f"{channel}:{end}", milliseconds(COUNTS_LIFE), known, milliseconds(SENT_LIFE)]
        arguments += [self._vault.seal(shown.encode(), keys.shown(person)) if shown else ""]
        arguments += [milliseconds(SHOWN_LIFE), int(entry.outbound.clears)]
        early = await self._server.run(DONE, names, arguments)
        self._settled(entry)
        if early is not None:
            ending, _, wait = early.decode().partition(" ")
            await self._settle(person, channel, known, ending, int(wait))

    async def shown(self, entry: Waiting) -> Sequence[str]:
        """What the carrier calls the messages in the person's chat that can still be taken away, oldest first."""
        place = keys.shown(Person(entry.person))
        oldest = int((time.time() - SHOWN_LIFE.total_seconds()) * 1e6)
        sealed = await self._server.call("ZRANGEBYSCORE", place, oldest, "+inf")
        messages = []
        for message in sealed:
            with contextlib.suppress(Unsealable):
                messages.append(self._vault.open(message, place).decode())
        return messages

    async def send_due(self) -> int:
        """Let go what is to be sent once more now; how many. Raises Unavailable."""
        partitions = range(PARTITIONS)
        waiting = await self._server.call_all([("ZCARD", keys.later(partition)) for partition in partitions])
        count = 0
        for partition in (partition for partition, number in zip(partitions, waiting, strict=True) if number):
            names = [keys.later(partition), *(keys.out(partition, channel) for channel in CHANNELS)]
            count += await self._server.run(DUE, names, [NAME_LENGTH, milliseconds(REPLY_LIFE), *CHANNELS])
        return count

    async def _settle(self, person: Person, channel: ChannelName, known: str, ending: str, wait: int) -> bool:
        partition = person.partition
        names = [keys.sent(person), keys.later(partition), keys.dead(partition), keys.counts(partition, this_day())]
        lives = [milliseconds(life) for life in (SENT_LIFE, REPLY_LIFE, DEAD_LIFE, COUNTS_LIFE)]
        return bool(await self._server.run(SETTLE, names, [known, ending, wait, person.name, channel, *lives]))

    async def bury(self, entry: Waiting, why: Why) -> None:
        """Move the entry to the dead letters. Raises Unavailable."""
        partition, channel, id, _ = _parse(entry.key)
        await self._to_dead((partition, channel), id, why)
        self._settled(entry)

    async def reserve(self, pace: Pace) -> float:
        """Take the next turn at this pace, shared with every process; in how many seconds it comes."""
        name = keys.pace(self._vault.pseudonym("pace", pace.name))
        return float(await self._server.run(PACE, [name], [int(pace.units / pace.per_second * 1e6)])) / 1e6

    async def release(self) -> None:
        """Give back every lease. Raises Unavailable."""
        await self._leases.release()

    async def _listen(self, lanes: Sequence[Lane], room: Mapping[ChannelName, int], wait: float) -> list[Waiting]:
        """On one server a blocking read tells which streams have something new."""
        streams = {keys.out(*lane).encode(): lane for lane in lanes}
        cursors = [self._leases[partition].cursors[channel] for partition, channel in streams.values()]
        block = max(1, int(wait * 1000))
        news = await self._server.wait(wait, "XREAD", "COUNT", 1, "BLOCK", block, "STREAMS", *streams, *cursors)
        return await self._fetch([streams[name] for name in news or ()], room)

    async def _look(self, lanes: Sequence[Lane], room: Mapping[ChannelName, int], wait: float) -> list[Waiting]:
        """On a cluster a blocking read cannot span slots: look now and then."""
        deadline = time.monotonic() + wait
        while True:
            entries = await self._fetch(lanes, room)
            if entries or time.monotonic() >= deadline:
                return entries
            await asyncio.sleep(_LOOKS_EVERY)

    async def _fetch(self, lanes: Sequence[Lane], room: Mapping[ChannelName, int]) -> list[Waiting]:
        if not lanes:
            return []
        commands = [
            ("XRANGE", keys.out(p, channel), b"(" + self._leases[p].cursors[channel], "+", "COUNT", room[channel])
            for p, channel in lanes
        ]
        found = zip(lanes, await self._server.call_all(commands), strict=True)
        left = dict(room)
        entries: list[Waiting] = []
        for lane, (id, fields) in [(lane, entry) for lane, several in found for entry in several]:
            partition, channel = lane
            if left[channel] == 0:
                continue
            self._leases[partition].cursors[channel] = id
            entry = await self._open(lane, id, fields)
            if entry is not None:
                left[channel] -= 1
                entries.append(entry)
        return entries

    async def _open(self, lane: Lane, id: bytes, fields: Mapping[bytes, bytes]) -> Waiting | None:
        lease = self._leases[lane[0]]
        key = f"p{lane[0]:02}/{lane[1]}/{id.decode()}/{lease.token}"
        try:
            outbound = load_outbound(self._vault.open(fields[b"reply"], keys.out(*lane)))
        except (Unsealable, Unloadable) as error:
            log.error("a reply cannot be read: a dead letter: %s (%s)", key, error)
            # Where that fails the entry stays for the next holder; raising would lose those already read with it.
            with contextlib.suppress(Unavailable):
                await self._to_dead(lane, id.decode(), "unreadable")
            return None
        queued = int(id.partition(b"-")[0]) / 1000
        tries = lease.tries.pop((lane[1], id), 0)
        late, again, person = b"late" in fields, b"again" in fields, fields[b"person"].decode()
        return Waiting(key, outbound, tries, queued, late, again, person, since=queued if tries else 0.0)

    async def _mark(self, entry: Waiting, tries: int) -> bool:
        partition, channel, id, token = _parse(entry.key)
        names = [keys.lease(partition), *_places((partition, channel))]
        return bool(await self._server.run(MARK, names, [token, id, tries, milliseconds(REPLY_LIFE)]))

    async def _to_dead(self, lane: Lane, id: str, why: Why) -> None:
        names = [*_places(lane), keys.dead(lane[0]), keys.counts(lane[0], this_day())]
        arguments: list[Argument] = [
            id,
            lane[1],
            why,
            milliseconds(DEAD_LIFE),
            f"{lane[1]}:{why}",
            milliseconds(COUNTS_LIFE),
        ]
        await self._server.run(BURY, names, arguments)

    def _settled(self, entry: Waiting) -> None:
        lease = self._leases.get(_parse(entry.key)[0])
        if lease is not None:
            lease.underway.discard(entry.key)


def _places(lane: Lane) -> list[str]:
    return [keys.out(*lane), keys.tries(*lane)]


def _parse(key: str) -> tuple[int, ChannelName, str, str]:
    partition, channel, id, token = key.split("/")
    return int(partition.removeprefix("p")), cast("ChannelName", channel), id, token
