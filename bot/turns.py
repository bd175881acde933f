"""One inbound message, from accepted to committed: the conversation's step inside the store's transaction.

The step is pure and may run twice. It never raises: a bug of ours becomes one short apology, so that no message can
poison the inbox, and the log line carries the class of the error and the step, never what was written.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot import logs
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
from conversations.understanding.normal import words
from conversations.wording import word

log = logging.getLogger(__name__)

WAITS_FOR = timedelta(hours=2)
"""A reply that could not be delivered for so long is dropped: the person has long asked something else."""

DEFAULT_LANGUAGE = "es"


@dataclass(frozen=True)
class Turns:
    """Takes turns. `watch` sees each turn (for the terminal); `clock` tells how long a reply may wait."""

    guide: Callable[[], Guide]
    store: Store
    channels: Mapping[ChannelName, Channel]
    counts: Counter[str] = field(default_factory=Counter)
    watch: Callable[[Inbound, Turn, Sequence[Message], Catalogue], None] | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

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
            self._note_fault(error, inbound)
        guide = self.guide()
        keep = timedelta(hours=guide.operator.hours)
        try:
            return Step(saved, keep, tuple(self._apology(guide, saved, inbound, serial)))
        except Exception as error:  # noqa: BLE001  # then at least nobody's answers are lost, nor anybody held up
            self._note_fault(error, inbound)
            return Step(saved, keep)

    def _note_fault(self, error: Exception, inbound: Inbound) -> None:
        log.error("a turn failed on %s: %s", inbound.address.channel, logs.told(error))
        self.counts["fault"] += 1

    def _step(self, saved: str | None, inbound: Inbound, serial: int) -> Step:
        guide = self.guide()
        medium = MEDIA[inbound.address.channel]
        session = _loaded(saved)
        turn = converse(session, inbound.event, guide, medium, inbound.at, inbound.hint, inbound.carrier)
        catalogue = self._catalogue(guide, _language(turn.session) or _language(session), inbound)
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

    def _catalogue(self, guide: Guide, chosen: str | None, inbound: Inbound) -> Catalogue:
        """The person's language: as chosen, else as guessed from what they wrote or what their client says."""
        if chosen and chosen in guide.catalogues:
            return guide.catalogues[chosen]
        hinted = (inbound.hint or "").split("-")[0]
        wished = (*_guesses(guide, inbound), hinted, DEFAULT_LANGUAGE, *guide.catalogues)
        return next(guide.catalogues[language] for language in wished if language in guide.catalogues)

    def _outbound(self, messages: Sequence[Message], inbound: Inbound, serial: int) -> list[Outbound]:
        channel = self.channels[inbound.address.channel]
        # From now on: a message that a carrier brings hours late, because we were away, is answered all the same.
        expires = max(inbound.at, self.clock()) + WAITS_FOR
        calls = [(payload, message) for message in messages for payload in channel.render(message)]
        return [
            Outbound(
                id=f"{inbound.id}.{number}",
                to=inbound.address,
                payload=payload,
                expires=expires,
                serial=serial,
                question=message.question,
            )
            for number, (payload, message) in enumerate(calls)
        ]

    def _apology(self, guide: Guide, saved: str | None, inbound: Inbound, serial: int) -> list[Outbound]:
        """One apology, with a contact that works without us; what the person has told us stays as it was."""
        catalogue = self._catalogue(guide, _language(_loaded(saved)), inbound)
        text = catalogue.text("service.fault", contact=guide.operator.contact)
        return self._outbound([Message((Span(text),))], inbound, serial)


def _loaded(saved: str | None) -> Session | None:
    """The session in a record; one that cannot be read counts as none, like an expired one."""
    if saved is None:
        return None
    try:
        return load(saved)
    except ValueError:
        log.warning("a session cannot be understood: the person begins anew")
        return None


def _language(session: Session | None) -> str | None:
    return session.language if session else None


def _guesses(guide: Guide, inbound: Inbound) -> Sequence[str]:
    """Languages a message may be in, likeliest first: of one of our commands the language that has it."""
    if not isinstance(inbound.event, Text):
        return ()
    said = words(inbound.event.body)
    command = guide.lexicon.commands.get(said)
    having = [
        language
        for language, catalogue in guide.catalogues.items()
        if command and said in map(words, catalogue.words(f"command.{command}"))
    ]
    return having if len(having) == 1 else guide.lexicon.languages.guess(inbound.event.body)
