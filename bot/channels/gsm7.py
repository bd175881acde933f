"""The SMS alphabet: folding a text into it, and counting what a text costs.

One character outside GSM-7 turns a message of 160 characters a segment into one of 70 (`shared/channels.md` section 7).
Twilio's smart encoding repairs typography but no letters, so á í ó ú are folded here; ñ é ü ¿ ¡ are in the alphabet and
stay, so that "año" never becomes "ano". This module knows no message and no carrier: text in, text or figures out.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""3GPP TS 23.038, the default alphabet: one unit each."""

EXTENSION = frozenset("\f^{}\\[~]|€")
"""3GPP TS 23.038, the extension table: an escape and a character, two units each."""

ALPHABET = BASIC | EXTENSION

# What Unicode's own decompositions do not give. Letters without one ("ł", "đ") follow from their names, see `_plain`.
_REPLACEMENTS = {
    **dict.fromkeys("«»“”„‟″❝❞〝〞", '"'),
    **dict.fromkeys("‘’‚‛‹›´`ʼʻʽʾʿʹ′ꞌɁɂʔ❛❜", "'"),
    **dict.fromkeys("‐‑‒–—―−⁃•▪●◦‣", "-"),
    **dict.fromkeys("\t\v\u1680\u180e", " "),
    **dict.fromkeys("\u0085\u2028\u2029", "\n"),
    **dict.fromkeys("✓✔☑✗✘", "x"),
    "…": "...",
    "·": ".",
    "⁄": "/",
    "÷": "/",
    "×": "x",
    "→": "->",
    "←": "<-",
    "°": "o",
    "©": "(c)",
    "®": "(R)",
    "¢": "c",
    "µ": "u",
    "œ": "oe",
    "Œ": "OE",
    "ð": "d",
    "Ð": "D",
    "þ": "th",
    "Þ": "TH",
    "ẞ": "SS",
    "ı": "i",
    "ȷ": "j",
    "ŋ": "n",
    "Ŋ": "N",
    "ĸ": "k",
    "ə": "e",
    "Ə": "E",
    "ɛ": "e",
    "Ɛ": "E",
    "ɔ": "o",
    "Ɔ": "O",
}

_INVISIBLE = frozenset(["Cc", "Cf", "Mn"])  # controls, zero-width and direction marks, accents standing alone

Encoding = Literal["GSM-7", "UCS-2"]


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs as it stands.

    `units` are septets (GSM-7) or 16-bit units (UCS-2). `replaced` lists what `fold` would change in it, each
    character once with what takes its place, in order of appearance.
    """

    encoding: Encoding
    segments: int
    units: int
    replaced: tuple[tuple[str, str], ...] = ()


def fold(text: str) -> str:
    """The text in GSM-7, or unchanged if it already is or cannot be.

    A text that keeps one character of another script (Arabic, Chinese, Cyrillic, an emoji) is sent in UCS-2 anyway:
    taking its accents away would cost meaning and save nothing.
    """
    if is_gsm7(text):
        return text
    folded = "".join(map(_plain, unicodedata.normalize("NFC", text)))
    return folded if is_gsm7(folded) else text


def is_gsm7(text: str) -> bool:
    """Whether every character is in the alphabet or its extension."""
    return ALPHABET.issuperset(text)


def units(text: str) -> int:
    """The length of a text as the network counts it: septets, or 16-bit units when it is not GSM-7."""
    return sum(_sizes(text))


def measure(text: str) -> Segments:
    """How a text travels as it stands: encoding, number of segments, units, and what folding would replace."""
    gsm7 = is_gsm7(text)
    sizes = list(_sizes(text))
    single, several = (160, 153) if gsm7 else (70, 67)
    segments = 1 if sum(sizes) <= single else _pack(sizes, several)
    return Segments("GSM-7" if gsm7 else "UCS-2", segments, sum(sizes), _replaced(text))


def clusters(text: str) -> Iterator[str]:
    """The text in pieces that a reader sees as one character and that no cut should part.

    Enough of Unicode's grapheme rules (https://unicode.org/reports/tr29/) for accents, emoji with joiners and skin
    tones, and flags; Hangul letters written apart are not joined.
    """
    cluster = ""
    for character in text:
        if cluster and not _joined(cluster, character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _joined(cluster: str, character: str) -> bool:
    last = cluster[-1]
    if _is_control(last) or _is_control(character):
        return False
    if _is_flag_letter(last) and _is_flag_letter(character):
        return len(cluster) == 1
    extends = unicodedata.category(character)[0] == "M" or character in "\u200c\u200d" or "🏻" <= character <= "🏿"
    return extends or (last == "\u200d" and unicodedata.category(character) == "So")


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Zl", "Zp")


def _is_flag_letter(character: str) -> bool:
    return "🇦" <= character <= "🇿"


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """The nearest text in GSM-7 for one character, or the character itself."""
    if character in ALPHABET:
        return character
    if character in _REPLACEMENTS:
        return _REPLACEMENTS[character]
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    decomposed = unicodedata.normalize("NFKD", character)
    if decomposed != character:
        return "".join(map(_plain, decomposed))
    return _letter_by_name(character)


def _letter_by_name(character: str) -> str:
    """Letters with a stroke or a hook have no decomposition, but their names say what they are: "Ł" is an L."""
    kind, _, name = unicodedata.name(character, "").removeprefix("LATIN ").partition(" LETTER ")
    letter = name.partition(" WITH ")[0]
    if len(letter) != 1 or not letter.isascii():
        return character
    return letter.lower() if kind == "SMALL" else letter


def _replaced(text: str) -> tuple[tuple[str, str], ...]:
    if fold(text) == text:
        return ()
    pairs = ((character, _plain(character)) for character in unicodedata.normalize("NFC", text))
    return tuple(dict.fromkeys(pair for pair in pairs if pair[0] != pair[1]))


def _sizes(text: str) -> Iterator[int]:
    """The units of each piece that may not be parted by a segment's end."""
    if is_gsm7(text):
        return (2 if character in EXTENSION else 1 for character in text)
    return (len(cluster.encode("utf-16-le", "surrogatepass")) // 2 for cluster in clusters(text))


def _pack(sizes: Iterable[int], capacity: int) -> int:
    segments, room = 1, capacity
    for size in sizes:
        if size > room:
            segments, room = segments + 1, capacity
        room -= size
    return segments
