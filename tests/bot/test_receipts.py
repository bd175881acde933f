"""What a carrier says of a reply after it has taken it: once more later, a dead letter, or nothing left to do.

Statuses come twice and in any order, also before the answer to the call.
"""

from datetime import timedelta

import pytest

from bot.messages import Address, Ending, Receipt
from bot.store.counts import this_day
from bot.store.redis import RedisStore
from tests.bot.carriers import Carrier
from tests.bot.sending import empty, sending
from tests.bot.steps import LUIS, ROSA, erase, message, words
from tests.polling import until
from tests.servers import Running, kind


async def says(store: RedisStore, text: str, address: Address = ROSA) -> None:
    """A person writes, and is owed the same words."""
    await store.accept(message(f"{address.user} {text}", text, address))
    await store.advance(address, words)


def word(ending: Ending, id: str = "sent 1", address: Address = ROSA, after: timedelta = timedelta()) -> Receipt:
    """A carrier's last word."""
    return Receipt(address, id, "undelivered", "30003", ending, after)


async def test_what_could_not_be_delivered_is_sent_once_more_and_no_more(
    store: RedisStore, carrier: Carrier, server: Running
) -> None:
    await says(store, "1")
    async with sending(store, carrier):
        await until(empty(server))
        assert await store.settle(word("again"))
        assert not await store.settle(word("again"))  # it comes twice
        assert await store.send_due() == 1
        await until(lambda: len(carrier.calls) == 2)
        await until(empty(server))
        assert not await store.settle(word("again", "sent 2"))
        assert await store.send_due() == 0
    assert carrier.texts(ROSA) == ["1", "1"]


async def test_it_waits_as_long_as_the_code_asks(store: RedisStore, carrier: Carrier, server: Running) -> None:
    await says(store, "1")
    async with sending(store, carrier):
        await until(empty(server))
    assert await store.settle(word("again", after=timedelta(minutes=10)))
    assert await store.send_due() == 0
    [later] = server.raw.scan_iter("*:later")
    now = int(server.raw.time()[0]) * 1000
    assert server.raw.zcount(later, now + 590_000, now + 601_000) == 1


async def test_who_has_moved_on_does_not_get_it_again(store: RedisStore, carrier: Carrier, server: Running) -> None:
    """They have had the next answer; the old one would only confuse."""
    await says(store, "1")
    async with sending(store, carrier):
        await until(empty(server))
        assert await store.settle(word("again"))
        await says(store, "2")
        assert await store.send_due() == 1
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1", "2"]
    assert (await store.counted(this_day()))["sms:overtaken"] == 1


async def test_a_last_word_that_comes_before_the_answer_to_the_call(
    store: RedisStore, carrier: Carrier, server: Running
) -> None:
    carrier.holds.clear()
    await says(store, "1")
    async with sending(store, carrier):
        await until(lambda: carrier.calls)
        assert not await store.settle(word("again"))
        carrier.holds.set()
        await until(empty(server))
        await until(lambda: any(kind(key) == "later" for key in server.raw.scan_iter()))
        assert await store.send_due() == 1
        await until(lambda: carrier.texts(ROSA) == ["1", "1"])
        await until(empty(server))


@pytest.mark.parametrize(("ending", "why"), [("refused", "refused"), ("closed", "closed")])
async def test_what_the_carrier_gives_up_is_a_dead_letter(
    store: RedisStore, carrier: Carrier, server: Running, ending: Ending, why: str
) -> None:
    await says(store, "1")
    async with sending(store, carrier):
        await until(empty(server))
    assert await store.settle(word(ending))
    assert [(letter.why, letter.channel) for letter in await store.dead()] == [(why, "sms")]
    assert not await store.settle(word(ending))
    assert len(await store.dead()) == 1


async def test_what_whatsapp_closed_out_late_goes_out_once_the_person_writes(
    store: RedisStore, carrier: Carrier, server: Running
) -> None:
    """63016 comes by the callback as a rule (FC-12)."""
    await says(store, "1")
    async with sending(store, carrier):
        await until(empty(server))
        await store.settle(word("closed"))
        await says(store, "2")
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1", "1", "2"]


async def test_what_arrived_is_forgotten(store: RedisStore, carrier: Carrier, server: Running) -> None:
    """And a failure reported after that is not believed."""
    await says(store, "1")
    async with sending(store, carrier):
        await until(empty(server))
    assert await store.settle(word("delivered"))
    assert not await store.settle(word("again"))
    assert await store.send_due() == 0
    assert (await store.counted(this_day()))["sms:delivered"] == 1


@pytest.mark.parametrize("receipt", [word("again", "unknown"), word("again", address=LUIS), word("stopped")])
async def test_a_word_on_what_we_do_not_know_does_nothing(
    store: RedisStore, carrier: Carrier, server: Running, receipt: Receipt
) -> None:
    await says(store, "1")
    async with sending(store, carrier):
        await until(empty(server))
    assert not await store.settle(receipt)
    assert await store.send_due() == 0


async def test_of_the_answer_to_delete_nothing_is_kept(store: RedisStore, carrier: Carrier, server: Running) -> None:
    await says(store, "1")
    await store.accept(message("borrar"))
    await store.advance(ROSA, erase)
    async with sending(store, carrier):
        await until(empty(server))
    assert carrier.texts(ROSA) == ["erased"]
    assert not [key for key in server.raw.scan_iter() if kind(key) == "sent"]


@pytest.mark.parametrize("by", ["forget", "erase"])
async def test_a_person_who_is_forgotten_leaves_nothing_to_be_sent_once_more(
    store: RedisStore, carrier: Carrier, server: Running, by: str
) -> None:
    for text in ("1", "2"):
        await says(store, text)
    await says(store, "other", LUIS)
    async with sending(store, carrier):
        await until(empty(server))
    ids = {text: f"sent {number}" for number, (_, text) in enumerate(carrier.calls, 1)}
    await store.settle(word("again", ids["1"]))
    await store.settle(word("again", ids["other"], LUIS))
    if by == "forget":
        await store.forget(ROSA)
    else:
        await store.accept(message("borrar"))
        await store.advance(ROSA, erase)
    assert await store.send_due() == 1
    person = store._vault.person(ROSA).name
    assert not any(person in key.decode() and kind(key) in ("sent", "session") for key in server.raw.scan_iter())


async def test_only_the_last_few_are_kept(store: RedisStore, carrier: Carrier, server: Running) -> None:
    for number in range(30):
        await says(store, str(number))
    async with sending(store, carrier):
        await until(empty(server))
    [sent] = [key for key in server.raw.scan_iter() if kind(key) == "sent"]
    assert server.raw.llen(sent) <= 8
    assert 0 < server.raw.pttl(sent) <= 2 * 3600 * 1000
    assert "text" not in repr(server.raw.lrange(sent, 0, -1))
