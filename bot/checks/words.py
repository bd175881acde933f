"""Whether the words are plain, respectful, safe to see over a shoulder, and never ask for what a swindler would ask.

The patterns of all languages stand together and are tried on every text, without its capitals and accents. What a text
of the law quotes (the swindler's promise, an office's fee) is let pass where it says so.
"""

import re
from collections.abc import Iterator

from bot.catalogues import SOURCE, PoCatalogue, Text
from bot.checks.entries import catalogues, file_of, forms
from bot.checks.labels import CARRIER_WORDS
from bot.checks.links import ADDRESS
from conversations.guide import Guide
from conversations.problems import Problem
from conversations.understanding.normal import plain

SENTENCE_WORDS, QUESTION_WORDS = 15, 25  # do-no-harm 8
SEEN = 40  # characters of a message on a locked screen (do-no-harm 17, voice.md 2)

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")

_BANNED = (
    (
        r"\byou (?:\w+ )?qualify\b|\byou(?: a|')re (?:\w+ )?eligible\b|\busted (?:\w+ )?califica\b|\bcalifica para\b"
        r"|\bes elegible\b|\bvoce (?:se qualifica|e elegivel)\b|\bou (?:kalifye|elijib)\b",
        "a verdict; say 'you may be able to ask for' (do-no-harm 21)",
    ),
    (
        # "Es ilegal cobrar por esto" speaks of an act, and may stay.
        r"\billegals\b|\billegal (?:alien|immigrant|migrant|people|person)|\bilegales\b|(?<!\bes )\bilegal\b"
        r"|\b(?:usted|persona|migrante) es ilegal\b|\bilegais\b",
        "no person is illegal; say 'people without papers' (do-no-harm 27)",
    ),
    (r"\bclick here\b|\bclic aqui\b|\bclique aqui\b|\bklike la\b", "say where the link leads (do-no-harm 9)"),
)

_CHANCE = r"\b(?:chance|success|approv|sure|probabil|posibil|exito|aprob|segur|sucesso)\w*"
_NEAR = r"(?:\W+\w+){0,3}\W+"
_PROMISED = re.compile(rf"\bguarant\w*|\bgaranti[zd]\w*|\b100 ?%|\b\d+ ?%{_NEAR}{_CHANCE}|{_CHANCE}{_NEAR}\d+ ?%")

_SENSITIVE = re.compile(
    r"\basylum|\basilo|\bazil\b|refug|\brefij|\bhurt|\bdano\b|\bdanger|\bpeligr|\bperig|\bdanje|\bfears?\b|\bmiedo"
    r"|\bcourts?\b|\bcortes?\b|\btribin?unal|deport|\bpapers\b|\bpapeles\b|\bpapye\b|\bdaca\b|\btps\b|\bcbp\b|\bcomar\b"
)

_WANTED = (
    r"(?:code|password|pin|(?:passport|document|id|card|account) number|photo|picture|selfie|money|payment"
    r"|codigo|contrasena|clave|numero de (?:pasaporte|documento|identidad|tarjeta|cuenta)|fotos?|dinero|pago)s?\b"
)
_REQUEST = re.compile(
    r"(?<!not )(?<!n't )(?<!never )(?<!no )(?<!nunca )"
    r"\b(?:send|write|type|enter|give|show|tell|pay|denos|(?:envie|mande|escriba|muestre|comparta|diga|pague)(?:nos)?)\b"
    rf"(?: (?:us|me|your|the|an?|some|su|el|la|una?|sus|los|las))* (?:\w+ (?:of (?:your |the )?)?)?{_WANTED}"
)
_RESERVED = re.compile(rf"\b(?:{'|'.join(word.upper() for word in CARRIER_WORDS if word != 'stop')})\b")

_OF_THE_LAW = ("pathway.", "notice.", "fact.", "condition.", "value.", "apply_from.")
_OPENERS = re.compile(
    r"(?:ask|why|first|consent|language|help|about|error|odd|place|country|danger|centre|person|session|stop|delete|exit"
    r"|back|change|restart|skip|more|end|link)\..*"
    r"|results\.(?!line|depends|anywhere).*|card\.frame.*|service\.(?:down|fault).*|hotline\.list|legal\.line|age\.withheld|bye"
)
"""Texts with which a message begins, on some channel."""


