"""What several commands share: their common options, the clock, and the guide they read."""

import argparse
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.content import load_guide
from bot.settings import Settings
from conversations.catalogue import Catalogue
from conversations.guide import Guide
from conversations.problems import nearest_id

Subparsers = Any  # argparse keeps the class of its sub-parsers to itself


class UsageError(Exception):
    """What was asked for cannot be done, in one line that says how to mend it."""


def command(
    commands: Subparsers, name: str, run: Callable[[argparse.Namespace], int], help: str, example: str
) -> argparse.ArgumentParser:
    """A command with its help and an example."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=help, description=help, epilog=f"example: {example}", formatter_class=argparse.RawTextHelpFormatter
    )
    parser.set_defaults(run=run)
    return parser


def add_json(parser: argparse.ArgumentParser) -> None:
    """`--json`: JSON on standard output and nothing else there."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_now(parser: argparse.ArgumentParser) -> None:
    """`--now`: fixes the clock."""
    parser.add_argument("--now", type=moment, default=None, metavar="ISO-8601", help="the time to take as now")


def add_language(parser: argparse.ArgumentParser, default: str | None = "en") -> None:
    """`--lang`: a BCP 47 tag."""
    parser.add_argument("--lang", default=default, metavar="TAG", help="language, e.g. es")


def moment(text: str) -> datetime:
    """A time given as ISO 8601; without a zone it is UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def now_of(args: argparse.Namespace) -> datetime:
    """The clock of a command."""
    given: datetime | None = args.now
    return given or datetime.now(UTC)


def guide_of() -> Guide:
    """The guide with the settings of this machine, no carrier needed."""
    settings = Settings.from_env(os.environ, channels=False)
    return load_guide(settings.operator, settings.ages)


def catalogue_of(guide: Guide, tag: str) -> Catalogue:
    """The words of a language. Raises UsageError for one that is not whole."""
    code = tag.replace("_", "-").split("-")[0].lower()
    if code not in guide.catalogues:
        raise UsageError(f"--lang {tag}: not ready; these are: {', '.join(guide.catalogues)}")
    return guide.catalogues[code]


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def pathway_or_hint(guide: Guide, id: str) -> Any:
    """A pathway by id. Raises UsageError that names the nearest id."""
    found = guide.pathway(id)
    if found is None:
        hint = nearest_id(id, (pathway.id for pathway in guide.pathways))
        raise UsageError(f"no pathway {id!r}" + (f"; {hint}" if hint else "; `rumbo check` lists none like it"))
    return found
