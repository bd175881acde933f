"""What every reply carries in the suite, so that a ledger can be kept: which message it answers, in which turn."""

import re
from dataclasses import dataclass

_FORM = re.compile(r"^\[(\d+) (\d+) (\d+)/(\d+) (\w+)\]")


@dataclass(frozen=True, slots=True)
class Tag:
    """`serial` is the store's number of the turn and `count` the session's own; they differ when a session was lost
    or a message applied twice. `id` is the message that is answered; `part` of `parts` counts from 1.
    """

    serial: int
    count: int
    part: int
    parts: int
    id: str

    def __str__(self) -> str:
        return f"[{self.serial} {self.count} {self.part}/{self.parts} {self.id}]"


def read(text: str) -> Tag | None:
    """The tag at the beginning of a text; what Rumbo says outside the conversation has none."""
    found = _FORM.match(text)
    if found is None:
        return None
    *numbers, id = found.groups()
    return Tag(*map(int, numbers), id)
