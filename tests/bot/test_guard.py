"""When Rumbo falls silent: floods, automatic replies, its own echo. And for whom it never does."""

import logging
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot import guard
from bot.guard import HOUR, MOST_ANSWERS, MOST_SAME, WINDOW, Recent
from bot.messages import Address
from conversations.events import Unreadable
from tests.bot.talk import ROSA, Talk

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DRIVING = "Estoy manejando, te respondo luego"
AN_HOUR = timedelta(seconds=HOUR)
LUIS = Address("sms", "+12025550112")


@pytest.fixture
def still(talk: Talk) -> Talk:
    """A clock that stands until told."""
    talk.at(NOW)
    return talk


async def answers(talk: Talk, texts: Sequence[str], every: timedelta) -> list[list[str]]:
    """What each of these messages is answered with, so far apart."""
    said = []
    for text in texts:
        said.append(await talk.says(text))
        talk.later(every)
    return said


# --- floods (FC-38)


@pytest.mark.parametrize("same", [MOST_SAME, 1000])
async def test_a_flood_is_answered_up_to_a_bound_then_once_politely_then_not(
    still: Talk, monkeypatch: pytest.MonkeyPatch, same: int
) -> None:
    """200 messages in ten minutes; the notice is in the person's language and names whom to call."""
    monkeypatch.setattr(guard, "MOST_SAME", same)
    await still.says("hola", "1", "1")
    said = await answers(still, [f"no entiendo nada {n}" for n in range(197)], timedelta(seconds=3))
    notices = [text for texts in said for text in texts if "muchos mensajes" in text]
    assert len(notices) == 1
    assert "10 minutos" in notices[0]
    assert re.search(r"llame: .*911", notices[0], re.DOTALL)
    assert sum(map(len, said)) <= MOST_ANSWERS
    assert said[-1] == []


async def test_what_matters_is_answered_above_the_bound(flooded: Talk) -> None:
    assert await flooded.says("1") == []
    for urgent in ("ayuda", "me quieren matar"):
        assert await flooded.says(urgent), urgent
    assert await flooded.says("borrar")
    assert flooded.sessions[-1] is None


async def test_a_stop_counts_above_the_bound(flooded: Talk) -> None:
    await flooded.says("alto")
    assert flooded.sessions[-1] is not None
    assert flooded.sessions[-1].stopped


async def test_others_are_not_held_up_by_a_flood(flooded: Talk) -> None:
    assert await flooded.says("hola", address=LUIS)


async def test_after_ten_quiet_minutes_the_person_is_answered_again(flooded: Talk) -> None:
    before = flooded.sessions[-1]
    assert before is not None
    flooded.later(timedelta(seconds=WINDOW + 1))
    assert await flooded.says("1")
    after = flooded.sessions[-1]
    assert after is not None
    assert after.run == before.run


async def test_25_honest_mistakes_in_a_quarter_of_an_hour_are_served(still: Talk) -> None:
    await still.says("hola", "1", "1")
    said = await answers(still, [f"pues no se {n}" for n in range(25)], timedelta(seconds=36))
    assert all(said)


@pytest.fixture
async def flooded(still: Talk, monkeypatch: pytest.MonkeyPatch) -> Talk:
    """Somebody has just been told that it is too much."""
    monkeypatch.setattr(guard, "MOST_SAME", 1000)
    await still.says("hola", "1", "1")
    said = [await still.says(f"no entiendo nada {number}") for number in range(MOST_ANSWERS)]
    assert any("muchos mensajes" in text for texts in said for text in texts)
    return still


# --- machines (FC-25)


async def test_an_automatic_reply_is_answered_three_times_an_hour(
    still: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    said = await answers(still, [DRIVING] * 6, timedelta(minutes=5))
    assert [bool(texts) for texts in said] == [True, True, True, False, False, False]
    assert caplog.text.count("not answered for now") == 1  # operators are told once
    assert DRIVING not in caplog.text
    assert await still.says("1")  # another text ends the silence
    still.later(AN_HOUR)
    assert await still.says(DRIVING)


@pytest.mark.parametrize("text", ["hola", "menu", "1", "?", "tengo miedo, me quieren matar a mi y a mis hijos"])
async def test_a_person_may_say_the_same_again_and_again(still: Talk, text: str) -> None:
    """Short words, commands and danger are no machine's; one answer goes out five times in ten minutes at most."""
    await still.says("hola", "1", "1")
    said = await answers(still, [text] * 6, timedelta(minutes=5))
    assert all(said)


async def test_our_own_words_sent_back_are_not_answered(still: Talk) -> None:
    (menu,) = await still.says("hola")
    assert await still.says(menu) == []
    assert await still.says(menu.upper() + "  ") == []
    assert await still.says("1")


async def test_two_copies_of_this_bot_soon_end(still: Talk) -> None:
    """Each hears the other as a person; within six messages nobody says anything any more."""
    exchanged, texts, address = 0, ["hola"], ROSA
    while texts and exchanged < 10:
        exchanged += len(texts)
        texts = [reply for text in texts for reply in await still.says(text, address=address)]
        address = LUIS if address == ROSA else ROSA
    assert exchanged <= 6


async def test_another_bots_menus_are_answered_once(still: Talk) -> None:
    """A copy with other words: no echo, but a list of choices is nothing that people write."""
    menus = [f"Bienvenido {n}. Elija:\n1. Citas\n2. Pagos\n3. Otra cosa" for n in range(3)]
    assert [bool(await still.says(menu)) for menu in menus] == [True, False, False]


async def test_one_text_goes_out_five_times_in_ten_minutes(still: Talk) -> None:
    await still.says("hola", "1", "1")
    said = await answers(still, ["menu"] * 8, timedelta(seconds=30))
    assert said[-1] == []
    told = [text for texts in said for text in texts]
    assert sum("muchos mensajes" in text for text in told) == 1
    assert max(Counter(told).values()) <= MOST_SAME
    assert await still.says("1")  # other answers go out all the same
    still.later(timedelta(seconds=WINDOW))
    assert await still.says("menu")


async def test_what_is_not_opened_counts_like_any_message(still: Talk) -> None:
    await still.says("hola", "1", "1")
    said = [await still.says(Unreadable("voice")) for _ in range(10)]
    assert said[0]
    assert said[-1] == []


# --- the record


def test_the_record_holds_no_words_and_forgets() -> None:
    recent = Recent().answers(NOW.timestamp(), DRIVING, ["Hola. Bonjou. Hello."], led_somewhere=False)
    assert not re.search("manejando|Bonjou", recent.dump())
    assert Recent.load(recent.dump(), NOW.timestamp()) == recent
    assert Recent.load(recent.dump(), NOW.timestamp() + HOUR) == Recent()


@pytest.mark.parametrize("text", ["", "null", "[]", "{", '{"answered": 5}', '{"heard": [1]}'])
def test_a_record_that_makes_no_sense_is_none(text: str) -> None:
    assert Recent.load(text, 0) == Recent()
