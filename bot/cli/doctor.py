"""`rumbo doctor`: what keeps this copy from working, one line each, with what to do.

It calls the carriers and our own public address, and changes nothing anywhere.
"""

import argparse
import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx
import phonenumbers

from bot.channels import SendError
from bot.channels.templates import all_templates
from bot.channels.whatsapp import WhatsApp
from bot.cli.common import Subparsers, command
from bot.content import load_guide
from bot.house import OLDEST_REPLY, channels_of, store_url, vault_of
from bot.settings import Settings, SettingsError, TelegramSettings, TwilioSettings
from bot.store import Unavailable
from bot.store.redis import RedisStore
from conversations.problems import ContentError

_PATIENCE = 10.0  # s a call
_CLOCKS_DIFFER = 30.0  # s; signatures have no time, but opening hours and receipts do

# Where people can be written to by SMS but cannot answer (`shared/channels.md` section 7).
_ONE_WAY = ("SV", "GT", "HN")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `todo` when it is not well."""

    what: str
    found: str
    todo: str = ""

    def line(self) -> str:
        """As it is printed."""
        line = f"{self.what}: {self.found}"
        return f"!!  {line}. To do: {self.todo}" if self.todo else f"ok  {line}"


def add(commands: Subparsers) -> None:
    """Describe the command."""
    command(commands, "doctor", run, "settings, store, clock, carriers, public address", "rumbo doctor")


def run(_: argparse.Namespace) -> int:
    """Print what was found; 1 when something is not well."""
    return asyncio.run(examine(print))


async def examine(say: Callable[[str], None]) -> int:
    """Say what was found, a line each; 1 when something is not well."""
    bad = 0
    async for finding in _findings():
        say(finding.line())
        bad += bool(finding.todo)
    return 1 if bad else 0


async def _findings() -> AsyncIterator[Finding]:
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        for mistake in error.mistakes:
            yield Finding("settings", mistake, "mend it; .env.example explains each")
        return
    yield Finding("settings", "can be used")
    yield _content(settings)
    async for finding in _store(settings):
        yield finding
    async with httpx.AsyncClient(timeout=_PATIENCE) as http:
        if settings.public_url:
            yield await _public_address(http, settings.public_url)
        if settings.twilio:
            async for finding in _twilio(http, settings, settings.twilio):
                yield finding
        if settings.telegram:
            yield await _telegram(http, settings, settings.telegram)


def _content(settings: Settings) -> Finding:
    try:
        guide = load_guide(settings.operator, settings.ages)
    except ContentError as error:
        return Finding("content", f"{len(error.problems)} mistakes", "rumbo check names each")
    return Finding("content", f"version {guide.version}, in {', '.join(guide.languages)}")


async def _store(settings: Settings) -> AsyncIterator[Finding]:
    where = "REDIS_URL" if settings.redis_url else f"the bundled server in {settings.state}"
    try:
        store = RedisStore(store_url(settings), vault_of(settings))
    except SettingsError as error:
        yield Finding("store", "; ".join(error.mistakes), "see docs/running.md, The store")
        return
    try:
        policy, depth = await store.eviction(), await store.depth()
    except Unavailable as error:
        yield Finding("store", f"{where} cannot be reached ({error})", "start it, or correct REDIS_URL")
        return
    finally:
        await store.close()
    keeps = policy == "noeviction"
    todo = "" if keeps else "CONFIG SET maxmemory-policy noeviction: answers and stops may be thrown away"
    yield Finding("store", f"{where}, maxmemory-policy {policy}", todo)
    waiting = f"{sum(depth.replies.values())} replies wait, the oldest for {depth.oldest:.0f} s"
    todo = "start `rumbo serve` or `rumbo send`, and look at its log" if depth.oldest > OLDEST_REPLY else ""
    yield Finding("outbox", f"{waiting}; {depth.senders} senders, {depth.dead} dead letters", todo)
    if not settings.names:
        yield Finding("keys", "RUMBO_NAMES is not set: the last of RUMBO_KEYS can never be taken away")


async def _public_address(http: httpx.AsyncClient, url: str) -> Finding:
    what = "public address"
    try:
        answer = await http.get(f"{url}/health/live")
    except httpx.HTTPError as error:
        return Finding(what, f"{url} does not answer ({type(error).__name__})", "see to name, proxy and certificate")
    if answer.status_code != 200 or answer.text != "ok":
        return Finding(what, f"{url} is not Rumbo ({answer.status_code})", "let the proxy pass every path on")
    return Finding(what, f"{url} reaches Rumbo")


async def _twilio(http: httpx.AsyncClient, settings: Settings, twilio: TwilioSettings) -> AsyncIterator[Finding]:
    base = twilio.api or "https://api.twilio.com"
    login = (twilio.user or twilio.sid, twilio.password.value or twilio.secrets[0].value)
    try:
        answer = await http.get(f"{base}/2010-04-01/Accounts/{twilio.sid}/Messages.json?PageSize=1", auth=login)
    except httpx.HTTPError as error:
        yield Finding("Twilio", f"does not answer ({type(error).__name__})", "see to the network")
        return
    if answer.status_code in (401, 403):
        yield Finding("Twilio", "refuses the credentials", "check TWILIO_ACCOUNT_SID, token and API key")
        return
    yield Finding("Twilio", f"answers ({answer.status_code})", "" if answer.is_success else "look at its status page")
    yield _clock(answer)
    if twilio.sms_sender:
        yield _sms(twilio.sms_sender)
    channel = channels_of(settings).get("whatsapp")
    if isinstance(channel, WhatsApp):
        yield await _templates(channel, settings)


def _clock(answer: httpx.Response) -> Finding:
    try:
        apart = time.time() - parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return Finding("clock", "could not be compared")
    wrong = abs(apart) > _CLOCKS_DIFFER
    return Finding("clock", f"{abs(apart):.0f} s from Twilio's", "set this machine's clock (NTP)" if wrong else "")


def _sms(sender: str) -> Finding:
    try:
        country = phonenumbers.region_code_for_number(phonenumbers.parse(sender)) or ""
    except phonenumbers.NumberParseException:
        country = ""
    if country in _ONE_WAY:
        todo = "use a number of another country, or WhatsApp and Telegram"
        return Finding("SMS", f"people cannot answer an SMS in {country}", todo)
    others = ", ".join(_ONE_WAY)
    return Finding("SMS", f"two-way by {country or 'this sender'}, but nobody can answer an SMS in {others}")


async def _templates(channel: WhatsApp, settings: Settings) -> Finding:
    wanted = {template.name for template in all_templates(load_guide(settings.operator, settings.ages).languages)}
    try:
        await channel.learn_templates()
    except SendError as error:
        return Finding("WhatsApp", f"its templates cannot be listed ({error})", "check the credentials")
    finally:
        await channel.close()
    missing = len(wanted - set(channel.templates))
    found = f"{len(wanted) - missing} of {len(wanted)} templates for buttons and lists"
    return Finding("WhatsApp", found, "rumbo setup twilio" if missing else "")


async def _telegram(http: httpx.AsyncClient, settings: Settings, telegram: TelegramSettings) -> Finding:
    try:
        answer = await http.get(f"{telegram.api}{telegram.token.value}/getWebhookInfo")
        info = answer.json().get("result", {}) if answer.is_success else {}
    except (httpx.HTTPError, ValueError) as error:
        return Finding("Telegram", f"does not answer ({type(error).__name__})", "see to the network")
    if answer.status_code in (401, 404):
        return Finding("Telegram", "refuses the token", "check TELEGRAM_BOT_TOKEN")
    url = str(info.get("url", ""))
    if not url:
        todo = "rumbo setup telegram" if telegram.webhook_secrets else ""
        return Finding("Telegram", "no webhook: only `rumbo poll` works", todo)
    if settings.public_url and not url.startswith(settings.public_url):
        return Finding("Telegram", "its webhook leads elsewhere", "rumbo setup telegram")
    trouble = info.get("last_error_message")
    waiting = info.get("pending_update_count", 0)
    return Finding("Telegram", f"webhook set, {waiting} updates wait" + (f"; last error: {trouble}" if trouble else ""))
