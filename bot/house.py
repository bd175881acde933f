"""Builds the parts from the settings and holds them together: guide, store, channels, turns, sender.

Every process that runs Rumbo builds one, inside its own event loop.
"""

import asyncio
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from bot import logs
from bot.channels import Channel, SendError
from bot.checks import check_guide
from bot.content import load_guide
from bot.intake import Intake
from bot.messages import ChannelName, Leave
from bot.outage import Outage
from bot.outbox import Sender
from bot.settings import Settings, SettingsError, TelegramSettings, TwilioSettings
from bot.store import Unavailable
from bot.store.redis import RedisStore
from bot.turns import DEFAULT_LANGUAGE, Turns
from bot.vault import Vault
from conversations.guide import Guide
from conversations.medium import SMS
from conversations.problems import ContentError
from conversations.replies import EmergencyNumbers, Say
from conversations.wording import word

log = logging.getLogger(__name__)

Work = Callable[[asyncio.Event], Awaitable[None]]
"""Something that runs until the event is set."""

SENDS = "RUMBO_SENDS"
"""Tells a web process whether to send as well: "" where a sender runs elsewhere. `rumbo serve` sets it."""

SWEEP_EVERY = 10.0
"""Seconds between two looks for messages whose process died before it had answered."""

LEARN_EVERY = 600.0
"""Seconds between two looks for the templates of WhatsApp."""

OLDEST_REPLY = 60.0
"""Seconds after which a reply that still waits is worth a warning."""

_BEGIN_AGAIN_AFTER = 1.0  # s

_NEVER_EVICTS = "noeviction"


class House:
    """Everything a running Rumbo consists of. What a process does not use is not built: a sender needs no guide."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = RedisStore(store_url(settings), vault_of(settings))
        self.channels: dict[ChannelName, Channel] = channels_of(settings)

    @cached_property
    def guide(self) -> Guide:
        """What the conversation knows."""
        return load_guide(self.settings.operator, self.settings.ages)

    @cached_property
    def turns(self) -> Turns:
        """Takes turns."""
        guide = self.guide
        return Turns(lambda: guide, self.store, self.channels)

    def intake(self) -> Intake:
        """What is done with what carriers bring. The word lists are read first, which takes seconds."""
        _ = self.guide.lexicon
        log.info(
            "content %s in %s, on %s", self.guide.version, ", ".join(self.guide.languages), ", ".join(self.channels)
        )
        return Intake(self.turns.receive, self.turns.receipt, self.leave)

    @cached_property
    def static_help(self) -> str:
        """What people get while Rumbo itself cannot answer: kept in memory, needing neither store nor conversation."""
        return static_help(self.guide)

    async def leave(self, leave: Leave) -> None:
        """Point a group to the private chat, once, and leave it: answers about papers are nobody else's business."""
        from bot.channels.telegram import Telegram

        channel = self.channels.get("telegram")
        if isinstance(channel, Telegram):  # which puts the link under the line itself
            catalogues = self.guide.catalogues
            wished = ((leave.hint or "").split("-")[0], DEFAULT_LANGUAGE, *catalogues)
            catalogue = next(catalogues[language] for language in wished if language in catalogues)
            before, _, after = catalogue.template("odd.group").partition("{link}")
            await channel.leave(leave.chat, f"{before.strip()} {after.strip()}".strip())

    # ------------------------------------------------------------------ what runs

    async def run(self, stop: asyncio.Event, *works: Work) -> None:
        """Run these side by side until told to stop. One that fails by an error of ours begins again."""
        logs.set_up_loop(asyncio.get_running_loop())
        try:
            async with asyncio.TaskGroup() as tasks:
                for work in works:
                    tasks.create_task(_kept_up(work, stop))
        finally:
            await self.close()

    async def send(self, stop: asyncio.Event) -> None:
        """Deliver what waits."""
        try:
            await Sender(self.store, self.store, self.channels).run(stop)
        except BaseException:
            with suppress(Unavailable):
                await self.store.release()  # else what was read and not delivered would wait for another process
            raise

    async def poll(self, stop: asyncio.Event) -> None:
        """Fetch Telegram's updates."""
        from bot.channels.telegram import Telegram
        from bot.polling import poll

        channel = self.channels["telegram"]
        assert isinstance(channel, Telegram)  # noqa: S101  # built below
        await poll(channel, self.intake(), stop, outage=Outage(self.static_help))

    async def sweep(self, stop: asyncio.Event) -> None:
        """Finish messages whose process died, and look whether replies leave."""
        evicts = ""
        while not stop.is_set():
            try:
                evicts = evicts or await self._eviction()
                await self.store.sweep(self.turns.step)
                await self.store.send_due()
                await self._look_at_outbox()
            except Unavailable:
                log.warning("the sweep waits: the store is away")
                await self._revive_store()
            await _pause(stop, SWEEP_EVERY)

    async def learn(self, stop: asyncio.Event) -> None:
        """Find WhatsApp's templates, now and then; without them choices are numbered lines."""
        from bot.channels.whatsapp import WhatsApp

        channel = self.channels.get("whatsapp")
        while isinstance(channel, WhatsApp) and not stop.is_set():
            try:
                await channel.learn_templates()
            except SendError as error:
                log.warning("WhatsApp's templates are not known: %s", error)
            await _pause(stop, LEARN_EVERY)

    async def close(self) -> None:
        """Release connections."""
        for channel in self.channels.values():
            await channel.close()
        await self.store.close()

    async def _eviction(self) -> str:
        """The store's policy when memory runs short, with a warning if it may lose what people told us (FC-31)."""
        policy = await self.store.eviction()
        if policy != _NEVER_EVICTS:
            log.error(
                "the store may throw away answers, and who wants no messages: "
                "its maxmemory-policy is %s. Set it to %s (CONFIG SET maxmemory-policy %s)",
                *(policy, _NEVER_EVICTS, _NEVER_EVICTS),
            )
        return policy

    async def _look_at_outbox(self) -> None:
        depth = await self.store.depth()
        if depth.oldest > OLDEST_REPLY:
            waiting = ", ".join(f"{number} on {channel}" for channel, number in depth.replies.items() if number)
            log.warning(
                "replies wait: %s; the oldest for %d s; %d senders at work", waiting, depth.oldest, depth.senders
            )

    async def _revive_store(self) -> None:
        """Start the bundled server again if it died: nobody else does."""
        try:
            await asyncio.to_thread(store_url, self.settings)
        except SettingsError as error:
            log.error("%s", error)


