"""`rumbo setup`: makes on the carriers' side what an operator would otherwise click together by hand."""

import argparse
import asyncio
import os

from bot.channels import SendError
from bot.channels.whatsapp import WhatsApp
from bot.cli.common import Subparsers, UsageError, command
from bot.content import load_guide
from bot.house import channels_of
from bot.settings import Settings
from conversations.guide import Guide
from conversations.invitation import MOST_POSTERS, Invitation, mark
from conversations.problems import nearest_id


def add(commands: Subparsers) -> None:
    """Describe the command."""
    parser = command(commands, "setup", run, "the carriers' side of a copy", "rumbo setup telegram --dry-run")
    parser.add_argument("carrier", choices=tuple(_CARRIERS), help="whose side")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument("--link", metavar="LANG", help="telegram: only print the link for a poster in this language")
    parser.add_argument("--centre", default="", metavar="ID", help="with --link: the centre where the poster hangs")
    parser.add_argument("--poster", type=int, default=0, metavar="N", help="with --link: its number, to be counted by")


def run(args: argparse.Namespace) -> int:
    """Set up, and say what is left to do by hand. Raises UsageError."""
    settings = Settings.from_env(os.environ)
    try:
        asyncio.run(_CARRIERS[args.carrier](settings, args))
    except SendError as error:
        carrier = args.carrier.capitalize()
        raise UsageError(
            f"{carrier} cannot be asked ({_told(error)}); `rumbo doctor` looks at the credentials"
        ) from None
    return 0


def _told(error: SendError) -> str:
    wait = f", wait {error.after.total_seconds():.0f} s and run this again" if error.after else ""
    return f"{error}{wait}"


async def _twilio(settings: Settings, args: argparse.Namespace) -> None:
    from bot.setup.twilio import BY_HAND, set_up

    channel = channels_of(settings).get("whatsapp")
    if isinstance(channel, WhatsApp):
        guide = load_guide(settings.operator, settings.ages)
        try:
            await set_up(channel, guide.catalogues, print, dry_run=args.dry_run)
        finally:
            await channel.close()
    else:
        print("TWILIO_WHATSAPP_SENDER is not set: no templates are needed")
    for line in BY_HAND:
        print(line.format(url=settings.public_url or "https://YOUR-HOST"))


async def _telegram(settings: Settings, args: argparse.Namespace) -> None:
    from bot.channels.telegram import Telegram
    from bot.setup.telegram import link, set_up

    channel = channels_of(settings).get("telegram")
    if settings.telegram is None or not isinstance(channel, Telegram):
        raise UsageError("TELEGRAM_BOT_TOKEN is not set: there is nothing to set up")
    secrets = settings.telegram.webhook_secrets
    guide = load_guide(settings.operator, settings.ages)
    try:
        if args.link is not None:
            print(await link(channel, _invitation(args, guide)))
            return
        secret = secrets[0].value if secrets else ""
        await set_up(channel, guide.catalogues, settings.public_url, secret, print, dry_run=args.dry_run)
    finally:
        await channel.close()


def _invitation(args: argparse.Namespace, guide: Guide) -> Invitation:
    """What the poster's link is to carry. Raises UsageError."""
    if args.link not in guide.languages:
        raise UsageError(f"--link takes one of {', '.join(guide.languages)}")
    ids = [centre.id for centre in guide.centres if centre.may_be_named]
    if args.centre and args.centre not in ids:
        hint = nearest_id(args.centre, ids)
        raise UsageError(f"there is no centre {args.centre!r} that may be named{f': {hint}' if hint else ''}")
    if not 0 <= args.poster <= MOST_POSTERS:
        raise UsageError(f"--poster takes a number from 1 to {MOST_POSTERS}")
    return Invitation(args.link, mark(args.centre) if args.centre else "", args.poster)


_CARRIERS = {"telegram": _telegram, "twilio": _twilio}
