"""What becomes of a reply that the carrier refuses, closes out, throttles or finds too long (FC-11 to FC-15)."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.channels import Channel, Payload
from bot.channels.gsm7 import measure
from bot.channels.sms import Sms
from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.checks import limits, words
from bot.checks.entries import catalogues, forms
from bot.messages import Address, Inbound, Outbound
from bot.store import Step
from conversations.events import Text
from conversations.medium import SMS
from conversations.message import Message, Span
from conversations.replies import Ask
from conversations.session import Asked, Session
from conversations.wording import word
from tests.bot.carrier import ACCOUNT, NOW, OURS, form, signed
from tests.bot.stand_in import Answer
from tests.bot.test_telegram import SECRET, error, member
from tests.conversation import today
from tests.field_cases.rumbo import TAKEN, Phone, Rumbo
from tests.polling import until

BLOCKED = error(403, "Forbidden: bot was blocked by the user")
IN_A_MINUTE = error(429, "Too Many Requests: retry after 60", retry_after=60)
WITHOUT_A_TIME = error(429, "Too Many Requests")


def told(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What our own code has logged."""
    return [record for record in caplog.records if record.name.startswith("bot")]


def says_nothing_of(phone: Phone, caplog: pytest.LogCaptureFixture) -> bool:
    """Whether no line names the person, nor shows a stack."""
    number = phone.address.user.strip("+")
    return number not in caplog.text and "Traceback" not in caplog.text


# --- a refusal, at once or later (FC-11)


async def test_an_opt_out_told_by_a_callback(rumbo: Rumbo, caplog: pytest.LogCaptureFixture) -> None:
    """FC-11, 1: the send was accepted; then undelivered with 21610: forgotten, what waits is dropped, logged once."""
    caplog.set_level(logging.INFO, "bot")
    phone = rumbo.sms()
    await phone.writes("hola")
    await rumbo.deliver()
    await phone.writes("1", "1")
    assert rumbo.waiting == 2
    caplog.clear()
    assert (await rumbo.status(phone.address.user, "undelivered", "21610")).status_code == 200
    assert (rumbo.waiting, rumbo.kept) == (0, set())
    await rumbo.deliver()
    assert len(phone.texts) == 1
    (line,) = told(caplog)
    assert (line.levelno, "21610" in line.getMessage()) == (logging.INFO, True)
    assert says_nothing_of(phone, caplog)


async def test_an_opt_out_told_by_the_call(rumbo: Rumbo, caplog: pytest.LogCaptureFixture) -> None:
    """FC-11, 2: the call itself fails with 21610: the same, and the webhook has answered 200."""
    caplog.set_level(logging.INFO, "bot")
    rumbo.carrier.answers = [Answer(400, {"code": 21610, "message": "opted out", "status": 400}), TAKEN]
    phone = rumbo.sms()
    assert (await phone.writes("hola", "1", "1")).status_code == 200
    caplog.clear()
    await rumbo.deliver()
    assert len(phone.texts) <= 1
    assert rumbo.kept == set()
    (line,) = told(caplog)
    assert "21610" in line.getMessage()
    assert says_nothing_of(phone, caplog)


# --- WhatsApp's window (FC-12)


async def test_a_window_that_whatsapp_has_closed(rumbo: Rumbo) -> None:
    """FC-12, 1: by our clock 23 h 58 min; 63016. Not tried again, no template, delivered once the person writes."""
    phone = rumbo.whatsapp()
    await phone.reaches("results")
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    fields = form(From=phone.address.user, Body="1", MessageSid="SM00000000000000000000000000063016")
    (inbound,) = rumbo.channels["whatsapp"].parse(signed(fields))
    assert isinstance(inbound, Inbound)
    await rumbo.store.accept(inbound)
    rumbo.later(hours=23, minutes=58)
    assert await rumbo.store.sweep(rumbo.turns.step) == 1
    assert rumbo.heard[-1].startswith("card ")
    rumbo.carrier.answers = [Answer(400, {"code": 63016, "message": "outside the window", "status": 400})]
    await rumbo.deliver()
    rumbo.later(hours=3)
    await rumbo.deliver()
    parts = list(phone.texts)
    assert len(parts) == len(set(parts)), "no part was tried twice"
    rumbo.carrier.answers = [TAKEN]
    rumbo.carrier.calls.clear()
    await phone.writes("gracias")
    await rumbo.deliver()
    assert phone.texts[:-1] == parts
    assert phone.texts[-1] not in parts, "and then what they wrote is answered"
    assert not any("ContentSid" in call.data for call in rumbo.carrier.calls), "no template"


