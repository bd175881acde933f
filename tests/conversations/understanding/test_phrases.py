"""The longest known phrase counts."""

from conversations.understanding.normal import words
from conversations.understanding.phrases import Phrases, Span

KNOWN = Phrases([("sudan", "SD"), ("south sudan", "SS"), ("de", "about"), ("", "nothing")])


def test_the_longer_phrase_wins() -> None:
    """South Sudan is not Sudan."""
    assert KNOWN.meanings(words("South Sudan")) == ["SS"]
    assert KNOWN.meanings(words("de Sudán")) == ["about", "SD"]


def test_spans_cover_every_word() -> None:
    """Words that belong to no phrase stand alone, without a meaning."""
    assert list(KNOWN.spans(words("vengo de Sudan"))) == [Span(None, 0, 1), Span("about", 1, 2), Span("SD", 2, 3)]


def test_whole() -> None:
    """A phrase and nothing else."""
    assert KNOWN.whole(words("sudan")) == "SD"
    assert KNOWN.whole(words("sudan sur")) is None
    assert KNOWN.whole(()) is None
