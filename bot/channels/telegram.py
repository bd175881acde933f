"""Telegram: updates in, HTML with one button a row out.

Parsing and calls are python-telegram-bot's `Update` and `Bot`; its Application is not used, because the order of a
person's messages is kept by our inbox. Facts: `shared/channels.md` sections 8 and 9.
"""

import hmac
import html
import json
import logging
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

# Opt in to durations as timedelta before the library is loaded: without it every RetryAfter brings a warning.
os.environ.setdefault("PTB_TIMEDELTA", "1")

import httpx
from telegram import Bot, Chat, ChatMemberUpdated, MaybeInaccessibleMessage, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.channels import Malformed, Outcome, Payload, Refused, Request, SendError, read_tap
from bot.channels.parts import Spans, split
from bot.messages import Address, Arrival, ChannelName, Inbound, Leave, Pressed, Receipt
from bot.pace import Pace
from conversations.events import Event, Place, Tap, Text, Unreadable, UnreadableKind
from conversations.message import Message as OurMessage
from conversations.message import Span

log = logging.getLogger(__name__)

# These libraries write message texts and the bot's token into their logs (FC-35).
for library in ("telegram", "httpx", "httpcore"):
    logging.getLogger(library).setLevel(logging.CRITICAL + 1)

LIMIT = 4096
"""The longest text, after entities are taken out."""

CLEARED_AT_ONCE = 100
"""How many messages one call may take away."""

NOTICE_LIMIT = 200
"""The longest text that answers a press."""

RATE, RATE_TO_ONE = 30.0, 1.0
"""Messages a second, in all and in one chat (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits)."""

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update to ask for; the person's reactions, votes and the like never come."""

_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_MEMBER = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.RESTRICTED)

# What a person may send that we do not open, by the field of the message; an animation comes as a document as well.
_UNREADABLE: tuple[tuple[str, UnreadableKind], ...] = (
    ("voice", "voice"),
    ("audio", "voice"),
    ("video_note", "voice"),
    ("animation", "sticker"),
    ("sticker", "sticker"),
    ("dice", "sticker"),
    ("contact", "contact"),
    ("photo", "photo"),
    ("document", "photo"),
    ("video", "photo"),
    ("paid_media", "photo"),
    ("story", "photo"),
    ("poll", "empty"),
)