@pytest.mark.parametrize("language", today().languages)
def test_no_beginning_gives_anything_away_on_a_locked_screen(language: str) -> None:
    """FC-12, 2: there is no template, so what a preview may show is how our own messages begin."""
    openers = {key: text for key, text in forms(catalogues(today())[language]) if words._OPENERS.fullmatch(key)}
    assert len(openers) > 50
    assert {key: told for key, text in openers.items() if (told := list(words._telling(text)))} == {}


@pytest.mark.parametrize("text", ["Asilo en México: ¿sigue ahí?", "Refugee status in Mexico", "COMAR: su caso"])
def test_a_beginning_that_gives_something_away_is_found(text: str) -> None:
    """FC-12, 2: in any language."""
    assert list(words._telling(text))


# --- who blocks the bot (FC-13)


async def test_a_block_found_by_sending(rumbo: Rumbo, caplog: pytest.LogCaptureFixture) -> None:
    """FC-13, 1: session, answers and what waits are deleted; no stack trace, no retry."""
    phone = rumbo.telegram()
    await phone.reaches("comar")
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    await phone.writes("ayuda", "menu")
    rumbo.carrier.answers = [BLOCKED, TAKEN]
    await rumbo.deliver()
    assert len(phone.texts) == 1
    assert rumbo.kept == set()
    rumbo.later(hours=1)
    await rumbo.deliver()
    assert len(phone.texts) == 1
    assert says_nothing_of(phone, caplog)
    assert all(line.exc_info is None for line in told(caplog))


async def block(rumbo: Rumbo, phone: Phone, status: str) -> None:
    """Telegram tells that the person has blocked the bot, or no longer does."""
    chat = {"id": int(phone.address.user), "type": "private", "first_name": "Ana"}
    assert (await rumbo.update(my_chat_member=member(chat, status))).status_code == 200


async def test_a_block_told_by_an_update(rumbo: Rumbo) -> None:
    """FC-13, 2: "kicked" deletes the same, without any send."""
    phone = rumbo.telegram()
    await phone.reaches("comar")
    assert rumbo.waiting
    await block(rumbo, phone, "kicked")
    assert (rumbo.waiting, rumbo.kept) == (0, set())
    await rumbo.deliver()
    assert rumbo.carrier.calls == []


async def test_whoever_unblocks_starts_afresh(rumbo: Rumbo) -> None:
    """FC-13, 3: /start after it: the greeting that everybody gets, and nothing remembered."""
    phone = rumbo.telegram()
    await phone.writes("/start")
    greeting = rumbo.heard[-1]
    await phone.reaches("comar")
    await block(rumbo, phone, "kicked")
    await block(rumbo, phone, "member")
    await phone.writes("/start")
    assert rumbo.heard[-1] == greeting == "ask language as first.greeting"
    here = await phone.here()
    assert (here.language, here.consent, dict(here.answers)) == (None, None, {})


# --- a carrier that throttles (FC-14)


async def queue(rumbo: Rumbo, address: Address, *texts: str) -> None:
    """Statements that wait for a person, a turn each."""
    for text in texts:
        (payload,) = rumbo.channels[address.channel].render(Message((Span(text),)))
        expires = rumbo.now + timedelta(hours=2)
        await rumbo.store.accept(Inbound(address, f"u{rumbo.next_id()}", Text(text), rumbo.now))
        await rumbo.store.advance(address, partial(stated, payload, expires))


def stated(
    payload: Payload, expires: datetime, saved: str | None, inbound: Inbound, serial: int, _: str | None
) -> Step:
    """A step that says one thing."""
    reply = Outbound(f"{inbound.id}.0", inbound.address, payload, expires, serial)
    return Step(outbound=(reply,), leave=True)


async def test_a_person_waits_as_long_as_telegram_asks(rumbo: Rumbo) -> None:
    """FC-14, 1: nothing to user 7000001 for 60 s, then both, in order, once."""
    phone = rumbo.telegram(7000001)
    await queue(rumbo, phone.address, "uno", "dos")
    rumbo.carrier.answers = [IN_A_MINUTE, TAKEN]
    async with rumbo.sending():
        await until(rumbo.time.waits(60))
        rumbo.later(seconds=59.9)
        other = rumbo.telegram(7000002)
        await queue(rumbo, other.address, "tres")
        await until(lambda: other.texts == ["tres"])
        assert phone.texts == ["uno"]
        rumbo.later(seconds=0.1)
        await until(rumbo.is_delivered)
    assert phone.texts == ["uno", "uno", "dos"], "refused, then each once"


