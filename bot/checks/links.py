"""Whether every link is safe to follow: whole, encrypted, and carrying nothing about the person."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from bot.checks.entries import rules_by_file, sourced_by_file
from conversations.guide import CENTRES, Guide
from conversations.problems import Problem

SHORTENERS = (
    "bit.ly", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly", "shorturl.at", "t.co",
    "t.ly", "tiny.cc", "tinyurl.com",
)  # fmt: skip
"""Carriers block them, and nobody sees where they lead (FC-18)."""

ADDRESS = re.compile(rf"https?://\S*|\bwww\.\S+|\b(?:{'|'.join(map(re.escape, SHORTENERS))})/\S+", re.IGNORECASE)
"""A raw address in a text."""

_TRACKER = re.compile(r"utm_.*|fbclid|gclid|msclkid|mc_[ce]id|igshid|yclid|_hs.*|ref_src")


def check(guide: Guide) -> Iterator[Problem]:
    """Links of the content that people may get, and the pages its facts come from."""
    for file, entry, url in _given(guide):
        for what, hint in _wrong(url):
            yield Problem(file, entry, f"{what}: {url}", hint)
    for file, entry, url in _sources(guide):
        for what, hint in _wrong(url):
            yield Problem(file, entry, f"source, {what}: {url}", hint, "warning")


def _wrong(url: str) -> Iterator[tuple[str, str]]:
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    if not host or parts.scheme not in ("http", "https"):
        yield "is no link", "write the whole address, or null where there is no page"
        return
    if parts.scheme != "https":
        yield "is not encrypted", "find the page under https:// (do-no-harm 25)"
    if host in SHORTENERS:
        yield "hides where it leads", "write the full address (FC-18)"
    if tracking := [name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if _TRACKER.fullmatch(name)]:
        yield "carries a tracker", f"take away {', '.join(tracking)} (do-no-harm 16)"


def _given(guide: Guide) -> Iterator[tuple[str, str, str]]:
    yield from ((file, entry.id, entry.official_url) for file, entry in rules_by_file(guide))
    yield from (("legal_help.yaml", link.id, link.url) for link in guide.legal_links)
    yield from ((CENTRES, centre.id, centre.url) for centre in guide.centres if centre.url)


def _sources(guide: Guide) -> Iterator[tuple[str, str, str]]:
    """Where facts come from: read by those who check the content, never sent to a person."""
    for file, entry in sourced_by_file(guide):
        yield from ((file, entry.id, source.url) for source in entry.sources if source.url)
