"""The webhooks: what is answered, what is handed on, and what is written nowhere."""

import logging
from collections.abc import AsyncIterator, Mapping
from html import escape
from xml.etree import ElementTree

import pytest
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette

from bot.channels import Channel, Payload
from bot.channels.sms import Sms
from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.intake import Intake
from bot.messages import Address, Arrival, ChannelName, Inbound, Leave, Receipt
from bot.store import Unavailable
from bot.web import BODY_LIMIT, create_app
from conversations.events import Text
from tests.bot.carrier import ACCOUNT, NOW, OURS, SID, form, signed
from tests.bot.test_telegram import GROUP, SECRET, message, press

HELP = "Casa_Azul & Amigos <Norte>: +52 55 0000 0001"


def client(app: Starlette) -> AsyncClient:
    """A client of the application, which sees itself at a private address."""
    return AsyncClient(transport=ASGITransport(app), base_url="http://10.0.0.7:8000")


def texts(response: Response) -> list[str | None]:
    """The messages of a TwiML answer, which must be XML."""
    root = ElementTree.fromstring(response.content)  # noqa: S314 - our own answer
    assert root.tag == "Response"
    return [message.text for message in root]


class PressKeeper(Telegram):
    """Telegram that keeps what it would acknowledge and send."""

    acknowledged: list[str]
    sent: list[tuple[str, str]]

    async def send(self, address: Address, payload: Payload) -> None:
        """Keep it."""
        self.sent.append((address.user, payload["text"]))

    async def acknowledge(self, ack: str) -> None:
        """Keep it."""
        self.acknowledged.append(ack)


class App:
    """The application with parts that keep what they are handed, and fail when told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[Arrival, str]] = []
        self.error: Exception | None = None
        self.is_ready = True
        self.telegram = PressKeeper("123:ABC", SECRET, clock=lambda: NOW)
        self.telegram.acknowledged, self.telegram.sent = [], []
        channels: Mapping[ChannelName, Channel] = {
            "sms": Sms(ACCOUNT, OURS, lambda: NOW),
            "whatsapp": WhatsApp(ACCOUNT, OURS, lambda: NOW),
            "telegram": self.telegram,
        }
        intake = Intake(self.receive, self.receipt, self.leave)
        self.app = create_app(channels, intake, ready=self.ready, static_help=HELP)
        self.client = client(self.app)

    async def receive(self, inbound: Inbound, channel: Channel) -> None:
        """Keep it, or fail."""
        if self.error:
            raise self.error
        self.taken.append((inbound, channel.name))

    async def receipt(self, receipt: Receipt) -> None:
        """Keep it, or fail."""
        if self.error:
            raise self.error
        self.taken.append((receipt, receipt.address.channel))

    async def leave(self, leave: Leave) -> None:
        """Keep it."""
        self.taken.append((leave, "telegram"))

    async def ready(self) -> bool:
        """As told."""
        return self.is_ready

    async def twilio(self, fields: dict[str, str], path: str = "/twilio/inbound", secret: str = "") -> Response:
        """A form, signed well unless with another secret."""
        request = signed(fields, path, **({"secret": secret} if secret else {}))
        headers = {**request.headers, "Content-Type": "application/x-www-form-urlencoded"}
        return await self.client.post(path, content=request.body, headers=headers)

    async def update(self, secret: str = SECRET, **update: object) -> Response:
        """A Telegram update."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        return await self.client.post("/telegram/hook", json={"update_id": 1, **update}, headers=headers)


@pytest.fixture
def app() -> App:
    """The application."""
    return App()


