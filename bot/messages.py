"""What travels between carriers, store and conversation: addresses, what came in, what goes out.

`Address.user` is the exact form a reply must be sent to. Who a person *is* for the store is decided elsewhere, from
`Address.canonical`, by a keyed hash: nothing here is ever written in clear.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from conversations.events import Event

ChannelName = Literal["sms", "whatsapp", "telegram"]
CHANNELS: tuple[ChannelName, ...] = get_args(ChannelName)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person writes from. `user`: "+12025550111", "whatsapp:+5215500000001", "whatsapp:MX.1000…", "7000001"."""

    channel: ChannelName
    user: str

    @property
    def canonical(self) -> str:
        """One form per person, for hashing only: mobile prefixes of Mexico, Argentina and Brazil are levelled.

        WhatsApp writes +521…, the dial plan +52…; Argentina 549/54; Brazil with or without the ninth digit
        (`shared/channels.md` section 3). Anything that is not a phone number stays as it is.
        """
        user = self.user.removeprefix("whatsapp:")
        for pattern, form in _MOBILE_FORMS:
            user = pattern.sub(form, user)
        return f"{self.channel}:{user}"


_MOBILE_FORMS = (
    (re.compile(r"^\+521(\d{10})$"), r"+52\1"),
    (re.compile(r"^\+549(\d{10})$"), r"+54\1"),
    (re.compile(r"^\+55(\d\d)9(\d{8})$"), r"+55\1\2"),
)


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing a person did, as accepted from a carrier.

    `id` is the carrier's own (MessageSid, update id) and is unique per channel; `at` is when it happened, in UTC.
    `alias` is a second address of the same person (WhatsApp's business-scoped id). `ack` is a call owed to the carrier
    (Telegram's callback query id), due within 150 s. `hint` is a language tag the client offered, never proof.
    `carrier` names what the carrier has already done by itself ("STOP", "START", "HELP" when it has answered).
    `under` is what the carrier calls the message of ours whose button was pressed, and `shown` its text, in the
    carrier's own form; the text is not kept with the rest. `own` is what it calls the person's message, where we could
    take that away.
    """

    address: Address
    id: str
    event: Event
    at: datetime
    alias: Address | None = None
    ack: str | None = None
    hint: str | None = None
    carrier: str | None = None
    under: str | None = None
    shown: str | None = None
    own: str | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """What became of a pressed button: the labels that were `chosen` by it, or none when it was of another time.

    `notice` is what the person is told in passing. There is none of this while a button stays in use.
    """

    notice: str
    chosen: tuple[str, ...] = ()


Ending = Literal["delivered", "again", "closed", "refused", "stopped"]
"""A carrier's last word on a message: it arrived; send it once more; it takes nothing until the person writes again; it
will never take this; or the person is unreachable for good or wants no more."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a carrier reports about a message we sent. `id` is what it called the message when it took it.

    `ending` is None while it is on its way. `after`: how long to wait before it is sent again.
    """

    address: Address
    id: str
    status: str
    error: str | None = None
    ending: Ending | None = None
    after: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Leave:
    """A group the bot was put into: a neutral line is owed, and then to go. `id` and `hint` are as in Inbound.

    Nobody is interviewed where others can read the answers (FC-36), so no group message becomes an Inbound.
    """

    chat: int
    id: str
    hint: str | None = None


Arrival = Inbound | Receipt | Leave
"""What a webhook or a poll can bring."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """One call to a carrier, so that a retry repeats one thing.

    `id` is the inbound id and a counter, the same on a re-run. `payload` is the carrier's own, without the address.
    `expires`: not sent after it. `serial` is the person's turn number; with `question` set, the entry is dropped once
    the person has moved past that turn. `clears`: nothing is said; what stands in the chat is taken away.
    """

    id: str
    to: Address
    payload: Mapping[str, Any]
    expires: datetime
    serial: int
    question: str | None = None
    clears: bool = False
