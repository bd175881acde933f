"""What may be written to the log: our own lines, which name no person and quote nobody (FC-35).

Libraries write texts, numbers and tokens at their lower levels, so only our own loggers follow the setting. Whoever
logs, an error is told by its class and its place: its message may quote what a person wrote.
"""

import asyncio
import logging
import traceback
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

_OURS = "bot"
_DEEPEST = 4  # frames

# Granian brings handlers of its own, to standard output: its lines go the way of ours instead.
GRANIAN: dict[str, Any] = {
    "handlers": {},
    "loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": False}},
}


class _Formatter(logging.Formatter):
    """One line an entry, errors without their message."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  # the name is the library's
        return told(ei[1])


def set_up(level: str) -> None:
    """Write to standard error; ours from `level` on, others from warnings on. To be called once in a process."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(level)
    logging.raiseExceptions = False  # a line that cannot be written is not told with its arguments


def set_up_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Let the loop, too, tell of errors by class and place."""
    loop.set_exception_handler(_report)


def told(error: BaseException | None) -> str:
    """An error as it may be logged: its class and where it was raised, innermost first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if error is None:
        return "no error"
    frames = traceback.extract_tb(error.__traceback__)
    places = (f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-_DEEPEST:]))
    return f"{type(error).__name__} at {' < '.join(places) or 'an unknown place'}"


def _report(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # The message is asyncio's own and fixed; what stands beside it may show a person's words.
    log.error("%s (%s)", context["message"], told(context.get("exception")))
