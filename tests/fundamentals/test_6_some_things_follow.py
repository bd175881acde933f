"""Some facts follow from others without a question: whoever is not in a country has no case before its courts."""

from conversations.facts import Follows
from conversations.pathways import MAYBE, NOT
from conversations.planner import Plan
from conversations.questions import SKIPPED
from conversations.rules import MET
from tests.guides import FALSE, NO, YES, no, pathway, tiny_guide, yes, yes_or_no

NO_COURT_ELSEWHERE = Follows(no("abroad"), (("court_date", FALSE),))
GUIDE = tiny_guide(
    [yes_or_no("abroad"), yes_or_no("court_date")], [pathway("hearing", yes("court_date"))], [NO_COURT_ELSEWHERE]
)


def test_what_follows_is_known_without_a_question() -> None:
    """One answer, two facts, and the interview is over."""
    plan = Plan(GUIDE, {"abroad": NO})
    assert plan.known["court_date"] == FALSE
    assert plan.next is None
    assert plan.outcomes[0].standing is NOT


def test_nothing_follows_from_what_is_not_sure() -> None:
    """Only a condition that is surely met counts: skipped is not "no"."""
    plan = Plan(GUIDE, {"abroad": SKIPPED})
    assert NO_COURT_ELSEWHERE.condition.judge(plan.known) is not MET
    assert plan.outcomes[0].standing is MAYBE


def test_what_may_follow_is_asked_first() -> None:
    """No rule mentions being abroad, and yet it is put: its answer may spare the next question."""
    plan = Plan(GUIDE, {})
    assert plan.next is not None
    assert plan.next.id == "abroad"


def test_what_follows_is_never_stored() -> None:
    """Change the answer and it is gone, because it was only ever computed."""
    plan = Plan(GUIDE, {"abroad": YES})
    assert "court_date" not in plan.known
    assert plan.next is not None
    assert plan.next.id == "court_date"
