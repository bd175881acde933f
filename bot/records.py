"""Messages as bytes, for the time they wait in the store, across releases.

Records are JSON maps with a version. Within a version they only gain fields with defaults: unknown fields are ignored,
so an older process reads what a newer one wrote. A change that cannot be made so raises VERSION and is upgraded here.
"""

from datetime import datetime
from typing import TypeVar

import msgspec

from bot.messages import Address, Inbound, Outbound
from conversations.events import Event, Place, Tap, Text, Unreadable

VERSION = 1

# The names on the left are stored: they stay, whatever the classes are called.
_EVENTS: dict[str, type[Event]] = {"text": Text, "tap": Tap, "place": Place, "unreadable": Unreadable}
_KINDS = {event: kind for kind, event in _EVENTS.items()}


_Record = TypeVar("_Record", "_Inbound", "_Outbound")


class Unloadable(Exception):
    """The bytes are not a record this release can read."""


class _Outbound(msgspec.Struct):
    v: int
    outbound: Outbound


class _Inbound(msgspec.Struct):
    """An Inbound with its event told by `kind`: msgspec cannot tell one dataclass from another by itself."""

    v: int
    kind: str
    event: msgspec.Raw
    address: Address
    id: str
    at: datetime
    alias: Address | None = None
    ack: str | None = None
    hint: str | None = None
    carrier: str | None = None
    under: str | None = None
    own: str | None = None


def dump_inbound(inbound: Inbound) -> bytes:
    """The record of a message from a person."""
    event = inbound.event
    record = _Inbound(
        v=VERSION,
        kind=_KINDS[type(event)],
        event=msgspec.Raw(msgspec.json.encode(event)),
        address=inbound.address,
        id=inbound.id,
        at=inbound.at,
        alias=inbound.alias,
        ack=inbound.ack,
        hint=inbound.hint,
        carrier=inbound.carrier,
        under=inbound.under,
        own=inbound.own,
    )
    return msgspec.json.encode(record)


def load_inbound(record: bytes) -> Inbound:
    """The message in a record. Raises Unloadable."""
    try:
        known = _decode(record, _Inbound)
        return Inbound(
            address=known.address,
            id=known.id,
            event=msgspec.json.decode(known.event, type=_EVENTS[known.kind]),
            at=known.at,
            alias=known.alias,
            ack=known.ack,
            hint=known.hint,
            carrier=known.carrier,
            under=known.under,
            own=known.own,
        )
    except (msgspec.MsgspecError, KeyError):
        # The cause would quote what the person wrote.
        raise Unloadable("not an inbound record of this release") from None


def dump_outbound(outbound: Outbound) -> bytes:
    """The record of a call to a carrier. The payload must be made of JSON's types."""
    return msgspec.json.encode(_Outbound(VERSION, outbound))


def load_outbound(record: bytes) -> Outbound:
    """The call in a record. Raises Unloadable."""
    try:
        return _decode(record, _Outbound).outbound
    except msgspec.MsgspecError:
        raise Unloadable("not an outbound record of this release") from None


def _decode(record: bytes, kind: type[_Record]) -> _Record:
    known = msgspec.json.decode(record, type=kind)
    if known.v > VERSION:
        raise Unloadable("written by a later release in a form this one does not know")
    return known
