"""Dead letters: what came to nothing lies sealed for three days, for an operator to look at, try again or erase.

Nobody sees whom a letter concerns or what it says: it is told by its channel, its reason and its age.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

from bot.messages import CHANNELS, ChannelName
from bot.records import Unloadable, dump_outbound, load_inbound, load_outbound
from bot.store import DeadLetter, keys
from bot.store.lifetimes import DEAD_LIFE, INBOX_LIFE, REPLY_LIFE, milliseconds
from bot.store.scripts import REHEAR, RESEND
from bot.store.server import Argument, Server
from bot.vault import PARTITIONS, Person, Unsealable, Vault

_AGAIN_FOR = timedelta(hours=2)
"""How long a reply may wait once it is tried again."""


class Burials:
    """Lists, revives and erases dead letters."""

    def __init__(self, server: Server, vault: Vault) -> None:
        self._server = server
        self._vault = vault

    async def all(self) -> Sequence[DeadLetter]:
        """All of them, oldest first. Raises Unavailable."""
        earliest = int((time.time() - DEAD_LIFE.total_seconds()) * 1000)
        found = await self._server.call_all([("XRANGE", keys.dead(p), earliest, "+") for p in range(PARTITIONS)])
        letters = [_letter(p, id, fields) for p, entries in enumerate(found) for id, fields in entries]
        return sorted(letters, key=lambda letter: letter.since)

    async def retry(self, letter: DeadLetter, now: float) -> bool:
        """Let it be sent, or handled, again. False: it is gone, or still cannot be opened. Raises Unavailable."""
        partition, id = _parse(letter.key)
        entries = await self._server.call("XRANGE", keys.dead(partition), id, id)
        if not entries:
            return False
        fields = entries[0][1]
        try:
            return await (self._resend if letter.kind == "reply" else self._rehear)(partition, id, fields, now)
        except (Unsealable, Unloadable):
            return False

    async def drop(self, letter: DeadLetter) -> None:
        """Erase it. Raises Unavailable."""
        partition, id = _parse(letter.key)
        await self._server.call("XDEL", keys.dead(partition), id)

    async def _resend(self, partition: int, id: str, fields: Mapping[bytes, bytes], now: float) -> bool:
        channel = cast("ChannelName", fields[b"channel"].decode())
        out = keys.out(partition, channel)
        outbound = load_outbound(self._vault.open(fields[b"reply"], out))
        fresh = replace(outbound, expires=datetime.fromtimestamp(now, UTC) + _AGAIN_FOR)
        sealed = self._vault.seal(dump_outbound(fresh), out)
        arguments: list[Argument] = [id, fields[b"person"], sealed, milliseconds(REPLY_LIFE)]
        return bool(await self._server.run(RESEND, [keys.dead(partition), out], arguments))

    async def _rehear(self, partition: int, id: str, fields: Mapping[bytes, bytes], now: float) -> bool:
        person = Person(fields[b"person"].decode())
        load_inbound(self._vault.open(fields[b"message"], keys.inbox(person)))  # else it would only die again
        names = [keys.dead(partition), keys.inbox(person), keys.waiting(partition)]
        arguments: list[Argument] = [id, person.name, fields[b"message"], now, milliseconds(INBOX_LIFE)]
        return bool(await self._server.run(REHEAR, names, arguments))


def _letter(partition: int, id: bytes, fields: Mapping[bytes, bytes]) -> DeadLetter:
    since = int(id.partition(b"-")[0]) / 1000
    channel = fields.get(b"channel", b"").decode()
    return DeadLetter(
        key=f"p{partition:02}/{id.decode()}",
        kind="reply" if b"reply" in fields else "message",
        channel=channel if channel in CHANNELS else "",
        why=fields[b"why"].decode(),
        since=since,
    )


def _parse(key: str) -> tuple[int, str]:
    partition, _, id = key.partition("/")
    return int(partition.removeprefix("p")), id
