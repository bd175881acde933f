"""Reading the content: what a file means, and that every mistake is told at once, where it is and how to mend it."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
import yaml

from conversations.guide import Guide, parse_guide
from conversations.problems import ContentError, Problem
from conversations.questions import Option
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
)
from tests.guides import FALSE, TRUE, real_guide

Documents = dict[str, Any]

SMALL: Documents = {
    "facts.yaml": yaml.safe_load("""
        facts:
          abroad: {type: bool, policy: open}
          age: {type: int, policy: open}
          home: {type: country, policy: open}
          here: {type: country, policy: open}
          case: {type: enum, policy: private, values: [none, waiting, refused]}
          abused: {type: bool, policy: never, usual: false}
          goal: {type: bool, policy: never, retired: true}
        follows:
          - {if: {fact: age, op: gte, value: 18}, set: {abroad: true}}
    """),
    "questions.yaml": yaml.safe_load("""
        questions:
          - {id: home, kind: country, policy: open, fills: [home], shortcuts: [MX]}
          - id: age
            kind: one
            policy: open
            fills: [age]
            options: [{id: young, sets: {age: {max: 17}}}, {id: old, sets: {age: {min: 18}}}]
          - id: more
            kind: several
            policy: open
            fills: [abroad, case]
            items:
              - {id: away, chosen: {abroad: true}, not_chosen: {abroad: false}}
              - {id: case, policy: private, guard: {answer: age, in: [old]}, chosen: {}, not_chosen: {case: none}}
          - id: case
            kind: one
            policy: private
            guard: {answer: more, has: case}
            fills: [case]
            options: [{id: no, sets_by: {age: {young: {case: waiting}, old: {case: [waiting, refused]}}}}]
    """),
    "pathways/us.yaml": yaml.safe_load("""
        lists: {near: [MX, GT]}
        pathways:
          - id: shelter
            country: US
            kind: protection
            status: limited
            criteria: {all: [{fact: abroad, op: 'yes'}, {fact: home, op: in, value: near}]}
            official_url: https://example.org/shelter
            as_of: '2026-09'
            confidence: high
            apply_from: [inside]
            sources: [{title: A law, url: https://example.org/law, page_date: '2026'}]
        notices:
          - id: late
            country: US
            criteria: {fact: case, op: is, value: waiting}
            official_url: https://example.org/late
            as_of: '2026-09-02'
            confidence: medium
            sources: [{title: A page}]
    """),
    "centres.yaml": yaml.safe_load("""
        centres:
          - id: home-of-friends
            name: Home of Friends
            org: Friends
            kind: shelter
            country: MX
            city: Tapachula
            lat: 14.9
            lon: -92.26
            geo_precision: street
            phone: '+529620000000'
            address: Street 1
            timezone: America/Mexico_City
            who: Anybody
            appointment: none
            status: open
            as_of: '2025'
            confidence: low
            from_memory: [phone]
            sources: [{title: A page}]
    """),
    "hotlines.yaml": yaml.safe_load("""
        hotlines:
          - id: line
            country: MX
            kind: emergency
            name: Line
            number: 911
            confidence: high
            sources: [{title: A page}]
    """),
}


def small(change: Callable[[Documents], object]) -> Documents:
    """The small content, changed."""
    documents = deepcopy(SMALL)
    change(documents)
    return documents


def read_small() -> Guide:
    """The guide of the small content."""
    return parse_guide(SMALL, "small")


def problems_of(documents: Documents) -> tuple[Problem, ...]:
    """What is wrong with content that cannot be used."""
    with pytest.raises(ContentError) as caught:
        parse_guide(documents, "broken")
    return caught.value.problems


def criteria(written: object) -> Documents:
    """The small content with another rule for its pathway."""
    return small(lambda documents: documents["pathways/us.yaml"]["pathways"][0].update(criteria=written))


# ---------------------------------------------------------------------------------------------------- what it means


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ({"fact": "case", "op": "is", "value": "none"}, OneOf("case", frozenset(("none",)))),
        ({"fact": "case", "op": "in", "value": ["none", "waiting"]}, OneOf("case", frozenset(("none", "waiting")))),
        ({"fact": "home", "op": "in", "value": "near"}, OneOf("home", frozenset(("MX", "GT")))),
        ({"fact": "home", "op": "not_in", "value": ["US"]}, NoneOf("home", frozenset(("US",)))),
        ({"fact": "abroad", "op": "yes"}, OneOf("abroad", TRUE)),
        ({"fact": "abroad", "op": "no"}, OneOf("abroad", FALSE)),
        ({"fact": "age", "op": "gte", "value": 18}, AtLeast("age", 18)),
        ({"fact": "age", "op": "lte", "value": 17}, AtMost("age", 17)),
        ({"fact": "here", "op": "differs_from", "value": "home"}, Differs("here", "home")),
        ({"not": {"fact": "abroad", "op": "yes"}}, Not(OneOf("abroad", TRUE))),
        ({"any": [{"fact": "abroad", "op": "yes"}]}, Some((OneOf("abroad", TRUE),))),
        ({"all": [{"any": [{"fact": "age", "op": "lte", "value": 1}]}]}, All((Some((AtMost("age", 1),)),))),
    ],
)
def test_each_operator_is_read_as_its_rule(written: object, rule: Rule) -> None:
    """The closed vocabulary, operator by operator."""
    assert parse_guide(criteria(written), "small").pathways[0].rule == rule


def test_questions_are_read_with_what_their_answers_say() -> None:
    """Bands, what depends on an earlier answer, and lines that are private or guarded."""
    home, age, more, case = read_small().questions
    assert (home.country_fact, home.shortcuts, home.applies) == ("home", ("MX",), ALWAYS)
    assert age.options[0] == Option("young", {"age": frozenset(range(18))})
    assert case.options[0].says_by == (
        "age",
        {"young": {"case": frozenset(("waiting",))}, "old": {"case": frozenset(("waiting", "refused"))}},
    )
    assert case.applies == OneOf("answer:more:case", TRUE)
    assert more.items[1].shown_if == OneOf("answer:age", frozenset(("old",)))
    assert (more.items[0].left, more.items[1].policy) == ({"abroad": FALSE}, "private")


def test_a_month_or_a_year_counts_from_its_first_day() -> None:
    """Evidence is never made younger than it is, and the date is shown as it was written."""
    guide = read_small()
    assert (guide.pathways[0].as_of, guide.pathways[0].as_of_text) == (date(2026, 9, 1), "2026-09")
    assert guide.notices[0].as_of == date(2026, 9, 2)
    assert guide.centres[0].as_of == date(2025, 1, 1)


def test_what_is_only_remembered_does_not_exist() -> None:
    """A telephone number without a published source is never read; a street with one is."""
    centre = read_small().centres[0]
    assert (centre.phone, centre.address) == (None, "Street 1")
    assert read_small().hotlines[0].number == "911"


def test_the_real_content_is_in_order() -> None:
    """And every id in it is found again."""
    guide = real_guide()
    assert all(guide.question(q.id) is q for q in guide.questions)
    assert all(guide.pathway(p.id) is p for p in guide.pathways)
    assert guide.question("no-such") is None
    assert guide.pathway("no-such") is None


# ---------------------------------------------------------------------------------------------------- what is wrong


def fact(**entry: object) -> Documents:
    """The small content with one more fact."""
    return small(lambda documents: documents["facts.yaml"]["facts"].update(extra=entry))


def question(number: int, **entry: object) -> Documents:
    """The small content with a question changed."""
    return small(lambda documents: documents["questions.yaml"]["questions"][number].update(entry))


def path(**entry: object) -> Documents:
    """The small content with its pathway changed."""
    return small(lambda documents: documents["pathways/us.yaml"]["pathways"][0].update(entry))


def double(file: str, name: str) -> Documents:
    """The small content with an entry standing twice."""
    return small(lambda documents: documents[file][name].append(documents[file][name][0]))


US = "pathways/us.yaml: pathways.shelter: "
ASKED = "questions.yaml: questions."


@pytest.mark.parametrize(
    ("documents", "problem"),
    [
        (criteria({"fact": "abroat", "op": "yes"}), f"{US}unknown fact 'abroat' (did you mean abroad?)"),
        (criteria({"fact": "zzz", "op": "yes"}), f"{US}unknown fact 'zzz'"),
        (
            criteria({"fact": "age", "op": "above", "value": 1}),
            f"{US}unknown operator 'above' (one of is, in, not_in, gte, lte, yes, no, differs_from)",
        ),
        (
            criteria({"fact": "case", "op": "is", "value": "refuse"}),
            f"{US}case: 'refuse' is not one of its values (did you mean refused?)",
        ),
        (
            criteria({"fact": "case", "op": "is", "value": "zz"}),
            f"{US}case: 'zz' is not one of its values (one of none, waiting, refused)",
        ),
        (
            criteria({"fact": "home", "op": "is", "value": "Mexico"}),
            f"{US}home: 'Mexico' is not one of its values (two capital letters, ISO 3166)",
        ),
        (
            criteria({"fact": "abroad", "op": "is", "value": "so"}),
            f"{US}abroad: 'so' is not one of its values (true or false)",
        ),
        (criteria({"fact": "age", "op": "is", "value": 121}), f"{US}age: 121 is not one of its values (0 to 120)"),
        (criteria({"fact": "home", "op": "in", "value": "nearr"}), f"{US}unknown list 'nearr' (did you mean near?)"),
        (criteria({"fact": "home", "op": "in", "value": "zz"}), f"{US}unknown list 'zz' (write a list of values)"),
        (
            criteria({"fact": "home", "op": "gte", "value": 1}),
            f"{US}home: 1 cannot be compared (gte and lte take whole numbers)",
        ),
        (
            criteria({"fact": "here", "op": "differs_from", "value": "hom"}),
            f"{US}unknown fact 'hom' (did you mean home?)",
        ),
        (
            criteria({"fact": "goal", "op": "yes"}),
            "pathways: shelter: tests goal, which is retired (see `follows` in facts.yaml for what replaced it)",
        ),
        (criteria({"all": []}), f"{US}all: needs a list of conditions"),
        (criteria({"every": []}), f"{US}not a rule: ['every'] (one of all, any, not, or a test with fact, op, value)"),
        (
            criteria("abroad"),
            f"{US}not a rule: 'abroad' (write {{all: […]}}, {{any: […]}}, {{not: …}} or {{fact, op, value}})",
        ),
        (path(sources=[]), f"{US}has no source (name where the facts come from, with a date)"),
        (path(official_url="http://example.org"), f"{US}official_url: http://example.org is not https"),
        (path(official_url=None), f"{US}official_url: is missing"),
        (path(as_of="soon"), f"{US}as_of: 'soon' is not a date ('2026-09-01', '2026-09' or '2026')"),
        (path(as_of="2026-13"), f"{US}as_of: '2026-13' is not a date ('2026-09-01', '2026-09' or '2026')"),
        (path(status="opened"), f"{US}status: 'opened' is not known (did you mean open?)"),
        (
            path(confidence="sure"),
            f"{US}confidence: 'sure' is not known (high, medium, low)",
        ),
        (path(id="late"), "pathways: late: this id stands in two places (ids are never reused)"),
        (double("pathways/us.yaml", "pathways"), f"{US}this id stands twice (ids are never reused)"),
        (
            double("centres.yaml", "centres"),
            "centres.yaml: centres.home-of-friends: this id stands twice (ids are never reused)",
        ),
        (small(lambda d: d["hotlines.yaml"].pop("hotlines")), "hotlines.yaml: hotlines: hotlines: needs a list"),
        (
            fact(type="text", policy="open"),
            "facts.yaml: facts.extra: type: 'text' is not known (bool, int, country, enum)",
        ),
        (fact(type="enum", policy="open"), "facts.yaml: facts.extra: an enum without values"),
        (
            fact(type="bool", policy="never", usual="no"),
            "facts.yaml: facts.extra: usual: 'no' is not a value of this fact",
        ),
        (question(1, fills=["agee"]), f"{ASKED}age: fills an unknown fact 'agee' (did you mean age?)"),
        (question(1, fills=[]), f"{ASKED}age: sets facts it does not list under fills: age"),
        (
            question(0, fills=["abused"]),
            f"{ASKED}home: asks for abused, which nobody is asked (its policy in facts.yaml is never)",
        ),
        (
            question(3, guard={"answer": "mor", "has": "case"}),
            f"{ASKED}case: guard: no question 'mor' (did you mean more?)",
        ),
        (
            question(3, guard={"answer": "more", "has": "cases"}),
            f"{ASKED}case: guard: more has no line 'cases' (did you mean case?)",
        ),
        (
            question(1, options=[{"id": "young", "sets": {"home": {"max": 17}}}]),
            f"{ASKED}age: home: {{'max': 17}} is not a band (write {{min: 18, max: 20}})",
        ),
        (
            question(2, items=[{"id": "away", "chosen": {"abroad": True}}]),
            f"{ASKED}more: facts are missing (write {{fact: value}})",
        ),
        (question(1, options=[{"sets": {}}]), f"{ASKED}age: cannot be read: KeyError: 'id'"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_a_hint(documents: Documents, problem: str) -> None:
    """The file, the entry, what is wrong, and where we can guess it how to mend it."""
    assert problem in map(str, problems_of(documents))


def test_all_mistakes_are_told_at_once() -> None:
    """Whoever edits the content does not have to mend one to see the next."""

    def spoil(documents: Documents) -> None:
        documents["facts.yaml"]["facts"]["age"]["type"] = "number"
        documents["questions.yaml"]["questions"][0]["kind"] = "land"
        documents["pathways/us.yaml"]["pathways"][0]["official_url"] = "ftp://example.org"
        documents["pathways/us.yaml"]["notices"][0]["sources"] = []
        documents["centres.yaml"]["centres"][0]["timezone"] = ""

    found = {(problem.file, problem.entry) for problem in problems_of(small(spoil))}
    assert found >= {
        ("facts.yaml", "facts.age"),
        ("questions.yaml", "questions.home"),
        ("pathways/us.yaml", "pathways.shelter"),
        ("pathways/us.yaml", "notices.late"),
        ("centres.yaml", "centres.home-of-friends"),
    }


def test_the_error_prints_a_line_a_mistake() -> None:
    """As it is shown to whoever starts Rumbo."""
    with pytest.raises(ContentError, match="is not https") as caught:
        parse_guide(path(official_url="http://example.org", sources=[]), "broken")
    assert len(str(caught.value).splitlines()) == len(caught.value.problems) == 2
