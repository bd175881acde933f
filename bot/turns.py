"""One inbound message, from accepted to committed: the conversation's step inside the store's transaction.

The step is pure and may run twice. It never raises: a bug of ours becomes one short apology, so that no message can
poison the inbox, and the log line carries the class of the error and the step, never what was written.
"""

import logging
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.channels import Channel
from bot.messages import ChannelName, Inbound, Outbound, Receipt
from bot.store import Step, Store
from conversations.catalogue import Catalogue
from conversations.converse import Turn, converse
from conversations.events import Text
from conversations.guide import Guide
from conversations.medium import MEDIA
from conversations.message import Message, Span
from conversations.planner import Plan
from conversations.session import Session, dump, load
from conversations.wording import word

log = logging.getLogger(__name__)

WAITS_FOR = timedelta(hours=2)
"""A reply that could not be delivered for so long is dropped: the person has long asked something else."""

DEFAULT_LANGUAGE = "es"


@dataclass(frozen=True)
class Turns:
    """Takes turns. `watch` sees each turn (for the terminal)."""

    guide: Callable[[], Guide]
    store: Store
    channels: Mapping[ChannelName, Channel]
    counts: Counter[str] = field(default_factory=Counter)
    watch: Callable[[Inbound, Turn, Sequence[Message], Catalogue], None] | None = None

    async def receive(self, inbound: Inbound, channel: Channel) -> None:
        """Accept a message and handle what waits. A message seen before changes nothing. Raises store.Unavailable."""
        del channel  # the address names it; one path for webhooks, polling and the sweep
        await self.store.accept(inbound)
        # Also for a message seen before: its first delivery may have died between accepting and answering.
        await self.store.advance(inbound.address, self.step)

    async def receipt(self, receipt: Receipt) -> None:
        """What a carrier reports: somebody who wants no more, or can never be reached, is forgotten."""
        if receipt.stopped:
            log.info("forgetting a person on %s: %s %s", receipt.address.channel, receipt.status, receipt.error or "")
            await self.store.forget(receipt.address)

    def step(self, saved: str | None, inbound: Inbound, serial: int) -> Step:
        """The session after a message, and what to send. Never raises."""
        try:
            return self._step(saved, inbound, serial)
        except Exception as error:  # noqa: BLE001  # the one place that turns our bugs into an apology
            log.error("a turn failed on %s: %s at %s", inbound.address.channel, type(error).__name__, _place(error))
            self.counts["fault"] += 1
            return self._apology(saved, inbound, serial)

    def _step(self, saved: str | None, inbound: Inbound, serial: int) -> Step:
        guide = self.guide()
        medium = MEDIA[inbound.address.channel]
        session = _loaded(saved)
        turn = converse(session, inbound.event, guide, medium, inbound.at, inbound.hint, inbound.carrier)
        catalogue = self._catalogue(guide, turn.session, session, inbound)
        known = Plan(guide, turn.session.answers, medium.private).known if turn.session else None
        messages = word(turn.replies, turn.session, guide, catalogue, medium, inbound.at, known)
        self.counts.update(turn.notes)
        if self.watch is not None:
            self.watch(inbound, turn, messages, catalogue)
        return Step(
            saved=dump(turn.session) if turn.session else None,
            keep=turn.keep or timedelta(hours=guide.operator.hours),
            outbound=tuple(self._outbound(messages, inbound, serial)),
        )

    def _catalogue(self, guide: Guide, after: Session | None, before: Session | None, inbound: Inbound) -> Catalogue:
        """The person's language: as chosen, else as guessed from what they wrote or what their client says."""
        chosen = (after.language if after else None) or (before.language if before else None)
        guesses = guide.lexicon.languages.guess(inbound.event.body) if isinstance(inbound.event, Text) else ()
        hinted = (inbound.hint or "").split("-")[0]
        wished = (chosen or "", *guesses, hinted, DEFAULT_LANGUAGE, *guide.catalogues)
        return next(guide.catalogues[language] for language in wished if language in guide.catalogues)

    def _outbound(self, messages: Sequence[Message], inbound: Inbound, serial: int) -> list[Outbound]:
        channel = self.channels[inbound.address.channel]
        calls = [(payload, message) for message in messages for payload in channel.render(message)]
        return [
            Outbound(
                id=f"{inbound.id}.{number}",
                to=inbound.address,
                payload=payload,
                expires=inbound.at + WAITS_FOR,
                serial=serial,
                question=message.question,
            )
            for number, (payload, message) in enumerate(calls)
        ]

    def _apology(self, saved: str | None, inbound: Inbound, serial: int) -> Step:
        """One apology, with a contact that works without us; what the person has told us stays as it was."""
        guide = self.guide()
        try:
            session = _loaded(saved)
        except Exception:  # noqa: BLE001  # even the record may be what broke
            session = None
        text = self._catalogue(guide, session, None, inbound).text("service.fault", contact=guide.operator.contact)
        apology = Message((Span(text),))
        keep = timedelta(hours=guide.operator.hours)
        return Step(saved, keep, tuple(self._outbound([apology], inbound, serial)))


def _loaded(saved: str | None) -> Session | None:
    """The session in a record; one that cannot be read counts as none, like an expired one."""
    if saved is None:
        return None
    try:
        return load(saved)
    except ValueError:
        log.warning("a session record could not be read")
        return None


def _place(error: BaseException) -> str:
    """Where an error was raised. Never its message, which may quote what a person wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-4:]))
