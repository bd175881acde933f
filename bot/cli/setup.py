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
from bot.setup.twilio import BY_HAND, set_up


def add(commands: Subparsers) -> None:
    """Describe the command."""
    parser = command(commands, "setup", run, "the carriers' side of a copy", "rumbo setup twilio --dry-run")
    parser.add_argument("carrier", choices=("twilio",), help="whose side")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")


def run(args: argparse.Namespace) -> int:
    """Set up, and say what is left to do by hand. Raises UsageError."""
    settings = Settings.from_env(os.environ)
    channel = channels_of(settings).get("whatsapp")
    if isinstance(channel, WhatsApp):
        asyncio.run(_made(channel, settings, dry_run=args.dry_run))
    else:
        print("TWILIO_WHATSAPP_SENDER is not set: no templates are needed")
    for line in BY_HAND:
        print(line.format(url=settings.public_url or "https://YOUR-HOST"))
    return 0


async def _made(channel: WhatsApp, settings: Settings, *, dry_run: bool) -> None:
    guide = load_guide(settings.operator, settings.ages)
    try:
        await set_up(channel, guide.catalogues, print, dry_run=dry_run)
    except SendError as error:
        raise UsageError(f"Twilio cannot be asked ({error}); `rumbo doctor` looks at the credentials") from None
    finally:
        await channel.close()
