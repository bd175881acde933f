"""Rumbo as it is run, with the least that the suite needs put around it; nothing in it is replaced.

python -m tests.faults.process NAME serve --no-send
python -m tests.faults.process NAME send

The command line, the settings, the content, the conversation, the store and the channels are the real ones. Around
them: points to be killed at, tags in replies, an input that raises, and shorter pauses. NAME is how points call it.
"""

import functools
import importlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from granian.server import Server as Granian

import bot.turns
from bot import cli, house
from bot.messages import Inbound, Outbound
from bot.settings import Settings
from bot.store import Step
from bot.store.redis import RedisStore
from bot.turns import Turns
from conversations.events import Text
from conversations.message import Message, Span
from tests.faults.points import Points, watch_carriers, watch_store
from tests.faults.tags import Tag

FOLDER = "FAULTS_FOLDER"
"""The variable that names the folder of the points."""

LEASE = "FAULTS_LEASE"
"""The variable that shortens the life of a lease, in seconds."""

POISON = "veneno"
"""A message whose turn raises."""

_KEEP, _EXPIRES = timedelta(hours=1), timedelta(hours=1)


def main(name: str, command: Sequence[str]) -> int:
    """Run a command of Rumbo's."""
    multiprocessing.set_start_method("fork")  # workers are to have what is changed here
    points = Points(Path(os.environ[FOLDER]))
    watch_store(points, name)
    watch_carriers(points, name)
    tag_replies()
    spoil_one_input()
    hurry()
    if command[0] == "serve":
        share_the_guide()
        return cli.main(command)
    return kept_up(lambda: cli.main(command))


def tag_replies() -> None:
    """Put the tag of its turn before every reply, count the turns in the session too, and let no reply be withheld.

    A question is no longer dropped because the person has moved on, and nobody is taken for a flood: the ledger is to
    show every turn. Both are real features, tested elsewhere.
    """
    inner = Turns.step

    @functools.wraps(inner)
    def step(turns: Turns, saved: str | None, inbound: Inbound, serial: int, *rest: Any) -> Step:
        before, _, own = (saved or "0|").partition("|")
        count = int(before) + 1
        real = inner(turns, own or None, inbound, serial, *(None for _ in rest))
        kept = own if real.leave else real.saved or ""
        replies = real.outbound or (_nothing_to_say(turns, inbound, serial),)
        return replace(
            real,
            saved=f"{count}|{kept}",
            keep=max(real.keep, _KEEP),
            leave=False,
            outbound=tuple(
                _tagged(reply, Tag(serial, count, part, len(replies), inbound.id))
                for part, reply in enumerate(replies, start=1)
            ),
        )

    Turns.step = step  # type: ignore[method-assign, assignment]


def _tagged(reply: Outbound, tag: Tag) -> Outbound:
    payload = dict(reply.payload)
    field = "Body" if "Body" in payload else "text"
    return replace(reply, payload={**payload, field: f"{tag}\n{payload[field]}"}, question=None)


def _nothing_to_say(turns: Turns, inbound: Inbound, serial: int) -> Outbound:
    payload = turns.channels[inbound.address.channel].render(Message((Span("…"),)))[0]
    return Outbound(f"{inbound.id}.0", inbound.address, payload, datetime.now(UTC) + _EXPIRES, serial)


def spoil_one_input() -> None:
    """Let the conversation raise at one word."""
    inner: Callable[..., Any] = bot.turns.converse

    @functools.wraps(inner)
    def converse(session: Any, event: Any, *rest: Any) -> Any:
        if isinstance(event, Text) and event.body == POISON:
            raise RuntimeError("a bug of ours")
        return inner(session, event, *rest)

    bot.turns.converse = converse


def hurry() -> None:
    """Sweep often, so that a scenario need not wait for it, and let workers die in quick succession.

    Granian takes two deaths of one worker within 5.5 s for a bug, and ends; whoever runs Rumbo starts it again, which
    has its own scenario.
    """
    house.SWEEP_EVERY = 1.0
    if LEASE in os.environ:
        defaults = RedisStore.__init__.__kwdefaults__
        assert defaults is not None
        defaults["lease"] = float(os.environ[LEASE])
    sweep = RedisStore.sweep

    async def swept(store: RedisStore, step: Any, older: timedelta = timedelta(seconds=3)) -> int:
        return await sweep(store, step, older)

    RedisStore.sweep = swept  # type: ignore[method-assign]
    respawn = Granian._respawn_workers

    def respawned(server: Granian, *args: Any, **kwargs: Any) -> None:
        respawn(server, *args, **kwargs)
        server.respawned_wrks.clear()

    Granian._respawn_workers = respawned


def kept_up(run: Callable[[], int]) -> int:
    """Run in a child, and anew when it is killed: forked from a process that has everything read, in no time."""
    child = 0

    def ask_to_end(*_: object) -> None:
        os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, ask_to_end)
    for _module in ("sms", "whatsapp", "telegram"):
        importlib.import_module(f"bot.channels.{_module}")
    while True:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os._exit(run())
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            return os.waitstatus_to_exitcode(status)


def share_the_guide() -> None:
    """Read the content once, for every worker that will ever be forked from here: a respawn then takes no seconds."""
    house.load_guide = functools.cache(house.load_guide)
    settings = Settings.from_env(os.environ)
    _ = house.load_guide(settings.operator, settings.ages).lexicon


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
