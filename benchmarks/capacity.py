"""What a machine carries: turns and replies a second on one core, and what a conversation takes in the store.

    python -m benchmarks.capacity                 2,000 people of 10 messages each (about a minute on one core)
    python -m benchmarks.capacity --people 200    quicker
    python -m benchmarks.capacity --json          the same as JSON

One process on the bundled server, with the real content, turns, store and sender; the webhook's HTTP and the carrier's
answer are left out. Times are processor seconds, so another program on the machine does little harm.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from redis import Redis

from bot import embedded
from bot.channels import Channel, Payload
from bot.channels.sms import Sms
from bot.channels.twilio import Account
from bot.content import load_guide
from bot.messages import Address, ChannelName, Inbound
from bot.outbox import Sender
from bot.pace import Pace
from bot.store.redis import RedisStore
from bot.turns import Turns
from bot.vault import Vault
from conversations.events import Text

SAYS = ("hola", "1", "1", "2", "1", "3", "menu", "1", "2", "1")
AT_ONCE = 50
"""Messages under way at a time, as in a busy web process."""


class Instant(Sms):
    """A carrier that takes everything at once."""

    async def send(self, address: Address, payload: Payload) -> None:
        """Nothing."""

    def pace(self, payload: Payload) -> Pace | None:  # noqa: ARG002
        """As fast as we can."""
        return None


@dataclass(frozen=True)
class Figures:
    """`turn` and `reply` in milliseconds of processor time, ours and the server's; `person` in bytes."""

    people: int
    turns: int
    turn: float
    turn_server: float
    replies: int
    reply: float
    reply_server: float
    person: float
    keys_a_person: float

    def lines(self) -> Sequence[str]:
        """The figures as a person reads them."""
        gigabyte = 2**30
        return (
            f"people {self.people}, turns {self.turns}, replies {self.replies}",
            f"a turn takes {self.turn:.2f} ms here and {self.turn_server:.2f} ms in the server: "
            f"{1000 / self.turn:.0f} turns a second a core",
            f"a reply takes {self.reply:.2f} ms here and {self.reply_server:.2f} ms in the server: "
            f"{1000 / self.reply:.0f} replies a second a core",
            f"a person takes {self.person:.0f} bytes in {self.keys_a_person:.1f} keys: "
            f"{gigabyte / self.person:,.0f} people a gigabyte",
            f"one server carries {1000 / (self.turn_server + self.reply_server):.0f} turns with their replies a second",
        )


async def measure(people: int) -> Figures:
    """Let invented people talk, then send what they are owed."""
    with tempfile.TemporaryDirectory(prefix="rumbo-capacity-") as folder:
        url = embedded.start(Path(folder))
        try:
            return await _measured(people, url, Redis.from_url(url))
        finally:
            embedded.stop(Path(folder))


async def _measured(people: int, url: str, server: Redis) -> Figures:
    guide = load_guide()
    _ = guide.lexicon
    store = RedisStore(url, Vault.from_text(Vault.new_secret()))
    account = Account("AC" + "a" * 32, ("token",))
    channels: Mapping[ChannelName, Channel] = {"sms": Instant(account, "+12025550100")}
    turns = Turns(lambda: guide, store, channels)
    before = _memory(server)
    began, began_server = time.process_time(), _cpu(server)
    await _talk(turns, people)
    talked, talked_server = time.process_time() - began, _cpu(server) - began_server
    replies = (await store.depth()).replies["sms"]
    began, began_server = time.process_time(), _cpu(server)
    await _send(store, channels)
    sent, sent_server = time.process_time() - began, _cpu(server) - began_server
    await store.close()
    count = people * len(SAYS)
    return Figures(
        people=people,
        turns=count,
        turn=talked / count * 1000,
        turn_server=talked_server / count * 1000,
        replies=replies,
        reply=sent / replies * 1000,
        reply_server=sent_server / replies * 1000,
        person=(_memory(server) - before) / people,
        keys_a_person=int(server.dbsize()) / people,
    )


async def _talk(turns: Turns, people: int) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def person(number: int) -> None:
        address = Address("sms", f"+1202{number:07}")
        async with gate:
            for turn, text in enumerate(SAYS):
                inbound = Inbound(address, f"{number}.{turn}", Text(text), datetime.now(UTC))
                await turns.receive(inbound, turns.channels["sms"])

    await asyncio.gather(*map(person, range(people)))


async def _send(store: RedisStore, channels: Mapping[ChannelName, Channel]) -> None:
    stop = asyncio.Event()
    sending = asyncio.create_task(Sender(store, store, channels).run(stop))
    while sum((await store.depth()).replies.values()):  # noqa: ASYNC110 - a poll is the plain way here
        await asyncio.sleep(0.2)
    stop.set()
    await sending


def _info(server: Redis, section: str) -> Mapping[str, Any]:
    return dict(server.info(section))


def _memory(server: Redis) -> int:
    return int(_info(server, "memory")["used_memory"])


def _cpu(server: Redis) -> float:
    cpu = _info(server, "cpu")
    return float(cpu["used_cpu_user"]) + float(cpu["used_cpu_sys"])


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    figures = asyncio.run(measure(args.people))
    print(json.dumps(figures.__dict__, indent=2) if args.json else "\n".join(figures.lines()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
