"""A carrier's API on a real local socket: keeps what it was sent and answers as told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Call:
    """One request as it arrived: method, path, query, headers and the form or JSON of its body."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    data: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What to answer. `hang`: seconds to wait first; `drop`: cut the connection without an answer."""

    status: int = 200
    json: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0
    drop: bool = False


class StandIn:
    """`calls` in order; `answers` are given one by one, and the last of them for ever."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.answers: list[Answer] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Keep the call and give the next answer."""
        is_json = request.content_type == "application/json"
        data = dict(await request.json()) if is_json else {k: str(v) for k, v in (await request.post()).items()}
        self.calls.append(Call(request.method, request.path, dict(request.query), dict(request.headers), data))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await asyncio.sleep(answer.hang)
        if answer.drop and request.transport:
            request.transport.close()
        return web.json_response(answer.json, status=answer.status, headers=answer.headers)


@asynccontextmanager
async def standing_in(*answers: Answer) -> AsyncIterator[StandIn]:
    """A running stand-in with these answers."""
    stand_in = StandIn()
    stand_in.answers = list(answers)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", stand_in.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    stand_in.url = f"http://{host}:{port}"
    try:
        yield stand_in
    finally:
        await runner.cleanup()
