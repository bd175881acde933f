"""Our channels against stand-ins that check every call by the carriers' own descriptions, over real sockets.

Nothing here knows a conversation: an echo stands in its place. The whole walks are in the other modules.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.channels import Channel, Outcome, SendError
from bot.channels.sms import Sms
from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.intake import Intake
from bot.messages import Address, Arrival, ChannelName, Inbound, Leave, Pressed, Receipt
from bot.polling import poll
from bot.setup.telegram import set_up
from bot.store import Unavailable
from bot.web import create_app
from conversations.events import Event, Place, Tap, Text
from conversations.message import Choice, Message, Span
from tests.contracts.peers import PUBLIC_URL, TelegramPeer, TwilioPeer, eventually, serving
from tests.conversation import today

SECRET = "secret_0001"
PERSON = "+12025550111"
WA_PERSON = "whatsapp:+5215500000001"
TG_PERSON = 7000001
GROUP = -4000001

MESSAGES = {
    "plain": Message((Span("¿Dónde está usted ahora? ñ é ü & <b> _x_ *y* `z`"),)),
    "emphasis": Message(
        (Span("Guía "), Span("gratis & <libre>", strong=True), Span(" para usted.")), footer="9 = ayuda"
    ),
    "choices": Message(
        (Span("¿Dónde?"),),
        (Choice("r1:where:mx", "México", "1"), Choice("r1:where:gt", "Guatemala", "2", ticked=True)),
        footer="9 = ayuda",
    ),
    "place": Message(
        (Span("¿En qué ciudad?"),),
        wants_place=True,
        place_label="Compartir ubicación",
        place_hint="Nombre de la ciudad",
    ),
    "personal": Message((Span("Puede que esto sea para usted."),), personal=True),
    "scripts": Message((Span("أين أنت؟"),), (Choice("r1:lang:ar", "العربية", "1"), Choice("r1:lang:zh", "中文", "2"))),
    "long": Message((Span("Palabra &<_*. " * 400), Span("https://example.org/guia_es?a=1&b=2")), footer="Fin"),
}


class Echo:
    """Keeps what arrives, and answers each message with a question."""

    def __init__(self) -> None:
        self.arrived: list[Arrival] = []
        self.away = False

    def intake(self, telegram: Telegram | None = None) -> Intake:
        """For `create_app`."""

        async def leave(leave: Leave) -> None:
            self.arrived.append(leave)
            if telegram:
                await telegram.leave(leave.chat, "Write to me privately:")

        return Intake(self.receive, self.receipt, leave)

    async def receive(self, inbound: Inbound, channel: Channel) -> None:
        """Keep it and answer."""
        if self.away:
            raise Unavailable
        self.arrived.append(inbound)
        if not inbound.carrier:
            for payload in channel.render(MESSAGES["choices"]):
                await channel.send(inbound.address, payload)

    async def receipt(self, receipt: Receipt) -> None:
        """Keep it."""
        self.arrived.append(receipt)

    @property
    def events(self) -> list[Event]:
        """What people did."""
        return [arrival.event for arrival in self.arrived if isinstance(arrival, Inbound)]

    @property
    def receipts(self) -> list[Receipt]:
        """What became of our messages."""
        return [arrival for arrival in self.arrived if isinstance(arrival, Receipt)]


async def always() -> bool:
    """The store of these tests is always ready."""
    return True


@pytest.fixture
def echo() -> Echo:
    """The conversation of these tests."""
    return Echo()


@pytest.fixture
async def twilio_channels(twilio_peer: TwilioPeer) -> AsyncIterator[Mapping[ChannelName, Channel]]:
    """SMS and WhatsApp on the peer."""
    account = twilio_peer.account()
    channels: dict[ChannelName, Channel] = {
        "sms": Sms(account, twilio_peer.number),
        "whatsapp": WhatsApp(account, twilio_peer.number),
    }
    yield channels
    for channel in channels.values():
        await channel.close()


@pytest.fixture
async def twilio_app(
    twilio_channels: Mapping[ChannelName, Channel], app_port: int, echo: Echo
) -> AsyncIterator[Mapping[ChannelName, Channel]]:
    """The application with both channels, where the peer delivers."""
    async with serving(
        create_app(twilio_channels, echo.intake(), ready=always, static_help="Casa & <ayuda>"), app_port
    ):
        yield twilio_channels


@pytest.fixture
async def telegram(telegram_peer: TelegramPeer) -> AsyncIterator[Telegram]:
    """Telegram on the peer."""
    channel = Telegram(telegram_peer.token, SECRET, api=telegram_peer.api)
    yield channel
    await channel.close()


@pytest.fixture
async def telegram_app(
    telegram: Telegram, telegram_peer: TelegramPeer, app_port: int, echo: Echo
) -> AsyncIterator[Telegram]:
    """The application with Telegram, and its webhook set."""
    async with serving(
        create_app({"telegram": telegram}, echo.intake(telegram), ready=always, static_help=""), app_port
    ):
        await telegram_peer.set_webhook(SECRET)
        yield telegram


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize(("channel_name", "person"), [("sms", PERSON), ("whatsapp", WA_PERSON)])
async def test_twilio_takes_every_kind_of_message(
    twilio_app: Mapping[ChannelName, Channel],
    twilio_peer: TwilioPeer,
    channel_name: ChannelName,
    person: str,
    name: str,
) -> None:
    """As Twilio's own description of its API has it."""
    channel = twilio_app[channel_name]
    payloads = channel.render(MESSAGES[name])
    for payload in payloads:
        await channel.send(Address(channel_name, person), payload)
    assert await twilio_peer.texts(person) == [channel.shows(payload) for payload in payloads]
    assert await twilio_peer.violations() == []


