"""The lines of a script, one act of the person each (`shared/cli.md`, "chat --script")."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Kind = Literal[
    "text", "tap", "tap-old", "location", "live-location", "voice", "photo", "sticker", "contact", "edit",
    "duplicate", "wait", "empty",
]  # fmt: skip

_NEEDS = {"tap": "a number or a label", "tap-old": "which message back, and a number", "location": "LAT,LON",
          "live-location": "LAT,LON", "edit": "the new text", "wait": "a time such as 36h"}  # fmt: skip
_BARE = ("voice", "photo", "sticker", "contact", "duplicate", "empty")
_SPAN = re.compile(r"^(\d+(?:\.\d+)?)\s*([smhd])$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_ESCAPE = re.compile(r"\\(?:n|t|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|\\)")


class ScriptError(ValueError):
    """A line that cannot be played; says which and why."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a person does. `person` and `channel` are set where the line changes them."""

    kind: Kind
    argument: str = ""
    person: str | None = None
    channel: str | None = None


def parse_script(text: str) -> list[Act]:
    """The acts of a script. Raises ScriptError."""
    return list(_acts(text))


def _acts(text: str) -> Iterator[Act]:
    person = channel = None
    for number, line in enumerate(text.splitlines(), 1):
        rest = line.strip("\r\n")
        if not rest.strip() or rest.lstrip().startswith("# ") or rest.strip() == "#":
            continue
        while (found := re.match(r"\s*@(person|channel)\s+(\S+)\s*", rest)) is not None:
            person, channel = (found[2], channel) if found[1] == "person" else (person, found[2])
            rest = rest[found.end() :]
            if channel not in (None, "sms", "whatsapp", "telegram"):
                raise ScriptError(f"line {number}: no channel {channel!r}; sms, whatsapp or telegram")
        if rest.strip():
            yield parse_act(rest, number, person, channel)
            person = channel = None


def parse_act(line: str, number: int = 1, person: str | None = None, channel: str | None = None) -> Act:
    """One act. Raises ScriptError."""
    if not line.lstrip().startswith("@"):
        return Act("text", unescaped(line), person, channel)
    name, _, argument = line.lstrip()[1:].partition(" ")
    argument = argument.strip()
    if name in _BARE:
        return Act(name, "", person, channel)  # type: ignore[arg-type]  # the names are the kinds
    if name not in _NEEDS:
        raise ScriptError(f"line {number}: @{name} is not known; one of {', '.join(sorted((*_NEEDS, *_BARE)))}")
    if not argument:
        raise ScriptError(f"line {number}: @{name} needs {_NEEDS[name]}")
    return Act(name, unescaped(argument) if name == "edit" else argument, person, channel)  # type: ignore[arg-type]


def unescaped(text: str) -> str:
    r"""`\n`, `\u200b` and the like as the characters they stand for; everything else as it is."""
    return _ESCAPE.sub(lambda match: codecs.decode(match[0], "unicode_escape"), text)


def span(text: str) -> timedelta:
    """A time such as 36h, 10m, 2d. Raises ScriptError."""
    found = _SPAN.match(text.strip())
    if found is None:
        raise ScriptError(f"@wait {text}: write a number and s, m, h or d")
    return timedelta(**{_UNITS[found[2]]: float(found[1])})


def point(text: str) -> tuple[float, float]:
    """Latitude and longitude. Raises ScriptError."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise ScriptError(f"{text}: write latitude,longitude") from None
    return latitude, longitude