def check(guide: Guide) -> Iterator[Problem]:
    """Texts to be said in other words."""
    for catalogue in catalogues(guide).values():
        for key, text in forms(catalogue):
            for what, hint in _wrong(key, text):
                yield Problem(file_of(catalogue, key), key, what, hint)
        yield from _notices(guide, catalogue)
        yield from _numbers(catalogues(guide).get(SOURCE, catalogue), catalogue)


def _wrong(key: str, text: str) -> Iterator[tuple[str, str]]:
    folded = plain(text)
    for pattern, hint in _BANNED:
        if found := re.search(pattern, folded):
            yield f"says {found[0]!r}", hint
    if (found := _PROMISED.search(folded)) and not key.endswith(".scam"):
        yield f"promises: {found[0]!r}", "nobody can promise what an office decides (do-no-harm 21)"
    if found := ADDRESS.search(text):
        yield f"holds the address {found[0]!r}", "links stand in the content, where they are checked"
    if key.startswith("ask."):
        yield from _long(text)
    if _OPENERS.fullmatch(key):
        yield from _telling(text)
    if not key.startswith(_OF_THE_LAW):
        yield from _asking(key, text)


def _long(text: str) -> Iterator[tuple[str, str]]:
    """Questions over a length that can be read in one go (do-no-harm 8)."""
    longest = max(_SENTENCE.split(text), key=lambda sentence: len(sentence.split()))
    if (count := len(longest.split())) > SENTENCE_WORDS:
        yield f"has a sentence of {count} words", f"at most {SENTENCE_WORDS}: {longest!r}"
    if (count := len(text.split())) > QUESTION_WORDS:
        yield f"has {count} words", f"a question has at most {QUESTION_WORDS}"


def _telling(text: str) -> Iterator[tuple[str, str]]:
    """What tells a stranger too much on a locked screen (do-no-harm 17, FC-12)."""
    if found := _SENSITIVE.search(plain(text[:SEEN])):
        yield f"begins with {found[0]!r}", f"its first {SEEN} characters may be read on a locked screen"


def _asking(key: str, text: str) -> Iterator[tuple[str, str]]:
    """What Rumbo never asks for (FC-37), and words that the carrier would take for itself (FC-10)."""
    if found := _REQUEST.search(plain(text)):
        yield f"asks: {found[0]!r}", "we never ask for money, codes, numbers of papers or photos (FC-37)"
    if (found := _RESERVED.search(text)) and not key.startswith("command."):
        yield f"names the word {found[0]!r}", "the SMS carrier acts on it; name a number or another word (FC-10)"


def _notices(guide: Guide, catalogue: PoCatalogue) -> Iterator[Problem]:
    """A notice may begin a message, after the words that lead it in."""
    for notice in guide.notices:
        key = f"notice.{notice.id}"
        if catalogue.has(key) and catalogue.has("notice.line"):
            shown = catalogue.text("notice.line", text=catalogue.template(key), date="")
            yield from (Problem(file_of(catalogue, key), key, what, hint) for what, hint in _telling(shown))


def _numbers(source: PoCatalogue, catalogue: PoCatalogue) -> Iterator[Problem]:
    """A fee, a date or a telephone number that differs from the English (FC-42). Short labels may leave numbers out."""
    for key, text in catalogue.texts.items():
        there, here = _figures(source.texts.get(key, text)), _figures(text)
        if there != here and not key.startswith("option.") and not key.endswith(".short"):
            hint = f"the English has {', '.join(sorted(there)) or 'none'}"
            yield Problem(file_of(catalogue, key), key, f"has the numbers {', '.join(sorted(here)) or 'none'}", hint)


def _figures(text: Text) -> set[str]:
    return set(re.findall(r"\d+", text if isinstance(text, str) else " ".join(text)))
