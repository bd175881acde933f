"""Which outcomes are shown, in which order, and what stands around them.

A protective way comes before a paper one. What rests on rare and grave things that nobody is asked stands in one
block, the same for everybody in that country. Nothing is ranked to push it: within a group the authored order holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from conversations.medium import Medium
from conversations.pathways import CLOSED, LIKELY, MAYBE, Notice, Outcome
from conversations.planner import Plan

Age = Literal["fresh", "check_first", "withheld"]


@dataclass(frozen=True, slots=True)
class Ages:
    """How old facts may be. Pathways change faster than places (do-no-harm 23)."""

    pathway: timedelta = timedelta(days=30)
    centre: timedelta = timedelta(days=90)
    withheld: timedelta = timedelta(days=3 * 365)

    def of_pathway(self, as_of: date, today: date) -> Age:
        """Whether a pathway's facts are fresh, to be checked first, or too old to show."""
        return self._age(as_of, today, self.pathway)

    def of_centre(self, as_of: date | None, today: date) -> Age:
        """The same for a place; without a date it is to be checked first."""
        return "check_first" if as_of is None else self._age(as_of, today, self.centre)

    def _age(self, as_of: date, today: date, limit: timedelta) -> Age:
        if today - as_of > self.withheld:
            return "withheld"
        return "check_first" if today - as_of > limit else "fresh"


@dataclass(frozen=True, slots=True)
class Results:
    """What there is to tell one person.

    `fits`: pathways that may fit, in order. `quiet`: whether something rests on what nobody is asked. `closed`: doors
    that would fit but are shut. `notices`: each with the facts that keep it conditional. `skipped`: questions passed
    over that could still open something. `certain`: nothing left to ask could change this.
    """

    country: str | None
    fits: tuple[Outcome, ...]
    quiet: tuple[Outcome, ...]
    closed: tuple[Outcome, ...]
    notices: tuple[tuple[Notice, tuple[str, ...]], ...]
    skipped: tuple[str, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one message of results holds. `tail`: the closed doors and everything that stands around the list."""

    fits: tuple[Outcome, ...] = ()
    notices: tuple[tuple[Notice, tuple[str, ...]], ...] = ()
    tail: bool = False


def sheets(results: Results, medium: Medium) -> list[Sheet]:
    """The messages that results make, the first of them complete where there is room.

    Notices come before the pathways they change: those that surely apply before the list, as many as fit. The others,
    and on channels without room what stands around the list, wait for MORE.
    """
    a_sheet = medium.entries
    lists = [results.fits[i : i + a_sheet] for i in range(0, len(results.fits), a_sheet)] or [()]
    sure = [notice for notice in results.notices if not notice[1]]
    first = (sure if medium.brief else [*sure, *(n for n in results.notices if n[1])])[: medium.notices]
    step = medium.notices if medium.brief else 4
    waiting = [notice for notice in results.notices if notice not in first]
    notices = [Sheet(notices=tuple(waiting[i : i + step])) for i in range(0, len(waiting), step)]
    around = [] if medium.roomy else [Sheet(tail=True)]
    return [Sheet(lists[0], tuple(first), tail=medium.roomy), *(Sheet(fits) for fits in lists[1:]), *notices, *around]


def arrange(plan: Plan) -> Results:
    """The results as a plan stands. Before the interview is over only what is already certain counts as fitting.

    What a skipped question keeps open is not listed one by one, which could be twenty lines: the question is named once
    instead. A way to protection is listed all the same, with its condition: passing over a hard question hides none.
    """
    certain = plan.next is None
    shown = [o for o in plan.outcomes if o.standing in (LIKELY, MAYBE) and (certain or o.final)]
    listed = [o for o in shown if o.pathway.kind == "protection" or not _hangs_on_skipped(plan, o)]
    return Results(
        country=_single(plan, "location_country"),
        fits=tuple(sorted((o for o in listed if not o.quiet), key=order)),
        quiet=tuple(sorted((o for o in listed if o.quiet), key=order)),
        closed=tuple(o for o in plan.outcomes if o.standing is CLOSED),
        notices=tuple(_touching(plan, listed)),
        skipped=tuple(_skipped_that_matter(plan, shown)),
        certain=certain,
    )


_GROUPS = {"protection": 0, "residence": 1, "family": 1, "work": 1, "study_or_visit": 2, "departure": 3}


def order(outcome: Outcome) -> tuple[int, int]:
    """The place of an outcome: protection first, a visit late, leaving last; surer before less sure."""
    return (_GROUPS[outcome.pathway.kind], 0 if outcome.standing is LIKELY else 1)


def _hangs_on_skipped(plan: Plan, outcome: Outcome) -> bool:
    return any(test.fact in plan.skipped for test in outcome.depends_on)


def _single(plan: Plan, fact: str) -> str | None:
    values = plan.known.get(fact, frozenset())
    return str(next(iter(values))) if len(values) == 1 else None


def _touching(plan: Plan, shown: list[Outcome]) -> Iterator[tuple[Notice, tuple[str, ...]]]:
    """Notices of the country the person is in, of pathways that may fit, and those that say why no US door is open."""
    countries = {_single(plan, "location_country"), "INT", *(o.pathway.country for o in shown if not o.quiet)}
    for notice, conditions in plan.notices:
        if notice.country in countries or notice.country == "US":
            yield notice, conditions


def _skipped_that_matter(plan: Plan, shown: list[Outcome]) -> Iterator[str]:
    """Questions passed over on which something shown still depends."""
    open_facts = {test.fact for outcome in shown for test in outcome.depends_on}
    for question in plan.content.questions:
        given = plan.answers.get(question.id)
        if given is not None and given.skipped and question.fills & open_facts:
            yield question.id
