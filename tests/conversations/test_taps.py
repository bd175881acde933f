"""What a tap leaves behind: a question that turns into its answer, an old button that says so, ticks in their place."""

from datetime import timedelta

import pytest

from conversations.medium import TELEGRAM
from conversations.message import Choice
from conversations.replies import Chosen
from conversations.turns import taps
from tests.conversation import Person
from tests.conversations.steps import TO_RESULTS


def somebody() -> Person:
    """Somebody on Telegram who has consented."""
    return Person(medium=TELEGRAM).writes("/start").taps("es", "go_on")


@pytest.mark.parametrize(
    ("before", "option", "chosen"),
    [
        (Person(medium=TELEGRAM).writes("/start"), "es", Chosen("language", ("es",))),
        (Person(medium=TELEGRAM).writes("/start").taps("es"), "go_on", Chosen("consent", ("go_on",))),
        (Person(medium=TELEGRAM).writes("/start").taps("es"), "no_thanks", Chosen("consent", ("no_thanks",))),
        (somebody(), "MX", Chosen("where", ("MX",))),
        (somebody(), "unsure", Chosen("where", ("unsure",))),
    ],
)
def test_a_question_turns_into_its_answer(before: Person, option: str, chosen: Chosen) -> None:
    """Of the interview or of our own; what was chosen is told by id."""
    assert before.taps(option).turn.chosen == chosen
    assert taps.OLD not in before.turn.notes


def in_a_checklist() -> Person:
    """Somebody before a checklist."""
    person = Person(medium=TELEGRAM).writes("/start", "1", *TO_RESULTS[:6])
    question = person.guide.question(person.asked or "")
    assert question is not None
    assert question.kind == "several"
    return person


def test_a_checklist_is_ticked_in_place_and_then_turns_into_its_lines() -> None:
    """All of them, whatever the screen showed when the last button was pressed."""
    person = in_a_checklist()
    first, second = person.options[:2]
    for line in (first, second):
        person.taps(line)
        assert (person.turn.in_place, person.turn.chosen) == (True, None)
    asked = person.asked or ""
    person.taps("done")
    assert (person.turn.in_place, person.turn.chosen) == (False, Chosen(asked, (first, second)))


def test_none_of_a_checklist() -> None:
    """Its own line."""
    person = in_a_checklist()
    asked = person.asked or ""
    assert person.taps("none").turn.chosen == Chosen(asked, ("none",))


def button(person: Person, option: str) -> Choice:
    """A button of the last message, to press later."""
    assert person.message is not None
    return next(choice for choice in person.message.choices if choice.id.endswith(f":{option}"))


@pytest.mark.parametrize("then", [["Canadá"], ["México", "no sé"]])
def test_a_button_of_another_time_is_old(then: list[str]) -> None:
    """Also the very one that was pressed, once it is no nervous finger any more."""
    person = somebody()
    old = button(person, "MX")
    person.writes(*then).presses(old, after=timedelta(minutes=5))
    assert (taps.OLD in person.turn.notes, person.turn.chosen) == (True, None)


def test_a_button_after_everything_was_deleted_is_old() -> None:
    """And a new beginning."""
    person = somebody()
    old = button(person, "MX")
    person.writes("borrar").presses(old)
    assert (taps.OLD in person.turn.notes, person.turn.chosen) == (True, None)


def test_a_button_before_a_language_is_known_is_old_too() -> None:
    """Of an earlier run."""
    person = Person(medium=TELEGRAM).writes("/start")
    person.presses(Choice("r1:where:MX", "", ""))
    assert taps.OLD in person.turn.notes


def test_a_nervous_finger_says_nothing() -> None:
    """Pressed twice: the first press has settled it."""
    person = somebody()
    mexico = button(person, "MX")
    person.presses(mexico).presses(mexico, after=timedelta(seconds=1))
    assert (person.silent, person.turn.chosen, taps.OLD in person.turn.notes) == (True, None, False)


def test_an_answer_that_is_asked_back_is_not_taken_yet() -> None:
    """After hours; its buttons stay until it is clear."""
    person = somebody()
    person.waits(hours=5).taps("MX")
    assert person.asked == "guess"
    assert person.turn.chosen is None


def test_what_is_personal() -> None:
    """The results, and the private questions; not a pathway's card, nor places, which people pass on."""
    person = Person(medium=TELEGRAM).writes("/start", "1", *TO_RESULTS)
    assert _personal(person)
    person.taps(person.options[0])
    assert person.asked == "card"
    assert not _personal(person)
    assert not _personal(person.writes("centro", "Tapachula"))
    private = Person(medium=TELEGRAM).writes("/start", "1", "1", "USA", "Honduras", "15", "1")
    assert private.asked == "private"
    assert not _personal(private)
    question = private.guide.question(private.taps("go_on").asked or "")
    assert question is not None
    assert question.policy == "private"
    assert _personal(private)


def _personal(person: Person) -> bool:
    assert person.message is not None
    return person.message.personal


def test_menus_stay_in_use() -> None:
    """Under results, cards and places people look around."""
    person = Person(medium=TELEGRAM).writes("/start", "1", *TO_RESULTS)
    assert person.asked == "results"
    for option in (person.options[0], "back_to_list", "centre"):
        person.taps(option)
        assert (person.turn.chosen, taps.OLD in person.turn.notes) == (None, False)
