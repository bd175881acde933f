"""What is kept between messages, and what waits to be sent. A session is text here: the store knows no conversation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol

from bot.messages import Address, ChannelName, Inbound, Outbound, Receipt
from bot.pace import Pace


@dataclass(frozen=True, slots=True)
class Step:
    """What one turn leads to.

    `saved`: the session text to keep (None: forget the person), for as long as `keep`; with `leave` the session stays
    as it is, whatever it is. `outbound`: what to send. `recent`: a text that lives an hour at most and goes when the
    person is forgotten. `counts`: what happened, by names that tell of nobody.
    """

    saved: str | None = None
    keep: timedelta = timedelta()
    outbound: tuple[Outbound, ...] = ()
    recent: str | None = None
    counts: tuple[str, ...] = ()
    leave: bool = False


Advance = Callable[[str | None, Inbound, int, str | None], Step]
"""A pure step: (session text, the oldest waiting message, the turn's serial, recent text) -> Step. It may run again."""


class Unavailable(Exception):
    """The store cannot be reached now: answer 503 so that the carrier delivers again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An outbox entry handed to a sender.

    `key` names it to the store. `tries` counts the attempts that may have reached the person: more than zero when a
    sender died over it. `queued` is when it was committed, in seconds since 1970 by the store's clock, and `since` when
    the first attempt began, or may have begun; 0 when there was none. `late`: the
    carrier closed it out, and its person has written again: it goes out whatever its time. `again`: the carrier had
    taken it and could not deliver it; it goes out unless the person has moved on. `person` names them to the store.
    """

    key: str
    outbound: Outbound
    tries: int = 0
    queued: float = 0.0
    late: bool = False
    again: bool = False
    person: str = ""
    since: float = 0.0


End = Literal["sent", "late", "overtaken", "stopped"]
"""How a reply leaves the outbox: delivered; past its time; a question that the person has already moved past; or the
person wants no more."""

Why = Literal["refused", "doubtful", "unreadable", "closed"]
"""Why something is dead: the carrier will never take it; it was perhaps sent, twice; nobody can open it; or the carrier
takes nothing until the person writes again, and then it is sent by itself."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Something that came to nothing, without whom it concerns: a reply, or a message that nobody could read.

    `since` is when it died, in seconds since 1970 by the store's clock.
    """

    key: str
    kind: Literal["reply", "message"]
    channel: str
    why: str
    since: float


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits. `replies` by channel; `oldest` is the age of the oldest reply in seconds; `inboxes` are people."""

    replies: Mapping[ChannelName, int] = field(default_factory=dict)
    oldest: float = 0.0
    inboxes: int = 0
    dead: int = 0
    senders: int = 0


class Store(Protocol):
    """Inbox, session and outbox of every person, in one place, committed together."""

    async def accept(self, inbound: Inbound) -> bool:
        """Remember the message id and append the message to the person's inbox. False: seen before. Raises Unavailable.

        Call `advance` after a False too: the first delivery may have died between the two.
        """

    async def advance(self, address: Address, step: Advance) -> int:
        """Handle the person's waiting messages, oldest first, each committed whole; how many. Raises Unavailable.

        A text that may go on (`bot.fragments`) is left for its moment: call again after it.
        What `step` raises passes through, and its message keeps waiting.
        """

    async def sweep(self, step: Advance, older: timedelta) -> int:
        """Handle what has waited longer than `older`, its process having died; how many. Raises Unavailable."""

    async def forget(self, address: Address) -> None:
        """Erase everything kept about a person: session, inbox, what waits to be sent, dead letters."""

    async def settle(self, receipt: Receipt) -> bool:
        """Act on a carrier's last word, once: send it once more later, or make it a dead letter. Raises Unavailable.

        False: there is nothing to do, for it is not known, was settled before, or was sent once more already.
        """

    async def send_due(self) -> int:
        """Let go what is to be sent once more now; how many. Raises Unavailable."""

    async def ready(self) -> bool:
        """Whether the store answers."""

    async def close(self) -> None:
        """Release connections."""


class Outbox(Protocol):
    """What waits to be sent, oldest first, in order per person. An entry is handed to one sender at a time."""

    async def read(self, room: Mapping[ChannelName, int], wait: float) -> Sequence[Waiting]:
        """Entries not handed out yet, up to `room` of each channel, waiting up to `wait` seconds for the first.

        It also keeps what was handed out ours, and shares the work with the other senders: call it every second or
        so, without room if need be. Raises Unavailable.
        """

    def holds(self, entry: Waiting) -> bool:
        """Whether the entry is still ours to send, as far as we know without asking."""

    async def still_waits(self, entry: Waiting) -> bool:
        """Whether the entry is still there: its person may have been forgotten. Raises Unavailable."""

    async def begin(self, entry: Waiting) -> bool:
        """Write down that an attempt begins, before it does. Raises Unavailable.

        False: the entry is gone, or another sender has it by now; leave it alone.
        """

    async def failed(self, entry: Waiting, *, perhaps: bool) -> None:
        """An attempt has ended without success; unless it perhaps reached the person it is struck out again."""

    async def done(self, entry: Waiting, end: End, carriers_id: str | None = None, shown: str | None = None) -> None:
        """Take the entry off and count how it ended. Raises Unavailable.

        `carriers_id`: under which the carrier will report on it; until then it is kept, for two hours at most.
        `shown`: by which the message can be taken away again; this alone is kept, for two days.
        """

    async def shown(self, entry: Waiting) -> Sequence[str]:
        """What the carrier calls the messages in the person's chat, oldest first. Raises Unavailable."""

    async def bury(self, entry: Waiting, why: Why) -> None:
        """Move the entry to the dead letters. Raises Unavailable."""

    async def current(self, address: Address) -> int:
        """The serial of the person's latest turn that had a reply, to know whether a question is still open.

        A turn without one, such as a button pressed twice, overtakes nothing. Raises Unavailable.
        """

    async def reserve(self, pace: Pace) -> float:
        """Take the next turn at this pace, shared with every process; in how many seconds it comes."""

    async def release(self) -> None:
        """Give back everything handed out, so that another sender need not wait. Raises Unavailable."""


class DeadLetters(Protocol):
    """What came to nothing, kept for three days, sealed."""

    async def dead(self) -> Sequence[DeadLetter]:
        """All of them, oldest first. Raises Unavailable."""

    async def retry(self, letter: DeadLetter) -> bool:
        """Let it be sent, or handled, again. False: it is gone, or still cannot be opened. Raises Unavailable."""

    async def drop(self, letter: DeadLetter) -> None:
        """Erase it. Raises Unavailable."""