async def test_a_question_left_behind_is_not_sent_late(rumbo: Rumbo) -> None:
    """FC-14, 2: "restart" at second 10 of the wait: the old question does not go out when it ends."""
    phone = rumbo.telegram(7000001)
    await phone.reaches("nationality", language="en")
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    rumbo.carrier.answers = [IN_A_MINUTE, TAKEN]
    await phone.writes("2")
    async with rumbo.sending():
        await until(rumbo.time.waits(60))
        await phone.writes("restart", every=10)
        assert rumbo.heard[-1] == "ask restart"
        rumbo.later(seconds=50)
        await until(rumbo.is_delivered)
    age, restart = phone.texts
    assert age != restart, "the question was tried once, in vain"


async def test_without_a_time_it_backs_off(rumbo: Rumbo) -> None:
    """FC-14, 3: at least a second, growing, capped; others are answered meanwhile."""
    phone, other = rumbo.telegram(7000001), rumbo.telegram(7000002)
    await queue(rumbo, phone.address, "uno")
    rumbo.carrier.answers = [*[WITHOUT_A_TIME] * 8, TAKEN]
    async with rumbo.sending():
        for pause in (1, 2, 4, 8, 16, 32, 60):
            await until(rumbo.time.waits(pause))
            rumbo.later(seconds=pause)
        await until(rumbo.time.waits(60))
        rumbo.carrier.answers = [TAKEN]
        async with asyncio.timeout(5):
            assert (await other.posts("hola")).status_code == 200
        await until(lambda: len(other.texts) == 1)
        rumbo.later(seconds=60)
        await until(rumbo.is_delivered)
    assert phone.texts == ["uno"] * 9


# --- long texts (FC-15)

FIFTY = "https://example.org/guia?" + "a" * 25
RESULT = ("Palabra. " * 177)[:1589] + " " + FIFTY + " " + ("Más texto. " * 10)[:59]
LONG_RESULT = ("Palabra y otra. " * 260)[:4100]


@pytest.mark.parametrize("channel", [Sms(ACCOUNT, OURS, lambda: NOW), WhatsApp(ACCOUNT, OURS, lambda: NOW)])
def test_1700_characters_through_twilio(channel: Channel) -> None:
    """FC-15, 1: two parts, marked; the link on characters 1,590 to 1,640 is whole in one of them."""
    assert (len(RESULT), RESULT.index(FIFTY), len(FIFTY)) == (1700, 1590, 50)
    parts = [channel.shows(payload) for payload in channel.render(Message((Span(RESULT),)))]
    assert [part[:6] for part in parts] == ["(1/2) ", "(2/2) "]
    assert [FIFTY in part for part in parts].count(True) == 1
    assert all(len(part) <= 1600 for part in parts)


def test_4100_characters_through_telegram() -> None:
    """FC-15, 2: two parts, each valid on its own: within 4,096 characters, every mark of bold closed."""
    assert len(LONG_RESULT) == 4100
    channel = Telegram("123:ABC", SECRET)
    payloads = channel.render(Message((Span(LONG_RESULT[:2000]), Span(LONG_RESULT[2000:], strong=True))))
    assert len(payloads) == 2
    assert all(len(channel.shows(payload)) <= 4096 for payload in payloads)
    assert all(payload["text"].count("<b>") == payload["text"].count("</b>") for payload in payloads)
    shown = " ".join(channel.shows(payload)[6:] for payload in payloads)
    assert shown.split() == LONG_RESULT.split()


def by_sms(asked: Asked, language: str) -> str:
    """A question as it leaves by SMS."""
    guide, session = today(), Session(run="zzzzzz", seen=0)
    (message,) = word([Ask(asked)], session, guide, guide.catalogues[language], SMS, NOW)
    (payload,) = Sms(ACCOUNT, OURS).render(message)
    return str(payload["Body"])


@pytest.mark.parametrize("language", today().languages)
def test_no_question_is_over_three_segments(language: str) -> None:
    """FC-15, 3: every question of every language that is offered, by SMS."""
    questions: Sequence[Asked] = [
        Asked(question.id, limits.longest_options(today(), question, today().catalogues[language]))
        for question in today().questions
        if question.policy == "open"
    ]
    assert len(questions) > 10
    sizes = {asked.id: measure(by_sms(asked, language)).segments for asked in questions}
    assert {id: size for id, size in sizes.items() if size > 3} == {}


def test_a_question_that_is_too_long_is_listed_with_its_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """FC-15, 3: the check of the content names the file of the language, and the text."""
    assert not [problem for problem in limits.check(today()) if "SMS" in problem.what]
    monkeypatch.setattr(limits, "QUESTION_SEGMENTS", 0)
    listed = {(problem.file, problem.entry) for problem in limits.check(today()) if "SMS" in problem.what}
    for language in today().languages:
        assert any(f"/{language}/" in file and where == "ask.where" for file, where in listed), language
