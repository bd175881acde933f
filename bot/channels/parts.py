"""Long messages in parts, and choices as numbered lines: what the channels share when they render.

A message over a carrier's limit would be refused whole (FC-15), so it is cut where a reader would: after a paragraph,
a line, a sentence, at a space, and never inside a link or a phone number. This module knows no carrier's limit.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from bot.channels.gsm7 import clusters
from conversations.message import Message, Span

Size = Callable[[str], int]
Spans = tuple[Span, ...]

# Where a text may be cut, best first; the cut is where the match ends.
_BREAKS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[.!?…؟।][\"'”’»)]*\s+|[。！？]"),
    re.compile(r"\s+"),
)

# A link, or a phone number with the spaces, dots and brackets people write in it.
_WHOLE = re.compile(r"(?:https?://|www\.)\S+|[+(]?\d[\d ().\u00a0\u2011-]{4,}\d")

_MARK = len("(10/10) ")


def utf16(text: str) -> int:
    """The length of a text in 16-bit units, as Telegram counts it; never less than its number of characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def numbered(message: Message, *, gap: str, tick: str) -> Spans:
    """The whole message as text: what is said, the choices as lines "N label", and the last line under them.

    `gap` stands between the three; `tick` before the label of an item that is already chosen. Choices that the text
    itself lists are not written again.
    """
    unlisted = (choice for choice in message.choices if not choice.listed)
    lines = (f"{choice.number} {tick if choice.ticked else ''}{choice.label}" for choice in unlisted)
    below = (text for text in ("\n".join(lines), message.footer) if text)
    return (*message.text, *(Span(gap + text) for text in below))


def split(spans: Sequence[Span], limit: int, size: Size = utf16) -> list[Spans]:
    """The text in as few parts as its links allow, none longer than `limit` by `size`, marked "(1/2) ", "(2/2) ".

    `size` must add up over pieces. A text within the limit comes back as it is.
    """
    text = "".join(span.text for span in spans)
    if size(text) <= limit:
        return [tuple(spans)]
    ranges = list(_ranges(text, limit - _MARK, size))
    if len(ranges) == 1:  # it was over the limit by white space at its ends
        return [tuple(_between(spans, *ranges[0]))]
    return [
        (Span(f"({number}/{len(ranges)}) "), *_between(spans, start, end))
        for number, (start, end) in enumerate(ranges, start=1)
    ]


def _ranges(text: str, limit: int, size: Size) -> Iterator[tuple[int, int]]:
    """Where each part begins and ends, without the white space at the cuts."""
    text = text.rstrip()
    start = len(text) - len(text.lstrip())
    while (left := size(text[start:])) > limit:
        pieces = -(-left // limit)
        least = start + _longest(text[start:], left - (pieces - 1) * limit, size)
        cut = _cut(text, start, least, start + _longest(text[start:], limit, size))
        yield start, start + len(text[start:cut].rstrip())
        start = cut + len(text[cut:]) - len(text[cut:].lstrip())
    yield start, len(text)


def _longest(text: str, limit: int, size: Size) -> int:
    """How many characters from the beginning fit the limit without parting what is read as one; at least one piece."""
    fitting = 0
    pieces = list(clusters(text[: limit + 1]))  # no character counts less than one
    for used, end in zip(accumulate(map(size, pieces)), accumulate(map(len, pieces)), strict=True):
        if used > limit:
            break
        fitting = end
    return fitting or len(pieces[0])


def _cut(text: str, start: int, least: int, most: int) -> int:
    """The best place to cut between `start` and `most`: after `least`, so as not to need another part, if it can be."""
    whole = [match.span() for match in _WHOLE.finditer(text)]
    for earliest in (least, start):
        for pattern in _BREAKS:
            ends = [match.end() for match in pattern.finditer(text, start, most)]
            fit = [end for end in ends if end > earliest and not _inside(end, whole)]
            if fit:
                return fit[-1]
    return next((first for first, last in whole if start < first < most < last), most)


def _inside(position: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(first < position < last for first, last in ranges)


def _between(spans: Sequence[Span], start: int, end: int) -> Iterator[Span]:
    """The spans of a stretch of the joined text."""
    offset = 0
    for span in spans:
        piece = span.text[max(0, start - offset) : max(0, end - offset)]
        offset += len(span.text)
        if piece:
            yield Span(piece, span.strong)
