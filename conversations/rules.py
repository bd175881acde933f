"""Conditions over facts that answer yes, no, or not known yet.

Two ideas carry everything here. A fact is known as the *set of values that are still possible*: one value when it is
certain, several when an answer said only part ("18 to 20"; "a parent, but which papers?"), and nothing at all in the
mapping while nobody has said anything. And a condition has three verdicts, so that "not known" never hides a pathway.

The vocabulary is closed: a new operator is a new class with tests, never a string to evaluate. This module does not
know where facts come from or what a condition leads to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

Value = str | int | bool
Values = frozenset[Value]
Known = Mapping[str, Values]

DOES_NOT_APPLY: Values = frozenset()
"""What is known of a fact that has no meaning for this person (the papers of a relative they do not have)."""


class Verdict(Enum):
    """What a condition says of a person."""

    MET = "met"
    UNMET = "unmet"
    OPEN = "open"


MET, UNMET, OPEN = Verdict


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on one fact. Met when every value still possible passes, unmet when none does."""

    fact: str

    def judge(self, known: Known) -> Verdict:
        """The verdict for what is known. Every test on a fact that does not apply is unmet."""
        left = known.get(self.fact)
        if left is None:
            return OPEN
        if not left:
            return UNMET
        return self._verdict(left)

    def wants(self, known: Known) -> frozenset[str]:
        """The facts that could still decide this condition."""
        return frozenset((self.fact,)) if self.judge(known) is OPEN else frozenset()

    def tests(self) -> Iterator["Test"]:
        """This test itself: the leaves of a rule."""
        yield self

    def _verdict(self, left: Values) -> Verdict:
        raise NotImplementedError(type(self))  # each test on one fact says it; Differs, on two, judges by itself


@dataclass(frozen=True, slots=True)
class OneOf(Test):
    """The fact is one of these values ("is", "in", "yes", "no")."""

    values: Values

    def _verdict(self, left: Values) -> Verdict:
        if left <= self.values:
            return MET
        return UNMET if left.isdisjoint(self.values) else OPEN


@dataclass(frozen=True, slots=True)
class NoneOf(Test):
    """The fact is none of these values ("not_in")."""

    values: Values

    def _verdict(self, left: Values) -> Verdict:
        if left.isdisjoint(self.values):
            return MET
        return UNMET if left <= self.values else OPEN


@dataclass(frozen=True, slots=True)
class AtLeast(Test):
    """The number is this or more ("gte")."""

    bound: int

    def _verdict(self, left: Values) -> Verdict:
        if min(map(int, left)) >= self.bound:
            return MET
        return UNMET if max(map(int, left)) < self.bound else OPEN


@dataclass(frozen=True, slots=True)
class AtMost(Test):
    """The number is this or less ("lte")."""

    bound: int

    def _verdict(self, left: Values) -> Verdict:
        if max(map(int, left)) <= self.bound:
            return MET
        return UNMET if min(map(int, left)) > self.bound else OPEN


@dataclass(frozen=True, slots=True)
class Differs(Test):
    """The fact differs from another fact: being somewhere that is not one's own country ("differs_from")."""

    other: str

    def judge(self, known: Known) -> Verdict:
        """Open until both facts are known well enough to tell them apart."""
        mine, theirs = known.get(self.fact), known.get(self.other)
        if mine is None or theirs is None:
            return OPEN
        if not mine or not theirs:
            return UNMET
        if mine.isdisjoint(theirs):
            return MET
        return UNMET if len(mine) == len(theirs) == 1 else OPEN

    def wants(self, known: Known) -> frozenset[str]:
        """While it is open, those of the two facts that are not certain."""
        if self.judge(known) is not OPEN:
            return frozenset()
        return frozenset(fact for fact in (self.fact, self.other) if len(known.get(fact, ())) != 1)


@dataclass(frozen=True, slots=True)
class Joint:
    """Several conditions as one: one part with the decisive verdict decides, whatever the others say."""

    parts: tuple["Rule", ...]

    decisive: ClassVar[Verdict]
    otherwise: ClassVar[Verdict]

    def judge(self, known: Known) -> Verdict:
        """The decisive verdict if a part has it; open while one might still; else the other verdict."""
        verdict = self.otherwise
        for part in self.parts:
            found = part.judge(known)
            if found is self.decisive:
                return found
            if found is OPEN:
                verdict = OPEN
        return verdict

    def wants(self, known: Known) -> frozenset[str]:
        """What the open parts want; nothing once the whole is decided."""
        if self.judge(known) is not OPEN:
            return frozenset()
        return frozenset[str]().union(*(part.wants(known) for part in self.parts))

    def tests(self) -> Iterator[Test]:
        """The leaves, in the order written."""
        for part in self.parts:
            yield from part.tests()


class All(Joint):
    """Every part is met."""

    __slots__ = ()
    decisive, otherwise = UNMET, MET


class Some(Joint):
    """At least one part is met."""

    __slots__ = ()
    decisive, otherwise = MET, UNMET


@dataclass(frozen=True, slots=True)
class Not:
    """The part is not met."""

    part: "Rule"

    def judge(self, known: Known) -> Verdict:
        """Met and unmet change places; open stays open."""
        found = self.part.judge(known)
        return OPEN if found is OPEN else UNMET if found is MET else MET

    def wants(self, known: Known) -> frozenset[str]:
        """What the part wants."""
        return self.part.wants(known)

    def tests(self) -> Iterator[Test]:
        """The leaves of the part."""
        yield from self.part.tests()


Rule = Test | All | Some | Not

ALWAYS = All(())
"""The rule that everybody meets."""


def facts_of(rule: Rule) -> frozenset[str]:
    """Every fact a rule mentions."""
    named = {test.fact for test in rule.tests()}
    return frozenset(named | {test.other for test in rule.tests() if isinstance(test, Differs)})


def deciding(rule: Rule, known: Known) -> tuple[Test, ...]:
    """The tests that made a rule met or unmet, in the order written: why we say so."""
    verdict = rule.judge(known)
    if isinstance(rule, Test):
        return (rule,) if verdict is not OPEN else ()
    parts = (rule.part,) if isinstance(rule, Not) else rule.parts
    wanted = verdict if not isinstance(rule, Not) else {MET: UNMET, UNMET: MET, OPEN: OPEN}[verdict]
    return tuple(test for part in parts if part.judge(known) is wanted for test in deciding(part, known))


def open_tests(rule: Rule, known: Known) -> tuple[Test, ...]:
    """The tests that keep an open rule open, in the order written: what it may depend on."""
    if rule.judge(known) is not OPEN:
        return ()
    if isinstance(rule, Test):
        return (rule,)
    parts = (rule.part,) if isinstance(rule, Not) else rule.parts
    return tuple(test for part in parts for test in open_tests(part, known))
