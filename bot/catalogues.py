"""Reads gettext catalogues into `Catalogue`s, and says what a language lacks.

English is the source: its text is the msgid. Another language is offered only when every text is there, with the same
placeholders, and translated from the English as it stands now: a changed sentence makes its translations stale, and a
stale legal sentence is worse than none. Whole or not at all.
"""

import gettext
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.messages.pofile import read_po

from conversations.catalogue import MissingText
from conversations.problems import Problem

SOURCE = "en"
LOCALES = Path(__file__).parent.parent / "locales"
MILES = frozenset(("US",))
KM_PER_MILE = 1.609344  # the international mile, exact
_PLACEHOLDER = re.compile(r"\{(\w+)\}")

Text = str | tuple[str, ...]
"""A text, or its plural forms in the order of the language's plural rule."""


@dataclass(frozen=True)
class PoCatalogue:
    """One language as read from its files."""

    language: str
    locale: Locale
    texts: Mapping[str, Text]
    plural: Callable[[int], int] = int

    @cached_property
    def name(self) -> str:
        """Its own name, capitalised as the first word of a line."""
        own = self.locale.get_language_name(self.language) or self.language
        return own[:1].upper() + own[1:]

    def has(self, key: str) -> bool:
        """Whether there is a text with this key."""
        return key in self.texts

    def template(self, key: str) -> str:
        """The text with its placeholders still in it; of a plural, the form for many."""
        found = self._find(key)
        return found if isinstance(found, str) else found[-1]

    def text(self, key: str, **values: object) -> str:
        """The text with its placeholders filled; a line whose placeholder is empty is left out whole."""
        found = self._find(key)
        if not isinstance(found, str):
            found = found[self._plural_form(values.get("count", 0))]
        return "\n".join(_filled(line, values) for line in found.split("\n") if _stays(line, values))

    def words(self, key: str) -> tuple[str, ...]:
        """The words of a command, the one we show first."""
        found = self.texts.get(key)
        return tuple(found.split(" | ")) if isinstance(found, str) else ()

    def country(self, code: str) -> str:
        """The name of a country; a person without one has none."""
        return self.locale.territories.get(code) or code

    def language_name(self, code: str) -> str:
        """The name of a language in this language."""
        return self.locale.languages.get(code) or code

    def day(self, written: str) -> str:
        """A date in words, as exactly as the content gives it: a day, a month, or a year."""
        year, *rest = (int(part) for part in written.split("-"))
        match rest:
            case [month, day]:
                return format_date(date(year, month, day), "long", locale=self.locale)
            case [month]:
                return format_skeleton("yMMMM", date(year, month, 1), locale=self.locale)
        return written

    def clock(self, at: datetime) -> str:
        """The time of day, without a zone: it is the place's own."""
        return format_time(at.replace(tzinfo=None), "short", locale=self.locale)

    def weekday(self, at: datetime) -> str:
        """The name of the day of the week."""
        return format_date(at, "EEEE", locale=self.locale)

    def listing(self, items: Sequence[str]) -> str:
        """Several things in one sentence."""
        return format_list(list(items), locale=self.locale) if items else ""

    def distance(self, km: float, country: str) -> str:
        """A distance in the unit of the place; under ten with one decimal, then rounded: it is a straight line."""
        number, unit = (km / KM_PER_MILE, "mi") if country in MILES else (km, "km")
        if number < 1:
            return f"1 {unit}"
        return f"{number:.0f} {unit}" if number >= 10 else f"{number:.1f} {unit}".replace(".0 ", " ")

    def _find(self, key: str) -> Text:
        try:
            return self.texts[key]
        except KeyError:
            raise MissingText(f"{self.language}: {key}") from None

    def _plural_form(self, count: object) -> int:
        """Which of the file's plural forms a number takes, by the rule in its own header."""
        return int(self.plural(count if isinstance(count, int) else 0))


def _filled(line: str, values: Mapping[str, object]) -> str:
    return _PLACEHOLDER.sub(lambda match: str(values.get(match[1], match[0])), line)


