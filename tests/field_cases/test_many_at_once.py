"""One person's messages close together: on two workers, as a correction, and a long text in pieces (FC-23, FC-24)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot import fragments
from bot.messages import Inbound
from bot.store.redis import RedisStore
from bot.vault import Vault
from tests.bot.carrier import form, signed
from tests.bot.carriers import Time
from tests.bot.stand_in import StandIn
from tests.field_cases.rumbo import Phone, Rumbo, rumbo_on
from tests.polling import until
from tests.servers import Running


@pytest.fixture
async def other(
    embedded_server: Running, vault: Vault, time: Time, carrier: StandIn, rumbo: Rumbo
) -> AsyncIterator[Rumbo]:
    """A second worker on the same store, clock and carrier."""
    async with rumbo_on(embedded_server, vault, time, carrier) as other:
        yield other


# --- one at a time, in order (FC-23)


@pytest.mark.parametrize("held", [False, True], ids=["prompt", "the first worker is held up"])
async def test_two_messages_on_two_workers(
    rumbo: Rumbo, other: Rumbo, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    """FC-23, 1: "1" and "no" 50 ms apart: both answers, two questions in that order, nothing lost."""
    phone = rumbo.sms()
    await phone.reaches("fear")
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    before = await phone.chosen()
    accepted, go_on = asyncio.Event(), asyncio.Event()
    accept = RedisStore.accept

    async def accept_and_wait(store: RedisStore, inbound: Inbound) -> bool:
        taken = await accept(store, inbound)
        if store is rumbo.store:
            accepted.set()
            await go_on.wait()
        return taken

    monkeypatch.setattr(RedisStore, "accept", accept_and_wait)
    if not held:
        go_on.set()
    rumbo.later(seconds=20)
    first = asyncio.create_task(phone.posts("1"))
    await accepted.wait()
    rumbo.later(milliseconds=50)
    second = await Phone(other, phone.address).posts("no", "SM00000000000000000000000000000023")
    go_on.set()
    assert [(await first).status_code, second.status_code] == [200, 200]
    assert await phone.chosen() == {**before, "fear": ("danger",), "comar": ("none",)}
    assert (rumbo.heard + other.heard)[-2:].count("ask comar") == 1
    serials = [entry.outbound.serial for entry in await rumbo.store.read({"sms": 9}, 0.2)]
    assert len(serials) == 2
    assert serials == sorted(serials)


async def test_a_correction_is_not_the_next_answer(rumbo: Rumbo) -> None:
    """FC-23, 2: "1" then "2" 300 ms apart: what it would answer is shown, and it counts only once confirmed."""
    phone = rumbo.sms()
    await phone.reaches("fear")
    before = await phone.chosen()
    await phone.writes("1")
    await phone.writes("2", every=0.3)
    assert rumbo.heard[-1].startswith("say ask.comar; say odd.too_early; ask again guess (comar) [waiting]")
    assert await phone.chosen() == {**before, "fear": ("danger",)}
    await rumbo.deliver()
    assert "Espero respuesta" in phone.texts[-1], "what was understood"
    await phone.writes("2")
    assert (await phone.asked(), "comar" in await phone.chosen()) == ("comar", False), "no: asked anew"
    await phone.writes("atrás")
    assert await phone.asked() == "fear", "and back: the answer they meant to correct"


async def test_what_comes_after_reading_is_an_answer(rumbo: Rumbo) -> None:
    """FC-23, 2, the other side: two seconds later the question may have been read."""
    phone = rumbo.sms()
    await phone.reaches("fear")
    await phone.writes("1")
    await phone.writes("2", every=2)
    assert (await phone.chosen())["comar"] == ("waiting",)


@pytest.mark.parametrize("died", ["before its turn", "in its turn"])
async def test_a_worker_that_died_with_a_message(rumbo: Rumbo, other: Rumbo, died: str) -> None:
    """FC-23, 3: nothing is locked for ever: the next message 30 s later is handled, after the one before it."""
    phone = rumbo.sms()
    await phone.reaches("fear")
    before = await phone.chosen()
    rumbo.later(seconds=20)
    fields = form(From=phone.address.user, Body="1", MessageSid="SM00000000000000000000000000002303")
    (inbound,) = rumbo.channels["sms"].parse(signed(fields))
    assert isinstance(inbound, Inbound)
    await rumbo.store.accept(inbound)
    if died == "in its turn":

        def dies(*_: object) -> None:
            raise SystemExit

        with pytest.raises(SystemExit):
            await rumbo.store.advance(phone.address, dies)  # type: ignore[arg-type]
    rumbo.later(seconds=10)
    await Phone(other, phone.address).writes("1", id="SM00000000000000000000000000002330")
    assert await phone.chosen() == {**before, "fear": ("danger",), "comar": ("none",)}


# --- long texts in pieces (FC-24)

STORY = (
    "Salimos de mi casa en marzo con mis hermanos porque no podiamos seguir alli y "
    "tras muchos dias de camino llegamos a esta ciudad donde dormimos en un albe"
)
PLACE_ENDS = "rgue del centro, creo que es en Tapachula"[:40]
CHILDREN = "rgue y tengo 2 hijos"


async def in_two_pieces(rumbo: Rumbo, phone: Phone, first: str, second: str) -> None:
    """Two messages of their own, 0.8 s apart by the clock."""
    rumbo.later(seconds=20)
    beginning = asyncio.create_task(phone.posts(first))
    await until(lambda: _waits(rumbo))
    rumbo.later(seconds=0.8)
    assert (await phone.posts(second)).status_code == 200
    assert (await beginning).status_code == 200


async def _waits(rumbo: Rumbo) -> bool:
    return (await rumbo.store.depth()).inboxes > 0


async def test_the_end_of_a_long_message_is_joined_to_it(rumbo: Rumbo) -> None:
    """FC-24, 1: 153 characters that end in a word, and 0.8 s later the other 40: read as one, one reply."""
    assert (len(STORY), len(PLACE_ENDS)) == (153, 40)
    phone, read = rumbo.sms(), []
    await phone.reaches("town")
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    step = rumbo.turns.step

    def noting(saved: str | None, inbound: Inbound, serial: int, recent: str | None = None) -> object:
        read.append(inbound.event)
        return step(saved, inbound, serial, recent)

    object.__setattr__(rumbo.turns, "step", noting)
    await in_two_pieces(rumbo, phone, STORY, PLACE_ENDS)
    await rumbo.deliver()
    assert [getattr(event, "body", "") for event in read] == [STORY + PLACE_ENDS]
    assert len(phone.texts) == 1


async def test_a_number_in_the_second_piece_is_no_answer(rumbo: Rumbo) -> None:
    """FC-24, 2: "...y tengo 2 hijos" is not option 2; one "not understood", not two."""
    phone = rumbo.sms()
    await phone.reaches("comar")
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    before, heard = await phone.chosen(), len(rumbo.heard)
    await in_two_pieces(rumbo, phone, STORY, CHILDREN)
    await rumbo.deliver()
    assert await phone.chosen() == before
    assert rumbo.heard[heard:] == ["say error.unclear.first; ask again comar"]
    assert len(phone.texts) == 1
    assert fragments.WAITS.total_seconds() > 0.8
