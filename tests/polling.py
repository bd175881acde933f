"""Waiting for what another task or process will do: poll the condition, never sleep a fixed time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable


async def until(condition: Callable[[], object | Awaitable[object]], within: float = 10.0) -> None:
    """Return once the condition holds; it may be asynchronous. Raises AssertionError after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        holds = condition()
        if isawaitable(holds):
            holds = await holds
        if holds:
            return
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.005)
