"""Whether the choices of one question can be told apart, and whether none of them is a word that does something else."""

from collections.abc import Iterator, Mapping, Sequence

from bot.catalogues import PoCatalogue, command_words
from bot.checks.entries import catalogues, file_of
from bot.checks.texts import SHOWN_OPTIONS
from conversations.catalogue import MissingText
from conversations.guide import Guide
from conversations.labels import label
from conversations.problems import Problem
from conversations.prompts import PROMPTS
from conversations.questions import NONE, UNSURE, Question
from conversations.understanding.normal import words

CARRIER_WORDS = frozenset(
    "stop stopall unsubscribe cancel end quit revoke optout start unstop help info yes".split()
)  # Twilio acts on them before us when a message is nothing else (channels.md section 6, FC-10)

SEEN = 20  # characters of a label that a narrow button shows (FC-17)

_PLAIN_YES_NO = ("button.yes", "button.no")  # two choices of our own, by number on SMS: nobody need send the word


def check(guide: Guide) -> Iterator[Problem]:
    """Labels that are commands or carrier words, and labels too alike to choose between."""
    commands = {words(word): name for name, by in command_words().items() for said in by.values() for word in said}
    for catalogue in catalogues(guide).values():
        for named in _groups(guide, catalogue):
            yield from _alike(catalogue, named)
        for key, text in _labels(guide, catalogue).items():
            yield from _taken(catalogue, key, text, commands)


def _taken(
    catalogue: PoCatalogue, key: str, text: str, commands: Mapping[tuple[str, ...], str]
) -> Iterator[Problem]:
    """An answer that is also a command: "Options of a question never carry a command word" (copy deck, rules)."""
    said = words(text)
    if " ".join(said) in CARRIER_WORDS and key not in _PLAIN_YES_NO:
        yield Problem(file_of(catalogue, key), key, f"{text!r} is a word the SMS carrier acts on", "add a word to it")
    elif said in commands and not key.startswith("button."):
        hint = f"it means {commands[said]}; add a word to it"
        yield Problem(file_of(catalogue, key), key, f"{text!r} is a command", hint)


def _alike(catalogue: PoCatalogue, named: Mapping[str, str]) -> Iterator[Problem]:
    """Labels that are the same without accents, capitals and emoji, or where a narrow screen cuts them (FC-17)."""
    seen: dict[str, str] = {}
    for key, text in named.items():
        start = " ".join(words(text))[:SEEN]
        if start in seen:
            what = f"{text!r} looks like {seen[start]!r}"
            yield Problem(file_of(catalogue, key), key, what, f"differ within the first {SEEN} characters")
        seen.setdefault(start, text)


# ---------------------------------------------------------------------- what stands side by side


def _labels(guide: Guide, catalogue: PoCatalogue) -> dict[str, str]:
    """Every label by its key."""
    return {key: text for named in _groups(guide, catalogue) for key, text in named.items()}


def _groups(guide: Guide, catalogue: PoCatalogue) -> Iterator[dict[str, str]]:
    """The labels shown together, by key: of each question, of our prompts, of everything that can be changed."""
    for question in guide.questions:
        yield _named(guide, catalogue, question.id, _options(question))
    for prompt, options in {**PROMPTS, "results": SHOWN_OPTIONS}.items():
        yield _named(guide, catalogue, prompt, options)
    yield _named(guide, catalogue, "change", [question.id for question in guide.questions])


def _options(question: Question) -> Sequence[str]:
    if question.kind == "several":
        return (*(item.id for item in question.items), NONE)
    return (*question.shortcuts, *(option.id for option in question.options), UNSURE)


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
