"""Which question comes next, and what the answers so far say of every pathway.

The planner chooses nothing clever. It walks the authored list and takes the first question that is unanswered, applies
to this person, and can still change the verdict on some live pathway. Everything here is computed anew from the
answers each time: there is no position to store and none to lose.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from conversations.facts import Fact, Follows
from conversations.pathways import (
    CLOSED,
    LIKELY,
    MAYBE,
    NO_LONGER,
    NOT,
    Notice,
    Outcome,
    Pathway,
    Standing,
)
from conversations.questions import Answers, Item, Question, answer_fact, answer_facts, said
from conversations.rules import (
    DOES_NOT_APPLY,
    MET,
    OPEN,
    UNMET,
    Known,
    Rule,
    Values,
    deciding,
    open_tests,
)


class Content(Protocol):
    """What the planner needs of a guide."""

    @property
    def facts(self) -> Mapping[str, Fact]:
        """The vocabulary, by id."""

    @property
    def follows(self) -> Sequence[Follows]:
        """What follows without a question."""

    @property
    def questions(self) -> Sequence[Question]:
        """The interview, in the order it is put."""

    @property
    def pathways(self) -> Sequence[Pathway]:
        """All pathways, in authored order."""

    @property
    def notices(self) -> Sequence[Notice]:
        """All notices."""


@dataclass(frozen=True)
class Plan:
    """The interview as it stands for one person.

    `answers` by question; `private`: whether private questions may be put on this channel; `given`: facts known
    without a question (for `assess` and tests).
    """

    content: Content
    answers: Answers
    private: bool = True
    given: Known | None = None

    # ------------------------------------------------------------------ what is known

    @cached_property
    def known(self) -> Known:
        """What the answers say, settled: what follows from them, and what does not apply to this person."""
        known = self._from_answers()
        self._follow(known)
        self._drop_what_does_not_apply(known)
        return known

    def _from_answers(self) -> dict[str, Values]:
        known: dict[str, Values] = dict(self.given or {})
        for question in self.content.questions:
            if question.id not in self.answers:
                continue
            for says in said(question, self.answers):
                for fact, values in says.items():
                    _narrow(known, fact, values)
            known.update(answer_facts(question, self.answers))
        return known

    def _follow(self, known: dict[str, Values]) -> None:
        for follows in self.content.follows:
            if follows.condition.judge(known) is MET:
                for fact, values in follows.sets:
                    _narrow(known, fact, values)

    def _drop_what_does_not_apply(self, known: dict[str, Values]) -> None:
        """A question whose guard has failed settles the facts that only it could have filled.

        Without this a rule that mentions such a fact never closes, and its pathway silently drops out of the results.
        A fact that another question could have told, had it not been skipped or kept off this channel, stays unknown.
        """
        failed = [q for q in self.content.questions if q.id not in self.answers and q.applies.judge(known) is UNMET]
        elsewhere = {fact for q in self.content.questions if q not in failed for fact in q.fills}
        for question in failed:
            for fact in question.fills:
                if fact not in known and fact not in elsewhere:
                    known[fact] = DOES_NOT_APPLY

    def _may_be_put(self, question: Question) -> bool:
        return question.policy == "open" or (question.policy == "private" and self.private)

    # ------------------------------------------------------------------ what may still be learnt

    @cached_property
    def learnable(self) -> frozenset[str]:
        """Facts that some answer still to come may say something about. All others stay as they are for good."""
        facts: frozenset[str] = frozenset()
        while (more := self._told(facts)) != facts:
            facts = more
        return facts

    @cached_property
    def askable(self) -> tuple[Question, ...]:
        """Unanswered questions that may yet be put: their guard holds, or can still come to hold."""
        return tuple(self._askable(self.learnable))

    def _told(self, learnable: frozenset[str]) -> frozenset[str]:
        """What may be told by questions whose guards hold already, or may come to hold through what can be learnt."""
        facts: set[str] = set()
        for question in self._askable(learnable):
            facts.add(answer_fact(question.id))
            if question.kind != "several":
                facts |= question.fills
            for item in self._open_items(question):
                if self._may_hold(item.shown_if, learnable):
                    facts |= item.fills | {answer_fact(question.id, item.id)}
        for follows in self.content.follows:
            if follows.condition.wants(self.known) & facts:
                facts.update(fact for fact, _ in follows.sets)
        return frozenset(facts)

    def _askable(self, learnable: frozenset[str]) -> Iterator[Question]:
        for question in self.content.questions:
            may_be_put = self._unanswered(question) and self._may_be_put(question)
            if may_be_put and self._may_hold(question.applies, learnable):
                yield question

    def _may_hold(self, guard: Rule, learnable: frozenset[str]) -> bool:
        verdict = guard.judge(self.known)
        return verdict is MET or (verdict is OPEN and bool(guard.wants(self.known) & learnable))

    def _unanswered(self, question: Question) -> bool:
        given = self.answers.get(question.id)
        if given is None:
            return True
        return bool(given.shown) and any(item.id not in given.shown for item in question.items)

    def _open_items(self, question: Question) -> Iterator[Item]:
        """The lines of a checklist that have not been shown and may be put on this channel."""
        given = self.answers.get(question.id)
        for item in question.items:
            if (given is None or item.id not in given.shown) and (self.private or item.policy != "private"):
                yield item

    # ------------------------------------------------------------------ what comes next

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The facts that could still change the verdict on a live pathway, and those that lead to them."""
        wanted: set[str] = set()
        for pathway in self.content.pathways:
            if pathway.status not in NO_LONGER and not pathway.on_request:
                wanted |= pathway.rule.wants(self.known)
        while True:
            more = wanted | self._leading_to(wanted)
            if len(more) == len(wanted):
                return frozenset(wanted)
            wanted = more

    def _leading_to(self, wanted: set[str]) -> set[str]:
        """The facts that decide whether a wanted fact follows, or whether the question or line that says it is put."""
        more: set[str] = set()
        for follows in self.content.follows:
            if any(fact in wanted for fact, _ in follows.sets):
                more |= follows.condition.wants(self.known)
        for question in self.askable:
            lines = [item for item in self._open_items(question) if self._says(question, item) & wanted]
            for item in lines:
                more |= item.shown_if.wants(self.known)
            if lines or (question.fills | {answer_fact(question.id)}) & wanted:
                more |= question.applies.wants(self.known)
        return more

    @staticmethod
    def _says(question: Question, item: Item) -> frozenset[str]:
        """What a line tells: facts, and whether it was ticked, on which other questions may hang."""
        return item.fills | {answer_fact(question.id, item.id)}

    @cached_property
    def next(self) -> Question | None:
        """The question to put now; None when nothing left to ask can change a verdict."""
        return next((q for q in self.askable if q.applies.judge(self.known) is MET and self._counts(q)), None)

    def _counts(self, question: Question) -> bool:
        if question.kind == "several":
            return bool(self.items(question))
        return question.always or bool((question.fills | {answer_fact(question.id)}) & self.wanted)

    def items(self, question: Question) -> tuple[Item, ...]:
        """The lines of a checklist that can still change a verdict for this person."""
        return tuple(
            item
            for item in self._open_items(question)
            if item.shown_if.judge(self.known) is MET and self._says(question, item) & self.wanted
        )

    @cached_property
    def remaining(self) -> int:
        """About how many questions are still to come: those that count today, without those that few are asked."""
        return sum(1 for q in self.askable if not q.rare and q.applies.judge(self.known) is MET and self._counts(q))

    # ------------------------------------------------------------------ what it says

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every pathway with its standing, in authored order."""
        return tuple(self._outcome(pathway) for pathway in self.content.pathways)

    def _outcome(self, pathway: Pathway) -> Outcome:
        known = self.known
        verdict = pathway.rule.judge(known)
        if verdict is not OPEN:
            return Outcome(pathway, _standing(pathway, verdict is MET), deciding(pathway.rule, known))
        if pathway.status in NO_LONGER or pathway.on_request:
            return Outcome(pathway, NOT)
        return Outcome(
            pathway,
            MAYBE,
            depends_on=open_tests(pathway.rule, known),
            quiet=pathway.rule.judge(self._usual) is UNMET,
            final=not pathway.rule.wants(known) & self.learnable,
        )

    @cached_property
    def _usual(self) -> Known:
        """What is known, with every rare and grave thing that nobody is asked taken not to be so."""
        supposed = dict(self.known)
        for fact in self.content.facts.values():
            if fact.usual is not None and fact.usual in supposed.get(fact.id, {fact.usual}):
                supposed[fact.id] = frozenset((fact.usual,))
        return supposed

    @cached_property
    def useful(self) -> tuple[Outcome, ...]:
        """Final results worth showing: likely, or maybe for a reason that is not rare and unasked."""
        return tuple(o for o in self.outcomes if o.standing in (LIKELY, MAYBE) and o.final and not o.quiet)

    @cached_property
    def notices(self) -> tuple[tuple[Notice, tuple[str, ...]], ...]:
        """Notices to show, each with the facts that keep it conditional: never one that a skipped question decides."""
        shown: list[tuple[Notice, tuple[str, ...]]] = []
        for notice in self.content.notices:
            verdict = notice.rule.judge(self.known)
            if verdict is MET:
                shown.append((notice, ()))
            elif verdict is OPEN:
                wants = notice.rule.wants(self.known)
                if not wants & (self.learnable | self.skipped):
                    shown.append((notice, tuple(sorted(wants))))
        return tuple(shown)

    @cached_property
    def skipped(self) -> frozenset[str]:
        """Facts of the questions this person passed over."""
        passed = [q for q in self.content.questions if q.id in self.answers and self.answers[q.id].skipped]
        return frozenset(fact for q in passed for fact in q.fills)


def _narrow(known: dict[str, Values], fact: str, values: Values) -> None:
    """Keep what both say. A later word that contradicts an earlier one changes nothing."""
    both = known[fact] & values if fact in known else values
    if both:
        known[fact] = both


def _standing(pathway: Pathway, met: bool) -> Standing:
    if not met:
        return NOT
    if pathway.status in NO_LONGER:
        return CLOSED
    return LIKELY if pathway.status == "open" else MAYBE
