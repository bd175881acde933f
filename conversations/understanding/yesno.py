"""Yes, no, "I don't know" and "none of these", said in one of many ways.

It decides only when the whole reply says one thing. Hesitation ("¿sí?"), a mixture ("si no") or anything more is None.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .normal import visible, words
from .phrases import Phrases

_ASKING = frozenset("?؟？¿⁇❓❔")
_HELD_DOWN = re.compile(r"(\w)\1+\b")  # siii, noo
_AROUND = "around"

Words = Mapping[str, Sequence[str]]


class YesNo:
    """Short answers in every language; `table` is content/words/answers.yaml."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._signs = {sign: meaning for meaning in ("yes", "no") for sign in table["signs"][meaning]}
        kinds: dict[str, Words] = {kind: table[kind] for kind in ("yes", "no", "unsure", "none")}
        beside = [(text, _AROUND) for texts in table["around"].values() for text in texts]
        everywhere = _agreed({kind: kinds[kind] for kind in ("yes", "no")})
        unsure = _all(kinds, "unsure")
        self._yes_no = {
            language: Phrases([*unsure, *_own(kinds, language), *everywhere, *beside]) for language in table["yes"]
        }
        self._any_language = Phrases([*unsure, *everywhere, *beside])
        self._unsure = Phrases([*unsure, *beside])
        self._none = Phrases([*_all(kinds, "none"), *beside])

    def yes_no(self, text: str, language: str) -> bool | None:
        """True for yes, False for no, None for anything that is not clearly one of them."""
        text = visible(text)
        if not _ASKING.isdisjoint(text):
            return None
        known = self._yes_no.get(language, self._any_language)
        said = {self._signs[character] for character in text if character in self._signs}
        said.update(_only(known, text) or ())
        return None if len(said) != 1 or "unsure" in said else said == {"yes"}

    def unsure(self, text: str, language: str) -> bool:  # noqa: ARG002  # these phrases clash in no two languages
        """Whether the person says that they do not know, or would rather not say."""
        return _only(self._unsure, text) == {"unsure"}

    def none_of_these(self, text: str) -> bool:
        """Whether the person says that nothing on the list is true for them."""
        return _only(self._none, text) == {"none"}


def _own(kinds: Mapping[str, Words], language: str) -> list[tuple[str, str]]:
    return [(text, kind) for kind in ("yes", "no") for text in kinds[kind].get(language, ())]


def _all(kinds: Mapping[str, Words], kind: str) -> list[tuple[str, str]]:
    return [(text, kind) for texts in kinds[kind].values() for text in texts]


def _agreed(kinds: Mapping[str, Words]) -> list[tuple[str, str]]:
    """The words that mean the same in every language that has them."""
    meanings: dict[tuple[str, ...], set[str]] = {}
    for kind in kinds:
        for text, _ in _all(kinds, kind):
            meanings.setdefault(words(text), set()).add(kind)
    return [(" ".join(key), meant.pop()) for key, meant in meanings.items() if len(meant) == 1]


def _only(known: Phrases[str], text: str) -> set[str] | None:
    """What a reply says when every word of it is known, courtesy aside; else None."""
    said = words(text)
    for spelled in (said, tuple(_HELD_DOWN.sub(r"\1", word) for word in said)):
        meanings = known.meanings(spelled)
        if None not in meanings:
            return {meaning for meaning in meanings if meaning is not None} - {_AROUND}
    return None
