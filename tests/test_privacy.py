"""The canary test (FC-35, do-no-harm 14, 15, 18, 19): what people send is found in no log and, once erased, nowhere.

Somebody whose number, id, words and place are unmistakable talks on all three channels while everything that could go
wrong does, every logger of every library writes all it can, and afterwards each line and each stored byte is searched.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from redis import Redis

import bot.turns
from bot import logs
from bot.house import House
from bot.settings import Settings
from bot.store.counts import this_day
from bot.vault import Vault
from bot.web import create_app
from conversations.converse import Turn
from conversations.session import dump
from tests.bot.carrier import OURS, TOKEN, form, signed
from tests.bot.stand_in import Answer, StandIn, standing_in
from tests.conversation import today
from tests.polling import until
from tests.processes import BOT, SECRET, Carrier, running, settings, up
from tests.servers import Running, kind
from tests.test_processes import SENT

NUMBER, WHATSAPP, SCOPED = "+12025550111", "whatsapp:+5215500000001", "whatsapp:MX.10000000000000000001"
TELEGRAM = 7000001
WORDS = "Soy de CANARIO-7f3a"
LATITUDE, LONGITUDE = 14.9031, -92.2575
CANARIES = ("2025550111", "5500000001", "10000000000000000001", "7000001", "CANARIO", "14.9031", "92.2575")
TOKENS = (TOKEN, BOT, SECRET)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """The log as it is set up, then turned up, for every library, as far as it goes."""
    root = logging.getLogger()
    written = StringIO()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(logging, "raiseExceptions", True)
    monkeypatch.setattr(sys, "stderr", written)
    levels = {name: logging.getLogger(name).level for name in ("", "bot")}
    logs.set_up("DEBUG")
    root.setLevel(logging.DEBUG)
    yield written
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
async def carrier() -> AsyncIterator[StandIn]:
    """What everybody's replies are sent to."""
    async with standing_in(Answer(201, SENT)) as stand_in:
        yield stand_in


class Canary(Carrier):
    """Somebody unmistakable, on all three channels."""

    count = 0

    async def writes(self, text: str) -> None:
        """The same words everywhere."""
        await self.acts(text)
        self.count += 1
        await self.telegram(TELEGRAM, text, self.count)

    async def acts(self, text: str = "", **fields: str) -> None:
        """By SMS and WhatsApp, with what else a form may hold."""
        for person in (NUMBER, WHATSAPP):
            self.count += 1
            both = {"ExternalUserId": SCOPED, "ProfileName": "CANARIO"} if person is WHATSAPP else {}
            await self.posts(form(From=person, Body=text, MessageSid=f"SM{self.count}", **both, **fields))

    async def posts(self, fields: dict[str, str], path: str = "/twilio/inbound", query: str = "") -> None:
        """A signed form."""
        request = signed(fields, path, query)
        headers = {**request.headers, "Content-Type": "application/x-www-form-urlencoded"}
        await self.http.post(f"{path}?{query}" if query else path, content=request.body, headers=headers)

    async def updates(self, kind: str = "message", **content: Any) -> None:
        """An update of Telegram's."""
        self.count += 1
        person = {"id": TELEGRAM, "is_bot": False, "first_name": "CANARIO", "username": "CANARIO"}
        chat = {"id": TELEGRAM, "type": "private", "first_name": "CANARIO"}
        message = {"message_id": self.count, "date": 1, "chat": chat, "from": person, **content}
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        await self.http.post("/telegram/hook", json={"update_id": self.count, kind: message}, headers=headers)

    async def shares(self) -> None:
        """A place."""
        await self.acts(Latitude=str(LATITUDE), Longitude=str(LONGITUDE), Address="CANARIO 1", Label="CANARIO")
        await self.updates(location={"latitude": LATITUDE, "longitude": LONGITUDE})

    async def talks(self) -> None:
        """A whole conversation in which each question is first answered with words that tell who it is."""
        for text in ("hola", "1", "1"):
            await self.writes(text)
        for number in range(10):
            await self.writes(f"{WORDS} {number}")
            await self.writes("1")
        await self.shares()
        for text in ("centro", "CANARIO-7f3a", "A12345678", f"Me llamo CANARIO, {NUMBER}", "ayuda"):
            await self.writes(text)
        await self.shares()
        await self.acts(NumMedia="1", MediaContentType0="text/x-vcard", MediaUrl0=f"https://127.0.0.1/{NUMBER}")
        await self.updates(contact={"phone_number": NUMBER, "first_name": "CANARIO"})
        await self.updates("edited_message", text=WORDS, edit_date=2)

    async def errs(self) -> None:
        """Requests that are refused, make no sense, or come by another way."""
        await self.twilio(NUMBER, WORDS, "SM-bad", secret="another")
        await self.telegram(TELEGRAM, WORDS, 990001, secret="another")
        await self.posts(form(From=NUMBER, Body=WORDS), "/twilio/fallback")
        await self.posts(form(From=NUMBER, Body=WORDS, MessageSid="-"))
        await self.posts(form(From=NUMBER, Body=WORDS, MessageSid="SM-query"), query=f"From={NUMBER}&Body=CANARIO")
        await self.http.post("/telegram/hook", content=WORDS, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET})
        await self.http.post("/telegram/hook", json={"update_id": 1, "message": {"text": WORDS}},
                             headers={"X-Telegram-Bot-Api-Secret-Token": SECRET})  # fmt: skip
        await self.http.get(f"/nothing/{NUMBER}", params={"text": WORDS})
        group = {"id": -TELEGRAM, "type": "group", "title": "CANARIO"}
        await self.updates(chat=group, text=WORDS)


