"""Builds the parts from the settings and holds them together: guide, store, channels, turns, sender.

Every process that runs Rumbo builds one, inside its own event loop.
"""

import asyncio
import logging
import os
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from bot import embedded
from bot.channels import Channel
from bot.channels.sms import Sms
from bot.channels.telegram import Telegram
from bot.channels.twilio import Account
from bot.channels.whatsapp import WhatsApp
from bot.content import load_guide
from bot.intake import Intake
from bot.messages import ChannelName, Leave
from bot.outbox import Sender
from bot.settings import Settings, SettingsError, TwilioSettings
from bot.store import Unavailable
from bot.store.redis import RedisStore
from bot.turns import Turns
from bot.vault import Vault
from conversations.guide import Guide
from conversations.medium import SMS
from conversations.replies import EmergencyNumbers
from conversations.writing.writer import Writer

log = logging.getLogger(__name__)

SWEEP_EVERY = 10.0
"""Seconds between two looks for messages whose process died before it had answered."""


class House:
    """Everything a running Rumbo consists of."""

    def __init__(self, settings: Settings) -> None:
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
        self.settings = settings
        self.guide = load_guide(settings.operator, settings.ages)
        self.store = RedisStore(store_url(settings), vault_of(settings))
        self.channels: dict[ChannelName, Channel] = dict(channels_of(settings))
        self.turns = Turns(lambda: self.guide, self.store, self.channels)

    @staticmethod
    def check(settings: Settings) -> None:
        """Everything that can be known to be wrong before a port is opened. Raises ContentError or SettingsError."""
        load_guide(settings.operator, settings.ages)
        vault_of(settings)
        store_url(settings)

    def intake(self) -> Intake:
        """What is done with what carriers bring."""
        return Intake(self.turns.receive, self.turns.receipt, self.leave)

    def sender(self) -> Sender:
        """Delivers what waits."""
        return Sender(self.store, self.store, self.channels)

    def telegram(self) -> Telegram:
        """The Telegram channel, where it is on."""
        channel = self.channels["telegram"]
        assert isinstance(channel, Telegram)  # noqa: S101  # built below
        return channel

    async def leave(self, leave: Leave) -> None:
        """Point a group to the private chat, once, and leave it: answers about papers are nobody else's business."""
        before, _, _ = self.guide.catalogues["es"].template("odd.group").partition("{link}")
        await self.telegram().leave(leave.chat, before.strip())

    async def sweep(self, stop: asyncio.Event) -> None:
        """Finish messages whose process died, until told to stop."""
        while not stop.is_set():
            try:
                await self.store.sweep(self.turns.step)
            except Unavailable:
                log.warning("the sweep waits: the store is away")
            try:
                await asyncio.wait_for(stop.wait(), SWEEP_EVERY)
            except TimeoutError:
                continue

    @cached_property
    def static_help(self) -> str:
        """What people get while Rumbo itself cannot answer: kept in memory, needing neither store nor conversation."""
        return static_help(self.guide)

    async def close(self) -> None:
        """Release connections."""
        for channel in self.channels.values():
            await channel.close()
        await self.store.close()


def static_help(guide: Guide) -> str:
    """The text of the fallback route, in three languages, with emergency numbers and where to find places."""
    catalogue = next(iter(guide.catalogues.values()))
    writer = Writer(None, guide, catalogue, SMS, datetime.now(UTC), {})
    return writer.text("service.down.all", emergency_list=EmergencyNumbers(), url=guide.operator.url)


def store_url(settings: Settings) -> str:
    """REDIS_URL, or the address of the bundled server, started if need be. Raises SettingsError."""
    if settings.redis_url:
        return settings.redis_url
    try:
        return embedded.start(settings.state)
    except embedded.NotStarted as error:
        raise SettingsError((f"REDIS_URL is not set and {error}",)) from None


def vault_of(settings: Settings) -> Vault:
    """The vault, from RUMBO_KEYS or from a key kept beside the bundled server's data. Raises SettingsError."""
    text = settings.keys.value or _own_key(settings.state)
    try:
        return Vault.from_text(text)
    except ValueError as error:
        raise SettingsError((f"RUMBO_KEYS: {error} (`rumbo keys` makes one)",)) from None


def _own_key(state: Path) -> str:
    """The key of this state folder, made once and readable by its owner only."""
    path = state / "key"
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(Vault.new_secret())
    return path.read_text("ascii").strip()


def channels_of(settings: Settings) -> dict[ChannelName, Channel]:
    """The channels that are on."""
    channels: dict[ChannelName, Channel] = {}
    if settings.twilio:
        account = _account(settings.twilio, settings.public_url)
        if settings.twilio.sms_sender:
            channels["sms"] = Sms(account, settings.twilio.sms_sender)
        if settings.twilio.whatsapp_sender:
            channels["whatsapp"] = WhatsApp(account, settings.twilio.whatsapp_sender)
    if settings.telegram:
        telegram = settings.telegram
        channels["telegram"] = Telegram(telegram.token.value, telegram.webhook_secret.value, api=telegram.api)
    return channels


def _account(twilio: TwilioSettings, public_url: str) -> Account:
    return Account(
        sid=twilio.sid,
        secrets=tuple(secret.value for secret in twilio.secrets),
        public_url=public_url,
        user=twilio.user,
        password=twilio.password.value,
        api=twilio.api,
    )
