"""One spelling for everything a keyboard may do to a word."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.understanding.normal import fold, plain, visible, words


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("1\u200d", "1"),
        ("\u200b2", "2"),
        ("\u200f1\u200f", "1"),
        ("\ufeff1", "1"),
        ("1\u2060", "1"),
        ("2\ufe0f\u20e3", "2"),
        ("so\u00adpa", "sopa"),
        ("a\u2066b\u2069", "ab"),
        ("a\u0000b", "ab"),
        ("a\nb", "a\nb"),
        ("x\ud800", "x"),
    ],
)
def test_what_nobody_can_see_is_dropped(typed: str, seen: str) -> None:
    """FC-02: the sender cannot see these marks, so they cannot mean anything."""
    assert visible(typed) == seen


def test_joiners_stay_where_a_word_needs_them() -> None:
    """FC-02: a Persian word in free text keeps its non-joiner."""
    assert visible("می\u200cخواهم", keep_joiners=True) == "می\u200cخواهم"
    assert visible("می\u200cخواهم") == "میخواهم"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("  SÍ.  ", "si"),
        ("si\u0301", "si"),
        ("¡Ñandú!", "nandu"),
        ("2\u00a0", "2"),
        ("2\n", "2"),
        ("«2»", "2"),
        ("*2*", "2"),
        ("(2)", "2"),
        ("٢٥", "25"),
        ("۲", "2"),
        ("२", "2"),
        ("২", "2"),
        ("２", "2"),
        ("②", "2"),
        ("²", "2"),
        ("ÈD", "ed"),
        ("İstanbul", "istanbul"),
        ("ılık", "ilik"),
        ("Œuvre", "oeuvre"),
        ("ЁЛКА", "елка"),
        ("Guatemala 🇬🇹", "guatemala"),
        ("✅ Yes", "yes"),
        ("l’asile", "l'asile"),
        ("أنا", "انا"),
        ("كتاب", "کتاب"),
        ("नहीं", "नहीं"),
        ("?", "?"),
        ("👍🏽", "👍"),
        ("", ""),
        ("uno  \t dos", "uno dos"),
    ],
)
def test_fold(typed: str, folded: str) -> None:
    """Case, accents, digits of every script, spaces and what stands around a word make no difference."""
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("typed", "split"),
    [
        ("j'ai besoin d’aide", ("j", "ai", "besoin", "d", "aide")),
        ("我不知道", ("我", "不", "知", "道")),
        ("soy de Perú, ¿y tú?", ("soy", "de", "peru", "y", "tu")),
        ("हाँ जी", ("हाँ", "जी")),
        ("👍", ()),
        ("EE. UU.", ("ee", "uu")),
    ],
)
def test_words(typed: str, split: tuple[str, ...]) -> None:
    """Words end at spaces, punctuation and apostrophes; a Chinese character is a word."""
    assert words(typed) == split


@given(st.text())
def test_folding_is_done_once_and_for_all(text: str) -> None:
    """Never raises, changes nothing the second time, and leaves ASCII digits only."""
    once = fold(text)
    assert plain(plain(text)) == plain(text)
    assert not any(unicodedata.category(c) == "Nd" and not c.isascii() for c in once)
    assert all(word.strip() for word in words(text))
