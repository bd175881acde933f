"""Invented people and what Rumbo says of their pathways: situations/*.yaml, written for legal partners to review."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from conversations.pathways import NOT, Standing
from conversations.planner import Plan
from conversations.problems import Problems
from conversations.questions import Says
from conversations.reading import Reader
from tests.guides import real_guide

FILES = sorted((Path(__file__).parent / "situations").glob("*.yaml"))


@dataclass(frozen=True)
class Situation:
    """What is so of somebody, and what Rumbo should say. `about` is None where it speaks for all pathways."""

    id: str
    story: str
    about: tuple[str, ...] | None
    facts: Says
    expected: Mapping[str, Standing]
    all_others: Standing
    notices: tuple[str, ...]
    notices_if: tuple[str, ...]

    def speaks_for(self, id: str) -> bool:
        """Whether this situation says anything about the pathway or notice."""
        return self.about is None or id.partition("-")[0] in self.about

    @cached_property
    def plan(self) -> Plan:
        """The interview of somebody of whom these facts are known and nothing was asked."""
        return Plan(real_guide(), {}, given=self.facts)

    @property
    def said(self) -> dict[str, Standing]:
        """What Rumbo says of each pathway it speaks for."""
        return {o.pathway.id: o.standing for o in self.plan.outcomes if self.speaks_for(o.pathway.id)}

    @property
    def shown(self) -> dict[str, bool]:
        """The notices that Rumbo shows, each with whether it comes with a condition."""
        return {n.id: bool(facts) for n, facts in self.plan.notices if self.speaks_for(n.id)}


def _read(entry: Mapping[str, Any], reader: Reader) -> Situation:
    return Situation(
        entry["id"],
        entry["story"],
        tuple(entry["about"]) if "about" in entry else None,
        reader.says(entry["facts"]),
        {pathway: Standing(word) for pathway, word in entry["expected"].items()},
        Standing(entry["all_others"]),
        tuple(entry["notices"]),
        tuple(entry.get("notices_if", ())),
    )


@cache
def situations() -> tuple[Situation, ...]:
    """All of them. A fact or value that does not exist is an error."""
    reader = Reader(Problems())
    reader.facts = dict(real_guide().facts)
    found = []
    for file in FILES:
        for entry in yaml.safe_load(file.read_text("utf-8"))["situations"]:
            with reader.problems.at(f"situations/{file.name}", entry["id"]):
                found.append(_read(entry, reader))
    reader.problems.raise_if_any()
    return tuple(found)


each_situation = pytest.mark.parametrize("situation", [pytest.param(each, id=each.id) for each in situations()])


@each_situation
def test_every_pathway_stands_as_expected(situation: Situation) -> None:
    """Those listed as listed, and all others as said once."""
    assert situation.said == {id: situation.expected.get(id, situation.all_others) for id in situation.said}


@each_situation
def test_notices_are_those_expected(situation: Situation) -> None:
    """Shown plainly, shown with a condition, and no other."""
    expected = dict.fromkeys(situation.notices, False) | dict.fromkeys(situation.notices_if, True)
    assert situation.shown == expected


@each_situation
def test_what_is_expected_exists(situation: Situation) -> None:
    """A pathway that was renamed, or that the situation does not speak for, would otherwise be expected in vain."""
    assert set(situation.expected) <= set(situation.said)


def test_ids_are_unique() -> None:
    """An id names one person."""
    ids = [situation.id for situation in situations()]
    assert sorted(set(ids)) == sorted(ids)


def test_every_pathway_holds_for_somebody_and_not_for_somebody_else() -> None:
    """A pathway that no situation shows, or that all of them show, has not been reviewed."""
    for pathway in real_guide().pathways:
        standings = {s.said[pathway.id] for s in situations() if pathway.id in s.said}
        assert NOT in standings, f"{pathway.id} is said not to fit nobody"
        assert len(standings) > 1, f"{pathway.id} is shown to nobody"


def test_every_notice_is_shown_to_somebody_and_not_to_somebody_else() -> None:
    """The same for notices: shown plainly at least once, and left away at least once."""
    for notice in real_guide().notices:
        spoken_for = [s for s in situations() if s.speaks_for(notice.id)]
        assert any(notice.id in s.notices for s in spoken_for), f"{notice.id} is shown to nobody"
        assert not all(notice.id in s.shown for s in spoken_for), f"{notice.id} is shown to everybody"
