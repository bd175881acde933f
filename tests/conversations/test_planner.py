"""The planner: a table of small cases, what must hold of any guide, and what must hold of the real one.

Two of these are for ever: when no question is left, no rule is left open except by what was skipped or is not asked;
and a question or a line of a list that changes nobody's outcome must go (do-no-harm 4).
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.interview import Interviewer, Run
from benchmarks.people import Person, crowd
from conversations.facts import Fact
from conversations.guide import Guide
from conversations.pathways import CLOSED, LIKELY, MAYBE, NO_LONGER, NOT, Status
from conversations.planner import Plan
from conversations.questions import SKIPPED, Answer, Question, answer_fact
from conversations.rules import All, OneOf
from tests.conversations.random_guides import guides, people, skips
from tests.guides import (
    NO,
    TRUE,
    YES,
    checklist,
    notice,
    pathway,
    real_guide,
    tiny_guide,
    two_questions,
    yes,
    yes_or_no,
)

# ---------------------------------------------------------------------------------------------------- small cases


def asked(plan: Plan) -> str | None:
    """The id of the question that a plan would put."""
    return plan.next.id if plan.next else None


def standing(plan: Plan) -> object:
    """What a plan says of its only pathway."""
    return plan.outcomes[0].standing


@pytest.mark.parametrize(
    ("status", "answers", "expected"),
    [
        ("open", {"abroad": YES, "danger": YES}, LIKELY),
        ("limited", {"abroad": YES, "danger": YES}, MAYBE),
        ("unknown", {"abroad": YES, "danger": YES}, MAYBE),
        ("paused", {"abroad": YES, "danger": YES}, CLOSED),
        ("closed", {"abroad": YES, "danger": YES}, CLOSED),
        ("closed", {"abroad": YES}, NOT),
        ("open", {"abroad": YES}, MAYBE),
        ("open", {"abroad": NO}, NOT),
        ("open", {"abroad": YES, "danger": SKIPPED}, MAYBE),
    ],
)
def test_standing_follows_from_status_and_verdict(status: Status, answers: dict[str, Answer], expected: object) -> None:
    """Only an open pathway is ever likely; a closed one never costs a maybe."""
    guide = two_questions()
    shelter = replace(guide.pathways[0], status=status)
    assert standing(Plan(replace(guide, pathways=(shelter,)), answers)) is expected


def test_a_pathway_on_request_is_shown_only_when_the_facts_say_so() -> None:
    """Nobody is asked about it, and without a word of it nobody hears of it."""
    guide = tiny_guide([yes_or_no("investor")], [pathway("invest", yes("investor"), on_request=True)])
    assert asked(Plan(guide, {})) is None
    assert standing(Plan(guide, {})) is NOT
    assert standing(Plan(guide, {}, given={"investor": TRUE})) is LIKELY


def test_a_follow_up_is_put_after_its_answer_only() -> None:
    """A guard that is not yet known counts as not met, and what it hangs on is asked first."""
    follow_up = yes_or_no("married", applies=OneOf(answer_fact("partner"), frozenset(("yes",))))
    guide = tiny_guide([follow_up, yes_or_no("partner")], [pathway("family", yes("married"))])
    assert asked(Plan(guide, {})) == "partner"
    assert asked(Plan(guide, {"partner": YES})) == "married"
    assert asked(Plan(guide, {"partner": NO})) is None
    assert standing(Plan(guide, {"partner": NO})) is NOT


def test_a_question_that_has_no_meaning_settles_only_what_nothing_else_could_tell() -> None:
    """The fact of two questions stays unknown when one was skipped and the other does not apply."""
    second = replace(yes_or_no("married", applies=yes("adult")), id="again")
    guide = tiny_guide([yes_or_no("adult"), yes_or_no("married"), second], [pathway("family", yes("married"))])
    assert standing(Plan(guide, {"adult": NO, "married": SKIPPED})) is MAYBE


def test_private_questions_wait_for_a_private_screen() -> None:
    """Where others may read along the fact stays unknown and the pathway stands with its condition."""
    guide = tiny_guide([yes_or_no("court", policy="private")], [pathway("hearing", yes("court"))])
    assert asked(Plan(guide, {}, private=True)) == "court"
    assert asked(Plan(guide, {}, private=False)) is None
    assert standing(Plan(guide, {}, private=False)) is MAYBE


def test_a_list_shows_only_lines_that_matter() -> None:
    """Lines that can change nothing any more are left out; a list without lines is not put."""
    guide = tiny_guide(
        [yes_or_no("abroad"), checklist("ties", "family", "job")],
        [pathway("join", yes("family")), pathway("work", All((yes("abroad"), yes("job"))))],
    )
    at_home, ties = Plan(guide, {"abroad": NO}), guide.questions[1]
    assert [item.id for item in at_home.items(ties)] == ["family"]
    assert asked(Plan(guide, {"abroad": NO, "ties": Answer((), ("family",))})) is None


def test_a_list_is_put_again_for_a_line_that_comes_to_matter() -> None:
    """What a person was not shown they have not answered."""
    family, job = checklist("ties", "family", "job").items
    ties = replace(checklist("ties", "family", "job"), items=(family, replace(job, shown_if=yes("adult"))))
    guide = tiny_guide([ties, yes_or_no("adult")], [pathway("both", All((yes("family"), yes("job"))))])
    answers = {"ties": Answer(("family",), ("family",))}
    assert asked(Plan(guide, answers)) == "adult"
    then = Plan(guide, {**answers, "adult": YES})
    assert asked(then) == "ties"
    assert [item.id for item in then.items(ties)] == ["job"]


def test_a_later_word_that_contradicts_changes_nothing() -> None:
    """Of two statements about a fact the earlier question's stands."""
    again = replace(yes_or_no("danger"), id="again")
    guide = tiny_guide([yes_or_no("danger"), again], [pathway("shelter", yes("danger"))])
    assert standing(Plan(guide, {"danger": YES, "again": NO})) is LIKELY


