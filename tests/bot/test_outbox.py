"""What the sender promises: each reply once and in order per person, and what becomes of those that fail.

Every test runs on the bundled server and on a cluster.
"""

import asyncio
import signal
import sys
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import outbox
from bot.channels import Outcome, SendError
from bot.messages import Address, Inbound
from bot.outbox import Sender
from bot.pace import Pace
from bot.store import Step, Unavailable
from bot.store.counts import this_day
from bot.store.redis import RedisStore
from bot.vault import Vault
from tests.bot.carriers import Carrier, FileCarrier, Time
from tests.bot.sending import empty, sending
from tests.bot.steps import LUIS, NOW, ROOM, ROSA, message, question, words
from tests.polling import until
from tests.servers import Running

TRY_LATER = SendError(Outcome.NOT_SENT, "429", timedelta(seconds=60))
NOT_SENT = SendError(Outcome.NOT_SENT, "refused connection")
PERHAPS = SendError(Outcome.PERHAPS, "timeout")
REFUSED = SendError(Outcome.REFUSED, "21211")
STOPPED = SendError(Outcome.STOPPED, "blocked")


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped sender ends its last read; here that may not take as long."""
    monkeypatch.setattr(outbox, "_WAIT", 0.05)


@pytest.fixture
def time() -> Time:
    return Time(NOW.timestamp())


async def reply(store: RedisStore, *texts: str, address: Address = ROSA, **changes: object) -> None:
    """Commit replies to a person, a turn each; `changes` are made to the outbound."""

    def step(saved: str | None, inbound: Inbound, serial: int, recent: str | None) -> Step:
        done = words(saved, inbound, serial, recent)
        return replace(done, outbound=tuple(replace(outbound, **changes) for outbound in done.outbound))  # type: ignore[arg-type]

    for text in texts:
        await store.accept(message(f"{address.user} {text}", text, address))
        await store.advance(address, step)


async def test_replies_go_out_once_and_in_order_for_everyone(
    store: RedisStore, carrier: Carrier, server: Running
) -> None:
    numbers = [str(n) for n in range(10)]
    people = [Address("telegram", f"70000{n:02}") for n in range(20)]
    async with sending(store, carrier):
        await asyncio.gather(*(reply(store, *numbers, address=person) for person in people))
        await until(empty(server))
    assert all(carrier.texts(person) == numbers for person in people)


async def test_what_waited_before_the_sender_came_goes_out(
    store: RedisStore, carrier: Carrier, server: Running
) -> None:
    await reply(store, "1", "2")
    async with sending(store, carrier):
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1", "2"]


# --- outcomes (FC-13, FC-14, design decision 8)


async def test_a_throttled_reply_waits_as_told_and_only_its_person_waits(
    store: RedisStore, carrier: Carrier, server: Running, time: Time
) -> None:
    carrier.fails["1"] = [TRY_LATER]
    await reply(store, "1", "2")
    async with sending(store, carrier, time):
        await until(time.waits(60))
        await reply(store, "a", "b", address=LUIS)
        await until(lambda: carrier.texts(LUIS) == ["a", "b"])
        time.forward(59)
        assert carrier.texts(ROSA) == ["1"]
        time.forward(1)
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1", "1", "2"]


async def test_without_being_told_it_waits_longer_each_time_up_to_a_minute(
    store: RedisStore, carrier: Carrier, server: Running, time: Time
) -> None:
    carrier.fails["1"] = [NOT_SENT] * 8
    await reply(store, "1")
    async with sending(store, carrier, time):
        for pause in (1, 2, 4, 8, 16, 32, 60, 60):
            await until(time.waits(pause))
            time.forward(pause)
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1"] * 9
    assert carrier.asked == []


async def test_perhaps_sent_and_found_is_done(store: RedisStore, carrier: Carrier, server: Running, time: Time) -> None:
    carrier.fails["1"] = [PERHAPS]
    carrier.answers["1"] = True
    await reply(store, "1", "2")
    async with sending(store, carrier, time):
        await until(time.waits(1))
        time.forward(1)
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1", "2"]
    assert carrier.asked == [("1", NOW.timestamp())]


async def test_perhaps_sent_and_nobody_can_tell_is_sent_once_more_and_never_again(
    store: RedisStore, carrier: Carrier, server: Running, time: Time
) -> None:
    carrier.fails["1"] = [PERHAPS] * 5
    await reply(store, "1", "2")
    async with sending(store, carrier, time):
        for pause in (1, 2):
            await until(time.waits(pause))
            time.forward(pause)
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1", "1", "2"]


async def test_what_the_carrier_says_it_does_not_have_is_sent_until_it_has_it(
    store: RedisStore, carrier: Carrier, server: Running, time: Time
) -> None:
    """A carrier that answers 5xx for a while: nothing is lost, and nothing is sent that it had already."""
    carrier.fails["1"] = [PERHAPS] * 5
    carrier.answers["1"] = False
    await reply(store, "1", "2")
    async with sending(store, carrier, time):
        for pause in (1, 2, 4, 8, 16):
            await until(time.waits(pause))
            time.forward(pause)
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1"] * 6 + ["2"]
    assert carrier.asked == [("1", NOW.timestamp())] * 5  # since the first attempt: it may show late


async def test_the_one_repeat_is_not_spent_on_a_carrier_that_is_away(
    store: RedisStore, carrier: Carrier, server: Running, time: Time
) -> None:
    carrier.fails["1"] = [PERHAPS]
    carrier.silent = True
    await reply(store, "1")
    async with sending(store, carrier, time):
        for pause in (1, 2, 4):
            await until(time.waits(pause))
            time.forward(pause)
        await until(time.waits(8))
        assert carrier.texts(ROSA) == ["1"]
        carrier.silent = False
        time.forward(8)
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1", "1"]


async def test_an_attempt_that_surely_failed_is_not_the_one_more(
    store: RedisStore, carrier: Carrier, server: Running, time: Time
) -> None:
    carrier.fails["1"] = [PERHAPS, NOT_SENT, PERHAPS, PERHAPS]
    await reply(store, "1")
    async with sending(store, carrier, time):
        for pause in (1, 2, 4):
            await until(time.waits(pause))
            time.forward(pause)
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1"] * 3


async def test_an_error_of_a_channel_counts_as_perhaps(
    store: RedisStore, carrier: Carrier, server: Running, time: Time
) -> None:
    carrier.fails["1"] = [ZeroDivisionError()]
    await reply(store, "1")
    async with sending(store, carrier, time):
        await until(time.waits(1))
        time.forward(1)
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1", "1"]


async def test_a_refused_reply_is_dropped_and_the_next_one_goes_out(
    store: RedisStore, carrier: Carrier, server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    carrier.fails["1"] = [REFUSED]
    await reply(store, "1", "2")
    async with sending(store, carrier):
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1", "2"]
    assert "21211" in caplog.text
    assert ROSA.user not in caplog.text


async def test_a_reply_for_a_channel_that_is_off_is_dropped(
    store: RedisStore, carrier: Carrier, server: Running
) -> None:
    await reply(store, "1", address=LUIS)
    stop = asyncio.Event()
    task = asyncio.create_task(Sender(store, store, {"sms": carrier}).run(stop))
    await until(empty(server))
    stop.set()
    await task
    assert carrier.calls == []
    assert [letter.why for letter in await store.dead()] == ["refused"]


async def test_who_stopped_is_forgotten_with_all_that_waits(
    store: RedisStore, carrier: Carrier, server: Running
) -> None:
    carrier.fails["1"] = [STOPPED]
    await reply(store, "1", "2", "3", address=LUIS)
    await reply(store, "1b")
    async with sending(store, carrier):
        await until(empty(server))
    assert carrier.texts(LUIS) == ["1"]
    assert carrier.texts(ROSA) == ["1b"]
    assert await store.current(LUIS) == 0


# --- too late


async def test_a_reply_past_its_time_is_dropped(
    store: RedisStore, carrier: Carrier, server: Running, time: Time
) -> None:
    carrier.fails["1"] = [TRY_LATER]
    await reply(store, "1", "2", expires=NOW + timedelta(seconds=30))
    await reply(store, "3")
    async with sending(store, carrier, time):
        await until(time.waits(60))
        time.forward(60)
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1", "3"]


async def test_a_question_the_person_has_moved_past_is_dropped(
    store: RedisStore, carrier: Carrier, server: Running, time: Time
) -> None:
    carrier.fails["old"] = [TRY_LATER]
    await reply(store, "old", question="inside")
    async with sending(store, carrier, time):
        await until(time.waits(60))
        await reply(store, "restart", question="inside")
        time.forward(60)
        await until(empty(server))
    assert carrier.texts(ROSA) == ["old", "restart"]


async def test_a_statement_is_sent_however_far_the_person_has_moved(
    store: RedisStore, carrier: Carrier, server: Running
) -> None:
    await reply(store, "1", "2")
    await store.accept(message("3"))
    await store.advance(ROSA, question)
    async with sending(store, carrier):
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1", "2", "3"]


async def test_how_replies_end_is_counted(store: RedisStore, carrier: Carrier, server: Running, time: Time) -> None:
    carrier.fails["refused"] = [REFUSED]
    carrier.fails["stopped"] = [STOPPED]
    await reply(store, "late", expires=NOW - timedelta(seconds=1))
    await reply(store, "overtaken", question="inside")
    await reply(store, "sent", "refused")
    await reply(store, "stopped", address=LUIS)
    async with sending(store, carrier, time):
        await until(empty(server))
    ends = ("sms:late", "sms:overtaken", "sms:sent", "sms:refused", "telegram:stopped")
    counted = await store.counted(this_day())
    assert {end: counted[end] for end in ends} == dict.fromkeys(ends, 1)
    assert [letter.why for letter in await store.dead()] == ["refused"]


async def test_what_was_perhaps_sent_twice_is_a_dead_letter(
    store: RedisStore, carrier: Carrier, server: Running, time: Time
) -> None:
    carrier.fails["1"] = [PERHAPS] * 2
    await reply(store, "1")
    async with sending(store, carrier, time):
        for pause in (1, 2):
            await until(time.waits(pause))
            time.forward(pause)
        await until(empty(server))
    assert [(letter.why, letter.channel) for letter in await store.dead()] == [("doubtful", "sms")]


async def test_what_whatsapp_closed_out_goes_out_once_the_person_writes_again(
    store: RedisStore, carrier: Carrier, server: Running, time: Time
) -> None:
    """Its clock decides, not ours; the same text is not tried again before that (FC-12)."""
    phone = Address("whatsapp", "whatsapp:+5215500000001")
    carrier.fails["1"] = [SendError(Outcome.CLOSED, "63016")]
    await reply(store, "1", address=phone, expires=NOW + timedelta(hours=2))
    await reply(store, "other", address=LUIS)
    async with sending(store, carrier, time):
        await until(empty(server))
        time.forward(3 * 3600)
        await reply(store, "again", address=LUIS)
        await until(empty(server))
        assert carrier.texts(phone) == ["1"]
        await reply(store, "2", address=phone)
        await until(empty(server))
    assert carrier.texts(phone) == ["1", "1", "2"]
    assert await store.dead() == []


# --- room and pace: nobody delays anybody else


async def test_a_carrier_that_is_down_holds_up_its_own_people_only(
    store: RedisStore, carrier: Carrier, server: Running, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Far more waits for it than the sender holds in memory."""
    monkeypatch.setattr(outbox, "_HOLDS", 5)
    people = [Address("sms", f"+120255501{n:02}") for n in range(40)]
    carrier.fails = defaultdict(lambda: [NOT_SENT] * 100, {"b": []})
    for person in people:
        await reply(store, "a", address=person)
    async with sending(store, carrier, time):
        await until(lambda: len(carrier.calls) >= 5)
        await reply(store, "b", address=LUIS)
        await until(lambda: carrier.texts(LUIS) == ["b"])
    assert len({user for user, text in carrier.calls if text == "a"}) <= 5