async def test_a_message_is_taken_and_answered_with_nothing(app: App) -> None:
    """Empty TwiML, as XML; behind a proxy, where the process sees another address (FC-19)."""
    response = await app.twilio(form(Body="hola"))
    assert (response.status_code, response.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert texts(response) == []
    ((inbound, channel),) = app.taken
    assert isinstance(inbound, Inbound)
    assert (inbound.event, channel) == (Text("hola"), "sms")


@pytest.mark.parametrize(
    "fields",
    [{"From": "whatsapp:+5215500000001"}, {"From": "-", "ExternalUserId": "whatsapp:MX.1"}, {"To": f"whatsapp:{OURS}"}],
)
async def test_whatsapp_is_known_by_its_addresses(app: App, fields: dict[str, str]) -> None:
    """One webhook serves both channels."""
    assert (await app.twilio(form(Body="hola", **fields))).status_code == 200
    assert [channel for _, channel in app.taken] == ["whatsapp"]


@pytest.mark.parametrize(("to", "channel"), [("+12025550111", "sms"), ("whatsapp:MX.1", "whatsapp")])
async def test_a_status_is_a_receipt(app: App, to: str, channel: str) -> None:
    """And answered in the same way."""
    fields = {"MessageSid": SID, "MessageStatus": "undelivered", "ErrorCode": "21610", "To": to, "From": OURS}
    assert (await app.twilio(fields, "/twilio/status")).status_code == 200
    ((receipt, name),) = app.taken
    assert isinstance(receipt, Receipt)
    assert (receipt.ending, name) == ("stopped", channel)


async def test_telegram_is_answered_with_nothing_and_the_press_acknowledged(app: App) -> None:
    """After the answer, so that a slow call delays nothing."""
    response = await app.update(callback_query=press(data="r1:where:mx"))
    assert (response.status_code, response.content) == (200, b"")
    assert app.telegram.acknowledged == ["5001"]
    assert len(app.taken) == 1


async def test_a_group_is_handed_on_to_be_left(app: App) -> None:
    """No message of it is taken."""
    assert (await app.update(message=message(text="/start", chat=GROUP))).status_code == 200
    assert app.taken == [(Leave(-4000001, "u1", "es"), "telegram")]


async def test_what_is_not_from_the_carrier_is_refused(app: App) -> None:
    """403, and nothing is handed on."""
    assert (await app.twilio(form(Body="hola"), secret="another")).status_code == 403
    assert (await app.twilio(form(Body="hola"), "/twilio/fallback", secret="another")).status_code == 403
    assert (await app.update(secret="another", message=message(text="hola"))).status_code == 403
    assert (await app.client.post("/twilio/inbound", content=b"&".join([b"a=1"] * 1000))).status_code == 403
    assert app.taken == []


async def test_what_makes_no_sense_is_answered_with_200_and_an_alert(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    """Or it would come again for a day."""
    assert (await app.update(message=5)).status_code == 200
    assert (await app.twilio(form(From="-", Body="hola"))).status_code == 200
    assert app.taken == []
    assert [record.levelname for record in caplog.records if record.name.startswith("bot")] == ["ERROR", "ERROR"]


async def test_when_the_store_is_away_the_carrier_is_asked_to_come_again(app: App) -> None:
    """503 with the time; no press is acknowledged that was not taken."""
    app.error = Unavailable()
    for response in (await app.twilio(form(Body="hola")), await app.update(callback_query=press(data="r1:where:mx"))):
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert app.telegram.acknowledged == []
    assert app.telegram.sent == [("7000001", escape(HELP))]  # Twilio comes to the fallback for it


async def test_our_own_error_is_ours(app: App, caplog: pytest.LogCaptureFixture) -> None:
    """200 to the carrier, the class of the error to the operators, not its text (FC-21)."""
    app.error = RuntimeError("about +12025550111 CANARIO-7f3a")
    assert (await app.twilio(form(Body="CANARIO-7f3a"))).status_code == 200
    assert "RuntimeError" in caplog.text
    assert "2025550111" not in caplog.text
    assert "CANARIO" not in caplog.text


async def test_the_fallback_needs_no_store(app: App) -> None:
    """A static text that parses as XML and arrives letter for letter (FC-16)."""
    app.error = Unavailable()
    app.is_ready = False
    response = await app.twilio(
        form(Body="hola", ErrorCode="11200", ErrorUrl="https://bot.example.org/x"), "/twilio/fallback"
    )
    assert (response.status_code, response.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert texts(response) == [HELP]


async def test_the_fallback_writes_to_nobody_who_wrote_stop(app: App) -> None:
    """Twilio has answered; a status is no person."""
    status = {"MessageSid": SID, "MessageStatus": "sent", "To": "+12025550111"}
    for fields in (form(Body="STOP"), status):
        assert texts(await app.twilio(fields, "/twilio/fallback")) == []


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    """A body of unknown length."""
    for part in parts:
        yield part


async def test_bodies_are_read_to_a_limit(app: App) -> None:
    """413 once it is passed, with or without a length given."""
    assert (await app.client.post("/twilio/inbound", content=b"x" * (BODY_LIMIT + 1))).status_code == 413
    assert (await app.client.post("/telegram/hook", content=chunks(b"x" * BODY_LIMIT, b"x"))).status_code == 413
    assert (await app.client.post("/twilio/fallback", content=b"x" * (BODY_LIMIT + 1))).status_code == 413


async def test_a_channel_that_is_off_is_not_found() -> None:
    """There is nothing to check the request with."""
    app = App()
    off = client(create_app({}, Intake(app.receive, app.receipt), ready=app.ready, static_help=HELP))
    assert (await off.post("/telegram/hook", content=b"{}")).status_code == 404
    assert (await off.post("/twilio/inbound", content=b"")).status_code == 404


async def test_health(app: App) -> None:
    """Alive whatever happens; ready when the store answers."""
    assert (await app.client.get("/health/live")).status_code == 200
    assert (await app.client.get("/health/ready")).status_code == 200
    app.is_ready = False
    assert (await app.client.get("/health/live")).status_code == 200
    assert (await app.client.get("/health/ready")).status_code == 503


async def test_other_methods_are_not_allowed(app: App) -> None:
    """Webhooks are configured as POST."""
    assert (await app.client.get("/twilio/inbound")).status_code == 405


async def test_no_log_line_names_a_person(app: App, caplog: pytest.LogCaptureFixture) -> None:
    """FC-35, with everything logged that can be."""
    caplog.set_level(logging.DEBUG)
    await app.twilio(form(Body="CANARIO-7f3a"))
    await app.twilio(form(Body="CANARIO-7f3a"), secret="another")
    await app.update(message=message(text="CANARIO-7f3a"))
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name != "asyncio")
    assert not any(canary in ours for canary in ("2025550111", "7000001", "CANARIO"))
