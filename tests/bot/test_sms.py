"""SMS: Twilio's form in, our Inbound out; our Message in, Twilio's parameters out."""

import pytest

from bot.channels import Malformed
from bot.channels.gsm7 import is_gsm7, measure
from bot.channels.sms import Sms
from bot.messages import Address, Inbound
from conversations.events import Event, Text, Unreadable
from conversations.message import Choice, Message, Span
from tests.bot.carrier import ACCOUNT, LINK, LONG, NOW, OURS, QUESTION, SID, form, signed

STOP_WORDS = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]

SMS = Sms(ACCOUNT, OURS, lambda: NOW)


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        ({"Body": "hola"}, Text("hola")),
        ({"Body": " 2 \n"}, Text(" 2 \n")),
        ({"Body": "año 😀 +&="}, Text("año 😀 +&=")),
        ({"Body": "1", "NumMedia": "1", "MediaContentType0": "image/jpeg"}, Text("1")),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "image/jpeg"}, Unreadable("photo")),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "audio/amr"}, Unreadable("voice")),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "text/x-vcard"}, Unreadable("contact")),
        ({"Body": "", "NumMedia": "1"}, Unreadable("photo")),
        ({"Body": "", "FromCity": "", "SomethingNew": "x"}, Unreadable("empty")),
        ({"Body": "  "}, Unreadable("empty")),
        ({"Body": "-", "NumMedia": "-"}, Unreadable("empty")),
    ],
)
def test_reads(fields: dict[str, str], event: Event) -> None:
    """Text as typed; media alone as what it is, never fetched; unknown and blank parameters are no matter."""
    assert SMS.parse(signed(form(**fields))) == [Inbound(Address("sms", "+12025550111"), SID, event, NOW)]


@pytest.mark.parametrize(
    ("body", "opt_out_type", "carrier"),
    [
        *((word, "", "STOP") for word in STOP_WORDS),
        (" stop ", "", "STOP"),
        ("Help", "", "HELP"),
        ("INFO", "", "HELP"),
        ("start", "", "START"),
        ("UNSTOP", "", "START"),
        ("yes", "", None),
        ("YES", "START", "START"),
        ("BASTA", "STOP", "STOP"),
        ("stop please", "", None),
        ("opt out", "", None),
        ("1", "", None),
    ],
)
def test_words_twilio_has_answered(body: str, opt_out_type: str, carrier: str | None) -> None:
    """The conversation is told, so that it does not answer a second time (FC-10)."""
    (inbound,) = SMS.parse(signed(form(Body=body, OptOutType=opt_out_type or "-")))
    assert isinstance(inbound, Inbound)
    assert (inbound.event, inbound.carrier) == (Text(body), carrier)


@pytest.mark.parametrize("sender", ["7726", "TELCEL", "+1", "+0", "AMAZON 2"])
def test_services_are_no_people(sender: str) -> None:
    """Short codes and names in letters are never answered."""
    assert SMS.parse(signed(form(From=sender, Body="Su saldo es"))) == []


@pytest.mark.parametrize("missing", ["From", "MessageSid"])
def test_malformed(missing: str) -> None:
    """Signed, but without what every message has."""
    with pytest.raises(Malformed):
        SMS.parse(signed(form(**{missing: "-"})))


def test_renders_numbered_lines_in_gsm7() -> None:
    """One payload, folded."""
    (payload,) = SMS.render(QUESTION)
    assert payload == {"Body": "¿Donde esta ahora?\n1 México\n2 (x) Guatemala\n9 = ayuda"}
    assert SMS.shows(payload) == payload["Body"]


def test_one_script_outside_the_alphabet_keeps_the_accents() -> None:
    """The language menu travels in UCS-2 whatever is done, so nothing is taken from it."""
    menu = Message((Span("Elección"),), (Choice("r:l:es", "Español", "1"), Choice("r:l:ar", "العربية", "2")))
    assert SMS.render(menu) == [{"Body": "Elección\n1 Español\n2 العربية"}]


def test_long_texts_come_in_marked_parts() -> None:
    """Within Twilio's limit, with the link whole (FC-15)."""
    first, second = (payload["Body"] for payload in SMS.render(Message((Span(LONG),))))
    assert first.startswith("(1/2) ")
    assert second.startswith("(2/2) ")
    assert LINK in second
    assert all(len(part) <= 1600 and is_gsm7(part) for part in (first, second))


def test_characters_that_count_twice_count_twice_against_the_limit() -> None:
    """Twilio may count them so (https://www.twilio.com/docs/api/errors/21617)."""
    payloads = SMS.render(Message((Span("€ " * 600),)))
    assert len(payloads) == 2
    assert all(measure(payload["Body"]).units <= 1600 for payload in payloads)


@pytest.mark.parametrize(
    ("sender", "rate", "wanted"),
    [
        ("+12025550100", None, 1),
        ("+18005550100", None, 3),
        ("12345", None, 100),
        ("MG" + "a" * 32, None, None),
        ("MG" + "a" * 32, 40, 40),
        ("+12025550100", 10, 10),
    ],
)
def test_the_pace_is_that_of_the_kind_of_number(sender: str, rate: float | None, wanted: float | None) -> None:
    """In segments; a messaging service has numbers of its own and a queue."""
    pace = Sms(ACCOUNT, sender, rate=rate).pace({"Body": "a" * 200})
    assert (pace and (pace.per_second, pace.units)) == (wanted and (wanted, 2))
    assert Sms(ACCOUNT, sender).pace_to(Address("sms", "+12025550111")) is None
