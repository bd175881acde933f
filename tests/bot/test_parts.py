"""Long messages are cut where a reader would cut them, and never lose a character of their content."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.gsm7 import units
from bot.channels.parts import numbered, split, utf16
from conversations.message import Choice, Message, Span
from tests.bot.carrier import LINK, LONG, QUESTION


def texts(text: str, limit: int) -> list[str]:
    """The parts as plain text."""
    return ["".join(span.text for span in part) for part in split([Span(text)], limit)]


def test_a_short_text_is_one_part_without_a_mark() -> None:
    """Most messages."""
    assert texts("Hola.", 5) == ["Hola."]


def test_the_link_of_fc_15_stays_whole() -> None:
    """1,700 characters with a link across the limit: two parts, the link whole in one of them."""
    start = LONG.index(LINK)
    assert start < 1600 < start + len(LINK)
    first, second = texts(LONG, 1600)
    assert first.startswith("(1/2) ")
    assert second.startswith("(2/2) ")
    assert LINK in second


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("One two.\n\nThree. Four five", 28, ["One two.\n\nThree. Four five"]),
        ("\n\n One two.\n\nThree. Four five \n", 25, ["(1/2) One two.", "(2/2) Three. Four five"]),
        (" One two three.\n" + " " * 30, 25, ["One two three."]),
        ("One two.\n\nThree. Four five", 25, ["(1/2) One two.", "(2/2) Three. Four five"]),
        ("One two three. Four five six", 25, ["(1/2) One two three.", "(2/2) Four five six"]),
        ("One two three four five six", 25, ["(1/2) One two three", "(2/2) four five six"]),
        ("Call us now +52 55 0000 0001 ok", 30, ["(1/2) Call us now", "(2/2) +52 55 0000 0001 ok"]),
        ("您在哪里？" + "好" * 14, 18, ["(1/3) 您在哪里？", "(2/3) " + "好" * 10, "(3/3) " + "好" * 4]),
    ],
)
def test_cuts(text: str, limit: int, parts: list[str]) -> None:
    """After a paragraph, else a sentence, else at a space; not in a phone number; Chinese without any space."""
    assert texts(text, limit) == parts


def test_emphasis_survives_a_cut() -> None:
    """Each part is valid on its own."""
    parts = split([Span("plain "), Span("strong words here", strong=True), Span(" plain")], 24)
    assert parts == [
        (Span("(1/2) "), Span("plain "), Span("strong", strong=True)),
        (Span("(2/2) "), Span("words here", strong=True), Span(" plain")),
    ]


def test_numbered_lines() -> None:
    """Choices between the text and the footer, with the number to type."""
    text = "".join(span.text for span in numbered(QUESTION, gap="\n", tick="x "))
    assert text == "¿Dónde está ahora?\n1 México\n2 x Guatemala\n9 = ayuda"


def test_what_the_text_lists_is_not_listed_again() -> None:
    """Results name their numbers in the text; a button is all that is left to add, where there are buttons."""
    message = Message((Span("1 H-2A\n2 U"),), (Choice("r:q:1", "H-2A", "1", listed=True), Choice("r:q:9", "Más", "9")))
    assert "".join(span.text for span in numbered(message, gap="\n", tick="")) == "1 H-2A\n2 U\n9 Más"


@given(st.text(max_size=400), st.integers(20, 60), st.sampled_from([units, utf16]))
def test_nothing_is_lost(text: str, limit: int, size: type[int]) -> None:
    """Parts keep to the limit and hold the text, white space at the cuts apart."""
    parts = split([Span(text)], limit, size)
    bare = "".join(
        re.sub(r"^\(\d+/\d+\) ", "", "".join(s.text for s in part)) if len(parts) > 1 else text for part in parts
    )
    assert re.sub(r"\s", "", bare) == re.sub(r"\s", "", text)
    # One cluster of many accents may be longer than any limit, and is not parted.
    assert all(size("".join(span.text for span in part)) <= limit + 340 for part in parts)


@given(st.text(st.sampled_from("abc de. \nñ1"), min_size=60, max_size=400))
def test_every_part_keeps_to_the_limit(text: str) -> None:
    """No part is longer than the carrier takes."""
    assert all(len(part) <= 40 for part in texts(text, 40))