@pytest.mark.parametrize("name", MESSAGES)
async def test_telegram_takes_every_kind_of_message(telegram: Telegram, telegram_peer: TelegramPeer, name: str) -> None:
    """As the Bot API's description has it; markup that does not parse would be refused."""
    payloads = telegram.render(MESSAGES[name])
    for payload in payloads:
        await telegram.send(Address("telegram", str(TG_PERSON)), payload)
    assert await telegram_peer.texts(TG_PERSON) == [payload["text"] for payload in payloads]
    assert await telegram_peer.failed() == []


async def test_an_sms_and_its_reply(
    twilio_app: Mapping[ChannelName, Channel], twilio_peer: TwilioPeer, echo: Echo
) -> None:
    """Signed in, answered with nothing, sent through the API, followed by its status."""
    answer = await twilio_peer.inbound(PERSON, "año & 😀")
    assert (answer["response"]["status"], answer["replies"], answer["twiml_error"]) == (200, [], None)
    assert echo.events == [Text("año & 😀")]
    await eventually(lambda: statuses(echo, 2))
    assert [receipt.status for receipt in echo.receipts] == ["sent", "delivered"]
    assert {receipt.address for receipt in echo.receipts} == {Address("sms", PERSON)}
    assert [callback["status"] for callback in await twilio_peer.callbacks()] == [200, 200]
    assert await twilio_peer.violations() == []


async def test_a_shared_key_signs_as_well(twilio_peer: TwilioPeer, app_port: int, echo: Echo) -> None:
    """The scheme of 2026."""
    account = twilio_peer.account()
    sms = Sms(
        type(account)(account.sid, (*account.secrets, "shared"), account.public_url, api=account.api), "+12025550100"
    )
    async with serving(create_app({"sms": sms}, echo.intake(), ready=always, static_help=""), app_port):
        good = await twilio_peer.inbound(PERSON, "STOP", shared_key="shared")
        bad = await twilio_peer.inbound(PERSON, "STOP", shared_key="another")
    assert [answer["response"]["status"] for answer in (good, bad)] == [200, 403]


@pytest.mark.parametrize("how", [{"bad_signature": True}, {"no_signature": True}])
async def test_a_bad_signature(
    twilio_app: Mapping[ChannelName, Channel], twilio_peer: TwilioPeer, echo: Echo, how: dict[str, Any]
) -> None:
    """403, nothing taken, nothing sent."""
    answer = await twilio_peer.inbound(PERSON, "hola", **how)
    assert answer["response"]["status"] == 403
    assert echo.arrived == []
    assert await twilio_peer.calls() == []


