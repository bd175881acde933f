"""Telegram: an update in, our Inbound out; our Message in, sendMessage out; its answers as outcomes."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels import Malformed, Outcome, Refused, Request, SendError
from bot.channels.telegram import Telegram
from bot.messages import Address, Inbound, Leave, Pressed, Receipt
from conversations.events import Event, Place, Tap, Text, Unreadable
from conversations.message import Choice, Message, Span
from tests.bot.carrier import LINK, LONG, NOW, QUESTION
from tests.bot.stand_in import Answer, StandIn, standing_in

SECRET = "secret_0001"
TELEGRAM = Telegram("123:ABC", SECRET, clock=lambda: NOW)
PERSON = Address("telegram", "7000001")
SENT_AT = datetime(2026, 11, 25, 11, 59, tzinfo=UTC)

USER = {"id": 7000001, "is_bot": False, "first_name": "Ana", "language_code": "es"}
CHAT = {"id": 7000001, "type": "private", "first_name": "Ana"}
GROUP = {"id": -4000001, "type": "group", "title": "G"}
BOT_USER = {"id": 123, "is_bot": True, "first_name": "B"}
FILE = {"file_id": "f", "file_unique_id": "u"}
BUTTONS = {"reply_markup": {"inline_keyboard": [[{"text": "1. México", "callback_data": "r1:where:mx"}]]}}
BOLD = {"type": "bold", "offset": 0, "length": 5}
ORIGIN = {"type": "hidden_user", "date": 1, "sender_user_name": "X"}


def message(**fields: Any) -> dict[str, Any]:
    """A private message, changed by `fields`."""
    return {"message_id": 41, "date": int(SENT_AT.timestamp()), "chat": CHAT, "from": USER, **fields}


def read(**update: Any) -> list[Any]:
    """What the channel makes of an update, through the webhook's own path."""
    body = json.dumps({"update_id": 555000001, **update}).encode()
    return list(TELEGRAM.parse(Request("/telegram/x", "", {"x-telegram-bot-api-secret-token": SECRET}, body)))


def inbound(event: Event, at: datetime = SENT_AT) -> Inbound:
    """What the person above did, in a message unless they pressed a button."""
    return Inbound(PERSON, "u555000001", event, at, hint="es", own=None if isinstance(event, Tap) else "41")


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        ({"text": "hola <b> & _x_"}, Text("hola <b> & _x_")),
        ({"text": "/start"}, Text("/start")),
        ({"text": "/start@peer_bot ht"}, Text("/start ht")),
        ({"text": "/help@peer_bot"}, Text("/help")),
        ({"text": "/start where_us"}, Text("/start where_us")),
        ({"text": "a/b@c"}, Text("a/b@c")),
        ({"location": {"latitude": 14.9031, "longitude": -92.2575}}, Place(14.9031, -92.2575)),
        ({"location": {"latitude": 0, "longitude": 0}}, Place(0, 0)),
        ({"location": {"latitude": 1.5, "longitude": 2.5, "live_period": 900}}, Place(1.5, 2.5, live=True)),
        (
            {
                "location": {"latitude": 1.5, "longitude": 2.5},
                "venue": {"location": {"latitude": 1.5, "longitude": 2.5}, "title": "t", "address": "a"},
            },
            Place(1.5, 2.5),
        ),
        ({"photo": [{**FILE, "width": 1, "height": 1}], "caption": "1"}, Text("1")),
        ({"photo": [{**FILE, "width": 1, "height": 1}]}, Unreadable("photo")),
        ({"document": FILE}, Unreadable("photo")),
        ({"video": {**FILE, "width": 1, "height": 1, "duration": 1}}, Unreadable("photo")),
        ({"voice": {**FILE, "duration": 1}}, Unreadable("voice")),
        ({"audio": {**FILE, "duration": 1}}, Unreadable("voice")),
        ({"video_note": {**FILE, "length": 1, "duration": 1}}, Unreadable("voice")),
        (
            {"animation": {**FILE, "width": 1, "height": 1, "duration": 1}, "document": FILE},
            Unreadable("sticker"),
        ),
        (
            {"sticker": {**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}},
            Unreadable("sticker"),
        ),
        ({"dice": {"emoji": "🎲", "value": 3}}, Unreadable("sticker")),
        ({"contact": {"phone_number": "+12025550111", "first_name": "X"}}, Unreadable("contact")),
        ({"text": "1", "forward_origin": ORIGIN}, Unreadable("forwarded")),
        ({"text": "1", "a_field_of_next_year": {"x": 1}}, Text("1")),
    ],
)
def test_reads_a_message(fields: dict[str, Any], event: Event) -> None:
    """Text and captions as typed, a place as it is, the rest as what it is."""
    assert read(message=message(**fields)) == [inbound(event)]


