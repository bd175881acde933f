"""`rumbo serve`, `rumbo send` and `rumbo poll`: the processes that run Rumbo."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Awaitable, Callable

from bot.cli.common import Subparsers, UsageError, command
from bot.house import House
from bot.polling import poll
from bot.settings import Settings

log = logging.getLogger(__name__)


def add(commands: Subparsers) -> None:
    """Describe the three commands."""
    serving = command(commands, "serve", run_serve, "the webhooks, with a sender inside", "rumbo serve")
    serving.add_argument("--no-send", action="store_true", help="webhooks only; a `rumbo send` runs elsewhere")
    command(commands, "send", run_send, "a sender alone", "rumbo send")
    command(commands, "poll", run_poll, "Telegram long polling, with a sender inside", "rumbo poll")


def run_serve(args: argparse.Namespace) -> int:
    """Serve the webhooks until stopped."""
    from granian.constants import Interfaces  # only where it serves
    from granian.server import Server

    settings = Settings.from_env(os.environ)
    House.check(settings)  # content and store, before a port is opened
    os.environ["RUMBO_SENDS"] = "" if args.no_send else "1"
    Server(
        "bot.asgi:app",
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        interface=Interfaces.ASGI,
        log_access=False,
        websockets=False,
    ).serve()
    return 0


def run_send(_: argparse.Namespace) -> int:
    """Deliver what waits until stopped."""
    return asyncio.run(_until_stopped(_send))


def run_poll(_: argparse.Namespace) -> int:
    """Fetch Telegram's updates, answer and deliver until stopped."""
    if Settings.from_env(os.environ).telegram is None:
        raise UsageError("TELEGRAM_BOT_TOKEN is not set: there is nothing to poll")
    return asyncio.run(_until_stopped(_poll))


async def _send(house: House, stop: asyncio.Event) -> None:
    await house.sender().run(stop)


async def _poll(house: House, stop: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(house.sender().run(stop))
        tasks.create_task(house.sweep(stop))
        tasks.create_task(poll(house.telegram(), house.intake(), stop))


async def _until_stopped(work: Callable[[House, asyncio.Event], Awaitable[None]]) -> int:
    """Run until SIGTERM or SIGINT; what is being sent is finished, the rest waits in the store."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    house = House(Settings.from_env(os.environ))
    try:
        await work(house, stop)
    finally:
        await house.close()
    return 0
