"""Rumbo whole, for the field cases: web application, turns, store and sender in one process, on one clock.

The store is the bundled server and the channels are the real ones; what they send goes to a stand-in carrier on a real
socket. The clock stands still until a test moves it.
"""

import asyncio
import html
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response

from bot import outbox
from bot.channels import Channel
from bot.channels.sms import Sms
from bot.channels.telegram import Telegram
from bot.channels.twilio import Twilio
from bot.channels.whatsapp import WhatsApp
from bot.house import static_help
from bot.intake import Intake
from bot.messages import Address, ChannelName, Inbound
from bot.outbox import Sender
from bot.store import keys
from bot.store.redis import RedisStore
from bot.turns import Turns
from bot.vault import Vault
from bot.web import create_app
from conversations.converse import Turn
from conversations.session import Session, load
from tests.bot.carrier import ACCOUNT, OURS, form, signed
from tests.bot.carriers import Time
from tests.bot.sending import at_work
from tests.bot.stand_in import Answer, StandIn, standing_in
from tests.conversation import NOON, today, transcript
from tests.polling import until
from tests.processes import BOT, SECRET
from tests.servers import Running, kind
from tests.test_processes import SENT

TAKEN = Answer(201, SENT)
"""A carrier that takes the message."""

AT_REST = frozenset(("seen", "turn", "lease", "senders", "counts", "pace", "out"))
"""What may lie in the store when nobody is known to it: numbers, hashes, and streams with nothing in them."""

ANSWERS = {
    "language": "es",
    "consent": "go_on",
    "where": "MX",
    "nationality": "HN",
    "age": "22_or_more",
    "fear": "danger",
    "private": "go_on",
}
"""What a person answers on the way to somewhere; to anything else the first option."""


@dataclass
class Rumbo:
    """All of it. `takes` is how many seconds the handling of a message lasts, on the real clock."""

    server: Running
    vault: Vault
    carrier: StandIn
    time: Time
    store: RedisStore
    channels: Mapping[ChannelName, Channel]
    turns: Turns
    http: AsyncClient = field(init=False)
    takes: float = 0.0
    heard: list[str] = field(default_factory=list)
    serial: int = 10_000_000

    def __post_init__(self) -> None:
        """The web application, which sees itself at a private address, as behind a proxy."""
        intake = Intake(self._receive, lambda receipt: self.turns.receipt(receipt))
        app = create_app(self.channels, intake, ready=self.store.ready, static_help=static_help(today()))
        self.http = AsyncClient(transport=ASGITransport(app), base_url="http://10.0.0.7:8000")
        self.turns = replace(self.turns, watch=self._watch)

    async def _receive(self, inbound: Inbound, channel: Channel) -> None:
        await asyncio.sleep(self.takes)
        await self.turns.receive(inbound, channel)

    def _watch(self, _: Inbound, turn: Turn, *__: object) -> None:
        self.heard.append(transcript(turn.replies))

    # ------------------------------------------------------------------ time

    @property
    def now(self) -> datetime:
        """What the clock says."""
        return datetime.fromtimestamp(self.time.at, UTC)

    def later(self, **by: float) -> None:
        """Time passes."""
        self.time.forward(timedelta(**by).total_seconds())

    def phone(self, channel: str) -> "Phone":
        """Somebody on a channel, by its name."""
        return {"sms": self.sms, "whatsapp": self.whatsapp}[channel]() if channel != "telegram" else self.telegram()

    # ------------------------------------------------------------------ the carriers' side

    def sms(self, user: str = "+12025550111") -> "Phone":
        """Somebody who writes by SMS."""
        return Phone(self, Address("sms", user))

    def whatsapp(self, user: str = "whatsapp:+525500000001") -> "Phone":
        """Somebody who writes by WhatsApp."""
        return Phone(self, Address("whatsapp", user))

    def telegram(self, user: int = 7000001) -> "Phone":
        """Somebody who writes by Telegram."""
        return Phone(self, Address("telegram", str(user)))

    def next_id(self) -> int:
        """An id that no message had."""
        self.serial += 1
        return self.serial

    async def form(self, fields: dict[str, str], path: str = "/twilio/inbound") -> Response:
        """A form of Twilio's, well signed."""
        request = signed(fields, path)
        headers = {**request.headers, "Content-Type": "application/x-www-form-urlencoded"}
        return await self.http.post(path, content=request.body, headers=headers)

    async def update(self, **update: Any) -> Response:
        """An update of Telegram's."""
        update = {"update_id": self.next_id(), **update}
        return await self.http.post("/telegram/hook", json=update, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET})

    async def status(self, to: str, status: str, error: str = "") -> Response:
        """What Twilio reports of a message."""
        fields = {"MessageSid": f"SM{self.next_id():032}", "MessageStatus": status, "To": to, "From": OURS}
        return await self.form({**fields, "ErrorCode": error} if error else fields, "/twilio/status")

    # ------------------------------------------------------------------ what becomes of it

    def sending(self) -> AbstractAsyncContextManager[None]:
        """A sender at work; on leaving it is stopped politely."""
        return at_work(Sender(self.store, self.store, self.channels, now=self.time.now, sleep=self.time.sleep))

    async def deliver(self) -> None:
        """Send what waits, all of it."""
        async with self.sending():
            await until(self.is_delivered)

    def is_delivered(self) -> bool:
        """Whether nothing waits to be sent any more."""
        return not self.waiting

    @property
    def waiting(self) -> int:
        """How many replies wait to be sent."""
        return sum(self.server.raw.xlen(key) for key in self.server.raw.scan_iter("*:out:*"))

    @property
    def kept(self) -> set[str]:
        """What the store holds of people, by kind of key."""
        return {kind(key) for key in self.server.raw.scan_iter()} - AT_REST

    async def session(self, address: Address) -> Session | None:
        """The session, as it lies in the store."""
        person = await self.store._people.find(address)
        sealed = self.server.raw.get(keys.session(person))
        assert not isinstance(sealed, str)
        return load(self.vault.open(sealed, keys.session(person)).decode()) if sealed else None


