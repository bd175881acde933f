"""`rumbo keys`: makes a secret for RUMBO_KEYS or RUMBO_NAMES."""

import argparse

from bot.cli.common import Subparsers, command
from bot.vault import Vault


def add(commands: Subparsers) -> None:
    """Describe the command."""
    command(commands, "keys", run, "make a secret for RUMBO_KEYS or RUMBO_NAMES", "rumbo keys")


def run(_: argparse.Namespace) -> int:
    """Print a fresh secret."""
    print(Vault.new_secret())
    return 0