@pytest.mark.parametrize(
    "update",
    [
        {"message": message(pinned_message=message())},
        {"message": message(text="x", **{"from": BOT_USER})},
        {"message": message(message_auto_delete_timer_changed={"message_auto_delete_time": 5})},
        {"edited_message": message(location={"latitude": 1.5, "longitude": 2.5, "live_period": 900})},
        {"edited_message": message(photo=[{**FILE, "width": 1, "height": 1}])},
        {"channel_post": message(text="x", chat={"id": -1001, "type": "channel", "title": "C"})},
        {"message": message(text="x", chat={"id": -1001, "type": "channel", "title": "C"})},
        {"message": message(migrate_to_chat_id=-1002, chat=GROUP)},
        {"message": message(left_chat_member=BOT_USER, chat=GROUP)},
        {"message_reaction": {"chat": CHAT, "message_id": 1, "date": 1, "old_reaction": [], "new_reaction": []}},
        {"a_kind_of_next_year": {"x": 1}},
        {},
    ],
)
def test_what_is_no_person_speaking_is_nothing(update: dict[str, Any]) -> None:
    """Service messages, bots, channels, reactions, moved live locations (FC-22, FC-26, FC-36)."""
    assert read(**update) == []


def test_an_edit_is_marked() -> None:
    """So that it is never taken for a fresh answer (FC-22)."""
    edited_at = SENT_AT + timedelta(seconds=30)
    update = message(text="2", edit_date=int(edited_at.timestamp()))
    assert read(edited_message=update) == [inbound(Text("2", edited=True), edited_at)]
    assert read(edited_message=message(caption="3", edit_date=int(edited_at.timestamp()), photo=[])) == [
        inbound(Text("3", edited=True), edited_at)
    ]


def press(**fields: Any) -> dict[str, Any]:
    """A button press, changed by `fields`."""
    return {"id": "5001", "from": USER, "chat_instance": "1", "message": message(text="?", **BUTTONS), **fields}


@pytest.mark.parametrize(
    ("fields", "tap"),
    [
        ({"data": "r1:where:mx"}, Tap("r1", "where", "mx")),
        ({"data": "of another time"}, Tap("", "", "")),
        ({"data": "r1:where:mx" + "x" * 5000}, Tap("r1", "where", "mx" + "x" * 5000)),
        ({"data": "r1:where:mx", "a_field_of_next_year": {"x": 1}}, Tap("r1", "where", "mx")),
        ({}, Tap("", "", "")),
    ],
)
def test_a_press_is_a_tap_with_an_answer_owed(fields: dict[str, Any], tap: Tap) -> None:
    """With the message it stands under; a payload that is not ours is an old button."""
    (read_,) = read(callback_query=press(**fields))
    assert read_ == replace(inbound(tap, NOW), ack="5001", under="41", shown="?")


