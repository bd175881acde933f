"""Somebody who writes, a store, and a carrier."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.channels import Channel
from bot.channels.sms import Sms
from bot.channels.whatsapp import WhatsApp
from bot.messages import ChannelName
from bot.store.redis import RedisStore
from bot.turns import Turns
from bot.vault import Vault
from tests.bot.carrier import ACCOUNT, OURS
from tests.bot.carriers import Carrier
from tests.bot.talk import Talk
from tests.conversation import today
from tests.servers import Running


@pytest.fixture
async def talk(embedded_server: Running, vault: Vault) -> AsyncIterator[Talk]:
    """Turns of the real guide on the real store."""
    embedded_server.raw.flushall()
    store = RedisStore(embedded_server.url, vault)
    channels: dict[ChannelName, Channel] = {"sms": Sms(ACCOUNT, OURS), "whatsapp": WhatsApp(ACCOUNT, OURS)}
    talk = Talk(Turns(today, store, channels), store)
    talk.turns = replace(talk.turns, watch=talk.watch)
    yield talk
    await store.close()
    assert [key for key in embedded_server.raw.scan_iter() if embedded_server.raw.pttl(key) == -1] == []


@pytest.fixture
async def store(server: Running, vault: Vault) -> AsyncIterator[RedisStore]:
    """A store on each kind of server in turn."""
    store = RedisStore(server.url, vault)
    yield store
    await store.close()


@pytest.fixture
def carrier() -> Carrier:
    """A carrier that takes everything, until told otherwise."""
    return Carrier()
