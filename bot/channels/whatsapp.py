"""WhatsApp through Twilio: taps, places and texts in; numbered text with *bold* out.

A sender is an opaque address: people may hide their number, and then only a business-scoped id comes
(`shared/channels.md` section 3). Facts on the form: section 2; on formatting: section 4.
"""

import re
from collections.abc import Callable
from datetime import datetime

from bot.channels import Malformed, Payload, read_tap
from bot.channels.form import Form
from bot.channels.parts import Spans, numbered, split
from bot.channels.sms import read_body
from bot.channels.twilio import LIMIT, Account, Twilio, utc_now
from bot.messages import Address, Inbound
from conversations.events import Event, Place, Unreadable
from conversations.message import Message

_SCOPED_ID = re.compile(r"whatsapp:[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_PREFIX = "whatsapp:"

_LINK = re.compile(r"((?:https?://|www\.)\S+)")
# Two marks on one line that WhatsApp would take for formatting: outside words, hugging what is between them.
_PAIR = re.compile(r"(?<!\w)([*_~`])(?=\S)([^\n]*?\S)\1(?!\w)")
_LOOKALIKES = {"*": "∗", "_": "＿", "~": "∼", "`": "ʼ"}


RATE = 80.0
"""Messages a second of one sender (https://www.twilio.com/docs/whatsapp/best-practices-and-faqs)."""


class WhatsApp(Twilio):
    """The WhatsApp channel. `sender` is a number, with or without "whatsapp:", or a messaging service ("MG…")."""

    name = "whatsapp"

    def __init__(
        self, account: Account, sender: str, clock: Callable[[], datetime] = utc_now, *, rate: float | None = None
    ) -> None:
        plain = sender.removeprefix(_PREFIX)
        super().__init__(account, plain if plain.startswith("MG") else _PREFIX + plain, clock, rate=rate or RATE)

    def read(self, form: Form, id: str) -> Inbound | None:
        """A tap, a place, a text, or something we do not open. None for a reaction. Raises Malformed."""
        if form.get("MessageType") == "reaction":
            return None
        user, alias = _addresses(form)
        return Inbound(
            Address(self.name, user),
            id,
            _event(form),
            self._clock(),
            alias=Address(self.name, alias) if alias else None,
            # WhatsApp itself answers no words: only Advanced Opt-Out does, and says so.
            carrier=form.get("OptOutType") or None,
        )

    def render(self, message: Message) -> list[Payload]:
        """Numbered lines under the text, emphasis as *bold*, in parts where it is long."""
        spans = numbered(message, gap="\n\n", tick="✓ ")
        bold = "*" not in "".join(span.text for span in spans)  # a star of another's would pair with ours
        stars = sum(2 * span.text.count("\n") + 2 for span in spans if span.strong)
        return [{"Body": _written(part, bold)} for part in split(spans, LIMIT - stars)]


def _addresses(form: Form) -> tuple[str, str | None]:
    """Where the person writes from, and their other address if both came. Raises Malformed when there is neither."""
    sender = form.get("From", "")
    scoped = form.get("ExternalUserId", "")
    if not _SCOPED_ID.fullmatch(scoped):
        scoped = ""
    if not sender and not scoped:
        raise Malformed("no sender")
    return sender or scoped, scoped if sender and scoped != sender else None


def _event(form: Form) -> Event:
    if form.get("Forwarded") == "true":
        return Unreadable("forwarded")  # somebody else's words are no answer (FC-36)
    payload = form.get("ButtonPayload") or form.get("ListId") or ""
    # A location has no text (FC-41), so it is looked for first.
    return read_tap(payload) or _place(form) or read_body(form)


def _place(form: Form) -> Place | None:
    try:
        latitude, longitude = float(form.get("Latitude", "")), float(form.get("Longitude", ""))
    except ValueError:
        return None
    on_earth = -90 <= latitude <= 90 and -180 <= longitude <= 180
    return Place(latitude, longitude) if on_earth else None


def _written(part: Spans, bold: bool) -> str:
    return "".join(_bold(span.text) if span.strong and bold else neutral(span.text) for span in part)


def _bold(text: str) -> str:
    """Each line between stars that hug it: WhatsApp wants no space inside them. A star would spoil a link."""
    return re.sub(r"\S(?:[^\n]*\S)?", lambda line: line[0] if _LINK.search(line[0]) else f"*{neutral(line[0])}*", text)


def neutral(text: str) -> str:
    """The text without anything that WhatsApp would format: paired marks become look-alikes, links stay as they are.

    There is no escape character (https://faq.whatsapp.com/539178204879377). A mark alone is left as it is, so that a
    code to dial, "*2273", can be copied.
    """
    pieces = _LINK.split(text)
    return "".join(piece if index % 2 else _without_pairs(piece) for index, piece in enumerate(pieces))


def _without_pairs(text: str) -> str:
    return _PAIR.sub(lambda pair: _LOOKALIKES[pair[1]] + _without_pairs(pair[2]) + _LOOKALIKES[pair[1]], text)
