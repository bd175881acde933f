"""A channel is three verbs: parse, render, send. Its limits are known here and nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, Protocol, runtime_checkable

from bot.messages import Address, Arrival, ChannelName, Inbound, Pressed
from bot.pace import Pace
from conversations.events import Tap
from conversations.message import Message

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A webhook request with its body read to the end: what a channel needs to check and parse it.

    `path` begins with a slash; `query` has no question mark; names of headers are in lower case.
    """

    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class Refused(Exception):
    """The request is not from the carrier, or cannot be shown to be: answer 403 and process nothing."""


class Malformed(Exception):
    """The request is from the carrier but makes no sense to us: answer 200, log it, process nothing.

    Its text is ours and fit for a log: it never repeats what the carrier or a person sent.
    """


class Outcome(Enum):
    """What became of a send. Two outcomes are not enough: a lost answer means the message was *perhaps* sent."""

    NOT_SENT = "not_sent"  # throttled or never connected: safe to repeat after `after`
    PERHAPS = "perhaps"  # the request left and no clear answer came
    REFUSED = "refused"  # the carrier will never take this message
    STOPPED = "stopped"  # ... nor any other to this person
    CLOSED = "closed"  # ... nor any other until the person writes again


class SendError(Exception):
    """A send that did not clearly succeed. `code` is the carrier's own; the text names no person."""

    def __init__(self, outcome: Outcome, code: str = "", after: timedelta | None = None) -> None:
        super().__init__(f"{outcome.value} {code}".strip())
        self.outcome = outcome
        self.code = code
        self.after = after


class Channel(Protocol):
    """How Rumbo speaks with one carrier."""

    @property
    def name(self) -> ChannelName:
        """The channel's name in addresses."""

    @property
    def has_fallback(self) -> bool:
        """Whether the carrier itself asks for a static help text when a webhook of ours fails."""

    def parse(self, request: Request) -> Sequence[Arrival]:
        """Check the request's origin and turn it into what people did. Raises Refused or Malformed."""

    def render(self, message: Message) -> list[Payload]:
        """The carrier's own payloads for a message, without the address. Pure; one payload is one call."""

    def shows(self, payload: Payload) -> str:
        """The text of a payload as the person sees it (for the terminal and for tests)."""

    def pace(self, payload: Payload) -> Pace | None:
        """How fast we may send in all, and how much of it this payload takes; None: as fast as we can."""

    def pace_to(self, address: Address) -> Pace | None:
        """How fast we may send to one address; None: as fast as we can."""

    async def send(self, address: Address, payload: Payload) -> str | None:
        """Make one call; what the carrier calls the message, where that will be of use. Raises SendError.

        It is of use where the carrier reports on its messages, or where a chat can be cleared.
        """

    async def was_sent(self, address: Address, payload: Payload, since: float) -> bool | None:
        """After PERHAPS: whether a message with that text went to that person since then (POSIX seconds).

        None: this carrier can never tell. Raises SendError when it cannot tell now.
        """

    async def acknowledge(self, ack: str) -> None:
        """Make the call owed to the carrier for an inbound (answerCallbackQuery). Never raises."""

    async def close(self) -> None:
        """Release connections."""


@runtime_checkable
class MarksButtons(Protocol):
    """A channel whose buttons stay on the screen: a pressed question there turns into its answer."""

    async def mark(self, inbound: Inbound, pressed: Pressed) -> None:
        """Make the call owed for a press, and take its buttons away, with what was chosen in their place.

        Never raises: a mark that is lost does no harm, for old buttons change nothing.
        """


@runtime_checkable
class ClearsChats(Protocol):
    """A channel where messages can be taken away again. It reports on none: `send` names them for this alone."""

    async def clear(self, address: Address, messages: Sequence[str]) -> None:
        """Take messages away from a chat, those that can be; safe to repeat. Raises SendError."""


def read_tap(data: str) -> Tap | None:
    """The choice that a button's payload names (`run:question:option`), or None when it is not one of ours."""
    run, _, rest = data.partition(":")
    question, _, option = rest.partition(":")
    return Tap(run, question, option) if run and question and option else None