def test_a_result_is_useful_when_it_is_final_and_not_of_rare_things() -> None:
    """What rests only on abuse that nobody is asked about is shown to all alike, and is no reason to stop asking."""
    abused = Fact("abused", "bool", "never", usual=False)
    guide = tiny_guide(
        [yes_or_no("danger")], [pathway("shelter", yes("danger")), pathway("refuge", yes("abused"))], facts=[abused]
    )
    assert Plan(guide, {}).useful == ()
    done = Plan(guide, {"danger": YES})
    assert [o.pathway.id for o in done.useful] == ["shelter"]
    assert [(o.standing, o.quiet, o.final) for o in done.outcomes] == [(LIKELY, False, True), (MAYBE, True, True)]


def test_a_notice_is_shown_with_a_condition_only_where_nobody_is_asked() -> None:
    """Not while a question may still decide it, and not where one was skipped."""
    crossed = Fact("crossed", "bool", "never")
    guide = tiny_guide(
        [yes_or_no("danger")],
        [pathway("shelter", yes("danger"))],
        facts=[crossed],
        notices=[notice("late", All((yes("danger"), yes("crossed"))))],
    )
    assert Plan(guide, {}).notices == ()
    assert Plan(guide, {"danger": SKIPPED}).notices == ()
    assert Plan(guide, {"danger": NO}).notices == ()
    assert [(n.id, facts) for n, facts in Plan(guide, {"danger": YES}).notices] == [("late", ("crossed",))]
    known = Plan(guide, {"danger": YES}, given={"crossed": TRUE})
    assert [(n.id, facts) for n, facts in known.notices] == [("late", ())]


def test_outcomes_say_why() -> None:
    """The tests that decided, or those that are still open."""
    danger, abroad = yes("danger"), yes("abroad")
    guide = two_questions()
    assert Plan(guide, {"abroad": NO}).outcomes[0].because == (abroad,)
    assert Plan(guide, {"abroad": YES, "danger": YES}).outcomes[0].because == (abroad, danger)
    assert Plan(guide, {"abroad": YES}).outcomes[0].depends_on == (danger,)


