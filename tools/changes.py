"""What a release changes under people who are in the middle of a conversation: `./run python -m tools.changes REF`.

REF is the release that runs now, as git knows it. Listed are questions and options that are gone, and options with
another number; for each, what becomes of somebody at that step, as `conversations.revival` itself decides it (FC-29).
It exits 1 when there is something to look at, so that a release can stop there.
"""

import argparse
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from bot.catalogues import LOCALES
from bot.content import CONTENT, read_documents, version_of
from conversations.guide import Guide, parse_guide
from conversations.questions import Answer, Question
from conversations.revival import revive
from conversations.session import Asked, Session

ROOT = Path(__file__).parents[1]

AGAIN = "whoever is at it is told that the questions have changed, and asked what comes next; other answers are kept"
AS_SHOWN = "a number is read against the list that was shown; the next list has the new numbers"
INERT = "answers to it lie inert, and count again after a roll-back"


@dataclass(frozen=True, slots=True)
class Change:
    """A step that is not as it was: `what` happened to it, and the `migration` for people who are at it."""

    step: str
    what: str
    migration: str

    def __str__(self) -> str:
        return f"{self.step}: {self.what}\n    {self.migration}"


def changes(before: Guide, after: Guide) -> list[Change]:
    """Steps of `before` that are gone or renumbered in `after`, in the order of the interview."""
    return [change for question in before.questions for change in _of(question, after)]


def _of(question: Question, after: Guide) -> Iterator[Change]:
    new = after.question(question.id)
    migration = AGAIN if _is_closed(question, after) else AS_SHOWN
    if new is None:
        yield Change(question.id, "removed", f"{migration}; {INERT}")
        return
    numbers, then = _numbers(new), _numbers(question)
    for option, number in then.items():
        step = f"{question.id}.{option}"
        if option not in numbers:
            yield Change(step, f"removed, was {number}", f"{migration}; {INERT}")
        elif numbers[option] != number:
            yield Change(step, f"renumbered, was {number}, is {numbers[option]}", migration)


def _numbers(question: Question) -> dict[str, int]:
    """The number of each option or item as it is listed; a question for a country lists its shortcuts."""
    options, items = [option.id for option in question.options], [item.id for item in question.items]
    listed = question.shortcuts or [*options, *items]
    return {id: number for number, id in enumerate(listed, 1)}


def _is_closed(question: Question, after: Guide) -> bool:
    """Whether somebody who has this very question before them is asked anew."""
    asked = Asked(question.id, tuple(_numbers(question)))
    session = Session("r", 0, language="es", consent=True, answers={"-": Answer(())}, asked=asked, content="before")
    return revive(session, after)[1]


def guide_at(ref: str, root: Path = ROOT) -> Guide:
    """The guide as it is at a commit of the repository at `root`. Raises CalledProcessError, ContentError."""
    paths = [str(folder.relative_to(ROOT)) for folder in (CONTENT, LOCALES)]
    archive = subprocess.run(["git", "archive", ref, *paths], cwd=root, capture_output=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
        content, locales = (Path(folder) / path for path in paths)
        return parse_guide(read_documents(content), version_of(content, locales))


def main(words: Sequence[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tools.changes", description=__doc__)
    parser.add_argument("ref", help="the release that runs now, as git knows it")
    args = parser.parse_args(words)
    found = changes(guide_at(args.ref), parse_guide(read_documents(), version_of(CONTENT, LOCALES)))
    print("\n".join(map(str, found)) or "no step is gone, none has another number")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