@pytest.mark.parametrize(
    ("message_", "under", "shown"),
    [
        (message(text="a <b> & c", **BUTTONS), "41", "a &lt;b&gt; &amp; c"),
        (message(text="Where now?", entities=[BOLD], **BUTTONS), "41", "<b>Where</b> now?"),
        (message(text="x", entities=[{**BOLD, "offset": 4000}], **BUTTONS), "41", "x<b></b>"),
        (message(photo=[], **BUTTONS), "41", None),
        (message(text="pressed before"), None, "pressed before"),
        ({"message_id": 1, "date": 0, "chat": CHAT}, "1", None),
        (None, None, None),
    ],
)
def test_a_press_brings_the_text_of_its_message(
    message_: dict[str, Any] | None, under: str | None, shown: str | None
) -> None:
    """As HTML, unless the message is no longer accessible (date 0), or nothing is told of it."""
    fields = {} if message_ is None else {"message": message_}
    query = {name: value for name, value in press(data="r1:where:mx").items() if name != "message"} | fields
    (read_,) = read(callback_query=query)
    assert read_ == replace(inbound(Tap("r1", "where", "mx"), NOW), ack="5001", under=under, shown=shown)


def test_a_press_in_a_group_is_nothing() -> None:
    """We put no buttons there."""
    assert read(callback_query=press(data="r1:where:mx", message=message(text="?", chat=GROUP))) == []


def member(chat: dict[str, Any], status: str) -> dict[str, Any]:
    """A change of the bot's membership."""
    extra = {"until_date": 0} if status == "kicked" else {}
    old = {"user": BOT_USER, "status": "left"}
    return {
        "chat": chat,
        "from": USER,
        "date": 1,
        "old_chat_member": old,
        "new_chat_member": {**old, "status": status, **extra},
    }


def test_a_block_is_a_stop() -> None:
    """FC-13; an unblock is nothing until the person writes."""
    assert read(my_chat_member=member(CHAT, "kicked")) == [Receipt(PERSON, "u555000001", "kicked", ending="stopped")]
    assert read(my_chat_member=member(CHAT, "member")) == []


@pytest.mark.parametrize(
    "update",
    [
        {"message": message(text="/start", chat=GROUP)},
        {"message": message(text="1", chat={**GROUP, "type": "supergroup"})},
        {"message": message(new_chat_members=[BOT_USER], chat=GROUP)},
        {"my_chat_member": member(GROUP, "member")},
    ],
)
def test_a_group_is_left(update: dict[str, Any]) -> None:
    """Answers about papers and family are not for everyone to see (FC-36)."""
    assert read(**update) == [Leave(-4000001, "u555000001", "es")]


@pytest.mark.parametrize("given", [None, "", "wrong", "secret_0001 ", "sécret"])
def test_the_secret_is_checked(given: str | None) -> None:
    """FC-19: missing or wrong."""
    headers = {} if given is None else {"x-telegram-bot-api-secret-token": given}
    with pytest.raises(Refused):
        TELEGRAM.parse(Request("/telegram/x", "", headers, b"{}"))


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_all_is_refused(secrets: tuple[str, ...]) -> None:
    """Fail closed."""
    with pytest.raises(Refused):
        Telegram("123:ABC", *secrets).parse(Request("/telegram/x", "", {"x-telegram-bot-api-secret-token": ""}, b"{}"))


@pytest.mark.parametrize("given", ["new_secret", SECRET])
def test_two_secrets_are_good_while_one_is_replaced(given: str) -> None:
    """Telegram brings the old one until the new one is set, and with what it repeats afterwards too."""
    telegram = Telegram("123:ABC", "new_secret", SECRET)
    body = json.dumps({"update_id": 555000001, "message": message(text="1")}).encode()
    assert telegram.parse(Request("/telegram/x", "", {"x-telegram-bot-api-secret-token": given}, body))
    with pytest.raises(Refused):
        telegram.parse(Request("/telegram/x", "", {"x-telegram-bot-api-secret-token": f"new_secret,{SECRET}"}, body))


@pytest.mark.parametrize(
    "body",
    [b"", b"no", b"[]", b"1", b"null", b"{}", b'{"update_id":1,"message":{}}', b'{"update_id":1,"message":5}', b"\xff"],
)
def test_malformed(body: bytes) -> None:
    """Answered with 200, or Telegram would repeat it for a day."""
    with pytest.raises(Malformed):
        TELEGRAM.parse(Request("/telegram/x", "", {"x-telegram-bot-api-secret-token": SECRET}, body))


