"""One message, from accepted to committed: once, in order, and with an answer whatever breaks."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import bot.turns
from bot.channels import Payload
from bot.channels.sms import Sms
from bot.messages import Address, Ending, Receipt
from bot.store.counts import this_day
from bot.turns import WAITS_FOR
from conversations.catalogue import MissingText
from conversations.events import Unreadable
from conversations.message import Message
from tests.bot.talk import ROSA, Talk
from tests.conversation import OPERATOR, today

SECRET = "Soy de CANARIO-7f3a"


def broken(*_: object, **__: object) -> Any:
    """A bug of ours, with a person's words in its message."""
    raise RuntimeError(SECRET)


async def test_a_message_seen_before_changes_nothing(talk: Talk) -> None:
    """One answer stored, one next question sent, however often and however close it comes (FC-20)."""
    await talk.says("hola", "1", "1")
    message = talk.message("1")
    channel = talk.turns.channels["sms"]
    await asyncio.gather(*(talk.turns.receive(message, channel) for _ in range(5)))
    await talk.turns.receive(message, channel)
    assert len(await talk.texts()) == 1
    session = talk.sessions[-1]
    assert session is not None
    assert list(session.answers) == ["where"]
    assert session.asked is not None
    assert session.asked.id == "nationality"


async def test_a_poster_is_counted_once_by_its_number(talk: Talk) -> None:
    """And the number is all that is counted."""
    message = talk.message("/start es-p12")
    for _ in range(3):
        await talk.turns.receive(message, talk.turns.channels["sms"])
    assert (await talk.store.counted(this_day()))["poster:12"] == 1


async def test_two_messages_at_once_are_both_answered_in_order(talk: Talk) -> None:
    """Whichever of the two takes the turns."""
    await talk.says("hola", "1", "1")
    channel, now = talk.turns.channels["sms"], talk.turns.clock()
    written = enumerate(("1", "2", "4"), start=1)  # each after reading what came before, and delivered at once
    messages = [replace(talk.message(text), at=now + n * timedelta(seconds=20)) for n, text in written]
    await asyncio.gather(*(talk.turns.receive(message, channel) for message in messages))
    entries = await talk.outbox()
    serials = [entry.outbound.serial for entry in entries]
    assert len(entries) == 3
    assert serials == sorted(serials)
    assert talk.sessions[-1] is not None
    assert set(talk.sessions[-1].answers) == {"where", "nationality", "age"}


async def test_a_message_whose_process_died_is_answered_by_the_sweep(talk: Talk) -> None:
    """It was accepted, and then nothing."""
    await talk.store.accept(talk.message("hola"))
    assert await talk.texts() == []
    assert await talk.store.sweep(talk.turns.step, older=timedelta(0)) == 1
    assert len(await talk.texts()) == 1


