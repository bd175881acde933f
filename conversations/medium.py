"""What the conversation must know of the channel it is held on, and no more."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Medium:
    """How a channel reaches the person.

    `private`: the screen is the person's own, so private questions may be put. `brief`: every character costs, so the
    short form of each text is taken. `taps`: choices can be tapped. `pins`: a location can be shared. `carrier_name` is
    who sees that somebody wrote ("WhatsApp"). `entries` and `notices`: how many pathways and notices fit the first
    message of the results; `roomy`: what stands around the list fits there too.
    """

    name: str
    private: bool
    brief: bool
    taps: bool
    pins: bool
    carrier_name: str
    entries: int
    notices: int
    roomy: bool = False


# Three short names fit two SMS segments (voice.md, "SMS, measured"); WhatsApp takes 1,600 characters a message and
# charges each; Telegram takes 4,096 (channels.md sections 4 and 8).
SMS = Medium("sms", private=False, brief=True, taps=False, pins=False, carrier_name="", entries=3, notices=1)
WHATSAPP = Medium(
    "whatsapp", private=True, brief=False, taps=True, pins=True, carrier_name="WhatsApp", entries=2, notices=1
)
TELEGRAM = Medium(
    "telegram",
    private=True,
    brief=False,
    taps=True,
    pins=True,
    carrier_name="Telegram",
    entries=3,
    notices=4,
    roomy=True,
)
MEDIA = {medium.name: medium for medium in (SMS, WHATSAPP, TELEGRAM)}
