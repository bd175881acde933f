"""Sealing what rests in the store, and the names people have there.

Of a list of secrets the first seals and all open, so that one can be replaced while people talk. Another secret makes
the names, and stays: with a new one everybody would be somebody else, and who wants no messages would be forgotten.
Where none is given, the last of the list makes the names.
This module knows cryptography and addresses, not where anything is stored.
"""

import base64
import hmac
import os
import secrets as randomness
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.messages import Address

PARTITIONS = 64
NAME_LENGTH = 32
"""Letters of a person's name."""

SECRET_BYTES = 32

_ID_BYTES = 4
_NONCE_BYTES = 12
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


class Unsealable(Exception):
    """What was sealed cannot be opened: another key, another place, or it was changed."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is for the store: a keyed hash, from which no address can be found."""

    name: str

    @property
    def partition(self) -> int:
        """The person's share of the store, 0 to 63; it follows from the name alone."""
        high, low = (ord(letter) - ord("a") for letter in self.name[:2])
        return (high * 16 + low) % PARTITIONS


class Vault:
    """Seals, opens and names, with keys derived from the operator's secrets (32 bytes or more each).

    `secrets`: the first seals, all open. `naming` makes the names; by default the last of `secrets`.
    """

    def __init__(self, secrets: Sequence[bytes], naming: bytes | None = None) -> None:
        naming = secrets[-1] if secrets and naming is None else naming
        if naming is None or any(len(secret) < SECRET_BYTES for secret in (*secrets, naming)):
            raise ValueError(f"at least one secret of {SECRET_BYTES} bytes or more is needed")
        sealers = [(_derive(secret, b"id")[:_ID_BYTES], AESGCM(_derive(secret, b"seal"))) for secret in secrets]
        self._id, self._sealer = sealers[0]
        self._sealers = dict(sealers)
        self._naming = _derive(naming, b"name")

    @classmethod
    def from_text(cls, text: str, names: str = "") -> "Vault":
        """The vault for the settings RUMBO_KEYS (base64 secrets, comma separated) and RUMBO_NAMES (one, or none).

        Raises ValueError, quoting nothing.
        """
        secrets = [_decode(part.strip()) for part in text.split(",") if part.strip()]
        return cls(secrets, _decode(names) if names else None)

    @staticmethod
    def new_secret() -> str:
        """A fresh secret in the form the setting wants."""
        return randomness.token_urlsafe(SECRET_BYTES)

    def seal(self, content: bytes, place: str) -> bytes:
        """Encrypt for one place (a key of the store): moved elsewhere, it does not open."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._id + nonce + self._sealer.encrypt(nonce, content, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """The content sealed for that place. Raises Unsealable."""
        sealer = self._sealers.get(sealed[:_ID_BYTES])
        if sealer is None:
            raise Unsealable("sealed with a key that is not configured")
        try:
            nonce, body = sealed[_ID_BYTES:][:_NONCE_BYTES], sealed[_ID_BYTES + _NONCE_BYTES :]
            return sealer.decrypt(nonce, body, place.encode())
        except (InvalidTag, ValueError):
            raise Unsealable("changed, cut short, or sealed for another place") from None

    def person(self, address: Address) -> Person:
        """Who writes from this address; every form of one phone number leads to the same person."""
        return Person(self.pseudonym("person", address.canonical))

    def pseudonym(self, kind: str, text: str) -> str:
        """A name for a text, from which the text cannot be found; texts of different kinds have different names."""
        # Letters only: a run of digits in a hash could be taken for part of a phone number by whoever audits the store.
        digest = hmac.digest(self._naming, f"{kind} {text}".encode(), "sha256")
        return digest[:16].hex().translate(_LETTERS)

    def message(self, channel: str, id: str) -> str:
        """The name under which a carrier's message id is remembered."""
        return self.pseudonym("message", f"{channel} {id}")


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"rumbo 1 " + purpose).derive(secret)


def _decode(text: str) -> bytes:
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        raise ValueError("a secret is not base64") from None
