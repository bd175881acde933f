"""What Twilio's error codes mean and what follows, so that nobody has to know one by heart.

One table for both places in which a code may come: the answer to a send, and a status callback much later. Facts:
`shared/channels.md` section 2; each code has a page at https://www.twilio.com/docs/api/errors.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Then = Literal["stop", "again", "closed", "refuse", "perhaps", "nothing"]
"""What follows: forget the person; send once more later; wait until the person writes; a dead letter; ask the carrier
whether it was sent; or nothing."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says. `after`: how long to wait before it is sent again. `todo`: what the operator has to do."""

    what: str
    then: Then
    after: timedelta | None = None
    todo: str = ""


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


_OURS = "report it: this is a mistake of Rumbo's"
_SETTINGS = "check the account, its senders and the settings"

MEANINGS: dict[int, Meaning] = {
    20003: Meaning("the credentials are refused", "refuse", todo="check TWILIO_ACCOUNT_SID, token and API key"),
    20404: Meaning("no such account or resource", "refuse", todo=_SETTINGS),
    20429: Meaning("too many calls at once; not processed", "again"),
    20500: Meaning("a fault of Twilio's", "perhaps"),
    20503: Meaning("Twilio is away", "perhaps"),
    21211: Meaning("no such number", "stop"),
    21212: Meaning("our number is not valid", "refuse", todo=_SETTINGS),
    21408: Meaning(
        "sending to this country is off", "refuse", todo="turn the country on, if you serve it (Geo Permissions)"
    ),
    21602: Meaning("a message without text", "refuse", todo=_OURS),
    21603: Meaning("a message without a sender", "refuse", todo=_OURS),
    21604: Meaning("a message without a recipient", "refuse", todo=_OURS),
    21606: Meaning("our number cannot send this", "refuse", todo=_SETTINGS),
    21610: Meaning("the person has opted out", "stop"),
    21611: Meaning("more than ten hours of messages wait on our number", "again", _minutes(5)),
    21612: Meaning("our number cannot reach this one", "refuse", todo=_SETTINGS),
    21614: Meaning("a landline", "stop"),
    21617: Meaning("a text over 1,600 characters", "refuse", todo=_OURS),
    21655: Meaning("no such content template", "refuse", todo="run `rumbo setup twilio`"),
    21656: Meaning("wrong variables for a content template", "refuse", todo=_OURS),
    21658: Meaning("a field of a content template is too long", "refuse", todo=_OURS),
    21703: Meaning("the messaging service has no number", "refuse", todo=_SETTINGS),
    21910: Meaning("sender and recipient are of different channels", "refuse", todo=_SETTINGS),
    30001: Meaning("the queue of the messaging service is full", "again", _minutes(5)),
    30002: Meaning("the account is suspended", "refuse", todo="ask Twilio"),
    30003: Meaning("the handset is off or out of reach", "again", _minutes(10)),
    30004: Meaning("blocked: opted out, or do-not-disturb", "stop"),
    30005: Meaning("no such number", "stop"),
    30006: Meaning("a landline, or a carrier that cannot be reached", "stop"),
    30007: Meaning("filtered as unwanted", "refuse", todo="check the registration of the number and what is sent"),
    30008: Meaning("not delivered, nobody knows why", "again", _minutes(1)),
    30022: Meaning("over the rate of the campaign", "again", _minutes(5), "lower TWILIO_SMS_RATE"),
    30023: Meaning("over the daily cap of the campaign", "again", _minutes(60), "raise the cap of the brand"),
    30024: Meaning("our number is not provisioned", "refuse", todo=_SETTINGS),
    30032: Meaning("the toll-free number is not verified", "refuse", todo="verify the number"),
    30034: Meaning("the US number is not registered (A2P 10DLC)", "refuse", todo="register the number"),
    30410: Meaning("the provider did not answer in time", "again", _minutes(5)),
    30450: Meaning(
        "blocked for up to half an hour as pumping", "again", _minutes(35), "look at who writes, and from where"
    ),
    63007: Meaning("no such WhatsApp sender", "refuse", todo="check TWILIO_WHATSAPP_SENDER"),
    63016: Meaning("more than a day since the person wrote, by WhatsApp's clock", "closed"),
    63018: Meaning("over WhatsApp's rate, in all or to this person", "again", _minutes(2)),
    63024: Meaning("the person cannot get WhatsApp messages now; SMS may reach them", "refuse"),
    63027: Meaning("the template is missing in this language", "refuse", todo="run `rumbo setup twilio`"),
    63028: Meaning("wrong number of variables for a template", "refuse", todo=_OURS),
    63032: Meaning("held back by an experiment of Meta's", "refuse"),
    63040: Meaning("the template was rejected", "refuse", todo="look at it in the console"),
    63041: Meaning("the template is paused", "refuse", todo="look at it in the console"),
    63042: Meaning("the template is disabled", "refuse", todo="look at it in the console"),
    63046: Meaning("the template was approved", "nothing"),
    63049: Meaning("Meta chose not to deliver it", "refuse"),
}

UNKNOWN = Meaning("not delivered; a code that Rumbo does not know", "refuse", todo="look it up, and report it")


def meaning(code: int) -> Meaning:
    """What a code says; of one that is not known, that it is not."""
    return MEANINGS.get(code, UNKNOWN)
