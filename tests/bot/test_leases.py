"""How senders share the partitions: fairly, with nobody's entry in two hands, and soon when one comes or goes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import pytest

from bot.store import Waiting, keys, leases
from bot.store.leases import LIFE
from bot.store.redis import RedisStore
from bot.vault import PARTITIONS, Vault
from tests.bot.steps import ROOM, message, words
from tests.polling import until
from tests.servers import Running

LONG, BRISK = 60.0, 0.5
"""Lives of leases in these tests: one that never lapses meanwhile, and one that does."""


class Senders:
    """Several senders; each looks when told."""

    def __init__(self, server: Running, vault: Vault, stack: AsyncExitStack) -> None:
        self.server = server
        self.vault = vault
        self.stack = stack

    async def comes(self, life: float = LONG) -> RedisStore:
        """One more."""
        store = RedisStore(self.server.url, self.vault, lease=life)
        self.stack.push_async_callback(store.close)
        await look(store)
        return store

    def leases(self) -> int:
        """How many partitions are in anybody's hands."""
        return sum(1 for partition in range(PARTITIONS) if self.server.raw.exists(keys.lease(partition)))


@pytest.fixture
async def senders(server: Running, vault: Vault) -> AsyncIterator[Senders]:
    async with AsyncExitStack() as stack:
        yield Senders(server, vault, stack)


async def look(store: RedisStore) -> None:
    """It is time to look at the leases."""
    store._leases._look_at = 0.0
    await store.read({}, 0.0)


def held(store: RedisStore) -> set[int]:
    """The partitions a sender reads."""
    return set(store._leases.readable())


async def settled(*stores: RedisStore) -> None:
    """Let them look until each has its share and together they have all."""

    async def shared() -> bool:
        for store in stores:
            await look(store)
        shares = [held(store) for store in stores]
        most = -(-PARTITIONS // len(stores))
        return sum(map(len, shares)) == PARTITIONS and all(len(share) <= most for share in shares)

    await until(shared)


def test_a_dead_senders_share_is_taken_over_within_ten_seconds() -> None:
    """The life of a lease and the time between two looks, and a second for the looking."""
    assert LIFE + LIFE / 3 + 1 < 10


async def test_one_sender_has_everything(senders: Senders) -> None:
    assert held(await senders.comes()) == set(range(PARTITIONS))


async def test_a_sender_that_comes_gets_its_share(senders: Senders) -> None:
    first, second, third = [await senders.comes() for _ in range(3)]
    await settled(first, second, third)
    assert held(first) | held(second) | held(third) == set(range(PARTITIONS))


async def test_a_sender_that_goes_leaves_its_share_to_the_others_at_once(senders: Senders) -> None:
    first, second = await senders.comes(), await senders.comes()
    await settled(first, second)
    await second.release()
    assert senders.leases() == PARTITIONS // 2
    await settled(first)


async def test_what_a_dead_sender_had_lapses_and_is_taken(senders: Senders) -> None:
    first, second = await senders.comes(BRISK), await senders.comes(BRISK)
    await settled(first, second)
    await second.close()
    await settled(first)


async def test_a_partition_is_handed_over_once_no_call_of_it_is_under_way(
    senders: Senders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a person's next reply could overtake the one that is being sent."""
    first = await senders.comes()
    [entry] = await queued(first, "1")
    assert await first.begin(entry)
    partition = int(entry.key[1:3])
    monkeypatch.setattr(leases, "_shuffled", lambda held: sorted(held, key=lambda number: number == partition))
    second = await senders.comes()
    for _ in range(3):
        await look(first)
        await look(second)
    assert not first.holds(entry)
    assert not await first.begin(entry)
    assert len(held(second)) == PARTITIONS // 2 - 1
    assert partition not in held(second)
    await first.done(entry, "sent")
    await settled(first, second)
    assert partition in held(second)


async def test_what_waits_in_a_partition_that_is_handed_over_is_left_to_the_next(senders: Senders) -> None:
    first = await senders.comes()
    entries = await queued(first, *map(str, range(20)))
    second = await senders.comes()
    await settled(first, second)
    gone = [entry for entry in entries if int(entry.key[1:3]) in held(second)]
    assert all(first.holds(entry) is (entry not in gone) for entry in entries)
    found = await second.read(ROOM, 0.2)
    assert [entry.outbound for entry in found] == [entry.outbound for entry in gone]


async def queued(store: RedisStore, *texts: str) -> Sequence[Waiting]:
    """Replies that wait, as this sender has read them."""
    for text in texts:
        await store.accept(message(text))
        await store.advance(message(text).address, words)
    entries: list[Waiting] = []

    async def read() -> bool:
        entries.extend(await store.read(ROOM, 0.1))
        return len(entries) == len(texts)

    await until(read)
    return entries
