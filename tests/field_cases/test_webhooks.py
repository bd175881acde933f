"""Who may speak to the webhooks, what comes twice, our own errors, and one loop for all (FC-19 to FC-21, FC-27)."""

import asyncio
import hmac
import logging
from typing import Any
from urllib.parse import urlencode

import pytest
from httpx import Response

import bot.turns
from bot import outbox
from tests.bot.stand_in import Answer
from tests.conversation import OPERATOR
from tests.field_cases.rumbo import TAKEN, Phone, Rumbo
from tests.polling import until
from tests.test_processes import SENT

# --- signatures (FC-19): the token is test_token_0001, the public address https://bot.example.org/twilio/inbound, and
# the process sees http://10.0.0.7:8000/twilio/inbound

FC_19 = {
    "Body": "1",
    "From": "+12025550111",
    "MessageSid": "SM00000000000000000000000000000001",
    "To": "+12025550100",
}
GOOD = "qsHVqcM/nTe0CZysWRrVlgv2KTY="
OVER_HTTP = "nVE6ctJK81z3lZE7zf1Z/9U2/z8="


async def posted(rumbo: Rumbo, signature: str, **changes: str) -> Response:
    """The form of FC-19 with this signature; what a stranger may forward does not help."""
    headers = {
        "X-Twilio-Signature": signature,
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "10.0.0.7:8000",
    }
    return await rumbo.http.post("/twilio/inbound", content=urlencode({**FC_19, **changes}), headers=headers)


async def test_a_genuine_message_behind_a_proxy_is_handled(rumbo: Rumbo) -> None:
    """FC-19, 1: signed for https while the process sees http: 200 and handled."""
    assert (await posted(rumbo, GOOD)).status_code == 200
    await rumbo.deliver()
    assert len(rumbo.sms().texts) == 1


@pytest.mark.parametrize(
    ("signature", "changes"),
    [
        pytest.param(OVER_HTTP, {}, id="FC-19, 2: made over the http form"),
        pytest.param(GOOD, {"Body": "2"}, id="FC-19, 3: the good one, another body"),
    ],
)
async def test_a_signature_that_is_not_right(rumbo: Rumbo, signature: str, changes: dict[str, str]) -> None:
    """FC-19, 2 and 3: 403; nothing stored, nothing sent."""
    assert (await posted(rumbo, signature, **changes)).status_code == 403
    assert list(rumbo.server.raw.scan_iter()) == []
    await rumbo.deliver()
    assert rumbo.carrier.calls == []