async def test_whatsapp_acts(twilio_app: Mapping[ChannelName, Channel], twilio_peer: TwilioPeer, echo: Echo) -> None:
    """A text, a button, a list row, a place; from a number and from a hidden one."""
    hidden = "whatsapp:MX.10000000000000000001"
    await twilio_peer.inbound(WA_PERSON, "hola", bsuid="MX.10000000000000000001")
    await twilio_peer.inbound(WA_PERSON, button={"text": "Sí", "payload": "r1:inside:yes"})
    await twilio_peer.inbound(WA_PERSON, list={"id": "r1:where:mx", "title": "México"})
    await twilio_peer.inbound(hidden, location={"latitude": 14.9031, "longitude": -92.2575})
    assert echo.events == [Text("hola"), Tap("r1", "inside", "yes"), Tap("r1", "where", "mx"), Place(14.9031, -92.2575)]
    first, *_ = echo.arrived
    assert isinstance(first, Inbound)
    assert first.alias == Address("whatsapp", hidden)
    assert len(await twilio_peer.texts(WA_PERSON)) == 3
    assert len(await twilio_peer.texts(hidden)) == 1
    assert await twilio_peer.violations() == []


async def test_stop_by_sms(twilio_app: Mapping[ChannelName, Channel], twilio_peer: TwilioPeer, echo: Echo) -> None:
    """Twilio has answered and blocks the number: a send is then a stop (FC-10, FC-11)."""
    answer = await twilio_peer.inbound(PERSON, "Stop")
    assert (answer["response"]["status"], answer["auto_keyword"], answer["replies"]) == (200, "STOP", [])
    (inbound,) = echo.arrived
    assert isinstance(inbound, Inbound)
    assert inbound.carrier == "STOP"
    with pytest.raises(SendError) as raised:
        await twilio_app["sms"].send(inbound.address, {"Body": "1"})
    assert raised.value.outcome is Outcome.STOPPED


@pytest.mark.parametrize(
    ("code", "ending"),
    [(21610, "stopped"), (30006, "stopped"), (30003, "again"), (63016, "closed"), (30007, "refused")],
)
async def test_a_refusal_by_callback(
    twilio_app: Mapping[ChannelName, Channel], twilio_peer: TwilioPeer, echo: Echo, code: int, ending: str
) -> None:
    """It was accepted, and fails later (FC-11); the callback comes twice."""
    await twilio_peer.outcome(to=PERSON, code=code, duplicate=True)
    await twilio_app["sms"].send(Address("sms", PERSON), {"Body": "1"})
    await eventually(lambda: statuses(echo, 2))
    assert [(receipt.error, receipt.ending) for receipt in echo.receipts] == [(str(code), ending)] * 2


@pytest.mark.parametrize(
    ("fault", "outcome", "after"),
    [
        ({"status": 429, "code": 20429, "retry_after": 3}, Outcome.NOT_SENT, timedelta(seconds=3)),
        ({"status": 503, "code": 20503}, Outcome.PERHAPS, None),
        ({"drop": True}, Outcome.PERHAPS, None),
        ({"status": 401, "code": 20003}, Outcome.REFUSED, None),
    ],
)
async def test_twilio_in_trouble(
    twilio_channels: Mapping[ChannelName, Channel],
    twilio_peer: TwilioPeer,
    fault: dict[str, object],
    outcome: Outcome,
    after: timedelta | None,
) -> None:
    """One call and no more."""
    await twilio_peer.fault(**fault)
    with pytest.raises(SendError) as raised:
        await twilio_channels["sms"].send(Address("sms", PERSON), {"Body": "1"})
    assert (raised.value.outcome, raised.value.after) == (outcome, after)
    assert len(await twilio_peer.calls()) == 1


@pytest.mark.parametrize(
    ("person", "body", "code"),
    [("+0", "1", "21211"), (PERSON, "x" * 1601, "21617"), ("whatsapp:+12025550111", "1", "21910")],
)
async def test_what_twilio_refuses(
    twilio_channels: Mapping[ChannelName, Channel], person: str, body: str, code: str
) -> None:
    """By its own code."""
    with pytest.raises(SendError) as raised:
        await twilio_channels["sms"].send(Address("sms", person), {"Body": body})
    assert raised.value.code == code


async def test_looking_for_a_message(twilio_channels: Mapping[ChannelName, Channel], twilio_peer: TwilioPeer) -> None:
    """The list of messages is asked for as Twilio describes it; the peer's list is an example, so nothing is found."""
    found = await twilio_channels["sms"].was_sent(Address("sms", PERSON), {"Body": "1"}, 0)
    assert not found
    assert await twilio_peer.violations() == []


