"""Made-up messages and the plainest of steps, for the tests of the store and the outbox."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.messages import CHANNELS, Address, Inbound, Outbound
from bot.store import Step
from conversations.events import Text

ROSA = Address("sms", "+12025550111")
LUIS = Address("telegram", "7000001")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEEP = timedelta(hours=72)
ROOM = dict.fromkeys(CHANNELS, 1000)
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def message(id: object, text: str | None = None, address: Address = ROSA, alias: Address | None = None) -> Inbound:
    """A text message; its text is its id unless given."""
    return Inbound(address, str(id), Text(str(id) if text is None else text), NOW, alias)


def words(saved: str | None, inbound: Inbound, serial: int, recent: str | None = None) -> Step:
    """Keep every text in order, and repeat each in a reply."""
    assert isinstance(inbound.event, Text)
    reply = Outbound(f"{inbound.id}-0", inbound.address, {"text": inbound.event.body}, FAR, serial)
    return Step(f"{saved or ''} {inbound.event.body}".strip(), KEEP, (reply,))


def question(saved: str | None, inbound: Inbound, serial: int, recent: str | None = None) -> Step:
    """As `words`, but the reply is a question."""
    step = words(saved, inbound, serial, recent)
    reply = step.outbound[0]
    asked = Outbound(reply.id, reply.to, reply.payload, reply.expires, serial, question="inside")
    return replace(step, outbound=(asked,))


def erase(saved: str | None, inbound: Inbound, serial: int, recent: str | None = None) -> Step:
    """Forget the person and say so."""
    return Step(None, timedelta(), (Outbound(f"{inbound.id}-0", inbound.address, {"text": "erased"}, FAR, serial),))


class Recall:
    """A step like `words` that also tells which session it was given last."""

    def __init__(self) -> None:
        self.saved: str | None = None

    def __call__(self, saved: str | None, inbound: Inbound, serial: int, recent: str | None = None) -> Step:
        self.saved = saved
        return words(saved, inbound, serial, recent)
