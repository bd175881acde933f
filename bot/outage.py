"""What people hear while Rumbo itself cannot answer: one fixed text, from this process alone (do-no-harm 35).

It needs neither store nor conversation. Who was told is known to this process only, for a while.
"""

import asyncio
import logging
import time
from collections.abc import Sequence

from bot import logs
from bot.channels import Channel, SendError
from bot.messages import Address, Arrival, Inbound
from conversations.message import Message, Span

log = logging.getLogger(__name__)

TOLD_FOR = 600.0
"""Seconds in which a person is told once, however often they write (FC-30)."""

_TOLD_LIMIT = 10_000
_SENDS_WITHIN = 10.0  # s


class Outage:
    """Tells people that Rumbo is away. `text` is in the main languages, with emergency numbers and where to go."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._told: dict[Address, float] = {}

    def texts(self, arrivals: Sequence[Arrival], channel: Channel) -> list[str]:
        """What is to be said now to whoever wrote: nothing to those who know, or whom the carrier has answered."""
        writers = [arrival.address for arrival in arrivals if isinstance(arrival, Inbound) and not arrival.carrier]
        if not any(self._is_due(writer) for writer in writers):
            return []
        return [channel.shows(payload) for payload in channel.render(Message((Span(self._text),)))]

    async def tell(self, arrivals: Sequence[Arrival], channel: Channel) -> None:
        """Say it through the carrier, where the carrier does not come and ask for it. Never raises."""
        if channel.has_fallback or not self.texts(arrivals, channel):
            return
        log.warning("%s: told somebody that we are away", channel.name)
        to = next(arrival.address for arrival in arrivals if isinstance(arrival, Inbound))
        try:
            async with asyncio.timeout(_SENDS_WITHIN):
                for payload in channel.render(Message((Span(self._text),))):
                    await channel.send(to, payload)
        except (SendError, TimeoutError):
            pass  # the message itself is delivered again, and answered then
        except Exception as error:  # noqa: BLE001 - nobody may be told of our bugs by a second failure
            log.error("%s: the static help failed: %s", channel.name, logs.told(error))

    def _is_due(self, person: Address) -> bool:
        """Whether this person is to be told now; then they are."""
        now = time.monotonic()
        if now - self._told.get(person, -TOLD_FOR) < TOLD_FOR:
            return False
        if len(self._told) >= _TOLD_LIMIT:
            self._told.clear()
        self._told[person] = now
        return True
