"""Reads the content and locale folders into a `Guide`. The only place that touches those files.

Everything is checked on the way in: a guide that has a mistake in it is never handed out, and the error names them all.
"""

import hashlib
from collections.abc import Callable, Mapping
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

PUT_BACK = "put back the one of this release: git checkout -- conversations/content"

WORD_LISTS: Mapping[str, tuple[Callable[..., object], tuple[str, ...]]] = {
    "numbers": (NumberWords, ("numbers.yaml",)),
    "yes_no": (YesNo, ("answers.yaml",)),
    "countries": (Countries, ("countries.tsv", "country_nicknames.tsv")),
    "towns": (
        Towns,
        ("towns.tsv", "town_nicknames.tsv", "regions.tsv", "place_words.yaml", "countries.tsv"),
    ),
    "languages": (Languages, ("languages.yaml",)),
    "danger": (Danger, ("danger.yaml",)),
    "stops": (lambda stops: {kind: stops[kind] for kind in ("whole", "inside", "courtesy")}, ("stopping.yaml",)),
}
"""What reads which files of content/words, by the part of the lexicon that it makes."""

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
    problems = [Problem(name, "file", "is missing", PUT_BACK) for name in NEEDED if not (content / name).exists()]
    for path in sorted((*content.glob("*.yaml"), *content.glob("pathways/*.yaml"))):
        name = path.relative_to(content).as_posix()
        try:
            documents[name] = _document(content, name)
        except ContentError as error:
            problems += error.problems
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
    """A short name for exactly this content: it changes whenever a word or a rule does. Raises ContentError."""
    digest = hashlib.sha256()
    problems: list[Problem] = []
    texts = [(content, path) for kind in ("*.yaml", "*.tsv") for path in content.rglob(kind)]
    texts += [(locales, path) for path in locales.rglob("*.po")]
    for folder, path in sorted(texts, key=lambda text: text[1]):
        try:
            digest.update(_text(folder, path.relative_to(folder).as_posix()).encode())
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(tuple(problems))
    return digest.hexdigest()[:12]


@cache
def load_lexicon(content: Path = CONTENT, locales: Path = LOCALES) -> Lexicon:
    """The word lists of every language. Raises ContentError with every list that cannot be used."""
    lists: dict[str, Any] = {}
    parts: dict[str, Any] = {}
    problems: list[Problem] = []
    for name in dict.fromkeys(name for _, names in WORD_LISTS.values() for name in names):
        try:
            lists[name] = (_document if name.endswith(".yaml") else _rows)(content, f"words/{name}")
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(tuple(problems))
    for part, (build, names) in WORD_LISTS.items():
        try:
            parts[part] = build(*(lists[name] for name in names))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            files = " or ".join(f"words/{name}" for name in names)
            problems.append(Problem(files, "file", f"cannot be used: {type(error).__name__}: {error}", PUT_BACK))
    if problems:
        raise ContentError(tuple(problems))
    return Lexicon(commands=_by_words(command_words(locales)), **parts)


def _by_words(commands: Mapping[str, Mapping[str, tuple[str, ...]]]) -> dict[tuple[str, ...], str]:
    """Which command a whole message is, whatever its language. Stopping has its own, wider reading."""
    return {
        folded(word): name
        for name, by_language in commands.items()
        if name != "stop"
        for words in by_language.values()
        for word in words
    }


def _document(content: Path, name: str) -> dict[str, Any]:
    """A file of YAML. Raises ContentError."""
    try:
        document = yaml.load(_text(content, name), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ContentError((Problem(name, "file", f"is not YAML: {' '.join(str(error).split())}"),)) from None
    if not isinstance(document, dict):
        hint = "its entries stand under one name, as in the others"
        raise ContentError((Problem(name, "file", "is no map", hint),))
    return document


def _rows(content: Path, name: str) -> list[list[str]]:
    """The rows of a tab-separated file, without its heading. Raises ContentError."""
    heading, *rows = [line.split("\t") for line in _text(content, name).splitlines() if line] or [[]]
    if not rows:
        raise ContentError((Problem(name, "file", "has no rows", PUT_BACK),))
    short = next((row for row in rows if len(row) != len(heading)), None)
    if short is not None:
        what = f"a row has {len(short)} columns and the heading {len(heading)}"
        raise ContentError((Problem(name, short[0], what, "columns are parted by tabs"),))
    return rows


def _text(content: Path, name: str) -> str:
    """What a content file says. Raises ContentError."""
    try:
        return (content / name).read_text("utf-8")
    except FileNotFoundError:
        what, hint = "is missing", PUT_BACK
    except UnicodeDecodeError:
        what, hint = "is not UTF-8", "save it as UTF-8"
    except OSError as error:
        what, hint = f"cannot be read: {error.strerror}", "see whose it is and who may read it"
    raise ContentError((Problem(name, "file", what, hint),))


__all__ = ["PoCatalogue", "load_guide", "load_lexicon", "read_documents", "version_of"]
