"""Whether the choices of a question can be told apart, and none of them is a word that does something else."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from bot.catalogues import PoCatalogue, command_words
from bot.checks.entries import catalogues, choices, file_of
from bot.checks.texts import SHOWN_OPTIONS
from conversations.catalogue import MissingText
from conversations.guide import Guide
from conversations.labels import label
from conversations.problems import Problem
from conversations.prompts import PROMPTS
from conversations.questions import NONE, UNSURE, Question
from conversations.understanding.normal import words

CARRIER_WORDS = (
    "stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "start", "unstop", "help", "info",
    "yes",
)  # fmt: skip
"""Twilio acts on them when a message is nothing else, before we see it (channels.md section 6, FC-10)."""

SEEN = 20  # characters of a label that a narrow button shows (FC-17)

_PLAIN_YES_NO = ("button.yes", "button.no")  # two choices of our own, by number on SMS: nobody need send the word


def check(guide: Guide) -> Iterator[Problem]:
    """Labels that are commands or carrier words, and labels too alike to choose between."""
    for catalogue in catalogues(guide).values():
        together = list(_groups(guide, catalogue))
        for named in together:
            yield from _alike(catalogue, named)
        for key, text in {key: text for named in together for key, text in named.items()}.items():
            yield from _taken(catalogue, key, text)


@cache
def _commands() -> Mapping[tuple[str, ...], str]:
    """What each command word of any language does, ready or not: they work for everybody."""
    return {words(word): name for name, by in command_words().items() for said in by.values() for word in said}


def _taken(catalogue: PoCatalogue, key: str, text: str) -> Iterator[Problem]:
    """An answer that also means something else: the copy deck's rules keep command and carrier words out of options."""
    said = words(text)
    if " ".join(said) in CARRIER_WORDS and key not in _PLAIN_YES_NO:
        yield Problem(file_of(catalogue, key), key, f"{text!r} is a word the SMS carrier acts on", "add a word to it")
    elif said in _commands() and not key.startswith("button."):
        hint = f"it means {_commands()[said]}; add a word to it"
        yield Problem(file_of(catalogue, key), key, f"{text!r} is a command", hint)


def _alike(catalogue: PoCatalogue, named: Mapping[str, str]) -> Iterator[Problem]:
    """Labels that are the same without accents, capitals and emoji, or where a narrow screen cuts them (FC-17)."""
    seen: dict[tuple[str, ...], str] = {}
    for key, text in named.items():
        forms = (words(text), words(text[:SEEN]))
        if other := next((seen[form] for form in forms if form in seen), None):
            what = f"{text!r} looks like {other!r}"
            yield Problem(file_of(catalogue, key), key, what, f"differ within the first {SEEN} characters")
        seen.update(dict.fromkeys(forms, text))


# ---------------------------------------------------------------------- what stands side by side


def _groups(guide: Guide, catalogue: PoCatalogue) -> Iterator[dict[str, str]]:
    """The labels shown together, by key: of each question, of our prompts, of everything that can be changed."""
    for question in guide.questions:
        yield _named(guide, catalogue, question.id, _options(question))
    for prompt, options in {**PROMPTS, "results": SHOWN_OPTIONS}.items():
        yield _named(guide, catalogue, prompt, options)
    yield _named(guide, catalogue, "change", [question.id for question in guide.questions])


def _options(question: Question) -> Sequence[str]:
    return (*choices(question), NONE if question.kind == "several" else UNSURE)


def _named(guide: Guide, catalogue: PoCatalogue, asked: str, options: Sequence[str]) -> dict[str, str]:
    """Labels by the key of their text; a text that is missing is told by the check on texts."""
    named = {}
    for option in options:
        try:
            named[_key(guide, asked, option)] = label(guide, asked, option, catalogue)
        except MissingText:
            continue
    return named


def _key(guide: Guide, asked: str, option: str) -> str:
    question = guide.question(asked)
    if option == UNSURE or (question is not None and question.kind == "several" and option == NONE):
        return f"ask.hint.{option}"
    if asked == "change":
        return f"topic.{option}"
    return f"option.{asked}.{option}" if question is not None else f"button.{option}"
