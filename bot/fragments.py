"""Long SMS that a network cut in pieces: they come as messages of their own, with nothing that joins them (FC-24).

A piece fills its message to the brim, and the rest follows within a moment. So a text that long waits for a moment,
and what comes then from the same phone is its end and no answer of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.messages import Inbound
from conversations.events import Text

WAITS = timedelta(seconds=1.5)
"""How long a text that may go on waits for its end."""

_APART = timedelta(seconds=3)  # at most, from one piece to the next
# A message holds 160 letters of the short alphabet or 70 of the long one; a piece with a header holds 153 or 67
# (3GPP TS 23.040, 9.2.3.24.1). Some networks cut at a space before that.
_FULL, _FULL_UNICODE = range(140, 161), range(60, 71)


def may_go_on(inbound: Inbound) -> bool:
    """Whether more of this text may be on its way."""
    event = inbound.event
    if inbound.address.channel != "sms" or not isinstance(event, Text) or inbound.carrier:
        return False
    length = len(event.body)
    return length in _FULL or (length in _FULL_UNICODE and not event.body.isascii())


def joined(waiting: Sequence[Inbound]) -> tuple[Inbound, int]:
    """The oldest message with what belongs to it, and how many messages that is. `waiting` holds at least one."""
    whole, last, count = waiting[0], waiting[0], 1
    for following in waiting[1:]:
        if not (may_go_on(last) and _follows(last, following)):
            break
        assert isinstance(whole.event, Text)  # noqa: S101  # else nothing could follow
        assert isinstance(following.event, Text)  # noqa: S101
        whole = replace(whole, event=Text(whole.event.body + following.event.body))
        last, count = following, count + 1
    return whole, count


def _follows(before: Inbound, after: Inbound) -> bool:
    return isinstance(after.event, Text) and not after.carrier and after.at - before.at <= _APART
