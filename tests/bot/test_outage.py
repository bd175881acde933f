"""What people hear while the store is away: one fixed text each, by whichever way their carrier has (FC-30)."""

import pytest

from bot import outage
from bot.channels import Outcome, SendError
from bot.messages import Address, Inbound, Receipt
from bot.outage import Outage
from conversations.message import Message
from tests.bot.carriers import Carrier
from tests.bot.steps import LUIS, ROSA, message

HELP = "No funciona. Pa mache. Not working. 911"


class Phone(Carrier):
    """A carrier that comes for no help text."""

    name = "telegram"

    def render(self, message: Message) -> list[dict[str, str]]:
        return [{"text": message.plain}]

    def shows(self, payload: dict[str, str]) -> str:
        return payload["text"]


class Asking(Phone):
    """A carrier that comes and asks for one."""

    has_fallback = True


@pytest.fixture
def phone() -> Phone:
    return Phone()


async def test_a_person_is_told_once_however_often_they_write(phone: Phone) -> None:
    away = Outage(HELP)
    for number in range(3):
        await away.tell([message(number, address=LUIS)], phone)
    await away.tell([message(9)], phone)
    assert phone.calls == [(LUIS.user, HELP), (ROSA.user, HELP)]


async def test_after_a_while_they_are_told_again(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "TOLD_FOR", 0.0)
    away = Outage(HELP)
    for number in range(2):
        await away.tell([message(number, address=LUIS)], phone)
    assert len(phone.calls) == 2


async def test_a_carrier_that_asks_for_it_is_not_sent_it() -> None:
    away, carrier = Outage(HELP), Asking()
    await away.tell([message(1)], carrier)
    assert carrier.calls == []
    assert away.texts([message(1)], carrier) == [HELP]
    assert away.texts([message(2)], carrier) == []


async def test_nobody_is_told_who_did_not_write_or_wants_no_more(phone: Phone) -> None:
    stop = Inbound(ROSA, "1", message(1).event, message(1).at, carrier="STOP")
    await Outage(HELP).tell([Receipt(ROSA, "1", "sent"), stop], phone)
    await Outage(HELP).tell([], phone)
    assert phone.calls == []


@pytest.mark.parametrize("error", [SendError(Outcome.NOT_SENT), ZeroDivisionError()])
async def test_a_carrier_that_fails_as_well_is_no_matter(phone: Phone, error: Exception) -> None:
    """The message itself is delivered again, and answered then."""
    phone.fails[HELP] = [error]
    await Outage(HELP).tell([message(1, address=LUIS)], phone)
    assert len(phone.calls) == 1


async def test_who_was_told_is_kept_within_bounds(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "_TOLD_LIMIT", 10)
    away = Outage(HELP)
    for number in range(100):
        away.texts([message(number, address=Address("telegram", str(number)))], phone)
    assert len(away._told) <= 10
