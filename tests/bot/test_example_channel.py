"""The channel of docs/channels.md at work: a conversation, a duplicate, a wrong secret, a person who is gone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from bot.intake import Intake
from bot.messages import ChannelName
from bot.store.redis import RedisStore
from bot.turns import Turns
from bot.vault import Vault
from bot.web import create_app
from tests.bot.sending import empty, sending
from tests.bot.stand_in import Answer, StandIn, standing_in
from tests.conversation import today
from tests.example_channel import Letterbox
from tests.polling import until
from tests.servers import Running

SECRET = "letter-secret"
TAKEN = Answer(200, {})


class Writer:
    """Somebody with a letterbox: what they send goes through the webhook, what they get is at the carrier."""

    def __init__(self, http: AsyncClient, carrier: StandIn, server: Running) -> None:
        self.http, self.carrier, self.server, self.count = http, carrier, server, 0

    async def posts(self, secret: str = SECRET, **letter: Any) -> int:
        """One letter; the status."""
        self.count += 1
        body = {"from": "ana", "id": self.count, **letter}
        return (await self.http.post("/telegram/letters", json=body, headers={"x-secret": secret})).status_code

    async def says(self, text: str, **more: Any) -> dict[str, Any]:
        """A letter that is answered; the last of the answers."""
        before = len(self.carrier.calls)
        assert await self.posts(text=text, **more) == 200
        await until(lambda: len(self.carrier.calls) > before and empty(self.server)())
        return self.carrier.calls[-1].data


@asynccontextmanager
async def letterbox(server: Running, vault: Vault, *answers: Answer) -> AsyncIterator[Writer]:
    """The channel, the store, a sender and the webhook."""
    server.raw.flushall()
    store = RedisStore(server.url, vault)
    async with standing_in(*answers) as carrier:
        channel = Letterbox(f"{carrier.url}/letters", SECRET)
        turns = Turns(today, store, {"telegram": channel})
        channels: dict[ChannelName, Any] = {"telegram": channel}
        app = create_app(channels, Intake(turns.receive, turns.receipt), ready=store.ready, static_help="911")
        http = AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1")
        try:
            async with http, sending(store, channel):
                yield Writer(http, carrier, server)
        finally:
            await channel.close()
            await store.close()


async def test_a_conversation(embedded_server: Running, vault: Vault) -> None:
    """Words, numbers and taps; the same letter twice is one."""
    async with letterbox(embedded_server, vault, TAKEN) as ana:
        assert "Rumbo" in (await ana.says("hola"))["text"]
        consent = await ana.says("", tap=ana.carrier.calls[-1].data["buttons"][0][1])
        assert consent["buttons"][0][0].startswith("1 ")
        assert "¿En qué país" in (await ana.says("1"))["text"]
        await ana.says("México", id="m1")
        sent = len(ana.carrier.calls)
        assert await ana.posts(text="México", id="m1") == 200
        assert "borrado" in (await ana.says("borrar"))["text"]
        assert len(ana.carrier.calls) == sent + 1


@pytest.mark.parametrize(
    ("letter", "secret", "status"), [({}, "wrong", 403), ({"from": None}, "", 403), ([], SECRET, 200)]
)
async def test_what_is_no_letter(embedded_server: Running, vault: Vault, letter: Any, secret: str, status: int) -> None:
    """Refused, or passed over; nobody is written to."""
    async with letterbox(embedded_server, vault, TAKEN) as ana:
        answer = await ana.http.post("/telegram/letters", json=letter, headers={"x-secret": secret})
        assert answer.status_code == status
        assert ana.carrier.calls == []


async def test_somebody_who_is_gone_is_forgotten(embedded_server: Running, vault: Vault) -> None:
    """The carrier says so by its own code; what then happens is every channel's."""
    async with letterbox(embedded_server, vault, Answer(410)) as ana:
        await ana.says("hola")
        await until(lambda: not list(embedded_server.raw.scan_iter("*:session:*")))
