"""`rumbo keys`: makes a secret for RUMBO_KEYS."""

import argparse

from bot.cli.common import Subparsers, command
from bot.vault import Vault


def add(commands: Subparsers) -> None:
    """Describe the command."""
    command(commands, "keys", run, "make a secret for RUMBO_KEYS (put a new one in front of the old)", "rumbo keys")


def run(_: argparse.Namespace) -> int:
    """Print a fresh secret."""
    print(Vault.new_secret())
    return 0
