"""A release goes out while people are in the middle of their questions (design, section 6; FC-29)."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import cast

import pytest

from bot.catalogues import PoCatalogue
from conversations.guide import Guide
from conversations.medium import MEDIA, SMS, WHATSAPP
from conversations.questions import Answer, Question
from conversations.rules import facts_of
from conversations.session import Asked, load
from tests.conversation import NOON, Person, today
from tests.conversations.people import to_the_end
from tests.conversations.steps import TO_RESULTS, steps
from tests.guides import yes, yes_or_no

FOSSILS = sorted((Path(__file__).parents[1] / "sessions").glob("*.json"))


# ---------------------------------------------------------------------------------------------------- changed guides


def dropped(id: str) -> Guide:
    """Tomorrow's guide without a question, and without the pathways that hang on it."""
    gone = next(question for question in today().questions if question.id == id).fills
    kept = tuple(question for question in today().questions if question.id != id and not hangs(question, id))
    pathways = tuple(pathway for pathway in today().pathways if not facts_of(pathway.rule) & gone)
    return replace(today(), version="tomorrow", questions=kept, pathways=pathways)


def hangs(question: Question, id: str) -> bool:
    """Whether a question is asked only after another."""
    return any(fact.startswith(f"answer:{id}") for fact in facts_of(question.applies))


def added() -> Guide:
    """Tomorrow's guide with a question more, which a pathway asks about."""
    new = yes_or_no("likes_mangoes")
    pathway = replace(today().pathways[0], rule=yes("likes_mangoes"), status="open", on_request=False)
    texts = {"ask.likes_mangoes": "?", "option.likes_mangoes.yes": "+", "option.likes_mangoes.no": "-",
             "topic.likes_mangoes": "mangos", "condition.likes_mangoes": "mangos"}  # fmt: skip
    catalogues = {
        code: replace(cast("PoCatalogue", catalogue), texts={**cast("PoCatalogue", catalogue).texts, **texts})
        for code, catalogue in today().catalogues.items()
    }
    return replace(
        today(),
        version="tomorrow",
        questions=(*today().questions[:5], new, *today().questions[5:]),
        pathways=(pathway, *today().pathways[1:]),
        catalogues=catalogues,
    )


def shuffled() -> Guide:
    """Tomorrow's guide with the questions in another order, those that others hang on still before them."""
    order = sorted(today().questions, key=lambda question: (bool(facts_of(question.applies)), question.id))
    return replace(today(), version="tomorrow", questions=tuple(order))


def without_options() -> Guide:
    """Tomorrow's guide in which every question of one answer has lost its last option."""
    cut = [
        replace(q, options=q.options[:-1]) if q.kind == "one" and len(q.options) > 2 else q for q in today().questions
    ]
    return replace(today(), version="tomorrow", questions=tuple(cut))


CHANGES: dict[str, Callable[[], Guide]] = {
    "nothing but words": lambda: replace(today(), version="tomorrow"),
    "a question added": added,
    "another order": shuffled,
    "options gone": without_options,
    **{f"without {id}": partial(dropped, id) for id in ("age", "fear", "comar", "ties", "more")},
}


@pytest.mark.parametrize("change", CHANGES)
def test_everybody_reaches_an_ending(change: str) -> None:
    """From every step: no exception, no silence, and what still means the same is kept."""
    tomorrow, random = CHANGES[change](), Random(5)  # noqa: S311  # made-up people, not secrets
    for name, (session, medium) in steps().items():
        person = Person(tomorrow, medium)
        person.now, person.session = NOON.fromtimestamp(session.seen, NOON.tzinfo), session
        to_the_end(person, random)
        if session.consent and name != "restart":
            lost = {id for id in session.answers if tomorrow.question(id)} - set(person.answers)
            assert not lost, f"{name}: {lost}"


def test_the_question_that_was_added_is_asked() -> None:
    """Whoever was in the middle is asked it as well."""
    person = in_mexico("Venezuela", "34")
    person.guide = added()
    to_the_end(person, Random(1))  # noqa: S311  # made-up people, not secrets
    assert "likes_mangoes" in person.answers


def test_a_question_that_is_gone() -> None:
    """FC-29: it is said once that the questions changed; the answer is nobody's; the rest is kept."""
    person = in_mexico("Venezuela")
    assert person.asked == "age"
    person.guide = dropped("age")
    person.writes("1")
    assert person.keys[0] == "session.questions_changed"
    assert person.chosen == {"where": ("MX",), "nationality": ("VE",)}
    assert person.asked == "fear"
    assert not person.writes("1").said("session.questions_changed")


