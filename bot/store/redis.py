"""The store on Redis, Valkey or a cluster of either: inbox, session and outbox of a person, committed together.

A turn takes two scripts, so two round trips: one accepts a message and shows what the turn will need, one commits it
and shows what comes next. Nothing is locked. A commit goes through only if the message it handled is still the oldest
and no turn came between; otherwise somebody else handled it, and we go on from what the store shows now.
Names and values hold nothing that can be read without the operator's keys. Every method may raise Unavailable.
"""

import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot import fragments
from bot.messages import Address, ChannelName, Inbound, Receipt
from bot.records import Unloadable, dump_inbound, dump_outbound, load_inbound
from bot.store import Advance, DeadLetter, Depth, Step, Unavailable, keys
from bot.store.burials import Burials
from bot.store.counts import Counts, this_day
from bot.store.leases import LIFE
from bot.store.lifetimes import (
    COUNTS_LIFE,
    DEAD_LIFE,
    INBOX_LIFE,
    RECENT_LIFE,
    REPLY_LIFE,
    SEEN_LIFE,
    SHOWN_LIFE,
    TURN_LIFE,
    TURN_LIFE_AFTER_ERASING,
    milliseconds,
)
from bot.store.people import People
from bot.store.scripts import ACCEPT, COMMIT, FORGET, LOOK
from bot.store.server import Argument, Server
from bot.store.stream import RedisOutbox
from bot.vault import PARTITIONS, Person, Unsealable, Vault

_SWEPT_AT_ONCE = 100
_VIEWS_KEPT = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _View:
    """What the store shows of a person: their oldest waiting messages, session and recent text, sealed; turns so far.

    `changed`: whether the call that showed this did what it was to do.
    """

    waiting: Sequence[bytes]
    session: bytes | None
    recent: bytes | None
    turns: int
    changed: int = 0


