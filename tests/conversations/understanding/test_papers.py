"""Numbers of documents are recognised, so that they are refused and never kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.understanding.papers import looks_like_document_number

DOCUMENTS = (
    "C01234567|c01234567|A123456789|A 123 456 789|A-123456789|G12345678|my passport is C01234567|"
    "GOMC900101HDFRRS09|123-45-6789|1234 56789 0101|"
    "0801-1990-12345|1.234.567.890|V-12345678|AB1234567|123456789|Ａ123456789|A١٢٣٤٥٦٧٨٩|mi pasaporte: F1234567"
)
OTHER = (
    "2|1 3|17|2026|01001|90210|I-20|TPS|H2A|I-589|hola|tengo 17 años|+52 962 123 4567|9621234567|"
    "962 123 4567|(502) 5555-1234|50255551234|"
    "whatsapp 123456789|14.6797,-92.1497|25/11/2026|2025-09-29|1,2,3|mi numero es 55 1234 5678|"
    "mi numero es 5512345678||5555 1234"
)


@pytest.mark.parametrize("typed", DOCUMENTS.split("|"))
def test_documents(typed: str) -> None:
    """FC-37: passports, A-numbers, CURP, identity cards."""
    assert looks_like_document_number(typed)


@pytest.mark.parametrize("typed", OTHER.split("|"))
def test_other_numbers(typed: str) -> None:
    """Answers, forms, dates, places and telephone numbers are none."""
    assert not looks_like_document_number(typed)


@given(st.text())
def test_never_raises(text: str) -> None:
    """Whatever arrives."""
    assert looks_like_document_number(text) in (True, False)
