"""One inbound message, from accepted to committed: the conversation's step inside the store's transaction.

The step is pure and may run twice. It never raises: a bug of ours becomes one short apology, so that no message can
poison the inbox, and the log line carries the class of the error and the step, never what was written.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial

from bot import fragments, logs
from bot.channels import Channel, ClearsChats
from bot.guard import WINDOW, Recent, Silence
from bot.messages import ChannelName, Inbound, Outbound, Pressed, Receipt
from bot.store import Step, Store
from conversations.catalogue import Catalogue
from conversations.converse import Turn, converse, is_urgent, too_many
from conversations.events import Text
from conversations.guide import Guide
from conversations.labels import label
from conversations.medium import MEDIA
from conversations.message import Message, Span
from conversations.planner import Plan
from conversations.prompts import MENUS
from conversations.session import Session, dump, load
from conversations.turns import taps
from conversations.turns.beginning import POSTER
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
    watch: Callable[[Inbound, Turn, Sequence[Message], Catalogue], None] | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def receive(self, inbound: Inbound, channel: Channel) -> Pressed | None:
        """Accept a message and handle what waits; what became of it, if it was a pressed button and we handled it.

        A message seen before changes nothing. Raises store.Unavailable.
        """
        del channel  # the address names it; one path for webhooks, polling and the sweep
        pressed: dict[str, Pressed] = {}
        step = partial(self.step, tell=pressed.__setitem__) if inbound.ack else self.step
        await self.store.accept(inbound)
        # Also for a message seen before: its first delivery may have died between accepting and answering.
        await self.store.advance(inbound.address, step)
        if fragments.may_go_on(inbound):
            await asyncio.sleep(fragments.WAITS.total_seconds())
            await self.store.advance(inbound.address, step)
        return pressed.get(inbound.id)

    async def receipt(self, receipt: Receipt) -> None:
        """What a carrier reports: somebody who wants no more, or can never be reached, is forgotten."""
        if receipt.ending == "stopped":
            log.info("forgetting a person on %s: %s %s", receipt.address.channel, receipt.status, receipt.error or "")
            await self.store.forget(receipt.address)
        elif receipt.ending:
            await self.store.settle(receipt)

    def step(
        self,
        saved: str | None,
        inbound: Inbound,
        serial: int,
        recent: str | None = None,
        tell: Callable[[str, Pressed], None] = lambda *_: None,
    ) -> Step:
        """The session after a message, and what to send. Never raises. `tell` hears what becomes of a button."""
        now = self.clock()
        heard = _Heard(saved, inbound, serial, Recent.load(recent, now.timestamp()), now, tell)
        try:
            return self._withheld(heard) or self._answered(heard)
        except Exception as error:  # noqa: BLE001  # the one place that turns our bugs into an apology
            _tell_fault(error, inbound)
        try:
            return self._apologised(heard)
        except Exception as error:  # noqa: BLE001  # then at least nobody's answers are lost, nor anybody held up
            _tell_fault(error, inbound)
            return Step(leave=True, counts=("fault",))

    def _answered(self, heard: "_Heard") -> Step:
        guide, inbound, session = self.guide(), heard.inbound, heard.session
        medium = MEDIA[inbound.address.channel]
        turn = converse(session, inbound.event, guide, medium, inbound.at, inbound.hint, inbound.carrier)
        catalogue = self._catalogue(guide, _language(turn.session) or _language(session), inbound)
        known = Plan(guide, turn.session.answers, medium.private).known if turn.session else None
        messages = word(turn.replies, turn.session, guide, catalogue, medium, inbound.at, known)
        if turn.in_place:
            messages = [replace(message, instead_of=inbound.under) for message in messages]
        pressed = _pressed(turn, guide, catalogue)
        if inbound.ack and pressed:
            heard.tell(inbound.id, pressed)
        if self.watch is not None:
            self.watch(inbound, turn, messages, catalogue)
        keep = turn.keep or timedelta(hours=guide.operator.hours)
        posters = tuple(note for note in turn.notes if note.startswith(POSTER))
        step = Step(dump(turn.session) if turn.session else None, keep, counts=posters)
        step = self._with_replies(step, messages, heard, led_somewhere=_led_somewhere(guide, session, turn, inbound))
        return self._with_clearing(step, heard) if turn.session is None else step

    def _withheld(self, heard: "_Heard") -> Step | None:
        """The step for a message that is not to be answered: one of too many, or a machine's; the session stays."""
        event, lately, now = heard.inbound.event, heard.lately, heard.now.timestamp()
        if heard.inbound.carrier:
            return None
        silence: Silence | None = lately.silence(event.body) if isinstance(event, Text) else None
        if silence is None and lately.is_flooded(now):
            silence = "flood"
        if silence is None or (silence in ("flood", "repeat") and is_urgent(heard.session, event, self.guide())):
            return None
        return self._silent(silence, heard, Step(leave=True))

    def _silent(self, why: Silence, heard: "_Heard", step: Step) -> Step:
        """The step without an answer. A person is told once that it is too much; operators hear of it once as well."""
        lately, now = heard.lately, heard.now.timestamp()
        step = replace(step, recent=lately.silenced(why, now).dump(), counts=(*step.counts, f"silence:{why}"))
        if lately.is_silent(why, now):
            return step
        log.warning("somebody on %s is not answered for now: %s", heard.inbound.address.channel, why)
        notice = self._too_many(heard) if why in ("flood", "held") else ()
        return replace(step, outbound=tuple(self._outbound(notice, heard)))

    def _too_many(self, heard: "_Heard") -> Sequence[Message]:
        """The one notice to somebody who writes too much."""
        guide, inbound, session = self.guide(), heard.inbound, heard.session
        medium = MEDIA[inbound.address.channel]
        catalogue = self._catalogue(guide, _language(session), inbound)
        told = too_many(session, guide, medium, inbound.at, timedelta(seconds=WINDOW))
        return word([told], session, guide, catalogue, medium, inbound.at)

    def _apologised(self, heard: "_Heard") -> Step:
        """One apology, with a contact that works without us; what the person has told us stays as it was."""
        guide = self.guide()
        catalogue = self._catalogue(guide, _language(heard.session), heard.inbound)
        text = catalogue.text("service.fault", contact=guide.operator.contact)
        step = Step(leave=True, counts=("fault",))
        return self._with_replies(step, [Message((Span(text),))], heard, led_somewhere=False)

    def _with_replies(self, step: Step, messages: Sequence[Message], heard: "_Heard", *, led_somewhere: bool) -> Step:
        """The step with its replies, but for those that the person has had too often lately."""
        channel, event = self.channels[heard.inbound.address.channel], heard.inbound.event
        outbound = self._outbound(messages, heard)
        fresh = [reply for reply in outbound if heard.lately.may_say(channel.shows(dict(reply.payload)))]
        if outbound and not fresh:
            return self._silent("held", heard, step)
        lately = heard.lately.answers(
            heard.now.timestamp(),
            event.body if isinstance(event, Text) else None,
            [channel.shows(dict(reply.payload)) for reply in fresh],
            led_somewhere=led_somewhere,
        )
        return replace(step, outbound=tuple(fresh), recent=lately.dump())

    def _with_clearing(self, step: Step, heard: "_Heard") -> Step:
        """The step of somebody who erases everything: first what stands in the chat goes, where that can be."""
        inbound = heard.inbound
        if not isinstance(self.channels[inbound.address.channel], ClearsChats):
            return step
        clearing = Outbound(f"{inbound.id}.c", inbound.address, {}, heard.expires, heard.serial, clears=True)
        return replace(step, outbound=(clearing, *step.outbound))

    def _catalogue(self, guide: Guide, chosen: str | None, inbound: Inbound) -> Catalogue:
        """The person's language: as chosen, else as guessed from what they wrote or what their client says."""
        if chosen and chosen in guide.catalogues:
            return guide.catalogues[chosen]
        hinted = (inbound.hint or "").split("-")[0]
        wished = (*_guesses(guide, inbound), hinted, DEFAULT_LANGUAGE, *guide.catalogues)
        return next(guide.catalogues[language] for language in wished if language in guide.catalogues)

    def _outbound(self, messages: Sequence[Message], heard: "_Heard") -> list[Outbound]:
        inbound, channel = heard.inbound, self.channels[heard.inbound.address.channel]
        calls = [(payload, message) for message in messages for payload in channel.render(message)]
        return [
            Outbound(
                id=f"{inbound.id}.{number}",
                to=inbound.address,
                payload=payload,
                expires=heard.expires,
                serial=heard.serial,
                # What fits the person, and where to go, is still wanted when they have written on.
                question=None if message.question in MENUS else message.question,
            )
            for number, (payload, message) in enumerate(calls)
        ]


