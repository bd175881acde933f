"""Outcomes for a set of facts given by hand, for lawyers, tests and whoever checks the content.

A fact may be given as its value, as a list of values that are still possible, as a band ({min, max}, "18-20", "22+"),
or by the id of an answer that says it ("18_to_20"). Facts that nobody is asked are taken here too.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from conversations.facts import OLDEST, Fact, band
from conversations.guide import Guide
from conversations.planner import Plan
from conversations.problems import Problem, Problems, nearest_id
from conversations.rules import Known, Values

_BAND = re.compile(r"^(\d{1,3})\s*(?:[-–]|_to_)\s*(\d{1,3})$")
_FROM = re.compile(r"^(\d{1,3})\s*\+$")


class UnknownFacts(ValueError):
    """Facts or values that do not exist. `problems` names each with the nearest that does."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{p.what}" + (f" ({p.hint})" if p.hint else "") for p in problems))
        self.problems = problems


def plan_for(guide: Guide, facts: Mapping[str, Any]) -> Plan:
    """The plan for somebody of whom these facts are known. Raises UnknownFacts with every mistake."""
    return Plan(guide, {}, private=True, given=read_facts(guide, facts))


def read_facts(guide: Guide, facts: Mapping[str, Any]) -> Known:
    """Facts as given, as the values that remain possible. Raises UnknownFacts with every mistake."""
    problems = Problems()
    known: dict[str, Values] = {}
    for id, said in facts.items():
        fact = guide.facts.get(id)
        if fact is None:
            problems.add(f"unknown fact {id!r}", nearest_id(id, guide.facts))
            continue
        if said is None:
            continue
        values = _values(guide, fact, said)
        if values is None:
            problems.add(f"{id}: {said!r} is not one of its values", _legal(fact, said))
        else:
            known[id] = values
    if problems.found:
        raise UnknownFacts(tuple(problems.found))
    return known


def _values(guide: Guide, fact: Fact, said: Any) -> Values | None:
    if isinstance(said, Mapping):
        if fact.type != "int" or not set(said) <= {"min", "max"}:
            return None
        return band(int(said.get("min", 0)), int(said.get("max", OLDEST)))
    if isinstance(said, list):
        parts = [_values(guide, fact, value) for value in said]
        return None if not parts or any(p is None for p in parts) else frozenset().union(*filter(None, parts))
    if fact.legal(said):
        return frozenset((said,))
    return _written(fact, said) or _by_option(guide, fact, said)


def _written(fact: Fact, said: Any) -> Values | None:
    """A value as people write it: "yes", "mx", "34", "18-20", "22+"."""
    if not isinstance(said, str):
        return None
    text = said.strip()
    if fact.type == "bool" and text.lower() in ("yes", "no", "true", "false"):
        return frozenset((text.lower() in ("yes", "true"),))
    if fact.type == "country" and fact.legal(text.upper()):
        return frozenset((text.upper(),))
    if fact.type != "int":
        return None
    if text.isdecimal() and fact.legal(int(text)):
        return frozenset((int(text),))
    if match := _BAND.match(text):
        return band(int(match[1]), int(match[2])) or None
    if match := _FROM.match(text):
        return band(int(match[1]), OLDEST) or None
    return None


def _by_option(guide: Guide, fact: Fact, said: Any) -> Values | None:
    """What an option of a question that fills this fact says of it."""
    for question in guide.questions:
        option = question.option(str(said)) if fact.id in question.fills else None
        if option is not None and fact.id in option.says:
            return option.says[fact.id]
    return None


def _legal(fact: Fact, said: Any) -> str:
    if fact.type == "enum":
        return nearest_id(str(said), fact.values) or "one of " + ", ".join(fact.values)
    return {
        "bool": "true or false",
        "int": f"a number from 0 to {OLDEST}, or a band such as 18-20",
        "country": "two letters, ISO 3166",
    }[fact.type]


def plain(values: Values) -> object:
    """What is known of a fact, as JSON writes it: one value, a band of numbers, or the values that remain."""
    if len(values) == 1:
        return next(iter(values))
    if all(isinstance(value, int) and not isinstance(value, bool) for value in values) and values:
        numbers = sorted(map(int, values))
        return {"min": numbers[0], "max": numbers[-1]}
    return sorted(values, key=str)


def plain_facts(known: Known, facts: Iterable[str]) -> dict[str, object]:
    """What is known of these facts, as JSON writes it."""
    return {fact: plain(known[fact]) for fact in facts if known.get(fact)}
