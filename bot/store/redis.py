"""The store on Redis, Valkey or a cluster of either: inbox, session and outbox of a person, committed together.

A turn takes two scripts, so two round trips: one accepts a message and shows what the turn will need, one commits it
and shows what comes next. Nothing is locked. A commit goes through only if the message it handled is still the oldest
and no turn came between; otherwise somebody else handled it, and we go on from what the store shows now.
Names and values hold nothing that can be read without the operator's keys. Every method may raise Unavailable.
"""

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.messages import Address, Inbound
from bot.records import Unloadable, dump_inbound, dump_outbound, load_inbound
from bot.store import Advance, Step, Unavailable, keys
from bot.store.people import People
from bot.store.scripts import ACCEPT, COMMIT, FORGET, LOOK
from bot.store.server import Argument, Server
from bot.store.stream import REPLY_LIFE, RedisOutbox
from bot.vault import PARTITIONS, Person, Unsealable, Vault

SEEN_LIFE = timedelta(hours=24)
INBOX_LIFE = timedelta(hours=24)
# The counter of turns outlives the replies that refer to it; after "delete", only a repeated commit.
TURN_LIFE = timedelta(hours=25)
TURN_LIFE_AFTER_ERASING = timedelta(minutes=10)

_SWEPT_AT_ONCE = 100
_VIEWS_KEPT = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _View:
    """What the store shows of a person: their oldest waiting message and session, both sealed, and turns so far."""

    head: bytes | None
    session: bytes | None
    turns: int


class RedisStore(RedisOutbox):
    """Store and Outbox in one. `url`: see Server. `lease`: how many seconds a dead sender's share waits for another."""

    def __init__(self, url: str, vault: Vault, *, lease: float = 10.0, now: Callable[[], float] = time.time) -> None:
        super().__init__(Server(url), vault, lease)
        self._people = People(self._server, vault)
        self._now = now
        # What `accept` was shown, for the `advance` that follows it; a stale view costs one more round trip.
        self._views: dict[Address, tuple[Person, _View]] = {}

    async def accept(self, inbound: Inbound) -> bool:
        """Remember the message id and append the message to the person's inbox. False: seen before."""
        person = await self._whose(inbound)
        sealed = self._vault.seal(dump_inbound(inbound), keys.inbox(person))
        seen = keys.seen(person, self._vault.message(inbound.address.channel, inbound.id))
        nonce = secrets.token_hex(8)
        lives = (_milliseconds(INBOX_LIFE), _milliseconds(SEEN_LIFE))
        arguments = (person.name, sealed, nonce, self._now(), *lives)
        *view, accepted = await self._server.run(ACCEPT, [*_places(person), seen], arguments)
        self._views.pop(inbound.address, None)
        if accepted:
            self._remember(inbound.address, person, _View(*view))
        return bool(accepted)

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
        for partition in range(PARTITIONS):
            limit = ("LIMIT", 0, _SWEPT_AT_ONCE)
            names = await self._server.call("ZRANGEBYSCORE", keys.waiting(partition), "-inf", before, *limit)
            for name in names:
                handled += await self._rescue(Person(name.decode()), step)
        return handled

    async def forget(self, address: Address) -> None:
        """Erase everything kept about a person: session, inbox, links, what waits to be sent."""
        person = await self._people.find(address)
        streams = [keys.out(person.partition), keys.tries(person.partition)]
        await self._server.run(FORGET, [*_places(person), *streams], [person.name])
        await self._people.unlink(person)
        self._views.pop(address, None)

    async def current(self, address: Address) -> int:
        """The serial of the person's latest turn; 0 when nothing is known of them."""
        person = await self._people.find(address)
        return int(await self._server.call("HGET", keys.turn(person), "n") or 0)

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
        while view.head is not None:
            applied, view = await self._turn(person, view, view.head, step)
            handled += applied
        return handled

    async def _turn(self, person: Person, view: _View, head: bytes, step: Advance) -> tuple[int, _View]:
        try:
            inbound = load_inbound(self._vault.open(head, keys.inbox(person)))
        except (Unsealable, Unloadable) as error:
            log.warning("a waiting message cannot be read and is dropped: %s", error)
            _, after = await self._commit(person, view.turns, head, None)
            return 0, after
        result = step(self._session(person, view.session), inbound, view.turns + 1)
        applied, after = await self._commit(person, view.turns, head, result)
        if applied and result.saved is None:
            await self._people.unlink(person)
        return applied, after

    def _session(self, person: Person, sealed: bytes | None) -> str | None:
        try:
            return None if sealed is None else self._vault.open(sealed, keys.session(person)).decode()
        except Unsealable as error:
            # No session is a normal case on every path (FC-31): the person begins anew.
            log.warning("a session cannot be read and is left aside: %s", error)
            return None

    async def _commit(self, person: Person, turns: int, head: bytes, step: Step | None) -> tuple[int, _View]:
        """Take the message off with what it led to (None: nothing). 1 when that is done, else 0; the view after it."""
        out = keys.out(person.partition)
        names = [*_places(person), keys.links(person), out, keys.tries(person.partition)]
        result = step or Step(None, timedelta())
        verb = "leave" if step is None else "erase" if step.saved is None else "save"
        saved = self._vault.seal((result.saved or "").encode(), keys.session(person))
        turn_life = TURN_LIFE_AFTER_ERASING if verb == "erase" else max(result.keep, TURN_LIFE)
        lives = [_milliseconds(life) for life in (result.keep, turn_life, REPLY_LIFE)]
        replies = [self._vault.seal(dump_outbound(outbound), out) for outbound in result.outbound]
        arguments: list[Argument] = [person.name, head, turns, secrets.token_hex(8), verb, saved, *lives, *replies]
        *view, applied = await self._server.run(COMMIT, names, arguments)
        return applied, _View(*view)


def _places(person: Person) -> list[str]:
    return [keys.inbox(person), keys.session(person), keys.turn(person), keys.waiting(person.partition)]


def _milliseconds(time: timedelta) -> int:
    return int(time.total_seconds() * 1000)