def _stays(line: str, values: Mapping[str, object]) -> bool:
    """A line made of placeholders that are all empty has nothing to say."""
    named = _PLACEHOLDER.findall(line)
    return not named or any(str(values.get(name, "")) for name in named)


# ---------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Entry:
    """One text of a language's files: its key, the English it was made from, and what it says."""

    file: str
    key: str
    english: Text
    text: Text
    fuzzy: bool


def read_entries(language: str, folder: Path = LOCALES) -> list[Entry]:
    """Every entry of a language's .po files."""
    entries = []
    for path in sorted((folder / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file)
        for message in catalog:
            if message.id and message.context:
                english, text = message.id, message.string
                entries.append(
                    Entry(
                        f"locales/{language}/LC_MESSAGES/{path.name}",
                        message.context,
                        tuple(english) if isinstance(english, (list, tuple)) else english,
                        tuple(text) if isinstance(text, (list, tuple)) else text or "",
                        message.fuzzy,
                    )
                )
    return entries


def load_catalogues(folder: Path = LOCALES) -> tuple[dict[str, PoCatalogue], dict[str, list[Problem]]]:
    """The languages that are whole, source first, and for each other language what it lacks."""
    english = {entry.key: entry.english for entry in read_entries(SOURCE, folder)}
    whole = {}
    lacking = {}
    for tag in _languages(folder):
        entries = read_entries(tag, folder)
        problems = [] if tag == SOURCE else _problems(tag, entries, english)
        if problems:
            lacking[tag] = problems
            continue
        texts = english if tag == SOURCE else {entry.key: entry.text for entry in entries}
        whole[tag] = PoCatalogue(tag.split("_")[0], Locale.parse(tag), texts, _plural_rule(tag, folder))
    return whole, lacking


def _plural_rule(tag: str, folder: Path) -> Callable[[int], int]:
    """The plural rule of a language's files, from their headers."""
    with next(iter(sorted((folder / tag / "LC_MESSAGES").glob("*.po")))).open("rb") as file:
        return gettext.c2py(read_po(file).plural_expr)


def _languages(folder: Path) -> list[str]:
    """Spanish first: most people write in it; then the others by name."""
    tags = sorted(path.name for path in folder.iterdir() if (path / "LC_MESSAGES").is_dir())
    return sorted(tags, key=lambda tag: (tag != "es", tag))


def _problems(tag: str, entries: Sequence[Entry], english: Mapping[str, Text]) -> list[Problem]:
    """What keeps a language from being offered."""
    have = {entry.key for entry in entries}
    problems = [Problem(f"locales/{tag}", key, "is not translated") for key in english if key not in have]
    for entry in entries:
        problems += [Problem(entry.file, entry.key, what, hint) for what, hint in _wrong(entry, english)]
    return problems


def _wrong(entry: Entry, english: Mapping[str, Text]) -> list[tuple[str, str]]:
    if entry.key not in english:
        return [("has no English text", "remove it, or add it to locales/en")]
    if entry.english != english[entry.key]:
        return [("was made from another English text", "translate it anew and copy the English into msgid")]
    if entry.fuzzy:
        return [("is marked fuzzy", "check the sentence and remove the mark")]
    if not (all(entry.text) if isinstance(entry.text, tuple) else entry.text):
        return [("is not translated", "")]
    here, there = _named(entry.text), _named(entry.english)
    if here != there:
        return [
            (f"has placeholders {sorted(here)}, the English {sorted(there)}", "names in braces are never translated")
        ]
    return []


def _named(text: Text) -> set[str]:
    return set(_PLACEHOLDER.findall(text if isinstance(text, str) else "\n".join(text)))


def command_words(folder: Path = LOCALES) -> dict[str, dict[str, tuple[str, ...]]]:
    """The words of every command in every language that has a file, whole or not: they work for everybody."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for tag in _languages(folder):
        for entry in read_entries(tag, folder):
            text = entry.english if tag == SOURCE else entry.text
            if entry.key.startswith("command.") and isinstance(text, str) and text:
                words = tuple(text.split(" | "))
                found.setdefault(entry.key.removeprefix("command."), {})[tag.split("_")[0]] = words
    return found
