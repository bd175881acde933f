"""The command line: the only place that builds everything and hands the parts down.

Each command stands in a module beside this one and gives two functions: `add` describes it to the parser, and what it
sets as `run` does it. Mistakes of the user's become one line on standard error and exit code 2, never a traceback.
"""

import argparse
import sys
from collections.abc import Sequence

from bot.cli import assess, chat, check, doctor, explain, keys, nearest, serve, setup, stats, words
from bot.cli.common import UsageError
from bot.settings import SettingsError
from conversations.problems import ContentError


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit code: 0 well, 1 a check found something, 2 wrong usage, settings or content."""
    parser = _parser()
    args = parser.parse_args(argv)
    try:
        code: int = args.run(args)
    except (UsageError, ValueError) as error:
        return _fail(str(error))
    except SettingsError as error:
        return _fail(*error.mistakes)
    except ContentError as error:
        return _fail(*map(str, error.problems))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return code


def _fail(*lines: str) -> int:
    for line in lines:
        print(f"rumbo: {line}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rumbo", description="A messaging guide to legal pathways.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for module in (chat, assess, explain, nearest, words, check, doctor, setup, serve, stats, keys):
        module.add(commands)
    return parser
