"""What is kept between messages, and what waits to be sent. A session is text here: the store knows no conversation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.messages import Address, Inbound, Outbound


@dataclass(frozen=True, slots=True)
class Step:
    """What one turn leads to: the session text to keep (None: forget the person), for how long, and what to send."""

    saved: str | None
    keep: timedelta
    outbound: tuple[Outbound, ...] = ()


Advance = Callable[[str | None, Inbound, int], Step]
"""A pure step: (session text, the oldest waiting message, the turn's serial) -> Step. It may run more than once."""


class Unavailable(Exception):
    """The store cannot be reached now: answer 503 so that the carrier delivers again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An outbox entry handed to a sender.

    `key` names it to the store. `tries` counts the attempts that may have reached the person: more than zero when a
    sender died over it. `queued` is when it was committed, in seconds since 1970 by the store's clock.
    """

    key: str
    outbound: Outbound
    tries: int = 0
    queued: float = 0.0


class Store(Protocol):
    """Inbox, session and outbox of every person, in one place, committed together."""

    async def accept(self, inbound: Inbound) -> bool:
        """Remember the message id and append the message to the person's inbox. False: seen before. Raises Unavailable.

        Call `advance` after a False too: the first delivery may have died between the two.
        """

    async def advance(self, address: Address, step: Advance) -> int:
        """Handle the person's waiting messages, oldest first, each committed whole; how many. Raises Unavailable.

        What `step` raises passes through, and its message keeps waiting.
        """

    async def sweep(self, step: Advance, older: timedelta) -> int:
        """Handle what has waited longer than `older`, its process having died; how many. Raises Unavailable."""

    async def forget(self, address: Address) -> None:
        """Erase everything kept about a person: session, inbox, what waits to be sent."""

    async def ready(self) -> bool:
        """Whether the store answers."""

    async def close(self) -> None:
        """Release connections."""


class Outbox(Protocol):
    """What waits to be sent, oldest first, in order per person. An entry is handed to one sender at a time."""

    async def read(self, count: int, wait: float) -> Sequence[Waiting]:
        """Up to `count` entries not handed out yet, waiting up to `wait` seconds for the first. Raises Unavailable.

        It also keeps what was handed out ours: call it every few seconds, with a `count` of 0 if need be.
        """

    async def mark(self, entry: Waiting) -> bool:
        """Write down `entry.tries`, before an attempt and after one that surely failed. Raises Unavailable.

        False: the entry is gone, or another sender has it by now; leave it alone.
        """

    async def done(self, entry: Waiting) -> None:
        """The entry was delivered, or dropped on purpose: take it off. Raises Unavailable."""

    async def current(self, address: Address) -> int:
        """The serial of the person's latest turn, to know whether a question is still open. Raises Unavailable."""

    async def release(self) -> None:
        """Give back everything handed out, so that another sender need not wait. Raises Unavailable."""
