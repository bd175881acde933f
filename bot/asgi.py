"""The web application as an ASGI server imports it: built from the environment when the server's loop has started."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from bot.house import House
from bot.settings import Settings
from bot.web import create_app


def build() -> Starlette:
    """The application with everything that runs beside its webhooks."""
    house = House(Settings.from_env(os.environ))
    sends = bool(os.environ.get("RUMBO_SENDS", "1"))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(house.sweep(stop))
            if sends:
                tasks.create_task(house.sender().run(stop))
            yield
            stop.set()
        await house.close()

    return create_app(
        house.channels, house.intake(), ready=house.store.ready, static_help=house.static_help, lifespan=lifespan
    )


app = build()
