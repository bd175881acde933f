"""`rumbo stats`: what waits, and what happened today and yesterday. Counts only; nobody can be found in them."""

import argparse
import asyncio
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.cli.common import Subparsers, UsageError, add_json, command, print_json
from bot.house import store_url, vault_of
from bot.settings import Settings
from bot.store import Unavailable
from bot.store.redis import RedisStore


def add(commands: Subparsers) -> None:
    """Describe the command."""
    add_json(command(commands, "stats", run, "what waits and what happened, counted without people", "rumbo stats"))


def run(args: argparse.Namespace) -> int:
    """Print the counts. Raises UsageError when the store is away."""
    settings = Settings.from_env(os.environ, channels=False)
    try:
        figures = asyncio.run(_figures(RedisStore(store_url(settings), vault_of(settings))))
    except Unavailable:
        raise UsageError("the store cannot be reached") from None
    if args.json:
        print_json(figures)
    else:
        _print(figures)
    return 0


async def _figures(store: RedisStore) -> dict[str, Any]:
    now = datetime.now(UTC)
    days = [(now - timedelta(days=back)).date().isoformat() for back in (0, 1)]
    try:
        depth = await store.depth()
        happened = {day: dict(sorted((await store.counted(day)).items())) for day in days}
    finally:
        await store.close()
    return {
        "replies_waiting": dict(depth.replies),
        "oldest_reply_seconds": round(depth.oldest, 1),
        "people_waiting": depth.inboxes,
        "dead_letters": depth.dead,
        "senders": depth.senders,
        "days": happened,
    }


def _print(figures: Mapping[str, Any]) -> None:
    waiting = ", ".join(f"{number} {channel}" for channel, number in figures["replies_waiting"].items())
    print(f"replies waiting   {waiting}; the oldest for {figures['oldest_reply_seconds']} s")
    print(f"people waiting    {figures['people_waiting']}")
    print(f"dead letters      {figures['dead_letters']}")
    print(f"senders at work   {figures['senders']}")
    for day, happened in figures["days"].items():
        print(f"{day}        {', '.join(f'{what} {number}' for what, number in happened.items()) or 'nothing'}")
