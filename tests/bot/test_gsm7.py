"""The SMS alphabet: what folding changes, what it never changes, and what a text costs."""

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.gsm7 import ALPHABET, Segments, clusters, fold, is_gsm7, measure
from tests.contracts.peers import Absent, segments_oracle

MENU = (
    "Para saber qué opciones tiene, responda con un número: "
    "1 México, 2 Guatemala, 3 Estados Unidos, 4 Canadá, 5 Otro país."
)
AIDE = "Si vous avez besoin d’aide, répondez AIDE. Le service est gratuit et nous ne gardons pas votre nom."
ARABIC = "أين أنت الآن؟ 1 المكسيك"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("¿Dónde está?", "¿Donde esta?"),
        ("El año próximo, ¡sí! Pingüino, café", "El año proximo, ¡si! Pingüino, café"),
        ("Ñandú Ó Í Á Ú", "Ñandu O I A U"),
        ("Você não está só: ações, três, avô", "Voce nao esta so: açoes, tres, avo".replace("ç", "c")),
        ("Ça va, garçon ? Où êtes-vous, Noël, cœur, Œuvre", "Ça va, garcon ? Où etes-vous, Noel, coeur, OEuvre"),
        ("ÀÈÒ kreyòl ayisyen: èske w gen dwa?", "AEO kreyòl ayisyen: èske w gen dwa?"),
        ("“Hola” ‘sí’ «aquí» — luego – fin…", '"Hola" \'si\' "aqui" - luego - fin...'),
        ("a\u00a0b\u2009c\u200bd\ufeff\te\u00ad", "a b cd e"),
        ("cafe\u0301 y nin\u0303o, a\u0301", "café y niño, a"),
        ("Łódź, Đorđe, ß, smørrebrød, ħ", "Lodz, Dorde, ß, smørrebrød, h"),
        ("K’iche’ Q’eqchi’ winaqiʼ", "K'iche' Q'eqchi' winaqi'"),
        ("• uno → dos ½ №3 25 °C ✓", "- uno -> dos 1/2 No3 25 oC x"),
        ("ﬁn Ｆｕｌｌ", "fin Full"),
    ],
)
def test_folds_into_the_alphabet(text: str, folded: str) -> None:
    """Letters lose the marks that the alphabet lacks, and only those; typography becomes plain."""
    assert fold(text) == folded
    assert is_gsm7(folded)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "ñ é ü ¿ ¡ Ñ É à è ì ò ù Ç",
        "[~]{^}|\\ €",
        "line\r\nline",
        "Δ Φ Γ",
        ARABIC,
        "您在哪里？",
        "Где вы?",
        "1 Español 2 العربية 3 中文: elección",
        "Sí 👍",
    ],
)
def test_leaves_whole(text: str) -> None:
    """A text already in the alphabet, or one that cannot be, stays as it is."""
    assert fold(text) == text


def test_the_french_apostrophe_of_fc_18() -> None:
    """One curly apostrophe made this text two segments."""
    assert measure(AIDE) == Segments("UCS-2", 2, 99, (("’", "'"),))
    assert measure(fold(AIDE)) == Segments("GSM-7", 1, 99)


def test_the_spanish_menu_of_fc_18() -> None:
    """As it stands two segments, folded one."""
    assert measure(MENU) == Segments("UCS-2", 2, 118, (("ú", "u"), ("á", "a"), ("í", "i")))
    assert measure(fold(MENU)) == Segments("GSM-7", 1, 118)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 152 + "€" * 5, "GSM-7", 162, 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),  # no segment ends inside an escape
        ("я" * 70, "UCS-2", 70, 1),
        ("я" * 71, "UCS-2", 71, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("я" * 66 + "😀" + "я" * 66, "UCS-2", 134, 3),  # nor inside an emoji
    ],
)
def test_counts(text: str, encoding: str, units: int, segments: int) -> None:
    """160 and 153 units a segment, or 70 and 67."""
    measured = measure(text)
    assert (measured.encoding, measured.units, measured.segments) == (encoding, units, segments)


LATIN = "".join(
    chr(code)
    for block in (range(0xA0, 0x180), range(0x1E00, 0x1EFA))
    for code in block
    if unicodedata.category(chr(code)).startswith("L") and chr(code) not in "ẜẝẟ"  # medieval
)
PUNCTUATION = "“”„‘’‚‹›«»–—―‐‑−…•·´`¿¡\u00a0\u202f\u2009\u200b\u200e\u2028ªº"
latin_texts = st.text(st.sampled_from(string.printable + LATIN + PUNCTUATION + "\u0301\u0303\u0308\u0327"))


@given(latin_texts)
def test_latin_script_always_folds(text: str) -> None:
    """Whatever is written in Latin letters leaves in GSM-7, and folding again changes nothing."""
    folded = fold(text)
    assert is_gsm7(folded)
    assert fold(folded) == folded
    assert measure(folded).replaced == ()


@given(st.text(st.sampled_from(sorted(ALPHABET))))
def test_the_alphabet_is_never_changed(text: str) -> None:
    """What is already GSM-7 is left alone, to the letter."""
    assert fold(text) == text


@given(st.text())
def test_any_text_at_all(text: str) -> None:
    """Nothing raises; a text is folded whole or not at all; clusters add up to the text."""
    assert is_gsm7(fold(text)) or fold(text) == text
    assert measure(text).segments >= 1
    assert "".join(clusters(text)) == text


def test_agrees_with_twilios_own_counter() -> None:
    """The oracle is the calculator Twilio publishes (`shared/peers/segments.cjs`)."""
    texts = [MENU, AIDE, ARABIC, fold(MENU), "", "€" * 100, "😀" * 40, "a" * 152 + "€" + "a" * 152, "line\r\nline"]
    texts += [character * 3 for character in sorted(ALPHABET - {"\f"})] + list(LATIN)
    texts += ["я" * 66 + "😀" + "я" * 66, "👩‍👩‍👧 e\u0301 🇲🇽" * 9, "नमस्ते " * 15, "您在哪里？" * 15, ARABIC * 4]
    try:
        answers = segments_oracle(texts)
    except Absent as reason:
        pytest.skip(str(reason))
    for text, answer in zip(texts, answers, strict=True):
        measured = measure(text)
        assert (measured.encoding, measured.segments) == (answer["encoding"], answer["segments"]), repr(text)