def test_renders_html_and_one_button_a_row() -> None:
    """The whole payload."""
    assert TELEGRAM.render(QUESTION) == [
        {
            "text": "¿Dónde está <b>ahora</b>?\n\n9 = ayuda",
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {
                "inline_keyboard": [
                    [{"text": "1. México", "callback_data": "r1:where:mx"}],
                    [{"text": "✓ 2. Guatemala", "callback_data": "r1:where:gt"}],
                ]
            },
        }
    ]


def test_escapes_all_that_is_not_ours() -> None:
    """The centre of FC-16."""
    (payload,) = TELEGRAM.render(Message((Span("Casa_Azul & Amigos <Norte> https://example.org/guia_es?a=1&b=2"),)))
    assert payload["text"] == "Casa_Azul &amp; Amigos &lt;Norte&gt; https://example.org/guia_es?a=1&amp;b=2"
    assert TELEGRAM.shows(payload) == "Casa_Azul & Amigos <Norte> https://example.org/guia_es?a=1&b=2"


def test_a_place_can_be_shared_by_a_button() -> None:
    """Where nothing is to be chosen; choices come first."""
    asks = Message((Span("¿Dónde?"),), wants_place=True, place_label="Mi ubicación")
    (payload,) = TELEGRAM.render(asks)
    button = {"text": "Mi ubicación", "request_location": True}
    keyboard = {"keyboard": [[button]], "resize_keyboard": True, "one_time_keyboard": True}
    assert payload["reply_markup"] == keyboard
    (payload,) = TELEGRAM.render(replace(asks, place_hint="Nombre de la ciudad"))
    assert payload["reply_markup"] == {**keyboard, "input_field_placeholder": "Nombre de la ciudad"}
    (payload,) = TELEGRAM.render(Message(asks.text, (Choice("r:q:o", "x", "1"),), wants_place=True, place_label="y"))
    assert "inline_keyboard" in payload["reply_markup"]


def test_what_is_personal_is_not_passed_on() -> None:
    """In every part; the rest is (decision 15)."""
    long = Message((Span("x" * 5000),))
    assert [payload.get("protect_content") for payload in TELEGRAM.render(replace(long, personal=True))] == [True, True]
    assert [payload.get("protect_content") for payload in TELEGRAM.render(long)] == [None, None]


def test_long_texts_come_in_parts_with_the_buttons_under_the_last() -> None:
    """FC-15: each valid on its own."""
    text = (Span("<&> " * 620, strong=True), Span(LONG))
    first, second = TELEGRAM.render(Message(text, QUESTION.choices))
    assert "reply_markup" not in first
    assert "reply_markup" in second
    assert LINK in second["text"]
    for part in first, second:
        assert len(TELEGRAM.shows(part)) <= 4096
        assert part["text"].count("<b>") == part["text"].count("</b>")
        assert "&" not in part["text"].replace("&lt;", "").replace("&gt;", "").replace("&amp;", "")


@asynccontextmanager
async def telegram_at(stand_in: StandIn) -> AsyncIterator[Telegram]:
    """A channel whose calls go to the stand-in."""
    channel = Telegram("123:ABC", SECRET, api=f"{stand_in.url}/bot", wait=0.3)
    try:
        yield channel
    finally:
        await channel.close()


OK = Answer(200, {"ok": True, "result": {"message_id": 1, "date": 1, "chat": CHAT}})
TRUE = Answer(200, {"ok": True, "result": True})


def error(status: int, description: str, **parameters: Any) -> Answer:
    """Telegram's shape of an error."""
    body = {"ok": False, "error_code": status, "description": description}
    return Answer(status, {**body, **({"parameters": parameters} if parameters else {})})