_TOLD_LIMIT = 10_000

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Telegram:
    """The Telegram channel.

    `secrets`: one of them Telegram repeats in a header of each webhook, two while one is being replaced; without any
    every webhook is refused. `api` is the server's address up to the token. `wait` is how many seconds an answer may
    take, `rate` how many messages a second the bot may send.
    """

    name: ChannelName = "telegram"
    has_fallback = False

    def __init__(
        self,
        token: str,
        *secrets: str,
        api: str = "https://api.telegram.org/bot",
        wait: float = 15.0,
        rate: float = RATE,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._secrets = [secret.encode() for secret in secrets if secret]
        calls = HTTPXRequest(connection_pool_size=64, read_timeout=wait, write_timeout=wait, pool_timeout=wait)
        self._requests = calls, HTTPXRequest()
        self._bot = Bot(token, base_url=api, request=calls, get_updates_request=self._requests[1])
        self._wait, self._rate = wait, rate
        self._clock = clock
        self._told: set[int] = set()  # groups that were pointed to the private chat

    def parse(self, request: Request) -> Sequence[Arrival]:
        """Check the secret and read the update. Raises Refused or Malformed."""
        given = request.headers.get("x-telegram-bot-api-secret-token", "").encode()
        if not any(hmac.compare_digest(given, secret) for secret in self._secrets):
            raise Refused
        try:
            update = json.loads(request.body)
        except ValueError:
            raise Malformed("no JSON") from None
        return self.read(update)

    def read(self, data: Any) -> Sequence[Arrival]:
        """What an update (its JSON) tells: at most one thing. Raises Malformed."""
        try:
            update = Update.de_json(data)
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError, OSError):
            raise Malformed("no update") from None
        id = f"u{update.update_id}"
        if update.callback_query:
            return self._pressed(update, id)
        if update.my_chat_member:
            return _membership(update.my_chat_member, id)
        if update.message:
            return self._message(update.message, id, _event(update.message))
        if update.edited_message:
            return self._message(update.edited_message, id, _correction(update.edited_message))
        return []

    def render(self, message: OurMessage) -> list[Payload]:
        """HTML, with the choices as buttons under the last part; without choices, a button that shares the place."""
        spans = (*message.text, Span(f"\n\n{message.footer}")) if message.footer else message.text
        payloads = [_payload(part) for part in split(spans, LIMIT)]
        if message.choices:
            payloads[-1]["reply_markup"] = _buttons(message)
        elif message.wants_place:
            payloads[-1]["reply_markup"] = _place_button(message)
        if message.personal:
            for payload in payloads:
                payload["protect_content"] = True
        if message.instead_of and len(payloads) == 1:
            payloads[0]["message_id"] = int(message.instead_of)
        return payloads

    def shows(self, payload: Payload) -> str:
        """The text of a payload as the person sees it; where only the buttons of a message change, those."""
        if "message_id" in payload:
            return "\n".join(button["text"] for (button,) in payload["reply_markup"]["inline_keyboard"])
        return html.unescape(re.sub("</?b>", "", payload["text"])) if "parse_mode" in payload else str(payload["text"])

    def pace(self, payload: Payload) -> Pace | None:  # noqa: ARG002 - each message counts as one
        """What the bot may send in all."""
        return Pace(f"{self.name} bot {self._bot.token.partition(':')[0]}", self._rate)

    def pace_to(self, address: Address) -> Pace | None:
        """What one chat takes."""
        return Pace(f"{self.name} {address.user}", RATE_TO_ONE)

    async def send(self, address: Address, payload: Payload) -> str | None:
        """Make one call; the id of a message that is new in the chat. Raises SendError.

        With a `message_id` the buttons of that message are changed; if it is gone, the whole is sent.
        """
        parameters = dict(payload)
        message = parameters.pop("message_id", None)
        try:
            if message:
                markup = {"reply_markup": parameters["reply_markup"]}
                await self._bot.edit_message_reply_markup(int(address.user), message, api_kwargs=markup)
                return None
            sent = await self._bot.send_message(int(address.user), parameters.pop("text"), api_kwargs=parameters)
        except BadRequest as error:
            if "message is not modified" in error.message.lower():
                return None
            if message:  # gone from the chat
                return await self.send(address, parameters)
            if "parse entities" in error.message and "parse_mode" in payload:
                log.error("telegram refused our formatting: sent as plain text")
                plain = {name: value for name, value in payload.items() if name != "parse_mode"}
                return await self.send(address, {**plain, "text": self.shows(payload)})
            raise _send_error(error) from None
        except TelegramError as error:
            raise _send_error(error) from None
        return str(sent.message_id)

    async def clear(self, address: Address, messages: Sequence[str]) -> None:
        """Take away messages of a private chat, the person's as well, up to 48 hours old
        (https://core.telegram.org/bots/api#deletemessages). Those that cannot be stay. Raises SendError."""
        for first in range(0, len(messages), CLEARED_AT_ONCE):
            ids = [int(message) for message in messages[first : first + CLEARED_AT_ONCE]]
            try:
                await self._bot.delete_messages(int(address.user), ids)
            except BadRequest:
                log.warning("telegram keeps some messages that were to be taken away")
            except TelegramError as error:
                raise _send_error(error) from None

    async def was_sent(self, address: Address, payload: Payload, since: float) -> bool | None:  # noqa: ARG002
        """None: a bot cannot look back at what it sent. Raises SendError while Telegram does not answer at all."""
        try:
            await self._bot.get_me()
        except TelegramError as error:
            raise SendError(Outcome.NOT_SENT, type(error).__name__) from None
        return None

    async def acknowledge(self, ack: str) -> None:
        """Answer a button press, so that the client stops waiting. A press too old to be answered is no matter."""
        with suppress(TelegramError):
            await self._bot.answer_callback_query(ack)

    async def mark(self, inbound: Inbound, pressed: Pressed) -> None:
        """Answer a press, and change its message: the choice under its text, or only its buttons gone. Never raises."""
        if inbound.ack:
            with suppress(TelegramError):
                await self._bot.answer_callback_query(inbound.ack, pressed.notice[:NOTICE_LIMIT])
        if inbound.under:
            with suppress(TelegramError):
                await self._without_buttons(int(inbound.address.user), int(inbound.under), _marked(inbound, pressed))

    async def _without_buttons(self, chat: int, message: int, text: str) -> None:
        """Take a message's buttons away, with another text (HTML) if there is one."""
        if text:
            parameters = {"link_preview_options": {"is_disabled": True}}
            await self._bot.edit_message_text(text, chat, message, parse_mode=ParseMode.HTML, api_kwargs=parameters)
        else:
            await self._bot.edit_message_reply_markup(chat, message)

    async def leave(self, chat: int, text: str) -> None:
        """Say once, in a group, `text` and the link to the private chat; then leave it. Never raises."""
        told = chat in self._told
        if len(self._told) >= _TOLD_LIMIT:
            self._told.clear()
        self._told.add(chat)
        if not told:
            with suppress(TelegramError):
                me = await self._bot.get_me()
                payload = _payload((Span(f"{text}\nhttps://t.me/{me.username}"),))
                await self._bot.send_message(chat, payload.pop("text"), api_kwargs=payload)
        with suppress(TelegramError):
            await self._bot.leave_chat(chat)

    async def ask(self, method: str, **parameters: Any) -> Any:
        """Any other method of the Bot API, for setting up; its result as JSON. Raises SendError."""
        try:
            return await self._call(method, parameters, self._wait)
        except TelegramError as error:
            raise _send_error(error) from None

    async def drop_webhook(self) -> None:
        """Let updates be fetched. Raises TelegramError."""
        await self._bot.delete_webhook()

    async def fetch(self, offset: int, wait: float) -> list[dict[str, Any]]:
        """Updates from `offset` on, as JSON, waiting up to `wait` seconds for the first. Raises TelegramError.

        Not by `Bot.get_updates`, which refuses them all when one makes no sense to it.
        """
        parameters = {"offset": offset, "timeout": int(wait), "allowed_updates": list(ALLOWED)}
        return list(await self._call("getUpdates", parameters, wait + 10))

    async def close(self) -> None:
        """Close the connections."""
        for request in self._requests:
            await request.shutdown()

    async def _call(self, method: str, parameters: dict[str, Any], wait: float) -> Any:
        """A method by its name, in lower case, because the library warns of one it has itself; Telegram does not mind
        the case (https://core.telegram.org/bots/api#making-requests)."""
        return await self._bot.do_api_request(method.lower(), api_kwargs=parameters, read_timeout=wait)

    def _pressed(self, update: Update, id: str) -> Sequence[Arrival]:
        query = update.callback_query
        if query is None or query.from_user.is_bot or (query.message and query.message.chat.type != ChatType.PRIVATE):
            return []
        # A payload of another time counts as a tap on an old button, which changes nothing (FC-07).
        tap = read_tap(query.data or "") or Tap("", "", "")
        inbound = self._inbound(query.from_user.id, query.from_user, id, tap, self._clock())
        return [replace(inbound, ack=query.id, under=_under(query.message), shown=_shown(query.message))]

    def _message(self, message: Message, id: str, event: Event | None) -> Sequence[Arrival]:
        if message.chat.type in _GROUPS:
            return _group(message, id)
        if message.chat.type != ChatType.PRIVATE or event is None or (message.from_user and message.from_user.is_bot):
            return []
        at = message.edit_date or message.date
        inbound = self._inbound(message.chat.id, message.from_user, id, event, at)
        return [replace(inbound, own=str(message.message_id))]

    def _inbound(self, user: int, sender: User | None, id: str, event: Event, at: datetime) -> Inbound:
        hint = sender.language_code if sender else None
        return Inbound(Address(self.name, str(user)), id, event, at, hint=hint)


