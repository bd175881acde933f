"""Reads the parsed content files into facts, rules, questions, pathways and centres, or tells every mistake in them.

It takes plain lists and mappings, as a YAML parser makes them, and knows nothing of files or YAML itself. Each reader
notes what it cannot use and goes on, so that whoever edits the content sees all mistakes at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar, cast, get_args

from conversations.centres import Centre, CentreStatus, Hotline
from conversations.facts import OLDEST, Fact, FactType, Follows, Policy, band
from conversations.pathways import Confidence, Kind, Notice, Pathway, Source, Status
from conversations.problems import Problems, nearest_id
from conversations.questions import Item, Option, Question, Says, answer_fact
from conversations.rules import (
    ALWAYS,
    All,
    AtLeast,
    AtMost,
    Differs,
    NoneOf,
    Not,
    OneOf,
    Rule,
    Some,
    Values,
)

T = TypeVar("T")
Entry = Mapping[str, Any]
Lists = Mapping[str, Sequence[str]]
OPERATORS = ("is", "in", "not_in", "gte", "lte", "yes", "no", "differs_from")


class Reader:
    """Reads entries against one vocabulary of facts, collecting problems."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.facts: dict[str, Fact] = {}

    # ------------------------------------------------------------------ facts

    def read_facts(self, document: Entry) -> dict[str, Fact]:
        """The vocabulary of facts, by id."""
        for id, entry in self._mapping(document, "facts").items():
            with self.problems.at(entry=f"facts.{id}"):
                fact = Fact(
                    id=id,
                    type=cast("FactType", self._choice(entry, "type", get_args(FactType))),
                    policy=cast("Policy", self._choice(entry, "policy", get_args(Policy))),
                    values=tuple(entry.get("values") or ()),
                    usual=entry.get("usual"),
                    retired=bool(entry.get("retired", False)),
                )
                if fact.type == "enum" and not fact.values:
                    self.problems.add("an enum without values")
                if fact.usual is not None and not fact.legal(fact.usual):
                    self.problems.add(f"usual: {fact.usual!r} is not a value of this fact")
                self.facts[id] = fact
        return self.facts

    def read_follows(self, document: Entry) -> tuple[Follows, ...]:
        """What follows from facts without a question."""
        return self._each(document, "follows", self._follow)

    def _follow(self, entry: Entry) -> Follows:
        return Follows(self.rule(entry.get("if"), {}), tuple(self.says(entry.get("set")).items()))

    def values(self, fact: str, said: Any) -> Values:
        """The values a statement leaves possible: one value, a list of them, or {min, max} for numbers."""
        known = self.facts.get(fact)
        if known is None:
            self.problems.add(f"unknown fact {fact!r}", nearest_id(fact, self.facts))
            return frozenset()
        if isinstance(said, Mapping):
            if known.type != "int" or not set(said) <= {"min", "max"}:
                self.problems.add(f"{fact}: {dict(said)} is not a band", "write {min: 18, max: 20}")
                return frozenset()
            return band(int(said.get("min", 0)), int(said.get("max", OLDEST)))
        values = said if isinstance(said, list) else [said]
        for value in values:
            if not known.legal(value):
                self.problems.add(f"{fact}: {value!r} is not one of its values", self._legal_values(known, value))
        return frozenset(values)

    def _legal_values(self, fact: Fact, value: object) -> str:
        if fact.type != "enum":
            return {"bool": "true or false", "int": f"0 to {OLDEST}", "country": "two capital letters, ISO 3166"}[
                fact.type
            ]
        return nearest_id(str(value), fact.values) or "one of " + ", ".join(fact.values)

    def says(self, said: Any) -> Says:
        """What an answer says about facts."""
        if not isinstance(said, Mapping):
            self.problems.add("facts are missing", "write {fact: value}")
            return {}
        return {fact: self.values(fact, value) for fact, value in said.items()}

    # ------------------------------------------------------------------ rules

    def rule(self, written: Any, lists: Lists) -> Rule:
        """A rule of the closed vocabulary: all, any, not, or a test {fact, op, value}."""
        if not isinstance(written, Mapping):
            self.problems.add(f"not a rule: {written!r}", "write {all: […]}, {any: […]}, {not: …} or {fact, op, value}")
            return ALWAYS
        if "fact" in written:
            return self._test(written, lists)
        if "answer" in written:
            return self._answer_test(written)
        if len(written) != 1 or next(iter(written)) not in ("all", "any", "not"):
            self.problems.add(f"not a rule: {sorted(written)}", "one of all, any, not, or a test with fact, op, value")
            return ALWAYS
        ((joint, parts),) = written.items()
        if joint == "not":
            return Not(self.rule(parts, lists))
        if not isinstance(parts, list) or not parts:
            self.problems.add(f"{joint}: needs a list of conditions")
            return ALWAYS
        read = tuple(self.rule(part, lists) for part in parts)
        return All(read) if joint == "all" else Some(read)

    def _test(self, written: Entry, lists: Lists) -> Rule:
        fact, op, value = str(written["fact"]), written.get("op"), written.get("value")
        if fact not in self.facts:
            self.problems.add(f"unknown fact {fact!r}", nearest_id(fact, self.facts))
            return ALWAYS
        match op:
            case "is":
                return OneOf(fact, self.values(fact, value))
            case "in":
                return OneOf(fact, self.values(fact, self._listed(value, lists)))
            case "not_in":
                return NoneOf(fact, self.values(fact, self._listed(value, lists)))
            case "yes":
                return OneOf(fact, self.values(fact, True))
            case "no":
                return OneOf(fact, self.values(fact, False))
            case "gte":
                return AtLeast(fact, self._number(fact, value))
            case "lte":
                return AtMost(fact, self._number(fact, value))
            case "differs_from":
                if value not in self.facts:
                    self.problems.add(f"unknown fact {value!r}", nearest_id(str(value), self.facts))
                return Differs(fact, str(value))
            case _:
                self.problems.add(f"unknown operator {op!r}", "one of " + ", ".join(OPERATORS))
                return ALWAYS

    def _listed(self, value: Any, lists: Lists) -> Any:
        """A list of values, or the name of one kept under `lists` in the same file."""
        if isinstance(value, list):
            return value
        if value not in lists:
            self.problems.add(f"unknown list {value!r}", nearest_id(str(value), lists) or "write a list of values")
            return []
        return list(lists[value])

    def _number(self, fact: str, value: Any) -> int:
        if self.facts[fact].type != "int" or not isinstance(value, int) or isinstance(value, bool):
            self.problems.add(f"{fact}: {value!r} cannot be compared", "gte and lte take whole numbers")
            return 0
        return value

    def _answer_test(self, written: Entry) -> Rule:
        question = str(written["answer"])
        if "has" in written:
            return OneOf(answer_fact(question, str(written["has"])), frozenset((True,)))
        return OneOf(answer_fact(question), frozenset(map(str, written.get("in", ()))))

    # ------------------------------------------------------------------ questions

    def read_questions(self, document: Entry) -> tuple[Question, ...]:
        """The interview, in the order it is put."""
        return self._each(document, "questions", self._question)

    def _question(self, entry: Entry) -> Question:
        kind = self._choice(entry, "kind", ("country", "one", "several"))
        question = Question(
            id=str(entry["id"]),
            kind=cast("Any", kind),
            policy=cast("Policy", self._choice(entry, "policy", ("open", "private"))),
            fills=frozenset(entry.get("fills") or ()),
            options=tuple(self._option(option) for option in entry.get("options") or ()),
            items=tuple(self._item(item) for item in entry.get("items") or ()),
            shortcuts=tuple(entry.get("shortcuts") or ()),
            applies=self.rule(entry["guard"], {}) if "guard" in entry else ALWAYS,
            always=bool(entry.get("always", False)),
            rare=bool(entry.get("rare", False)),
            yes=tuple(entry.get("yes_means") or ()),
            no=tuple(entry.get("no_means") or ()),
        )
        for fact in question.fills - self.facts.keys():
            self.problems.add(f"fills an unknown fact {fact!r}", nearest_id(fact, self.facts))
        for option in {*question.yes, *question.no} - {option.id for option in question.options}:
            self.problems.add(f"yes_means or no_means names no option of it: {option!r}")
        unsaid = {fact for says in _all_says(question) for fact in says} - question.fills
        if unsaid:
            self.problems.add(f"sets facts it does not list under fills: {', '.join(sorted(unsaid))}")
        return question

    def _option(self, entry: Entry) -> Option:
        says = self.says(entry["sets"]) if "sets" in entry else {}
        if "sets_by" not in entry:
            return Option(str(entry["id"]), says)
        ((earlier, by),) = entry["sets_by"].items()
        return Option(str(entry["id"]), says, (earlier, {key: self.says(value) for key, value in by.items()}))

    def _item(self, entry: Entry) -> Item:
        return Item(
            id=str(entry["id"]),
            chosen=self.says(entry.get("chosen")),
            left=self.says(entry.get("not_chosen")),
            shown_if=self.rule(entry["guard"], {}) if "guard" in entry else ALWAYS,
            policy=cast("Policy", entry.get("policy", "open")),
        )

    # ------------------------------------------------------------------ pathways

    def read_pathways(self, document: Entry) -> tuple[Pathway, ...]:
        """The pathways of one file, in authored order."""
        lists = document.get("lists") or {}

        def build(entry: Entry) -> Pathway:
            return Pathway(
                id=str(entry["id"]),
                country=self._text(entry, "country"),
                kind=cast("Kind", self._choice(entry, "kind", get_args(Kind))),
                status=cast("Status", self._choice(entry, "status", get_args(Status))),
                rule=self.rule(entry.get("criteria"), lists),
                official_url=self._url(entry, "official_url"),
                official_url_seen=bool(entry.get("official_url_seen", False)),
                as_of=self._date(entry),
                as_of_text=self._text(entry, "as_of"),
                confidence=self._confidence(entry),
                apply_from=tuple(entry.get("apply_from") or ()),
                sources=self._sources(entry),
                on_request=bool(entry.get("on_request", False)),
            )

        return self._each(document, "pathways", build)

    def read_notices(self, document: Entry) -> tuple[Notice, ...]:
        """The notices of one file, in authored order."""
        lists = document.get("lists") or {}

        def build(entry: Entry) -> Notice:
            return Notice(
                id=str(entry["id"]),
                country=self._text(entry, "country"),
                rule=self.rule(entry.get("criteria"), lists),
                official_url=self._url(entry, "official_url"),
                as_of=self._date(entry),
                as_of_text=self._text(entry, "as_of"),
                confidence=self._confidence(entry),
                sources=self._sources(entry),
            )

        return self._each(document, "notices", build)

    # ------------------------------------------------------------------ places and lines

    def read_centres(self, document: Entry) -> tuple[Centre, ...]:
        """All centres. What is known from memory only is left out of the record's phone and address."""
        return self._each(document, "centres", self._centre)

    def _centre(self, entry: Entry) -> Centre:
        return Centre(
            id=str(entry["id"]),
            name=self._text(entry, "name"),
            org=self._text(entry, "org"),
            kind=self._text(entry, "kind"),
            country=self._text(entry, "country"),
            admin1=entry.get("admin1"),
            city=self._text(entry, "city"),
            address=_published(entry, "address"),
            point=(float(entry["lat"]), float(entry["lon"])),
            precision=self._text(entry, "geo_precision"),
            phone=_published(entry, "phone"),
            whatsapp=_published(entry, "whatsapp"),
            url=entry.get("url"),
            hours=_published(entry, "hours"),
            timezone=self._text(entry, "timezone"),
            services=tuple(entry.get("services") or ()),
            languages=tuple(entry.get("languages") or ()),
            who=self._text(entry, "who"),
            appointment=cast("Any", self._choice(entry, "appointment", ("none", "required", "unknown"))),
            status=cast("CentreStatus", self._choice(entry, "status", get_args(CentreStatus))),
            as_of=_day(entry.get("as_of")),
            as_of_text=entry.get("as_of"),
            confidence=self._confidence(entry),
            from_memory=tuple(entry.get("from_memory") or ()),
            notes=entry.get("notes"),
            sources=self._sources(entry),
        )

    def read_hotlines(self, document: Entry) -> tuple[Hotline, ...]:
        """All telephone lines."""
        return self._each(document, "hotlines", self._hotline)

    def _hotline(self, entry: Entry) -> Hotline:
        number = _published(entry, "number")
        return Hotline(
            id=str(entry["id"]),
            country=self._text(entry, "country"),
            kind=self._text(entry, "kind"),
            name=self._text(entry, "name"),
            number=str(number) if number is not None else None,
            hours=_published(entry, "hours"),
            languages=tuple(entry.get("languages") or ()),
            as_of_text=entry.get("as_of"),
            confidence=self._confidence(entry),
            from_memory=tuple(entry.get("from_memory") or ()),
            notes=entry.get("notes"),
            sources=self._sources(entry),
        )

    # ------------------------------------------------------------------ small readers

    def _each(self, document: Entry, name: str, build: Callable[[Entry], T]) -> tuple[T, ...]:
        """Build every entry of a list; one that cannot be read is noted and passed over."""
        entries = document.get(name)
        if not isinstance(entries, list):
            self.problems.add(f"{name}: needs a list")
            return ()
        built: list[T] = []
        seen: set[str] = set()
        for number, entry in enumerate(entries, 1):
            id = str(entry.get("id", number)) if isinstance(entry, Mapping) else str(number)
            with self.problems.at(entry=f"{name}.{id}"):
                if id in seen:
                    self.problems.add("this id stands twice", "ids are never reused")
                seen.add(id)
                try:
                    built.append(build(entry))
                except (AttributeError, KeyError, TypeError, ValueError) as error:
                    self.problems.add(f"cannot be read: {type(error).__name__}: {error}")
        return tuple(built)

    def _mapping(self, document: Entry, name: str) -> Mapping[str, Entry]:
        found = document.get(name)
        if not isinstance(found, Mapping):
            self.problems.add(f"{name}: needs a mapping of id to entry")
            return {}
        return found

    def _choice(self, entry: Entry, key: str, legal: Sequence[str]) -> str:
        value = entry.get(key)
        if value not in legal:
            self.problems.add(f"{key}: {value!r} is not known", nearest_id(str(value), legal) or ", ".join(legal))
            return legal[0]
        return str(value)

    def _confidence(self, entry: Entry) -> Confidence:
        return cast("Confidence", self._choice(entry, "confidence", get_args(Confidence)))

    def _text(self, entry: Entry, key: str) -> str:
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            self.problems.add(f"{key}: is missing")
            return ""
        return value

    def _url(self, entry: Entry, key: str) -> str:
        url = self._text(entry, key)
        if url and not url.startswith("https://"):
            self.problems.add(f"{key}: {url} is not https")
        return url

    def _date(self, entry: Entry) -> date:
        day = _day(entry.get("as_of"))
        if day is None:
            self.problems.add(f"as_of: {entry.get('as_of')!r} is not a date", "'2026-09-01', '2026-09' or '2026'")
            return date.min
        return day

    def _sources(self, entry: Entry) -> tuple[Source, ...]:
        sources = entry.get("sources") or []
        if not sources:
            self.problems.add("has no source", "name where the facts come from, with a date")
        return tuple(
            Source(source.get("title", ""), source.get("url"), source.get("page_date"), source.get("supports"))
            for source in sources
        )


def _all_says(question: Question) -> Iterator[Says]:
    for option in question.options:
        yield option.says
        if option.says_by:
            yield from option.says_by[1].values()
    for item in question.items:
        yield item.chosen
        yield item.left


def _published(entry: Entry, key: str) -> Any:
    """A field that somebody published; what is only remembered does not exist for us."""
    return None if key in (entry.get("from_memory") or ()) else entry.get(key)


def _day(written: Any) -> date | None:
    """The first day that "2026-09-01", "2026-09" or "2026" can mean: evidence is never made younger than it is."""
    if isinstance(written, date):
        return written
    if not isinstance(written, str):
        return None
    parts = written.split("-")
    try:
        return date(int(parts[0]), int(parts[1]) if len(parts) > 1 else 1, int(parts[2]) if len(parts) > 2 else 1)
    except ValueError:
        return None
