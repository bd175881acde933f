"""How long the interview is, for thousands of invented people, and a proof that its shortness loses nothing.

    python -m benchmarks.interview                the table, the proofs and a verdict (some minutes on one core)
    python -m benchmarks.interview --people 500   quicker; the proofs only, since the targets are set for 5,000
    python -m benchmarks.interview --json         the same as JSON

It runs the planner that people meet on the content that people meet. For every person the outcomes are compared with
those of asking every question there is, and with those of knowing every askable fact exactly: no age bands, no merged
answers. The distribution of people is argued, not observed (see people.py); the two proofs do not depend on it.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass
from random import Random
from statistics import mean

from benchmarks.people import Person, crowd
from bot.content import read_documents
from conversations.guide import Guide, parse_guide
from conversations.pathways import NO_LONGER, Standing
from conversations.planner import Plan
from conversations.questions import SKIPPED, Answer, Item, Question, Says
from conversations.rules import MET

Answers = dict[str, Answer]
Standings = tuple[Standing, ...]
NOBODY_SKIPS: frozenset[str] = frozenset()

WITHIN = 8
"""The promise: a first useful result, or the certainty that nothing fits, after this many questions."""


# ---------------------------------------------------------------------------------------------------- one interview


@dataclass(frozen=True, slots=True)
class Run:
    """One person's interview: how many questions, after how many the first useful result, and what came of it.

    `trail`: the questions put. `lines`: the lines shown of the lists among them, as "list.line".
    """

    questions: int
    first: int
    fits: bool
    trail: tuple[str, ...]
    lines: frozenset[str]
    standings: Standings


class Interviewer:
    """Puts the guide's questions to invented people on one kind of channel. Plans are kept by their answers."""

    def __init__(self, guide: Guide, private: bool) -> None:
        self.guide = guide
        self.private = private
        self._plans: dict[frozenset[tuple[str, Answer]], Plan] = {}

    def plan(self, answers: Answers) -> Plan:
        """The plan for these answers."""
        key = frozenset(answers.items())
        if key not in self._plans:
            self._plans[key] = Plan(self.guide, dict(answers), self.private)
        return self._plans[key]

    def plans(self, person: Person, skips: frozenset[str] = NOBODY_SKIPS) -> Iterator[Plan]:
        """The plan before each question and at the end; questions in `skips` are answered with "not sure"."""
        answers: Answers = {}
        while (plan := self.plan(answers)).next is not None:
            yield plan
            _answer(answers, plan.next, plan.items(plan.next), person, skips)
        yield plan

    def put(self, person: Person, skips: frozenset[str] = NOBODY_SKIPS) -> Run:
        """Ask until nothing is left that matters."""
        *before, end = self.plans(person, skips)
        return Run(
            questions=len(before),
            first=next((n for n, plan in enumerate(before) if plan.useful), len(before)),
            fits=bool(end.useful),
            trail=tuple(plan.next.id for plan in before if plan.next),
            lines=frozenset(f"{q.id}.{item.id}" for plan in before if (q := plan.next) for item in plan.items(q)),
            standings=_standings(end),
        )

    def all_questions(self, person: Person, skips: frozenset[str] = NOBODY_SKIPS) -> Standings:
        """The outcomes of asking everything that has a meaning for this person, whether or not it matters."""
        answers: Answers = {}
        while True:
            plan = self.plan(answers)
            question, items = next(self._meant_for(plan), (None, ()))
            if question is None:
                return _standings(plan)
            _answer(answers, question, items, person, skips)

    def _meant_for(self, plan: Plan) -> Iterator[tuple[Question, tuple[Item, ...]]]:
        for question in plan.askable:
            items = tuple(item for item in question.items if self._meant(plan, question, item))
            if question.applies.judge(plan.known) is MET and (items or question.kind != "several"):
                yield question, items

    def _meant(self, plan: Plan, question: Question, item: Item) -> bool:
        shown = plan.answers.get(question.id, SKIPPED).shown
        may_be_put = self.private or item.policy == "open"
        return may_be_put and item.id not in shown and item.shown_if.judge(plan.known) is MET

    def all_facts(self, person: Person) -> Standings:
        """The outcomes of knowing exactly every fact that may be asked on this channel."""
        asked = ("open", "private") if self.private else ("open",)
        known = {f: frozenset((v,)) for f, v in person.facts.items() if self.guide.facts[f].policy in asked}
        return _standings(Plan(self.guide, {}, self.private, known))


