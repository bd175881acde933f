"""Words of danger, in any language, before anything else; and fear of going back, which is an answer.

It errs towards hearing danger, but never in an ordinary answer. It keeps nothing and names only the kind.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .normal import plain, words

_GROUP = re.compile(r"\(([^()]*)\)")
_GAP = "..."
_ALONE = "="

Words = tuple[str, ...]


class _Phrase(NamedTuple):
    """Words that mean danger: one run of them, or two with a few others between."""

    kind: int
    first: Words
    second: Words


class Danger:
    """Finds words of danger; `phrases` is content/words/danger.yaml."""

    def __init__(self, phrases: Mapping[str, Any]) -> None:
        self._kinds: Sequence[str] = list(phrases["kinds"])
        self._gap: int = phrases["gap"]
        self._courtesy = frozenset(words(text) for text in phrases["courtesy"])
        self._alone: dict[Words, int] = {}
        self._inside: dict[str, list[_Phrase]] = defaultdict(list)
        for kind, name in enumerate(self._kinds):
            for texts in phrases["kinds"][name].values():
                for text in texts:
                    self._learn(text, kind)
        fears = (text for texts in phrases["fear_of_return"].values() for text in texts)
        self._fears = frozenset(words(spelled) for text in fears for spelled in _alternatives(plain(text)))

    def find(self, text: str) -> str | None:
        """The kind of danger a text speaks of, or None; the longest phrase decides: "ICE took my son" is "detained"."""
        said = words(text)
        found = [
            (-len(phrase.first) - len(phrase.second), phrase.kind)
            for start, word in enumerate(said)
            for phrase in self._inside.get(word, ())
            if self._stands(phrase, said, start)
        ]
        alone = self._alone.get(said, self._alone.get(self._without_courtesy(said)))
        if alone is not None:
            found.append((0, alone))
        return self._kinds[min(found)[1]] if found else None

    def fears_return(self, text: str) -> bool:
        """Whether a text says that the person is afraid of going back, and nothing else."""
        said = words(text)
        return said in self._fears or self._without_courtesy(said) in self._fears

    def _learn(self, text: str, kind: int) -> None:
        for spelled in dict.fromkeys(_alternatives(plain(text.removeprefix(_ALONE)))):
            first, _, second = spelled.partition(_GAP)
            phrase = _Phrase(kind, words(first), words(second))
            if text.startswith(_ALONE):
                self._alone.setdefault(phrase.first, kind)
            elif phrase.first:
                self._inside[phrase.first[0]].append(phrase)

    def _stands(self, phrase: _Phrase, said: Words, start: int) -> bool:
        end = start + len(phrase.first)
        if said[start:end] != phrase.first:
            return False
        if not phrase.second:
            return True
        length = len(phrase.second)
        return any(said[i : i + length] == phrase.second for i in range(end, end + self._gap + 1))

    def _without_courtesy(self, said: Words) -> Words:
        """The words without "please" and the like around them."""
        shorter = next(_shorter(said, self._courtesy), None)
        return said if shorter is None else self._without_courtesy(shorter)


def _shorter(said: Words, courtesy: frozenset[Words]) -> Iterator[Words]:
    for length in range(min(4, len(said)), 0, -1):
        if said[:length] in courtesy:
            yield said[length:]
        if said[-length:] in courtesy:
            yield said[:-length]


def _alternatives(text: str) -> Iterator[str]:
    """Every way to read a phrase with (a|b) in it."""
    group = _GROUP.search(text)
    if group is None:
        yield text
        return
    for option in group[1].split("|"):
        yield from _alternatives(text[: group.start()] + option + text[group.end() :])