async def test_the_call_for_a_message() -> None:
    """Nothing is added and nothing is lost on the way."""
    async with standing_in(OK) as stand_in, telegram_at(stand_in) as channel:
        await channel.send(PERSON, channel.render(QUESTION)[0])
    (call,) = stand_in.calls
    assert call.path == "/bot123:ABC/sendMessage"
    assert call.data["chat_id"] == "7000001"
    assert call.data["text"] == "¿Dónde está <b>ahora</b>?\n\n9 = ayuda"
    assert json.loads(call.data["link_preview_options"]) == {"is_disabled": True}
    assert len(json.loads(call.data["reply_markup"])["inline_keyboard"]) == 2


@pytest.mark.parametrize(
    ("answer", "outcome", "after"),
    [
        (error(429, "Too Many Requests: retry after 60", retry_after=60), Outcome.NOT_SENT, timedelta(seconds=60)),
        (error(429, "Too Many Requests"), Outcome.NOT_SENT, None),
        (error(403, "Forbidden: bot was blocked by the user"), Outcome.STOPPED, None),
        (error(403, "Forbidden: user is deactivated"), Outcome.STOPPED, None),
        (error(400, "Bad Request: chat not found"), Outcome.STOPPED, None),
        (error(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1), Outcome.STOPPED, None),
        (error(400, "Bad Request: BUTTON_DATA_INVALID"), Outcome.REFUSED, None),
        (error(401, "Unauthorized"), Outcome.REFUSED, None),
        (error(502, "Bad Gateway"), Outcome.PERHAPS, None),
        (error(500, "Internal Server Error"), Outcome.PERHAPS, None),
        (Answer(drop=True), Outcome.PERHAPS, None),
        (Answer(hang=5), Outcome.PERHAPS, None),
    ],
)
async def test_what_becomes_of_a_send(
    answer: Answer, outcome: Outcome, after: timedelta | None, caplog: pytest.LogCaptureFixture
) -> None:
    """The table of `shared/channels.md` section 8; one call each; neither person nor token in a log (FC-35)."""
    caplog.set_level(logging.DEBUG)
    async with standing_in(answer) as stand_in, telegram_at(stand_in) as channel:
        with pytest.raises(SendError) as raised:
            await channel.send(PERSON, {"text": "1"})
        assert len(stand_in.calls) == 1
    assert (raised.value.outcome, raised.value.after) == (outcome, after)
    assert "7000001" not in caplog.text + str(raised.value)
    assert "123:ABC" not in caplog.text + str(raised.value)


async def test_a_refused_connection_was_not_sent() -> None:
    """The request never left."""
    async with standing_in(OK) as stand_in:
        pass
    async with telegram_at(stand_in) as channel:
        with pytest.raises(SendError) as raised:
            await channel.send(PERSON, {"text": "1"})
    assert raised.value.outcome is Outcome.NOT_SENT


async def test_a_chat_is_cleared_a_hundred_at_a_time() -> None:
    """What Telegram will not take away stays; the others go."""
    refusal = error(400, "Bad Request: message can't be deleted")
    async with standing_in(refusal, TRUE, TRUE) as stand_in, telegram_at(stand_in) as channel:
        await channel.clear(PERSON, [str(id) for id in range(250)])
    assert {call.path.rpartition("/")[2] for call in stand_in.calls} == {"deleteMessages"}
    assert [len(json.loads(call.data["message_ids"])) for call in stand_in.calls] == [100, 100, 50]


async def test_a_chat_that_cannot_be_cleared_now() -> None:
    """Then later."""
    async with standing_in(error(502, "Bad Gateway")) as stand_in, telegram_at(stand_in) as channel:
        with pytest.raises(SendError):
            await channel.clear(PERSON, ["1"])


async def test_formatting_never_loses_a_message(caplog: pytest.LogCaptureFixture) -> None:
    """The same text once more, as plain text, and an alert (FC-16)."""
    refusal = error(400, "Bad Request: can't parse entities: Unsupported start tag")
    async with standing_in(refusal, OK) as stand_in, telegram_at(stand_in) as channel:
        await channel.send(PERSON, channel.render(QUESTION)[0])
    first, second = stand_in.calls
    assert second.data["text"] == "¿Dónde está ahora?\n\n9 = ayuda"
    assert "parse_mode" not in second.data
    assert second.data["reply_markup"] == first.data["reply_markup"]
    assert [record.levelname for record in caplog.records] == ["ERROR"]