def _under(message: MaybeInaccessibleMessage | None) -> str | None:
    """Which message a press stands under, unless its buttons are gone by now."""
    if message is None or (isinstance(message, Message) and message.is_accessible and message.reply_markup is None):
        return None
    return str(message.message_id)


def _shown(message: MaybeInaccessibleMessage | None) -> str | None:
    """The text of our message as HTML, as an update brings it; None where it brings none."""
    try:
        return message.text_html if isinstance(message, Message) and message.text else None
    except (ValueError, IndexError):  # entities that lie outside the text: the press counts all the same
        return None


def _marked(inbound: Inbound, pressed: Pressed) -> str:
    """The text of a pressed message with what was chosen under it; empty where there is none, or no room."""
    if not inbound.shown or not pressed.chosen:
        return ""
    chosen = "".join(f"\n✓ {html.escape(label, quote=False)}" for label in pressed.chosen)
    text = f"{inbound.shown}\n{chosen}"
    return text if len(html.unescape(re.sub("<[^>]*>", "", text))) <= LIMIT else ""


def _membership(change: ChatMemberUpdated, id: str) -> Sequence[Arrival]:
    """A person blocked the bot, or the bot was put into a group."""
    status = change.new_chat_member.status
    if change.chat.type == Chat.PRIVATE and status == ChatMemberStatus.BANNED:
        return [Receipt(Address("telegram", str(change.chat.id)), id, status, ending="stopped")]
    added = change.chat.type in _GROUPS and status in _MEMBER
    return [Leave(change.chat.id, id, change.from_user.language_code)] if added else []


