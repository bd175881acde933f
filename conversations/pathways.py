"""Pathways, notices and what the facts say of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Literal

from conversations.rules import Known, Rule, Test

Status = Literal["open", "limited", "paused", "closed", "unknown"]
Kind = Literal["protection", "residence", "family", "work", "study_or_visit", "departure"]
Confidence = Literal["high", "medium", "low"]

NO_LONGER: frozenset[Status] = frozenset(("closed", "paused"))
"""Statuses that report, so that nobody pays for a shut door, but never cause a question."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from; `url` is None for background knowledge or an unnamed copy."""

    title: str
    url: str | None
    page_date: str | None
    supports: str | None = None


@dataclass(frozen=True, slots=True)
class Pathway:
    """A legal route in one country. Its words are in the catalogues under `pathway.<id>.…`.

    `on_request`: nobody is asked about it and it is shown only when the facts already say it fits. `as_of` is the date
    of the newest evidence; `as_of_text` the same as written, which may be only a year or a month.
    """

    id: str
    country: str
    kind: Kind
    status: Status
    rule: Rule
    official_url: str
    official_url_seen: bool
    as_of: date
    as_of_text: str
    confidence: Confidence
    apply_from: tuple[str, ...]
    sources: tuple[Source, ...]
    on_request: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A change in the rules that touches some people, said before the pathways it changes.

    Words: `notice.<id>`, and `notice.<id>.if` where they do not carry the condition themselves. `country` is where the
    rule holds; INT: anywhere.
    """

    id: str
    country: str
    rule: Rule
    official_url: str
    as_of: date
    as_of_text: str
    confidence: Confidence
    sources: tuple[Source, ...]


class Standing(Enum):
    """What the facts say of a pathway. Never a verdict on the person: only an office or a judge decides."""

    LIKELY = "likely"
    MAYBE = "maybe"
    CLOSED = "closed"
    NOT = "not"


LIKELY, MAYBE, CLOSED, NOT = Standing


@dataclass(frozen=True, slots=True)
class Outcome:
    """A pathway, its standing, and why.

    `because`: the tests that decided. `depends_on`: the tests still open, which the person can judge alone.
    `quiet`: it hangs on rare and grave things that nobody is asked. `final`: nothing left to ask can change it.
    """

    pathway: Pathway
    standing: Standing
    because: tuple[Test, ...] = ()
    depends_on: tuple[Test, ...] = ()
    quiet: bool = False
    final: bool = True


def known_facts(tests: Iterable[Test], known: Known) -> dict[str, object]:
    """Each deciding fact with its value where it is a single one, else with the values that remain, sorted."""
    found: dict[str, object] = {}
    for test in tests:
        left = known.get(test.fact, frozenset())
        found[test.fact] = next(iter(left)) if len(left) == 1 else sorted(left, key=str)
    return found
