"""FC-29, third entry: a report lists what a release changes under people in the middle, and what becomes of them."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shutil import copytree

from bot.catalogues import LOCALES
from bot.content import CONTENT
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


def test_an_earlier_release_is_read_from_git(tmp_path: Path) -> None:
    """Whatever it held: here another order of ages, as it was committed, not as it lies there now."""
    for folder in (CONTENT, LOCALES):
        copytree(folder, tmp_path / folder.relative_to(ROOT))
    questions = tmp_path / CONTENT.relative_to(ROOT) / "questions.yaml"
    today_s = questions.read_text("utf-8")
    young, adult = re.findall(r"      - \{id: (?:under_18|18_to_20),.*\n", today_s)
    questions.write_text(today_s.replace(young + adult, adult + young), "utf-8")
    author = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "."), (*author, "commit", "-qm", "before")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    questions.write_text(today_s, "utf-8")
    found = changes(guide_at("HEAD", tmp_path), today())
    assert [(change.step, change.what) for change in found] == [
        ("age.18_to_20", "renumbered, was 1, is 2"),
        ("age.under_18", "renumbered, was 2, is 1"),
    ]


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
