"""Settings: read once, every mistake told at once, no secret printed."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError
from bot.vault import Vault

ROOT = Path(__file__).parent.parent.parent
SID, SERVICE, KEY = "AC" + "a" * 32, "MG" + "b" * 32, "SK" + "c" * 32

OPERATOR = {
    "RUMBO_OPERATOR": "Casa Ejemplo",
    "RUMBO_CONTACT": "+52 55 0000 0001",
    "RUMBO_ABOUT_URL": "https://example.org/rumbo",
}
SMS = {
    "RUMBO_PUBLIC_URL": "https://bot.example.org",
    "TWILIO_ACCOUNT_SID": SID,
    "TWILIO_AUTH_TOKEN": "hush-token",
    "TWILIO_SMS_SENDER": "+12025550100",
}
TELEGRAM = {"TELEGRAM_BOT_TOKEN": "123456:hush-Bot_Token"}
GOOD = {**OPERATOR, **SMS, **TELEGRAM}


def mistakes(env: Mapping[str, str]) -> list[str]:
    """What is wrong, a line each."""
    try:
        Settings.from_env(env)
    except SettingsError as error:
        return list(error.mistakes)
    return []


def test_the_least_that_must_be_set() -> None:
    """An operator's name and one channel; everything else has a default."""
    settings = Settings.from_env({**OPERATOR, **SMS})
    assert settings.twilio is not None
    assert settings.telegram is None
    assert (settings.host, settings.port, settings.workers, settings.log_level) == ("127.0.0.1", 8000, 1, "INFO")
    assert (settings.redis_url, bool(settings.keys), settings.operator.hours) == ("", False, 72)
    assert settings.ages.pathway == timedelta(days=30)
    assert settings.state.is_absolute()


def test_everything_that_can_be_set() -> None:
    """Each where it belongs; white space around a value is nobody's intention."""
    settings = Settings.from_env(
        {
            **GOOD,
            "TWILIO_WHATSAPP_SENDER": f" {SERVICE} ",
            "TWILIO_AUTH_TOKEN": "new, old",
            "TWILIO_API_KEY": KEY,
            "TWILIO_API_SECRET": "hush",
            "TELEGRAM_WEBHOOK_SECRET": "hush_2, hush_1",
            "REDIS_URL": "redis+cluster://127.0.0.1:7000",
            "RUMBO_KEYS": f"{Vault.new_secret()}, {Vault.new_secret()}",
            "RUMBO_NAMES": Vault.new_secret(),
            "RUMBO_PUBLIC_URL": "https://bot.example.org/",
            "RUMBO_HOURS": "24",
            "RUMBO_LOG_LEVEL": "debug",
        }
    )
    assert settings.twilio is not None
    assert settings.telegram is not None
    assert [secret.value for secret in settings.twilio.secrets] == ["new", "old"]
    assert (settings.twilio.whatsapp_sender, settings.twilio.user) == (SERVICE, KEY)
    assert [secret.value for secret in settings.telegram.webhook_secrets] == ["hush_2", "hush_1"]
    assert (settings.public_url, settings.operator.hours) == ("https://bot.example.org", 24)
    assert settings.log_level == "DEBUG"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RUMBO_OPERATOR", ""),
        ("RUMBO_CONTACT", " "),
        ("RUMBO_ABOUT_URL", ""),
        ("RUMBO_HOURS", "23"),
        ("RUMBO_HOURS", "three days"),
        ("RUMBO_PORT", "0"),
        ("RUMBO_PORT", "65536"),
        ("RUMBO_WORKERS", "-1"),
        ("RUMBO_LOG_LEVEL", "chatty"),
        ("RUMBO_PATHWAY_DAYS", "0"),
        ("RUMBO_CENTRE_DAYS", "1.5"),
        ("RUMBO_WITHHELD_DAYS", "never"),
        ("RUMBO_PUBLIC_URL", ""),
        ("RUMBO_PUBLIC_URL", "http://bot.example.org"),
        ("RUMBO_PUBLIC_URL", "bot.example.org"),
        ("RUMBO_PUBLIC_URL", "https://bot.example.org/?a=1"),
        ("RUMBO_PUBLIC_URL", "https://[bot"),
        ("RUMBO_KEYS", "short"),
        ("RUMBO_NAMES", "short"),
        ("RUMBO_NAMES", f"{'A' * 43},{'B' * 43}"),
        ("RUMBO_KEYS", "ñ" * 50),
        ("REDIS_URL", "localhost:6379"),
        ("TWILIO_ACCOUNT_SID", ""),
        ("TWILIO_ACCOUNT_SID", "hush-token"),
        ("TWILIO_AUTH_TOKEN", ""),
        ("TWILIO_SMS_SENDER", "Rumbo"),
        ("TWILIO_WHATSAPP_SENDER", "whatsapp:2025550100"),
        ("TWILIO_API_KEY", "hush"),
        ("TWILIO_API_SECRET", "hush"),
        ("TWILIO_API", "ftp://127.0.0.1"),
        ("TELEGRAM_BOT_TOKEN", "hush"),
        ("TELEGRAM_WEBHOOK_SECRET", "hush hush"),
        ("TELEGRAM_WEBHOOK_SECRET", "hush_1,hush_2,hush_3"),
        ("TELEGRAM_WEBHOOK_SECRET", "hush_1,"),
        ("TELEGRAM_API", "http://example.org/bot"),
    ],
)
def test_a_mistake_is_told_by_name(name: str, value: str) -> None:
    """Which variable, and never what was in it: it may be a secret in the wrong place."""
    told = mistakes({**GOOD, name: value})
    assert told
    assert all(name in line for line in told)
    assert "hush" not in "\n".join(told)


