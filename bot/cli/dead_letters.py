"""`rumbo send --dead`: lists, tries again or erases what came to nothing. Nobody sees whom it concerns."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from bot.cli.common import UsageError, add_json, print_json
from bot.house import House
from bot.store import DeadLetter, Unavailable


def add_to(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument("--dead", choices=("list", "retry", "drop"), help="what to do with the dead letters")
    parser.add_argument("letters", nargs="*", metavar="LETTER", help="only these, as --dead list names them")
    add_json(parser)


async def handle(house: House, args: argparse.Namespace) -> int:
    """Do it; 1 when a letter could not be tried again. Raises UsageError."""
    try:
        letters = _wanted(await house.store.dead(), args.letters)
        if args.dead == "retry":
            done = [letter for letter in letters if await house.store.retry(letter)]
        else:
            done = list(letters)
            for letter in letters if args.dead == "drop" else ():
                await house.store.drop(letter)
    except Unavailable:
        raise UsageError("the store cannot be reached") from None
    finally:
        await house.close()
    if args.json:
        print_json([asdict(letter) for letter in done])
    else:
        _print(args.dead, done, len(letters))
    return 1 if len(done) < len(letters) else 0


def _wanted(letters: Sequence[DeadLetter], keys: Sequence[str]) -> Sequence[DeadLetter]:
    by_key = {letter.key: letter for letter in letters}
    for key in keys:
        if key not in by_key:
            raise UsageError(f"{key}: no such dead letter; `rumbo send --dead list` names them")
    return [by_key[key] for key in keys] if keys else letters


def _print(action: str, done: Sequence[DeadLetter], wanted: int) -> None:
    if action == "list":
        for letter in done:
            since = datetime.fromtimestamp(letter.since, UTC).strftime("%Y-%m-%d %H:%M")
            print(f"{letter.key}  {since} UTC  {letter.kind} {letter.channel}  {letter.why}".rstrip())
    said = {"list": "dead letters", "retry": "tried again", "drop": "erased"}[action]
    print(
        f"{len(done)} {said}" + (f", {wanted - len(done)} cannot be opened or are gone" if len(done) < wanted else "")
    )
