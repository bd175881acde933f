"""The sender: takes replies from the outbox and hands them to their channels.

One task a person keeps that person's order; while one person's reply has to wait, only that person waits. A slow
carrier fills its own room and holds up its own people. It decides what a failed send means from the outcome alone and
knows nothing of carriers or of what it sends.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import ParamSpec, TypeVar

from bot.channels import Channel, ClearsChats, Outcome, SendError
from bot.messages import CHANNELS, Address, ChannelName
from bot.pace import Pace
from bot.store import Outbox, Store, Unavailable, Waiting, Why

P = ParamSpec("P")
Result = TypeVar("Result")

_READS = 100  # entries of a channel at a time
_HOLDS = 3_000  # entries of a channel in memory
_AT_ONCE = 32  # sends to one carrier at a time
_WAIT = 0.2  # s; also how soon a quiet sender notices that it shall stop
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # s, doubling between attempts
_LAST_WORD = 1.5 * _FIRST_PAUSE  # s that an earlier sender has to write its answer down, when the store was away
_ENDS_WITHIN = 7.0  # s, for calls under way when told to stop; a process has ten to end

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
        self._gates = {name: asyncio.Semaphore(_AT_ONCE) for name in CHANNELS}
        self._turnstiles = {name: asyncio.Lock() for name in CHANNELS}
        self._queues: dict[Address, deque[Waiting]] = {}
        self._held: Counter[ChannelName] = Counter()
        self._people: set[asyncio.Task[None]] = set()
        self._fault: BaseException | None = None
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; then finish the calls under way and leave the rest to the next sender.

        A call that takes too long to finish is left, too: the next sender asks the carrier what became of it.
        An error of ours in one person's task ends it all and is raised: what was read would otherwise never be sent.
        Set the event, do not cancel: a cancelled task that waits in a blocking read may simply go on (redis-py 8.1).
        """
        self._stop = stop
        try:
            while not stop.is_set():
                for entry in await self._read():
                    self._queue(entry)
                if self._fault:
                    raise self._fault
        finally:
            await self._finish()
        await self._outbox.release()

    async def _finish(self) -> None:
        if not self._people:
            return
        _, unfinished = await asyncio.wait(self._people, timeout=_ENDS_WITHIN)
        for person in unfinished:
            person.cancel()
        if unfinished:
            log.warning("stopped with %d calls to carriers under way", len(unfinished))
            await asyncio.wait(unfinished)

    async def _read(self) -> Sequence[Waiting]:
        room = {name: max(0, min(_READS, _HOLDS - self._held[name])) for name in CHANNELS}
        try:
            return await self._outbox.read(room, _WAIT)
        except Unavailable as error:
            log.warning("the outbox is away: %s", error)
            await self._rest(_FIRST_PAUSE)
            return ()

    def _queue(self, entry: Waiting) -> None:
        to = entry.outbound.to
        self._held[to.channel] += 1
        if to in self._queues:
            self._queues[to].append(entry)
            return
        self._queues[to] = deque([entry])
        person = asyncio.create_task(self._serve(to))
        self._people.add(person)
        person.add_done_callback(self._left)

    def _left(self, person: asyncio.Task[None]) -> None:
        self._people.discard(person)
        if not person.cancelled() and person.exception():
            self._fault = person.exception()

    async def _serve(self, to: Address) -> None:
        """Deliver what waits for one address, in order."""
        queue = self._queues[to]
        try:
            while queue and not self._stop.is_set():
                await self._deliver(queue[0])
                queue.popleft()
                self._held[to.channel] -= 1
        except Unavailable:
            log.warning("stopped while the store is away: a reply may be sent again")
        finally:
            self._held[to.channel] -= len(queue)
            del self._queues[to]

    async def _deliver(self, entry: Waiting) -> None:
        """Bring one entry to its end, or leave it where it is when told to stop or when it is another's by now."""
        waits: Waiting | None = entry
        pause = _FIRST_PAUSE
        if entry.tries:
            await self._rest(_LAST_WORD)
        while waits and self._outbox.holds(waits) and not self._stop.is_set() and not await self._is_over(waits):
            async with self._turn(waits):
                if self._stop.is_set() or await self._is_over(waits):
                    return
                waits, failure = await self._attempt(waits)
            if waits and failure:
                await self._rest(failure.after.total_seconds() if failure.after else pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                # Its person may have been forgotten meanwhile; what they are told since would wait behind a ghost.
                if not await self._patiently(self._outbox.still_waits, waits):
                    return

    async def _attempt(self, entry: Waiting) -> tuple[Waiting | None, SendError | None]:
        """One attempt, once it is known what became of the one before; the entry if it has to wait, and why."""
        try:
            cleared = await self._cleared(entry)
        except SendError as error:
            return entry, error
        if cleared is None or not await self._patiently(self._outbox.begin, cleared):
            return None, None
        entry = cleared if cleared.since else replace(cleared, since=self._now())
        answer = await self._send(entry)
        if not isinstance(answer, SendError):
            clears = isinstance(self._channels.get(entry.outbound.to.channel), ClearsChats)
            names = {"shown": answer} if clears else {"carriers_id": answer}
            await self._patiently(self._outbox.done, entry, "sent", **names)
            return None, None
        log.warning("reply %s: %s", entry.key, answer)
        if answer.outcome is Outcome.STOPPED:
            await self._patiently(self._outbox.done, entry, "stopped")
            await self._patiently(self._store.forget, entry.outbound.to)
        elif answer.outcome in (Outcome.REFUSED, Outcome.CLOSED):
            why: Why = "refused" if answer.outcome is Outcome.REFUSED else "closed"
            await self._patiently(self._outbox.bury, entry, why)
        else:
            perhaps = answer.outcome is Outcome.PERHAPS and not entry.outbound.clears
            await self._patiently(self._outbox.failed, entry, perhaps=perhaps)
            return (replace(entry, tries=entry.tries + 1) if perhaps else entry), answer
        return None, None

    @asynccontextmanager
    async def _turn(self, entry: Waiting) -> AsyncIterator[None]:
        """The person's turn at the carrier: one of few calls at a time, at the pace that the carrier allows."""
        outbound = entry.outbound
        channel = self._channels.get(outbound.to.channel)
        if channel is None:
            yield
            return
        await self._keep_pace(channel.pace_to(outbound.to))
        async with self._gates[outbound.to.channel]:
            # One after another, so that nobody reserves a turn long before it comes.
            async with self._turnstiles[outbound.to.channel]:
                await self._keep_pace(channel.pace(dict(outbound.payload)))
            yield

    async def _keep_pace(self, pace: Pace | None) -> None:
        wait = await self._patiently(self._outbox.reserve, pace) if pace else 0.0
        if wait > 0:
            await self._rest(wait)

    async def _is_over(self, entry: Waiting) -> bool:
        """Whether it is too late, or the person has moved past the question; then the entry is taken off."""
        outbound = entry.outbound
        if self._now() > outbound.expires.timestamp() and not entry.late:
            await self._patiently(self._outbox.done, entry, "late")
            return True
        always = outbound.question is None and not entry.again
        if always or outbound.serial >= await self._patiently(self._outbox.current, outbound.to):
            return False
        await self._patiently(self._outbox.done, entry, "overtaken")
        return True

    async def _cleared(self, entry: Waiting) -> Waiting | None:
        """The entry, free to be sent; None when an earlier attempt has done it, or may have done it twice.

        Raises SendError when the carrier cannot be asked now: the one repeat is not spent on a carrier that is away.
        """
        if entry.tries == 0 or entry.outbound.clears:  # which does no harm twice
            return replace(entry, tries=0)
        if entry.tries > 1:
            log.warning("reply %s: perhaps sent, twice; not sent again", entry.key)
            await self._patiently(self._outbox.bury, entry, "doubtful")
            return None
        arrived = await self._arrived(entry)
        if arrived:
            await self._patiently(self._outbox.done, entry, "sent")
            return None
        # A carrier that says no is believed: then the attempt has failed, and counts for nothing.
        return replace(entry, tries=0) if arrived is False else entry

    async def _arrived(self, entry: Waiting) -> bool | None:
        """Whether an attempt that ended in doubt reached the person; None: that can never be told. Raises SendError."""
        channel, outbound = self._channels.get(entry.outbound.to.channel), entry.outbound
        try:
            return None if channel is None else await channel.was_sent(outbound.to, dict(outbound.payload), entry.since)
        except SendError as error:
            log.warning("reply %s: the carrier cannot tell now (%s)", entry.key, error)
            raise
        except Exception as error:  # noqa: BLE001 - no answer is an answer here: it cannot tell
            log.warning("reply %s: the carrier cannot tell (%s)", entry.key, type(error).__name__)
            return None

    async def _send(self, entry: Waiting) -> str | SendError | None:
        """What went wrong, or else what the carrier calls the message."""
        channel, outbound = self._channels.get(entry.outbound.to.channel), entry.outbound
        if channel is None:
            return SendError(Outcome.REFUSED, "channel is off")
        try:
            if outbound.clears:
                await self._clear(channel, entry)
                return None
            return await channel.send(outbound.to, dict(outbound.payload))
        except SendError as error:
            return error
        except Exception as error:  # noqa: BLE001 - our bug in a channel; the call may have been made all the same
            return SendError(Outcome.PERHAPS, type(error).__name__)

    async def _clear(self, channel: Channel, entry: Waiting) -> None:
        messages = await self._patiently(self._outbox.shown, entry)
        if messages and isinstance(channel, ClearsChats):
            await channel.clear(entry.outbound.to, messages)

    async def _patiently(self, call: Callable[P, Awaitable[Result]], *args: P.args, **kwargs: P.kwargs) -> Result:
        """What the call gives, once the store is there; raises Unavailable only when told to stop meanwhile."""
        while True:
            try:
                return await call(*args, **kwargs)
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
