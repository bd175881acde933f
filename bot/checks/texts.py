"""Whether every text that the code and the content need exists, and whether every text of the content is still needed.

Only the source language is looked at: the others are offered only when they have the same keys (`bot.catalogues`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import get_args

from bot.catalogues import SOURCE, PoCatalogue
from bot.checks.entries import catalogues, choices, file_of
from conversations.events import UnreadableKind
from conversations.guide import Guide
from conversations.help import DANGER_LINES
from conversations.pathways import NO_LONGER, Confidence, Status
from conversations.problems import Problem, nearest_id
from conversations.prompts import PROMPTS
from conversations.rules import Differs, NoneOf, OneOf, Rule, Test
from conversations.understanding import MENU

COMMANDS = (
    "back", "centre", "change", "continue", "delete", "exit", "hello", "help", "language", "more", "person", "real",
    "restart", "results", "skip", "someone_else", "stop", "thanks", "why",
)  # fmt: skip
"""The commands that the conversation obeys."""

SHOWN_OPTIONS = ("keep_answering", "more", "centre", "change", "person", "cost_papers", "careful", "legal_help",
                 "back_to_list")  # fmt: skip
"""What may stand under results and under one pathway, beside the pathways themselves."""

NAMED_BY_KIND = ("emergency", "police", "fire", "ambulance")
"""Kinds of telephone line that are called by their kind instead of their own name (`conversations.wording`)."""

_ROOT = Path(__file__).parents[2]
_LITERAL = re.compile(r'"([a-z]+(?:\.[a-z_]+)+)"')
_OUR_OWN = re.compile(r"ask\.(hint\..+|place(\.sms)?|private|progress|results_ready)|why\.general|notice\.line")
_PARTS = re.compile(r"name|short|summary|status|cost|form|scam|owner|collects|(not_for|closes)\.[1-9]")


def check(guide: Guide) -> Iterator[Problem]:
    """Texts that are missing, and texts of questions, options, pathways and notices that no longer exist."""
    source = catalogues(guide).get(SOURCE)
    if source is None:
        yield Problem(f"locales/{SOURCE}", "texts", "the source language is not there", "every other is made from it")
        return
    heads = {key.partition(".")[0] for key in source.texts}
    for key, needed_by in dict((*_of_code(heads), *_of_content(guide))).items():
        if not source.has(key):
            hint = f"{needed_by} needs it, in English and in every language"
            yield Problem(file_of(source, key), key, "there is no such text", hint)
    yield from _dangling(guide, source)


# ---------------------------------------------------------------------- what is needed

Needed = Iterator[tuple[str, str]]
"""Keys, each with who needs it."""


def _of_code(heads: Iterable[str]) -> Needed:
    """Keys that stand in our own code, and families of keys that it builds from closed lists."""
    known = set(heads)
    for path in sorted((*_ROOT.glob("conversations/**/*.py"), *_ROOT.glob("bot/**/*.py"))):
        if path.is_relative_to(Path(__file__).parent):
            continue  # the checks name keys too
        for key in _LITERAL.findall(path.read_text("utf-8")):
            if key.partition(".")[0] in known and not key.endswith((".yaml", ".tsv")):
                yield key, path.relative_to(_ROOT).as_posix()
    for head, endings in _FAMILIES.items():
        yield from ((f"{head}.{ending}", f"the code, for {head}.…,") for ending in endings)


_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "command": COMMANDS,
    "button": (*(option for options in PROMPTS.values() for option in options), *SHOWN_OPTIONS),
    "danger": tuple(DANGER_LINES),
    "telegram.command": MENU,
    "odd": tuple(kind for kind in get_args(UnreadableKind) if kind != "empty"),
    "status": get_args(Status),
    "confidence": get_args(Confidence),
}


def _of_content(guide: Guide) -> Needed:
    yield from _of_questions(guide)
    for pathway in guide.pathways:
        parts = ["name", "short", "summary", "status"]
        # What an office's app collects is told together with whose app it is.
        parts += ["owner"] if guide.catalogues[SOURCE].has(f"pathway.{pathway.id}.collects") else []
        yield from ((f"pathway.{pathway.id}.{part}", f"pathway {pathway.id}") for part in parts)
        yield from ((f"apply_from.{place}", f"pathway {pathway.id}") for place in pathway.apply_from)
        yield from _of_rule(guide, pathway.rule, f"pathway {pathway.id}", live=pathway.status not in NO_LONGER)
    for notice in guide.notices:
        yield f"notice.{notice.id}", f"notice {notice.id}"
        yield from _of_rule(guide, notice.rule, f"notice {notice.id}", live=True)
    for line in guide.hotlines:
        if line.kind in NAMED_BY_KIND:
            yield f"kind.{line.kind}", f"hotline {line.id}"
    for link in guide.legal_links:
        yield f"legal.{link.id}", "legal_help.yaml"


def _of_questions(guide: Guide) -> Needed:
    for question in guide.questions:
        for head in ("ask", "why", "topic"):
            yield f"{head}.{question.id}", f"question {question.id}"
        for option in choices(question):
            if option not in question.shortcuts:  # countries have their names from CLDR
                yield f"option.{question.id}.{option}", f"question {question.id}"


def _of_rule(guide: Guide, rule: Rule, owner: str, *, live: bool) -> Needed:
    """The words of a rule for a lawyer; of a live one also what it depends on, since any fact can stay unknown."""
    for test in rule.tests():
        facts = (test.fact, test.other) if isinstance(test, Differs) else (test.fact,)
        yield from ((f"fact.{fact}", owner) for fact in facts)
        if guide.facts[test.fact].type == "enum" and isinstance(test, OneOf | NoneOf):
            yield from ((f"value.{test.fact}.{value}", owner) for value in sorted(map(str, test.values)))
        if live:
            yield _condition(test), owner


def _condition(test: Test) -> str:
    negative = isinstance(test, OneOf) and test.values == {False}
    return f"condition.{test.fact}{'.no' if negative else ''}"


# ---------------------------------------------------------------------- what is not needed


def _dangling(guide: Guide, source: PoCatalogue) -> Iterator[Problem]:
    questions = {question.id for question in guide.questions}
    pathways = {pathway.id for pathway in guide.pathways}
    owners = {
        **dict.fromkeys(("ask", "why", "topic", "option", "footnote"), questions),
        "pathway": pathways,
        "notice": {notice.id for notice in guide.notices},
    }
    for key in source.texts:
        head, _, rest = key.partition(".")
        owner, _, part = rest.partition(".")
        if head not in owners or _OUR_OWN.fullmatch(key):
            continue
        if owner not in owners[head]:
            hint = nearest_id(owner, owners[head]) or "remove it, or use the id the content has"
            yield Problem(file_of(source, key), key, f"there is no {head} of {owner!r}", hint)
        elif not _has_place(guide, head, owner, part, source):
            yield Problem(file_of(source, key), key, f"no part {part!r} is ever shown", "remove it, or mend its name")


def _has_place(guide: Guide, head: str, owner: str, part: str, source: PoCatalogue) -> bool:
    """Whether the part of a text after its owner's id is one that the code looks for."""
    if head == "option":
        question = guide.question(owner)
        return question is not None and part in choices(question)
    part = f".{part}".removesuffix(".sms").lstrip(".")
    if head != "pathway":
        return not part or (head, part) == ("notice", "if")
    name, _, number = part.partition(".")
    return _PARTS.fullmatch(part) is not None and (
        number in ("", "1") or source.has(f"pathway.{owner}.{name}.{int(number) - 1}")
    )