async def test_the_store_is_away(
    twilio_app: Mapping[ChannelName, Channel], twilio_peer: TwilioPeer, echo: Echo
) -> None:
    """503, then Twilio's fallback: a static text that arrives letter for letter (FC-16)."""
    echo.away = True
    answer = await twilio_peer.inbound(PERSON, "hola", fallback_url="https://bot.example.org/twilio/fallback")
    assert answer["response"]["status"] == 503
    assert [reply["body"] for reply in answer["replies"]] == ["Casa & <ayuda>"]


async def test_twilio_repeats_as_its_url_says(
    twilio_app: Mapping[ChannelName, Channel], twilio_peer: TwilioPeer, echo: Echo
) -> None:
    """The fragment of connection overrides is not signed."""
    echo.away = True
    answer = await twilio_peer.inbound(PERSON, "hola", path="/twilio/inbound#rc=2&rp=5xx")
    assert (answer["response"]["status"], answer["response"]["attempts"]) == (503, 3)


async def test_a_telegram_walk(telegram_app: Telegram, telegram_peer: TelegramPeer, echo: Echo) -> None:
    """A command, a press, a place; each answered, the press acknowledged."""
    await telegram_peer.says(TG_PERSON, "/start", language="ht")
    await eventually(lambda: seen(echo, 1))
    await eventually(lambda: telegram_peer.texts(TG_PERSON))
    await telegram_peer.taps(TG_PERSON, "México")
    await eventually(lambda: seen(echo, 2))
    await telegram_peer.shares(TG_PERSON, 14.9031, -92.2575)
    await eventually(lambda: seen(echo, 3))
    assert echo.events == [Text("/start"), Tap("r1", "where", "mx"), Place(14.9031, -92.2575)]
    first, *_ = echo.arrived
    assert isinstance(first, Inbound)
    assert first.hint == "ht"
    await eventually(lambda: answered(telegram_peer))
    assert await telegram_peer.unanswered() == []
    assert await telegram_peer.failed() == []


async def test_a_wrong_secret_is_tried_again_and_never_taken(
    telegram_app: Telegram, telegram_peer: TelegramPeer, echo: Echo
) -> None:
    """403 for as long as it is wrong."""
    await telegram_peer.set_webhook("another")
    await telegram_peer.says(TG_PERSON, "hola")
    await asyncio.sleep(0.2)
    assert echo.arrived == []


async def test_a_group_is_told_once_and_left(telegram_app: Telegram, telegram_peer: TelegramPeer, echo: Echo) -> None:
    """FC-36."""
    chat = {"id": GROUP, "type": "group", "title": "G"}
    sender = {"id": TG_PERSON, "is_bot": False, "first_name": "Ana"}
    for number, text in enumerate(("/start", "1")):
        await telegram_peer.update(
            message={"message_id": number + 1, "date": 1, "chat": chat, "from": sender, "text": text}
        )
    await eventually(lambda: made(telegram_peer, "leaveChat", 2))
    assert echo.events == []
    assert [call["params"]["text"] for call in await telegram_peer.calls("sendMessage")] == [
        "Write to me privately:\nhttps://t.me/peer_bot"
    ]
    assert await telegram_peer.failed() == []


async def test_a_block_is_a_stop(telegram_app: Telegram, telegram_peer: TelegramPeer, echo: Echo) -> None:
    """From the update, and from the send (FC-13)."""
    person = {"id": TG_PERSON, "is_bot": False, "first_name": "Ana"}
    bot = {"id": 123, "is_bot": True, "first_name": "Peer"}
    await telegram_peer.update(
        my_chat_member={
            "chat": {"id": TG_PERSON, "type": "private", "first_name": "Ana"},
            "from": person,
            "date": 1,
            "old_chat_member": {"user": bot, "status": "member"},
            "new_chat_member": {"user": bot, "status": "kicked", "until_date": 0},
        }
    )
    await eventually(lambda: statuses(echo, 1))
    assert [receipt.ending for receipt in echo.receipts] == ["stopped"]


