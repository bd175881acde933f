"""FC-29, third entry: a report lists what a release changes under people in the middle, and what becomes of them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from conversations.guide import Guide
from conversations.questions import Option
from tests.conversation import Person, today
from tools.changes import AGAIN, AS_SHOWN, ROOT, changes, guide_at


def release(**questions: Sequence[str] | None) -> Guide:
    """Today's guide with other options for some questions, by id; None: without the question."""
    changed = []
    for question in today().questions:
        ids = questions.get(question.id, ())
        if ids is None:
            continue
        options = tuple(question.option(id) or Option(id, {}) for id in ids) if ids else question.options
        changed.append(replace(question, options=options))
    return replace(today(), questions=tuple(changed), version="next")


def test_a_release_without_changes_says_so() -> None:
    """It may go out as it is."""
    assert changes(today(), release()) == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout: there is no earlier release to read")
def test_an_earlier_release_is_read_from_git() -> None:
    """Whatever it held, its interview is there to be compared."""
    assert {"where", "nationality"} <= {question.id for question in guide_at("HEAD").questions}


def test_a_removed_question_is_listed() -> None:
    """With what becomes of whoever is at it, which is what then happens."""
    after = release(age=None)
    (change,) = changes(today(), after)
    assert (change.step, change.what) == ("age", "removed")
    assert change.migration.startswith(AGAIN)
    person = Person().writes("hola", "1", "1", "México", "Honduras")
    assert person.asked == "age"
    person.guide = after
    assert "session.questions_changed" in person.writes("1").heard
    assert person.chosen["nationality"] == ("HN",)


def test_renumbered_options_are_listed() -> None:
    """An answer by number is read against the list that was shown, as the report says."""
    before = [option.id for option in next(question for question in today().questions if question.id == "fear").options]
    after = release(fear=["new", *before])
    found = changes(today(), after)
    assert [change.step for change in found] == [f"fear.{id}" for id in before]
    assert [change.what for change in found] == [f"renumbered, was {n}, is {n + 1}" for n in range(1, len(before) + 1)]
    assert {change.migration for change in found} == {AS_SHOWN}


def test_a_removed_option_is_listed() -> None:
    """And those after it, which have another number now."""
    found = changes(today(), release(age=["under_18", "21", "22_or_more"]))
    assert [(change.step, change.what) for change in found] == [
        ("age.18_to_20", "removed, was 2"),
        ("age.21", "renumbered, was 3, is 2"),
        ("age.22_or_more", "renumbered, was 4, is 3"),
    ]
    assert all(change.migration.startswith(AGAIN) for change in found)
