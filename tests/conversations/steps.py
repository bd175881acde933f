"""Every point at which somebody may say something else: each question and each prompt, reached with real answers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from random import Random

from conversations.invitation import Invitation, mark
from conversations.medium import SMS, TELEGRAM, WHATSAPP, Medium
from conversations.planner import Plan
from conversations.questions import Answer, Question
from conversations.session import Session
from conversations.turns.talk import Talk
from tests.conversation import NOON, Person, today

WALKS = 400


@cache
def steps() -> dict[str, tuple[Session, Medium]]:
    """A session at each question and prompt, by name, and the channel it is held on."""
    return {**{id: (session, WHATSAPP) for id, session in _questions().items()}, **dict(_prompts())}


@cache
def _questions() -> dict[str, Session]:
    """The first way found to every question."""
    guide, random = today(), Random(7)  # noqa: S311  # made-up people, not secrets
    found: dict[str, Session] = {}
    for _ in range(WALKS):
        answers: dict[str, Answer] = {}
        while (question := Plan(guide, answers).next) is not None:
            person = Person(medium=WHATSAPP)
            person.session = at(question, answers)
            found.setdefault(question.id, person.session)
            answers[question.id] = _any_answer(question, person.options, random)
        if len(found) == len(guide.questions):
            break
    return found


def at(question: Question, answers: dict[str, Answer]) -> Session:
    """Somebody with these answers, at this question."""
    session = Session("tp2kok", int(NOON.timestamp()), today().version, "es", consent=True, answers=dict(answers),
                      told=frozenset(("private",)))  # fmt: skip
    put = Talk(today(), WHATSAPP, NOON, session).put(question.id).session
    assert put is not None
    return put


def _any_answer(question: Question, options: tuple[str, ...], random: Random) -> Answer:
    if question.kind == "several":
        return Answer(tuple(option for option in options if random.random() < 0.4), options)
    return Answer((random.choice(("MX", "US", "CA") if question.id == "where" else options),))


def _prompts() -> Iterator[tuple[str, tuple[Session, Medium]]]:
    """Each of our own prompts, as it comes about."""
    for name, (medium, texts) in WAYS.items():
        person = Person(medium=medium).writes("hola", "1", *texts)
        assert person.asked == name.partition(" ")[0], f"{name}: {person.asked}"
        yield name, (person.here, medium)


BY_A_POSTER = Invitation("es", mark("mx-tapachula-comar-multiservicios"), 12).payload
TO_RESULTS = ("1", "México", "Venezuela", "34", "1", "1", "0", "0", "Tapachula")
WAYS: dict[str, tuple[Medium, tuple[str, ...]]] = {
    "language": (TELEGRAM, ("1", "México", "idioma")),
    "consent": (SMS, ()),
    "private": (TELEGRAM, ("1", "USA", "Honduras", "15", "1")),
    "town": (SMS, ("1", "México", "Haití", "centro")),
    "town before consent": (SMS, ("centro",)),
    "town for results": (SMS, TO_RESULTS[:-1]),
    "town_choice": (SMS, ("1", "México", "centro", "San Marcos")),
    "town_guess": (SMS, ("1", "México", "centro", "tapchula")),
    "near_centre": (TELEGRAM, ("1", "México", f"/start {BY_A_POSTER}", "centro")),
    "results": (SMS, TO_RESULTS),
    "results in chat": (WHATSAPP, TO_RESULTS),
    "results so far": (WHATSAPP, (*TO_RESULTS[:6], "resultados")),
    "card": (SMS, (*TO_RESULTS, "1")),
    "card in chat": (WHATSAPP, (*TO_RESULTS, "1")),
    "centres": (TELEGRAM, ("1", "México", "centro", "Tapachula")),
    "change": (SMS, ("1", "México", "Honduras", "cambiar")),
    "restart": (SMS, ("1", "México", "reiniciar")),
    "resume": (SMS, ("1", "México", "hola")),
    "stop_inside": (SMS, ("1", "México", "the bus does not stop here")),
    "miss": (SMS, ("1", "México", "qwerty", "qwerty", "qwerty")),
    "which": (SMS, ("1", "México", "Venezuela", "34", "no")),
    "which country": (SMS, ("1", "Nogales")),
    "guess": (SMS, ("1", "Guatamala")),
    "range": (SMS, (*TO_RESULTS[:6], "1-3")),
    "contradiction": (SMS, (*TO_RESULTS[:6], "0 y 1")),
    "lines": (SMS, ("1", "no sé", "quiero morir")),
    "lines at consent": (SMS, ("quiero morir",)),
    "lines after declining": (SMS, ("2",)),
    "town after declining": (SMS, ("2", "centro")),
    "town_choice after declining": (SMS, ("2", "San Marcos")),
}


def everybody(language: str) -> Iterator[tuple[str, Person]]:
    """Somebody at every step, in a language."""
    for name, (session, medium) in steps().items():
        person = Person(medium=medium, now=datetime.fromtimestamp(session.seen, UTC))
        person.session = replace(session, language=language)
        yield name, person