@dataclass
class Phone:
    """Somebody on one channel."""

    rumbo: Rumbo
    address: Address

    # ------------------------------------------------------------------ what they do

    async def writes(self, *texts: str, id: str | int | None = None, every: float = 20.0) -> Response:
        """Texts, one after the other, so many seconds apart; the answer to the last."""
        for text in texts:
            self.rumbo.later(seconds=every)
            response = await self.posts(text, id)
            assert response.status_code == 200
        return response

    async def posts(self, text: str, id: str | int | None = None) -> Response:
        """One text, as its carrier brings it now."""
        if self.address.channel == "telegram":
            more = {} if id is None else {"update_id": id}
            return await self.rumbo.update(message=self.message(text=text), **more)
        sid = id or f"SM{self.rumbo.next_id():032}"
        return await self.rumbo.form(form(From=self.address.user, Body=text, MessageSid=str(sid)))

    async def presses(self, payload: str) -> Response:
        """A button, of whatever message."""
        if self.address.channel == "telegram":
            press = {"id": "5001", "from": self._user, "chat_instance": "1", "message": self.message(text="?")}
            return await self.rumbo.update(callback_query={**press, "data": payload})
        fields = {"From": self.address.user, "MessageSid": f"SM{self.rumbo.next_id():032}", "ButtonPayload": payload}
        return await self.rumbo.form(form(Body="x", **fields))

    async def edits(self, **content: Any) -> Response:
        """A message of Telegram's, changed."""
        return await self.rumbo.update(
            edited_message={**self.message(**content), "edit_date": int(self.rumbo.time.at)},
        )

    async def reaches(self, question: str, **answers: str) -> None:
        """From wherever they are: answers until this is asked."""
        if await self.rumbo.session(self.address) is None:
            await self.writes("hola")
        for _ in range(30):
            asked = (await self.here()).asked
            assert asked is not None
            if asked.id == question:
                return
            option = {**ANSWERS, **answers}.get(asked.id, asked.options[0] if asked.options else "")
            await self.writes(str(asked.options.index(option) + 1) if option else "saltar")
        raise AssertionError(f"{question} was never asked")

    # ------------------------------------------------------------------ what they see, and what is known of them

    @property
    def texts(self) -> list[str]:
        """What was sent to them, or tried, in order."""
        calls = [call.data for call in self.rumbo.carrier.calls if call.method == "POST"]
        mine = [data for data in calls if self.address.user in (data.get("To"), str(data.get("chat_id")))]
        return [str(data["Body"]) if "Body" in data else html.unescape(str(data["text"])) for data in mine]

    @property
    def buttons(self) -> dict[str, str]:
        """The buttons under the last message of Telegram's: option to payload."""
        calls = [call.data for call in self.rumbo.carrier.calls if str(call.data.get("chat_id")) == self.address.user]
        markup = calls[-1]["reply_markup"]
        rows = (json.loads(markup) if isinstance(markup, str) else markup)["inline_keyboard"]
        return {row[0]["callback_data"].rpartition(":")[2]: row[0]["callback_data"] for row in rows}

    async def here(self) -> Session:
        """The session, where there must be one."""
        session = await self.rumbo.session(self.address)
        assert session is not None
        return session

    async def asked(self) -> str:
        """The id of what is open."""
        asked = (await self.here()).asked
        return asked.id if asked else ""

    async def chosen(self) -> dict[str, tuple[str, ...]]:
        """The options kept, by question."""
        return {id: answer.chosen for id, answer in (await self.here()).answers.items()}

    def message(self, **content: Any) -> dict[str, Any]:
        """A message of Telegram's."""
        chat = {"id": int(self.address.user), "type": "private", "first_name": "Ana"}
        base = {"message_id": self.rumbo.next_id(), "date": int(self.rumbo.time.at), "chat": chat, "from": self._user}
        return {**base, **content}

    @property
    def _user(self) -> dict[str, Any]:
        return {"id": int(self.address.user), "is_bot": False, "first_name": "Ana", "language_code": "es"}