def test_remaining_counts_what_may_still_be_put() -> None:
    """Those that count today; each answer can only make it fewer here."""
    assert Plan(two_questions(), {}).remaining == 2
    assert Plan(two_questions(), {"abroad": YES}).remaining == 1
    assert Plan(two_questions(), {"abroad": NO}).remaining == 0


# ---------------------------------------------------------------------------------------------------- any guide


EXAMPLES = 40


def plans(guide: Guide, person: Person, skipped: frozenset[str] = frozenset(), private: bool = True) -> Iterator[Plan]:
    """The plan after each answer of an interview, to the end."""
    return Interviewer(guide, private).plans(person, skipped)


def left_open(plan: Plan) -> frozenset[str]:
    """The facts for whose sake a live pathway is neither met nor unmet."""
    live = [p for p in plan.content.pathways if p.status not in NO_LONGER and not p.on_request]
    return frozenset[str]().union(*(p.rule.wants(plan.known) for p in live))


def longest(guide: Guide) -> int:
    """How many messages an interview can take at the very most: a list may come again for each of its lines."""
    return sum(max(1, len(question.items)) for question in guide.questions)


def final(guide: Guide, person: Person, skipped: frozenset[str] = frozenset(), private: bool = True) -> Plan:
    """The plan at the end of an interview, which must come."""
    seen = list(islice(plans(guide, person, skipped, private), longest(guide) + 2))
    assert seen[-1].next is None
    return seen[-1]


def standings(plan: Plan) -> dict[str, object]:
    """What a plan says of each live pathway."""
    return {
        o.pathway.id: o.standing
        for o in plan.outcomes
        if o.pathway.status not in NO_LONGER and not o.pathway.on_request
    }


def shuffled(guide: Guide, seed: int) -> Guide:
    """The same questions in another order."""
    questions = list(guide.questions)
    Random(seed).shuffle(questions)  # noqa: S311 (no secret)
    return replace(guide, questions=tuple(questions))


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_when_no_question_is_left_nothing_that_matters_can_be_learnt(data: st.DataObject) -> None:
    """For any guide, anybody, and anything skipped."""
    guide = data.draw(guides())
    plan = final(guide, data.draw(people(guide)), data.draw(skips(guide)), data.draw(st.booleans()))
    assert not left_open(plan) & plan.learnable


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_closed_pathways_never_cause_a_question(data: st.DataObject) -> None:
    """Nor do those shown on request: without them the same questions are put."""
    guide = data.draw(guides())
    live = tuple(p for p in guide.pathways if p.status not in NO_LONGER and not p.on_request)
    person = data.draw(people(guide))
    with_them, without = Interviewer(guide, True), Interviewer(replace(guide, pathways=live), True)
    assert with_them.put(person).trail == without.put(person).trail


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_the_order_of_questions_changes_no_outcome(data: st.DataObject) -> None:
    """Any order leads to the same end, skipped questions included."""
    guide = data.draw(guides())
    person, skipped, private = data.draw(people(guide)), data.draw(skips(guide)), data.draw(st.booleans())
    other = shuffled(guide, data.draw(st.integers(0, 1000)))
    assert standings(final(guide, person, skipped, private)) == standings(final(other, person, skipped, private))


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_asking_everything_would_say_the_same(data: st.DataObject) -> None:
    """Skipping what no longer matters loses nothing."""
    guide = data.draw(guides())
    asker = Interviewer(guide, data.draw(st.booleans()))
    person, skipped = data.draw(people(guide)), data.draw(skips(guide))
    assert asker.put(person, skipped).standings == asker.all_questions(person, skipped)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_what_is_skipped_or_not_asked_hides_nothing(data: st.DataObject) -> None:
    """What does not fit with less said does not fit with all said."""
    guide = data.draw(guides())
    person = data.draw(people(guide))
    full = standings(final(guide, person))
    less = standings(final(guide, person, data.draw(skips(guide)), data.draw(st.booleans())))
    assert all(full[id] is NOT for id, found in less.items() if found is NOT)


# ---------------------------------------------------------------------------------------------------- the real guide

CROWD = 150


@cache
def interviewer(private: bool = True) -> Interviewer:
    """One for all tests, since it remembers its plans."""
    return Interviewer(real_guide(), private)


