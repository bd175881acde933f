"""How fast one thing may be sent, as its carrier allows: a number, a bot, or one chat."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `per_second` units a second of what `name` names; a message takes `units` of them (an SMS its segments).

    The name may hold an address: the store keeps only a keyed hash of it.
    """

    name: str
    per_second: float
    units: int = 1
