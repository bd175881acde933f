"""Small random guides, and people to put their questions to: for what must hold of any content whatever.

Each fact of a person has one value, and every answer says what is so, perhaps not exactly. Only facts that nothing else
sets follow from others, so that no person contradicts the guide.
"""

from collections.abc import Sequence

from hypothesis import strategies as st

from benchmarks.people import Person
from conversations.facts import Fact, Follows, Policy
from conversations.guide import Guide
from conversations.pathways import Pathway
from conversations.questions import Item, Option, Question, answer_fact
from conversations.rules import ALWAYS, All, NoneOf, Not, OneOf, Rule, Some, Value, Values
from tests.guides import FALSE, TRUE, pathway, tiny_guide

STATUSES = ("open", "open", "limited", "unknown", "closed", "paused")
POLICIES: tuple[Policy, ...] = ("open", "open", "open", "private", "never")


@st.composite
def guides(draw: st.DrawFn) -> Guide:
    """A guide of two to five facts, a few questions and a few pathways."""
    facts = [draw(_facts(f"f{n}")) for n in range(draw(st.integers(2, 5)))]
    asked = [fact for fact in facts if fact.policy != "never"]
    questions: list[Question] = []
    for fact in asked + draw(st.lists(st.sampled_from(asked), max_size=2)) if asked else []:
        questions.append(draw(_questions(f"q{len(questions)}", fact, facts, questions)))
    rules = _rules([*facts, Fact("d0", "bool", "open")])
    follows = [Follows(draw(_rules(facts)), (("d0", TRUE),))]
    pathways = [draw(_pathways(f"p{n}", rules)) for n in range(draw(st.integers(1, 4)))]
    return tiny_guide(questions, pathways, follows, facts)


def people(guide: Guide) -> st.SearchStrategy[Person]:
    """Somebody of whom everything is so or not."""
    values = {id: st.sampled_from(possible(fact)) for id, fact in guide.facts.items()}
    return st.fixed_dictionaries(values).map(lambda facts: Person(facts, "nobody", "none"))


def skips(guide: Guide) -> st.SearchStrategy[frozenset[str]]:
    """Some questions to pass over."""
    return st.frozensets(st.sampled_from([q.id for q in guide.questions])) if guide.questions else st.just(frozenset())


def possible(fact: Fact) -> Sequence[Value]:
    """All values of a fact."""
    return fact.values if fact.type == "enum" else (True, False)


@st.composite
def _facts(draw: st.DrawFn, id: str) -> Fact:
    policy = draw(st.sampled_from(POLICIES))
    if draw(st.booleans()):
        return Fact(id, "bool", policy)
    return Fact(id, "enum", policy, ("a", "b", "c"))


@st.composite
def _questions(draw: st.DrawFn, id: str, fact: Fact, facts: Sequence[Fact], earlier: Sequence[Question]) -> Question:
    guard = draw(st.one_of(st.just(ALWAYS), _guards(facts, earlier)))
    policy: Policy = "private" if fact.policy == "private" else "open"
    first, rest = draw(_halves(fact))
    if draw(st.booleans()):
        options = (Option("first", {fact.id: first}), Option("rest", {fact.id: rest}))
        return Question(id, "one", policy, frozenset((fact.id,)), options, applies=guard)
    shown_if = draw(st.one_of(st.just(ALWAYS), _guards(facts, earlier)))
    item = Item("line", {fact.id: first}, {fact.id: rest}, shown_if, policy)
    other = Item("other", {"d1": TRUE}, {"d1": FALSE})
    return Question(id, "several", policy, frozenset((fact.id, "d1")), items=(item, other), applies=guard)


@st.composite
def _halves(draw: st.DrawFn, fact: Fact) -> tuple[Values, Values]:
    values = draw(st.permutations(possible(fact)))
    return frozenset(values[:1]), frozenset(values[1:])


def _guards(facts: Sequence[Fact], earlier: Sequence[Question]) -> st.SearchStrategy[Rule]:
    by_fact = st.one_of([_tests(fact) for fact in facts])
    if not earlier:
        return by_fact
    return st.one_of(by_fact, st.sampled_from(earlier).map(_answered_first))


def _answered_first(question: Question) -> Rule:
    if question.kind == "several":
        return OneOf(answer_fact(question.id, "line"), TRUE)
    return OneOf(answer_fact(question.id), frozenset(("first",)))


def _tests(fact: Fact) -> st.SearchStrategy[Rule]:
    values = st.frozensets(st.sampled_from(possible(fact)), min_size=1, max_size=2)
    return st.one_of(values.map(lambda some: OneOf(fact.id, some)), values.map(lambda some: NoneOf(fact.id, some)))


def _rules(facts: Sequence[Fact]) -> st.SearchStrategy[Rule]:
    tests: st.SearchStrategy[Rule] = st.one_of([_tests(fact) for fact in facts])
    return st.recursive(tests, _joined, max_leaves=5)


def _joined(parts: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(several.map(All), several.map(Some), parts.map(Not))


def _pathways(id: str, rules: st.SearchStrategy[Rule]) -> st.SearchStrategy[Pathway]:
    return st.builds(pathway, st.just(id), rules, st.sampled_from(STATUSES), st.sampled_from((False, False, True)))