def _standings(plan: Plan) -> Standings:
    """Of all live pathways. A closed one reports what happens to be known and never causes a question."""
    return tuple(
        outcome.standing
        for outcome in plan.outcomes
        if outcome.pathway.status not in NO_LONGER and not outcome.pathway.on_request
    )


def _answer(answers: Answers, question: Question, items: Sequence[Item], person: Person, skips: frozenset[str]) -> None:
    if question.id in skips:
        answers[question.id] = SKIPPED
    elif question.kind == "several":
        before = answers.get(question.id, SKIPPED)
        ticked = tuple(item.id for item in items if _ticks(item, person))
        answers[question.id] = Answer(before.chosen + ticked, before.shown + tuple(item.id for item in items))
    else:
        answers[question.id] = Answer((_choice(question, person),))


def _choice(question: Question, person: Person) -> str:
    if question.kind == "country":
        return str(person.facts[question.country_fact])
    if question.id == "us_relative":
        relative = (person.us_relative, f"{person.us_relative}_{person.us_papers}")
        return next((option.id for option in question.options if option.id in relative), "other")
    if question.id == "us_papers":
        return person.us_papers
    return next(option.id for option in question.options if _true(option.says, person))


def _ticks(item: Item, person: Person) -> bool:
    with_papers = item.id == "family_us" and person.us_papers in ("citizen", "resident", "protected")
    return with_papers or not _true(item.left, person)


def _true(says: Says, person: Person) -> bool:
    return all(person.facts[fact] in values for fact, values in says.items())


# ---------------------------------------------------------------------------------------------------- the table

Group = Callable[[Person], bool]


def _in(country: str) -> Group:
    return lambda person: person.facts["location_country"] == country


def _in_mexico(mexican: bool) -> Group:
    return lambda person: _in("MX")(person) and (person.facts["nationality"] == "MX") is mexican


GROUPS: dict[str, Group] = {
    "in MX (Mexicans)": _in_mexico(True),
    "in MX (others)": _in_mexico(False),
    **{f"in {country}": _in(country) for country in ("US", "CO", "GT", "HN", "CA", "CR", "BR", "EC", "PA")},
    "under 18": lambda person: int(person.facts["age"]) < 18,
    "fear": lambda person: bool(person.facts["fear_return"]),
    "no fear": lambda person: not person.facts["fear_return"],
}


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, median, ninth decile and largest of some numbers of questions."""

    mean: float
    p50: int
    p90: int
    max: int

    def __str__(self) -> str:
        return f"{self.mean} / {self.p50} / {self.p90} / {self.max}"

    def exceeds(self, other: "Spread") -> bool:
        """Whether any figure is larger than the other's."""
        return any(mine > theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True))


