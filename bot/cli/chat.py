"""`rumbo chat` and `rumbo demo`: talk in the terminal, through the same turn, store and rendering as the webhooks."""

import argparse
import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

from bot.cli.common import Subparsers, UsageError, add_json, add_language, add_now, command, guide_of, now_of
from bot.simulator.script import ScriptError, parse_script

CHANNELS = ("sms", "whatsapp", "telegram")
ENDINGS = (signal.SIGTERM, signal.SIGHUP)


def add(commands: Subparsers) -> None:
    """Describe both commands."""
    parser = command(
        commands,
        "chat",
        run,
        "talk in the terminal, as a channel would show it",
        "rumbo chat --channel sms --script talk.txt",
    )
    parser.add_argument("--channel", choices=CHANNELS, default="whatsapp")
    parser.add_argument("--script", metavar="FILE|-", help="what the person does, a line each; - for standard input")
    add_language(parser, None)
    add_json(parser)
    add_now(parser)
    demo = command(commands, "demo", run, "a conversation in this terminal, nothing else needed", "rumbo demo")
    demo.add_argument("--channel", choices=CHANNELS, default="whatsapp")
    demo.add_argument("--port", type=int, help=argparse.SUPPRESS)
    demo.add_argument("--no-browser", action="store_true", help=argparse.SUPPRESS)
    demo.set_defaults(script=None, lang=None, json=False, now=None)


def run(args: argparse.Namespace) -> int:
    """Hold a conversation."""
    from bot.simulator.terminal import Terminal  # the carriers' libraries take a second: only where they are used

    script = _read_script(args.script)
    guide = guide_of()
    _ = guide.lexicon  # what is wrong with the word lists is told here, not at every turn
    terminal = Terminal(guide, args.channel, now_of(args), language=args.lang, as_json=args.json)
    for ending in ENDINGS:
        signal.signal(ending, _end)
    try:
        if script is not None:
            return asyncio.run(terminal.play(parse_script(script)))
        with suppress(EOFError):
            return asyncio.run(terminal.talk())
    except ScriptError as error:
        raise UsageError(f"--script {args.script}: {error}") from None
    return 0


def _end(*_: object) -> None:
    """End like Ctrl-C, so that the bundled server goes too; once, for a terminal that closes says so more than once."""
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    signal.raise_signal(signal.SIGINT)


def _read_script(name: str | None) -> str | None:
    if name is None:
        return None
    if name == "-":
        return sys.stdin.read()
    path = Path(name)
    if not path.is_file():
        raise UsageError(f"--script {name}: no such file")
    return path.read_text("utf-8")
