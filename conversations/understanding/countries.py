"""Which country a text names: names, demonyms and nicknames in many languages, in a sentence or misspelled.

It never chooses between two countries: it returns all that fit, the likeliest first, and the reader asks.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .normal import words
from .phrases import Phrases

How = Literal["exact", "inside", "fuzzy", "none"]

# A short form in a sentence counts only after one of these: "soy de rd", but not "help us".
_BEFORE_A_COUNTRY = frozenset(
    (
        "de",
        "del",
        "from",
        "in",
        "en",
        "nan",
        "los",
        "the",
        "do",
        "da",
        "dos",
        "des",
        "aux",
        "al",
        "la",
        "el",
        "is",
        "es",
    )
)
_FLAG_LETTERS = re.compile("[\U0001f1e6-\U0001f1ff]")
_FLAG_LETTER_A = 0x1F1E6
_SHORT = 3
_FUZZY_FROM = 5
_NEAR = 0.79
_NEARER = 0.85  # for a word taken out of a sentence
_TIE = 0.06
_NAME_WORDS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """The countries a text may mean, likeliest first; `fuzzy` means: ask before using it."""

    codes: tuple[str, ...]
    how: How


class _Country(NamedTuple):
    """What a name stands for: one country, or several to ask about. `sure` is false where one must ask anyway."""

    codes: tuple[str, ...]
    sure: bool = True


NOTHING = Found((), "none")


class Countries:
    """Finds countries.

    `names`: rows (text, code) of content/words/countries.tsv. `nicknames`: rows (text, codes, language, kind) of
    country_nicknames.tsv, which win over the names; several codes, likeliest first, are an ambiguity to ask about.
    """

    def __init__(self, names: Iterable[Sequence[str]], nicknames: Iterable[Sequence[str]] = ()) -> None:
        by_hand = [
            (form, _Country(tuple(codes.split()), kind != "ask"))
            for text, codes, language, kind in nicknames
            for form in _forms(text, language, kind)
        ]
        by_table = [(form, _Country((code,))) for text, code in names for form in _name_forms(text)]
        self._known = Phrases([*by_hand, *by_table])
        self._codes = frozenset(code for _, country in by_table for code in country.codes)
        spelled = {" ".join(words(text)): country for text, country in [*by_table, *by_hand]}
        self._spelled = {text: country for text, country in spelled.items() if len(text) >= _FUZZY_FROM}

    def find(self, text: str) -> Found:
        """The countries a text names, and how sure that is."""
        said = words(text)
        if not said:
            return self._flags(text)
        whole = self._known.whole(said)
        if whole is not None:
            return Found(whole.codes, "exact" if whole.sure else "fuzzy")
        return self._inside(said) or self._misspelled(said)

    def _flags(self, text: str) -> Found:
        """A flag is two letters of a country's code."""
        letters = [chr(ord(sign) - _FLAG_LETTER_A + ord("A")) for sign in _FLAG_LETTERS.findall(text)]
        codes = ["".join(pair) for pair in zip(letters[::2], letters[1::2], strict=False)]
        known = tuple(code for code in dict.fromkeys(codes) if code in self._codes)
        return Found(known, "exact") if known else NOTHING

    def _inside(self, said: tuple[str, ...]) -> Found | None:
        named = [country for country, start, end in self._known.spans(said) if country and _is_meant(said, start, end)]
        if not named:
            return None
        codes = tuple(dict.fromkeys(code for country in named for code in country.codes))
        return Found(codes, "inside" if all(country.sure for country in named) else "fuzzy")

    def _misspelled(self, said: tuple[str, ...]) -> Found:
        """The nearest spelling of the whole text, or of its last words, where people put the country."""
        whole = self._nearest(" ".join(said), _NEAR) if len(said) <= _NAME_WORDS else None
        if whole is not None or len(said) == 1:
            return whole or NOTHING
        return self._nearest(said[-1], _NEARER) or self._nearest(" ".join(said[-2:]), _NEARER) or NOTHING

    def _nearest(self, typed: str, cutoff: float) -> Found | None:
        if len(typed) < _FUZZY_FROM:
            return None
        near = process.extract(
            typed, self._spelled.keys(), scorer=OSA.normalized_similarity, score_cutoff=cutoff - _TIE, limit=12
        )
        if not near or near[0][1] < cutoff or (cutoff == _NEARER and near[0][0][0] != typed[0]):
            return None
        codes = {self._spelled[text].codes for text, score, _ in near if score > near[0][1] - _TIE}
        return Found(codes.pop(), "fuzzy") if len(codes) == 1 else None


def _is_meant(said: tuple[str, ...], start: int, end: int) -> bool:
    """Whether a name found in a sentence is meant as a country; "us" and "eu" often are not."""
    long_enough = sum(map(len, said[start:end])) > _SHORT or not said[start].isascii()
    return long_enough or (start > 0 and said[start - 1] in _BEFORE_A_COUNTRY)


def _forms(text: str, language: str, kind: str) -> Iterator[str]:
    """A text and its endings: demonyms by gender and number, names by grammatical case."""
    if kind != "demonym":
        return _name_forms(text)
    spelled = " ".join(words(text))
    match language:
        case "es" | "pt":
            return _iberian(spelled)
        case "fr":
            return _french(spelled)
        case "ar":
            return _arabic(spelled)
        case "ru" | "uk":
            return _name_forms(spelled)
        case _:
            return iter((spelled, f"{spelled}s"))


def _iberian(word: str) -> Iterator[str]:
    yield from (word, f"{word}s")
    stem = word[:-1]
    if word.endswith("o"):
        yield from (f"{stem}a", f"{stem}as")
    elif word.endswith(("es", "an", "in", "on", "ol")):
        yield from (f"{word}a", f"{word}es", f"{word}as")
    elif word.endswith("ao"):
        yield from (f"{stem}", f"{stem}s")
    elif word.endswith("i"):
        yield f"{word}es"


def _french(word: str) -> Iterator[str]:
    yield from (word, f"{word}s", f"{word}e", f"{word}es")
    if word.endswith(("ien", "een")):
        yield from (f"{word}ne", f"{word}nes")


def _arabic(word: str) -> Iterator[str]:
    for form in (word, f"{word}ه", f"{word}ین", f"{word}ون"):
        yield from (form, f"ال{form}")


def _name_forms(text: str) -> Iterator[str]:
    """A name and, in Cyrillic, its cases ("из Венесуэлы"); in Arabic script also with "from", "in" and "the"."""
    spelled = " ".join(words(text))
    yield spelled
    if "\u0400" <= spelled[:1] <= "\u04ff":
        yield from (spelled[:-1] + ending for ending in _CASES.get(spelled[-1], ()))
        if spelled[-1] not in _CASES:
            yield from (spelled + ending for ending in ("а", "у", "е", "і", "ом", "ы"))
    elif "\u0600" <= spelled[:1] <= "\u06ff":
        yield f"ال{spelled}"
        yield from (before + spelled for before in ("ب", "ل", "و"))
    elif spelled.isascii() and " " not in spelled:
        yield from (spelled + ending for ending in ("den", "dan", "ten", "tan", "liyim"))  # Turkish "from"


_CASES = {
    "а": ("ы", "и", "е", "у", "і", "ою", "ой"),
    "я": ("и", "ю", "е", "і", "ей"),
    "и": ("ов", "и", "ам"),
}
