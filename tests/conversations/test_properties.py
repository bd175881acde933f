"""What must hold whatever people do, in any order: nothing raises, nobody meets silence, no answer is made up."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.events import Event, Place, Tap, Text, Unreadable
from conversations.medium import SMS, TELEGRAM, WHATSAPP, Medium
from conversations.message import Choice
from conversations.questions import NONE, UNSURE
from conversations.session import Session
from tests.conversation import Person, today
from tests.conversations.people import ENDINGS, goes_on, to_the_end

MEDIA_ALL = (SMS, WHATSAPP, TELEGRAM)
SEEDS = range(6)

# ---------------------------------------------------------------------------------------------------- anything at all

SAID = """
hola|1|2|3|4|5|0|9|12|sí|no|no sé|MX|México|Guatemala|Nogales|Venezuela|17, de Honduras|34|danger|1 y 3|1-3|0 y 1|nada|
atrás|cambiar|saltar|por qué|resultados|más|centro|persona|ayuda|idioma|English|español|kreyol|reiniciar|seguir|bueno|
otra persona|borrar|alto|stop inside here|gracias|clima|es real|me secuestraron|quiero morir|Tapachula|tapchula|
San Marcos|qwertyuiop|C01234567|👍|🇭🇳|²|٣|\u200b1\u200b|\x00|\ud83d\ude00|ًٌٍ|{guess}|%s|' or 1=1 --|
/start|/start ht|/help|/x|?|...""".replace("\n", "")
QUESTIONS = [question.id for question in today().questions]
RUNS = ("tp2kok", "x")
ODD = st.text(max_size=30)
texts = st.sampled_from(SAID.split("|")) | ODD
taps = st.builds(
    Tap,
    st.sampled_from(RUNS),
    st.sampled_from([*QUESTIONS, "consent", "results", "card", "zzz"]),
    st.sampled_from(["yes", "no", "MX", "danger", "done", "none", "unsure", "go_on", "us-h2a", "💥"]),
)
places = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180), st.booleans())
unread = st.builds(Unreadable, st.sampled_from(["voice", "photo", "sticker", "contact", "empty", "forwarded"]))
events = st.builds(Text, texts, st.booleans()) | texts.map(Text) | taps | places | unread
WAITS = st.sampled_from([timedelta(seconds=s) for s in (0, 1, 20, 3600, 5 * 3600, 80 * 3600)])
PRESS = "press"
acts = st.lists(st.tuples(events | st.just(PRESS), WAITS, st.integers(0, 9)), max_size=25)
QUIET = frozenset(("same_tap", "same_hello", "stopped"))


@given(
    st.sampled_from(MEDIA_ALL), st.sampled_from([(), ("hola", "1", "1"), ("hola", "1", "1", "México", "Haití")]), acts
)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_anything_at_all(
    medium: Medium, start: tuple[str, ...], what: list[tuple[Event | str, timedelta, int]]
) -> None:
    """Any acts in any order: the checks of `Person`, something open or a known silence, and only legal answers."""
    person = Person(medium=medium).writes(*start)
    for act, wait, which in what:
        before = person.session
        if not _act(person, act, wait, which):
            continue
        _has_something_open(person, before)
        _keeps_only_what_is_legal(person)


def _act(person: Person, act: Event | str, wait: timedelta, which: int) -> bool:
    """Whether it could be done: there may be no button to press."""
    if not isinstance(act, str):
        person.does(act, after=wait)
        return True
    choices = person.message.choices if person.message else ()
    if choices:
        person.presses(choices[which % len(choices)], after=wait)
    return bool(choices)


def _has_something_open(person: Person, before: Session | None) -> None:
    if person.silent:
        stopped = before is not None and before.stopped and person.here.stopped
        assert stopped or QUIET & set(person.turn.notes), "silence"
    if person.session is not None and not person.here.stopped:
        assert person.asked, "nothing is open"
    if person.session is None:
        assert person.keys[0] in ("delete.done", "exit.done")


def _keeps_only_what_is_legal(person: Person) -> None:
    for id, answer in person.answers.items():
        question = person.guide.question(id)
        assert question is not None
        options = {option.id for option in question.options} | {item.id for item in question.items}
        for chosen in (*answer.chosen, *answer.shown):
            country = question.kind == "country" and len(chosen) == 2 and chosen.isupper()
            assert chosen in options or country, f"{id}: {chosen!r}"
        assert UNSURE not in answer.chosen
        assert question.kind != "several" or NONE not in answer.chosen
    for fact, values in person.facts.items():
        if fact in person.guide.facts:
            assert all(person.guide.facts[fact].legal(value) for value in values), fact
    assert person.session is None or not (person.here.answers and not person.here.consent)


# ---------------------------------------------------------------------------------------------------- the interview


@pytest.mark.parametrize("medium", MEDIA_ALL, ids=lambda medium: medium.name)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_interview_ends(medium: Medium, seed: int) -> None:
    """No more answers than questions, our own prompts and the second showing of a checklist."""
    person = Person(medium=medium).writes("hola", "1", "1")
    assert to_the_end(person, Random(seed)) <= len(today().questions) + 4  # noqa: S311  # made-up people, not secrets
    assert person.results.results.certain


@pytest.mark.parametrize("medium", [SMS, TELEGRAM], ids=lambda medium: medium.name)
@pytest.mark.parametrize("seed", SEEDS)
def test_back_and_the_same_answer_changes_nothing(medium: Medium, seed: int) -> None:
    """At every question: answer, go back, answer the same."""
    random = Random(seed)  # noqa: S311  # made-up people, not secrets
    person = Person(medium=medium).writes("hola", "1", "1")
    while person.asked not in ENDINGS:
        asked, options, number = person.asked or "", person.options, len(person.answers)
        goes_on(person, random)
        if person.guide.question(asked) is None or len(person.answers) != number + 1:
            continue  # one of our own prompts, or a checklist shown again
        once = person.here
        person.writes("atrás")
        assert (person.asked, person.options) == (asked, options)
        chosen = once.answers[asked].chosen
        person.writes(" ".join(str(options.index(option) + 1) for option in chosen) or "0")
        assert replace(person.here, seen=0) == replace(once, seen=0), asked


@pytest.mark.parametrize("seed", SEEDS)
def test_other_words_for_the_same_answer(seed: int) -> None:
    """By number, by label, by label in capitals with a full stop, by tapping: the session is the same."""
    random = Random(seed)  # noqa: S311  # made-up people, not secrets
    person = Person(medium=TELEGRAM).writes("hola", "1", "1")
    while person.asked not in ENDINGS:
        question = person.guide.question(person.asked or "")
        if question is None or question.kind == "several" or person.message is None:
            goes_on(person, random)
            continue
        choice = random.choice(person.message.choices)
        sessions = [replace(other.here, seen=0) for other in _answers(person, choice)]
        assert all(session == sessions[0] for session in sessions), f"{choice.label} at {question.id}"
        person.presses(choice)


def _answers(person: Person, choice: Choice) -> list[Person]:
    """The same answer given in different ways."""
    spelled = (choice.number, choice.label, f" {choice.label.upper()}. ", f"{choice.number}. {choice.label}")
    return [replace(person).presses(choice), *(replace(person).writes(text) for text in spelled)]


@pytest.mark.parametrize("medium", MEDIA_ALL, ids=lambda medium: medium.name)
@pytest.mark.parametrize("seed", SEEDS)
def test_changing_an_answer_to_itself(medium: Medium, seed: int) -> None:
    """Whoever looks at an answer and gives it again loses nothing and is asked nothing new."""
    random = Random(seed)  # noqa: S311  # made-up people, not secrets
    person = Person(medium=medium).writes("hola", "1", "1")
    to_the_end(person, random)
    before = dict(person.answers)
    for id, answer in before.items():
        person.writes("cambiar").writes(str(person.options.index(id) + 1))
        assert person.asked == id
        assert set(answer.shown) <= set(person.options), f"{id}: lines that were shown are not shown again"
        person.writes(" ".join(str(person.options.index(option) + 1) for option in answer.chosen) or "0")
        assert {k: set(v.chosen) for k, v in person.answers.items()} == {k: set(v.chosen) for k, v in before.items()}, (
            id
        )
    assert person.asked == "results"
