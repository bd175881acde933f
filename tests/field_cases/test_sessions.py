"""Answers that come after the session has gone, after a release, or while the store is in trouble (FC-28 to FC-31)."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest
from redis.exceptions import ReadOnlyError

from bot.house import House
from bot.messages import Inbound
from bot.settings import Settings, SettingsError
from bot.store import Step
from bot.vault import Vault
from conversations.events import Text
from conversations.guide import Guide
from conversations.session import dump, load
from tests.bot.carrier import form
from tests.bot.carriers import Time
from tests.bot.stand_in import StandIn
from tests.conversation import OPERATOR, today
from tests.conversations.test_redeploy import dropped
from tests.field_cases.rumbo import Phone, Rumbo, rumbo_on
from tests.polling import until
from tests.processes import settings
from tests.servers import end, kind, start_embedded

RETENTION = today().operator.hours
GONE = "ask language as session.expired.all"


@pytest.fixture(params=["sms", "whatsapp", "telegram"])
def phone(request: pytest.FixtureRequest, rumbo: Rumbo) -> Phone:
    """Somebody, on each channel."""
    return rumbo.phone(request.param)


async def speaks(phone: Phone, language: str) -> None:
    """From now on the session is in this language, offered or not."""

    def change(saved: str | None, inbound: Inbound, serial: int, recent: str | None) -> Step:
        assert saved is not None
        session = replace(load(saved), language=language, seen=int(inbound.at.timestamp()))
        return Step(dump(session), timedelta(hours=RETENTION))

    inbound = Inbound(phone.address, "in another language", Text("x"), phone.rumbo.now)
    await phone.rumbo.store.accept(inbound)
    await phone.rumbo.store.advance(phone.address, change)


# --- late (FC-28)


async def test_an_answer_after_everything_was_erased(rumbo: Rumbo, phone: Phone) -> None:
    """FC-28, 1: in Creole, at a late question: "3" is no answer, the reply has Creole, nothing can be read back."""
    await phone.reaches("comar")
    await speaks(phone, "ht")
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    rumbo.later(hours=RETENTION)
    await phone.writes("3")
    assert rumbo.heard[-1] == GONE
    here = await phone.here()
    assert (dict(here.answers), here.consent, here.language) == ({}, None, None)
    await rumbo.deliver()
    (said,) = phone.texts
    assert f"efase apre {RETENTION}" in said, "in Creole: erased after a while"
    assert await phone.asked() == "language", "and how to start: the menu"
    await phone.writes("1", "1", "atrás")
    assert await phone.chosen() == {}


async def test_an_answer_after_five_hours(rumbo: Rumbo, phone: Phone) -> None:
    """FC-28, 2: it goes on where it was, and first repeats the question that "2" is taken to answer."""
    await phone.reaches("comar")
    before = await phone.chosen()
    rumbo.later(hours=5)
    await phone.writes("2")
    assert rumbo.heard[-1] == "say ask.comar; say session.resumed; ask again guess (comar) [waiting]"
    assert await phone.chosen() == before
    await phone.writes("sí")
    assert await phone.chosen() == {**before, "comar": ("waiting",)}


async def test_a_day_without_signal_loses_nothing(rumbo: Rumbo, phone: Phone) -> None:
    """FC-28, 3: the least that can be set is 24 hours, and the store keeps the session as long as is set."""
    with pytest.raises(SettingsError) as raised:
        Settings.from_env({**settings("http://127.0.0.1:1"), "RUMBO_HOURS": "23"})
    assert any(mistake.startswith("RUMBO_HOURS") for mistake in raised.value.mistakes)
    await phone.reaches("comar")
    lives = [rumbo.server.raw.pttl(key) / 3_600_000 for key in rumbo.server.raw.scan_iter("*:session:*")]
    assert len(lives) == 1
    assert RETENTION - 0.1 < lives[0] <= RETENTION
    assert RETENTION >= 24
    before = await phone.chosen()
    rumbo.later(hours=24)
    await phone.writes("menu")
    assert await phone.chosen() == before


# --- after a release (FC-29)


def deploys(rumbo: Rumbo, guide: Guide) -> None:
    """Another version of the content goes out."""
    rumbo.turns = replace(rumbo.turns, guide=lambda: guide)


async def test_the_open_question_is_gone(rumbo: Rumbo, phone: Phone) -> None:
    """FC-29, 1: no exception; it is said; what still means the same is kept; "1" answers nothing else."""
    await phone.reaches("age")
    before = await phone.chosen()
    deploys(rumbo, dropped("age"))
    await phone.writes("1")
    assert rumbo.heard[-1] == "say session.questions_changed; ask fear"
    assert await phone.chosen() == before == {"where": ("MX",), "nationality": ("HN",)}


def with_countries(*shortcuts: str) -> Guide:
    """A guide whose first question lists these countries."""
    where = replace(today().questions[0], shortcuts=shortcuts)
    return replace(today(), version=shortcuts[2], questions=(where, *today().questions[1:]))


async def test_a_number_means_what_was_shown(rumbo: Rumbo, phone: Phone) -> None:
    """FC-29, 2: option 3 was the United States; then Belize came in as the third; whoever saw the old list and
    answers "3" is in the United States."""
    deploys(rumbo, with_countries("MX", "GT", "US", "CA", "HN"))
    await phone.reaches("where")
    assert (await phone.here()).asked is not None
    deploys(rumbo, with_countries("MX", "GT", "BZ", "US", "CA"))
    await phone.writes("3")
    assert await phone.chosen() == {"where": ("US",)}


# --- a store in trouble (FC-30)


async def test_read_only_twice_and_then_no_longer(rumbo: Rumbo, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    """FC-30, 1: the first two writes fail with READONLY: handled, once, without a restart."""
    await phone.reaches("comar")
    before, heard = await phone.chosen(), len(rumbo.heard)
    client = rumbo.store._server._client
    execute = client.execute_command
    failed: list[Any] = []

    async def stumble(*command: Any, **options: Any) -> Any:
        if str(command[0]).startswith("EVAL") and len(failed) < 2:
            failed.append(command[0])
            raise ReadOnlyError("You can't write against a read only replica.")
        return await execute(*command, **options)

    monkeypatch.setattr(client, "execute_command", stumble)
    await phone.writes("1")
    assert len(failed) == 2
    assert await phone.chosen() == {**before, "comar": ("none",)}
    assert len(rumbo.heard) == heard + 1


@pytest.fixture
async def apart(
    short_folder: Path, tmp_path: Path, vault: Vault, time: Time, carrier: StandIn, quick: None
) -> AsyncIterator[Rumbo]:
    """Rumbo on a server of its own, which a test may end."""
    server = start_embedded(short_folder / tmp_path.name)
    async with rumbo_on(server, vault, time, carrier) as rumbo:
        yield rumbo
    end(server)


async def three_while_away(phone: Phone) -> list[str]:
    """Three messages while the store is away: 503 within five seconds each; the static texts that came back."""
    said = []
    for number in range(3):
        text, sid = f"Soy de CANARIO {number}", f"SM000000000000000000000000000030{number:02}"
        async with asyncio.timeout(5):
            response = await phone.posts(text, 555000030 + number if phone.address.channel == "telegram" else sid)
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        if phone.address.channel != "telegram":  # Twilio comes for it; Telegram is told
            fields = form(From=phone.address.user, Body=text, MessageSid=sid)
            answer = await phone.rumbo.form(fields, "/twilio/fallback")
            assert answer.status_code == 200
            said += [str(message.text) for message in ElementTree.fromstring(answer.content)]  # noqa: S314  # ours
    return said or phone.texts


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "telegram"])
async def test_the_store_is_down_for_five_minutes(
    apart: Rumbo, short_folder: Path, tmp_path: Path, channel: str
) -> None:
    """FC-30, 2: one static reply in the main languages, not three; nothing is kept in memory and written later."""
    phone = apart.phone(channel)
    end(apart.server, signal.SIGKILL)
    (said,) = await three_while_away(phone)
    for words in ("no funciona", "Pa mache", "Not working", "911", OPERATOR.url):
        assert words in said
    apart.later(minutes=5)
    apart.server = start_embedded(short_folder / tmp_path.name)
    await until(apart.store.ready)
    other = apart.sms("+12025550112")
    await other.writes("hola", "1")
    assert apart.heard[-1] == "ask consent"
    assert dict((await other.here()).answers) == {}
    assert await apart.session(phone.address) is None, "what was not taken is nowhere"
    assert (await apart.store.depth()).inboxes == 0


# --- keys (FC-31)


async def test_the_session_vanishes_between_question_and_tap(rumbo: Rumbo) -> None:
    """FC-31, 1: no exception, and the same reply as to an answer after everything was erased."""
    for phone in (rumbo.telegram(), rumbo.whatsapp()):
        await phone.reaches("comar")
        run = (await phone.here()).run
        for key in rumbo.server.raw.scan_iter("*:session:*"):
            rumbo.server.raw.delete(key)
        rumbo.later(seconds=20)
        assert (await phone.presses(f"{run}:comar:none")).status_code == 200
        assert rumbo.heard[-1] == GONE
        assert await phone.chosen() == {}


async def test_the_store_after_a_thousand_conversations(rumbo: Rumbo) -> None:
    """FC-31, 2: every key has a lifetime, a stop outlives the session, and no name holds a number in clear."""
    random = Random(31)  # noqa: S311  # made-up people, not secrets
    people = [talks(rumbo, number) for number in range(1000)]
    stopped = set()
    for phone in people:
        rumbo.later(seconds=20)
        texts = ["hola", random.choice("12"), "1", random.choice(("1", "2", "Honduras", "qwerty", "borrar"))]
        texts = texts[: random.randint(1, 4)] + (["alto"] if random.random() < 0.1 else [])
        for text in texts:
            await rumbo.turns.receive(said(phone, text), rumbo.channels[phone.address.channel])
            rumbo.later(seconds=5)
        if texts[-1] == "alto":
            stopped.add(phone.address)
    names = [key.decode() for key in rumbo.server.raw.scan_iter()]
    assert len([name for name in names if kind(name) == "session"]) > 800
    assert [name for name in names if rumbo.server.raw.pttl(name) == -1] == []
    clear = [phone.address.user.rpartition("+")[2][-10:] for phone in people]
    text = "\n".join(names)
    assert [number for number in clear if number in text] == []
    assert len(stopped) > 50
    rumbo.later(hours=RETENTION + 1)
    lives = [rumbo.server.raw.pttl(key) for key in rumbo.server.raw.scan_iter("*:session:*")]
    assert sum(life > 300 * 86_400_000 for life in lives) == len(stopped)
    for address in stopped:
        session = await rumbo.session(address)
        assert session is not None
        assert session.stopped
        assert not session.answers


def talks(rumbo: Rumbo, number: int) -> Phone:
    """One of the thousand."""
    if number % 3 == 0:
        return rumbo.sms(f"+1202555{number:04}")
    return rumbo.telegram(7_100_000 + number) if number % 3 == 1 else rumbo.whatsapp(f"whatsapp:+52155{number:08}")


def said(phone: Phone, text: str) -> Inbound:
    """A message of theirs."""
    return Inbound(phone.address, str(phone.rumbo.next_id()), Text(text), phone.rumbo.now)


async def test_a_policy_that_may_throw_away_a_stop(rumbo: Rumbo, caplog: pytest.LogCaptureFixture) -> None:
    """FC-31, 3: allkeys-lru: when the service starts it says loudly what may be lost, and the command that mends it."""
    rumbo.server.raw.config_set("maxmemory-policy", "allkeys-lru")
    env = settings("http://127.0.0.1:1", REDIS_URL=rumbo.server.url, RUMBO_KEYS=Vault.new_secret())
    house, stop = House(Settings.from_env(env)), asyncio.Event()
    house.guide = today()
    working = asyncio.create_task(house.run(stop, house.sweep))
    try:
        await until(lambda: "allkeys-lru" in caplog.text)
    finally:
        rumbo.server.raw.config_set("maxmemory-policy", "noeviction")
        stop.set()
        await working
    (line,) = [record for record in caplog.records if "allkeys-lru" in record.getMessage()]
    assert line.levelno == logging.ERROR
    assert "CONFIG SET maxmemory-policy noeviction" in line.getMessage()
