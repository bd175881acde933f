"""`rumbo setup telegram`: the webhook, and what people read of the bot before they write to it, in each language.

Only what differs is set, so it can be run as often as one likes. Telegram shows a person the texts in the language of
their client, and the default where there are none.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.telegram import ALLOWED, Telegram
from conversations.catalogue import Catalogue
from conversations.invitation import Invitation
from conversations.understanding import MENU

PATH = "/telegram/updates"
"""Where updates are delivered, under the public address; any other last part of it would do."""

DEFAULT = "es"
"""The language shown to people whose client is in none of ours."""

BY_HAND = (
    "By hand, in a chat with @BotFather: a name and a picture that say nothing on a screen that others can see",
    "Publish the address where RUMBO_ABOUT_URL leads: https://t.me/{username}",
)


@dataclass(frozen=True, slots=True)
class _Text:
    """Something that Telegram keeps for a language: `get` and `set` are its methods, `name` what it calls the value."""

    get: str
    set: str
    name: str
    value: Any

    def kept(self, answer: Any) -> Any:
        """The value in Telegram's answer."""
        return answer[self.name] if isinstance(answer, dict) else answer

    def lines(self) -> list[str]:
        """The value, to read."""
        if isinstance(self.value, str):
            return self.value.splitlines()
        return [f"/{command['command']}  {command['description']}" for command in self.value]


async def set_up(
    telegram: Telegram,
    catalogues: Mapping[str, Catalogue],
    public_url: str,
    secret: str,
    say: Callable[[str], None],
    *,
    dry_run: bool,
) -> None:
    """Set what differs, and say what is left to do by hand. Without an address or a secret there is no webhook.

    Raises SendError.
    """
    if public_url and secret:
        await _webhook(telegram, public_url + PATH, secret, say, dry_run=dry_run)
    else:
        say("no webhook: RUMBO_PUBLIC_URL or TELEGRAM_WEBHOOK_SECRET is not set, only `rumbo poll` works")
    default = catalogues.get(DEFAULT) or next(iter(catalogues.values()))
    for code, catalogue in {"": default, **_by_code(catalogues)}.items():
        await _language(telegram, code, catalogue, say, dry_run=dry_run)
    await _by_hand(telegram, say)


async def link(telegram: Telegram, invitation: Invitation) -> str:
    """The address that opens the chat with what an invitation carries. Raises SendError."""
    me = await telegram.ask("getMe")
    return f"https://t.me/{me['username']}?start={invitation.payload}"


async def _webhook(telegram: Telegram, url: str, secret: str, say: Callable[[str], None], *, dry_run: bool) -> None:
    """The webhook. It is set in any case: Telegram does not tell which secret it has."""
    info = await telegram.ask("getWebhookInfo")
    before = info.get("url", "")
    instead = f", instead of {before}" if before not in ("", url) else ""
    say(f"{'would set' if dry_run else 'set'} the webhook to {url}{instead}, with the first secret, for")
    say(f"  {', '.join(ALLOWED)}")
    if not dry_run:
        await telegram.ask("setWebhook", url=url, secret_token=secret, allowed_updates=list(ALLOWED))


async def _language(
    telegram: Telegram, code: str, catalogue: Catalogue, say: Callable[[str], None], *, dry_run: bool
) -> None:
    """The texts for one language; without a code those of everybody else."""
    whom = {"language_code": code} if code else {}
    for text in _texts(catalogue):
        if text.kept(await telegram.ask(text.get, **whom)) == text.value:
            continue
        what = text.name.replace("_", " ")
        say(f"{'would set' if dry_run else 'set'} the {what} for {code or 'every other language'}:")
        for line in text.lines():
            say(f"  {line}")
        if not dry_run:
            await telegram.ask(text.set, **{text.name: text.value}, **whom)


def _texts(catalogue: Catalogue) -> Iterator[_Text]:
    commands = [{"command": name, "description": catalogue.text(f"telegram.command.{name}")} for name in MENU]
    yield _Text("getMyCommands", "setMyCommands", "commands", commands)
    description, short = catalogue.text("telegram.description"), catalogue.text("telegram.short_description")
    yield _Text("getMyDescription", "setMyDescription", "description", description)
    yield _Text("getMyShortDescription", "setMyShortDescription", "short_description", short)


def _by_code(catalogues: Mapping[str, Catalogue]) -> dict[str, Catalogue]:
    """The catalogues by the two-letter code that Telegram asks for; a language without one has the default."""
    codes = {language.partition("-")[0].partition("_")[0]: catalogue for language, catalogue in catalogues.items()}
    return {code: catalogue for code, catalogue in codes.items() if len(code) == 2}


async def _by_hand(telegram: Telegram, say: Callable[[str], None]) -> None:
    me = await telegram.ask("getMe")
    for line in BY_HAND:
        say(line.format(username=me["username"]))
    if me.get("can_join_groups"):
        say("By hand, in a chat with @BotFather: /setjoingroups, Disable: nobody is interviewed where others read")
    if me.get("can_read_all_group_messages"):
        say("By hand, in a chat with @BotFather: /setprivacy, Enable")
