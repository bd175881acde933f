"""A fact is known as the set of values that are still possible.

One value is certainty. Several are part of an answer: an age band, a relative whose papers we have not asked about. No
entry at all means that nothing was said. So people never have to tell us more than a rule can use.
"""

from conversations.facts import band
from conversations.planner import Plan
from conversations.questions import Answer, Option, Question
from conversations.rules import DOES_NOT_APPLY, MET, OPEN, UNMET, AtLeast, OneOf
from tests.guides import pathway, tiny_guide

ADULT = AtLeast("age", 18)


def test_a_band_is_enough_where_all_of_it_agrees() -> None:
    """Nobody has to give their age: "22 or older" is on the right side of every line there is."""
    assert ADULT.judge({"age": band(22, 99)}) is MET
    assert ADULT.judge({"age": band(0, 17)}) is UNMET


def test_a_band_that_a_line_runs_through_leaves_the_rule_open() -> None:
    """This is why the bands of a question must have their edges where the rules have theirs."""
    assert ADULT.judge({"age": band(15, 20)}) is OPEN


def test_two_answers_about_one_fact_leave_what_both_allow() -> None:
    """First which relative, then which papers: each answer takes values away, and what remains decides."""
    who = Question(
        "who", "one", "open", frozenset(("kin",)), (Option("parent", {"kin": frozenset(("citizen", "resident"))}),)
    )
    papers = Question(
        "papers", "one", "open", frozenset(("kin",)), (Option("resident", {"kin": frozenset(("resident",))}),)
    )
    guide = tiny_guide([who, papers], [pathway("family", OneOf("kin", frozenset(("resident",))))])
    assert Plan(guide, {"who": Answer(("parent",))}).known["kin"] == {"citizen", "resident"}
    assert Plan(guide, {"who": Answer(("parent",)), "papers": Answer(("resident",))}).known["kin"] == {"resident"}


def test_what_has_no_meaning_has_no_value_at_all() -> None:
    """The papers of a relative somebody does not have: an empty set, on which every test fails."""
    assert ADULT.judge({"age": DOES_NOT_APPLY}) is UNMET
