"""The carriers' stand-ins as fixtures for every test in this folder."""

from tests.contracts.peers import app_port, peers, telegram_peer, twilio_peer

__all__ = ["app_port", "peers", "telegram_peer", "twilio_peer"]