@asynccontextmanager
async def rumbo_on(server: Running, vault: Vault, time: Time, carrier: StandIn) -> AsyncIterator[Rumbo]:
    """One process's worth of it on a server, with a clock and a carrier that others may share."""

    def clock() -> datetime:
        return datetime.fromtimestamp(time.at, UTC)

    account = replace(ACCOUNT, api=carrier.url)
    channels: dict[ChannelName, Channel] = {
        "sms": Sms(account, OURS, clock),
        "whatsapp": WhatsApp(account, OURS, clock),
        "telegram": Telegram(BOT, SECRET, api=f"{carrier.url}/bot", clock=clock),
    }
    store = RedisStore(server.url, vault, now=time.now)
    rumbo = Rumbo(server, vault, carrier, time, store, channels, Turns(today, store, channels, clock=clock))
    try:
        yield rumbo
    finally:
        await rumbo.http.aclose()
        for channel in channels.values():
            await channel.close()
        await store.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pace, which would wait on the clock that stands still, and a sender that notices soon that it shall stop."""
    for channel in (Telegram, Twilio):
        monkeypatch.setattr(channel, "pace", lambda *_: None)
        monkeypatch.setattr(channel, "pace_to", lambda *_: None)
    monkeypatch.setattr(outbox, "_WAIT", 0.05)


@pytest.fixture
async def carrier() -> AsyncIterator[StandIn]:
    """Where everything goes that is sent."""
    async with standing_in(TAKEN) as stand_in:
        yield stand_in


@pytest.fixture
def time() -> Time:
    """The one clock."""
    return Time(NOON.timestamp())


@pytest.fixture
async def rumbo(
    embedded_server: Running, vault: Vault, time: Time, carrier: StandIn, quick: None
) -> AsyncIterator[Rumbo]:
    """Rumbo on an empty store; afterwards every key left in it must have a lifetime."""
    embedded_server.raw.flushall()
    async with rumbo_on(embedded_server, vault, time, carrier) as rumbo:
        yield rumbo
    assert [key for key in embedded_server.raw.scan_iter() if embedded_server.raw.pttl(key) == -1] == []