async def test_a_slow_carrier_holds_up_its_own_people_only(
    store: RedisStore, carrier: Carrier, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_AT_ONCE", 2)
    fast = Carrier()
    carrier.holds.clear()
    for n in range(6):
        await reply(store, "a", address=Address("sms", f"+120255501{n:02}"))
    await reply(store, "b", address=LUIS)
    sender = Sender(store, store, {"sms": carrier, "telegram": fast})
    stop = asyncio.Event()
    task = asyncio.create_task(sender.run(stop))
    await until(lambda: fast.texts(LUIS) == ["b"] and len(carrier.calls) == 2)
    carrier.holds.set()
    await until(empty(server))
    stop.set()
    await task


async def test_a_pace_is_shared_by_all_processes(store: RedisStore, server: Running, vault: Vault) -> None:
    """Nine turns after the first, whoever takes them, lie a tenth of a second apart; another name waits for none."""
    other = RedisStore(server.url, vault)
    waits = [await (store, other)[n % 2].reserve(Pace("number", 10)) for n in range(10)]
    assert 0.7 < waits[-1] <= 0.9
    assert waits == sorted(waits)
    assert await other.reserve(Pace("another", 10)) == 0
    assert await other.reserve(Pace("number", 10, units=5)) > waits[-1]
    assert await other.reserve(Pace("number", 10)) > waits[-1] + 0.5
    await other.close()


async def test_replies_leave_at_the_carriers_pace(store: RedisStore, server: Running) -> None:
    """Each waits for its turn, and who is overtaken takes none."""
    carrier = Paced()
    people = [Address("sms", f"+120255501{n:02}") for n in range(5)]
    for person in people:
        await reply(store, "a", address=person)
    for number in range(20):
        await reply(store, f"q{number}", address=LUIS, question="inside")
    began = asyncio.get_running_loop().time()
    async with sending(store, carrier):
        await until(empty(server))
    took = asyncio.get_running_loop().time() - began
    assert took >= 4 / Paced.RATE
    assert len(carrier.texts(LUIS)) <= 2  # the twenty questions took a turn or two, not twenty


class Paced(Carrier):
    """A carrier that takes so much a second."""

    RATE = 20.0

    def pace(self, payload: dict[str, Any]) -> Pace | None:  # noqa: ARG002
        return Pace("number", self.RATE)

    def pace_to(self, address: Address) -> Pace | None:
        return Pace(address.user, self.RATE)


# --- stopping, dying, and several senders


async def test_a_call_that_does_not_end_is_left_to_the_next_sender(
    store: RedisStore, carrier: Carrier, server: Running, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that shall stop has ten seconds; what became of the call is asked later."""
    monkeypatch.setattr(outbox, "_ENDS_WITHIN", 0.1)
    carrier.holds.clear()
    await reply(store, "1", "2")
    async with sending(store, carrier):
        await until(lambda: carrier.calls)
    carrier.holds.set()
    carrier.answers["1"] = True
    await another_sends_the_rest(server, vault, carrier)
    assert carrier.texts(ROSA) == ["1", "2"]
    assert [text for text, _ in carrier.asked] == ["1"]


async def test_a_polite_stop_finishes_the_call_under_way_and_leaves_the_rest(
    store: RedisStore, carrier: Carrier, server: Running, vault: Vault
) -> None:
    carrier.holds.clear()
    await reply(store, "1", "2")
    async with sending(store, carrier):
        await until(lambda: carrier.calls)
        asyncio.get_running_loop().call_later(0.05, carrier.holds.set)
    assert carrier.texts(ROSA) == ["1"]
    await another_sends_the_rest(server, vault, carrier)
    assert carrier.texts(ROSA) == ["1", "2"]


async def test_a_polite_stop_while_throttled_does_not_spend_an_attempt(
    store: RedisStore, carrier: Carrier, server: Running, vault: Vault, time: Time
) -> None:
    carrier.fails["1"] = [TRY_LATER]
    await reply(store, "1")
    async with sending(store, carrier, time):
        await until(time.waits(60))
    await another_sends_the_rest(server, vault, carrier)
    assert carrier.texts(ROSA) == ["1", "1"]
    assert carrier.asked == []


async def another_sends_the_rest(server: Running, vault: Vault, carrier: Carrier) -> None:
    store = RedisStore(server.url, vault, lease=2)  # it looks for free partitions three times as often
    async with sending(store, carrier):
        await until(empty(server))
    await store.close()


async def test_two_senders_send_each_reply_once(
    store: RedisStore, carrier: Carrier, server: Running, vault: Vault
) -> None:
    other = RedisStore(server.url, vault)
    people = [Address("telegram", f"70000{n:02}") for n in range(20)]
    async with sending(store, carrier), sending(other, carrier):
        await asyncio.gather(*(reply(store, "1", "2", "3", address=person) for person in people))
        await until(empty(server))
    await other.close()
    assert all(carrier.texts(person) == ["1", "2", "3"] for person in people)


async def test_a_sender_whose_lease_lapsed_does_not_send_what_it_holds(store: RedisStore, server: Running) -> None:
    await reply(store, "1")
    [held] = await store.read(ROOM, 0.2)
    for key in server.raw.scan_iter("*:lease"):
        server.raw.delete(key)
    assert not await store.begin(held)


async def test_a_dead_senders_share_is_taken_over_and_what_it_may_have_sent_is_asked_about(
    store: RedisStore, carrier: Carrier, server: Running, vault: Vault
) -> None:
    await reply(store, "1", "2")
    dying = RedisStore(server.url, vault, lease=0.5)
    [first, _] = await dying.read(ROOM, 0.2)
    assert await dying.begin(first)
    await dying.close()  # without giving its leases back
    carrier.answers["1"] = True
    await another_sends_the_rest(server, vault, carrier)
    assert carrier.texts(ROSA) == ["2"]
    [(text, since)] = carrier.asked
    assert text == "1"
    assert since == first.queued
    assert abs(since - datetime.now(UTC).timestamp()) < 60


async def test_killed_and_restarted_nothing_is_lost_doubled_or_out_of_order(
    store: RedisStore, server: Running, vault: Vault, keys: str, tmp_path: Path
) -> None:
    sent = tmp_path / "sent"
    sent.touch()
    numbers = [str(n) for n in range(15)]
    people = [Address("telegram", f"70000{n:02}") for n in range(10)]
    await asyncio.gather(*(reply(store, *numbers, address=person) for person in people))
    command = [sys.executable, "-m", "tests.bot.another_sender", server.url, keys, str(sent)]
    process = await asyncio.create_subprocess_exec(*command)
    await until(lambda: len(sent.read_text().splitlines()) > 40)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert not empty(server)()
    carrier = FileCarrier(sent, takes=0)
    await another_sends_the_rest(server, vault, carrier)
    lines = sent.read_text().splitlines()
    assert all(
        [line for line in lines if line.startswith(person.user)] == [f"{person.user} {n}" for n in numbers]
        for person in people
    )


async def test_a_sender_outlives_an_outage_of_the_store(
    store: RedisStore, carrier: Carrier, server: Running, monkeypatch: pytest.MonkeyPatch, time: Time
) -> None:
    call, away = store._server.call, True

    async def stumbling(*command: bytes) -> object:
        if away:
            raise Unavailable
        return await call(*command)

    await reply(store, "1")
    monkeypatch.setattr(store._server, "call", stumbling)
    async with sending(store, carrier, time):
        await until(time.waits(1))
        away = False
        time.forward(1)
        await until(empty(server))
    assert carrier.texts(ROSA) == ["1"]


async def test_a_reply_nobody_can_open_is_dropped(store: RedisStore, carrier: Carrier, server: Running) -> None:
    lost = RedisStore(server.url, Vault.from_text(f"{Vault.new_secret()},{'A' * 43}"))
    await reply(lost, "1")
    await lost.close()
    await reply(store, "2")
    async with sending(store, carrier):
        await until(empty(server))
    assert [text for _, text in carrier.calls] == ["2"]


async def test_a_long_queue_is_read_in_parts(store: RedisStore) -> None:
    await reply(store, *(str(n) for n in range(12)))
    read = [[entry.outbound.payload["text"] for entry in await store.read({"sms": 5}, 0.2)] for _ in range(4)]
    assert read == [["0", "1", "2", "3", "4"], ["5", "6", "7", "8", "9"], ["10", "11"], []]
    assert await store.read({"sms": 0}, 0.01) == ()


async def test_an_error_of_ours_in_one_persons_task_is_loud(
    store: RedisStore, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever keeps the sender up begins again, and then everything that was read is read again."""

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(store, "done", broken)
    await reply(store, "1")
    with pytest.raises(ZeroDivisionError):
        async with asyncio.timeout(10):
            await Sender(store, store, {"sms": carrier}).run(asyncio.Event())


async def test_nothing_waits_behind_somebody_who_was_forgotten(
    store: RedisStore, server: Running, carrier: Carrier, time: Time
) -> None:
    """A reply in doubt of which the carrier cannot tell is asked for again and again; not once its person is gone."""
    carrier.fails["1"] = [PERHAPS]
    carrier.silent = True
    async with sending(store, carrier, time):
        await reply(store, "1")
        await until(time.waits(1))
        time.forward(1)
        await until(time.waits(2))
        await store.forget(ROSA)
        await reply(store, "2")
        time.forward(2)
        await until(lambda: carrier.texts(ROSA) == ["1", "2"])
        await until(empty(server))
