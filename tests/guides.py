"""Guides for tests: the real content, and tiny guides of a question or two."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from conversations.guide import Guide, parse_guide
from conversations.reading import Entry

CONTENT = Path(__file__).parents[1] / "conversations" / "content"


@cache
def real_documents() -> Mapping[str, Entry]:
    """The content files as they are today, by name. Do not change them in place."""
    return {
        path.relative_to(CONTENT).as_posix(): yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)  # noqa: S506 (it is the safe loader)
        for path in sorted(CONTENT.rglob("*.yaml"))
    }


@cache
def real_guide() -> Guide:
    """The guide that people talk to today."""
    return parse_guide(real_documents(), "test")
