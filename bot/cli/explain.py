"""`rumbo explain`: a pathway as a lawyer would read it."""

import argparse

from bot.cli.common import Subparsers, add_language, catalogue_of, command, guide_of, pathway_or_hint
from conversations.explanation import explain


def add(commands: Subparsers) -> None:
    """Describe the command."""
    parser = command(
        commands, "explain", run, "a pathway with its rule in words, status, sources, dates", "rumbo explain us-h2a"
    )
    parser.add_argument("pathway", metavar="PATHWAY")
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Print a pathway."""
    guide = guide_of()
    print(explain(pathway_or_hint(guide, args.pathway), guide, catalogue_of(guide, args.lang)))
    return 0
