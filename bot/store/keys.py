"""The names of everything the Redis store keeps: one maker a key.

All keys of one partition carry the same hash tag, so that on a cluster they lie in one slot and one script may touch
them together. A name holds the number of a partition, a word, and at most one keyed hash written in letters.
"""

from bot.messages import ChannelName
from bot.vault import Person


def session(person: Person) -> str:
    """String: the sealed session text."""
    return _of(person, "session")


def recent(person: Person) -> str:
    """String: sealed, what passed between the person and us in the last hour, as hashes and times."""
    return _of(person, "recent")


def inbox(person: Person) -> str:
    """List: sealed messages not yet handled, oldest first."""
    return _of(person, "inbox")


def turn(person: Person) -> str:
    """Hash: `n`, the number of turns so far; `r`, the last that had a reply; `s0`..`s7`, the ids of eight commits."""
    return _of(person, "turn")


def links(person: Person) -> str:
    """Set: the names of the person's other addresses, which lead here."""
    return _of(person, "links")


def alias(person: Person) -> str:
    """String: the name under which a person with several addresses is kept, beside the name of one such address."""
    return _of(person, "alias")


def seen(person: Person, message: str) -> str:
    """String: a message accepted lately; its value is the nonce of the call that accepted it."""
    return f"{_tag(person.partition)}:seen:{message}"


def waiting(partition: int) -> str:
    """Sorted set: the names of people with an unhandled message, by the time of its arrival in seconds."""
    return f"{_tag(partition)}:waiting"


def out(partition: int, channel: ChannelName) -> str:
    """Stream: sealed replies not yet delivered, each with the name of its person; one a channel, as one may be slow."""
    return f"{_tag(partition)}:out:{channel}"


def tries(partition: int, channel: ChannelName) -> str:
    """Hash: how often an entry of the stream may have been sent already, by its id."""
    return f"{_tag(partition)}:tries:{channel}"


def sent(person: Person) -> str:
    """List: the last few replies that a carrier has taken and may still give back, each after the hash of its id."""
    return _of(person, "sent")


def shown(person: Person) -> str:
    """Sorted set: sealed, what the carrier calls the messages in the person's chat, by their time in microseconds."""
    return _of(person, "shown")


def later(partition: int) -> str:
    """Sorted set: replies to send once more, each after its person and channel, by the time for it in milliseconds."""
    return f"{_tag(partition)}:later"


def dead(partition: int) -> str:
    """Stream: sealed replies and messages that came to nothing, each with the reason."""
    return f"{_tag(partition)}:dead"


def counts(partition: int, day: str) -> str:
    """Hash: how often what happened on a day (`2026-11-25`, in UTC), by a name that tells of nobody."""
    return f"{_tag(partition)}:counts:{day}"


def lease(partition: int) -> str:
    """String: the token of the one sender that may deliver this partition's replies now."""
    return f"{_tag(partition)}:lease"


def pace(name: str) -> str:
    """String: when the next unit of a pace may be sent, in microseconds; `name` is a keyed hash."""
    return f"pace:{name}"


SENDERS = "senders"
"""Sorted set: the senders at work, by the time they were last heard of in milliseconds."""


def _of(person: Person, what: str) -> str:
    return f"{_tag(person.partition)}:{what}:{person.name}"


def _tag(partition: int) -> str:
    return f"{{p{partition:02}}}"