def test_what_only_shows_together() -> None:
    """No channel at all; a store of one's own without a key."""
    assert [line for line in mistakes(OPERATOR) if "TELEGRAM_BOT_TOKEN" in line]
    assert [line for line in mistakes({**GOOD, "REDIS_URL": "redis://127.0.0.1"}) if "RUMBO_KEYS is not set" in line]


def test_all_mistakes_at_once() -> None:
    """Nobody wants to start ten times to find ten mistakes."""
    told = mistakes({"TWILIO_SMS_SENDER": "+12025550100", "RUMBO_PORT": "x", "REDIS_URL": "x"})
    names = sorted(line.split()[0].rstrip(":") for line in told)
    assert names == sorted(
        [
            "REDIS_URL",
            "RUMBO_ABOUT_URL",
            "RUMBO_CONTACT",
            "RUMBO_KEYS",
            "RUMBO_OPERATOR",
            "RUMBO_PORT",
            "RUMBO_PUBLIC_URL",
            "TWILIO_ACCOUNT_SID",
            "TWILIO_AUTH_TOKEN",
        ]
    )


def test_secrets_hide_when_printed() -> None:
    """In whatever way somebody prints the settings."""
    env = {**GOOD, "TWILIO_API_KEY": KEY, "TWILIO_API_SECRET": "hush-secret", "RUMBO_KEYS": Vault.new_secret()}
    settings = Settings.from_env({**env, "TELEGRAM_WEBHOOK_SECRET": "hush_hush"})
    for printed in (repr(settings), str(settings), f"{settings.twilio} {settings.telegram} {settings.keys}"):
        assert "hush" not in printed
        assert env["RUMBO_KEYS"] not in printed


def test_without_channels_nothing_is_needed() -> None:
    """A conversation in the terminal needs no carrier, and cares for none."""
    settings = Settings.from_env({"TWILIO_SMS_SENDER": "nonsense"}, channels=False)
    assert (settings.twilio, settings.telegram) == (None, None)


def test_a_machine_without_a_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in many containers: then the state folder, or a store of one's own, must be named."""

    def homeless(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", homeless)
    (line,) = mistakes(GOOD)
    assert line.startswith("RUMBO_STATE ")
    assert mistakes({**GOOD, "REDIS_URL": "redis://127.0.0.1", "RUMBO_KEYS": Vault.new_secret()}) == []


def test_the_example_file() -> None:
    """It names every setting, and filled in as little as can be it is without mistakes."""
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert mistakes({**example, **OPERATOR, **SMS}) == []
    read = _Noting({**example, **GOOD})
    Settings.from_env(read)
    assert read.names == set(example)


class _Noting(dict[str, str]):
    """An environment that notes what is looked for in it."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        self.names.add(name)
        return super().get(name, default)