@pytest.mark.parametrize(
    ("fault", "outcome", "after"),
    [
        ({"kind": "blocked"}, Outcome.STOPPED, None),
        ({"kind": "deactivated"}, Outcome.STOPPED, None),
        ({"kind": "notfound"}, Outcome.STOPPED, None),
        ({"kind": "migrate", "migrate_to": -1001}, Outcome.STOPPED, None),
        ({"kind": "flood", "retry_after": 60}, Outcome.NOT_SENT, timedelta(seconds=60)),
        ({"kind": "5xx"}, Outcome.PERHAPS, None),
        ({"kind": "drop"}, Outcome.PERHAPS, None),
    ],
)
async def test_telegram_in_trouble(
    telegram: Telegram, telegram_peer: TelegramPeer, fault: dict[str, object], outcome: Outcome, after: timedelta | None
) -> None:
    """One call and no more."""
    await telegram_peer.fault(method="sendMessage", **fault)
    with pytest.raises(SendError) as raised:
        await telegram.send(Address("telegram", str(TG_PERSON)), {"text": "1"})
    assert (raised.value.outcome, raised.value.after) == (outcome, after)
    assert len(await telegram_peer.calls("sendMessage")) == 1


MARKED = Pressed("Gracias.", ("México & más",))


async def pressed_under(telegram: Telegram, peer: TelegramPeer, **more: Any) -> Inbound:
    """A press on the last question, as an update brings it; `more` changes the query."""
    await telegram.send(Address("telegram", str(TG_PERSON)), telegram.render(MESSAGES["choices"])[0])
    shown = (await peer.shown(TG_PERSON))[-1]
    chat = {"id": TG_PERSON, "type": "private", "first_name": "Ana"}
    under = {"message_id": shown["message_id"], "date": 1, "chat": chat, "text": "¿Dónde?\n\n9 = ayuda"}
    query = {
        "id": "5001",
        "from": {"id": TG_PERSON, "is_bot": False, "first_name": "Ana"},
        "chat_instance": "1",
        "data": "r1:where:mx",
        "message": {**under, "reply_markup": shown["reply_markup"]},
        **more,
    }
    if "message" in more:
        query["message"] = {**more["message"], "message_id": shown["message_id"], "chat": chat}
    (inbound,) = telegram.read({"update_id": 555000001, "callback_query": query})
    assert isinstance(inbound, Inbound)
    return inbound


async def seen_of(peer: TelegramPeer) -> tuple[str, bool]:
    """The text of the last message, and whether it has buttons."""
    shown = (await peer.shown(TG_PERSON))[-1]
    return shown["text"], "reply_markup" in shown


@pytest.mark.parametrize("more", [{}, {"a_field_of_next_year": {"x": 1}}, {"data": "x" * 5000}])
async def test_a_pressed_question_turns_into_its_answer(
    telegram: Telegram, telegram_peer: TelegramPeer, more: dict[str, Any]
) -> None:
    """As the Bot API's description has it; and with whatever a query may bring one day."""
    inbound = await pressed_under(telegram, telegram_peer, **more)
    await telegram.mark(inbound, MARKED)
    assert await seen_of(telegram_peer) == ("¿Dónde?\n\n9 = ayuda\n\n✓ México &amp; más", False)
    assert [call["method"] for call in await telegram_peer.failed()] == ["answerCallbackQuery"]  # the query is made up


@pytest.mark.parametrize("message", [{"date": 0}, {"date": 1, "photo": [], "reply_markup": {"inline_keyboard": []}}])
async def test_a_message_whose_text_we_are_not_shown_only_loses_its_buttons(
    telegram: Telegram, telegram_peer: TelegramPeer, message: dict[str, Any]
) -> None:
    """Too old to be accessible (date 0), or no text at all."""
    inbound = await pressed_under(telegram, telegram_peer, message=message)
    before, _ = await seen_of(telegram_peer)
    await telegram.mark(inbound, MARKED)
    assert await seen_of(telegram_peer) == (before, False)


async def test_a_text_of_4096_characters_only_loses_its_buttons(
    telegram: Telegram, telegram_peer: TelegramPeer
) -> None:
    """There is no room for more."""
    inbound = replace(await pressed_under(telegram, telegram_peer), shown="&amp;" * 4096)
    before, _ = await seen_of(telegram_peer)
    await telegram.mark(inbound, MARKED)
    assert await seen_of(telegram_peer) == (before, False)