async def test_a_plain_text_refused_for_its_formatting_is_refused() -> None:
    """Once, not for ever."""
    refusal = error(400, "Bad Request: can't parse entities")
    async with standing_in(refusal) as stand_in, telegram_at(stand_in) as channel:
        with pytest.raises(SendError) as raised:
            await channel.send(PERSON, channel.render(QUESTION)[0])
    assert raised.value.outcome is Outcome.REFUSED
    assert len(stand_in.calls) == 2


async def test_not_modified_is_fine() -> None:
    """What is shown is what was meant."""
    answer = error(400, "Bad Request: message is not modified")
    async with standing_in(answer) as stand_in, telegram_at(stand_in) as channel:
        await channel.send(PERSON, {"text": "1"})


@pytest.mark.parametrize("answer", [TRUE, error(400, "Bad Request: query is too old"), Answer(drop=True)])
async def test_acknowledging_never_raises(answer: Answer) -> None:
    """A press too old to be answered is no matter."""
    async with standing_in(answer) as stand_in, telegram_at(stand_in) as channel:
        await channel.acknowledge("5001")
    assert stand_in.calls[0].data == {"callback_query_id": "5001"}


PRESSED = replace(inbound(Tap("r1", "where", "mx"), NOW), ack="5001", under="41", shown="<b>Where</b>?")


@pytest.mark.parametrize(
    ("pressed", "chosen", "text"),
    [
        (PRESSED, ("México",), "<b>Where</b>?\n\n✓ México"),
        (PRESSED, ("a & b", "<c>"), "<b>Where</b>?\n\n✓ a &amp; b\n✓ &lt;c&gt;"),
        (replace(PRESSED, shown="&amp;" * 4080), ("México",), "&amp;" * 4080 + "\n\n✓ México"),
    ],
)
async def test_a_pressed_question_turns_into_its_answer(pressed: Inbound, chosen: tuple[str, ...], text: str) -> None:
    """Its own text, what was chosen under it, and no buttons."""
    async with standing_in(TRUE, OK) as stand_in, telegram_at(stand_in) as channel:
        await channel.mark(pressed, Pressed("Gracias.", chosen))
    answer, edit = stand_in.calls
    assert answer.data == {"callback_query_id": "5001", "text": "Gracias."}
    assert edit.path.endswith("/editMessageText")
    assert (edit.data["text"], edit.data["parse_mode"]) == (text, "HTML")
    assert (edit.data["chat_id"], edit.data["message_id"]) == ("7000001", "41")
    assert json.loads(edit.data["link_preview_options"]) == {"is_disabled": True}
    assert "reply_markup" not in edit.data


@pytest.mark.parametrize(
    ("pressed", "chosen"),
    [
        (PRESSED, ()),  # a button of another time
        (replace(PRESSED, shown=None), ("México",)),  # a message that is no longer accessible
        (replace(PRESSED, shown="x" * 4090), ("México",)),  # no room
    ],
)
async def test_otherwise_only_the_buttons_go(pressed: Inbound, chosen: tuple[str, ...]) -> None:
    """The text stays as it is."""
    async with standing_in(TRUE, OK) as stand_in, telegram_at(stand_in) as channel:
        await channel.mark(pressed, Pressed("n" * 201, chosen))
    answer, edit = stand_in.calls
    assert answer.data["text"] == "n" * 200
    assert edit.path.endswith("/editMessageReplyMarkup")
    assert edit.data == {"chat_id": "7000001", "message_id": "41"}


