"""Every question can be skipped. What was skipped stays unknown, and its pathways stay: "it may depend on this"."""

from conversations.facts import Fact
from conversations.pathways import MAYBE
from conversations.planner import Plan
from conversations.questions import SKIPPED
from conversations.rules import All
from tests.guides import YES, pathway, tiny_guide, two_questions, yes, yes_or_no


def test_a_skipped_question_is_not_put_again() -> None:
    """Rumbo goes on as if it did not know, because it does not."""
    assert Plan(two_questions(), {"abroad": YES, "danger": SKIPPED}).next is None


def test_a_skipped_question_leaves_a_maybe() -> None:
    """Never a no: the person sees the pathway and what it depends on, and can judge alone."""
    outcome = Plan(two_questions(), {"abroad": YES, "danger": SKIPPED}).outcomes[0]
    assert outcome.standing is MAYBE
    assert [test.fact for test in outcome.depends_on] == ["danger"]


def test_what_nobody_is_asked_is_like_a_question_that_all_have_skipped() -> None:
    """Abuse, crime, how a border was crossed: nobody has to say it to a telephone to be told of the way it opens."""
    never = Fact("hurt_by_family", "bool", "never", usual=False)
    guide = tiny_guide(
        [yes_or_no("abroad")], [pathway("refuge", All((yes("abroad"), yes("hurt_by_family"))))], facts=[never]
    )
    outcome = Plan(guide, {"abroad": YES}).outcomes[0]
    assert outcome.standing is MAYBE
    assert outcome.quiet, "shown in a block that is the same for everybody, so that it tells nothing"
