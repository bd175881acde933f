"""How we come to know facts: the questions, what each answer says, and who is asked.

A question knows its options and what they say about facts; it knows no wording. Text keys follow from ids:
`ask.<question>`, `why.<question>`, `option.<question>.<option>`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from conversations.facts import Policy
from conversations.rules import ALWAYS, Known, Rule, Values

Kind = Literal["country", "one", "several"]
Says = Mapping[str, Values]
"""What an answer says about facts: for each, the values that remain possible."""

UNSURE = "unsure"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose. `says_by` holds what it says for each answer to an earlier question, when that decides."""

    id: str
    says: Says
    says_by: tuple[str, Mapping[str, Says]] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist: what ticking says and what leaving it says. Shown only where `shown_if` is met."""

    id: str
    chosen: Says
    left: Says
    shown_if: Rule = ALWAYS
    policy: Policy = "open"

    @property
    def fills(self) -> frozenset[str]:
        """The facts this line can say something about."""
        return frozenset(self.chosen) | frozenset(self.left)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the interview.

    `applies`: where this fails, the question has no meaning for the person. `shortcuts` are the countries offered by
    number; any other can be written. `items` belong to a checklist, `options` to the other kinds. `yes` and `no` are
    the options that those words can mean here: with one it is taken, with several the person is asked which. `rare`:
    asked of few people, so it is not counted among the questions still to come.
    """

    id: str
    kind: Kind
    policy: Policy
    fills: frozenset[str]
    options: tuple[Option, ...] = ()
    items: tuple[Item, ...] = ()
    shortcuts: tuple[str, ...] = ()
    applies: Rule = ALWAYS
    always: bool = False
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    rare: bool = False

    @property
    def country_fact(self) -> str:
        """The fact a country question fills with the code itself."""
        return next(iter(self.fills))

    def option(self, option: str) -> Option | None:
        """The option with this id, if there still is one."""
        return next((o for o in self.options if o.id == option), None)

    def item(self, item: str) -> Item | None:
        """The item with this id, if there still is one."""
        return next((i for i in self.items if i.id == item), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person chose, by id. Nothing chosen and nothing shown: they skipped it."""

    chosen: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    @property
    def skipped(self) -> bool:
        """Whether the question was passed over: its facts stay unknown for good."""
        return not self.chosen and not self.shown


SKIPPED = Answer()
Answers = Mapping[str, Answer]


def answer_fact(question: str, item: str | None = None) -> str:
    """The name under which an answer itself can be tested by guards: no fact id contains a colon."""
    return f"answer:{question}:{item}" if item else f"answer:{question}"


def said(question: Question, answers: Answers) -> Iterator[Says]:
    """What the answer to a question says about facts; options that are gone say nothing."""
    given = answers[question.id]
    if question.kind == "several":
        for item in question.items:
            if item.id in given.shown:
                yield item.chosen if item.id in given.chosen else item.left
        return
    for chosen in given.chosen:
        option = question.option(chosen)
        if option is None:
            if question.kind == "country":
                yield {question.country_fact: frozenset((chosen,))}
        elif option.says_by is None:
            yield option.says
        else:
            yield _by_earlier(option.says_by, answers)


def _by_earlier(says_by: tuple[str, Mapping[str, Says]], answers: Answers) -> Says:
    earlier, says = says_by
    return says.get(next(iter(answers.get(earlier, SKIPPED).chosen), ""), {})


def answer_facts(question: Question, answers: Answers) -> Known:
    """The answer itself as facts for guards: the option chosen, or for a checklist a yes or no for each line shown."""
    given = answers[question.id]
    if question.kind == "several":
        return {answer_fact(question.id, item): frozenset((item in given.chosen,)) for item in given.shown}
    return {answer_fact(question.id): frozenset(given.chosen)} if given.chosen else {}
