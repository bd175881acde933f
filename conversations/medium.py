"""What the conversation must know of the channel it is held on, and no more."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Medium:
    """How a channel reaches the person.

    `private`: the screen is the person's own, so private questions may be put. `brief`: every character costs, so the
    short form of each text is taken. `taps`: choices can be tapped. `pins`: a location can be shared. `carrier_name` is
    who sees that somebody wrote ("WhatsApp"). `carrier_stops`: the carrier itself answers STOP and HELP words.
    """

    name: str
    private: bool
    brief: bool
    taps: bool
    pins: bool
    carrier_name: str = ""
    carrier_stops: bool = False


SMS = Medium("sms", private=False, brief=True, taps=False, pins=False, carrier_stops=True)
WHATSAPP = Medium("whatsapp", private=True, brief=False, taps=True, pins=True, carrier_name="WhatsApp")
TELEGRAM = Medium("telegram", private=True, brief=False, taps=True, pins=True, carrier_name="Telegram")
MEDIA = {medium.name: medium for medium in (SMS, WHATSAPP, TELEGRAM)}