@pytest.mark.parametrize("kind", ["blocked", "flood", "5xx", "drop", "oldquery"])
async def test_a_mark_that_is_lost_is_no_matter(telegram: Telegram, telegram_peer: TelegramPeer, kind: str) -> None:
    """Whatever Telegram answers; nothing is tried twice."""
    inbound = await pressed_under(telegram, telegram_peer)
    for method in ("answerCallbackQuery", "editMessageText"):
        await telegram_peer.fault(method=method, kind=kind)
    await telegram.mark(inbound, MARKED)
    assert len(await telegram_peer.calls("editMessageText")) == 1


async def test_ticks_in_place(telegram: Telegram, telegram_peer: TelegramPeer) -> None:
    """The buttons change where they are; the same once more is fine; if the message is gone the whole comes again."""
    inbound = await pressed_under(telegram, telegram_peer)
    ticked = replace(MESSAGES["choices"], choices=MESSAGES["choices"].choices[:1], instead_of=inbound.under)
    for _ in range(2):
        await telegram.send(inbound.address, telegram.render(ticked)[0])
    (shown,) = await telegram_peer.shown(TG_PERSON)
    assert [button["text"] for (button,) in shown["reply_markup"]["inline_keyboard"]] == ["1. México"]
    await telegram.send(inbound.address, telegram.render(replace(ticked, instead_of="999999"))[0])
    assert len(await telegram_peer.shown(TG_PERSON)) == 2


async def test_setting_up(telegram: Telegram, telegram_peer: TelegramPeer) -> None:
    """Every call as the Bot API's description has it; updates then come with the right secret."""
    await set_up(telegram, today().catalogues, PUBLIC_URL, SECRET, lambda _: None, dry_run=False)
    assert await telegram_peer.failed() == []
    (webhook,) = await telegram_peer.calls("setWebhook")
    assert webhook["params"]["url"] == f"{PUBLIC_URL}/telegram/updates"
    assert len(await telegram_peer.calls("setMyCommands")) == 1 + len(today().languages)


@pytest.mark.parametrize("in_use", ["old", "new"])
async def test_a_secret_is_replaced_while_people_write(
    telegram_peer: TelegramPeer, app_port: int, echo: Echo, in_use: str
) -> None:
    """Updates with either are taken."""
    telegram = Telegram(telegram_peer.token, "new", "old", api=telegram_peer.api)
    async with serving(create_app({"telegram": telegram}, echo.intake(), ready=always, static_help=""), app_port):
        await telegram_peer.set_webhook(in_use)
        await telegram_peer.says(TG_PERSON, "hola")
        await eventually(lambda: seen(echo, 1))
    await telegram.close()
    assert echo.events == [Text("hola")]


async def test_an_old_press_is_no_matter(telegram: Telegram, telegram_peer: TelegramPeer) -> None:
    """400 "query is too old"."""
    await telegram_peer.fault(method="answerCallbackQuery", kind="oldquery")
    await telegram.acknowledge("5001")
    assert len(await telegram_peer.calls("answerCallbackQuery")) == 1


async def test_polling(telegram: Telegram, telegram_peer: TelegramPeer, echo: Echo) -> None:
    """The same acts without any webhook; a webhook left over from before is removed."""
    await telegram_peer.set_webhook("left_over", path="/telegram/old")
    stop = asyncio.Event()
    polling = asyncio.ensure_future(poll(telegram, echo.intake(telegram), stop, wait=1, pause=0.05))
    try:
        await eventually(lambda: made(telegram_peer, "getUpdates", 1))
        await telegram_peer.says(TG_PERSON, "hola")
        await eventually(lambda: telegram_peer.texts(TG_PERSON))
        await telegram_peer.taps(TG_PERSON, "Guatemala")
        await eventually(lambda: seen(echo, 2))
        await eventually(lambda: answered(telegram_peer))
    finally:
        stop.set()
        await polling
    assert echo.events == [Text("hola"), Tap("r1", "where", "gt")]
    assert await telegram_peer.failed() == []


async def seen(echo: Echo, count: int) -> bool:
    """Whether so many acts arrived."""
    return len(echo.events) >= count


async def statuses(echo: Echo, count: int) -> bool:
    """Whether so many receipts arrived."""
    return len(echo.receipts) >= count


async def answered(peer: TelegramPeer) -> bool:
    """Whether no press is waiting."""
    return not await peer.unanswered()


async def made(peer: TelegramPeer, method: str, count: int) -> bool:
    """Whether the bot made so many calls."""
    return len(await peer.calls(method)) >= count
