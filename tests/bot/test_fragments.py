"""A long SMS in pieces is one message (FC-24)."""

import asyncio
from datetime import timedelta

import pytest

from bot import fragments
from bot.fragments import joined, may_go_on
from bot.messages import Address, Inbound
from conversations.events import Place, Text
from tests.bot.steps import NOW, ROSA, message
from tests.bot.talk import Talk
from tests.polling import until

STORY = (
    "Salimos de mi casa en marzo con mis hermanos porque nos amenazaban todos los dias en la colonia y despues de "
    "cruzar la selva llegamos aqui con mi hi"
)
assert len(STORY) in range(140, 161)


def piece(text: str, after: float = 0.0, address: Address = ROSA) -> Inbound:
    """A message so many seconds later."""
    return Inbound(address, text, Text(text), NOW + timedelta(seconds=after))


@pytest.mark.parametrize(
    ("text", "goes_on"),
    [("x" * 153, True), ("x" * 160, True), ("x" * 139, False), ("x" * 161, False), ("я" * 67, True), ("x" * 67, False)],
)
def test_only_a_full_message_may_go_on(text: str, goes_on: bool) -> None:
    assert may_go_on(piece(text)) is goes_on
    assert not may_go_on(piece(text, address=Address("whatsapp", "whatsapp:+12025550111")))
    assert not may_go_on(Inbound(ROSA, "1", Place(1.0, 2.0), NOW))


def test_pieces_are_joined_in_order_while_they_are_close() -> None:
    whole, count = joined([piece("a" * 153), piece("b" * 153, 0.8), piece("c", 1.5), piece("d", 2)])
    assert (whole.event, count) == (Text("a" * 153 + "b" * 153 + "c"), 3)
    assert whole.id == "a" * 153
    assert joined([piece("a" * 153), piece("c", 3.5)])[1] == 1
    assert joined([message("1"), message("2")])[1] == 1


async def test_a_story_in_two_parts_is_read_as_one_and_answered_once(talk: Talk) -> None:
    """The "2" in the second part is no answer."""
    await talk.says("hola", "1", "1")
    before = talk.sessions[-1]
    channel = talk.turns.channels["sms"]
    first = asyncio.create_task(talk.turns.receive(talk.message(STORY), channel))
    await until(lambda: waits(talk))
    await talk.turns.receive(talk.message("jo de 8 años y tengo 2 hijos"), channel)
    await first
    assert len(await talk.texts()) == 1
    assert talk.sessions[-1] is not None
    assert before is not None
    assert talk.sessions[-1].answers == before.answers


async def waits(talk: Talk) -> bool:
    """Whether a message has come and is not handled yet."""
    return (await talk.store.depth()).inboxes > 0


async def test_a_full_message_alone_is_answered_after_its_moment(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "WAITS", timedelta(seconds=0.2))
    await talk.says("hola", "1", "1")
    assert len(await talk.says(STORY)) == 1
