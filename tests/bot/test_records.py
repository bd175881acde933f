"""Messages survive their way through bytes, and through other releases."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from bot.messages import Address, Inbound, Outbound
from bot.records import Unloadable, dump_inbound, dump_outbound, load_inbound, load_outbound
from conversations.events import Event, Place, Tap, Text, Unreadable

PHONE, SCOPED = Address("whatsapp", "whatsapp:+5215500000001"), Address("whatsapp", "whatsapp:MX.1000")
FULL = Inbound(
    PHONE, "SM1", Text("hola", edited=True), datetime(2026, 11, 25, 12, tzinfo=UTC), SCOPED, "q", "es", "STOP"
)
REPLY = Outbound(
    "SM1-0", PHONE, {"Body": "¿Sí?", "Choices": [1, None]}, datetime(2026, 11, 25, tzinfo=UTC), 7, "inside", clears=True
)
EVENTS = [Text("hola"), Tap("r1", "inside", "yes"), Place(14.9, -92.3, live=True), Unreadable("voice")]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_kind_of_event_comes_back(event: Event) -> None:
    assert load_inbound(dump_inbound(replace(FULL, event=event))) == replace(FULL, event=event)


def test_no_kind_of_event_is_left_out() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(Event))


def test_what_is_not_told_comes_back_so() -> None:
    bare = Inbound(PHONE, "SM1", Text(""), FULL.at)
    assert load_inbound(dump_inbound(bare)) == bare


def test_a_reply_comes_back() -> None:
    assert load_outbound(dump_outbound(REPLY)) == REPLY


def test_a_shared_place_comes_back_exactly() -> None:
    """Two centres of one town are a kilometre apart: until its turn is done the point lies sealed, then nowhere."""
    place = Place(14.9031, -92.2575)
    assert load_inbound(dump_inbound(replace(FULL, event=place))).event == place


def test_fields_of_a_newer_release_are_ignored() -> None:
    record = json.loads(dump_inbound(FULL))
    record |= {"mood": "calm", "event": record["event"] | {"font": "serif"}}
    assert load_inbound(json.dumps(record).encode()) == FULL


@pytest.mark.parametrize("change", [{"v": 99}, {"kind": "dance"}, {"id": None}, {"event": {}}])
def test_what_cannot_be_read_is_said_to_be_so_and_not_quoted(change: dict[str, object]) -> None:
    record = json.loads(dump_inbound(FULL)) | change
    with pytest.raises(Unloadable) as caught:
        load_inbound(json.dumps(record).encode())
    assert caught.value.__cause__ is None
    assert "hola" not in str(caught.value)


def test_a_reply_that_cannot_be_read_is_said_to_be_so() -> None:
    with pytest.raises(Unloadable):
        load_outbound(b'{"v": 1, "outbound": {}}')
    with pytest.raises(Unloadable):
        load_outbound(b"not json")
