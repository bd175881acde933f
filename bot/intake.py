"""What is done with what a carrier brings, the same by webhook and by polling.

First the message is taken: after that it is safe. Then what is owed to the carrier is settled, which may take its time.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot import logs
from bot.channels import Channel, MarksButtons
from bot.messages import Arrival, Inbound, Leave, Pressed, Receipt
from bot.store import Unavailable

log = logging.getLogger(__name__)


Owed = tuple[Arrival, Pressed | None]
"""What was taken, and what became of it if it was a pressed button."""


async def _stay(_: Leave) -> None:
    """What becomes of a group when no channel has any."""


@dataclass(frozen=True, slots=True)
class Intake:
    """The three things that may arrive, and who handles them.

    `receive` and `receipt` raise Unavailable when the store is away, and then nothing was taken. `leave` never raises.
    """

    receive: Callable[[Inbound, Channel], Awaitable[Pressed | None]]
    receipt: Callable[[Receipt], Awaitable[None]]
    leave: Callable[[Leave], Awaitable[None]] = _stay

    async def take(self, arrivals: Sequence[Arrival], channel: Channel) -> list[Owed]:
        """Hand each on, in order; what is then to be settled. Raises Unavailable.

        An error of ours is logged and the message counts as taken: delivered again, it would only fail again and the
        person would hear the same apology over and over (FC-21).
        """
        owed: list[Owed] = []
        for arrival in arrivals:
            pressed = None
            try:
                if isinstance(arrival, Inbound):
                    pressed = await self.receive(arrival, channel)
                elif isinstance(arrival, Receipt):
                    await self.receipt(arrival)
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - the one place that keeps our errors from the carrier
                log.error("taking %s on %s failed: %s", type(arrival).__name__, channel.name, logs.told(error))
            owed.append((arrival, pressed))
        return owed

    async def settle(self, owed: Sequence[Owed], channel: Channel) -> None:
        """Make the calls that are owed for what was taken. Never raises."""
        for arrival, pressed in owed:
            try:
                if isinstance(arrival, Inbound) and pressed and isinstance(channel, MarksButtons):
                    await channel.mark(arrival, pressed)
                elif isinstance(arrival, Inbound) and arrival.ack:
                    await channel.acknowledge(arrival.ack)
                elif isinstance(arrival, Leave):
                    await self.leave(arrival)
            except Exception as error:  # noqa: BLE001 - what was taken is safe; polling must go on
                log.error("settling on %s failed: %s", channel.name, logs.told(error))
