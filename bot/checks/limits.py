"""Whether every text fits where it is shown, in every language that is offered.

SMS is measured on the message as it leaves: worded for a brief channel, with its numbered choices, folded. The name and
the contact of whoever runs Rumbo count as long as voice.md ("SMS, measured") supposes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.channels.gsm7 import fold, measure
from bot.channels.parts import numbered
from bot.checks.entries import catalogues, choices, file_of, forms, rules_by_file
from conversations.catalogue import Catalogue, MissingText
from conversations.guide import QUESTIONS, Guide
from conversations.labels import label
from conversations.medium import SMS
from conversations.message import Message
from conversations.problems import Problem
from conversations.prompts import PROMPTS
from conversations.questions import Question
from conversations.replies import Ask
from conversations.session import Asked, Session
from conversations.wording import word

SHORT_NAME, SUMMARY = 30, 165  # voice.md, "SMS, measured": three names, or one summary, in two segments
ROW, BUTTON = 24, 20  # WhatsApp: title of a list row, of a reply button (channels.md section 5, FC-17)
# Telegram's own limits (channels.md section 8), but for commands, of which a menu shows about so much of a line.
TELEGRAM = {"command": 64, "short_description": 120, "description": 512, "toast": 200, "placeholder": 64}
PAYLOAD = 64  # bytes in a Telegram button (FC-17)
OPTIONS = 8  # by number: 9 is "I do not know", and WhatsApp lists ten rows
LINES = 7  # of a checklist; as many as the longest one puts at once
QUESTION_SEGMENTS, OPENING_SEGMENTS = 3, 2  # do-no-harm 4 and FC-15; do-no-harm 30

_OPERATOR_NAME, _OPERATOR_CONTACT = 30, 50
_SESSION = Session(run="zzzzzz", seen=0)
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def check(guide: Guide) -> Iterator[Problem]:
    """Texts over the length of their place, questions with too many options, messages that cost too much by SMS."""
    for question in guide.questions:
        if question.kind != "several" and (count := len(choices(question))) > OPTIONS:
            hint = f"at most {OPTIONS}: 9 is for those who do not know"
            yield Problem(QUESTIONS, f"questions.{question.id}", f"has {count} options", hint)
    yield from _payloads(guide)
    for language, catalogue in catalogues(guide).items():
        for key, text in forms(catalogue):
            limit = _limit(key)
            if limit and len(text) > limit:
                hint = f"at most {limit}: {text!r}"
                yield Problem(file_of(catalogue, key), key, f"has {len(text)} characters", hint)
        yield from _by_sms(_with_a_long_operator(guide), language)


def _limit(key: str) -> int | None:
    """The most characters that a text may have, where its place has a limit."""
    match key.split("."):
        case ["pathway", _, "short"]:
            return SHORT_NAME
        case ["pathway", _, "summary"]:
            return SUMMARY
        case ["option" | "topic", *_] | ["ask", "hint", "unsure" | "none"]:
            return ROW
        case ["button", *_]:
            return BUTTON
        case ["telegram", *names]:
            return TELEGRAM.get(names[0])
    return None


# ---------------------------------------------------------------------- buttons


def _payloads(guide: Guide) -> Iterator[Problem]:
    """Button payloads of Telegram: what is chosen stands in them by id."""
    for question in guide.questions:
        for option in choices(question):
            yield from _payload(QUESTIONS, question.id, option)
    for file, entry in rules_by_file(guide):
        yield from _payload(file, "results", entry.id)


def _payload(file: str, asked: str, option: str) -> Iterator[Problem]:
    payload = f"{_SESSION.run}:{asked}:{option}"
    if not payload.isascii() or len(payload) > PAYLOAD:
        yield Problem(file, option, "its id does not fit a button", f"ASCII, and {payload!r} within {PAYLOAD} bytes")


# ---------------------------------------------------------------------- by SMS


def _with_a_long_operator(guide: Guide) -> Guide:
    operator = guide.operator
    name, contact = operator.name.ljust(_OPERATOR_NAME, "x"), operator.contact.ljust(_OPERATOR_CONTACT, "x")
    return replace(guide, operator=replace(operator, name=name, contact=contact))


def _by_sms(guide: Guide, language: str) -> Iterator[Problem]:
    for question in guide.questions:
        if question.policy == "open":
            asked = Asked(question.id, longest_options(guide, question, guide.catalogues[language]))
            ask = Ask(asked, first=question is guide.questions[0])
            yield from _costs(guide, language, f"ask.{question.id}", ask, QUESTION_SEGMENTS)
    consent = Ask(Asked("consent", PROMPTS["consent"]))
    yield from _costs(guide, language, "consent.ask", consent, OPENING_SEGMENTS)
    for key in ("first.greeting", "session.expired.all"):
        yield from _costs(guide, language, key, Ask(Asked("language", guide.languages), text=key), OPENING_SEGMENTS)


def longest_options(guide: Guide, question: Question, catalogue: Catalogue) -> tuple[str, ...]:
    """The options as they are put; of a long checklist the longest lines: which ones apply depends on the person."""
    if question.kind != "several":
        return (*question.shortcuts, *(option.id for option in question.options))
    lines = [item.id for item in question.items if item.policy == "open"]
    return tuple(sorted(lines, key=lambda line: -len(label(guide, question.id, line, catalogue)))[:LINES])


def _costs(guide: Guide, language: str, key: str, ask: Ask, most: int) -> Iterator[Problem]:
    catalogue = catalogues(guide)[language]
    try:
        messages = word([ask], _SESSION, guide, catalogue, SMS, _NOW)
    except MissingText:
        return  # told by the check on texts
    text = as_sms(messages)
    cost = measure(text)
    if cost.segments > most:
        hint = f"{cost.units} {cost.encoding} units with its choices; at most {most} segments"
        yield Problem(file_of(catalogue, key), key, f"takes {cost.segments} SMS", hint)
    if cost.encoding != "GSM-7" and _is_latin(catalogue.name) and ask.asked.id != "language":
        strange = "".join(sorted({character for character in text if measure(character).encoding != "GSM-7"}))
        yield Problem(file_of(catalogue, key), key, "is not in the SMS alphabet", f"no plain letter for {strange!r}")


def as_sms(messages: Sequence[Message]) -> str:
    """The text as it leaves by SMS."""
    return fold("".join(span.text for message in messages for span in numbered(message, gap="\n", tick="(x) ")))


def _is_latin(name: str) -> bool:
    """Whether a language is written in Latin letters, by its own name."""
    return measure(fold(name)).encoding == "GSM-7"
