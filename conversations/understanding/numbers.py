"""Which numbers a short reply names: option numbers, several of them, and ages.

It accepts a reply only when the whole of it is about numbers; "de Guatemala" is not the Creole two. It does not know
which numbers were on offer: that is for the reader.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from .normal import is_han, is_word, plain, words
from .phrases import Phrases

Kind = Literal["one", "several", "range"]

_BETWEEN_DIGITS = re.compile(r"\d[.:]\d")  # 1.5, 12:30
_NEGATIVE = re.compile(r"^\W*[-+]\d")
_ORDINAL = re.compile(r"(\d{1,4})(?:o|a|ro|ra|do|da|to|ta|er|st|nd|rd|th|e|eme|re|ye|yem)\Z")
_GLUED_AND = re.compile(r"(?<=\d)y(?=\d)")  # 1y3
_GLUED_YEARS = re.compile(r"(?<=\d)(?=(?:anos?|ans?|yo|yrs?|years?)\b)")  # 17años
_NOT_COUNTING = frozenset("%$=<>@^|\\€£⁄")
_LEADING = re.compile(r"^[\W_]*(\d{1,2})(?:\s*[.)\]:\-–*]+\s*|\s+)(?=\S)")
_OLDEST = 120
_LARGEST = 9999


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers a reply names, in the order given; a range has two ends and may also mean just those two."""

    values: tuple[int, ...]
    kind: Kind


class _Piece(NamedTuple):
    """A part of a reply: a number, or one of the signs and words that may stand between numbers."""

    role: Literal["number", "join", "range", "around"]
    value: int = 0


class NumberWords:
    """Numbers in digits of any script and in words; `table` is content/words/numbers.yaml."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        small: Mapping[str, Mapping[str, int]] = table["words"]
        around: Sequence[str] = table["around"]
        between = [(text, _Piece("join")) for text in table["joins"]]
        between += [(text, _Piece("range")) for text in table["ranges"]]
        beside = [(text, _Piece("around")) for text in around]
        own = {language: list(_pieces(entries)) for language, entries in small.items()}
        long = [entry for entries in own.values() for entry in entries if len(entry[0]) > 2 or not entry[0].isascii()]
        self._replies = {language: Phrases([*entries, *between, *long, *beside]) for language, entries in own.items()}
        self._any_language = Phrases([*between, *long, *beside])
        larger = [entry for entries in table["larger"].values() for entry in _pieces(entries)]
        years = [(text, _Piece("around")) for text in table["age_around"]]
        self._ages = Phrases([*larger, *long, *years, *[(text, _Piece("join")) for text in table["joins"]]])
        self._beside = frozenset(" ".join(words(text)) for text in around)

    def numbers(self, text: str, language: str) -> Numbers | None:
        """The numbers a reply names, or None when it says anything else too."""
        pieces = self._read(text, self._replies.get(language, self._any_language))
        if pieces is None:
            return None
        values = tuple(dict.fromkeys(piece.value for piece in pieces if piece.role == "number"))
        if not values:
            return None
        return Numbers(values, _kind(values, pieces))

    def age(self, text: str) -> int | None:
        """The age a reply names, when the whole of it is an age: "17", "tengo 17 años", "diecisiete"."""
        pieces = self._read(_GLUED_YEARS.sub(" ", plain(text)), self._ages)
        if pieces is None or any(piece.role == "range" for piece in pieces):
            return None
        total = _sum([piece.value for piece in pieces if piece.role == "number"])
        return total if total is not None and total <= _OLDEST else None

    def label_after_number(self, text: str) -> tuple[int, str] | None:
        """The number in front and the words after it ("2. Guatemala"), for the reader to compare with that option."""
        text = plain(text)
        head, _, tail = text.partition(" ")
        if head in self._beside and tail[:1].isdigit():  # "opción 2 Guatemala"
            text = tail
        found = _LEADING.match(text)
        if found is None:
            return None
        rest = " ".join(words(text[found.end() :]))
        return (int(found[1]), rest) if rest else None

    def _read(self, text: str, known: Phrases[_Piece]) -> list[_Piece] | None:
        """The pieces of a reply, or None at the first that has nothing to do with numbers."""
        text = plain(text)
        if _NEGATIVE.match(text) or _BETWEEN_DIGITS.search(text) or not _NOT_COUNTING.isdisjoint(text):
            return None
        pieces: list[_Piece] = []
        for part in _tokens(_GLUED_AND.sub(" y ", text)):
            read = self._read_part(part, known)
            if read is None:
                return None
            pieces += read
        return pieces

    def _read_part(self, part: str, known: Phrases[_Piece]) -> list[_Piece] | None:
        if part == "-":
            return [_Piece("range")]
        if part.isdigit():
            return [_Piece("number", int(part))] if len(part) <= len(str(_LARGEST)) else None
        if ordinal := _ORDINAL.match(part):
            return [_Piece("number", int(ordinal[1]))]
        meanings = known.meanings(words(part))
        pieces = [piece for piece in meanings if piece is not None]
        return pieces if len(pieces) == len(meanings) else None


def _pieces(entries: Mapping[str, int]) -> list[tuple[str, _Piece]]:
    return [(text, _Piece("number", value)) for text, value in entries.items()]


def _tokens(text: str) -> list[str]:
    """Runs of words, single numbers and dashes. "1e3" stays whole, so that it is no number."""
    runs: list[str] = []
    for word in _spaced(text).split():
        is_words = word != "-" and not word[0].isdigit()
        if is_words and runs and runs[-1] != "-" and not runs[-1][0].isdigit():
            runs[-1] += f" {word}"
        else:
            runs.append(word)
    return runs


def _spaced(text: str) -> str:
    """Words and numbers apart: punctuation becomes space, a dash after a digit stands alone, "2和3" becomes three."""
    parts: list[str] = []
    for i, character in enumerate(text):
        before = text[i - 1] if i else " "
        if character == "-" and text[:i].rstrip()[-1:].isdigit():
            parts.append(" - ")
        elif not is_word(character):
            parts.append(" ")
        elif is_han(character) or (character.isdigit() != before.isdigit() and not (character + before).isascii()):
            parts.append(f" {character} " if is_han(character) else f" {character}")
        else:
            parts.append(character)
    return "".join(parts)


def _kind(values: tuple[int, ...], pieces: Sequence[_Piece]) -> Kind:
    if len(values) == 1:
        return "one"
    roles = [piece.role for piece in pieces if piece.role != "around"]
    return "range" if roles[:3] == ["number", "range", "number"] and roles.count("number") == 2 else "several"


def _sum(values: list[int]) -> int | None:
    """One number, or tens with a unit ("treinta y cinco")."""
    match values:
        case [value]:
            return value
        case [tens, unit] if tens >= 20 and tens % 10 == 0 and 0 < unit < 10:
            return tens + unit
        case _:
            return None
