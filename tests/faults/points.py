"""Where a process may be killed: before and after every call to the store and to a carrier, wherever those are made.

A process notes each point it passes, as an empty file; the list of points is therefore what really occurs, and a new
call in Rumbo is a new point by itself. Whoever finds a point armed claims it by renaming its file, and dies there.
"""

import functools
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.store import scripts
from bot.store.scripts import Script
from bot.store.server import Server
from tests.servers import kind

BEFORE, AFTER = "before", "after"
"""Nothing is done yet; it is done, and nobody was told."""

Call = Callable[..., Awaitable[Any]]

_NAMES = {script.sha: name.lower() for name, script in vars(scripts).items() if isinstance(script, Script)}


class Points:
    """The points of a folder, as the processes under test (`pass_by`) and the suite (`seen`, `arm`) use them."""

    def __init__(self, folder: Path) -> None:
        self._seen, self._armed, self._claimed = (folder / name for name in ("seen", "armed", "claimed"))
        self._noted: set[str] = set()
        for place in (self._seen, self._armed, self._claimed):
            place.mkdir(parents=True, exist_ok=True)

    def pass_by(self, point: str) -> None:
        """Die here, if this point is armed."""
        if point not in self._noted:
            self._noted.add(point)
            (self._seen / point).touch()
        try:
            (self._armed / point).rename(self._claimed / point)
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    def seen(self, role: str) -> list[str]:
        """The points that processes of this role have passed."""
        return sorted(path.name for path in self._seen.iterdir() if path.name.startswith(f"{role} "))

    def arm(self, point: str) -> None:
        """Kill the first process that comes to this point."""
        (self._claimed / point).unlink(missing_ok=True)
        (self._armed / point).touch()

    def disarm(self, point: str) -> None:
        """Kill nobody there."""
        (self._armed / point).unlink(missing_ok=True)

    def is_claimed(self, point: str) -> bool:
        """Whether somebody has died there."""
        return (self._claimed / point).exists()


def watch_store(points: Points, role: str) -> None:
    """Make every call to the store a pair of points, named for its script or command and the kind of key."""
    for verb, named in {"run": _script, "call": _command, "call_all": _commands, "wait": _waiting}.items():
        _watch(Server, verb, points, role, named)


def watch_carriers(points: Points, role: str) -> None:
    """Make every call to a carrier a pair of points."""
    from bot.channels.telegram import Telegram
    from bot.channels.twilio import Twilio

    for channel in (Telegram, Twilio):
        for verb in ("send", "was_sent"):
            _watch(channel, verb, points, role, functools.partial(_carrier, verb))


def _watch(owner: type, verb: str, points: Points, role: str, named: Callable[..., str]) -> None:
    inner: Call = getattr(owner, verb)

    @functools.wraps(inner)
    async def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        name = named(self, *args)
        if not name:
            return await inner(self, *args, **kwargs)
        points.pass_by(f"{role} {name} {BEFORE}")
        result = await inner(self, *args, **kwargs)
        points.pass_by(f"{role} {name} {AFTER}")
        return result

    setattr(owner, verb, watched)


def _script(_: Server, script: Script, *__: Any) -> str:
    return _NAMES[script.sha]


def _command(_: Server, command: str, *rest: Any) -> str:
    if command.startswith("EVAL"):
        return ""  # a script, which has its name already
    return f"{command}-{kind(str(rest[0]))}" if rest else command


def _commands(server: Server, commands: Any) -> str:
    return _command(server, *commands[0])


def _waiting(_: Server, __: float, command: str, *___: Any) -> str:
    return command


def _carrier(verb: str, channel: Any, *_: Any) -> str:
    return f"{verb}-{channel.name}"
