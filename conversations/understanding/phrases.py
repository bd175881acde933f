"""Known phrases in a list of words, the longest first.

It knows nothing of languages or meanings: a phrase is a few folded words, and it stands for whatever it was given.
"""

from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from .normal import words

Meaning = TypeVar("Meaning")


class Span(NamedTuple, Generic[Meaning]):
    """Where a phrase stands: `words[start:end]`, and what it means. None for a word that belongs to no phrase."""

    meaning: Meaning | None
    start: int
    end: int


class Phrases(Generic[Meaning]):
    """A dictionary of phrases; of two that begin together the longer one counts."""

    def __init__(self, entries: Iterable[tuple[str, Meaning]]) -> None:
        self._meanings: dict[tuple[str, ...], Meaning] = {}
        for text, meaning in entries:
            key = words(text)
            if key:
                self._meanings.setdefault(key, meaning)
        self._longest = max(map(len, self._meanings), default=0)

    def whole(self, said: tuple[str, ...]) -> Meaning | None:
        """What the words mean when they are one phrase and nothing else."""
        return self._meanings.get(said)

    def spans(self, said: tuple[str, ...]) -> Iterator[Span[Meaning]]:
        """The words from left to right, cut into phrases and single words that belong to none."""
        start = 0
        while start < len(said):
            span = self._longest_at(said, start)
            yield span
            start = span.end

    def meanings(self, said: tuple[str, ...]) -> list[Meaning | None]:
        """What each piece means, in order."""
        return [span.meaning for span in self.spans(said)]

    def _longest_at(self, said: tuple[str, ...], start: int) -> Span[Meaning]:
        for end in range(min(len(said), start + self._longest), start, -1):
            meaning = self._meanings.get(said[start:end])
            if meaning is not None:
                return Span(meaning, start, end)
        return Span(None, start, start + 1)
