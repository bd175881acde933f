"""The ledger notices each way in which the promise can be broken, and nothing else."""

import pytest

from tests.faults.ledger import Findings, Said, audit
from tests.faults.tags import Tag, read

THREE = [Said("a", 1), Said("b", 2), Said("c", 3)]


def reply(serial: int, id: str, part: int = 1, parts: int = 1, count: int | None = None) -> str:
    """A reply as a carrier takes it."""
    return f"{Tag(serial, serial if count is None else count, part, parts, id)}\nHola"


A, B, C = reply(1, "a"), reply(2, "b"), reply(3, "c")


def test_a_tag_is_read_back() -> None:
    """From a text that begins with it, and from no other."""
    tag = Tag(12, 11, 1, 2, "SM0f")
    assert read(f"{tag}\nHola") == tag
    assert read("Hola [1 1 1/1 SM0f]") is None


def test_a_good_ledger() -> None:
    """Everything once, in order; a burst in any order of its own; several parts."""
    assert audit(THREE, [A, B, C]) == Findings(messages=3)
    burst = [Said("a", 1), Said("b", 2), Said("c", 2)]
    assert audit(burst, [A, reply(2, "c"), reply(3, "b")]) == Findings(messages=3)
    assert audit(THREE[:1], [reply(1, "a", 1, 2), reply(1, "a", 2, 2)]) == Findings(messages=1)


@pytest.mark.parametrize(
    ("heard", "findings"),
    [
        ([A, C], Findings(3, lost=1)),
        ([A, B, reply(3, "c", 1, 2)], Findings(3, lost=1)),
        ([A, A, B, C], Findings(3, repeated=1)),
        ([B, A, C], Findings(3, disordered=1)),
        ([A, B, A, C], Findings(3, repeated=1, disordered=1)),
        ([A, B, reply(3, "c", 2, 2), reply(3, "c", 1, 2)], Findings(3, disordered=1)),
        ([A, reply(2, "c"), reply(3, "b")], Findings(3, disordered=1)),
        ([A, B, C, reply(4, "b")], Findings(3, disordered=1, misapplied=2)),
        ([A, B, reply(4, "c")], Findings(3, misapplied=1)),
        ([A, B, reply(3, "c", count=1)], Findings(3, misapplied=1)),
        ([A, B, reply(2, "c", count=2)], Findings(3, misapplied=1)),
        ([A, B, C, reply(4, "z")], Findings(3, misapplied=2)),
        ([A, B, "Rumbo is away", C], Findings(3, untagged=1)),
        ([], Findings(3, lost=3)),
    ],
)
def test_a_bad_ledger(heard: list[str], findings: Findings) -> None:
    """Lost, half lost, repeated, late, out of order, out of turn, applied twice, a turn unseen, a session lost."""
    assert audit(THREE, heard) == findings
    assert findings.broken == (findings.repeated + findings.untagged == 0 or findings.disordered > 0)
