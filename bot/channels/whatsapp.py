"""WhatsApp through Twilio: taps, places and texts in; text with *bold*, buttons and lists out.

A sender is an opaque address: people may hide their number, and then only a business-scoped id comes
(`shared/channels.md` section 3). Facts on the form: section 2; on formatting: section 4.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.channels import Malformed, Payload, SendError, read_tap
from bot.channels.form import Form
from bot.channels.parts import Spans, numbered, split
from bot.channels.sms import read_body
from bot.channels.templates import PREFIX, TEXT_LIMIT, cut, fitting
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


CONTENT_API = "https://content.twilio.com/v1/Content"

_TEMPLATE_ERRORS = ("21655", "21656", "21658")


class WhatsApp(Twilio):
    """The WhatsApp channel. `sender` is a number, with or without "whatsapp:", or a messaging service ("MG…").

    `templates` are the account's Content templates, by name; without them choices are numbered lines.
    """

    name = "whatsapp"

    def __init__(
        self, account: Account, sender: str, clock: Callable[[], datetime] = utc_now, *, rate: float | None = None
    ) -> None:
        plain = sender.removeprefix(_PREFIX)
        super().__init__(account, plain if plain.startswith("MG") else _PREFIX + plain, clock, rate=rate or RATE)
        self.templates: dict[str, str] = {}

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
        """Emphasis as *bold*; choices as buttons or a list where a template fits, else as numbered lines, in parts.

        With a template goes the text it stands for: for a client or an account that does not have it.
        """
        spans = numbered(message, gap="\n\n", tick="✓ ")
        bold = "*" not in "".join(span.text for span in spans)  # a star of another's would pair with ours
        stars = sum(2 * span.text.count("\n") + 2 for span in spans if span.strong)
        payloads = [{"Body": _written(part, bold)} for part in split(spans, LIMIT - stars)]
        return [{**payloads[0], **self._tapped(message, bold)}] if len(payloads) == 1 else payloads

    def _tapped(self, message: Message, bold: bool) -> Payload:
        """The template for the choices with its variables; nothing where none fits."""
        template = fitting(message.choices, message.language)
        sid = self.templates.get(template.name) if template else None
        if template is None or sid is None:
            return {}
        whole = template.shape == "buttons" or not cut([c for c in message.choices if not c.listed], "list")
        shown = replace(message, choices=()) if whole else message
        text = _written(numbered(shown, gap="\n\n", tick="✓ "), bold).strip()
        if len(text) > TEXT_LIMIT:
            return {}
        return {"ContentSid": sid, "ContentVariables": template.variables(text, message.choices)}

    async def send(self, address: Address, payload: Payload) -> str | None:
        """Create one message; its MessageSid. A template that the account no longer has is told as text.

        Raises SendError.
        """
        if "ContentSid" not in payload:
            return await super().send(address, payload)
        tapped = {name: value for name, value in payload.items() if name != "Body"}
        try:
            return await super().send(address, tapped)
        except SendError as error:
            if error.code not in _TEMPLATE_ERRORS:
                raise
        self.templates.clear()  # they are looked for again before long
        return await super().send(address, {"Body": payload["Body"]})

    async def learn_templates(self) -> None:
        """Find the account's templates by their names. Raises SendError when it cannot be asked."""
        found: dict[str, str] = {}
        url: str | None = f"{CONTENT_API}?PageSize=500"
        while url:
            page = await self.ask("GET", url)
            found |= {str(c["friendly_name"]): str(c["sid"]) for c in page.get("contents", ())}
            url = page.get("meta", {}).get("next_page_url")
        self.templates = {name: sid for name, sid in found.items() if name.startswith(PREFIX)}


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
