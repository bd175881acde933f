"""Telegram without a public address: updates are fetched by long polling and go the same way as from a webhook."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from telegram.error import RetryAfter, TelegramError

from bot.channels import Malformed
from bot.channels.telegram import Telegram
from bot.intake import Intake
from bot.messages import Arrival
from bot.outage import Outage
from bot.store import Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

LONGEST_PAUSE = 60.0
"""Seconds between two tries while Telegram or the store is away."""


async def poll(
    telegram: Telegram,
    intake: Intake,
    stop: asyncio.Event,
    *,
    outage: Outage | None = None,
    wait: float = 30.0,
    pause: float = 1.0,
) -> None:
    """Fetch and take updates until `stop` is set.

    `wait` is how many seconds one call may stay open (Telegram allows 50). After an error it pauses, first for `pause`
    seconds and longer each time, or as long as Telegram asks; then it removes the webhook again, because another
    process may have set it. Updates are confirmed once all of them are taken; one fetched again is known by its id.
    While the store is away `outage` tells whoever wrote.

    `update_id` may begin anew at random after a week of silence, but then nothing older is waiting.
    """
    offset, pauses, webhook = 0, 0, True
    while not stop.is_set():
        try:
            if webhook:
                await telegram.drop_webhook()
            webhook = False
            updates = await _unless(stop, telegram.fetch(offset, wait)) or []
            await _take(telegram, intake, updates, outage)
            offset = max([offset, *(update["update_id"] + 1 for update in updates)])
            pauses = 0
        except (TelegramError, Unavailable) as error:
            log.warning("polling pauses: %s", type(error).__name__)
            await _unless(stop, asyncio.sleep(_pause(error, pause, pauses)))
            pauses, webhook = pauses + 1, True


async def _take(
    telegram: Telegram, intake: Intake, updates: Sequence[Mapping[str, Any]], outage: Outage | None
) -> None:
    """Take the updates in order, then make the calls owed for them. Raises Unavailable: all will be fetched again."""
    arrivals = [arrival for update in updates for arrival in _read(telegram, update)]
    try:
        owed = await intake.take(arrivals, telegram)
    except Unavailable:
        if outage:
            await asyncio.gather(*(outage.tell([arrival], telegram) for arrival in arrivals))
        raise
    await asyncio.gather(*(intake.settle([debt], telegram) for debt in owed))


def _read(telegram: Telegram, update: Mapping[str, Any]) -> Sequence[Arrival]:
    try:
        return telegram.read(update)
    except Malformed as error:
        log.error("telegram update makes no sense: %s", error)
        return []


def _pause(error: Exception, first: float, pauses: int) -> float:
    if isinstance(error, RetryAfter):
        after = error.retry_after
        return after.total_seconds() if isinstance(after, timedelta) else float(after)
    return float(min(first * 2**pauses, LONGEST_PAUSE))


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """The result of the work, or None when `stop` was set before it was done."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        stopped.cancel()
        await asyncio.gather(task, stopped, return_exceptions=True)
