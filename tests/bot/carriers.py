"""Carriers for the tests of the sender: they note what is sent and fail as they are told."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.channels import Channel, Outcome, Payload, Request, SendError
from bot.messages import Address, Arrival, ChannelName
from bot.pace import Pace
from conversations.message import Message


class Carrier(Channel):
    """Notes every call as (user, text). `fails` holds, by text, what the next calls raise; `answers` what it knows."""

    name: ChannelName = "sms"
    has_fallback = False

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.asked: list[tuple[str, float]] = []
        self.fails: dict[str, list[Exception]] = defaultdict(list)
        self.answers: dict[str, bool | None] = {}
        self.silent = False  # whether it cannot be asked
        self.holds = asyncio.Event()
        self.holds.set()

    def pace(self, payload: Payload) -> Pace | None:  # noqa: ARG002
        return None

    def pace_to(self, address: Address) -> Pace | None:  # noqa: ARG002
        return None

    async def send(self, address: Address, payload: Payload) -> str | None:
        self.calls.append((address.user, payload["text"]))
        await self.holds.wait()
        if self.fails[payload["text"]]:
            raise self.fails[payload["text"]].pop(0)
        return f"sent {len(self.calls)}"

    async def was_sent(self, address: Address, payload: Payload, since: float) -> bool | None:  # noqa: ARG002
        self.asked.append((payload["text"], since))
        if self.silent:
            raise SendError(Outcome.NOT_SENT, "503")
        return self.answers.get(payload["text"])

    def texts(self, address: Address) -> list[str]:
        """What was tried for one address, in order."""
        return [text for user, text in self.calls if user == address.user]

    def parse(self, request: Request) -> Sequence[Arrival]:
        raise NotImplementedError

    def render(self, message: Message) -> list[Payload]:
        raise NotImplementedError

    def shows(self, payload: Payload) -> str:
        raise NotImplementedError

    async def acknowledge(self, ack: str) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


class FileCarrier(Carrier):
    """Appends what it sends to a file, a line "user text" each, and knows from it what was sent."""

    def __init__(self, file: Path, takes: float) -> None:
        super().__init__()
        self.file = file
        self.takes = takes

    async def send(self, address: Address, payload: Payload) -> str | None:
        with self.file.open("a") as file:
            file.write(f"{address.user} {payload['text']}\n")
        await asyncio.sleep(self.takes)
        return None

    async def was_sent(self, address: Address, payload: Payload, since: float) -> bool | None:  # noqa: ARG002
        return f"{address.user} {payload['text']}" in self.file.read_text().splitlines()


class Time:
    """A clock that stands still until told: `now` for what reads it, `sleep` for what waits."""

    def __init__(self, at: float) -> None:
        self.at = at
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self.at + seconds, woken))
        await woken.wait()

    def forward(self, seconds: float) -> None:
        """Let time pass and wake whoever has waited long enough."""
        self.at += seconds
        for until, woken in self._sleepers:
            if until <= self.at:
                woken.set()
        self._sleepers = [(until, woken) for until, woken in self._sleepers if until > self.at]

    def waits(self, seconds: float) -> Callable[[], bool]:
        """Whether somebody waits that long from now."""
        return lambda: any(abs(until - self.at - seconds) < 1e-6 for until, _ in self._sleepers)
