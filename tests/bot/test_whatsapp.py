"""WhatsApp: Twilio's form in, our Inbound out; our Message in, Twilio's parameters out."""

from dataclasses import replace

import pytest

from bot.channels import Malformed
from bot.channels.whatsapp import WhatsApp, neutral
from bot.messages import Address, Inbound
from conversations.events import Event, Place, Tap, Text, Unreadable
from conversations.message import Message, Span
from tests.bot.carrier import ACCOUNT, LINK, LONG, NOW, OURS, QUESTION, SID, form, signed

WHATSAPP = WhatsApp(ACCOUNT, OURS, lambda: NOW)
PHONE = "whatsapp:+5215500000001"
SCOPED = "whatsapp:MX.10000000000000000001"
PLACE = {"Latitude": "14.9031", "Longitude": "-92.2575"}


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        ({"Body": "hola"}, Text("hola")),
        ({"Body": "Sí", "ButtonText": "Sí", "ButtonPayload": "r1:inside:yes"}, Tap("r1", "inside", "yes")),
        ({"Body": "México", "ListId": "r1:where:mx", "ListTitle": "México"}, Tap("r1", "where", "mx")),
        ({"Body": "Sí", "ButtonText": "Sí", "ButtonPayload": "old-payload"}, Text("Sí")),
        ({"Body": "Sí", "ButtonPayload": "r1:inside:"}, Text("Sí")),
        ({"Body": "", **PLACE}, Place(14.9031, -92.2575)),
        ({"Body": "Parque", **PLACE, "Label": "Parque"}, Place(14.9031, -92.2575)),
        ({"Body": "", "Latitude": "0", "Longitude": "0"}, Place(0, 0)),
        ({"Body": "x", "Latitude": "91", "Longitude": "0"}, Text("x")),
        ({"Body": "x", "Latitude": "nan", "Longitude": "0"}, Text("x")),
        ({"Body": "1", "NumMedia": "1", "MediaContentType0": "image/jpeg"}, Text("1")),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "image/jpeg"}, Unreadable("photo")),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "application/pdf"}, Unreadable("photo")),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "audio/ogg"}, Unreadable("voice")),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "image/webp"}, Unreadable("sticker")),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "text/vcard"}, Unreadable("contact")),
        ({"Body": "1", "Forwarded": "true"}, Unreadable("forwarded")),
        ({"Body": ""}, Unreadable("empty")),
    ],
)
def test_reads(fields: dict[str, str], event: Event) -> None:
    """A tap by its payload, a place before the text, a caption as text."""
    assert WHATSAPP.parse(signed(form(From=PHONE, To="whatsapp:" + OURS, **fields))) == [
        Inbound(Address("whatsapp", PHONE), SID, event, NOW)
    ]


@pytest.mark.parametrize(
    ("sender", "scoped", "user", "alias"),
    [
        (PHONE, "-", PHONE, None),
        (SCOPED, "-", SCOPED, None),
        (SCOPED, SCOPED, SCOPED, None),
        (PHONE, SCOPED, PHONE, SCOPED),
        (PHONE, "", PHONE, None),
        (PHONE, "whatsapp:not an id", PHONE, None),
        ("-", SCOPED, SCOPED, None),
        ("", "whatsapp:US.ENT.1349", "whatsapp:US.ENT.1349", None),
        ("whatsapp:some.new-kind", "-", "whatsapp:some.new-kind", None),
    ],
)
def test_addresses_are_opaque(sender: str, scoped: str, user: str, alias: str | None) -> None:
    """A hidden number is no reason to drop a message, nor is an id we cannot read (FC-32)."""
    (inbound,) = WHATSAPP.parse(signed(form(From=sender, ExternalUserId=scoped, Body="hola")))
    assert isinstance(inbound, Inbound)
    assert inbound.address == Address("whatsapp", user)
    assert inbound.alias == (Address("whatsapp", alias) if alias else None)


def test_neither_address_is_malformed() -> None:
    """An alert, not a quiet 200 (FC-32)."""
    with pytest.raises(Malformed):
        WHATSAPP.parse(signed(form(From="-", ExternalUserId="nonsense", Body="hola")))


def test_a_reaction_is_nothing() -> None:
    """It is not a person speaking (FC-26)."""
    assert WHATSAPP.parse(signed(form(From=PHONE, Body="👍", MessageType="reaction"))) == []


@pytest.mark.parametrize(("body", "opt_out_type", "carrier"), [("STOP", "-", None), ("ALTO", "STOP", "STOP")])
def test_only_advanced_opt_out_answers(body: str, opt_out_type: str, carrier: str | None) -> None:
    """WhatsApp itself answers no words."""
    (inbound,) = WHATSAPP.parse(signed(form(From=PHONE, Body=body, OptOutType=opt_out_type)))
    assert isinstance(inbound, Inbound)
    assert inbound.carrier == carrier


def test_renders_numbered_text() -> None:
    """Accents stay, emphasis is bold."""
    (payload,) = WHATSAPP.render(QUESTION)
    assert payload == {"Body": "¿Dónde está *ahora*?\n\n1 México\n2 ✓ Guatemala\n\n9 = ayuda"}


@pytest.mark.parametrize(
    ("spans", "body"),
    [
        ((Span(" a \n\n b ", strong=True),), " *a* \n\n *b* "),
        ((Span("Casa", strong=True), Span(" 5* y *2273")), "Casa 5* y *2273"),
        ((Span("https://example.org/a_b", strong=True),), "https://example.org/a_b"),
        ((Span("_x_", strong=True),), "*＿x＿*"),
    ],
)
def test_bold_with_care(spans: tuple[Span, ...], body: str) -> None:
    """Stars hug each line; none where another star or a link stands."""
    assert WHATSAPP.render(Message(spans)) == [{"Body": body}]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Casa_Azul & Amigos <Norte>", "Casa_Azul & Amigos <Norte>"),
        ("marque *2273 o *9999", "marque *2273 o *9999"),
        ("~5 km, ~10 min", "~5 km, ~10 min"),
        ("un *gran* _lío_ ~no~ `x`", "un ∗gran∗ ＿lío＿ ∼no∼ ʼxʼ"),
        ("*_a_*", "∗＿a＿∗"),
        ("https://example.org/_a_?b=*c*&d=1 _e_", "https://example.org/_a_?b=*c*&d=1 ＿e＿"),
        ("* a *", "* a *"),
    ],
)
def test_other_marks_do_not_format(text: str, shown: str) -> None:
    """Only pairs that WhatsApp would take for formatting change, and never in a link (FC-16)."""
    assert neutral(text) == shown


def test_long_texts_come_in_marked_parts() -> None:
    """Within Twilio's limit, stars included, with the link whole (FC-15)."""
    bodies = [
        payload["Body"] for payload in WHATSAPP.render(Message((Span("Título", strong=True), Span("\n\n" + LONG))))
    ]
    assert [body[:6] for body in bodies] == ["(1/2) ", "(2/2) "]
    assert sum(LINK in body for body in bodies) == 1
    assert all(len(body) <= 1600 for body in bodies)


def test_the_pace_is_eighty_messages_a_second() -> None:
    pace = WhatsApp(ACCOUNT, OURS).pace({"Body": "a" * 1000})
    assert pace is not None
    assert (pace.per_second, pace.units) == (80, 1)
    assert WhatsApp(ACCOUNT, OURS, rate=400).pace({"Body": "a"}) == replace(pace, per_second=400)
