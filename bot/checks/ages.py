"""Whether what we say is still fresh enough, and known from more than memory.

Ages are warnings: past them a person is told to ask first, or sent to the official page (`conversations.results`).
"""

import re
from collections.abc import Iterator
from datetime import date

from bot.checks.entries import rules_by_file, sourced_by_file
from conversations.centres import Centre, Hotline
from conversations.guide import CENTRES, Guide
from conversations.pathways import Pathway
from conversations.problems import Problem

_DIALLED = {"all", "number", "phone", "whatsapp"}
_WRITTEN = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def check(guide: Guide, today: date) -> Iterator[Problem]:
    """Dates still to come, which are mistakes, and entries that somebody should look at again."""
    for file, entry, day in _dates(guide):
        if _WRITTEN.fullmatch(day) and day > today.isoformat()[: len(day)]:
            yield Problem(file, entry, f"is dated {day}, still to come", "the day somebody looked, never a deadline")
    yield from _old(guide, today)
    yield from _unsure(guide)


def _dates(guide: Guide) -> Iterator[tuple[str, str, str]]:
    """Every date of the content as written: a day, a month or a year."""
    for file, entry in sourced_by_file(guide):
        for day in (entry.as_of_text, *(source.page_date for source in entry.sources)):
            if day:
                yield file, entry.id, str(day)


def _old(guide: Guide, today: date) -> Iterator[Problem]:
    ages = guide.ages
    for file, entry in rules_by_file(guide):
        if (age := ages.of_pathway(entry.as_of, today)) != "fresh":
            hint = _AGED[age] if isinstance(entry, Pathway) else "no longer fresh, yet told as it is, with its date"
            yield _warning(file, entry.id, f"is of {entry.as_of_text}", hint)
    for centre in guide.centres:
        if ages.of_centre(centre.as_of, today) != "fresh":  # however old, a place is named, with the same warning
            yield _warning(CENTRES, centre.id, f"is of {centre.as_of_text or 'no day known'}", _AGED["check_first"])


_AGED = {
    "check_first": "no longer fresh: people are told to ask first; look again and set as_of",
    "withheld": "too old to show: people are sent to the official page; look again and set as_of",
}


def _unsure(guide: Guide) -> Iterator[Problem]:
    for file, entry in sourced_by_file(guide):
        match entry:
            case Pathway(official_url_seen=False):
                hint = "nobody has seen the official page: open it and set official_url_seen"
                yield _warning(file, entry.id, entry.official_url, hint)
            case Centre() | Hotline() if hidden := sorted(_DIALLED & set(entry.from_memory)):
                hint = "not shown: find a page that says it"
                yield _warning(file, entry.id, f"{', '.join(hidden)}: known from memory only", hint)


def _warning(file: str, entry: str, what: str, hint: str) -> Problem:
    return Problem(file, entry, what, hint, "warning")
