"""The word lists as the program ships them, and the samples of what people type that lie beside the repository."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from conversations.understanding.countries import Countries
from conversations.understanding.danger import Danger
from conversations.understanding.languages import Languages
from conversations.understanding.numbers import NumberWords
from conversations.understanding.towns import Towns
from conversations.understanding.yesno import YesNo

ROOT = Path(__file__).parents[3]
WORDS = ROOT / "conversations" / "content" / "words"
LISTS = ROOT.parent / "shared" / "lists"

Rows = list[list[str]]


def table(name: str) -> Any:
    """A word list."""
    return yaml.safe_load((WORDS / f"{name}.yaml").read_text("utf-8"))


def rows(path: Path) -> Rows:
    """The rows of a tab-separated file, without its heading."""
    return [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:] if line]


@pytest.fixture(scope="session")
def sample() -> Callable[[str], Rows]:
    """Rows of ../shared/lists/NAME.tsv; a test that wants them is skipped where the folder is not."""

    def read(name: str) -> Rows:
        path = LISTS / f"{name}.tsv"
        if not path.exists():
            pytest.skip(f"{path} is not there: it lies beside the repository, not in it")
        return rows(path)

    return read


@pytest.fixture(scope="session")
def number_words() -> NumberWords:
    """Numbers in words."""
    return NumberWords(table("numbers"))


@pytest.fixture(scope="session")
def yes_no_words() -> YesNo:
    """Yes, no and what lies between."""
    return YesNo(table("answers"))


@pytest.fixture(scope="session")
def countries() -> Countries:
    """Every country."""
    return Countries(rows(WORDS / "countries.tsv"), rows(WORDS / "country_nicknames.tsv"))


@pytest.fixture(scope="session")
def towns() -> Towns:
    """The built-in towns."""
    names = ("towns", "town_nicknames", "regions")
    tables, nicknames, regions = (rows(WORDS / f"{name}.tsv") for name in names)
    return Towns(tables, nicknames, regions, table("place_words"), rows(WORDS / "countries.tsv"))


@pytest.fixture(scope="session")
def languages() -> Languages:
    """The words of each language."""
    return Languages(table("languages"))


@pytest.fixture(scope="session")
def danger() -> Danger:
    """The words of danger."""
    return Danger(table("danger"))


@pytest.fixture(scope="session")
def stops() -> dict[str, list[str]]:
    """The words that stop."""
    words: dict[str, list[str]] = table("stopping")
    return words
