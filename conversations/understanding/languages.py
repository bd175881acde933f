"""In which language a message is written, and which language a message asks for.

By script first, then by the words a language is made of, then by letters. Very short messages fit several languages:
all that fit come back, the likeliest first, and the person always sees the language menu too.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import Any

from .normal import visible, words
from .phrases import Phrases

_SCRIPTS = (
    (re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]"), ("zh",)),
    (re.compile(r"[\u0900-\u097f]"), ("hi",)),
    (re.compile(r"[\u0980-\u09ff]"), ("bn",)),
    (re.compile(r"[\u0400-\u04ff]"), ("ru", "uk")),
    (re.compile(r"[\u0600-\u06ff\ufb50-\ufefc]"), ("ar", "fa")),
)
_PHRASE = 2.0
_LETTER = 1.5  # a letter that only one of two languages has
_MARK = 0.25
_AROUND_WORDS = '.,;:!?()"*'
_SPELLING = 0.12  # an unknown word, by how its letters follow each other
_CLOSE = 3.0  # on the scale of logarithms: less likely by more than this adds nothing
_SHORTEST = 4  # triples of letters; shorter words tell too little
_TEACHES = 500  # triples; a handful of transliterated words teaches nothing
_TRIPLES = 2000  # about how many a language uses
_UNSEEN = 0.3  # what a triple counts that never occurred
_WORTH_NAMING = 0.5  # candidates with less than this share of the best are left out

_Mark = tuple[str, bool, bool]


class Languages:
    """Guesses languages; `table` is content/words/languages.yaml."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._order: Sequence[str] = table["order"]
        of_word: dict[str, set[str]] = defaultdict(set)
        accented: dict[str, set[str]] = defaultdict(set)
        for language, text in table["words"].items():
            for word in words(text):
                of_word[word].add(language)
            for word in text.split():
                accented[word].add(language)
        self._of_word = dict(of_word)
        self._accented = {word: languages for word, languages in accented.items() if not word.isascii()}
        self._phrases = Phrases([(text, code) for code, texts in table["phrases"].items() for text in texts])
        self._marks = {code: [_mark(text) for text in texts] for code, texts in table["marks"].items()}
        self._letters: Mapping[str, str] = table["letters"]
        self._spelling = _Spelling(of_word)
        named = [(text, code) for code, texts in table["names"].items() for text in texts]
        self._names = Phrases([*named, *((text, "") for text in table["named_around"])])

    def guess(self, text: str) -> tuple[str, ...]:
        """The languages a text may be in, likeliest first; none for numbers, signs and names of nothing."""
        text = visible(text, keep_joiners=True)
        candidates = next((languages for script, languages in _SCRIPTS if script.search(text)), None)
        if candidates and len(candidates) == 1:
            return candidates
        said = words(text)
        scores: dict[str, float] = defaultdict(float)
        self._add_words(scores, said, candidates)
        self._add_letters(scores, text, candidates)
        return self._ranked(scores, candidates)

    def named(self, text: str) -> str | None:
        """The language a message asks for, when it is about nothing else: "kreyol", "english please"."""
        asked = set(self._names.meanings(words(text))) - {""}
        if len(asked) != 1:
            return None
        return asked.pop()

    def _add_words(self, scores: dict[str, float], said: Sequence[str], candidates: Iterable[str] | None) -> None:
        allowed = set(candidates or self._order)
        for meaning in self._phrases.meanings(tuple(said)):
            if meaning is not None and meaning in allowed:
                scores[meaning] += _PHRASE
        for word in said:
            known = self._of_word.get(word, set()) & allowed
            for language in known:
                scores[language] += 1 / len(known)
            if not known and candidates is None:
                for language, likeness in self._spelling.likeness(word).items():
                    scores[language] += likeness

    def _add_letters(self, scores: dict[str, float], text: str, candidates: Sequence[str] | None) -> None:
        if candidates is None:
            typed = [word.strip(_AROUND_WORDS) for word in text.casefold().split()]
            for language, marks in self._marks.items():
                scores[language] += _MARK * sum(_bears(word, marks) for word in typed)
            for language in (code for word in typed for code in self._accented.get(word, ())):
                scores[language] += _MARK
        for language in candidates or ():
            scores[language] += _LETTER * sum(letter in self._letters[language] for letter in text.casefold())

    def _ranked(self, scores: dict[str, float], candidates: Sequence[str] | None) -> tuple[str, ...]:
        best = max(scores.values(), default=0.0)
        if best <= 0:
            return tuple(candidates or ())
        near = [language for language in self._order if scores[language] >= best * _WORTH_NAMING]
        return tuple(sorted(near, key=lambda language: -scores[language]))


def _mark(text: str) -> _Mark:
    return text.strip("^$"), text.startswith("^"), text.endswith("$")


def _bears(word: str, marks: Iterable[_Mark]) -> bool:
    """Whether a word has one of the marks of a language."""
    for text, begins, ends in marks:
        if word.startswith(text) if begins else word.endswith(text) if ends else text in word:
            return True
    return False


class _Spelling:
    """How the letters of a language follow each other, learned from its own words."""

    def __init__(self, of_word: Mapping[str, Iterable[str]]) -> None:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for word, languages in of_word.items():
            for language in languages if word.isascii() else ():
                counts[language].update(_triples(word))
        self._rarity = {language: _rarity(seen) for language, seen in counts.items() if seen.total() > _TEACHES}

    def likeness(self, word: str) -> dict[str, float]:
        """What an unknown word adds to each language: most to the one whose words look like it."""
        triples = _triples(word)
        if len(triples) < _SHORTEST or not (word.isascii() and word.isalpha()):
            return {}
        fit = {
            code: sum(known.get(t, known[""]) for t in triples) / len(triples) for code, known in self._rarity.items()
        }
        best = max(fit.values())
        return {code: _SPELLING * max(0.0, 3 + value - best) for code, value in fit.items()}


def _rarity(seen: Counter[str]) -> dict[str, float]:
    """How rare each triple of letters is, and under "" how rare one is that was never seen."""
    total = seen.total() + _UNSEEN * _TRIPLES
    return {triple: log((count + _UNSEEN) / total) for triple, count in seen.items()} | {"": log(_UNSEEN / total)}


def _triples(word: str) -> list[str]:
    word = f"^{word}$"
    return [word[i : i + 3] for i in range(len(word) - 2)]
