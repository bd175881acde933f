"""The planner walks the list of questions and puts the first that can still change something.

It does not choose. The order is the author's, made to be kind; the planner only leaves out what no longer matters.
"""

from dataclasses import replace

from conversations.pathways import LIKELY, NOT
from conversations.planner import Plan
from tests.guides import NO, YES, pathway, two_questions, yes


def test_the_first_question_comes_first() -> None:
    """Nothing is known, so everything matters, in the order written."""
    plan = Plan(two_questions(), {})
    assert plan.next is not None
    assert plan.next.id == "abroad"


def test_a_question_that_can_change_nothing_is_not_put() -> None:
    """At home there is no shelter abroad, so nobody is asked about danger for its sake."""
    plan = Plan(two_questions(), {"abroad": NO})
    assert plan.next is None
    assert plan.outcomes[0].standing is NOT


def test_a_question_is_put_while_any_pathway_still_wants_it() -> None:
    """The same person, once there is a pathway at home that asks about danger."""
    guide = two_questions()
    more = replace(guide, pathways=(*guide.pathways, pathway("police", yes("danger"))))
    plan = Plan(more, {"abroad": NO})
    assert plan.next is not None
    assert plan.next.id == "danger"


def test_there_is_no_place_in_the_interview_to_lose() -> None:
    """Answers may come in any order and be changed at any time: everything is computed anew from them."""
    assert Plan(two_questions(), {"danger": YES, "abroad": YES}).outcomes[0].standing is LIKELY
    assert Plan(two_questions(), {"danger": YES, "abroad": NO}).outcomes[0].standing is NOT