async def test_a_bug_of_ours_is_one_apology(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With a contact that works without us; what was told stays, and the next message is handled (FC-21)."""
    await talk.says("hola", "1", "1", "1")
    before = talk.sessions[-1]
    message = talk.message(SECRET)
    with monkeypatch.context() as patch:
        patch.setattr(bot.turns, "converse", broken)
        for _ in range(5):
            await talk.turns.receive(message, talk.turns.channels["sms"])
    (apology,) = await talk.texts()
    assert OPERATOR.contact in apology
    assert (await talk.store.counted(this_day()))["fault"] == 1
    (error,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert "RuntimeError at test_turns.py" in error
    assert "CANARIO" not in caplog.text
    talk.later(timedelta(seconds=20))
    (question,) = await talk.says("Honduras")
    after = talk.sessions[-1]
    assert before is not None
    assert after is not None
    assert set(after.answers) == {*before.answers, "nationality"}
    assert question != apology


async def test_a_missing_text_is_an_apology_and_never_a_key(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key or a half-filled sentence must never reach anybody."""

    def without_text(*_: object) -> list[Message]:
        raise MissingText("es: ask.where")

    await talk.says("hola", "1")
    monkeypatch.setattr(bot.turns, "word", without_text)
    (text,) = await talk.says("1")
    assert OPERATOR.contact in text
    assert "ask.where" not in text
    monkeypatch.undo()
    (text,) = await talk.says("1")
    assert talk.sessions[-1] is not None
    assert talk.sessions[-1].consent


async def test_the_apology_is_in_the_persons_language(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As chosen; before that as they write."""
    texts = {
        language: catalogue.text("service.fault", contact=OPERATOR.contact)
        for language, catalogue in today().catalogues.items()
    }
    other = Address("whatsapp", "whatsapp:+5215500000001")
    await talk.says("hola", "English")
    monkeypatch.setattr(bot.turns, "converse", broken)
    assert await talk.says("México") == [texts["en"]]
    assert await talk.says("necesito ayuda", address=other) == [texts["es"]]
    assert await talk.says(Unreadable("voice"), address=other, hint="en-US") == [texts["en"]]


async def test_even_a_broken_channel_holds_nobody_up(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then there is no way to say anything; but no answer is lost, and the next message is handled."""
    await talk.says("hola", "1", "1")
    monkeypatch.setattr(Sms, "render", broken)
    assert await talk.says("1") == []
    monkeypatch.undo()
    (text,) = await talk.says("1")
    assert text
    assert talk.sessions[-1] is not None
    assert list(talk.sessions[-1].answers) == ["where"]


async def test_a_record_that_cannot_be_read_is_like_none(talk: Talk) -> None:
    """Written by a release that never was: the person begins anew (FC-31)."""
    step = talk.turns.step('{"format": 1, "run": 5}', talk.message("1"), 7)
    assert len(step.outbound) == 1
    assert step.saved is not None
    assert step.counts == ()


async def test_a_message_that_comes_hours_late_is_answered(talk: Talk) -> None:
    """Telegram keeps messages for a day while we are away."""
    late = replace(talk.message("hola"), at=datetime.now(UTC) - timedelta(hours=20))
    await talk.turns.receive(late, talk.turns.channels["sms"])
    (entry,) = await talk.outbox()
    assert entry.outbound.expires > datetime.now(UTC) + WAITS_FOR - timedelta(minutes=1)


@pytest.mark.parametrize(("text", "language"), [("borrar", "es"), ("BORRAR.", "es"), ("delete", "en"), ("???", "es")])
async def test_somebody_unknown_is_answered_in_the_language_they_write(talk: Talk, text: str, language: str) -> None:
    """A word of ours is in the language that has it."""
    said = talk.message(text)
    assert talk.turns._catalogue(today(), None, said).language == language


@pytest.mark.parametrize(
    ("status", "error", "ending", "forgotten"),
    [
        ("delivered", None, "delivered", False),
        ("failed", "63016", "closed", False),
        ("sent", None, None, False),
        ("undelivered", "21610", "stopped", True),
    ],
)
async def test_receipts(
    talk: Talk, caplog: pytest.LogCaptureFixture, status: str, error: str | None, ending: Ending | None, forgotten: bool
) -> None:
    """Who wants no more is forgotten with all that waits; another refusal changes nothing (FC-11, FC-12)."""
    caplog.set_level(logging.INFO)
    await talk.says("hola", "1")
    await talk.turns.receive(talk.message("1"), talk.turns.channels["sms"])
    await talk.turns.receipt(Receipt(ROSA, "SM9", status, error, ending))
    await talk.turns.receipt(Receipt(ROSA, "SM9", status, error, ending))
    assert (await talk.texts() == []) is forgotten
    await talk.says("1")
    session = talk.sessions[-1]
    assert session is not None
    assert (session.consent is None) is forgotten
    assert "2025550111" not in caplog.text


async def test_what_is_sent_is_what_the_channel_makes_of_it(talk: Talk) -> None:
    """One call a payload, numbered, so that a re-run makes the same."""
    message = talk.message("hola")
    first, again = (talk.turns.step(None, message, 1) for _ in range(2))
    assert [outbound.id for outbound in first.outbound] == [f"{message.id}.0"]
    assert [(o.id, o.payload) for o in first.outbound] == [(o.id, o.payload) for o in again.outbound]
    payload: Payload = dict(first.outbound[0].payload)
    assert talk.turns.channels["sms"].shows(payload) == payload["Body"]