@pytest.mark.parametrize("answer", [error(400, "Bad Request: message to edit not found"), Answer(drop=True)])
async def test_marking_never_raises(answer: Answer) -> None:
    """A mark that is lost does no harm; a press too old to be answered is marked all the same."""
    old = error(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    async with standing_in(old, answer) as stand_in, telegram_at(stand_in) as channel:
        await channel.mark(PRESSED, Pressed("Gracias.", ("México",)))
    assert len(stand_in.calls) == 2


async def test_ticks_are_changed_in_place() -> None:
    """Nothing new is written."""
    (payload,) = TELEGRAM.render(replace(QUESTION, instead_of="41"))
    assert TELEGRAM.shows(payload) == "1. México\n✓ 2. Guatemala"
    async with standing_in(OK) as stand_in, telegram_at(stand_in) as channel:
        await channel.send(PERSON, payload)
    (call,) = stand_in.calls
    assert call.path.endswith("/editMessageReplyMarkup")
    assert (call.data["chat_id"], call.data["message_id"]) == ("7000001", "41")
    assert len(json.loads(call.data["reply_markup"])["inline_keyboard"]) == 2
    assert "text" not in call.data


async def test_ticks_under_a_message_that_is_gone_are_written_anew() -> None:
    """Nobody is left without an answer."""
    (payload,) = TELEGRAM.render(replace(QUESTION, instead_of="41"))
    async with (
        standing_in(error(400, "Bad Request: message to edit not found"), OK) as stand_in,
        telegram_at(stand_in) as channel,
    ):
        await channel.send(PERSON, payload)
    assert [call.path.rpartition("/")[2] for call in stand_in.calls] == ["editMessageReplyMarkup", "sendMessage"]
    assert "message_id" not in stand_in.calls[1].data
    assert stand_in.calls[1].data["text"] == "¿Dónde está <b>ahora</b>?\n\n9 = ayuda"


async def test_leaving_a_group() -> None:
    """One neutral line with the private link, then out; the line once only."""
    me = Answer(200, {"ok": True, "result": {**BOT_USER, "username": "peer_bot"}})
    async with standing_in(me, OK, TRUE) as stand_in, telegram_at(stand_in) as channel:
        await channel.leave(-4000001, "Write to me privately:")
        await channel.leave(-4000001, "Write to me privately:")
    assert [call.path.rpartition("/")[2] for call in stand_in.calls] == [
        "getMe",
        "sendMessage",
        "leaveChat",
        "leaveChat",
    ]
    assert stand_in.calls[1].data["text"] == "Write to me privately:\nhttps://t.me/peer_bot"


async def test_leaving_never_raises() -> None:
    """We may have been put out already."""
    answer = error(403, "Forbidden: bot was kicked from the group chat")
    async with standing_in(answer) as stand_in, telegram_at(stand_in) as channel:
        await channel.leave(-4000001, "Write to me privately:")


async def test_it_cannot_look_back() -> None:
    """A bot does not see what it sent."""
    me = Answer(200, {"ok": True, "result": {"id": 1, "is_bot": True, "first_name": "Rumbo"}})
    async with standing_in(me) as stand_in, telegram_at(stand_in) as channel:
        assert await channel.was_sent(PERSON, {"text": "1"}, 0) is None


@pytest.mark.parametrize("answer", [error(502, "Bad Gateway"), error(429, "Too Many Requests", retry_after=1)])
async def test_while_it_is_away_nothing_is_repeated(answer: Answer) -> None:
    """The one repeat is kept until Telegram answers again."""
    async with standing_in(answer) as stand_in, telegram_at(stand_in) as channel:
        with pytest.raises(SendError) as raised:
            await channel.was_sent(PERSON, {"text": "1"}, 0)
    assert raised.value.outcome is Outcome.NOT_SENT


def test_the_pace_is_thirty_a_second_and_one_in_a_chat() -> None:
    """The token is no part of a pace's name."""
    telegram = Telegram("123:ABC", SECRET)
    shared, own = telegram.pace({"text": "a"}), telegram.pace_to(Address("telegram", "7000001"))
    assert shared is not None
    assert own is not None
    assert (shared.per_second, own.per_second) == (30, 1)
    assert "ABC" not in shared.name
    assert own != telegram.pace_to(Address("telegram", "7000002"))
