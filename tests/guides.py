"""Guides for tests: the real content, and tiny guides of a question or two."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from bot.content import read_documents
from conversations.facts import Fact, Follows, Policy
from conversations.guide import Guide, parse_guide
from conversations.pathways import Notice, Pathway, Source, Status
from conversations.questions import Answer, Item, Option, Question
from conversations.rules import ALWAYS, All, OneOf, Rule, facts_of

YES, NO = Answer(("yes",)), Answer(("no",))
"""The two answers to a question made by `yes_or_no`."""

TRUE, FALSE = frozenset((True,)), frozenset((False,))


@cache
def real_guide() -> Guide:
    """The facts, rules, questions, pathways and places that people meet today, without the words."""
    return parse_guide(read_documents(), "test")


# ---------------------------------------------------------------------------------------------------- tiny guides


def yes(fact: str) -> OneOf:
    """The condition that a fact is so."""
    return OneOf(fact, TRUE)


def no(fact: str) -> OneOf:
    """The condition that a fact is not so."""
    return OneOf(fact, FALSE)


def yes_or_no(fact: str, applies: Rule = ALWAYS, policy: Policy = "open") -> Question:
    """A question that asks just this, under the fact's own name."""
    options = (Option("yes", {fact: TRUE}), Option("no", {fact: FALSE}))
    return Question(fact, "one", policy, frozenset((fact,)), options, applies=applies)


def checklist(id: str, *facts: str) -> Question:
    """A list with a line for each fact, under the fact's own name."""
    items = tuple(Item(fact, {fact: TRUE}, {fact: FALSE}) for fact in facts)
    return Question(id, "several", "open", frozenset(facts), items=items)


def pathway(id: str, rule: Rule, status: Status = "open", on_request: bool = False) -> Pathway:
    """A pathway that matters only for its rule and its status."""
    return Pathway(
        id=id,
        country="US",
        kind="protection",
        status=status,
        rule=rule,
        official_url="https://example.org",
        official_url_seen=True,
        as_of=date(2026, 11, 1),
        as_of_text="2026-11",
        confidence="high",
        apply_from=(),
        sources=(Source("made up", None, None),),
        on_request=on_request,
    )


def notice(id: str, rule: Rule) -> Notice:
    """A notice that matters only for its rule."""
    return Notice(
        id=id,
        country="US",
        rule=rule,
        official_url="https://example.org",
        as_of=date(2026, 11, 1),
        as_of_text="2026-11",
        confidence="high",
        sources=(),
    )


def tiny_guide(
    questions: Sequence[Question],
    pathways: Sequence[Pathway],
    follows: Sequence[Follows] = (),
    facts: Iterable[Fact] = (),
    notices: Sequence[Notice] = (),
) -> Guide:
    """A guide of these parts. Facts that are mentioned but not given are a plain yes or no, asked on every channel."""
    mentioned = {fact for q in questions for fact in q.fills} | {fact for p in pathways for fact in facts_of(p.rule)}
    vocabulary = {id: Fact(id, "bool", "open") for id in sorted(mentioned)} | {fact.id: fact for fact in facts}
    return Guide("tiny", vocabulary, tuple(follows), tuple(questions), tuple(pathways), tuple(notices))


def two_questions() -> Guide:
    """The guide of the fundamentals: shelter is for people who are abroad and in danger, and each is one question."""
    shelter = pathway("shelter", All((yes("abroad"), yes("danger"))))
    return tiny_guide([yes_or_no("abroad"), yes_or_no("danger")], [shelter])