def not_asked(plan: Plan) -> frozenset[str]:
    """Facts nobody is asked on this channel, and those of questions skipped or hanging on what was skipped."""
    guide, known = plan.content, plan.known
    policies = ("never",) if plan.private else ("never", "private")
    unasked = {fact.id for fact in guide.facts.values() if fact.policy in policies}
    hanging = {fact for q in guide.questions if q.applies.wants(known) for fact in q.fills}
    lines = {fact for q in guide.questions for i in q.items if i.shown_if.wants(known) for fact in i.fills}
    following = {fact for follows in guide.follows if follows.condition.wants(known) for fact, _ in follows.sets}
    return plan.skipped | unasked | hanging | lines | following


@pytest.mark.parametrize("private", [True, False], ids=["private", "sms"])
@pytest.mark.parametrize("unsure", [0, 0.15], ids=["all answered", "some skipped"])
def test_when_no_question_is_left_no_rule_is_left_open(private: bool, unsure: float) -> None:
    """Except by facts that were skipped or that nobody is asked on this channel."""
    draw = Random(1)  # noqa: S311 (no secret)
    for person in crowd(CROWD, seed=3, ties=2):
        skipped = frozenset(q.id for q in real_guide().questions if draw.random() < unsure)
        plan = list(interviewer(private).plans(person, skipped))[-1]
        assert left_open(plan) <= not_asked(plan), person
        assert all(outcome.final for outcome in plan.outcomes)


def test_the_interview_ends_within_the_number_of_questions() -> None:
    """No question is put twice."""
    for person in crowd(CROWD, seed=4):
        trail = interviewer().put(person).trail
        assert len(set(trail)) == len(trail) <= len(real_guide().questions)


def test_the_order_of_the_real_questions_changes_no_outcome() -> None:
    """Order is about kindness, not about results."""
    other = Interviewer(shuffled(real_guide(), 5), private=True)
    for person in crowd(CROWD // 3, seed=5):
        assert interviewer().put(person).standings == other.put(person).standings


def test_skipping_everything_loses_no_pathway() -> None:
    """Every live pathway is still shown to somebody who answered nothing."""
    everything = frozenset(question.id for question in real_guide().questions)
    nobody = crowd(1)[0]
    assert set(interviewer().put(nobody, everything).standings) == {MAYBE}


def test_closed_pathways_cause_no_question_in_the_real_guide() -> None:
    """Nor do those shown on request."""
    live = tuple(p for p in real_guide().pathways if p.status not in NO_LONGER and not p.on_request)
    without = Interviewer(replace(real_guide(), pathways=live), private=True)
    for person in crowd(CROWD // 3, seed=6):
        assert interviewer().put(person).trail == without.put(person).trail


def units() -> Iterator[object]:
    """Each question, and each line of each list."""
    for question in real_guide().questions:
        yield pytest.param(question.id, None, id=question.id)
        for item in question.items:
            yield pytest.param(question.id, item.id, id=f"{question.id}.{item.id}")


def without(guide: Guide, question: str, item: str | None) -> Guide:
    """The guide without a question, or without one line of a list."""
    if item is None:
        return replace(guide, questions=tuple(q for q in guide.questions if q.id != question))
    return replace(guide, questions=tuple(_shorter(q, item) if q.id == question else q for q in guide.questions))


def _shorter(question: Question, item: str) -> Question:
    items = tuple(i for i in question.items if i.id != item)
    return replace(question, items=items)


@cache
def interviews() -> list[tuple[Person, Run]]:
    """A crowd with many ties, and how it went for each."""
    return [(person, interviewer().put(person)) for person in crowd(700, seed=2, ties=2)]


@pytest.mark.parametrize(("question", "item"), list(units()))
def test_every_question_and_every_line_changes_somebodys_outcome(question: str, item: str | None) -> None:
    """One that changes nobody's outcome is asked in vain and must go."""
    shorter = Interviewer(without(real_guide(), question, item), private=True)
    unit = f"{question}.{item}" if item else question
    concerned = ((person, run) for person, run in interviews() if unit in run.trail or unit in run.lines)
    assert any(shorter.put(person).standings != run.standings for person, run in concerned)
