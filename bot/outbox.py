"""The sender: takes replies from the outbox and hands them to their channels.

One task a person keeps that person's order; while one person's reply has to wait, only that person waits. It decides
what a failed send means from the outcome alone and knows nothing of carriers or of what it sends.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.channels import Channel, Outcome, SendError
from bot.messages import Address, ChannelName
from bot.store import Outbox, Store, Unavailable, Waiting

Result = TypeVar("Result")

_READS = 100  # entries at a time
_HOLDS = 10_000  # entries in memory; many, for those of a carrier that is down must not stop the others'
_AT_ONCE = 32  # sends to one carrier at a time
_WAIT = 0.2  # s; also how soon a quiet sender notices that it shall stop
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # s, doubling between attempts

log = logging.getLogger(__name__)


class Sender:
    """Delivers what waits in the outbox until it is told to stop. `now` and `sleep` are in seconds."""

    def __init__(
        self,
        outbox: Outbox,
        store: Store,
        channels: Mapping[ChannelName, Channel],
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._outbox = outbox
        self._store = store
        self._channels = channels
        self._now = now
        self._sleep = sleep
        self._gates = {name: asyncio.Semaphore(_AT_ONCE) for name in channels}
        self._queues: dict[Address, deque[Waiting]] = {}
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; then finish the calls under way and leave the rest to the next sender.

        Set the event, do not cancel: a cancelled task that waits in a blocking read may simply go on (redis-py 8.1).
        """
        self._stop = stop
        async with asyncio.TaskGroup() as people:
            while not stop.is_set():
                for entry in await self._read():
                    self._queue(entry, people)
        await self._release()

    async def _read(self) -> Sequence[Waiting]:
        room = _HOLDS - sum(len(queue) for queue in self._queues.values())
        try:
            return await self._outbox.read(max(0, min(_READS, room)), _WAIT)
        except Unavailable as error:
            log.warning("the outbox is away: %s", error)
            await self._rest(_FIRST_PAUSE)
            return ()

    def _queue(self, entry: Waiting, people: asyncio.TaskGroup) -> None:
        to = entry.outbound.to
        if to not in self._queues:
            self._queues[to] = deque()
            people.create_task(self._serve(to))
        self._queues[to].append(entry)

    async def _serve(self, to: Address) -> None:
        """Deliver what waits for one address, in order."""
        queue = self._queues[to]
        try:
            while queue and not self._stop.is_set():
                await self._deliver(queue[0])
                queue.popleft()
        except Unavailable:
            log.warning("stopped while the store is away: a reply may be sent again")
        del self._queues[to]

    async def _deliver(self, entry: Waiting) -> None:
        """Bring one entry to its end, or leave it where it is when told to stop."""
        pause, since = _FIRST_PAUSE, entry.queued
        while not await self._settled(entry, since):
            entry = replace(entry, tries=entry.tries + 1)
            if not await self._mark(entry):
                return  # it is gone with a forgotten person, or another sender's
            started = self._now()
            failure = await self._send(entry)
            if failure is None:
                break
            log.warning("reply %s: %s", entry.key, failure)
            if failure.outcome is Outcome.REFUSED:
                break
            if failure.outcome is Outcome.STOPPED:
                await self._forget(entry)
                return
            if failure.outcome is Outcome.NOT_SENT:
                entry = replace(entry, tries=entry.tries - 1)
                await self._mark(entry)
            else:
                since = started
            await self._rest(failure.after.total_seconds() if failure.after else pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            if self._stop.is_set():
                return
        await self._patiently(lambda: self._outbox.done(entry))

    async def _settled(self, entry: Waiting, since: float) -> bool:
        """Whether nothing is left to send: too late, overtaken by the person, perhaps sent twice, or sent already."""
        outbound = entry.outbound
        if self._now() > outbound.expires.timestamp():
            return True
        if outbound.question is not None:
            serial = await self._patiently(lambda: self._outbox.current(outbound.to))
            if outbound.serial < serial:
                return True
        if entry.tries > 1:
            log.warning("reply %s: perhaps sent, twice; not sent again", entry.key)
        return entry.tries > 1 or (entry.tries == 1 and await self._arrived(entry, since))

    async def _arrived(self, entry: Waiting, since: float) -> bool:
        """Whether an attempt that ended in doubt reached the person, as far as the carrier can tell."""
        channel, outbound = self._channels.get(entry.outbound.to.channel), entry.outbound
        try:
            return channel is not None and await channel.was_sent(outbound.to, dict(outbound.payload), since) is True
        except Exception as error:  # noqa: BLE001 - no answer is an answer here: it cannot tell
            log.warning("reply %s: the carrier cannot tell (%s)", entry.key, type(error).__name__)
            return False

    async def _send(self, entry: Waiting) -> SendError | None:
        channel, outbound = self._channels.get(entry.outbound.to.channel), entry.outbound
        if channel is None:
            return SendError(Outcome.REFUSED, "channel is off")
        try:
            async with self._gates[outbound.to.channel]:
                await channel.send(outbound.to, dict(outbound.payload))
        except SendError as error:
            return error
        except Exception as error:  # noqa: BLE001 - our bug in a channel; the call may have been made all the same
            return SendError(Outcome.PERHAPS, type(error).__name__)
        return None

    async def _forget(self, entry: Waiting) -> None:
        await self._patiently(lambda: self._store.forget(entry.outbound.to))
        await self._patiently(lambda: self._outbox.done(entry))

    async def _mark(self, entry: Waiting) -> bool:
        return await self._patiently(lambda: self._outbox.mark(entry))

    async def _patiently(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """What the call gives, once the store is there; raises Unavailable only when told to stop meanwhile."""
        while True:
            try:
                return await call()
            except Unavailable:
                if self._stop.is_set():
                    raise
                await self._rest(_FIRST_PAUSE)

    async def _rest(self, seconds: float) -> None:
        """Sleep, but not past the stop."""
        waits = [asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(self._stop.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)

    async def _release(self) -> None:
        try:
            await self._outbox.release()
        except Unavailable as error:
            log.warning("the outbox is away: leases lapse by themselves (%s)", error)
