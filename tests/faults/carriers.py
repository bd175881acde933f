"""Stand-ins for Twilio and Telegram: they keep what they took for each person, in order, and fail as they are told.

What is told is a `Mood`, by channel. What a carrier took has reached the person; whether Rumbo was told so is another
matter. Status callbacks go back as Twilio's do: signed, of every state, and if wished repeated and in another order.
"""

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from time import monotonic
from typing import Any, NamedTuple

from aiohttp import web

from bot.messages import CHANNELS, ChannelName
from tests.faults.tags import read
from tests.servers import free_port

# A sender that is killed while it speaks is no news here.
logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL + 1)

STATES = ("queued", "sent", "delivered")


Report = Callable[[dict[str, str]], Awaitable[None]]
"""Brings a form to Rumbo."""


@dataclass(frozen=True, slots=True)
class Mood:
    """How a carrier answers. `share`: how many of the messages meet it, each at its first attempt only.

    `status` is answered in place of 201, with `after` seconds to wait; `takes`: whether the message is taken all the
    same. `cut`: the connection ends without an answer. `slow`: seconds before anything happens; `hang`: seconds from
    then to the answer. `again`: at every attempt.
    """

    status: int = 0
    after: int = 0
    takes: bool = False
    cut: bool = False
    slow: float = 0.0
    hang: float = 0.0
    share: float = 1.0
    again: bool = False


GOOD = Mood(share=0.0)
UNANSWERED = Mood(takes=True, cut=True)


class Taken(NamedTuple):
    """A message that was taken: what it says, and when (by the clock that measures, and by the one on the wall)."""

    text: str
    at: float
    wall: datetime