async def test_a_canary_sings_nowhere(
    embedded_server: Running,
    carrier: StandIn,
    log: StringIO,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Every step of a conversation, then a bug of ours, then a carrier that refuses, drops and throttles."""
    embedded_server.raw.flushall()
    secret = Vault.new_secret()
    env = settings(carrier.url, REDIS_URL=embedded_server.url, RUMBO_KEYS=secret)
    async with living(House(Settings.from_env(env))) as (canary, sessions, house):
        await canary.talks()
        await canary.errs()
        with monkeypatch.context() as patch:
            patch.setattr(bot.turns, "converse", broken)
            await canary.writes(WORDS)
        await until(lambda: sent_to_all(carrier))
        await in_trouble(canary, carrier, house)
        assert (await house.store.counted(this_day()))["fault"] == 3
        searched(sessions, CANARIES)
        searched(stored(embedded_server.raw), (*CANARIES, *TOKENS, secret))
        assert lifetimes(embedded_server.raw) == []
        await canary.writes("borrar")
        # Behind a reply in doubt, of which the carrier cannot tell, and whose pauses grow.
        await until(lambda: waiting(embedded_server.raw) == 0, within=90)
        logging.getLogger("any.library").debug("heard")
    for line in ("a turn failed on sms: RuntimeError", "refused 21212", "forgetting a person", "heard"):
        assert line in log.getvalue()
    searched([log.getvalue(), *capfd.readouterr()], (*CANARIES, *TOKENS, secret))
    left = {kind(name) for name in names(embedded_server.raw)}
    # A turn is a number, kept minutes so that no commit is repeated; a pace is a time, kept seconds.
    assert left <= {"seen", "turn", "out", "dead", "lease", "senders", "counts", "pace"}
    assert not any(embedded_server.raw.xlen(name) for name in names(embedded_server.raw) if name.endswith(":dead"))
    assert all(embedded_server.raw.pttl(name) <= 600_000 for name in names(embedded_server.raw) if ":turn:" in name)


async def test_a_real_process_says_nothing_either(tmp_path: Path, embedded_server: Running, carrier: StandIn) -> None:
    """As it is run, at the level that tells most: the HTTP server's lines too."""
    secret = Vault.new_secret()
    env = settings(carrier.url, REDIS_URL=embedded_server.url, RUMBO_KEYS=secret, RUMBO_LOG_LEVEL="DEBUG")
    with running(tmp_path, env, "serve") as process:
        async with AsyncClient(base_url=f"http://127.0.0.1:{process.port}", timeout=10) as http:
            canary = Canary(http)
            await up(process, canary)
            await canary.talks()
            await canary.errs()
            await until(lambda: sent_to_all(carrier))
        assert process.ends() == 0
    assert "fallback used" in process.log
    searched([process.log], (*CANARIES, *TOKENS, secret))


# ---------------------------------------------------------------------- parts


def broken(*_: object) -> Turn:
    """A bug of ours that quotes the person."""
    raise RuntimeError(f"{WORDS} {NUMBER} {TELEGRAM} {LATITUDE}")


@asynccontextmanager
async def living(house: House) -> AsyncIterator[tuple[Canary, list[str], House]]:
    """The house with all that runs in it; who writes to it; every session there was, as it was stored."""
    sessions: list[str] = []

    def watch(_: object, turn: Turn, *__: object) -> None:
        sessions.append(dump(turn.session) if turn.session else "")

    house.guide = today()
    house.turns = replace(house.turns, watch=watch)
    app = create_app(house.channels, house.intake(), ready=house.store.ready, static_help=house.static_help)
    stop = asyncio.Event()
    running = asyncio.create_task(house.run(stop, house.sweep, house.send))
    try:
        async with AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1") as http:
            yield Canary(http), sessions, house
    finally:
        stop.set()
        await running


async def in_trouble(canary: Canary, carrier: StandIn, house: House) -> None:
    """A carrier that quotes the person in its refusal, one that cuts the line, and receipts of both kinds."""
    refusal = {"code": 21212, "message": f"{NUMBER} {WORDS}", "ok": False, "error_code": 400, "description": WORDS}
    for answer in (Answer(400, refusal), Answer(drop=True), Answer(429, refusal, {"Retry-After": "1"})):
        before = len(carrier.calls)
        carrier.answers = [answer, Answer(201, SENT)]
        await canary.writes("menu")
        await until(lambda before=before: len(carrier.calls) >= before + 3)  # type: ignore[misc]
    carrier.answers = [Answer(201, SENT)]
    for status in ({"MessageStatus": "delivered"}, {"MessageStatus": "failed", "ErrorCode": "30006"}):
        await canary.posts(form(From=OURS, To="+12025550111", **status), "/twilio/status")


def sent_to_all(carrier: StandIn) -> bool:
    """Whether somebody on each channel got something."""
    people = {str(call.data.get("To") or call.data.get("chat_id")) for call in carrier.calls}
    return {NUMBER, WHATSAPP, str(TELEGRAM)} <= people


def searched(texts: Sequence[str], canaries: Sequence[str]) -> None:
    """None of the canaries is in any of the texts."""
    for canary in canaries:
        found = [text[max(0, text.find(canary) - 200) :][:400] for text in texts if canary in text]
        assert not found, f"{canary} in {found[0]!r}"


def names(store: Redis) -> list[str]:
    """The names of all keys."""
    return [key.decode() for key in store.scan_iter()]


def stored(store: Redis) -> list[str]:
    """Every name and every value, whatever its kind."""
    read: dict[bytes, tuple[str | int, ...]] = {
        b"string": ("GET",),
        b"list": ("LRANGE", 0, -1),
        b"hash": ("HGETALL",),
        b"set": ("SMEMBERS",),
        b"zset": ("ZRANGE", 0, -1),
        b"stream": ("XRANGE", "-", "+"),
    }
    texts = []
    for name in names(store):
        verb, *more = read[store.execute_command("TYPE", name)]  # type: ignore[no-untyped-call]
        texts.append(f"{name} {store.execute_command(verb, name, *more)!r}")  # type: ignore[no-untyped-call]
    return texts


def lifetimes(store: Redis) -> list[str]:
    """Keys that would stay for ever."""
    return [name for name in names(store) if store.pttl(name) == -1]


def waiting(store: Redis) -> int:
    """How many replies are not delivered yet."""
    return sum(store.xlen(name) for name in names(store) if ":out:" in name)
