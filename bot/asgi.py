"""The web application as an ASGI server builds it: from the environment, in each of its worker processes."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from bot import logs
from bot.house import SENDS, House
from bot.settings import Settings
from bot.web import create_app


def build() -> Starlette:
    """The application with everything that runs beside its webhooks."""
    settings = Settings.from_env(os.environ)
    logs.set_up(settings.log_level)
    house = House(settings)
    works = (house.sweep, house.learn, *((house.send,) if os.environ.get(SENDS, "1") else ()))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        stop = asyncio.Event()
        running = asyncio.create_task(house.run(stop, *works))
        yield
        stop.set()
        await running

    return create_app(
        house.channels, house.intake(), ready=house.store.ready, static_help=house.static_help, lifespan=lifespan
    )
