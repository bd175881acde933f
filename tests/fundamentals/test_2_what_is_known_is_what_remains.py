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


def about_kin(id: str, option: str, *left: str) -> Question:
    """A question with a single option, which leaves these values."""
    return Question(id, "one", "open", frozenset(("kin",)), (Option(option, {"kin": frozenset(left)}),))


def test_two_answers_about_one_fact_leave_what_both_allow() -> None:
    """First which relative, then which papers: each answer takes values away, and what remains decides."""
    questions = [
        about_kin("who", "parent", "mum_citizen", "mum_resident"),
        about_kin("papers", "citizen", "mum_citizen", "son_citizen"),
    ]
    guide = tiny_guide(questions, [pathway("family", OneOf("kin", frozenset(("mum_citizen",))))])
    who, papers = Answer(("parent",)), Answer(("citizen",))
    assert Plan(guide, {"who": who}).known["kin"] == {"mum_citizen", "mum_resident"}
    assert Plan(guide, {"who": who, "papers": papers}).known["kin"] == {"mum_citizen"}


def test_what_has_no_meaning_has_no_value_at_all() -> None:
    """The papers of a relative somebody does not have: an empty set, on which every test fails."""
    assert ADULT.judge({"age": DOES_NOT_APPLY}) is UNMET