class RedisStore(RedisOutbox):
    """Store, Outbox and DeadLetters in one.

    `url`: see Server. `lease`: how many seconds a dead sender's share waits for another. `now`: POSIX seconds.
    """

    def __init__(self, url: str, vault: Vault, *, lease: float = LIFE, now: Callable[[], float] = time.time) -> None:
        super().__init__(Server(url), vault, lease)
        self._people = People(self._server, vault)
        self._counts = Counts(self._server)
        self._burials = Burials(self._server, vault)
        self._now = now
        # What `accept` was shown, for the `advance` that follows it; a stale view costs one more round trip.
        self._views: dict[Address, tuple[Person, _View]] = {}

    async def accept(self, inbound: Inbound) -> bool:
        """Remember the message id and append the message to the person's inbox. False: seen before."""
        person = await self._whose(inbound)
        sealed = self._vault.seal(dump_inbound(inbound), keys.inbox(person))
        seen = keys.seen(person, self._vault.message(inbound.address.channel, inbound.id))
        nonce = secrets.token_hex(8)
        lives = (milliseconds(INBOX_LIFE), milliseconds(SEEN_LIFE))
        arguments = (person.name, sealed, nonce, self._now(), *lives)
        view = _View(*await self._server.run(ACCEPT, [*_places(person), seen], arguments))
        self._views.pop(inbound.address, None)
        if view.changed:
            self._remember(inbound.address, person, view)
        return bool(view.changed)

    async def advance(self, address: Address, step: Advance) -> int:
        """Handle the person's waiting messages, oldest first, each committed whole; how many."""
        person, view = self._views.pop(address, None) or (await self._people.find(address), None)
        return await self._advance(person, step, view)

    async def sweep(self, step: Advance, older: timedelta = timedelta(seconds=10)) -> int:
        """Handle what has waited longer than `older` because its process died; how many messages.

        What `step` raises is logged by its class, and the next person's turn comes.
        """
        handled = 0
        before = self._now() - older.total_seconds()
        limit = ("LIMIT", 0, _SWEPT_AT_ONCE)
        found = await self._server.call_all(
            [("ZRANGEBYSCORE", keys.waiting(partition), "-inf", before, *limit) for partition in range(PARTITIONS)]
        )
        for name in [name for names in found for name in names]:
            handled += await self._rescue(Person(name.decode()), step)
        return handled

    async def forget(self, address: Address) -> None:
        """Erase everything kept about a person: session, inbox, links, what waits to be sent, dead letters."""
        person = await self._people.find(address)
        await self._server.run(FORGET, [*_places(person), *_streams(person, address.channel)], [person.name])
        await self._people.unlink(person)
        self._views.pop(address, None)

    async def settle(self, receipt: Receipt) -> bool:
        """Act on a carrier's last word on a reply, once. False: there is nothing to do."""
        if receipt.ending is None or receipt.ending == "stopped":
            return False
        person = await self._people.find(receipt.address)
        channel = receipt.address.channel
        wait = milliseconds(receipt.after)
        return await self._settle(person, channel, self._vault.message(channel, receipt.id), receipt.ending, wait)

    async def current(self, address: Address) -> int:
        """The serial of the person's latest turn that had a reply; 0 when there was none."""
        person = await self._people.find(address)
        return int(await self._server.call("HGET", keys.turn(person), "r") or 0)

    async def dead(self) -> Sequence[DeadLetter]:
        """What came to nothing, oldest first."""
        return await self._burials.all()

    async def retry(self, letter: DeadLetter) -> bool:
        """Let a dead letter be sent, or handled, again. False: it is gone, or still cannot be opened."""
        return await self._burials.retry(letter, self._now())

    async def drop(self, letter: DeadLetter) -> None:
        """Erase a dead letter."""
        await self._burials.drop(letter)

    async def depth(self) -> Depth:
        """What waits now."""
        return await self._counts.depth()

    async def counted(self, day: str) -> Counter[str]:
        """What happened on a day (`2026-11-25`, in UTC)."""
        return await self._counts.of(day)

    async def eviction(self) -> str:
        """The server's policy when memory runs short; anything but `noeviction` deserves a loud warning (FC-31)."""
        return await self._server.eviction()

    async def ready(self) -> bool:
        """Whether the store answers."""
        try:
            await self._server.call("PING")
        except Unavailable:
            return False
        return True

    async def close(self) -> None:
        """Release connections. Leases of a sender are given back by `release`."""
        await self._server.close()

    async def _whose(self, inbound: Inbound) -> Person:
        if inbound.alias is None:
            return await self._people.find(inbound.address)
        return await self._people.join(inbound.address, inbound.alias)

    def _remember(self, address: Address, person: Person, view: _View) -> None:
        if len(self._views) >= _VIEWS_KEPT:
            self._views.pop(next(iter(self._views)))
        self._views[address] = (person, view)

    async def _rescue(self, person: Person, step: Advance) -> int:
        try:
            return await self._advance(person, step, None)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the step raises, others wait behind this person
            log.error("a waiting message could not be handled: %s", type(error).__name__)
            return 0

    async def _advance(self, person: Person, step: Advance, view: _View | None) -> int:
        if view is None:
            view = _View(*await self._server.run(LOOK, _places(person), [person.name]))
        handled = 0
        while view.waiting:
            readable, heads = self._readable(person, view.waiting), view.waiting
            if not readable:
                view = await self._bury(person, view)
                continue
            inbound, taken = fragments.joined(readable)
            if taken == len(heads) and self._may_go_on(readable[-1]):
                break
            view = await self._turn(person, view, inbound, taken, step)
            handled += view.changed
        return handled

    def _readable(self, person: Person, waiting: Sequence[bytes]) -> list[Inbound]:
        """The waiting messages up to the first that cannot be read; no more than one unless it may be a fragment."""
        read: list[Inbound] = []
        for sealed in waiting:
            if read and not fragments.may_go_on(read[-1]):
                break
            try:
                read.append(load_inbound(self._vault.open(sealed, keys.inbox(person))))
            except (Unsealable, Unloadable) as error:
                if not read:
                    log.error("a waiting message cannot be read: a dead letter: %s", error)
                break
        return read

    def _may_go_on(self, last: Inbound) -> bool:
        """Whether the end of a long text may still be on its way."""
        age = self._now() - last.at.timestamp()
        return fragments.may_go_on(last) and 0 <= age < fragments.WAITS.total_seconds()

    async def _turn(self, person: Person, view: _View, inbound: Inbound, taken: int, step: Advance) -> _View:
        session = self._opened(view.session, keys.session(person))
        recent = self._opened(view.recent, keys.recent(person))
        result = step(session, inbound, view.turns + 1, recent)
        verb = "leave" if result.leave else "erase" if result.saved is None else "save"
        after = await self._commit(person, inbound, view, taken, verb, result)
        if after.changed and verb == "erase":
            await self._people.unlink(person)
        return after

    def _opened(self, sealed: bytes | None, place: str) -> str | None:
        try:
            return None if sealed is None else self._vault.open(sealed, place).decode()
        except Unsealable as error:
            # No session is a normal case on every path (FC-31): the person begins anew.
            log.warning("a session cannot be read and is left aside: %s", error)
            return None

    async def _bury(self, person: Person, view: _View) -> _View:
        """Take an unreadable message off; the key may yet be found."""
        return await self._commit(person, None, view, 1, "bury", Step(counts=("unreadable",)))

    async def _commit(
        self, person: Person, inbound: Inbound | None, view: _View, taken: int, verb: str, step: Step
    ) -> _View:
        """Take messages off with what they led to; the view after it, `changed` when that is done.

        Of a message that nobody can read it is not known which channel it came by, and nothing is said to it.
        """
        channel: ChannelName = inbound.address.channel if inbound else "sms"
        names = [
            *_places(person),
            keys.links(person),
            *_streams(person, channel),
            keys.counts(person.partition, this_day()),
        ]
        turn_life = TURN_LIFE_AFTER_ERASING if verb == "erase" else max(step.keep, TURN_LIFE)
        out = keys.out(person.partition, channel)
        arguments: list[Argument] = [
            *(person.name, view.waiting[0], taken, view.turns, secrets.token_hex(8), verb),
            *(self._vault.seal((step.saved or "").encode(), keys.session(person)), milliseconds(step.keep)),
            milliseconds(turn_life),
            "" if step.recent is None else self._vault.seal(step.recent.encode(), keys.recent(person)),
            *map(milliseconds, (RECENT_LIFE, REPLY_LIFE, DEAD_LIFE, COUNTS_LIFE)),
            self._vault.seal(inbound.own.encode(), keys.shown(person)) if inbound and inbound.own else "",
            milliseconds(SHOWN_LIFE),
            len(step.counts),
            *step.counts,
            *(self._vault.seal(dump_outbound(outbound), out) for outbound in step.outbound),
        ]
        return _View(*await self._server.run(COMMIT, names, arguments))


def _places(person: Person) -> list[str]:
    own = [keys.inbox(person), keys.session(person), keys.recent(person), keys.turn(person)]
    return [*own, keys.waiting(person.partition)]


def _streams(person: Person, channel: ChannelName) -> list[str]:
    partition = person.partition
    own = [keys.out(partition, channel), keys.tries(partition, channel)]
    return [*own, keys.dead(partition), keys.sent(person), keys.later(partition), keys.shown(person)]
