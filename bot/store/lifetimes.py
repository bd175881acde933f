"""How long everything in the store lives: as short as it can be, and never for ever."""

from datetime import timedelta

SEEN_LIFE = timedelta(hours=24)
INBOX_LIFE = timedelta(hours=24)
RECENT_LIFE = timedelta(hours=1)

# The counter of turns outlives the replies that refer to it; after "delete", only a repeated commit.
TURN_LIFE = timedelta(hours=25)
TURN_LIFE_AFTER_ERASING = timedelta(minutes=10)

# As long as a session at most (do-no-harm 14); every message from the address starts it anew.
LINK_LIFE = timedelta(hours=72)

# Longer than any reply is worth sending; the stream goes with it if no sender ever comes.
REPLY_LIFE = timedelta(hours=24)

# How long the carrier's last word on a reply is waited for; as long as a reply is worth sending.
SENT_LIFE = timedelta(hours=2)

# As long as a bot may take its messages away (https://core.telegram.org/bots/api#deletemessage).
SHOWN_LIFE = timedelta(hours=48)

DEAD_LIFE = timedelta(hours=72)
COUNTS_LIFE = timedelta(days=8)


def milliseconds(time: timedelta) -> int:
    """A lifetime as the server takes it."""
    return int(time.total_seconds() * 1000)