@dataclass(frozen=True)
class _Heard:
    """What a step goes by: the session as text, the message, the turn's serial, what passed lately, and the time.

    `tell` hears what becomes of a button; a step that is taken again tells it again.
    """

    saved: str | None
    inbound: Inbound
    serial: int
    lately: Recent
    now: datetime
    tell: Callable[[str, Pressed], None]

    @property
    def expires(self) -> datetime:
        """Until when the answer is worth sending: from now on, as a carrier may bring a message hours late."""
        return max(self.inbound.at, self.now) + WAITS_FOR

    @cached_property
    def session(self) -> Session | None:
        """The session; one that cannot be read counts as none, like an expired one."""
        if self.saved is None:
            return None
        try:
            return load(self.saved)
        except ValueError:
            log.warning("a session cannot be understood: the person begins anew")
            return None


def _led_somewhere(guide: Guide, before: Session | None, turn: Turn, inbound: Inbound) -> bool:
    """Whether a message was a command or an answer. That it told us a language is not enough: any sentence does."""
    if isinstance(inbound.event, Text) and guide.lexicon.command(inbound.event.body):
        return True
    after = turn.session
    return before is not None and (after is None or (before.answers, before.consent) != (after.answers, after.consent))


def _pressed(turn: Turn, guide: Guide, catalogue: Catalogue) -> Pressed | None:
    """What a pressed button's own message is to show; None while the button stays in use."""
    if turn.chosen:
        labels = (label(guide, turn.chosen.question, option, catalogue) for option in turn.chosen.options)
        return Pressed(catalogue.text("telegram.toast.taken"), tuple(labels))
    return Pressed(catalogue.text("telegram.toast.old")) if taps.OLD in turn.notes else None


def _tell_fault(error: Exception, inbound: Inbound) -> None:
    log.error("a turn failed on %s: %s", inbound.address.channel, logs.told(error))


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
