"""A sender at work, for tests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.channels import Channel
from bot.messages import CHANNELS, ChannelName
from bot.outbox import Sender
from bot.store.redis import RedisStore
from tests.bot.carriers import Time
from tests.servers import Running


@asynccontextmanager
async def sending(store: RedisStore, carrier: Channel, time: Time | None = None) -> AsyncIterator[None]:
    """A sender at work; on leaving it is stopped politely."""
    channels: dict[ChannelName, Channel] = dict.fromkeys(CHANNELS, carrier)
    sender = Sender(store, store, channels, now=time.now, sleep=time.sleep) if time else Sender(store, store, channels)
    async with at_work(sender):
        yield


@asynccontextmanager
async def at_work(sender: Sender) -> AsyncIterator[None]:
    """This sender at work; on leaving it is stopped politely."""
    stop = asyncio.Event()
    task = asyncio.create_task(sender.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


def empty(server: Running) -> Callable[[], bool]:
    """Whether nothing waits to be sent any more."""
    return lambda: not any(server.raw.xlen(key) for key in server.raw.scan_iter("*:out:*"))
