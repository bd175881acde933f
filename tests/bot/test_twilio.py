"""Twilio beneath both channels: signatures, status callbacks, and what becomes of a send, over a real local socket."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from bot.channels import Malformed, Outcome, Refused, Request, SendError
from bot.channels.errors import MEANINGS, meaning
from bot.channels.sms import Sms
from bot.channels.twilio import Account, Http
from bot.messages import Address, Receipt
from tests.bot.carrier import NOW, OURS, PUBLIC_URL, SID, TOKEN, form, signed
from tests.bot.stand_in import Answer, StandIn, standing_in

PERSON = Address("sms", "+12025550111")
SID_ACCOUNT = "AC" + "a" * 32
SMS = Sms(Account(SID_ACCOUNT, ("test_token_0000", TOKEN), PUBLIC_URL), OURS, lambda: NOW)

FC_19 = {"Body": "1", "From": "+12025550111", "MessageSid": SID, "To": OURS}
FC_19_BODY = b"Body=1&From=%2B12025550111&MessageSid=" + SID.encode() + b"&To=%2B12025550100"


def by_hand(signature: str, body: bytes = FC_19_BODY) -> Request:
    """A request with this literal signature."""
    return Request("/twilio/inbound", "", {"x-twilio-signature": signature}, body)


def test_the_good_signature_of_fc_19() -> None:
    """Made over the public address; what the process sees does not matter."""
    assert len(SMS.parse(by_hand("qsHVqcM/nTe0CZysWRrVlgv2KTY="))) == 1


@pytest.mark.parametrize(
    "request_",
    [
        by_hand("nVE6ctJK81z3lZE7zf1Z/9U2/z8="),  # made over http
        by_hand("qsHVqcM/nTe0CZysWRrVlgv2KTY=", FC_19_BODY.replace(b"Body=1", b"Body=2")),
        by_hand(""),
        Request("/twilio/inbound", "", {}, FC_19_BODY),
        Request("/twilio/inbound", "", {}, b"&".join([b"a=1"] * 1000)),
        Request("/twilio/inbound", "", {}, b"\xff\xfe"),
        signed(FC_19, secret="another"),
        Request("/twilio/status", "", signed(FC_19).headers, FC_19_BODY),
    ],
)
def test_anything_else_is_refused(request_: Request) -> None:
    """FC-19: fail closed."""
    with pytest.raises(Refused):
        SMS.parse(request_)


def test_without_a_public_address_all_is_refused() -> None:
    """Nothing to check against."""
    with pytest.raises(Refused):
        Sms(Account(SID_ACCOUNT, (TOKEN,)), OURS).parse(signed(FC_19))


def test_the_old_token_is_good_while_it_is_being_replaced() -> None:
    """Several secrets are valid at once."""
    assert SMS.parse(signed(FC_19, secret="test_token_0000"))
    assert SMS.parse(signed(FC_19, secret=TOKEN))


def test_blank_and_unknown_parameters_and_the_query_are_signed_too() -> None:
    """FromCity= is often present and empty."""
    assert SMS.parse(signed({**FC_19, "FromCity": "", "New": "ñ 😀 +"}, query="a=1&b="))


def test_a_shared_key_signs_with_sha_256() -> None:
    """A Webhooks Rule of 2026 names its algorithm in a header."""
    url = f"{PUBLIC_URL}/twilio/inbound"
    signature = RequestValidator(TOKEN).compute_signature(url, FC_19, "HMAC_SHA256")
    settings = {"x-twilio-webhooks-signature-settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}
    assert SMS.parse(Request("/twilio/inbound", "", {"x-twilio-signature": signature, **settings}, FC_19_BODY))
    with pytest.raises(Refused):
        SMS.parse(Request("/twilio/inbound", "", {"x-twilio-signature": signature}, FC_19_BODY))


def fresh() -> Sms:
    """A channel that has told the operator nothing yet."""
    return Sms(Account(SID_ACCOUNT, (TOKEN,), PUBLIC_URL), OURS, lambda: NOW)


@pytest.mark.parametrize("status", ["undelivered", "failed"])
@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_what_a_final_code_leads_to(code: int, status: str) -> None:
    """Every row of `shared/channels.md` section 2, whether it comes at once or late (FC-11)."""
    known = MEANINGS[code]
    fields = {"MessageSid": SID, "MessageStatus": status, "To": PERSON.user, "From": OURS, "ErrorCode": str(code)}
    [receipt] = fresh().parse(signed(fields, "/twilio/status"))
    assert isinstance(receipt, Receipt)
    assert (receipt.address, receipt.id, receipt.error) == (PERSON, SID, str(code))
    assert receipt.ending == LATE.get(code, "refused")
    assert (receipt.after > timedelta()) is (known.after is not None)


LATE: dict[int, str | None] = {
    **dict.fromkeys((21211, 21610, 21614, 30004, 30005, 30006), "stopped"),
    **dict.fromkeys((20429, 21611, 30001, 30003, 30008, 30022, 30023, 30410, 30450, 63018), "again"),
    63016: "closed",
    63046: None,
}
"""What follows a code in a callback; after all others the reply is a dead letter."""

OPERATORS = {
    *(20003, 20404, 21212, 21408, 21602, 21603, 21604, 21606, 21612, 21617, 21655, 21656, 21658, 21703, 21910),
    *(30002, 30007, 30022, 30023, 30024, 30032, 30034, 30450, 63007, 63027, 63028, 63040, 63041, 63042),
}
"""The codes after which somebody has to do something."""


def test_every_code_of_the_facts_has_its_row() -> None:
    """`shared/channels.md` section 2, one number after another; no row is there for nothing."""
    facts = {
        *(20003, 20404, 20429, 20500, 20503, 21211, 21614, 21408, 21602, 21603, 21604, 21606, 21612, 21703, 21910),
        *(63007, 21610, 21611, 21617, 21655, 21656, 21658, 30001, 30002, 30003, 30004, 30005, 30006, 30007, 30008),
        *(30022, 30023, 30024, 30032, 30034, 30410, 30450, 63016, 63018, 63024, 63027, 63028, 63032, 63049),
        *(63040, 63041, 63042, 63046),
    }
    assert set(MEANINGS) - facts == {21212}
    assert facts <= set(MEANINGS)


@pytest.mark.parametrize("code", [*sorted(MEANINGS), 99999])
def test_the_operator_is_told_what_a_code_means_once(code: int, caplog: pytest.LogCaptureFixture) -> None:
    """In words, with what to do, and without whom it concerns."""
    sms = fresh()
    fields = {"MessageSid": SID, "MessageStatus": "failed", "To": PERSON.user, "From": OURS, "ErrorCode": str(code)}
    for _ in range(2):
        sms.parse(signed(fields, "/twilio/status"))
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == (1 if code in {*OPERATORS, 99999} else 0)
    assert all(str(code) in line and meaning(code).what in line and "To do: " in line for line in told)
    assert "2025550111" not in caplog.text


@pytest.mark.parametrize(
    ("status", "error", "ending"),
    [
        *((status, None, None) for status in ("accepted", "scheduled", "queued", "sending", "sent", "canceled")),
        ("partially_delivered", None, None),
        ("delivered", None, "delivered"),
        ("read", None, "delivered"),
        ("failed", None, "refused"),
        ("undelivered", "99999", "refused"),
        ("undelivered", "nonsense", "refused"),
        ("sent", "30003", None),
    ],
)
def test_a_status_is_final_or_not(status: str, error: str | None, ending: str | None) -> None:
    """Only a last word leads to anything; a code beside another status does not."""
    fields = {"MessageSid": SID, "MessageStatus": status, "To": PERSON.user, "From": OURS, "ErrorCode": error or ""}
    [receipt] = fresh().parse(signed(fields, "/twilio/status"))
    assert isinstance(receipt, Receipt)
    assert receipt.ending == ending


def test_a_status_for_nobody_is_malformed() -> None:
    """It cannot be acted on."""
    with pytest.raises(Malformed):
        SMS.parse(signed({"MessageSid": SID, "MessageStatus": "sent"}, "/twilio/status"))


@asynccontextmanager
async def sms_at(stand_in: StandIn, **account: Any) -> AsyncIterator[Sms]:
    """A channel whose calls go to the stand-in."""
    channel = Sms(Account(SID_ACCOUNT, (TOKEN,), PUBLIC_URL, api=stand_in.url, **account), OURS, lambda: NOW)
    try:
        yield channel
    finally:
        await channel.close()


async def test_the_call_for_a_message() -> None:
    """Every parameter that Twilio gets, and as whom."""
    async with standing_in(Answer(201, {"sid": SID})) as stand_in, sms_at(stand_in) as channel:
        assert await channel.send(PERSON, {"Body": "¿Está? ñ +&"}) == SID
    (call,) = stand_in.calls
    assert (call.method, call.path) == ("POST", f"/2010-04-01/Accounts/{SID_ACCOUNT}/Messages.json")
    assert call.data == {
        "Body": "¿Está? ñ +&",
        "From": OURS,
        "To": PERSON.user,
        "StatusCallback": f"{PUBLIC_URL}/twilio/status",
    }
    assert call.headers["Authorization"].startswith("Basic QUNh")


async def test_a_messaging_service_and_an_api_key() -> None:
    """The other two ways of saying who sends."""
    account = Account(SID_ACCOUNT, (TOKEN,), user="SK1", password="secret")
    async with standing_in(Answer(201, {"sid": SID})) as stand_in:
        channel = Sms(Account(account.sid, account.secrets, user="SK1", password="secret", api=stand_in.url), "MG1")
        await channel.send(PERSON, {"Body": "1"})
        await channel.close()
    assert stand_in.calls[0].data == {"Body": "1", "MessagingServiceSid": "MG1", "To": PERSON.user}
    assert stand_in.calls[0].headers["Authorization"] == "Basic U0sxOnNlY3JldA=="
    assert "secret" not in repr(account)


@pytest.mark.parametrize(
    ("answer", "outcome", "code", "after"),
    [
        (Answer(429, {"code": 20429}, {"Retry-After": "7"}), Outcome.NOT_SENT, "20429", timedelta(seconds=7)),
        (Answer(429, {"code": 20429}), Outcome.NOT_SENT, "20429", None),
        (Answer(429, "busy", {"Retry-After": "soon"}), Outcome.NOT_SENT, "429", None),
        (Answer(400, {"code": 21611}), Outcome.NOT_SENT, "21611", timedelta(minutes=5)),
        (Answer(400, {"code": 63016}), Outcome.CLOSED, "63016", None),
        (Answer(400, {"code": 21408}), Outcome.REFUSED, "21408", None),
        (Answer(400, {"code": 21610}), Outcome.STOPPED, "21610", None),
        (Answer(400, {"code": 21211}), Outcome.STOPPED, "21211", None),
        (Answer(400, {"code": 21614}), Outcome.STOPPED, "21614", None),
        (Answer(400, {"code": 21617}), Outcome.REFUSED, "21617", None),
        (Answer(401, {"code": 20003}), Outcome.REFUSED, "20003", None),
        (Answer(404, None), Outcome.REFUSED, "404", None),
        (Answer(500, {"code": 20500}), Outcome.PERHAPS, "20500", None),
        (Answer(503, "away"), Outcome.PERHAPS, "503", None),
        (Answer(drop=True), Outcome.PERHAPS, "ServerDisconnectedError", None),
        (Answer(hang=5), Outcome.PERHAPS, "TimeoutError", None),
    ],
)
async def test_what_becomes_of_a_send(
    answer: Answer, outcome: Outcome, code: str, after: timedelta | None, caplog: pytest.LogCaptureFixture
) -> None:
    """The table of `shared/channels.md` section 2; one call each, nothing repeated, no number in a log (FC-35)."""
    caplog.set_level(logging.DEBUG)
    async with standing_in(answer) as stand_in, sms_at(stand_in, timeout=0.3) as channel:
        with pytest.raises(SendError) as raised:
            await channel.send(PERSON, {"Body": "1"})
        assert len(stand_in.calls) == 1
    assert (raised.value.outcome, raised.value.code, raised.value.after) == (outcome, code, after)
    assert "2025550111" not in caplog.text + str(raised.value)


async def test_a_refused_connection_was_not_sent() -> None:
    """The request never left."""
    async with standing_in(Answer()) as stand_in:
        pass
    async with sms_at(stand_in) as channel:
        with pytest.raises(SendError) as raised:
            await channel.send(PERSON, {"Body": "1"})
    assert raised.value.outcome is Outcome.NOT_SENT


def listed(**changed: Any) -> dict[str, Any]:
    """One message of Twilio's list, created at `NOW`."""
    message = {
        "direction": "outbound-api",
        "body": "1",
        "date_created": "Wed, 25 Nov 2026 12:00:00 +0000",
        "status": "sent",
    }
    return {**message, **changed}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (Answer(200, {"messages": [listed(body="other"), listed()]}), True),
        (Answer(200, {"messages": [listed(body="1 ")]}), True),
        (Answer(200, {"messages": [listed(body="other")]}), False),
        (Answer(200, {"messages": [listed(direction="inbound")]}), False),
        (Answer(200, {"messages": [listed(date_created="Wed, 25 Nov 2026 11:59:50 +0000")]}), False),
        (Answer(200, {"messages": []}), False),
    ],
)
async def test_whether_a_message_was_sent(answer: Answer, found: bool) -> None:
    """Looked up after an answer was lost: the same text to the same person since the attempt."""
    async with standing_in(answer) as stand_in, sms_at(stand_in) as channel:
        assert await channel.was_sent(PERSON, {"Body": "1"}, NOW.timestamp() + 1.9) is found
    assert stand_in.calls[0].query == {"To": PERSON.user, "PageSize": "20"}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, {"messages": [{}]}),
        Answer(200, "nonsense"),
        Answer(500, {"code": 20500}),
        Answer(401, {"code": 20003}),
        Answer(drop=True),
    ],
)
async def test_whether_it_was_sent_cannot_be_told_now(answer: Answer) -> None:
    """Then it is asked again later."""
    async with standing_in(answer) as stand_in, sms_at(stand_in) as channel:
        with pytest.raises(SendError) as raised:
            await channel.was_sent(PERSON, {"Body": "1"}, NOW.timestamp())
    assert raised.value.outcome is Outcome.NOT_SENT


async def test_json_bodies_are_json() -> None:
    """The library's own asynchronous client form-encodes them."""
    async with standing_in(Answer(201, {})) as stand_in:
        http = Http(stand_in.url, 1)
        headers = {"Content-Type": "application/json"}
        await http.request(
            "POST", "https://content.twilio.com/v1/Content?a=1", data={"types": {"x": 1}}, headers=headers
        )
        await http.close()
    (call,) = stand_in.calls
    assert (call.path, call.query, call.data) == ("/v1/Content", {"a": "1"}, {"types": {"x": 1}})


async def test_closing_what_was_never_opened() -> None:
    """No loop is needed to make a channel, and no call to close it."""
    await SMS.acknowledge("anything")
    await SMS.close()


def test_form_helper_leaves_out() -> None:
    """The tables above rely on it."""
    assert "Body" not in form(Body="-")
