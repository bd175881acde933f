"""Somebody who writes by SMS or WhatsApp, on the real turns and the real store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.messages import Address, Inbound
from bot.store import Waiting
from bot.store.redis import RedisStore
from bot.turns import Turns
from conversations.converse import Turn
from conversations.events import Event, Text
from conversations.session import Session
from tests.bot.steps import ROOM

ROSA = Address("sms", "+12025550111")


class Talk:
    """Somebody who writes, and what waits to be sent to them."""

    def __init__(self, turns: Turns, store: RedisStore) -> None:
        self.turns = turns
        self.store = store
        self.count = 0
        self.sessions: list[Session | None] = []

    def watch(self, _: Inbound, turn: Turn, *__: object) -> None:
        """For `Turns`."""
        self.sessions.append(turn.session)

    def message(self, event: Event | str, address: Address = ROSA, **more: Any) -> Inbound:
        """A new message."""
        self.count += 1
        event = Text(event) if isinstance(event, str) else event
        return Inbound(address, f"SM{self.count}", event, self.turns.clock(), **more)

    async def says(self, *events: Event | str, **more: Any) -> list[str]:
        """Messages, one after the other; the texts that answer the last of them."""
        texts: list[str] = []
        for event in events:
            await self.turns.receive(self.message(event, **more), self.turns.channels["sms"])
            texts = await self.texts()
        return texts

    async def texts(self) -> list[str]:
        """What waits to be sent, taken as sent."""
        return [str(entry.outbound.payload["Body"]) for entry in await self.outbox()]

    async def outbox(self) -> Sequence[Waiting]:
        """What waits to be sent, taken off."""
        entries = await self.store.read(ROOM, 0.0)
        for entry in entries:
            await self.store.done(entry, "sent")
        return entries

    def at(self, now: datetime) -> None:
        """From now on it is this time."""
        self.turns = replace(self.turns, clock=lambda: now)

    def later(self, by: timedelta) -> None:
        """Time passes."""
        self.at(self.turns.clock() + by)
