"""What is kept of a conversation: a closed list, whole after JSON, readable by the release before and the one after."""

import json
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.questions import Answer
from conversations.session import FORMAT, Asked, Session, dump, load

ids = st.text("abcdefghijklmnopqrstuvwxyz_0123456789XZ", min_size=1, max_size=12)
several = st.lists(ids, max_size=4).map(tuple)
asked = st.builds(Asked, ids, several, several, st.just("") | ids, st.integers(0, 9))
sessions = st.builds(
    Session,
    run=ids,
    seen=st.integers(1, 2**32),
    content=ids,
    language=st.none() | st.sampled_from(["es", "en"]),
    consent=st.sampled_from([None, True, False]),
    answers=st.dictionaries(ids, st.builds(Answer, several, several), max_size=5),
    asked=st.none() | asked,
    misses=st.integers(0, 5),
    told=st.frozensets(ids, max_size=3),
    stopped=st.booleans(),
    near=st.just("") | ids,
)


def test_the_closed_list_of_what_is_kept() -> None:
    """DNH 12, 14: nothing is added to what we keep of a person without somebody deciding that it may be kept.

    If you are here because this failed: no name, number, free text, coordinate or time of an answer may be added. Say
    in the pull request what the new field is for, how long it lives, and what it tells whoever reads it.
    """
    assert {field.name for field in fields(Session)} == {
        "run", "seen", "content", "language", "consent", "answers", "asked", "misses", "told", "stopped", "near",
    }  # fmt: skip
    assert {field.name for field in fields(Asked)} == {"id", "options", "ticked", "subject", "page"}
    assert {field.name for field in fields(Answer)} == {"chosen", "shown"}


@given(sessions)
@settings(max_examples=150, deadline=None)
def test_json_and_back(session: Session) -> None:
    """A session is the same after JSON, in the order the answers were given."""
    back = load(dump(session))
    assert back == session
    assert list(back.answers) == list(session.answers)


def test_what_is_empty_is_left_out() -> None:
    """A record says no more than it has to."""
    assert json.loads(dump(Session("r", 1))) == {"format": FORMAT, "run": "r", "seen": 1, "consent": None}
    stopped = json.loads(dump(Session("r", 1, stopped=True, language="es")))
    assert stopped == {"format": FORMAT, "run": "r", "seen": 1, "consent": None, "language": "es", "stopped": True}


def test_a_record_of_a_later_release() -> None:
    """Design 6: fields that this release does not know are passed over."""
    record = json.loads(dump(Session("r", 1, "c", "es", True, {"where": Answer(("MX",))}, Asked("age", ("21",)))))
    record |= {"mood": "unknown", "asked": record["asked"] | {"colour": 7}}
    session = load(json.dumps(record))
    assert session.answers == {"where": Answer(("MX",))}
    assert session.asked == Asked("age", ("21",))


@pytest.mark.parametrize("record", [
    "", "no json", "[]", "null", "7", '"text"', "{}", '{"format": 1}', '{"format": "x", "run": "r", "seen": 1}',
    '{"format": 1, "run": "r", "seen": "yesterday"}', '{"format": 1, "run": "r", "seen": null}',
    '{"format": 1, "run": "r", "seen": 1, "answers": []}', '{"format": 1, "run": "r", "seen": 1, "answers": {"a": 3}}',
    '{"format": 1, "run": "r", "seen": 1, "answers": {"a": [["b"]]}}',
    '{"format": 1, "run": "r", "seen": 1, "asked": "age"}', '{"format": 1, "run": "r", "seen": 1, "asked": {}}',
    '{"format": 1, "run": "r", "seen": 1, "told": 3}', '{"format": 1, "run": "r", "seen": 1, "misses": "many"}',
])  # fmt: skip
def test_a_broken_record(record: str) -> None:
    """What is no record of ours is a ValueError, and so counts as no session; it never breaks a turn."""
    with pytest.raises(ValueError):  # noqa: PT011  # the kind of error is the promise
        load(record)
