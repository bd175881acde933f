"""A fourth channel, written from docs/channels.md alone: "letterbox", a made-up carrier that speaks JSON.

Its webhook brings {"from", "id", "text", "tap"?} with a secret in a header; it takes POST {"to", "text", "buttons"}.
In the tests it goes by the name of a channel that is off there; a real one adds its own name (step 1 of the page).
"""

import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx

from bot.channels import Malformed, Outcome, Payload, Refused, Request, SendError, read_tap
from bot.channels.parts import split
from bot.messages import Address, Arrival, ChannelName, Inbound
from bot.pace import Pace
from conversations.events import Text, Unreadable
from conversations.message import Message, Span

LIMIT = 500


class Letterbox:
    """The letterbox channel; `url` is where letters are taken, `secret` what each webhook brings."""

    name: ChannelName = "telegram"
    has_fallback = False

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = url, secret
        self._http = httpx.AsyncClient(timeout=5)

    def parse(self, request: Request) -> Sequence[Arrival]:
        """One letter. Raises Refused or Malformed."""
        if not hmac.compare_digest(request.headers.get("x-secret", "").encode(), self._secret.encode()):
            raise Refused
        try:
            letter = json.loads(request.body)
            user, id, text = str(letter["from"]), str(letter["id"]), str(letter.get("text", ""))
            tap = read_tap(str(letter.get("tap", "")))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Malformed("no letter") from None
        event = tap or (Text(text) if text.strip() else Unreadable("empty"))
        return [Inbound(Address(self.name, user), id, event, datetime.now(UTC))]

    def render(self, message: Message) -> list[Payload]:
        """The text in parts, the choices as buttons under the last."""
        spans = (*message.text, Span(f"\n\n{message.footer}" if message.footer else ""))
        letters: list[Payload] = [{"text": "".join(span.text for span in part)} for part in split(spans, LIMIT)]
        letters[-1]["buttons"] = [[f"{choice.number} {choice.label}", choice.id] for choice in message.choices]
        return letters

    def shows(self, payload: Payload) -> str:
        """The text."""
        return str(payload["text"])

    def pace(self, payload: Payload) -> Pace | None:  # noqa: ARG002
        """Ten a second."""
        return Pace("letterbox", 10.0)

    def pace_to(self, address: Address) -> Pace | None:  # noqa: ARG002
        """As fast as one likes."""
        return None

    async def send(self, address: Address, payload: Payload) -> str | None:
        """Post a letter; it has no name. Raises SendError."""
        try:
            answer = await self._http.post(self._url, json={"to": address.user, **payload})
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise SendError(Outcome.NOT_SENT, "connection") from None
        except httpx.HTTPError as error:
            raise SendError(Outcome.PERHAPS, type(error).__name__) from None
        if answer.status_code == 429:
            raise SendError(Outcome.NOT_SENT, "429")
        if answer.status_code == 410:
            raise SendError(Outcome.STOPPED, "410")
        if not answer.is_success:
            outcome = Outcome.PERHAPS if answer.is_server_error else Outcome.REFUSED
            raise SendError(outcome, str(answer.status_code))
        return None

    async def was_sent(self, address: Address, payload: Payload, since: float) -> bool | None:  # noqa: ARG002
        """It keeps no list."""
        return None

    async def acknowledge(self, ack: str) -> None:
        """Nothing is owed."""

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.aclose()
