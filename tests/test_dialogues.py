"""Whole conversations as transcripts: what the person does, and what Rumbo says to it, by key and never by copy.

Set RUMBO_REWRITE=1 to write down what Rumbo says now, and review the difference:

    RUMBO_REWRITE=1 python -m pytest tests/test_dialogues.py && git diff tests/dialogues
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.simulator.script import Act, parse_act, point, span
from conversations.medium import MEDIA
from tests.conversation import NOON, Person

FILES = sorted((Path(__file__).parent / "dialogues").glob("*.txt"))
SAYS, HEARS, KEEPS = "> ", "< ", "= "
UNREADABLE = ("voice", "photo", "sticker", "contact", "empty")


def play(lines: list[str]) -> Iterator[str]:
    """The lines of a transcript with what Rumbo says today."""
    person = Person()
    for line in lines:
        if line.startswith("@channel "):
            person = Person(medium=MEDIA[line.removeprefix("@channel ")], now=NOON)
        if not line.startswith((HEARS, KEEPS)):
            yield line
        if line.startswith(SAYS):
            act = parse_act(line.removeprefix(SAYS))
            yield from (HEARS + heard for heard in _done(person, act))
    yield KEEPS + _kept(person)


def _done(person: Person, act: Act) -> Iterator[str]:
    match act.kind:
        case "text":
            person.writes(act.argument)
        case "edit":
            person.edits(act.argument)
        case "tap":
            person.taps(act.argument)
        case "tap-old":
            back, option = act.argument.split()
            choice = next(c for c in person.shown[-int(back)].choices if c.id.endswith(f":{option}"))
            person.presses(choice)
        case "location" | "live-location":
            person.shares(*point(act.argument), live=act.kind == "live-location")
        case "wait":
            person.now += span(act.argument)
            return
        case _:
            person.sends(act.kind)  # type: ignore[arg-type]  # the rest are kinds of what we do not open
    yield person.heard


def _kept(person: Person) -> str:
    """What is kept at the end: the answers by id, or that somebody was forgotten."""
    if person.session is None:
        return "nothing"
    if person.session.stopped:
        return "stopped"
    answers = [f"{id}: {', '.join(given.chosen) or ('none' if given.shown else 'skipped')}" for id, given in
               person.answers.items()]  # fmt: skip
    return "; ".join(answers) or "no answers"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_dialogue(file: Path) -> None:
    """Rumbo says what the transcript says."""
    lines = file.read_text("utf-8").splitlines()
    played = list(play(lines))
    if os.environ.get("RUMBO_REWRITE"):
        file.write_text("\n".join(played) + "\n", "utf-8")
    else:
        assert played == lines
