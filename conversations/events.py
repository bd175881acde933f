"""What a person did: one small value for each kind of thing.

This module knows no channel. A channel turns whatever its carrier sent into one of these; what means nothing to us
(reactions, receipts, group chatter) ends in the channel and never becomes an event.
"""

from dataclasses import dataclass
from typing import Literal

UnreadableKind = Literal["voice", "photo", "sticker", "contact", "empty", "forwarded"]


@dataclass(frozen=True, slots=True)
class Text:
    """The person typed something. `body` is as typed, untouched; `edited` when it corrects an earlier message."""

    body: str
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Tap:
    """A button or list row was chosen. It names its conversation run, its question and its option.

    A tap can therefore never be misread as an answer to another question, however late it comes.
    """

    run: str
    question: str
    option: str


@dataclass(frozen=True, slots=True)
class Place:
    """A location was shared, in decimal degrees (WGS 84). Used for one turn and not kept."""

    latitude: float
    longitude: float
    live: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something a person sent that we do not open: a voice note, a photo, a sticker, a contact card."""

    kind: UnreadableKind


Event = Text | Tap | Place | Unreadable
