"""Rules: every operator against what may be known, and what a rule wants, rests on and was decided by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.facts import band
from conversations.rules import (
    ALWAYS,
    DOES_NOT_APPLY,
    MET,
    OPEN,
    UNMET,
    All,
    AtLeast,
    AtMost,
    Differs,
    NoneOf,
    Not,
    OneOf,
    Rule,
    Some,
    Values,
    Verdict,
    deciding,
    facts_of,
    open_tests,
)
from conversations.rules import Test as Leaf  # pytest would collect it under its own name
from tests.guides import FALSE, TRUE, no, yes

A, B, C = frozenset("a"), frozenset("b"), frozenset("c")


@pytest.mark.parametrize(
    ("test", "left", "expected"),
    [
        (OneOf("x", A | B), A, MET),
        (OneOf("x", A | B), A | B, MET),
        (OneOf("x", A | B), B | C, OPEN),
        (OneOf("x", A | B), C, UNMET),
        (OneOf("x", A | B), DOES_NOT_APPLY, UNMET),
        (NoneOf("x", A | B), C, MET),
        (NoneOf("x", A | B), B | C, OPEN),
        (NoneOf("x", A | B), A | B, UNMET),
        (NoneOf("x", A | B), DOES_NOT_APPLY, UNMET),
        (AtLeast("x", 18), band(18, 20), MET),
        (AtLeast("x", 18), band(17, 18), OPEN),
        (AtLeast("x", 18), band(0, 17), UNMET),
        (AtLeast("x", 18), DOES_NOT_APPLY, UNMET),
        (AtMost("x", 17), band(0, 17), MET),
        (AtMost("x", 17), band(17, 18), OPEN),
        (AtMost("x", 17), band(18, 99), UNMET),
        (AtMost("x", 17), DOES_NOT_APPLY, UNMET),
    ],
)
def test_a_test_is_met_when_every_value_left_passes(test: Leaf, left: Values, expected: Verdict) -> None:
    """Unmet when none does, and open in between."""
    assert test.judge({"x": left}) is expected


@pytest.mark.parametrize("test", [OneOf("x", A), NoneOf("x", A), AtLeast("x", 1), AtMost("x", 1), Differs("x", "y")])
def test_nothing_known_leaves_every_test_open(test: Leaf) -> None:
    """An empty mapping says nothing about anybody."""
    assert test.judge({}) is OPEN


@pytest.mark.parametrize(
    ("here", "home", "expected"),
    [
        (A, B, MET),
        (A, A, UNMET),
        (A | B, C, MET),
        (A | B, A, OPEN),
        (A | B, A | B, OPEN),
        (A, DOES_NOT_APPLY, UNMET),
        (DOES_NOT_APPLY, A, UNMET),
    ],
)
def test_two_facts_differ(here: Values, home: Values, expected: Verdict) -> None:
    """Met when they have no value in common, unmet when both are certain and the same."""
    assert Differs("here", "home").judge({"here": here, "home": home}) is expected


def test_a_difference_wants_only_what_is_not_certain() -> None:
    """Where somebody is cannot be learnt better once it is known."""
    differs = Differs("here", "home")
    assert differs.wants({}) == {"here", "home"}
    assert differs.wants({"here": A}) == {"home"}
    assert differs.wants({"here": A, "home": A}) == frozenset()


SO, NOT_SO, PERHAPS = yes("so"), yes("not_so"), yes("perhaps")
SAID = {"so": TRUE, "not_so": FALSE}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (All((SO, SO)), MET),
        (All((SO, PERHAPS)), OPEN),
        (All((PERHAPS, NOT_SO)), UNMET),
        (Some((NOT_SO, NOT_SO)), UNMET),
        (Some((NOT_SO, PERHAPS)), OPEN),
        (Some((PERHAPS, SO)), MET),
        (Not(SO), UNMET),
        (Not(NOT_SO), MET),
        (Not(PERHAPS), OPEN),
        (ALWAYS, MET),
        (Some(()), UNMET),
    ],
)
def test_joints(rule: Rule, expected: Verdict) -> None:
    """One unmet part ends an All, one met part ends a Some; an open part keeps open only what nothing else decides."""
    assert rule.judge(SAID) is expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (All((SO, PERHAPS)), {"perhaps"}),
        (All((PERHAPS, NOT_SO)), set()),
        (Some((PERHAPS, SO)), set()),
        (Some((NOT_SO, All((SO, PERHAPS)))), {"perhaps"}),
        (Some((NOT_SO, All((NOT_SO, PERHAPS)))), set()),
        (Not(PERHAPS), {"perhaps"}),
    ],
)
def test_a_rule_wants_what_could_still_decide_it(rule: Rule, expected: set[str]) -> None:
    """A decided rule wants nothing, and neither does a decided part of an open one."""
    assert rule.wants(SAID) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (All((SO, no("not_so"))), (SO, no("not_so"))),
        (All((SO, NOT_SO, PERHAPS)), (NOT_SO,)),
        (Some((NOT_SO, PERHAPS, SO)), (SO,)),
        (Some((NOT_SO, yes("not_so"))), (NOT_SO, yes("not_so"))),
        (Not(All((SO, NOT_SO))), (NOT_SO,)),
        (Not(Some((NOT_SO,))), (NOT_SO,)),
    ],
)
def test_a_decided_rule_says_what_decided_it(rule: Rule, expected: tuple[Leaf, ...]) -> None:
    """Only the tests that carried the verdict, in the order written."""
    assert deciding(rule, SAID) == expected
    assert open_tests(rule, SAID) == ()


def test_an_open_rule_says_what_keeps_it_open() -> None:
    """What it may depend on, in the order written."""
    late = yes("late")
    rule = All((SO, Some((NOT_SO, PERHAPS)), Not(late)))
    assert open_tests(rule, SAID) == (PERHAPS, late)
    assert deciding(PERHAPS, SAID) == ()


def test_facts_of_a_rule() -> None:
    """Both facts of a difference count."""
    assert facts_of(All((SO, Not(Some((PERHAPS, Differs("here", "home"))))))) == {"so", "perhaps", "here", "home"}


FACTS = ("u", "v", "w")
TESTS = st.one_of(
    st.builds(OneOf, st.sampled_from(FACTS), st.frozensets(st.sampled_from("abc"), min_size=1)),
    st.builds(NoneOf, st.sampled_from(FACTS), st.frozensets(st.sampled_from("abc"), min_size=1)),
    st.builds(Differs, st.sampled_from(FACTS), st.sampled_from(FACTS)),
)
RULES: st.SearchStrategy[Rule] = st.recursive(
    TESTS,
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(lambda some: All(tuple(some))),
        st.lists(parts, max_size=3).map(lambda some: Some(tuple(some))),
        st.builds(Not, parts),
    ),
    max_leaves=6,
)
KNOWN = st.dictionaries(st.sampled_from(FACTS), st.frozensets(st.sampled_from("abc"), min_size=1))


@given(RULES, KNOWN, st.data())
def test_a_verdict_once_reached_stays(rule: Rule, known: dict[str, Values], data: st.DataObject) -> None:
    """Learning more never turns yes into no: this is why the interview may stop early."""
    verdict = rule.judge(known)
    more = {**known}
    for fact in FACTS:
        values = sorted(map(str, known.get(fact, "abc")))
        more[fact] = data.draw(st.frozensets(st.sampled_from(values), min_size=1))
    assert verdict is OPEN or rule.judge(more) is verdict


@given(RULES, KNOWN)
def test_a_rule_wants_something_exactly_while_it_is_open(rule: Rule, known: dict[str, Values]) -> None:
    """And what it wants is not certain yet."""
    wanted = rule.wants(known)
    assert bool(wanted) is (rule.judge(known) is OPEN)
    assert all(len(known.get(fact, "abc")) > 1 for fact in wanted)


@given(RULES, KNOWN)
def test_a_verdict_always_has_its_reasons(rule: Rule, known: dict[str, Values]) -> None:
    """The tests named are leaves of the rule; the open ones are really open, the deciding ones really decided."""
    leaves = list(rule.tests())
    for reasons, decided in ((deciding(rule, known), True), (open_tests(rule, known), False)):
        assert all(test in leaves and (test.judge(known) is not OPEN) is decided for test in reasons)
