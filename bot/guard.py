"""When not to answer: somebody who writes without end, and machines that answer each other (FC-25, FC-38).

What passed in the last hour is remembered as times and short hashes of texts, never as words. It is decided from that
alone, so that a turn can simply be taken again. A frightened person who types fast, or is merely confused, stays far
below every bound.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

MOST_ANSWERS = 60
"""In `WINDOW` seconds; then one notice, and silence for as long."""

MOST_SAME = 5
"""How often one text goes to one person in `WINDOW` seconds."""

MOST_HEARD = 3
"""How often a long text that leads nowhere is answered in `HOUR`: an automatic reply says the same each time."""

WINDOW = 600
HOUR = 3600

_LONG = 12  # letters; a shorter text may well be sent again by a person ("hola", "no entiendo")
_MENU = re.compile(r"^\s*1[.) ]\s*\S.*\n(?:.*\n)*?\s*2[.) ]\s*\S", re.MULTILINE)
_MENU_MARK = "menu"

Silence = Literal["flood", "held", "echo", "repeat", "menu"]
"""Why a message is not answered: too many of them; the answer went out too often; it is our own text; it leads nowhere,
again; it is another bot's menu."""

Mark = tuple[int, str]
"""A moment in seconds since 1970, and the hash of a text."""


@dataclass(frozen=True, slots=True)
class Recent:
    """What passed between a person and us lately.

    `answered`: when we answered, for a window. `heard`: long texts that led nowhere, for an hour. `sent`: our texts,
    for a window. `silent`: when we fell silent, and why.
    """

    answered: tuple[int, ...] = ()
    heard: tuple[Mark, ...] = ()
    sent: tuple[Mark, ...] = ()
    silent: tuple[Mark, ...] = ()

    @classmethod
    def load(cls, text: str | None, now: float) -> "Recent":
        """What is still recent in a record; a record that cannot be read counts as none."""
        try:
            known = json.loads(text or "{}")
            return cls(
                tuple(at for at in known.get("answered", ()) if now - at < WINDOW),
                tuple((at, mark) for at, mark in known.get("heard", ()) if now - at < HOUR),
                tuple((at, mark) for at, mark in known.get("sent", ()) if now - at < WINDOW),
                tuple((at, why) for at, why in known.get("silent", ()) if now - at < HOUR),
            )
        except (ValueError, TypeError, AttributeError):
            return cls()

    def dump(self) -> str:
        """The record."""
        known = {"answered": self.answered, "heard": self.heard, "sent": self.sent, "silent": self.silent}
        return json.dumps({name: value for name, value in known.items() if value}, separators=(",", ":"))

    def is_flooded(self, now: float) -> bool:
        """Whether too much was answered lately; then that is so for a whole window."""
        return self.is_silent("flood", now) or len(self.answered) >= MOST_ANSWERS

    def is_silent(self, why: Silence, now: float) -> bool:
        """Whether we have fallen silent for this reason; then nobody needs to be told again."""
        lasts = WINDOW if why in ("flood", "held") else HOUR
        return any(known == why and now - at < lasts for at, known in self.silent)

    def silenced(self, why: Silence, now: float) -> "Recent":
        """Fallen silent, from now on if not before."""
        return self if self.is_silent(why, now) else replace(self, silent=(*self.silent, (int(now), why)))

    def silence(self, text: str) -> Silence | None:
        """Why this text is not to be answered, if it looks like a machine's."""
        mark = _mark(text)
        if _is_long(text) and any(sent == mark for _, sent in self.sent):
            return "echo"
        heard = [known for _, known in self.heard]
        if heard.count(mark) >= MOST_HEARD:
            return "repeat"
        return "menu" if _MENU.search(text) and _MENU_MARK in heard else None

    def answers(self, now: float, text: str | None, replies: Sequence[str], *, led_somewhere: bool) -> "Recent":
        """After a turn: `text` was heard (None: no text), `replies` are sent."""
        at = int(now)
        marks = []
        if text is not None and not led_somewhere and _is_long(text):
            marks.append((at, _mark(text)))
        if text is not None and _MENU.search(text):
            marks.append((at, _MENU_MARK))
        return replace(
            self,
            answered=(*self.answered, at) if replies else self.answered,
            heard=(*self.heard, *marks),
            sent=(*self.sent, *((at, _mark(reply)) for reply in replies)),
        )

    def may_say(self, text: str) -> bool:
        """Whether this text may go to the person once more."""
        mark = _mark(text)
        return sum(sent == mark for _, sent in self.sent) < MOST_SAME


def _is_long(text: str) -> bool:
    return len(text.strip()) >= _LONG


def _mark(text: str) -> str:
    """The hash of a text: the same for other spaces and capitals."""
    level = " ".join(text.casefold().split())
    return hashlib.blake2s(level.encode(), digest_size=6).hexdigest()
