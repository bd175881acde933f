"""Whether a message looks like the number of an identity document, which we never want and never keep (FC-37).

A telephone number is not one: nobody needs to be warned about that.
"""

import re

from .normal import plain

_DOCUMENTS = (
    re.compile(r"\b[a-z]{1,4}-?\d{6,14}[a-z]?\b|\b[a-z] \d{6,9}\b"),  # C01234567, A 123456789
    re.compile(r"\b[a-z]{4}\d{6}[hmx][a-z]{5}[a-z0-9]\d\b"),  # CURP
    re.compile(r"\b[a-z]{6}\d{8}[hm]\d{3}\b"),  # clave de elector
    re.compile(r"\b\d{1,3}(?:\.\d{3}){2,}(?:-?\d{1,2})?\b"),  # 1.234.567.890
)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ -](?=\d)")
_RUN = re.compile(r"(?<![\d+.,])\d{9,}(?![\d.,])")
_TELEPHONE = re.compile(r"\+|\b00\d|\(\d+\)|\btel|whats|\bcel")
_TELEPHONE_LENGTH = 10  # Mexico, United States, Canada, Colombia, Venezuela, Dominican Republic
_COUNTRY_CALLING = re.compile(r"1\d{10}|5[0-9]{10,12}|50[2-9]\d{8}")


def looks_like_document_number(text: str) -> bool:
    """Whether a text holds what looks like a passport, identity, CURP or A-number."""
    text = plain(text)
    if _TELEPHONE.search(text):
        return False
    if any(document.search(text) for document in _DOCUMENTS):
        return True
    return any(not _like_a_telephone(run) for run in _RUN.findall(_BETWEEN_DIGITS.sub("", text)))


def _like_a_telephone(digits: str) -> bool:
    return len(digits) == _TELEPHONE_LENGTH or _COUNTRY_CALLING.fullmatch(digits) is not None
