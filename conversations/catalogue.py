"""The words of one language, and how that language writes names, numbers, dates and lists.

A small protocol, so that the file format of translations stays a decision of one module elsewhere.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class MissingText(LookupError):
    """A text that a person should see does not exist. The key is never sent instead."""


class Catalogue(Protocol):
    """One language, whole."""

    @property
    def language(self) -> str:
        """Its BCP 47 tag, short ("es")."""

    @property
    def name(self) -> str:
        """Its own name, as its speakers write it ("Español")."""

    def has(self, key: str) -> bool:
        """Whether there is a text with this key."""

    def text(self, key: str, **values: object) -> str:
        """The text with its placeholders filled; a line whose placeholder is empty is left out whole.

        With a `count`, the form that this number takes. Raises MissingText.
        """

    def template(self, key: str) -> str:
        """The text with its placeholders still in it. Raises MissingText."""

    def words(self, key: str) -> tuple[str, ...]:
        """The words of a command, the one we show first. Empty when the language has none."""

    def country(self, code: str) -> str:
        """The name of a country."""

    def language_name(self, code: str) -> str:
        """The name of a language in this language."""

    def day(self, written: str) -> str:
        """A date as written in the content ("2026-09-01", "2026-09", "2026"), in words."""

    def clock(self, at: datetime) -> str:
        """The time of day."""

    def weekday(self, at: datetime) -> str:
        """The name of the day of the week."""

    def listing(self, items: Sequence[str]) -> str:
        """Several things in one sentence: "a, b and c"."""

    def distance(self, km: float, country: str) -> str:
        """A distance in the unit of the place, rounded to what a straight line can promise."""