@dataclass
class Carriers:
    """Both carriers at one address.

    `taken`: what reached each person, in order; `whole`: when the last part of the answer to each message did.
    `doubted`: people whose messages are taken without a word; `slow_people`: seconds that a call for them takes.
    `callback` reports to Rumbo; `told` is for what share of the messages, `shuffled` whether in disorder.
    """

    port: int = field(default_factory=free_port)
    taken: defaultdict[str, list[Taken]] = field(default_factory=lambda: defaultdict(list))
    whole: dict[str, float] = field(default_factory=dict)
    moods: dict[ChannelName, Mood] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)
    slow_people: dict[str, float] = field(default_factory=dict)
    callback: Report | None = None
    told: float = 0.1
    shuffled: bool = False
    failures: int = 0
    _parts: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _met: set[tuple[str, str]] = field(default_factory=set)
    _site: web.TCPSite | None = None
    _runner: web.AppRunner | None = None
    _telling: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where they are."""
        return f"http://127.0.0.1:{self.port}"

    def texts(self, person: str) -> list[str]:
        """What was taken for a person, in order."""
        return [taken.text for taken in self.taken[person]]

    # ------------------------------------------------------------------ open and closed

    async def open(self) -> None:
        """Take connections."""
        if self._runner is None:
            app = web.Application()
            app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._twilio)
            app.router.add_get("/2010-04-01/Accounts/{account}/Messages.json", self._list)
            app.router.add_post("/bot{token}/{method}", self._telegram)
            self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
            await self._runner.setup()
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=512, reuse_address=True)
        await self._site.start()

    async def refuse(self) -> None:
        """Refuse connections, until opened again. No connection outlives its call, so there are none left."""
        assert self._site is not None
        await self._site.stop()

    async def close(self) -> None:
        """End."""
        if self._runner is not None:
            await self._runner.cleanup()
        for telling in self._telling:
            telling.cancel()

    # ------------------------------------------------------------------ Twilio

    async def _twilio(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        channel: ChannelName = "whatsapp" if form["To"].startswith("whatsapp:") else "sms"
        mood = self._mood(channel, form["To"], form["Body"])
        sid = f"SM{random.getrandbits(128):032x}"
        await asyncio.sleep(mood.slow + self.slow_people.get(form["To"], 0.0))
        if mood.takes or not (mood.status or mood.cut):
            self._take(form["To"], form["Body"])
            self._tell(sid, form["From"], form["To"])
        await asyncio.sleep(mood.hang)
        if mood.cut:
            return _cut(request)
        if mood.status:
            headers = {"Retry-After": str(mood.after)} if mood.after else {}
            code = {429: 20429}.get(mood.status, 20500)
            return _closing(web.json_response({"code": code}, status=mood.status, headers=headers))
        return _closing(web.json_response({"sid": sid}, status=201))

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """The newest messages to one person, as Rumbo asks for them when it is in doubt."""
        newest = reversed(self.taken[request.query["To"]][-int(request.query["PageSize"]) :])
        messages = [
            {"direction": "outbound-api", "body": taken.text, "date_created": format_datetime(taken.wall)}
            for taken in newest
        ]
        return _closing(web.json_response({"messages": messages}))

    # ------------------------------------------------------------------ Telegram

    async def _telegram(self, request: web.Request) -> web.StreamResponse:
        is_json = request.content_type == "application/json"
        data = await request.json() if is_json else await request.post()
        if request.match_info["method"].lower() != "sendmessage":
            away = self.moods.get("telegram", GOOD)
            if away.status and away.again:
                return _closing(web.json_response(_telegram_error(away), status=away.status))
            return _closing(web.json_response({"ok": True, "result": True}))
        person, text = str(data["chat_id"]), str(data["text"])
        mood = self._mood("telegram", person, text)
        await asyncio.sleep(mood.slow)
        if mood.takes or not (mood.status or mood.cut):
            self._take(person, text)
        await asyncio.sleep(mood.hang)
        if mood.cut:
            return _cut(request)
        if mood.status:
            return _closing(web.json_response(_telegram_error(mood), status=mood.status))
        chat = {"id": int(person), "type": "private"}
        return _closing(web.json_response({"ok": True, "result": {"message_id": 1, "date": 1, "chat": chat}}))

    # ------------------------------------------------------------------ what both do

    def _mood(self, channel: ChannelName, person: str, text: str) -> Mood:
        mood = UNANSWERED if person in self.doubted else self.moods.get(channel, GOOD)
        if not mood.again and (person, text) in self._met:
            return GOOD
        if random.random() >= mood.share:
            return GOOD
        self._met.add((person, text))
        self.failures += 1
        return mood

    def all_in_mood(self, mood: Mood) -> None:
        """Let every channel's carrier be in this mood."""
        self.moods = dict.fromkeys(CHANNELS, mood)

    def _take(self, person: str, text: str) -> None:
        now = monotonic()
        self.taken[person].append(Taken(text, now, datetime.now(UTC)))
        tag = read(text)
        if tag is not None:
            self._parts[tag.id].add(tag.part)
            if len(self._parts[tag.id]) == tag.parts:
                self.whole.setdefault(tag.id, now)

    def _tell(self, sid: str, ours: str, person: str) -> None:
        """Report on a message, if it is one that is told of, in a while of its own."""
        if self.callback is not None and random.random() < self.told:
            telling = asyncio.get_running_loop().create_task(self._report(self.callback, sid, ours, person))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def _report(self, callback: Report, sid: str, ours: str, person: str) -> None:
        states = random.sample(STATES * 2, 2 * len(STATES)) if self.shuffled else STATES
        for state in states:
            await callback({"MessageSid": sid, "MessageStatus": state, "From": ours, "To": person})


def _telegram_error(mood: Mood) -> dict[str, Any]:
    if mood.status == 429:
        told = {
            "description": f"Too Many Requests: retry after {mood.after}",
            "parameters": {"retry_after": mood.after},
        }
        return {"ok": False, "error_code": 429, **told}
    return {"ok": False, "error_code": mood.status, "description": "Bad Gateway"}


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _closing(response: web.Response) -> web.Response:
    """Without a connection that stays: a carrier that closes its door has then nobody left inside."""
    response.force_close()
    return response


@asynccontextmanager
async def carrying() -> AsyncIterator[Carriers]:
    """Carriers that are open until the end of the block."""
    carriers = Carriers()
    await carriers.open()
    try:
        yield carriers
    finally:
        await carriers.close()
