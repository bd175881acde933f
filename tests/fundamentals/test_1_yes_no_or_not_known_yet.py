"""A rule answers yes, no, or not known yet.

The third answer is what keeps "we have not asked" from being read as "no". Everything else in Rumbo rests on it.
"""

from conversations.rules import MET, OPEN, UNMET, All, Not, Some
from tests.guides import FALSE, TRUE, yes

SHELTER = All((yes("abroad"), yes("danger")))


def test_a_rule_is_met_when_all_it_asks_for_is_known() -> None:
    """Somebody abroad and in danger: yes."""
    assert SHELTER.judge({"abroad": TRUE, "danger": TRUE}) is MET


def test_a_rule_is_not_met_as_soon_as_one_thing_fails() -> None:
    """Somebody who is at home: no, whatever we do not know about danger."""
    assert SHELTER.judge({"abroad": FALSE}) is UNMET


def test_until_then_it_is_open() -> None:
    """Somebody abroad, of whom we know no more: not known yet."""
    assert SHELTER.judge({"abroad": TRUE}) is OPEN


def test_an_alternative_is_enough() -> None:
    """`Some` is the other way round: met as soon as one part is, unmet only when all have failed."""
    either = Some((yes("abroad"), yes("danger")))
    assert either.judge({"danger": TRUE}) is MET
    assert either.judge({"danger": FALSE}) is OPEN


def test_the_opposite_of_not_known_is_not_known() -> None:
    """Not knowing that somebody is abroad does not mean that they are at home."""
    assert Not(yes("abroad")).judge({}) is OPEN


def test_a_rule_can_say_what_it_still_wants_to_know() -> None:
    """This is all the planner needs: a rule that is decided wants nothing."""
    assert SHELTER.wants({}) == {"abroad", "danger"}
    assert SHELTER.wants({"abroad": TRUE}) == {"danger"}
    assert SHELTER.wants({"abroad": FALSE}) == frozenset()
