"""A pathway that is closed or paused still reports, so that nobody pays for a shut door. It never causes a question."""

from conversations.pathways import CLOSED, NOT
from conversations.planner import Plan
from tests.guides import YES, pathway, tiny_guide, yes, yes_or_no

QUESTIONS = [yes_or_no("abroad"), yes_or_no("sponsored")]
OPEN_DOOR = pathway("shelter", yes("abroad"))
CLOSED_DOOR = pathway("welcome", yes("sponsored"), status="closed")
OLD_OFFICE = pathway("office", yes("abroad"), status="paused")


def test_nobody_is_asked_for_the_sake_of_a_closed_pathway() -> None:
    """Only the closed one wants to know about sponsors, so the interview is over after the first question."""
    plan = Plan(tiny_guide(QUESTIONS, [OPEN_DOOR, CLOSED_DOOR]), {"abroad": YES})
    assert plan.next is None
    assert plan.outcomes[1].standing is NOT


def test_whoever_would_fit_is_told_that_it_is_closed() -> None:
    """What we know anyway is enough to say it: silence would send people to a smuggler who still sells it."""
    plan = Plan(tiny_guide(QUESTIONS, [OPEN_DOOR, OLD_OFFICE]), {"abroad": YES})
    assert plan.outcomes[1].standing is CLOSED