@pytest.mark.parametrize("secret", [None, "", "wrong", "secret_0002"])
async def test_a_telegram_secret_that_is_not_right(
    rumbo: Rumbo, secret: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FC-19, 4: 403, and the comparison takes constant time."""
    compared: list[bytes] = []

    def compare(given: bytes, wanted: bytes) -> bool:
        compared.append(given)
        return given == wanted

    monkeypatch.setattr(hmac, "compare_digest", compare)
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    update = {"update_id": 1, "message": rumbo.telegram().message(text="hola")}
    response = await rumbo.http.post("/telegram/hook", json=update, headers=headers)
    assert response.status_code == 403
    assert compared == [(secret or "").encode()]
    assert list(rumbo.server.raw.scan_iter()) == []


# --- what comes more than once (FC-20)


async def test_the_same_request_twice_in_parallel(rumbo: Rumbo) -> None:
    """FC-20, 1: one answer kept, one next question sent, 200 to both."""
    phone = rumbo.sms()
    await phone.reaches("comar")
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    rumbo.later(seconds=20)
    before = await phone.chosen()
    twice = [phone.posts("1", "SM00000000000000000000000000000002") for _ in range(2)]
    assert [answer.status_code for answer in await asyncio.gather(*twice)] == [200, 200]
    await rumbo.deliver()
    assert await phone.chosen() == {**before, "comar": ("none",)}
    assert len(phone.texts) == 1


async def test_one_update_three_times(rumbo: Rumbo) -> None:
    """FC-20, 2: 555000001, the last time ten minutes later: handled once."""
    phone = rumbo.telegram()
    await phone.reaches("comar")
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    rumbo.later(seconds=20)
    before, heard = await phone.chosen(), len(rumbo.heard)
    for minutes in (0, 0, 10):
        rumbo.later(minutes=minutes)
        assert (await phone.posts("1", 555000001)).status_code == 200
    await rumbo.deliver()
    assert await phone.chosen() == {**before, "comar": ("none",)}
    assert len(rumbo.heard) == heard + 1
    assert len(phone.texts) == 1


async def test_a_slow_carrier_does_not_hold_up_the_webhook(rumbo: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    """FC-20, 3: a send that takes 20 s: the webhook answers within 5 s, and its retry leads to nothing more."""
    monkeypatch.setattr(outbox, "_ENDS_WITHIN", 0.1)
    rumbo.carrier.answers = [Answer(201, SENT, hang=20)]
    phone, sid = rumbo.sms(), "SM00000000000000000000000000000020"
    async with rumbo.sending():
        async with asyncio.timeout(5):
            assert (await phone.posts("hola", sid)).status_code == 200
        await until(lambda: len(phone.texts) == 1)
        async with asyncio.timeout(5):
            assert (await phone.posts("hola", sid)).status_code == 200
        assert (len(rumbo.heard), rumbo.waiting) == (1, 1), "the one reply that is under way"
    assert len(phone.texts) == 1


# --- our own errors (FC-21)


def broken(*_: object, **__: object) -> Any:
    """A bug of ours that quotes the person."""
    raise KeyError("CANARIO-7f3a")


async def test_a_bug_of_ours_is_one_apology_however_often_it_comes(
    rumbo: Rumbo, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """FC-21, 1: with a contact that works without the bot; 200, so no retry; class and step to the operators."""
    phone = rumbo.telegram()
    await phone.reaches("comar")
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    monkeypatch.setattr(bot.turns, "converse", broken)
    update = {"update_id": 555000021, "message": phone.message(text="CANARIO-7f3a")}
    for _ in range(1 + 5):
        assert (await rumbo.update(**update)).status_code == 200
    await rumbo.deliver()
    (apology,) = phone.texts
    assert OPERATOR.contact in apology
    alerts = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(alerts) == 1
    assert "a turn failed on telegram: KeyError at test_webhooks.py" in alerts[0]
    assert "CANARIO" not in caplog.text


async def test_the_next_message_after_a_bug_is_handled(rumbo: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    """FC-21, 2: "menu", and nothing that was told before is lost."""
    phone = rumbo.telegram()
    await phone.reaches("comar")
    before = await phone.chosen()
    with monkeypatch.context() as patch:
        patch.setattr(bot.turns, "converse", broken)
        await phone.writes("hola")
    heard = len(rumbo.heard)
    await phone.writes("menu")
    assert len(rumbo.heard) == heard + 1
    assert rumbo.heard[-1]
    assert await phone.chosen() == before


# --- one loop (FC-27, 2; the other entries run real processes, see test_processes.py here)


async def test_eight_people_at_the_same_moment(rumbo: Rumbo) -> None:
    """FC-27, 2: handling takes 200 ms; all eight are answered in well under eight times as long."""
    rumbo.takes = 0.2
    people: list[Phone] = [rumbo.telegram(7000001 + number) for number in range(8)]
    async with rumbo.sending():
        async with asyncio.timeout(1.2):
            answers = await asyncio.gather(*(phone.posts("hola") for phone in people))
            await until(lambda: all(len(phone.texts) == 1 for phone in people))
    assert {answer.status_code for answer in answers} == {200}


async def test_a_reply_waits_for_nobody_elses_message(rumbo: Rumbo) -> None:
    """FC-27, 1: the same process, one update and no other: its reply is there within 2 s."""
    phone = rumbo.telegram()
    rumbo.carrier.answers = [TAKEN]
    async with rumbo.sending():
        assert (await phone.posts("hola")).status_code == 200
        await until(lambda: len(phone.texts) == 1, within=2)
