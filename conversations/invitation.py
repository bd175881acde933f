"""What a link that opens the chat brings along: a language, the centre where it hangs, and the number of a poster.

Telegram hands 1 to 64 of A-Z a-z 0-9 _ - on from a link (https://core.telegram.org/bots/features#deep-linking), so the
parts are short and stand between hyphens: `es-c_1f0c9a5b7e-p12`. A part that nobody knows is passed over: links hang on
walls for years, and anybody can write one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2s

from conversations.centres import Centre

LIMIT = 64
"""The longest payload; the longest one of ours has 21 characters."""

MOST_POSTERS = 9999
"""Each number that is counted takes room in the store, and anybody can write one."""

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CENTRE = re.compile(r"c_([0-9a-f]{10})")
_POSTER = re.compile(r"p([1-9][0-9]{0,3})")


@dataclass(frozen=True, slots=True)
class Invitation:
    """`language` is a code of two or three letters, `centre` the mark of a centre, `poster` a number.

    The number (0 for none) is counted by day and goes into no session.
    """

    language: str = ""
    centre: str = ""
    poster: int = 0

    @property
    def payload(self) -> str:
        """What stands in the link after `?start=`."""
        centre, poster = f"c_{self.centre}" if self.centre else "", f"p{self.poster}" if self.poster else ""
        return "-".join(part for part in (self.language, centre, poster) if part)


def read_invitation(payload: str) -> Invitation:
    """What a link says, as far as it can be read."""
    parts = payload.strip().split("-")
    language = next((part.lower() for part in parts if _LANGUAGE.fullmatch(part.lower())), "")
    centre = next((found[1] for part in parts if (found := _CENTRE.fullmatch(part))), "")
    poster = next((int(found[1]) for part in parts if (found := _POSTER.fullmatch(part))), 0)
    return Invitation(language, centre, poster)


def mark(centre: str) -> str:
    """The short form of a centre's id: ids are promises, but too long and with hyphens."""
    return blake2s(centre.encode(), digest_size=5).hexdigest()


def named(mark_of: str, centres: Iterable[Centre]) -> Centre | None:
    """The centre with this mark, if it may still be named."""
    return next((centre for centre in centres if centre.may_be_named and mark(centre.id) == mark_of), None)
