"""What Rumbo may know about a person's situation: the closed vocabulary of facts and their values.

A fact's *policy* says who is asked: `open` on every channel, `private` only where the screen is the person's own
(WhatsApp, Telegram) and always skippable, `never` nobody. A fact that is not asked stays unknown and the pathway is
shown with its condition. A fact with a `usual` value is rare and grave (abuse, trafficking): what hangs on it alone is
shown to everybody in the same words, so that its presence on a screen tells nothing.
"""

from dataclasses import dataclass
from typing import Literal

from conversations.rules import Rule, Value, Values

Policy = Literal["open", "private", "never"]
FactType = Literal["bool", "int", "country", "enum"]

OLDEST = 120
"""The largest number a fact may hold: an age in years."""

NO_COUNTRY = "XX"
"""The country code of someone whom no country calls its citizen (ISO 3166 leaves XX to users)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to know. `values` are the legal values of an enum; None for the other types."""

    id: str
    type: FactType
    policy: Policy
    values: tuple[str, ...] = ()
    usual: Value | None = None
    retired: bool = False

    def legal(self, value: object) -> bool:
        """Whether one plain value may be said of this fact."""
        match self.type:
            case "bool":
                return isinstance(value, bool)
            case "int":
                return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= OLDEST
            case "country":
                return isinstance(value, str) and len(value) == 2 and value.isascii() and value.isupper()
            case "enum":
                return value in self.values


@dataclass(frozen=True, slots=True)
class Follows:
    """Facts that follow from others without a question: applied only when the condition is surely true."""

    condition: Rule
    sets: tuple[tuple[str, Values], ...]


def band(low: int, high: int) -> Values:
    """The numbers from low to high, both included."""
    return frozenset(range(low, high + 1))
