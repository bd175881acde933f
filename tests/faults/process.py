"""Rumbo as it is run, with the least that the suite needs put around it; nothing in it is replaced.

python -m tests.faults.process NAME serve --no-send
python -m tests.faults.process NAME send

The command line, the settings, the content, the conversation, the store and the channels are the real ones. Around
them: points to be killed at, tags in replies, an input that raises, and shorter pauses. NAME is how points call it.
"""

import contextlib
import functools
import importlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from granian.server import Server as Granian

from bot import cli, house, turns
from bot.house import House
from bot.messages import Inbound, Outbound
from bot.settings import Settings
from bot.store import Advance, Step
from bot.store.redis import RedisStore
from bot.turns import Turns
from conversations.events import Text
from conversations.message import Message, Span
from tests.faults.leash import keep_children
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
    keep_children()
    multiprocessing.set_start_method("fork")  # workers are to have what is changed here
    points = Points(Path(os.environ[FOLDER]))
    watch_store(points, name)
    watch_carriers(points, name)
    wrap(Turns, "step", tag_replies)
    wrap(turns, "converse", spoil_one_input)
    wrap(Granian, "_respawn_workers", respawn_always)
    hurry()
    if command[0] == "serve":
        share_the_guide()
        return cli.main(command)
    return kept_up(lambda: cli.main(command))


def wrap(owner: Any, name: str, around: Callable[[Any], Any]) -> None:
    """Put something around a function where it is looked up."""
    inner = getattr(owner, name)
    setattr(owner, name, functools.wraps(inner)(around(inner)))


def tag_replies(inner: Callable[..., Step]) -> Callable[..., Step]:
    """Put the tag of its turn before every reply, count the turns in the session too, and let no reply be withheld.

    A question is no longer dropped because the person has moved on, and nobody is taken for a flood: the ledger is to
    show every turn. Both are real features, tested elsewhere.
    """

    def step(turns: Turns, saved: str | None, inbound: Inbound, serial: int, *rest: Any) -> Step:
        before, _, own = (saved or "0|").partition("|")
        count = int(before) + 1
        real = inner(turns, own or None, inbound, serial, *(None for _ in rest))
        kept = own if real.leave else real.saved or ""
        replies = real.outbound or (_nothing_to_say(turns, inbound, serial),)
        tags = (Tag(serial, count, part, len(replies), inbound.id) for part in range(1, len(replies) + 1))
        return replace(
            real,
            saved=f"{count}|{kept}",
            keep=max(real.keep, _KEEP),
            leave=False,
            outbound=tuple(map(_tagged, replies, tags)),
        )

    return step


def _tagged(reply: Outbound, tag: Tag) -> Outbound:
    payload = dict(reply.payload)
    field = "Body" if "Body" in payload else "text"
    return replace(reply, payload={**payload, field: f"{tag}\n{payload[field]}"}, question=None)


def _nothing_to_say(turns: Turns, inbound: Inbound, serial: int) -> Outbound:
    payload = turns.channels[inbound.address.channel].render(Message((Span("…"),)))[0]
    return Outbound(f"{inbound.id}.0", inbound.address, payload, datetime.now(UTC) + _EXPIRES, serial)


def spoil_one_input(inner: Callable[..., Any]) -> Callable[..., Any]:
    """Let the conversation raise at one word."""

    def converse(session: Any, event: Any, *rest: Any) -> Any:
        if isinstance(event, Text) and event.body == POISON:
            raise RuntimeError("a bug of ours")
        return inner(session, event, *rest)

    return converse


def hurry() -> None:
    """Sweep often, and let leases lapse soon where that is wished, so that a scenario need not wait for them."""
    house.SWEEP_EVERY = 1.0
    defaults = RedisStore.__init__.__kwdefaults__ or {}
    defaults["lease"] = float(os.environ.get(LEASE, defaults["lease"]))
    wrap(RedisStore, "sweep", sweep_sooner)


def sweep_sooner(inner: Callable[..., Awaitable[int]]) -> Callable[..., Awaitable[int]]:
    """Take up after three seconds what a dead process left."""

    async def sweep(store: RedisStore, step: Advance) -> int:
        return await inner(store, step, timedelta(seconds=3))

    return sweep


def respawn_always(inner: Callable[..., None]) -> Callable[..., None]:
    """Let workers die in quick succession.

    Granian takes two deaths of one worker within 5.5 s for a bug of ours, and ends; whoever runs Rumbo starts it again.
    """

    def respawn(server: Any, *args: Any, **kwargs: Any) -> None:
        inner(server, *args, **kwargs)
        server.respawned_wrks.clear()

    return respawn


def kept_up(run: Callable[[], int]) -> int:
    """Run in a child, and anew when it is killed: forked from a process that has everything read, in no time."""
    child, asked = 0, False

    def ask_to_end(*_: object) -> None:
        nonlocal asked
        asked = True
        with contextlib.suppress(ProcessLookupError):  # it has died by itself, and is not to come again
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, ask_to_end)
    for name in ("sms", "whatsapp", "telegram"):
        importlib.import_module(f"bot.channels.{name}")
    while True:
        # Nobody is to be asked while it is not yet clear who is the child.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
        if child == 0:
            os._exit(run())
        _, status = os.waitpid(child, 0)
        if asked or not os.WIFSIGNALED(status):
            return 0 if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)


def share_the_guide() -> None:
    """Read the content once, for every worker that will ever be forked from here: a respawn then takes no seconds."""
    wrap(house, "load_guide", functools.cache)
    settings = Settings.from_env(os.environ)
    _ = House(settings).guide.lexicon


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