def _spread(numbers: Sequence[int]) -> Spread:
    ranked = sorted(numbers)
    return Spread(round(mean(ranked), 1), ranked[len(ranked) // 2], ranked[int(0.9 * len(ranked))], ranked[-1])


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. The last two count people whose outcomes differ; None where nothing was compared."""

    name: str
    people: int
    questions: Spread
    first: Spread
    within: float
    fits: float
    differ_from_all_questions: int | None = None
    differ_from_all_facts: int | None = None

    def __str__(self) -> str:
        proofs = ("" if n is None else str(n) for n in (self.differ_from_all_questions, self.differ_from_all_facts))
        cells = (
            self.name,
            self.people,
            self.questions,
            self.first,
            f"{self.within:.1f} %",
            f"{self.fits:.0f} %",
            *proofs,
        )
        return f"| {' | '.join(map(str, cells))} |"


HEAD = (
    "| run | people | questions to the end: mean / p50 / p90 / max | to the first useful result, or the certainty that "
    f"nothing fits | within {WITHIN} | have one | differ from all questions | differ from all facts |\n"
    "|---|---|---|---|---|---|---|---|"
)


def _row(name: str, runs: Sequence[Run], differ: tuple[int, int | None] | None = None) -> Row:
    first = [run.first for run in runs]
    return Row(
        name,
        len(runs),
        _spread([run.questions for run in runs]),
        _spread(first),
        100 * mean(n <= WITHIN for n in first),
        100 * mean(run.fits for run in runs),
        *(differ or (None, None)),
    )


def _differences(asker: Interviewer, people: Sequence[Person], runs: Sequence[Run]) -> tuple[int, int]:
    pairs = list(zip(people, runs, strict=True))
    return (
        sum(asker.all_questions(person) != run.standings for person, run in pairs),
        sum(asker.all_facts(person) != run.standings for person, run in pairs),
    )


def _unsure(name: str, asker: Interviewer, people: Sequence[Person]) -> Row:
    draw = Random(11)
    ids = sorted(q.id for q in asker.guide.questions if asker.private or q.policy == "open")
    skips = [frozenset(id for id in ids if draw.random() < 0.1) for _ in people]
    runs = [asker.put(person, skipped) for person, skipped in zip(people, skips, strict=True)]
    everything = [asker.all_questions(person, skipped) for person, skipped in zip(people, skips, strict=True)]
    differ = sum(run.standings != standings for run, standings in zip(runs, everything, strict=True))
    return _row(name, runs, (differ, None))


def table(guide: Guide, size: int) -> Iterator[Row]:
    """The rows, as they are ready."""
    people = crowd(size)
    phone, sms = Interviewer(guide, private=True), Interviewer(guide, private=False)
    runs = [phone.put(person) for person in people]
    yield _row(PHONE, runs, _differences(phone, people, runs))
    for name, belongs in GROUPS.items():
        if members := [run for person, run in zip(people, runs, strict=True) if belongs(person)]:
            yield _row(f"… {name}", members)
    yield _unsure("WhatsApp, 10 % unsure", phone, people)
    short = [sms.put(person) for person in people]
    yield _row(SMS, short, _differences(sms, people, short))
    yield _unsure("SMS, 10 % unsure", sms, people)
    for name, seed, ties in (("another crowd (seed 8)", 8, 1), ("twice the ties (seed 9)", 9, 2)):
        others = crowd(size, seed, ties)
        runs = [phone.put(person) for person in others]
        yield _row(name, runs, _differences(phone, others, runs))


# ---------------------------------------------------------------------------------------------------- the verdict

PHONE, SMS = "WhatsApp, Telegram", "SMS (private questions not put)"
TARGETS = {
    PHONE: (Spread(7.1, 7, 9, 13), Spread(5.2, 5, 7, 11), 96.8),
    SMS: (Spread(7.1, 7, 9, 12), Spread(5.2, 5, 7, 11), 96.9),
}
"""The study's figures: questions to the end, questions to the first useful result, percent within eight."""

EVERY_GROUP = 95.0
"""Percent within eight for every row."""

FULL_SIZE = 5000
"""The size of the crowd for which the targets are set."""


def shortcomings(rows: Sequence[Row]) -> Iterator[str]:
    """What is not as it should be: a proof that failed, or with a full crowd a target that was missed."""
    for row in rows:
        if row.differ_from_all_questions:
            yield f"{row.name}: {row.differ_from_all_questions} outcomes differ from asking every question"
        if row.differ_from_all_facts:
            yield f"{row.name}: {row.differ_from_all_facts} outcomes differ from knowing every fact"
    if rows[0].people < FULL_SIZE:
        return
    for row in rows:
        questions, first, within = TARGETS.get(row.name, (row.questions, row.first, EVERY_GROUP))
        if row.questions.exceeds(questions) or row.first.exceeds(first):
            yield f"{row.name}: longer than the study ({questions}; {first})"
        if round(row.within, 1) < within:
            yield f"{row.name}: {row.within:.1f} % within {WITHIN}, wanted {within} %"


def main() -> int:
    """Print the table and the verdict; 1 if something is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=FULL_SIZE)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows: list[Row] = []
    if not options.json:
        print(HEAD)
    for row in table(parse_guide(read_documents(), "benchmark"), options.people):
        rows.append(row)
        if not options.json:
            print(row, flush=True)
    wrong = list(shortcomings(rows))
    if options.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "wrong": wrong}, ensure_ascii=False, indent=2))
    else:
        print(
            "\n"
            + ("NOT GOOD ENOUGH\n" + "\n".join(wrong) if wrong else "GOOD: no outcome is lost, every target is met")
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
