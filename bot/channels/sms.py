"""SMS through Twilio: texts in, numbered lines out, in the alphabet that keeps them short.

The conversation goes on by digits and short words alone. Facts: `shared/channels.md` sections 2, 6 and 7.
"""

import re
from collections.abc import Callable
from datetime import datetime

from bot.channels import Malformed, Payload
from bot.channels.form import Form
from bot.channels.gsm7 import fold, measure, units
from bot.channels.parts import numbered, split
from bot.channels.twilio import LIMIT, Account, Twilio, utc_now
from bot.messages import Address, Inbound
from conversations.events import Event, Text, Unreadable, UnreadableKind
from conversations.message import Message, Span

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")

# Words that Twilio has already answered when a message is nothing else, in any case, with its default handling
# (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out). YES lifts a block too, but is a natural answer:
# it counts only when Twilio says so by OptOutType.
_CARRIER_WORDS = {
    **dict.fromkeys(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"], "STOP"),
    **dict.fromkeys(["START", "UNSTOP"], "START"),
    **dict.fromkeys(["HELP", "INFO"], "HELP"),
}


# Segments a second by kind of number (`shared/channels.md` section 6); a messaging service has many.
_SHORT_CODE, _TOLL_FREE, _LONG_CODE = 100.0, 3.0, 1.0
_TOLL_FREE_NUMBER = re.compile(r"\+1(800|833|844|855|866|877|888)\d{7}")


class Sms(Twilio):
    """The SMS channel. `rate` is in segments a second; by default that of the sender's kind of number."""

    name = "sms"

    def __init__(
        self, account: Account, sender: str, clock: Callable[[], datetime] = utc_now, *, rate: float | None = None
    ) -> None:
        super().__init__(account, sender, clock, rate=rate or _rate_of(sender))

    def units(self, payload: Payload) -> int:
        """The segments of a text: networks count those."""
        return measure(payload["Body"]).segments

    def read(self, form: Form, id: str) -> Inbound | None:
        """A text, or None when no person wrote it: short codes and names in letters are services. Raises Malformed."""
        sender = form.get("From", "")
        if not sender:
            raise Malformed("no sender")
        if not _NUMBER.fullmatch(sender):
            return None
        address = Address(self.name, sender)
        return Inbound(address, id, read_body(form), self._clock(), carrier=_carrier(form))

    def render(self, message: Message) -> list[Payload]:
        """Numbered lines between the text and the footer, folded into GSM-7 where that is possible."""
        text = fold("".join(span.text for span in numbered(message, gap="\n", tick="(x) ")))
        parts = split([Span(text)], LIMIT, units)
        return [{"Body": "".join(span.text for span in part)} for part in parts]


def _rate_of(sender: str) -> float | None:
    if not sender.startswith("+"):
        return None if sender.startswith("MG") else _SHORT_CODE
    return _TOLL_FREE if _TOLL_FREE_NUMBER.fullmatch(sender) else _LONG_CODE


def read_body(form: Form) -> Event:
    """What the person wrote; else what they sent with it, which is never fetched (FC-26)."""
    body = form.get("Body", "")
    if body.strip():
        return Text(body)
    if form.get("NumMedia", "0") == "0":
        return Unreadable("empty")
    return Unreadable(_media_kind(form.get("MediaContentType0", "")))


def _media_kind(content_type: str) -> UnreadableKind:
    if content_type.startswith("audio/"):
        return "voice"
    if content_type == "image/webp":  # what WhatsApp's stickers are
        return "sticker"
    return "contact" if "vcard" in content_type else "photo"


def _carrier(form: Form) -> str | None:
    """What Twilio has answered by itself; its own word for it, where it gives one, over ours."""
    return form.get("OptOutType") or _CARRIER_WORDS.get(form.get("Body", "").strip().upper())
