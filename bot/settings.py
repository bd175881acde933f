"""Settings, read once from the environment into a frozen object. Secrets never print; all mistakes are told at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from bot.vault import Vault
from conversations.guide import Operator
from conversations.results import Ages

T = TypeVar("T")

_LOCAL = ("127.0.0.1", "localhost", "::1")
_STORES = ("redis://", "rediss://", "redis+cluster://", "rediss+cluster://", "unix://")
_NUMBER = r"\+[1-9]\d{6,14}"
_SERVICE = r"MG[0-9a-fA-F]{32}"
_WEBHOOK = r"[A-Za-z0-9_-]{1,256}"


TELEGRAM_API = "https://api.telegram.org/bot"


class SettingsError(Exception):
    """The settings cannot be used. `mistakes` holds one line each: the variable, what is wrong, how to mend it."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that hides itself when printed."""

    value: str

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """The Twilio account and the numbers that are on. Several `secrets` while a token is being replaced.

    Rates are a second; 0 leaves them to the channel.
    """

    sid: str
    secrets: tuple[Secret, ...]
    user: str
    password: Secret
    sms_sender: str
    whatsapp_sender: str
    api: str
    sms_rate: int
    whatsapp_rate: int


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """The Telegram bot. `webhook_secrets`: one of them each webhook must bring; `api` another server (a stand-in).

    `rate` is in messages a second; 0 leaves it to the channel.
    """

    token: Secret
    webhook_secrets: tuple[Secret, ...]
    api: str
    rate: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set. Channels that are None are off."""

    operator: Operator
    ages: Ages
    state: Path
    redis_url: str
    keys: Secret
    names: Secret
    public_url: str
    host: str
    port: int
    workers: int
    log_level: str
    twilio: TwilioSettings | None = field(default=None)
    telegram: TelegramSettings | None = field(default=None)

    @classmethod
    def from_env(cls, env: Mapping[str, str], *, channels: bool = True) -> "Settings":
        """Read the settings. `channels`: whether the carriers' settings are needed. Raises SettingsError."""
        reader = _Reader(env)
        settings = cls(
            operator=reader.operator(needed=channels),
            ages=Ages(
                pathway=reader.days("RUMBO_PATHWAY_DAYS", 30),
                centre=reader.days("RUMBO_CENTRE_DAYS", 90),
                withheld=reader.days("RUMBO_WITHHELD_DAYS", 1095),
            ),
            state=reader.folder("RUMBO_STATE", "~/.local/state/rumbo"),
            redis_url=reader.store("REDIS_URL"),
            keys=reader.keys("RUMBO_KEYS"),
            names=reader.keys("RUMBO_NAMES", most=1),
            public_url=reader.address("RUMBO_PUBLIC_URL"),
            host=reader.text("RUMBO_HOST", "127.0.0.1"),
            port=reader.number("RUMBO_PORT", 8000, 1, 65535),
            workers=reader.number("RUMBO_WORKERS", 1, 1, 64),
            log_level=reader.one_of("RUMBO_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
            twilio=reader.twilio() if channels else None,
            telegram=reader.telegram() if channels else None,
        )
        reader.check_together(settings, channels=channels)
        if reader.mistakes:
            raise SettingsError(tuple(reader.mistakes))
        return settings


class _Reader:
    """Reads variables, noting every mistake."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.mistakes: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self.env.get(name, "").strip() or default

    def needed(self, name: str, why: str) -> str:
        value = self.text(name)
        if not value:
            self.mistakes.append(f"{name} is not set: {why}")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        return self._parsed(name, default, int, lambda n: low <= n <= high, f"a whole number from {low} to {high}")

    def days(self, name: str, default: int) -> timedelta:
        return timedelta(days=self.number(name, default, 1, 36500))

    def one_of(self, name: str, default: str, legal: tuple[str, ...]) -> str:
        return self._parsed(name, default, str.upper, lambda value: value in legal, "one of " + ", ".join(legal))

    def address(self, name: str, default: str = "") -> str:
        """The beginning of addresses, without a slash at its end; plain http only to this machine."""
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value)
            safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
            whole = bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)
        except ValueError:
            safe = whole = False
        if value and not (safe and whole):
            self.mistakes.append(f"{name} must begin with https:// and hold no more than a host and a path")
        return value

    def store(self, name: str) -> str:
        value = self.text(name)
        if value and not value.startswith(_STORES):
            self.mistakes.append(f"{name} must begin with one of {', '.join(_STORES)}")
        return value

    def keys(self, name: str, most: int = 10) -> Secret:
        value = self.text(name)
        try:
            if value.count(",") >= most:
                raise ValueError("too many secrets")
            if value:
                Vault.from_text(value)
        except ValueError as error:
            self.mistakes.append(f"{name}: {error} (`rumbo keys` makes one)")
        return Secret(value)

    def folder(self, name: str, default: str) -> Path:
        try:
            return Path(self.text(name, default)).expanduser()
        except RuntimeError:  # there is no home folder, as in many containers
            if not self.text("REDIS_URL"):
                self.mistakes.append(f"{name} must be a folder that exists without a home folder, or set REDIS_URL")
            return Path()

    def matching(self, name: str, pattern: str, wanted: str) -> str:
        """A text of a certain form; the mistake does not repeat it, for it may be a secret in the wrong place."""
        value = self.text(name)
        if value and not re.fullmatch(pattern, value):
            self.mistakes.append(f"{name} must be {wanted}")
        return value

    def _parsed(self, name: str, default: T, parse: Callable[[str], T], legal: Callable[[T], bool], wanted: str) -> T:
        written = self.text(name)
        if not written:
            return default
        try:
            value = parse(written)
        except ValueError:
            value = None
        if value is None or not legal(value):
            self.mistakes.append(f"{name} must be {wanted}")
            return default
        return value

    def operator(self, *, needed: bool) -> Operator:
        """Who runs this copy; people are told, so with real channels on it must be set."""
        if not needed:
            name, contact = (
                self.text("RUMBO_OPERATOR", "Rumbo"),
                self.text("RUMBO_CONTACT", "https://example.org/rumbo"),
            )
            url = self.text("RUMBO_ABOUT_URL", contact)
        else:
            name = self.needed("RUMBO_OPERATOR", "people are told who runs Rumbo")
            contact = self.needed("RUMBO_CONTACT", "a phone or mail that works without Rumbo")
            url = self.needed("RUMBO_ABOUT_URL", "a public page that lists the genuine numbers and names")
        return Operator(name, contact, url, self.number("RUMBO_HOURS", 72, 24, 168))

    def twilio(self) -> TwilioSettings | None:
        sms = self.matching(
            "TWILIO_SMS_SENDER", rf"{_NUMBER}|\d{{3,8}}|{_SERVICE}", "a number (+12025550100), a short code or MG…"
        )
        whatsapp = self.matching(
            "TWILIO_WHATSAPP_SENDER", rf"(whatsapp:)?{_NUMBER}|{_SERVICE}", "like whatsapp:+12025550100, or MG…"
        )
        if not sms and not whatsapp:
            return None
        sid = self.needed("TWILIO_ACCOUNT_SID", "the account that sends")
        self.matching("TWILIO_ACCOUNT_SID", r"AC[0-9a-fA-F]{32}", "AC and 32 more characters")
        tokens = self.needed("TWILIO_AUTH_TOKEN", "webhooks cannot be checked without it")
        user = self.matching("TWILIO_API_KEY", r"SK[0-9a-fA-F]{32}", "SK and 32 more characters")
        password = self.text("TWILIO_API_SECRET")
        if bool(user) != bool(password):
            self.mistakes.append("TWILIO_API_KEY and TWILIO_API_SECRET go together: set both, or neither")
        return TwilioSettings(
            sid=sid,
            secrets=_apart(tokens),
            user=user,
            password=Secret(password),
            sms_sender=sms,
            whatsapp_sender=whatsapp,
            api=self.address("TWILIO_API"),
            sms_rate=self.number("TWILIO_SMS_RATE", 0, 0, 10_000),
            whatsapp_rate=self.number("TWILIO_WHATSAPP_RATE", 0, 0, 10_000),
        )

    def telegram(self) -> TelegramSettings | None:
        token = self.matching("TELEGRAM_BOT_TOKEN", r"\d+:[\w-]+", "as BotFather gave it: digits, a colon, letters")
        if not token:
            return None
        secrets = self.matching(
            "TELEGRAM_WEBHOOK_SECRET",
            rf"{_WEBHOOK}(\s*,\s*{_WEBHOOK})?",
            "up to 256 letters, digits, underscores or hyphens; or two such, separated by a comma",
        )
        rate = self.number("TELEGRAM_RATE", 0, 0, 10_000)
        return TelegramSettings(Secret(token), _apart(secrets), self.address("TELEGRAM_API", TELEGRAM_API), rate)

    def check_together(self, settings: Settings, *, channels: bool) -> None:
        """What only shows when several settings are seen together."""
        if channels and settings.twilio is None and settings.telegram is None:
            self.mistakes.append(
                "no channel is on: set TWILIO_SMS_SENDER, TWILIO_WHATSAPP_SENDER or TELEGRAM_BOT_TOKEN"
            )
        if channels and settings.twilio is not None and not settings.public_url:
            self.mistakes.append("RUMBO_PUBLIC_URL is not set: Twilio's signatures are checked against it")
        if settings.redis_url and not settings.keys:
            self.mistakes.append(
                "RUMBO_KEYS is not set: what lies in REDIS_URL is sealed with it (rumbo keys makes one)"
            )


def _apart(secrets: str) -> tuple[Secret, ...]:
    """Secrets that stand in one variable, separated by commas."""
    return tuple(Secret(secret.strip()) for secret in secrets.split(",") if secret.strip())
