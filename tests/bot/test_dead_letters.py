"""What came to nothing is kept for three days: by whom it may be seen, how it is tried again, and when it goes."""

import json

import pytest

from bot.cli import main
from bot.store import DeadLetter
from bot.store.redis import RedisStore
from bot.vault import Vault
from tests.bot.steps import LUIS, ROOM, ROSA, erase, message, words
from tests.processes import settings
from tests.servers import Running

HOURS_72 = 72 * 3600 * 1000


async def die(store: RedisStore, text: str = "1", address: object = ROSA) -> DeadLetter:
    """A reply that the carrier will never take."""
    inbound = message(f"{address} {text}", text, address)  # type: ignore[arg-type]
    await store.accept(inbound)
    await store.advance(inbound.address, words)
    [entry] = await store.read(ROOM, 0.2)
    await store.bury(entry, "refused")
    return (await store.dead())[-1]


async def test_a_dead_letter_tells_neither_whom_nor_what(store: RedisStore, server: Running) -> None:
    letter = await die(store, "hola, soy CANARIO")
    assert (letter.kind, letter.channel, letter.why) == ("reply", "sms", "refused")
    assert "CANARIO" not in repr(letter)
    [key] = server.raw.scan_iter("*:dead")
    assert 0 < server.raw.pttl(key) <= HOURS_72
    assert b"CANARIO" not in repr(server.raw.xrange(key)).encode()
    assert await store.read(ROOM, 0.0) == []
    assert (await store.depth()).dead == 1


async def test_what_is_older_than_three_days_goes_with_the_next(store: RedisStore, server: Running) -> None:
    partition = (await die(store)).key.partition("/")[0]
    dead = f"{{{partition}}}:dead"
    server.raw.delete(dead)
    server.raw.xadd(dead, {"person": "a" * 32, "reply": b"", "why": "refused"}, id="1000-0")
    await die(store, "2")
    assert server.raw.xlen(dead) == 1
    assert not server.raw.xrange(dead, "1000-0", "1000-0")


async def test_tried_again_it_waits_like_any_other(store: RedisStore) -> None:
    letter = await die(store)
    assert await store.retry(letter)
    [entry] = await store.read(ROOM, 0.2)
    assert entry.outbound.payload == {"text": "1"}
    assert await store.dead() == []
    assert not await store.retry(letter)


async def test_erased_it_is_gone(store: RedisStore) -> None:
    await store.drop(await die(store))
    assert await store.dead() == []


@pytest.mark.parametrize("by", ["forget", "erase"])
async def test_a_person_who_is_forgotten_leaves_no_dead_letter(store: RedisStore, by: str) -> None:
    await die(store)
    kept = await die(store, "2", LUIS)
    if by == "forget":
        await store.forget(ROSA)
    else:
        await store.accept(message("borrar"))
        await store.advance(ROSA, erase)
    assert await store.dead() == [kept]


async def test_a_message_nobody_could_read_is_heard_once_the_key_is_back(server: Running, keys: str) -> None:
    lost = Vault.new_secret()
    before, after = (
        RedisStore(server.url, Vault.from_text(f"{lost},{keys}")),
        RedisStore(server.url, Vault.from_text(keys)),
    )
    await before.accept(message("1", "hola"))
    assert await after.advance(ROSA, words) == 0
    [letter] = await after.dead()
    assert (letter.kind, letter.why) == ("message", "unreadable")
    assert not await after.retry(letter)
    assert await before.retry(letter)
    assert await before.advance(ROSA, words) == 1
    [entry] = await before.read(ROOM, 0.2)
    assert entry.outbound.payload == {"text": "hola"}
    await before.close()
    await after.close()


def test_the_command_line(
    embedded_server: Running, keys: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """List, try again, erase; only what is named; nothing about anybody."""
    embedded_server.raw.flushall()
    for name, value in settings("http://127.0.0.1:1", REDIS_URL=embedded_server.url, RUMBO_KEYS=keys).items():
        monkeypatch.setenv(name, value)
    dead = [_dead(embedded_server, keys, text) for text in ("1", "2", "3")]
    assert main(["send", "--dead", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [letter["key"] for letter in listed] == dead
    assert set(listed[0]) == {"key", "kind", "channel", "why", "since"}
    assert main(["send", "--dead", "retry", dead[0]]) == 0
    assert main(["send", "--dead", "drop", dead[1]]) == 0
    assert main(["send", "--dead", "list"]) == 0
    out = capsys.readouterr().out
    assert dead[2] in out.splitlines()[-2]
    assert out.endswith("1 dead letters\n")
    assert main(["send", dead[2]]) == 2
    assert "--dead" in capsys.readouterr().err
    assert main(["send", "--dead", "drop", dead[0]]) == 2
    assert dead[0] in capsys.readouterr().err
    assert main(["stats", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["replies_waiting"]["sms"] == 1
    assert figures["dead_letters"] == 1
    assert sum(day.get("sms:refused", 0) for day in figures["days"].values()) == 3
    assert main(["stats"]) == 0
    assert "dead letters      1" in capsys.readouterr().out


def _dead(server: Running, keys: str, text: str) -> str:
    """The name of a fresh dead letter."""
    import asyncio

    async def dying() -> str:
        store = RedisStore(server.url, Vault.from_text(keys))
        letter = await die(store, text)
        await store.release()
        await store.close()
        return letter.key

    return asyncio.run(dying())
