"""`rumbo setup telegram` against a bot that remembers: what differs is set, once, and what is left is told."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bot.channels import Outcome, SendError
from bot.channels.telegram import ALLOWED, Telegram
from bot.cli import main
from bot.setup.telegram import link, set_up
from conversations.invitation import Invitation, mark, read_invitation
from conversations.understanding import MENU, SLASH
from tests.conversation import today
from tests.processes import settings

URL = "https://bot.example.org"
NEW = "new"
NAMES = {"Commands": "commands", "Description": "description", "ShortDescription": "short_description"}


@dataclass
class Bot:
    """What Telegram keeps of a bot. As there, a language without an own text has the default one."""

    url: str = ""
    kept: dict[tuple[str, str], Any] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)
    open: bool = False
    status: int = 200
    calls: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        """One method."""
        given = {name: str(value) for name, value in (await request.post()).items()}
        method = request.path.rpartition("/")[2]
        self.calls.append(method)
        if self.status != 200:
            error = {"ok": False, "error_code": self.status, "description": "no", "parameters": {"retry_after": 7}}
            return web.json_response(error, status=self.status)
        return web.json_response({"ok": True, "result": self.answer(method, given)})

    def answer(self, method: str, given: dict[str, str]) -> Any:
        """The result of a method."""
        if method == "getme":
            rights = {"can_join_groups": self.open, "can_read_all_group_messages": self.open}
            return {"id": 123, "is_bot": True, "first_name": "R", "username": "rumbo_bot", **rights}
        if method == "getwebhookinfo":
            return {"url": self.webhook.get("url", ""), "pending_update_count": 0}
        if method == "setwebhook":
            self.webhook = given
            return True
        name = next(name for what, name in NAMES.items() if method.endswith(f"my{what.lower()}"))
        code = given.get("language_code", "")
        if method.startswith("set"):
            self.kept[name, code] = json.loads(given[name]) if name == "commands" else given[name]
            return True
        if name == "commands":
            return self.kept.get((name, code), [])
        return {name: self.kept.get((name, code), self.kept.get((name, ""), ""))}

    @property
    def changes(self) -> list[str]:
        """The calls that changed something, since the last time."""
        changed = [call for call in self.calls if call.startswith("set")]
        self.calls.clear()
        return changed


@asynccontextmanager
async def remembering(**how: Any) -> AsyncIterator[tuple[Bot, Telegram]]:
    """A bot at Telegram, and the channel that asks it."""
    bot = Bot(**how)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", bot.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bot.url = "http://{}:{}".format(*runner.addresses[0][:2])
    telegram = Telegram("123:ABC", "new", "old", api=f"{bot.url}/bot")
    try:
        yield bot, telegram
    finally:
        await telegram.close()
        await runner.cleanup()


async def made(telegram: Telegram, *, url: str = URL, secret: str = NEW, dry_run: bool = False) -> str:
    """What setting up says."""
    said: list[str] = []
    await set_up(telegram, today().catalogues, url, secret, said.append, dry_run=dry_run)
    return "\n".join(said)


async def test_everything_is_set_for_each_language_and_as_the_default() -> None:
    """In its own words; the default is Spanish."""
    async with remembering() as (bot, telegram):
        await made(telegram)
    assert {code for _, code in bot.kept} == {"", "en", "es"}
    for code, language in {"": "es", "en": "en", "es": "es"}.items():
        words = today().catalogues[language]
        if ("description", code) in bot.kept:
            assert bot.kept["description", code] == words.text("telegram.description")
            assert bot.kept["short_description", code] == words.text("telegram.short_description")
        assert [command["command"] for command in bot.kept["commands", code]] == list(MENU)
        assert bot.kept["commands", code][0]["description"] == words.text("telegram.command.start")
    assert bot.webhook["url"] == f"{URL}/telegram/updates"
    assert bot.webhook["secret_token"] == "new"
    assert json.loads(bot.webhook["allowed_updates"]) == list(ALLOWED)


async def test_a_second_time_only_the_webhook_is_set() -> None:
    """Its secret cannot be read back; of the rest only what differs."""
    async with remembering() as (bot, telegram):
        await made(telegram)
        assert len(bot.changes) > 1
        await made(telegram)
        assert bot.changes == ["setwebhook"]
        bot.kept["description", "en"] = "of another time"
        said = await made(telegram)
        assert bot.changes == ["setwebhook", "setmydescription"]
    assert "set the description for en:\n  Hello." in said


async def test_a_dry_run_changes_nothing_and_says_all() -> None:
    """Word for word what would be set."""
    async with remembering(webhook={"url": "https://old.example.org/x"}) as (bot, telegram):
        said = await made(telegram, dry_run=True)
        assert bot.changes == []
    assert f"would set the webhook to {URL}/telegram/updates, instead of https://old.example.org/x" in said
    for language in ("en", "es"):
        words = today().catalogues[language]
        for command in MENU:
            assert f"  /{command}  {words.text(f'telegram.command.{command}')}\n" in said
        for line in words.text("telegram.description").splitlines():
            assert f"  {line}\n" in said
        assert f"  {words.text('telegram.short_description')}\n" in said


@pytest.mark.parametrize(("url", "secret"), [("", "new"), (URL, "")])
async def test_without_an_address_or_a_secret_there_is_no_webhook(url: str, secret: str) -> None:
    """The rest is set all the same."""
    async with remembering() as (bot, telegram):
        said = await made(telegram, url=url, secret=secret)
        assert "setwebhook" not in bot.changes
    assert "only `rumbo poll` works" in said
    assert bot.kept


@pytest.mark.parametrize("open_to_groups", [True, False])
async def test_what_is_left_to_do_by_hand(*, open_to_groups: bool) -> None:
    """Only what is."""
    async with remembering(open=open_to_groups) as (_, telegram):
        said = await made(telegram)
    assert "https://t.me/rumbo_bot" in said
    assert ("/setjoingroups" in said, "/setprivacy" in said) == (open_to_groups, open_to_groups)


async def test_when_telegram_asks_to_wait() -> None:
    """It says for how long."""
    async with remembering(status=429) as (_, telegram):
        with pytest.raises(SendError) as raised:
            await made(telegram)
    assert raised.value.outcome is Outcome.NOT_SENT
    assert raised.value.after is not None


async def test_the_link_of_a_poster() -> None:
    """Which the conversation reads back."""
    invitation = Invitation("es", mark("mx-tapachula-comar-multiservicios"), 12)
    async with remembering() as (_, telegram):
        address = await link(telegram, invitation)
    start, _, payload = address.partition("?start=")
    assert (start, read_invitation(payload)) == ("https://t.me/rumbo_bot", invitation)


@pytest.mark.parametrize(
    "more", [["--link", "xx"], ["--link", "es", "--centre", "nowhere"], ["--link", "es", "--poster", "10000"]]
)
def test_a_link_that_cannot_be(
    more: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says why."""
    monkeypatch.setattr("os.environ", settings("http://127.0.0.1:1"))
    assert main(["setup", "telegram", *more]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_every_command_of_the_menu_is_understood() -> None:
    """And no two mean the same."""
    assert len({SLASH[name] for name in MENU}) == len(MENU)


def test_the_command_line_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a token, and without an answer: a line, no traceback, and no token in it."""
    env = settings("http://127.0.0.1:1")
    monkeypatch.setattr("os.environ", {**env, "TELEGRAM_API": "http://127.0.0.1:1/bot"})
    assert main(["setup", "telegram", "--dry-run"]) == 2
    told = capsys.readouterr().err
    assert "Telegram cannot be asked" in told
    assert env["TELEGRAM_BOT_TOKEN"] not in told
    monkeypatch.setattr("os.environ", {**env, "TELEGRAM_BOT_TOKEN": ""})
    assert main(["setup", "telegram"]) == 2
    assert "TELEGRAM_BOT_TOKEN" in capsys.readouterr().err
