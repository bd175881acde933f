"""Whole conversations against the stand-in carriers: real webhooks, store, turns and sender, from "hola" to "borrar".

At the end of each: no call that breaks the carrier's own description of its API, no failed call, no button press still
waiting, and nothing left in the store but what must be.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

import pytest

from bot.content import load_guide
from bot.house import House
from bot.settings import Settings
from conversations.guide import Guide, Operator
from conversations.turns import answers
from tests.contracts.peers import PUBLIC_URL, TelegramPeer, TwilioPeer, segments_oracle
from tests.contracts.walker import ANSWERS, TelegramPhone, TwilioPhone, Walker, links, living
from tests.polling import until
from tests.processes import running
from tests.servers import Running, kind

SECRET = "secret_0001"
HIDDEN = "whatsapp:MX.10000000000000000001"
OPERATOR = {
    "RUMBO_OPERATOR": "Casa Ejemplo",
    "RUMBO_CONTACT": "+52 55 0000 0001",
    "RUMBO_ABOUT_URL": "https://example.org/rumbo",
}


@cache
def guide() -> Guide:
    """The guide that people meet, read once."""
    return load_guide(Operator("Casa Ejemplo", "+52 55 0000 0001", "https://example.org/rumbo"))


@pytest.fixture(autouse=True)
def read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """These people have read a question before anybody could: what they answer does not cross with it (FC-23)."""
    monkeypatch.setattr(answers, "CROSSED", timedelta(seconds=-1))


@pytest.fixture
def store(embedded_server: Running) -> Iterator[Running]:
    """The bundled server, empty. After the walk, which ended by "delete", it holds nothing that was told."""
    embedded_server.raw.flushall()
    yield embedded_server
    left = [key.decode() for key in embedded_server.raw.scan_iter()]
    assert [key for key in left if embedded_server.raw.pttl(key) == -1] == []
    assert {kind(key) for key in left} <= {"seen", "turn", "out", "dead", "lease", "senders", "counts", "pace"}
    assert [key for key in left if ":out:" in key and embedded_server.raw.xlen(key)] == []


@pytest.fixture
def env(store: Running, keys: str) -> dict[str, str]:
    """The settings of every walk, but for the channels."""
    return {**OPERATOR, "REDIS_URL": store.url, "RUMBO_KEYS": keys, "RUMBO_PUBLIC_URL": PUBLIC_URL}


@pytest.fixture
def twilio_house(env: dict[str, str], twilio_peer: TwilioPeer) -> House:
    """Rumbo on SMS and WhatsApp."""
    account = twilio_peer.account()
    settings = {
        "TWILIO_ACCOUNT_SID": account.sid,
        "TWILIO_AUTH_TOKEN": account.secrets[0],
        "TWILIO_API": twilio_peer.url,
        "TWILIO_SMS_SENDER": twilio_peer.number,
        "TWILIO_WHATSAPP_SENDER": f"whatsapp:{twilio_peer.number}",
    }
    return built({**env, **settings})


@pytest.fixture
def telegram_house(env: dict[str, str], telegram_peer: TelegramPeer) -> House:
    """Rumbo on Telegram."""
    settings = {
        "TELEGRAM_BOT_TOKEN": telegram_peer.token,
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "TELEGRAM_API": telegram_peer.api,
    }
    return built({**env, **settings})


def built(env: dict[str, str]) -> House:
    """The house of these settings, with the guide that is already read."""
    house = House(Settings.from_env(env))
    house.guide = guide()
    return house


async def test_by_sms_in_spanish(twilio_house: House, twilio_peer: TwilioPeer, app_port: int) -> None:
    """Numbers and words alone; the town by its name; every text short enough to be affordable."""
    phone = TwilioPhone(twilio_peer, "+12025550111")
    walker = Walker(phone, twilio_house.channels["sms"], guide())
    async with living(twilio_house, app_port, walker.watch, twilio_house.send, twilio_house.sweep):
        await walker.begins("hola", "es")
        await walker.answers_until("age")
        await walker.detours()
        await walker.hears_twice()
        results = await walker.reads_results()
        assert walker.session.asked
        await walker.opens_card()
        await walker.command("more")
        await walker.command("centre")
        nearest = "\n".join(await walker.does(phone.shares()))
        await walker.command("delete")
        await twilio_quiet(twilio_peer)
    assert any(character.isdigit() for character in nearest)  # a street or a phone: something to go to or to dial
    assert "1" in results
    walker.check(1600)
    walker.check_segments()
    told = segments_oracle(walker.texts)
    assert {text["encoding"] for text in told} == {"GSM-7"}
    assert walker.heard[-1].turn.session is None


async def test_by_whatsapp_with_numbers_in_english(twilio_house: House, twilio_peer: TwilioPeer, app_port: int) -> None:
    """Numbers written, the place by a pin."""
    phone = TwilioPhone(twilio_peer, "whatsapp:+5215500000001", pins=True)
    walker = Walker(phone, twilio_house.channels["whatsapp"], guide())
    async with living(twilio_house, app_port, walker.watch, twilio_house.send, twilio_house.sweep):
        await walker.begins("hello", "en")
        await walker.answers_until("age")
        await walker.detours()
        await walker.hears_twice()
        results = await walker.reads_results()
        card = await walker.opens_card()
        await walker.command("delete")
        await twilio_quiet(twilio_peer)
    assert links(results)
    assert links(card)
    walker.check(1600)


async def test_by_whatsapp_with_taps_and_a_hidden_number(
    twilio_house: House, twilio_peer: TwilioPeer, app_port: int
) -> None:
    """Buttons and rows only, from somebody of whom only a business-scoped id is known (FC-32)."""
    phone = TwilioPhone(twilio_peer, HIDDEN, taps=True, pins=True)
    walker = Walker(phone, twilio_house.channels["whatsapp"], guide())
    async with living(twilio_house, app_port, walker.watch, twilio_house.send, twilio_house.sweep):
        await walker.begins("hola", "es")
        results = await walker.reads_results()
        card = await walker.opens_card()
        await walker.chooses("centre")
        await walker.does(phone.shares())
        assert walker.asked == "centres"
        await walker.command("delete")
        await twilio_quiet(twilio_peer)
    assert links(results)
    assert links(card)
    assert {heard.inbound.address.user for heard in walker.heard} == {HIDDEN}
    walker.check(1600)


async def test_by_telegram_webhook_in_english(
    telegram_house: House, telegram_peer: TelegramPeer, app_port: int
) -> None:
    """/start, then buttons alone: a checklist ticked line by line, the place by its own button."""
    channel = telegram_house.channels["telegram"]
    webhook = f"http://127.0.0.1:{app_port}/telegram/hook"
    phone = TelegramPhone(telegram_peer, channel, 7000001, "en", webhook, SECRET)
    walker = Walker(phone, channel, guide())
    async with living(telegram_house, app_port, walker.watch, telegram_house.send, telegram_house.sweep):
        await telegram_peer.set_webhook(SECRET)
        await walker.begins("/start", "en")
        await walker.answers_until("age")
        await walker.detours()
        results = await walker.reads_results()
        card = await walker.opens_card()
        await walker.chooses("centre")
        await walker.does(phone.shares())
        assert walker.asked == "centres"
        await walker.command("delete")
        await walker.does(phone.repeats())  # three deliveries of one update (FC-20)
        await walker.command("delete")
        await telegram_quiet(telegram_peer)
    assert links(results)
    assert links(card)
    walker.check(4096)


async def test_a_telegram_chat_reads_as_a_record(
    telegram_house: House, telegram_peer: TelegramPeer, app_port: int
) -> None:
    """Each pressed question shows its answer and has no buttons; an old one says so; ticks change in place."""
    channel = telegram_house.channels["telegram"]
    phone = TelegramPhone(telegram_peer, channel, 7000004, "en")
    walker = Walker(phone, channel, guide())
    async with living(telegram_house, app_port, walker.watch, telegram_house.send, telegram_house.sweep):
        await telegram_peer.set_webhook(SECRET)
        await walker.begins("/start", "en")
        await walker.answers_until("ties")
        await until(partial(_settled, phone))
        record = await phone.record()
        assert record[0] == ("English", False)
        assert all(mark for mark, has_buttons in record if not has_buttons)
        for option in (*ANSWERS["ties"], "done"):  # all under one message
            await walker.chooses(option)
        await until(partial(_settled, phone))
        ticked = (await phone.record())[len(record) - 1]
        labels = [guide().catalogues["en"].text(f"option.ties.{option}") for option in ANSWERS["ties"]]
        assert ticked == ("\n✓ ".join(labels), False)
        message, choice = (await telegram_peer.shown(phone.person))[-1], next(iter(walker.choices.values()))
        await walker.says("2")
        assert await phone.record() == [*record[:-1], ticked, ("", True), ("", True)]  # what is written marks nothing
        answers = walker.session.answers
        await walker.does(telegram_peer.taps_data(phone.person, choice.id, message["message_id"]))
        assert walker.session.answers == answers
        await until(partial(_settled, phone, last=2))  # the open question was put again
        await telegram_quiet(telegram_peer)
        toasts = [call["params"].get("text") for call in await telegram_peer.calls("answerCallbackQuery")]
        words = guide().catalogues["en"]
        assert toasts[-1] == words.text("telegram.toast.old")
        assert set(toasts[:-1]) == {words.text("telegram.toast.taken"), None}
        await walker.command("delete")
    walker.check(4096)


async def _settled(phone: TelegramPhone, last: int = 1) -> bool:
    """Whether no message but the last, or so many, has buttons."""
    return not any(has_buttons for _, has_buttons in (await phone.record())[:-last])


async def test_by_telegram_polling_in_spanish(
    telegram_house: House, telegram_peer: TelegramPeer, app_port: int
) -> None:
    """The same without any public address."""
    channel = telegram_house.channels["telegram"]
    phone = TelegramPhone(telegram_peer, channel, 7000002, "es")
    walker = Walker(phone, channel, guide())
    works = (telegram_house.poll, telegram_house.send, telegram_house.sweep)
    async with living(telegram_house, app_port, walker.watch, *works):
        await walker.begins("/start", "es")
        results = await walker.reads_results()
        await walker.opens_card()
        await walker.command("delete")
        await telegram_quiet(telegram_peer)
    assert links(results)
    walker.check(4096)


async def test_polling_in_a_process_of_its_own(
    env: dict[str, str], telegram_peer: TelegramPeer, tmp_path: Path, store: Running
) -> None:
    """`rumbo poll` needs neither a public address nor a webhook, and ends when it is told to."""
    channel = {"TELEGRAM_BOT_TOKEN": telegram_peer.token, "TELEGRAM_API": telegram_peer.api}
    with running(tmp_path, {**env, **channel, "PATH": os.environ["PATH"]}, "poll") as process:
        for text in ("/start", "2", "delete"):
            seen = len(await telegram_peer.texts(7000003))
            await telegram_peer.says(7000003, text, "en")
            await until(partial(_more, telegram_peer, 7000003, seen), within=20)
        assert process.ends() == 0
    await telegram_quiet(telegram_peer)
    assert len(await telegram_peer.texts(7000003)) == 3
    assert "Traceback" not in process.log


async def _more(peer: TelegramPeer, person: int, seen: int) -> bool:
    return len(await peer.texts(person)) > seen


async def twilio_quiet(peer: TwilioPeer) -> None:
    """Nothing that broke Twilio's description of its API, and every call well answered."""
    assert await peer.violations() == []
    assert {call["status"] for call in await peer.calls()} == {201}


async def telegram_quiet(peer: TelegramPeer) -> None:
    """No failed call, no press that is still waiting."""

    async def answered() -> bool:
        return await peer.unanswered() == []

    await until(answered)
    assert await peer.failed() == []
