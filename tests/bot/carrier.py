"""What the channel tests share: made-up people, a fixed time, Twilio's forms with a good signature."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bot.channels import Request
from bot.channels.twilio import Account
from conversations.message import Choice, Message, Span

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PUBLIC_URL = "https://bot.example.org"
TOKEN = "test_token_0001"
ACCOUNT = Account("AC" + "a" * 32, (TOKEN,), PUBLIC_URL)
OURS = "+12025550100"
SID = "SM00000000000000000000000000000001"

QUESTION = Message(
    (Span("¿Dónde está "), Span("ahora", strong=True), Span("?")),
    (Choice("r1:where:mx", "México", "1"), Choice("r1:where:gt", "Guatemala", "2", ticked=True)),
    footer="9 = ayuda",
    question="where",
)

LINK = "https://example.org/guia_es?" + "a" * 22
LONG = "Palabra. " * 176 + "xxxxx " + LINK + " Fin. " + "Más texto. " * 5


def form(**fields: str) -> dict[str, str]:
    """An inbound SMS, changed by `fields`; a field set to nothing at all ("-") is left out."""
    base = {
        "MessageSid": SID,
        "AccountSid": ACCOUNT.sid,
        "From": "+12025550111",
        "To": OURS,
        "Body": "",
        "NumMedia": "0",
    }
    return {name: value for name, value in {**base, **fields}.items() if value != "-"}


def signed(fields: dict[str, str], path: str = "/twilio/inbound", query: str = "", secret: str = TOKEN) -> Request:
    """The request that Twilio would make with this form."""
    url = PUBLIC_URL + path + (f"?{query}" if query else "")
    signature = RequestValidator(secret).compute_signature(url, fields)
    return Request(path, query, {"x-twilio-signature": signature}, urlencode(fields).encode())
