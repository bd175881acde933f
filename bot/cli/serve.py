"""`rumbo serve`, `rumbo send` and `rumbo poll`: the processes that run Rumbo."""

import argparse
import asyncio
import logging
import os
import signal
import socket

from bot import logs
from bot.cli import dead_letters
from bot.cli.common import Subparsers, UsageError, command
from bot.house import SENDS, House, Work, prepared
from bot.settings import Settings, SettingsError

log = logging.getLogger(__name__)

ENDS_WITHIN = 10
"""Seconds that a worker process has to finish what it is sending, before it is killed; nothing is lost then.

Also met by a worker that is told to stop in the moment in which it starts: granian 2.8 installs its signal handlers a
little after the worker begins to serve, and tells each worker only once.
"""


def add(commands: Subparsers) -> None:
    """Describe the three commands."""
    serving = command(commands, "serve", run_serve, "the webhooks, with a sender inside", "rumbo serve")
    serving.add_argument("--no-send", action="store_true", help="webhooks only; a `rumbo send` runs elsewhere")
    dead_letters.add_to(command(commands, "send", run_send, "a sender alone; or the dead letters", "rumbo send"))
    command(commands, "poll", run_poll, "Telegram long polling, with a sender inside", "rumbo poll")


def run_serve(args: argparse.Namespace) -> int:
    """Serve the webhooks until stopped."""
    from granian.constants import Interfaces  # only where it serves
    from granian.server import Server

    settings = prepared(os.environ)
    _check_address(settings.host, settings.port)
    logs.set_up(settings.log_level)
    if settings.telegram and not settings.telegram.webhook_secrets:
        log.warning("TELEGRAM_WEBHOOK_SECRET is not set: Telegram's webhooks are refused, only `rumbo poll` works")
    os.environ[SENDS] = "" if args.no_send else "1"
    Server(
        "bot.asgi:build",
        factory=True,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        interface=Interfaces.ASGI,
        log_access=False,
        log_dictconfig=logs.GRANIAN,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=ENDS_WITHIN,
    ).serve()
    return 0


def _check_address(host: str, port: int) -> None:
    """Two servers on one port would share what comes in, and nobody would notice. Raises SettingsError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        mistake = f"RUMBO_HOST and RUMBO_PORT: nobody can listen at {host}, port {port}: {error.strerror}"
        raise SettingsError((mistake,)) from None


def run_send(args: argparse.Namespace) -> int:
    """Deliver what waits until stopped; or, with --dead, handle what came to nothing. It needs no content."""
    if args.dead is None and (args.letters or args.json):
        raise UsageError("letters and --json go with --dead list, retry or drop")
    settings = Settings.from_env(os.environ)
    logs.set_up(settings.log_level)
    if args.dead:
        return asyncio.run(dead_letters.handle(House(settings), args))
    house = House(settings)
    return asyncio.run(_until_stopped(house, house.send))


def run_poll(_: argparse.Namespace) -> int:
    """Fetch Telegram's updates, answer and deliver until stopped."""
    settings = prepared(os.environ)
    if settings.telegram is None:
        raise UsageError("TELEGRAM_BOT_TOKEN is not set: there is nothing to poll")
    logs.set_up(settings.log_level)
    house = House(settings)
    return asyncio.run(_until_stopped(house, house.poll, house.sweep, house.send))


async def _until_stopped(house: House, *works: Work) -> int:
    """Run until SIGTERM or SIGINT; what is being sent is finished, the rest waits in the store."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await house.run(stop, *works)
    return 0
