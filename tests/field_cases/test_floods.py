"""Machines that answer each other, and one sender who writes without end (FC-25, FC-38)."""

import logging

import pytest

from bot import guard
from tests.field_cases.rumbo import Phone, Rumbo
from tests.polling import until

DRIVING = "Estoy manejando, te respondo luego"


# --- loops (FC-25)


async def test_an_automatic_reply(rumbo: Rumbo, caplog: pytest.LogCaptureFixture) -> None:
    """FC-25, 1: the same text four times within the hour, each after our reply: three replies at most, then silence
    until another text or an hour; operators are told once."""
    caplog.set_level(logging.WARNING, "bot")
    phone = rumbo.sms()
    for _ in range(6):
        await phone.writes(DRIVING, every=300)
        await rumbo.deliver()
    assert 1 <= len(phone.texts) <= 3
    assert caplog.text.count("not answered for now") == 1
    assert DRIVING not in caplog.text
    answered = len(phone.texts)
    await phone.writes("hola")
    await rumbo.deliver()
    assert len(phone.texts) == answered + 1, "another text is answered"
    await phone.writes(DRIVING, every=3601)
    await rumbo.deliver()
    assert len(phone.texts) == answered + 2, "and so is the same one after an hour"


@pytest.mark.parametrize("sender", ["7726", "TELCEL"])
@pytest.mark.parametrize("text", ["hola", "1", "STOP", "me quieren matar"])
async def test_a_service_is_not_answered(rumbo: Rumbo, sender: str, text: str) -> None:
    """FC-25, 2: a short code or a name in letters, whatever it sends."""
    phone = rumbo.sms(sender)
    assert (await phone.posts(text)).status_code == 200
    await rumbo.deliver()
    assert rumbo.carrier.calls == []
    assert rumbo.kept == set()


# --- floods (FC-38)


async def flood(phone: Phone) -> None:
    """200 messages in ten minutes, no two the same, each answered before the next."""
    async with phone.rumbo.sending():
        for number in range(200):
            await phone.writes(f"no entiendo nada {number}", every=3)
            await until(phone.rumbo.is_delivered)


@pytest.fixture(params=[guard.MOST_SAME, 1000], ids=["few of one text", "any of one text"])
def most_same(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever bound is met first: on how often one text is sent, or on all of them."""
    monkeypatch.setattr(guard, "MOST_SAME", request.param)


@pytest.mark.usefixtures("most_same")
async def test_two_hundred_messages_in_ten_minutes(rumbo: Rumbo) -> None:
    """FC-38, 1: replies stop, after one notice in the person's language with an emergency number; others are answered;
    STOP, HELP and DELETE still work."""
    phone, other = rumbo.sms(), rumbo.sms("+12025550112")
    await phone.reaches("nationality", language="en")
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    await flood(phone)
    assert 10 < len(phone.texts) <= guard.MOST_ANSWERS
    notices = [text for text in phone.texts if "911" in text and "10 minutes" in text]
    assert len(notices) == 1
    rumbo.carrier.calls.clear()
    await phone.writes("no entiendo nada", every=1)
    await other.writes("hola", every=1)
    await rumbo.deliver()
    assert (len(phone.texts), len(other.texts)) == (0, 1)
    await phone.writes("HELP", every=1)  # which Twilio answers by itself: ours is the open question
    assert rumbo.heard[-1].startswith("ask ")
    await phone.writes("DELETE", every=1)
    assert rumbo.heard[-1] == "say delete.done"
    assert await rumbo.session(phone.address) is None
    await phone.writes("STOP", every=1)
    assert (await phone.here()).stopped


@pytest.mark.parametrize(
    ("word", "led_to"), [("STOP", "say stop.done"), ("HELP", "say help.text; ask"), ("DELETE", "say delete.done")]
)
async def test_words_that_work_above_the_limit(
    rumbo: Rumbo, monkeypatch: pytest.MonkeyPatch, word: str, led_to: str
) -> None:
    """FC-38, 1: the same where the carrier answers nothing by itself."""
    monkeypatch.setattr(guard, "MOST_SAME", 1000)
    phone = rumbo.whatsapp()
    await phone.reaches("nationality", language="en")
    await flood(phone)
    heard = len(rumbo.heard)
    await phone.writes("1", every=1)
    assert len(rumbo.heard) == heard, "above the limit"
    rumbo.carrier.calls.clear()
    await phone.writes(word, every=1)
    await rumbo.deliver()
    assert rumbo.heard[-1].startswith(led_to)
    assert len(phone.texts) == 1


async def test_honest_mistakes(rumbo: Rumbo) -> None:
    """FC-38, 2: 25 in 15 minutes are answered, each."""
    phone = rumbo.sms()
    await phone.reaches("nationality")
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    for number in range(25):
        await phone.writes(f"pues no se {number}", every=36)
        await rumbo.deliver()
    assert len(phone.texts) == 25
    await phone.writes("2")
    assert (await phone.chosen())["nationality"] == ("HN",)
