"""`rumbo check`: everything that can be wrong with the content, found before anybody meets it."""

import argparse
from collections import Counter

from bot.checks import check_guide, incomplete_languages
from bot.cli.common import Subparsers, add_json, add_now, command, guide_of, now_of, print_json
from conversations.problems import ContentError, Problem


def add(commands: Subparsers) -> None:
    """Describe the command."""
    parser = command(
        commands, "check", run, "content, rules, translations, limits, links, ages", "rumbo check --strict"
    )
    parser.add_argument("--strict", action="store_true", help="warnings count as mistakes (ages, languages not whole)")
    add_json(parser)
    add_now(parser)


def run(args: argparse.Namespace) -> int:
    """Print every problem; 1 when there is one that counts."""
    try:
        guide = guide_of()
        problems = [*check_guide(guide, now_of(args).date()), *incomplete_languages()]
    except ContentError as error:
        problems = list(error.problems)
    errors = [problem for problem in problems if problem.severity == "error"]
    if args.json:
        shown = [
            {"file": p.file, "entry": p.entry, "what": p.what, "hint": p.hint, "severity": p.severity} for p in problems
        ]
        print_json(
            {"ok": not errors, "errors": len(errors), "warnings": len(problems) - len(errors), "problems": shown}
        )
    else:
        _print(problems, strict=args.strict)
    return 1 if errors or (args.strict and problems) else 0


def _print(problems: list[Problem], *, strict: bool) -> None:
    errors = [problem for problem in problems if problem.severity == "error"]
    warnings = [problem for problem in problems if problem.severity == "warning"]
    for problem in errors + (warnings if strict else []):
        print(problem)
    for what, count in Counter(problem.hint or problem.what for problem in ([] if strict else warnings)).most_common():
        print(f"note: {count} × {what}")
    print(
        f"{len(errors)} mistakes, {len(warnings)} notes" + ("" if strict or not warnings else " (--strict lists each)")
    )
