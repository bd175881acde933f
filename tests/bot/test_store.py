"""What the store promises: each message handled once and in order, whatever is repeated, crossed, or killed.

Every test runs on the bundled server and on a cluster, unless it says why not.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from bot.messages import Address, Inbound, Receipt
from bot.pace import Pace
from bot.store import Advance, Step, Unavailable, Waiting
from bot.store.lifetimes import COUNTS_LIFE
from bot.store.redis import RedisStore
from bot.store.scripts import COMMIT, Script
from bot.vault import Vault
from tests.bot.steps import KEEP, LUIS, ROOM, ROSA, Recall, erase, message, words
from tests.polling import until
from tests.servers import Running, end, kind, start_embedded

PHONE = Address("whatsapp", "whatsapp:+5215500000001")
SCOPED = Address("whatsapp", "whatsapp:MX.13491208655302741918")


@pytest.fixture
async def store(server: Running, vault: Vault) -> AsyncIterator[RedisStore]:
    async with opened(server.url, vault) as store:
        yield store


@asynccontextmanager
async def opened(url: str, vault: Vault, **options: Any) -> AsyncIterator[RedisStore]:
    store = RedisStore(url, vault, **options)
    yield store
    await store.close()


async def say(store: RedisStore, inbound: Inbound, step: Advance = words) -> int:
    """What the webhook does: accept, then advance."""
    await store.accept(inbound)
    return await store.advance(inbound.address, step)


async def session(store: RedisStore, address: Address = ROSA) -> str | None:
    """The session of a person, by means of one more message."""
    recall = Recall()
    await say(store, message("recall", address=address), recall)
    return recall.saved


async def outbox(store: RedisStore) -> Sequence[Waiting]:
    return await store.read(ROOM, 0.2)


def texts(entries: Sequence[Waiting]) -> list[str]:
    return [entry.outbound.payload["text"] for entry in entries]


# --- one turn


async def test_a_turn_keeps_the_session_and_queues_the_reply(store: RedisStore) -> None:
    assert await say(store, message(1, "hola")) == 1
    assert await say(store, message(2, "sí")) == 1
    assert texts(await outbox(store)) == ["hola", "sí"]
    assert await session(store) == "hola sí"


async def test_a_turn_takes_two_round_trips(store: RedisStore) -> None:
    await say(store, message(1))
    sent = counting(store)
    await say(store, message(2))
    assert len(sent) == 2


async def test_the_serial_counts_the_turns(store: RedisStore) -> None:
    serials = []

    def step(saved: str | None, inbound: Inbound, serial: int, recent: str | None) -> Step:
        serials.append(serial)
        return words(saved, inbound, serial, recent)

    for number in range(3):
        await say(store, message(number), step)
    assert serials == [1, 2, 3]
    assert await store.current(ROSA) == 3
    assert await store.current(LUIS) == 0


async def test_a_turn_without_a_reply_overtakes_nothing(store: RedisStore) -> None:
    """A button pressed twice: the question that waits to be sent is still the one to send."""

    def silent(saved: str | None, inbound: Inbound, serial: int, recent: str | None) -> Step:
        return replace(words(saved, inbound, serial, recent), outbound=())

    await say(store, message(1))
    await say(store, message(2), silent)
    assert await store.current(ROSA) == 1
    await say(store, message(3))
    assert await store.current(ROSA) == 3


async def test_people_are_apart(store: RedisStore) -> None:
    await say(store, message(1, "hola"))
    await say(store, message(1, "bonjou", LUIS))
    assert await session(store) == "hola"
    assert await session(store, LUIS) == "bonjou"


# --- repeated and crossed deliveries (FC-20, FC-23)


async def test_a_message_delivered_again_is_handled_once(store: RedisStore) -> None:
    assert await store.accept(message(1))
    assert not await store.accept(message(1))
    assert await store.advance(ROSA, words) == 1
    assert not await store.accept(message(1))
    assert await store.advance(ROSA, words) == 0
    assert texts(await outbox(store)) == ["1"]


async def test_a_message_delivered_many_times_at_once_is_handled_once(server: Running, vault: Vault) -> None:
    async with opened(server.url, vault) as one, opened(server.url, vault) as other:
        handled = await asyncio.gather(*(say(store, message(1)) for store in (one, other) * 10))
        assert sum(handled) == 1
        assert texts(await outbox(one)) == ["1"]


async def test_messages_at_once_are_each_handled_once_in_their_order(server: Running, vault: Vault) -> None:
    async with opened(server.url, vault) as one, opened(server.url, vault) as other:
        handled = await asyncio.gather(*(say((one, other)[n % 2], message(n)) for n in range(40)))
        assert sum(handled) == 40
        replies = texts(await outbox(one))
        assert sorted(replies, key=int) == [str(n) for n in range(40)]
        assert await session(one) == " ".join(replies)


async def test_two_processes_handle_each_message_once_in_order(server: Running, vault: Vault, keys: str) -> None:
    command = [sys.executable, "-m", "tests.bot.another_process", server.url, keys, "1", "40"]
    processes = [await asyncio.create_subprocess_exec(*command) for _ in range(2)]
    assert [await process.wait() for process in processes] == [0, 0]
    expected = [str(n) for n in range(1, 41)]
    async with opened(server.url, vault) as store:
        assert texts(await outbox(store)) == expected
        assert await session(store) == " ".join(expected)


async def test_a_view_from_before_another_turn_does_no_harm(server: Running, vault: Vault) -> None:
    async with opened(server.url, vault) as one, opened(server.url, vault) as other:
        await one.accept(message(1))
        await other.accept(message(2))
        assert await other.advance(ROSA, words) == 2
        assert await one.advance(ROSA, words) == 0
        assert await session(one) == "1 2"


async def test_a_repeated_delivery_does_not_hide_what_came_after_it(server: Running, vault: Vault) -> None:
    async with opened(server.url, vault) as one, opened(server.url, vault) as other:
        await say(one, message(1))
        assert not await one.accept(message(1))
        await other.accept(message(2))
        assert await one.advance(ROSA, words) == 1


# --- a turn that fails, a process that dies


async def test_a_step_that_raises_leaves_its_message_waiting(store: RedisStore) -> None:
    with pytest.raises(ZeroDivisionError):
        await say(store, message(1), broken)
    assert await outbox(store) == []
    assert await say(store, message(2)) == 2
    assert await session(store) == "1 2"


async def test_what_a_dead_process_left_is_swept_up(server: Running, vault: Vault) -> None:
    now = 1_000_000.0
    async with opened(server.url, vault, now=lambda: now) as store:
        await store.accept(message(1))
        await store.accept(message(1, address=LUIS))
        assert await store.sweep(words, timedelta(seconds=10)) == 0
        now += 11
        assert await store.sweep(words, timedelta(seconds=10)) == 2
        assert await store.sweep(words, timedelta(seconds=10)) == 0
        assert sorted(texts(await outbox(store))) == ["1", "1"]


async def test_one_person_whose_turn_fails_does_not_stop_the_sweep(server: Running, vault: Vault) -> None:
    def step(saved: str | None, inbound: Inbound, serial: int, recent: str | None) -> Step:
        return (broken if inbound.address == ROSA else words)(saved, inbound, serial, recent)

    async with opened(server.url, vault) as store:
        await store.accept(message(1))
        await store.accept(message(1, address=LUIS))
        assert await store.sweep(step, timedelta(seconds=-1)) == 1
        assert await store.advance(ROSA, words) == 1


async def test_a_commit_repeated_by_the_connection_is_one_commit(store: RedisStore) -> None:
    repeating(store)
    assert await store.accept(message(1))
    assert not await store.accept(message(1))
    assert await store.advance(ROSA, words) == 1
    assert await say(store, message(2)) == 1
    assert texts(await outbox(store)) == ["1", "2"]


async def test_a_commit_repeated_after_anothers_turn_is_still_in(server: Running, vault: Vault) -> None:
    async with opened(server.url, vault) as one, opened(server.url, vault) as other:
        repeating(one, between=lambda script: say(other, message(2)) if script is COMMIT else asyncio.sleep(0))
        await one.accept(message(1))
        assert await one.advance(ROSA, words) == 1
        assert await session(other) == "1 2"


# --- forgetting (do-no-harm 15)


async def test_forgetting_leaves_nothing_but_ids_of_messages(store: RedisStore, server: Running) -> None:
    await say(store, message(1, address=PHONE, alias=SCOPED))
    await say(store, message(2, address=PHONE, alias=SCOPED))
    await store.accept(message(3, address=PHONE, alias=SCOPED))
    await store.forget(PHONE)
    assert {kind(key) for key in server.raw.scan_iter()} <= {"seen", "out"}
    assert await outbox(store) == []
    assert await store.advance(PHONE, words) == 0
    assert await session(store, PHONE) is None


async def test_a_step_that_erases_leaves_its_own_reply_only(store: RedisStore, server: Running) -> None:
    await say(store, message(1, address=PHONE, alias=SCOPED))
    await say(store, message(2, address=PHONE, alias=SCOPED), erase)
    assert texts(await outbox(store)) == ["erased"]
    left = {kind(key): server.raw.pttl(key) for key in server.raw.scan_iter()}
    assert set(left) <= {"seen", "out", "turn", "lease", "senders"}
    assert left["turn"] <= timedelta(minutes=10).total_seconds() * 1000
    assert await session(store, PHONE) is None


async def test_forgetting_one_person_leaves_the_others(store: RedisStore) -> None:
    await say(store, message(1))
    await say(store, message(1, address=LUIS))
    await store.forget(LUIS)
    assert texts(await outbox(store)) == ["1"]
    assert await session(store) == "1"


async def test_a_turn_under_way_does_not_bring_a_forgotten_person_back(server: Running, vault: Vault) -> None:
    async with opened(server.url, vault) as one, opened(server.url, vault) as other:
        await one.accept(message(1))
        await other.forget(ROSA)
        assert await one.advance(ROSA, words) == 0
        assert await session(one) is None


# --- what lies in the store (do-no-harm 14, FC-31, FC-35)


async def test_nothing_in_the_store_tells_a_number_or_a_word(store: RedisStore, server: Running) -> None:
    canary = "CANARIO-7f3a"
    for number in range(3):
        await say(store, message(number, canary))
        await say(store, message(number, canary, LUIS))
        await say(store, message(number, canary, PHONE, SCOPED))
    await store.accept(message("MessageSid9", canary))
    everything = b"\n".join(contents(server))
    for secret in (canary, "2025550111", "7000001", "5500000001", "13491208655302741918", "MessageSid9"):
        assert secret.encode() not in everything


async def test_every_key_has_a_lifetime(store: RedisStore, server: Running) -> None:
    await say(store, message(1, address=PHONE, alias=SCOPED), counting_and_recalling)
    for number in (2, 3, 4):
        await say(store, message(number, address=PHONE, alias=SCOPED))
    await store.accept(message(5, address=PHONE, alias=SCOPED))
    refused, failed, taken, entry = await outbox(store)
    await store.bury(refused, "refused")
    await store.done(failed, "sent", "SM1")
    await store.settle(Receipt(PHONE, "SM1", "failed", ending="again"))
    await store.done(taken, "sent", "SM2", shown="7")
    assert await store.begin(entry)
    await store.reserve(Pace("chat", 1.0))
    assert {kind(key) for key in server.raw.scan_iter()} == {*PERSONAL, *IMPERSONAL}
    for key in server.raw.scan_iter():
        longest = COUNTS_LIFE if kind(key) == "counts" else KEEP
        assert 0 < int(server.raw.pttl(key)) <= longest.total_seconds() * 1000


PERSONAL = {
    *(
        "session",
        "recent",
        "inbox",
        "turn",
        "links",
        "alias",
        "seen",
        "waiting",
        "out",
        "tries",
        "sent",
        "shown",
        "later",
        "dead",
    ),
}
IMPERSONAL = {"lease", "counts", "senders", "pace"}


def counting_and_recalling(saved: str | None, inbound: Inbound, serial: int, recent: str | None) -> Step:
    return replace(words(saved, inbound, serial), recent=f"{recent or ''}{serial}", counts=("turn",))


async def test_a_session_under_a_new_key_goes_on(server: Running, keys: str) -> None:
    async with opened(server.url, Vault.from_text(keys)) as before:
        await say(before, message(1, "hola"))
        await before.accept(message(2, "sí"))
    rotated = f"{Vault.new_secret()},{keys}"
    async with opened(server.url, Vault.from_text(rotated)) as after:
        assert await after.advance(ROSA, words) == 1
        assert await session(after) == "hola sí"
        assert texts(await outbox(after)) == ["hola", "sí", "recall"]


async def test_keys_are_replaced_while_people_talk(server: Running, keys: str) -> None:
    """In three steps, each on one process after the other: every process opens what any other seals."""
    new, names = Vault.new_secret(), Vault.new_secret()
    steps = (keys, f"{keys},{new}", f"{new},{keys}", new)
    said: list[str] = []
    for before, after in pairwise(steps):
        vaults = Vault.from_text(before, names), Vault.from_text(after, names)
        async with opened(server.url, vaults[0]) as one, opened(server.url, vaults[1]) as other:
            for store in (one, other, one):
                said.append(str(len(said)))
                await say(store, message(said[-1]))
    async with opened(server.url, Vault.from_text(new, names)) as last:
        assert await session(last) == " ".join(said)


async def test_without_the_key_a_person_begins_anew_and_nothing_is_stuck(server: Running, keys: str) -> None:
    lost, last = Vault.new_secret(), keys
    async with opened(server.url, Vault.from_text(f"{lost},{last}")) as before:
        await say(before, message(1))
        await before.accept(message(2))
    async with opened(server.url, Vault.from_text(last)) as after:
        assert await session(after) is None
        assert texts(await outbox(after)) == ["recall"]


# --- one person, two addresses


@pytest.mark.parametrize("first", [(PHONE, SCOPED), (SCOPED, None), (PHONE, None)])
@pytest.mark.parametrize("later", [PHONE, SCOPED])
async def test_either_address_leads_to_the_person(
    store: RedisStore, first: tuple[Address, Address | None], later: Address
) -> None:
    await say(store, message(1, address=first[0], alias=first[1]))
    await say(store, message(2, address=PHONE, alias=SCOPED))
    assert await store.current(later) == 2
    assert await session(store, later) == "1 2"


async def test_forgetting_by_either_address_forgets_the_person(store: RedisStore) -> None:
    await say(store, message(1, address=PHONE, alias=SCOPED))
    await store.forget(SCOPED)
    assert await session(store, PHONE) is None


# --- a server that stumbles (FC-30)


async def test_scripts_are_sent_again_when_the_server_lost_them(store: RedisStore, server: Running) -> None:
    await say(store, message(1))
    server.raw.script_flush()
    assert await say(store, message(2)) == 1
    assert await session(store) == "1 2"


@pytest.mark.parametrize("url", ["unix:///nowhere/rumbo.sock", "redis://127.0.0.1:1", "redis+cluster://127.0.0.1:1"])
async def test_a_server_that_is_not_there_is_unavailable_soon(url: str, vault: Vault) -> None:
    async with opened(url, vault) as store:
        async with asyncio.timeout(5):
            with pytest.raises(Unavailable):
                await store.accept(message(1))
            assert not await store.ready()


async def test_a_silent_server_is_unavailable_soon_and_then_serves_again(server: Running, vault: Vault) -> None:
    async with opened(server.url, vault) as store:
        assert await store.ready()
        os.kill(server.pid, signal.SIGSTOP)
        try:
            async with asyncio.timeout(5):
                with pytest.raises(Unavailable):
                    await store.accept(message(1))
        finally:
            os.kill(server.pid, signal.SIGCONT)
        await until(store.ready)
        await store.accept(message(1))
        assert await store.advance(ROSA, words) == 1


async def test_a_primary_turned_replica_is_left_and_found_again(embedded_server: Running, vault: Vault) -> None:
    """On one server only: a node of a cluster refuses REPLICAOF."""
    raw = embedded_server.raw
    raw.flushall()
    raw.config_resetstat()
    async with opened(embedded_server.url, vault) as store:
        await store.accept(message(0))
        raw.replicaof("127.0.0.1", 1)
        attempt = asyncio.create_task(store.accept(message(1)))
        await until(lambda: raw.info("errorstats").get("errorstat_READONLY"))
        raw.replicaof("NO", "ONE")
        assert await attempt
        assert await store.advance(ROSA, words) == 2


async def test_a_sender_leaves_a_primary_that_was(embedded_server: Running, vault: Vault) -> None:
    """Its waiting read too: an old primary that was cut off answers reads for ever, and tells nothing new."""
    raw = embedded_server.raw
    raw.flushall()
    raw.config_resetstat()
    async with opened(embedded_server.url, vault) as store:
        await say(store, message(0))
        assert texts(await outbox(store)) == ["0"]
        before = connections(raw)
        raw.replicaof("127.0.0.1", 1)
        attempt = asyncio.create_task(store.accept(message(1)))
        await until(lambda: raw.info("errorstats").get("errorstat_READONLY"))
        raw.replicaof("NO", "ONE")
        assert await attempt
        await store.read(ROOM, 0.0)
        assert not before & connections(raw)


def connections(raw: Redis) -> set[str]:
    """The ids of all connections that read or write for a store."""
    return {client["id"] for client in raw.client_list() if client["cmd"] in ("xread", "evalsha", "eval", "xrange")}


async def test_a_replica_that_stays_one_is_unavailable(embedded_server: Running, vault: Vault) -> None:
    """On one server only: a node of a cluster refuses REPLICAOF."""
    embedded_server.raw.replicaof("127.0.0.1", 1)
    try:
        async with opened(embedded_server.url, vault) as store:
            with pytest.raises(Unavailable):
                await store.accept(message(1))
    finally:
        embedded_server.raw.replicaof("NO", "ONE")


async def test_killing_the_server_loses_nothing_that_was_committed(short_folder: Path, vault: Vault) -> None:
    """On a server of its own; what is appended to the file survives the process."""
    first = start_embedded(short_folder / "killed")
    async with opened(first.url, vault) as store:
        await say(store, message(1))
        await store.accept(message(2))
        end(first, signal.SIGKILL)
        with pytest.raises(Unavailable):
            await store.accept(message(3))
        second = start_embedded(short_folder / "killed")
        await until(store.ready)
        assert await store.advance(ROSA, words) == 1
        assert await session(store) == "1 2"
        assert texts(await outbox(store)) == ["1", "2", "recall"]
    end(second)


async def test_the_policy_for_short_memory_is_told(store: RedisStore, server: Running) -> None:
    assert await store.eviction() == "noeviction"
    server.raw.config_set("maxmemory-policy", "allkeys-lru")
    assert await store.eviction() == "allkeys-lru"
    server.raw.config_set("maxmemory-policy", "noeviction")


def broken(saved: str | None, inbound: Inbound, serial: int, recent: str | None) -> Step:
    raise ZeroDivisionError


def counting(store: RedisStore) -> list[object]:
    """Note every call that goes to the server."""
    sent: list[object] = []
    call = store._server.call

    async def counted(*command: Any) -> Any:
        sent.append(command[0])
        return await call(*command)

    store._server.call = counted  # type: ignore[method-assign]
    return sent


def repeating(store: RedisStore, between: Callable[[Script], Awaitable[object]] = lambda _: asyncio.sleep(0)) -> None:
    """Run every script twice, as when the connection broke before the first answer came."""
    run = store._server.run

    async def twice(script: Script, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        await run(script, keys, arguments)
        await between(script)
        return await run(script, keys, arguments)

    store._server.run = twice  # type: ignore[method-assign]


def contents(server: Running) -> list[bytes]:
    """All keys and values, whatever their type."""
    raw = server.raw
    read: dict[object, Callable[[bytes], object]] = {
        b"string": raw.get,
        b"list": lambda key: raw.lrange(key, 0, -1),
        b"hash": raw.hgetall,
        b"set": raw.smembers,
        b"zset": lambda key: raw.zrange(key, 0, -1),
        b"stream": raw.xrange,
    }
    return [part for key in raw.scan_iter() for part in (key, repr(read[raw.type(key)](key)).encode())]