def _group(message: Message, id: str) -> Sequence[Arrival]:
    """A message in a group: go; but a group that became another one, or that we have left, is not written to."""
    gone = message.migrate_to_chat_id or message.migrate_from_chat_id or message.left_chat_member
    hint = message.from_user.language_code if message.from_user else None
    return [] if gone else [Leave(message.chat.id, id, hint)]


def _event(message: Message) -> Event | None:
    """What the person did; None for what is no act of theirs, such as a pinned message."""
    if message.forward_origin:
        return Unreadable("forwarded")  # somebody else's words are no answer (FC-36)
    if message.location:
        live = message.location.live_period is not None
        return Place(message.location.latitude, message.location.longitude, live)
    written = message.text or message.caption
    if written:
        return Text(_without_bot_name(written))
    return next((Unreadable(kind) for field, kind in _UNREADABLE if getattr(message, field)), None)


def _correction(message: Message) -> Event | None:
    """An edited text. A live location that moved is edited too, many times a minute: nothing (FC-22)."""
    written = message.text or message.caption
    return Text(_without_bot_name(written), edited=True) if written and not message.forward_origin else None


def _without_bot_name(text: str) -> str:
    """Some clients write "/start@bot_name" for a command."""
    return re.sub(r"^(/\w+)@\w+", r"\1", text)


def _payload(part: Spans) -> Payload:
    """Parameters of sendMessage (https://core.telegram.org/bots/api#sendmessage), without the address."""
    return {
        "text": "".join(_written(span) for span in part),
        "parse_mode": ParseMode.HTML,
        "link_preview_options": {"is_disabled": True},
    }


def _written(span: Span) -> str:
    text = html.escape(span.text, quote=False)
    return f"<b>{text}</b>" if span.strong and span.text.strip() else text


def _buttons(message: OurMessage) -> dict[str, Any]:
    return {
        "inline_keyboard": [
            [{"text": f"{'✓ ' if choice.ticked else ''}{choice.number}. {choice.label}", "callback_data": choice.id}]
            for choice in message.choices
        ]
    }


def _place_button(message: OurMessage) -> dict[str, Any]:
    """A button that shares the place, and beside it the name of the town can be typed."""
    button = {"text": message.place_label, "request_location": True}
    keyboard = {"keyboard": [[button]], "resize_keyboard": True, "one_time_keyboard": True}
    return {**keyboard, "input_field_placeholder": message.place_hint} if message.place_hint else keyboard


def _send_error(error: TelegramError) -> SendError:
    """What became of a send. BadRequest is a NetworkError to the library, so the narrow classes come first."""
    after = None
    match error:
        case RetryAfter():
            outcome, after = Outcome.NOT_SENT, _duration(error.retry_after)
        case Forbidden() | ChatMigrated():
            outcome = Outcome.STOPPED
        case BadRequest(message=text) if "chat not found" in text.lower():
            outcome = Outcome.STOPPED
        case BadRequest() | InvalidToken():
            outcome = Outcome.REFUSED
        case NetworkError(message=text) if isinstance(error.__cause__, _NEVER_LEFT) or "Too Many Requests" in text:
            outcome = Outcome.NOT_SENT
        case _:
            outcome = Outcome.PERHAPS
    return SendError(outcome, type(error).__name__, after)


def _duration(value: float | timedelta) -> timedelta:
    return value if isinstance(value, timedelta) else timedelta(seconds=value)