async def _kept_up(work: Work, stop: asyncio.Event) -> None:
    """Run until told to stop; an error of ours is logged, and after a moment the work begins again."""
    while True:
        try:
            await work(stop)
        except Exception as error:  # noqa: BLE001  # whatever it is, people still wait for answers
            log.error("%s begins again after %s", getattr(work, "__name__", "work"), logs.told(error))
        if stop.is_set():
            break
        await _pause(stop, _BEGIN_AGAIN_AFTER)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


# ---------------------------------------------------------------------- before anything runs


def prepared(env: Mapping[str, str]) -> Settings:
    """The settings, once nothing is wrong with them, the content or the store's key; the bundled server then runs.

    Raises SettingsError with everything that is wrong, in settings and content alike.
    """
    mistakes: list[str] = []
    settings = None
    try:
        settings = Settings.from_env(env)
    except SettingsError as error:
        mistakes += error.mistakes
    mistakes += map(str, _content_mistakes())
    if settings is None or mistakes:
        raise SettingsError(tuple(mistakes))
    vault_of(settings)
    store_url(settings)
    return settings


def _content_mistakes() -> list[object]:
    """What keeps the content from being used; reading it here lets worker processes share what was read."""
    try:
        guide = load_guide()
        return [problem for problem in check_guide(guide, datetime.now(UTC).date()) if problem.severity == "error"]
    except ContentError as error:
        return list(error.problems)
    except Exception as error:  # noqa: BLE001  # a file that nobody thought of
        return [f"the content cannot be read: {error} ({logs.told(error)})"]


def static_help(guide: Guide) -> str:
    """The text of the fallback route, in three languages, with emergency numbers and where to find places."""
    catalogue = next(iter(guide.catalogues.values()))
    help = Say("service.down.all", {"emergency_list": EmergencyNumbers(), "url": guide.operator.url})
    return "\n".join(message.plain for message in word([help], None, guide, catalogue, SMS, datetime.now(UTC)))


def store_url(settings: Settings) -> str:
    """REDIS_URL, or the address of the bundled server, started if need be. Raises SettingsError."""
    if settings.redis_url:
        return settings.redis_url
    from bot import embedded  # POSIX only

    try:
        return embedded.start(settings.state)
    except (embedded.NotStarted, OSError) as error:
        raise SettingsError((f"REDIS_URL is not set and {error}",)) from None


def vault_of(settings: Settings) -> Vault:
    """The vault, from RUMBO_KEYS and RUMBO_NAMES, or a key beside the bundled server's data. Raises SettingsError."""
    try:
        return Vault.from_text(settings.keys.value or _own_key(settings.state), settings.names.value)
    except (ValueError, OSError) as error:
        raise SettingsError(
            (f"RUMBO_KEYS is not set and the key in {settings.state} cannot be used: {error}",)
        ) from None


def _own_key(state: Path) -> str:
    """The key of this state folder, made once and readable by its owner only."""
    path = state / "key"
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        # Written whole before it has its name: another process that starts now must not read half of it.
        with tempfile.NamedTemporaryFile("w", dir=state) as file:
            file.write(Vault.new_secret())
            file.flush()
            with suppress(FileExistsError):
                os.link(file.name, path)
    path.chmod(0o600)
    return path.read_text("ascii").strip()


# ---------------------------------------------------------------------- channels: imported only where they are on


def channels_of(settings: Settings) -> dict[ChannelName, Channel]:
    """The channels that are on. A carrier's library takes a second to import, so each is imported where it is used."""
    channels: dict[ChannelName, Channel] = {}
    if settings.twilio:
        channels |= _twilio_channels(settings.twilio, settings.public_url)
    if settings.telegram:
        channels["telegram"] = _telegram_channel(settings.telegram)
    return channels


def _twilio_channels(twilio: TwilioSettings, public_url: str) -> dict[ChannelName, Channel]:
    from bot.channels.sms import Sms
    from bot.channels.twilio import Account
    from bot.channels.whatsapp import WhatsApp

    account = Account(
        sid=twilio.sid,
        secrets=tuple(secret.value for secret in twilio.secrets),
        public_url=public_url,
        user=twilio.user,
        password=twilio.password.value,
        api=twilio.api,
    )
    channels: dict[ChannelName, Channel] = {}
    if twilio.sms_sender:
        channels["sms"] = Sms(account, twilio.sms_sender, rate=twilio.sms_rate)
    if twilio.whatsapp_sender:
        channels["whatsapp"] = WhatsApp(account, twilio.whatsapp_sender, rate=twilio.whatsapp_rate)
    return channels


def _telegram_channel(telegram: TelegramSettings) -> Channel:
    from bot.channels.telegram import RATE, Telegram

    secrets = (secret.value for secret in telegram.webhook_secrets)
    return Telegram(telegram.token.value, *secrets, api=telegram.api, rate=telegram.rate or RATE)
