"""What "delete" takes out of a chat: what we said and what the person said, each once, and the list of it too.

Every test of the sender runs on the bundled server and on a cluster.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from bot import outbox
from bot.channels import ClearsChats, Outcome, SendError
from bot.channels.telegram import Telegram
from bot.messages import Address, Inbound, Outbound
from bot.store import Step
from bot.store.keys import shown
from bot.store.redis import RedisStore
from bot.store.scripts import CLEARED
from bot.vault import Vault
from conversations.events import Text
from tests.bot.carriers import Carrier
from tests.bot.sending import empty, sending
from tests.bot.steps import FAR, LUIS, ROOM, ROSA, erase, message, words
from tests.bot.talk import Talk
from tests.polling import until
from tests.servers import Running


class Clearing(Carrier):
    """A carrier whose messages can be taken away: what was, as one call each."""

    def __init__(self) -> None:
        super().__init__()
        self.cleared: list[list[str]] = []
        self.failures: list[SendError] = []

    async def clear(self, address: Address, messages: Sequence[str]) -> None:
        self.calls.append((address.user, "cleared"))
        if self.failures:
            raise self.failures.pop(0)
        self.cleared.append(list(messages))


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped sender ends its last read; here that may not take as long."""
    monkeypatch.setattr(outbox, "_WAIT", 0.05)


@pytest.fixture
def clearing() -> Clearing:
    return Clearing()


def written(id: object, own: str | None = None, address: Address = LUIS) -> Inbound:
    return replace(message(id, address=address), own=own or f"their {id}")


def erase_and_clear(saved: str | None, inbound: Inbound, serial: int, recent: str | None = None) -> Step:
    step = erase(saved, inbound, serial, recent)
    clears = Outbound(f"{inbound.id}-c", inbound.address, {}, FAR, serial, clears=True)
    return replace(step, outbound=(clears, *step.outbound))


async def handle(store: RedisStore, inbound: Inbound, step: object = words) -> None:
    await store.accept(inbound)
    await store.advance(inbound.address, step)  # type: ignore[arg-type]


async def test_delete_takes_away_what_both_have_said(store: RedisStore, server: Running, clearing: Clearing) -> None:
    """In the order in which it was said, before the answer, and nothing is left that tells of it."""
    async with sending(store, clearing):
        await handle(store, written(1))
        await handle(store, written(2))
        await until(empty(server))
        await handle(store, written("borrar"), erase_and_clear)
        await until(empty(server))
    (cleared,) = clearing.cleared
    assert sorted(cleared) == sorted(["their 1", "sent 1", "their 2", "sent 2", "their borrar"])
    assert clearing.texts(LUIS) == ["1", "2", "cleared", "erased"]
    assert not list(server.raw.scan_iter("*:shown:*"))


async def test_what_was_still_on_its_way_goes_too(store: RedisStore, server: Running, clearing: Clearing) -> None:
    """The sender is at a reply while the person deletes: it lands in the chat, and is taken away all the same."""
    clearing.holds.clear()
    async with sending(store, clearing):
        await handle(store, written(1))
        await until(lambda: bool(clearing.calls))
        await handle(store, written("borrar"), erase_and_clear)
        clearing.holds.set()
        await until(empty(server))
    assert "sent 1" in clearing.cleared[0]


@pytest.mark.parametrize("outcome", [Outcome.PERHAPS, Outcome.NOT_SENT])
async def test_a_clearing_that_fails_is_done_again(
    store: RedisStore, server: Running, clearing: Clearing, outcome: Outcome
) -> None:
    """As often as needed: twice does no harm, so doubt does not end it."""
    clearing.failures = [SendError(outcome, "5xx", timedelta(milliseconds=1)) for _ in range(3)]
    async with sending(store, clearing):
        await handle(store, written(1))
        await handle(store, written("borrar"), erase_and_clear)
        await until(empty(server))
    assert clearing.texts(LUIS)[-5:] == [*["cleared"] * 4, "erased"]
    assert await store.dead() == []


async def test_a_sender_that_died_over_it_leaves_it_to_the_next(
    store: RedisStore, server: Running, clearing: Clearing, vault: Vault
) -> None:
    """However often: the note of an attempt does not count."""
    await handle(store, written(1))
    await handle(store, written("borrar"), erase_and_clear)
    for _ in range(3):
        dying = RedisStore(server.url, vault)
        entry = next(entry for entry in await dying.read(ROOM, 0.5) if entry.outbound.clears)
        assert await dying.begin(entry)
        await dying.release()
        await dying.close()
    async with sending(store, clearing):
        await until(empty(server))
    assert clearing.cleared == [["their 1", "their borrar"]]


async def test_a_channel_that_cannot_keeps_no_list(store: RedisStore, server: Running, carrier: Carrier) -> None:
    """What it would be good for is not there."""
    async with sending(store, carrier):
        await handle(store, message(1, address=ROSA))
        await until(empty(server))
    assert not list(server.raw.scan_iter("*:shown:*"))


async def test_the_list_is_sealed_and_short(store: RedisStore, server: Running, vault: Vault) -> None:
    """Of somebody who writes without end, the latest."""
    for number in range(CLEARED + 5):
        await handle(store, written(number, own=f"{number}"))
    place = shown(vault.person(LUIS))
    sealed = cast("list[bytes]", server.raw.zrange(place, 0, -1))
    assert [vault.open(message, place) for message in sealed] == [b"%d" % n for n in range(5, CLEARED + 5)]
    await store.forget(LUIS)
    assert not server.raw.exists(place)


async def test_the_words_that_erase_clear_the_chat(talk: Talk) -> None:
    """Delete and the quick exit, in the same step; a stop does not, and SMS cannot."""
    channel = Telegram("123:ABC")
    assert isinstance(channel, ClearsChats)
    turns = replace(talk.turns, channels={**talk.turns.channels, "telegram": channel})
    for said, clears in (("borrar", True), ("clima", True), ("stop", False)):
        inbound = Inbound(LUIS, said, Text(said), talk.turns.clock())
        outbound = turns.step(None, inbound, 1).outbound
        assert [reply.clears for reply in outbound] == [True, False][not clears :]
        assert not any(reply.clears for reply in turns.step(None, replace(inbound, address=ROSA), 1).outbound)
    _, answer = turns.step(None, Inbound(LUIS, "1", Text("borrar"), talk.turns.clock()), 1).outbound
    assert "quitamos" in channel.shows(dict(answer.payload))
    await channel.close()
