"""Reads the content and locale folders into a `Guide`. The only place that touches those files.

Everything is checked on the way in: a guide that has a mistake in it is never handed out, and the error names them all.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from bot.catalogues import LOCALES, PoCatalogue, command_words, load_catalogues
from conversations.guide import CENTRES, FACTS, HOTLINES, QUESTIONS, Guide, LegalLink, Operator, parse_guide
from conversations.problems import ContentError, Problem
from conversations.results import Ages
from conversations.understanding import Lexicon
from conversations.understanding.countries import Countries
from conversations.understanding.danger import Danger
from conversations.understanding.languages import Languages
from conversations.understanding.normal import words as folded
from conversations.understanding.numbers import NumberWords
from conversations.understanding.towns import Towns
from conversations.understanding.yesno import YesNo

LEGAL_HELP = "legal_help.yaml"
NEEDED = (FACTS, QUESTIONS, CENTRES, HOTLINES, LEGAL_HELP)

CONTENT = Path(__file__).parent.parent / "conversations" / "content"


def load_guide(
    operator: Operator | None = None, ages: Ages | None = None, content: Path = CONTENT, locales: Path = LOCALES
) -> Guide:
    """The guide of this release. Raises ContentError with every mistake in every file."""
    documents = read_documents(content)
    links = _legal_links(documents.pop(LEGAL_HELP))
    guide = parse_guide(documents, version_of(content, locales))
    catalogues, _ = load_catalogues(locales)
    return replace(
        guide,
        legal_links=links,
        catalogues={catalogue.language: catalogue for catalogue in catalogues.values()},
        word_lists=partial(load_lexicon, content, locales),
        operator=operator or guide.operator,
        ages=ages or guide.ages,
    )


def read_documents(content: Path = CONTENT) -> dict[str, Any]:
    """The content files by name, parsed. Raises ContentError for one that is missing or no map of YAML."""
    documents: dict[str, Any] = {}
    problems = [Problem(name, "file", "is missing") for name in NEEDED if not (content / name).is_file()]
    for path in sorted((*content.glob("*.yaml"), *content.glob("pathways/*.yaml"))):
        name = path.relative_to(content).as_posix()
        try:
            documents[name] = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        except yaml.YAMLError as error:
            problems.append(Problem(name, "file", f"is not YAML: {' '.join(str(error).split())}"))
            continue
        if not isinstance(documents[name], dict):
            problems.append(Problem(name, "file", "is no map", "its entries stand under one name, as in the others"))
    if problems:
        raise ContentError(tuple(problems))
    return documents


def _legal_links(document: dict[str, Any]) -> tuple[LegalLink, ...]:
    """Official pages that list free legal help. Raises ContentError."""
    try:
        return tuple(LegalLink(**entry) for entry in document["legal_help"])
    except (KeyError, TypeError) as error:
        raise ContentError((Problem(LEGAL_HELP, "legal_help", f"an entry cannot be read: {error}"),)) from None


def version_of(content: Path = CONTENT, locales: Path = LOCALES) -> str:
    """A short name for exactly this content: it changes whenever a word or a rule does."""
    digest = hashlib.sha256()
    for path in sorted((*content.rglob("*.yaml"), *content.rglob("*.tsv"), *locales.rglob("*.po"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def load_lexicon(content: Path = CONTENT, locales: Path = LOCALES) -> Lexicon:
    """The word lists of every language."""
    words = content / "words"
    commands = command_words(locales)
    return Lexicon(
        numbers=NumberWords(_yaml(words / "numbers.yaml")),
        yes_no=YesNo(_yaml(words / "answers.yaml")),
        countries=Countries(_rows(words / "countries.tsv"), _rows(words / "country_nicknames.tsv")),
        towns=Towns(
            _rows(words / "towns.tsv"),
            _rows(words / "town_nicknames.tsv"),
            _rows(words / "regions.tsv"),
            _yaml(words / "place_words.yaml"),
            _rows(words / "countries.tsv"),
        ),
        languages=Languages(_yaml(words / "languages.yaml")),
        danger=Danger(_yaml(words / "danger.yaml")),
        commands=_by_words(commands),
        stops=_yaml(words / "stopping.yaml"),
    )


def _by_words(commands: Mapping[str, Mapping[str, tuple[str, ...]]]) -> dict[tuple[str, ...], str]:
    """Which command a whole message is, whatever its language. Stopping has its own, wider reading."""
    return {
        folded(word): name
        for name, by_language in commands.items()
        if name != "stop"
        for words in by_language.values()
        for word in words
    }


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)


def _rows(path: Path) -> list[list[str]]:
    """The rows of a tab-separated file, without its heading."""
    return [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:] if line]


__all__ = ["PoCatalogue", "load_guide", "load_lexicon", "read_documents", "version_of"]
