"""One person's ledger: what they said against what they were told. It knows no process, store or carrier.

The promise: each message is applied once, in the order of arrival; every reply is delivered, in order. A reply may
come twice only where the carrier left open whether it had come at all; so repeats are counted, and judged elsewhere.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from tests.faults.tags import Tag, read


class Said(NamedTuple):
    """A message. Those of one `group` were sent at once, in no known order; groups came one after another."""

    id: str
    group: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong, in numbers. `lost`: messages without a whole answer; `repeated`: replies beyond the first;
    `disordered`: times that something came before what it should follow; `misapplied`: messages applied twice, or
    with another session than the one before them left, or that nobody sent; `untagged`: texts outside the ledger.
    """

    messages: int = 0
    lost: int = 0
    repeated: int = 0
    disordered: int = 0
    misapplied: int = 0
    untagged: int = 0

    def __add__(self, other: "Findings") -> "Findings":
        return Findings(
            self.messages + other.messages,
            self.lost + other.lost,
            self.repeated + other.repeated,
            self.disordered + other.disordered,
            self.misapplied + other.misapplied,
            self.untagged + other.untagged,
        )

    @property
    def broken(self) -> bool:
        """Whether the promise is broken, repeats aside."""
        return bool(self.lost or self.disordered or self.misapplied)


def audit(said: Sequence[Said], heard: Sequence[str]) -> Findings:
    """Check one person's ledger. `heard` are the texts that the carrier took for them, in that order."""
    tags = [tag for tag in map(read, heard) if tag is not None]
    return Findings(
        messages=len(said),
        lost=sum(not is_answered(message.id, tags) for message in said),
        repeated=len(tags) - len({(tag.serial, tag.part, tag.id) for tag in tags}),
        disordered=_out_of_order(tags) + _out_of_turn(said, tags),
        misapplied=_misapplied(said, tags),
        untagged=len(heard) - len(tags),
    )


def is_answered(id: str, tags: Sequence[Tag]) -> bool:
    """Whether every part of the answer to a message is there."""
    parts = {tag.part: tag.parts for tag in tags if tag.id == id}
    return bool(parts) and all(part in parts for part in range(1, max(parts.values()) + 1))


def _out_of_order(tags: Sequence[Tag]) -> int:
    """Replies that came before one they should follow; a repeat right behind its first is in order."""
    return sum((later.serial, later.part) < (tag.serial, tag.part) for tag, later in pairwise(tags))


def _out_of_turn(said: Sequence[Said], tags: Sequence[Tag]) -> int:
    """Messages that were applied before one that had surely come first."""
    groups = {message.id: message.group for message in said}
    turns = sorted({(tag.serial, tag.id) for tag in tags if tag.id in groups})
    return sum(groups[later] < groups[earlier] for (_, earlier), (_, later) in pairwise(turns))


def _misapplied(said: Sequence[Said], tags: Sequence[Tag]) -> int:
    serials, ids = defaultdict(set), defaultdict(set)
    for tag in tags:
        serials[tag.id].add(tag.serial)
        ids[tag.serial].add(tag.id)
    sent = {message.id for message in said}
    twice = sum(len(turns) - 1 for turns in (*serials.values(), *ids.values()))
    strange = sum(id not in sent for id in serials)
    forgetful = sum(tag.count != tag.serial for tag in tags)
    # A turn that shows nowhere: a message applied once more than it was sent, its reply on the way or gone.
    silent = max(0, max((tag.serial for tag in tags), default=0) - len(said))
    return twice + strange + forgetful + silent