def test_a_number_is_read_against_the_list_that_was_shown() -> None:
    """FC-29: Belize came into the list as the third; who saw the list before and writes 3 is not in Belize."""
    person = Person().writes("hola", "1", "1")
    assert person.options[2] == "GT"
    where = replace(today().questions[0], shortcuts=("MX", "US", "BZ", "GT", "CO", "HN", "EC", "CR"))
    person.guide = replace(today(), version="tomorrow", questions=(where, *today().questions[1:]))
    assert person.writes("3").chosen["where"] == ("GT",)


def test_options_in_another_order() -> None:
    """The same for options of a question: what counts is what the person saw."""
    person = in_mexico("Venezuela")
    turned = [replace(q, options=q.options[::-1]) if q.id == "age" else q for q in today().questions]
    person.guide = replace(today(), version="tomorrow", questions=tuple(turned))
    assert person.writes("1").chosen["age"] == ("under_18",)


def test_an_option_that_is_gone_is_asked_again() -> None:
    """A dead option is not an answer: the question comes again as it is now."""
    person = in_mexico("Venezuela", "34")
    assert len(person.options) == 3
    person.guide = without_options()
    person.writes("3")
    assert "fear" not in person.answers
    assert person.asked == "fear"
    assert "safe" not in person.options


def test_pathways_that_are_gone() -> None:
    """DNH 23: a pathway switched off while its card or its list is open is gone, without a fault."""
    for texts in (TO_RESULTS, (*TO_RESULTS, "1")):
        person = Person().writes("hola", "1", *texts)
        person.guide = replace(today(), version="tomorrow", pathways=today().pathways[60:])
        for text in ("qwertyuiop", "1", "qwertyuiop", "resultados"):
            assert not person.writes(text).silent
        assert person.asked == "results"


def test_answers_to_questions_that_are_gone_stay() -> None:
    """A roll-back finds them again, and "back" passes over them."""
    person = in_mexico("Venezuela", "34")
    person.guide = dropped("age")
    person.writes("atrás")
    assert person.asked == "nationality"
    assert person.answers["age"] == Answer(("22_or_more",))
    person.guide = today()
    assert person.writes("Venezuela").asked == "fear"


def test_the_quick_way_out_says_nothing_of_it() -> None:
    """DNH 17: "weather" stays dull, whatever was deployed."""
    for word, key in (("clima", "exit.done"), ("borrar", "delete.done"), ("alto", "stop.done")):
        person = in_mexico("Venezuela")
        person.guide = dropped("age")
        assert person.writes(word).keys == (key,)


def in_mexico(*texts: str) -> Person:
    """Somebody in Mexico, after these answers."""
    return Person(medium=SMS).writes("hola", "1", "1", "México", *texts)


# ---------------------------------------------------------------------------------------------------- fossils


@pytest.mark.parametrize("file", FOSSILS, ids=lambda file: file.stem)
def test_a_fossil_still_leads_to_an_ending(file: Path) -> None:
    """A session as an earlier release saved it. Fossils are added with each change of the record and never edited."""
    fossil = json.loads(file.read_text("utf-8"))
    session = load(json.dumps(fossil["record"]))
    person = Person(medium=MEDIA[fossil["channel"]])
    person.now, person.session = NOON.fromtimestamp(session.seen, NOON.tzinfo), session
    if session.stopped:
        assert person.writes("gracias").silent
        assert person.writes("hola").asked == "language"
    to_the_end(person, Random(3))  # noqa: S311  # made-up people, not secrets
    if session.consent:
        assert {id for id in session.answers if today().question(id)} <= set(person.answers)


def test_there_are_fossils_of_every_kind() -> None:
    """In the middle of a question, of a confirmation, at the end, declined, stopped."""
    sessions = [load(json.dumps(json.loads(file.read_text("utf-8"))["record"])) for file in FOSSILS]
    assert {session.asked.id for session in sessions if session.asked} >= {"age", "guess", "results", "card", "lines"}
    assert any(session.stopped for session in sessions)
    assert any(isinstance(session.asked, Asked) and session.asked.ticked for session in sessions)


def test_whatsapp_and_sms_share_the_record() -> None:
    """A session does not say on which channel it was held: links between channels can carry it over."""
    person = in_mexico("Venezuela")
    person.medium = WHATSAPP
    assert person.writes("34").asked == "fear"
