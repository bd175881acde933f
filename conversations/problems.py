"""What is wrong with the content, told all at once: where, what, and how to mend it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `file` and `entry` say where; a warning does not keep Rumbo from starting."""

    file: str
    entry: str
    what: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}: {self.entry}: {self.what}{hint}"


class ContentError(Exception):
    """The content cannot be used. Carries every problem found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass
class Problems:
    """A collector that knows which file and entry is being read."""

    found: list[Problem] = field(default_factory=list)
    file: str = ""
    entry: str = ""

    @contextmanager
    def at(self, file: str | None = None, entry: str | None = None) -> Iterator[None]:
        """Read something inside this file and entry."""
        before = self.file, self.entry
        self.file, self.entry = file or self.file, entry or self.entry
        try:
            yield
        finally:
            self.file, self.entry = before

    def add(self, what: str, hint: str = "") -> None:
        """Note a mistake at the present place."""
        self.found.append(Problem(self.file, self.entry, what, hint))

    def raise_if_any(self) -> None:
        """Raise ContentError with everything found, if anything was."""
        if self.found:
            raise ContentError(tuple(self.found))


def nearest_id(word: str, known: Iterable[str]) -> str:
    """A hint that names the id somebody probably meant; empty when none is near."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else ""
