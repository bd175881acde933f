"""One spelling for what people type, whatever their keyboard put around it or inside it.

It knows characters, not words: no language, no list of anything. Everything that reads a message reads it through here.
"""

import re
import unicodedata
from functools import lru_cache

_per_character = lru_cache(maxsize=4096)  # messages and word lists are made of few different characters
_ASCII_WORD = re.compile("[a-z0-9]+")

# Put in by keyboards and copy-and-paste, seen by nobody: variation selectors, the keycap, the grapheme joiner and
# fillers. All of category Cf (zero-width marks, direction marks, BOM, soft hyphen, tags) goes too.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u20e3\u3164\uffa0") | {chr(c) for c in range(0xFE00, 0xFE10)}
_JOINERS = frozenset("\u200c\u200d")  # Persian, Hindi and Bengali words need them in free text
_SKIN_TONES = frozenset(chr(c) for c in range(0x1F3FB, 0x1F400))
_LINE_BREAKS = frozenset("\n\r\t\v\f")

# Letters that NFKD does not take apart but that people write one for the other.
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ´′ʹꞌ＇", "'"),
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "№": "#",
        "ı": "i",
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        # Arabic and Persian keyboards write the same word with different letters.
        "ك": "ک",
        "ي": "ی",
        "ى": "ی",
        "ة": "ه",
        "ٱ": "ا",
        "ـ": "",
    }
)


def visible(text: str, *, keep_joiners: bool = False) -> str:
    """The text without the characters nobody can see; `keep_joiners` for free text, where some words need them."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if _is_seen(c) or (keep_joiners and c in _JOINERS))


@_per_character
def _is_seen(character: str) -> bool:
    if character in _LINE_BREAKS:
        return True
    return character not in _UNSEEN and unicodedata.category(character) not in ("Cf", "Cc", "Cs", "Cn", "Co")


def plain(text: str) -> str:
    """Folded, with its punctuation: small letters, no accents, ASCII digits, single spaces."""
    text = visible(text)
    if text.isascii():
        return " ".join(text.lower().split())
    small = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
    parts = [_fold_character(c) for c in unicodedata.normalize("NFKD", small)]
    joined = unicodedata.normalize("NFC", "".join(parts)).translate(_LETTERS)
    return " ".join(joined.split())


@_per_character
def _fold_character(character: str) -> str:
    if character < "\u0080":
        return character
    if is_accent(character) or character in _SKIN_TONES:
        return ""
    # `digit` also knows look-alikes such as the superscript two, on which `int()` raises.
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)


def is_accent(character: str) -> bool:
    """A mark over a Latin or Cyrillic letter, or an Arabic vowel; never the signs that Hindi cannot do without."""
    return "\u0300" <= character <= "\u036f" or "\u064b" <= character <= "\u0655" or character == "\u0670"


def fold(text: str) -> str:
    """`plain`, without punctuation and emoji at its ends; a text of nothing else stays as it is."""
    text = plain(text)
    start, end = 0, len(text)
    while start < end and not is_word(text[start]):
        start += 1
    while end > start and not is_word(text[end - 1]):
        end -= 1
    return text[start:end] or text


@_per_character
def is_word(character: str) -> bool:
    """A letter, digit or mark: what words are made of."""
    if character < "\u0080":
        return character.isalnum()
    return unicodedata.category(character)[0] in "LMN"


def is_han(character: str) -> bool:
    """A Chinese character, which stands for itself: Chinese writes no spaces between words."""
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or character >= "\U00020000"


def words(text: str) -> tuple[str, ...]:
    """The folded words of a text, cut at spaces, punctuation and apostrophes; each Chinese character is a word."""
    text = plain(text)
    if text.isascii():
        return tuple(_ASCII_WORD.findall(text))
    return tuple("".join(_spaced(c) for c in text).split())


@_per_character
def _spaced(character: str) -> str:
    if not is_word(character):
        return " "
    return f" {character} " if is_han(character) else character
