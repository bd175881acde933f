"""Somebody who talks with Rumbo, for tests: what they do goes through `converse` and `word`, nothing else.

Whatever happens in a test, every step is held to what must always be so: at most one message, a record that survives
JSON, buttons that a carrier takes, no text that is missing or unfilled.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Self

from bot.content import load_guide
from conversations.converse import Turn, converse
from conversations.events import Event, Place, Tap, Text, Unreadable, UnreadableKind
from conversations.guide import Guide, Operator
from conversations.medium import SMS, Medium
from conversations.message import Choice, Message
from conversations.planner import Plan
from conversations.questions import Answer
from conversations.replies import Ask, Reply, Say, ShowCard, ShowCentres, ShowContact, ShowDanger, ShowResults
from conversations.rules import Known
from conversations.session import Session, dump, load
from conversations.wording import word

NOON = datetime(2026, 11, 25, 18, tzinfo=UTC)
"""A Wednesday at noon in Mexico City and in San Pedro Sula."""

OPERATOR = Operator("Casa Abierta", "casa@example.org", "https://example.org/rumbo")
PACE = timedelta(seconds=20)
"""How long somebody takes to answer."""

DEFAULT_LANGUAGE = "es"
ON_A_LOCKED_SCREEN = 40
"""About how many characters somebody else can read there (do-no-harm 17)."""

TELLING = re.compile(
    r"asilo|asyl|refugi|comar\b|uscis|\bice\b|acnur|unhcr|\bvisas?\b|h-2|deport|migra|fronter|border|"
    r"tr[aá]fic|traffic|viol|secuest|kidnap|ilegal|illegal|parole|juez|judge|court|\bkill|matar",
    re.IGNORECASE,
)
_UNFILLED = re.compile(r"\{\w+\}|\0")


@cache
def today() -> Guide:
    """The guide of this release with its words, run by somebody who can be reached."""
    return load_guide(OPERATOR)


@dataclass
class Person:
    """One person on one channel. Every act returns the person, so that acts can follow each other."""

    guide: Guide = field(default_factory=today)
    medium: Medium = SMS
    now: datetime = NOON
    hint: str | None = None
    session: Session | None = None
    turn: Turn = field(default_factory=lambda: Turn(None, ()))
    message: Message | None = None
    shown: list[Message] = field(default_factory=list)

    # ------------------------------------------------------------------ what they do

    def writes(self, *texts: str, carrier: str | None = None) -> Self:
        """Texts, one after the other."""
        for text in texts:
            self.does(Text(text), carrier)
        return self

    def edits(self, text: str) -> Self:
        """The last message, corrected."""
        return self.does(Text(text, edited=True))

    def taps(self, *wanted: str) -> Self:
        """Buttons of the last message, by option id or by the beginning of a label."""
        for option in wanted:
            self.presses(self._choice(option))
        return self

    def presses(self, choice: Choice, after: timedelta = PACE) -> Self:
        """A button of whatever message."""
        run, question, option = choice.id.split(":", 2)
        return self.does(Tap(run, question, option), after=after)

    def shares(self, latitude: float, longitude: float, *, live: bool = False) -> Self:
        """A location."""
        return self.does(Place(latitude, longitude, live))

    def sends(self, kind: UnreadableKind) -> Self:
        """Something that Rumbo does not open."""
        return self.does(Unreadable(kind))

    def waits(self, hours: float = 0, minutes: float = 0) -> Self:
        """Time passes."""
        self.now += timedelta(hours=hours, minutes=minutes)
        return self

    def does(self, event: Event, carrier: str | None = None, after: timedelta = PACE) -> Self:
        """One event, and everything that must hold after any."""
        self.now += after
        before = self.session
        self.turn = converse(before, event, self.guide, self.medium, self.now, self.hint, carrier)
        messages = self._worded(before, event)
        assert len(messages) <= 1, "each message costs: one a turn"
        self.message = messages[0] if messages else None
        self.session = self._kept()
        if self.message is not None:
            self._check(self.message)
            self.shown.append(self.message)
        return self

    # ------------------------------------------------------------------ what they see

    @property
    def here(self) -> Session:
        """The session, where there must be one."""
        assert self.session is not None
        return self.session

    @property
    def asked(self) -> str | None:
        """The id of what is open."""
        return self.session.asked.id if self.session and self.session.asked else None

    @property
    def options(self) -> tuple[str, ...]:
        """The options of what is open, as shown."""
        return self.session.asked.options if self.session and self.session.asked else ()

    @property
    def answers(self) -> Mapping[str, Answer]:
        """The answers kept, in the order given."""
        return self.session.answers if self.session else {}

    @property
    def facts(self) -> Known:
        """What the answers say of the person's situation."""
        return Plan(self.guide, self.answers, self.medium.private).known

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The options kept, by question."""
        return {id: answer.chosen for id, answer in self.answers.items()}

    @property
    def text(self) -> str:
        """Everything the last message says, its choices with their numbers and its last line included."""
        return spelled(self.message) if self.message else ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the texts that were said."""
        return tuple(reply.key for reply in self.turn.replies if isinstance(reply, Say))

    def said(self, key: str) -> bool:
        """Whether a text was said in the last turn."""
        return key in self.keys

    @property
    def silent(self) -> bool:
        """Whether nothing was said."""
        return self.message is None

    @property
    def results(self) -> ShowResults:
        """The results just shown."""
        return next(reply for reply in self.turn.replies if isinstance(reply, ShowResults))

    @property
    def heard(self) -> str:
        """The last turn by key, as transcripts write it."""
        return transcript(self.turn.replies) if not self.silent else "nothing"

    # ------------------------------------------------------------------ how it is held together

    def _worded(self, before: Session | None, event: Event) -> list[Message]:
        after = self.turn.session
        known = Plan(self.guide, after.answers, self.medium.private).known if after else None
        language = (after.language if after else None) or (before.language if before else None)
        guesses = self.guide.lexicon.languages.guess(event.body) if isinstance(event, Text) else ()
        wished = (language, *guesses, DEFAULT_LANGUAGE)
        catalogue = next(self.guide.catalogues[code] for code in wished if code and code in self.guide.catalogues)
        return word(self.turn.replies, after, self.guide, catalogue, self.medium, self.now, known)

    def _kept(self) -> Session | None:
        """The session as it comes back from the store."""
        if self.turn.session is None:
            return None
        record = dump(self.turn.session)
        back = load(record)
        assert back == self.turn.session, "a session survives JSON"
        assert dump(back) == record
        return back

    def _check(self, message: Message) -> None:
        text = spelled(message)
        assert text.strip(), "an empty message"
        assert not _UNFILLED.search(text), f"a placeholder was not filled: {text}"
        first = message.plain[:ON_A_LOCKED_SCREEN]
        assert not TELLING.search(first), f"tells too much on a locked screen: {first!r}"
        numbers = [choice.number for choice in message.choices]
        assert len(set(numbers)) == len(numbers), f"two choices with one number: {numbers}"
        labels = [choice.label for choice in message.choices]
        assert len(set(labels)) == len(labels), f"two choices with one label: {labels}"
        for choice in message.choices:
            assert choice.id.isascii(), choice.id
            assert len(choice.id) <= 64, choice.id
            assert choice.label.strip(), choice.id

    def _choice(self, wanted: str) -> Choice:
        choices = self.message.choices if self.message else ()
        by_id = [choice for choice in choices if choice.id.split(":", 2)[2] == wanted]
        by_label = [choice for choice in choices if choice.label.casefold().startswith(wanted.casefold())]
        found = by_id or by_label
        assert found, f"no button {wanted!r} among {[choice.id for choice in choices]}"
        return found[0]


def spelled(message: Message) -> str:
    """A message as a channel without buttons would write it."""
    choices = [f"{choice.number} {choice.label}" for choice in message.choices if not choice.listed]
    return "\n".join(part for part in (message.plain, *choices, message.footer) if part)


# ---------------------------------------------------------------------------------------------------- by key


def transcript(replies: Sequence[Reply]) -> str:
    """Replies by key, never by copy: translators may change every word and no transcript breaks."""
    return "; ".join(_by_key(reply) for reply in replies)


def _by_key(reply: Reply) -> str:
    match reply:
        case Say(key):
            return f"say {key}"
        case Ask():
            return _ask(reply)
        case ShowResults():
            return _results(reply)
        case ShowCard(outcome, page):
            return f"card {outcome.pathway.id} {outcome.standing.value}" + (f" page {page + 1}" if page else "")
        case ShowCentres(centres, country):
            return f"centres in {country}: {', '.join(near.centre.id for near in centres)}"
        case ShowDanger(kind, lines, country):
            return f"danger {kind} in {country}: {', '.join(line.id for line in lines)}"
        case ShowContact(contact, country):
            return f"contact {contact.near.centre.id if contact else 'none'} in {country}"


def _ask(ask: Ask) -> str:
    asked = ask.asked
    parts = ["ask" if not ask.shorter else "ask again", asked.id]
    if asked.subject:
        parts.append(f"({asked.subject})")
    if asked.ticked:
        parts.append(f"[{', '.join(asked.ticked)}]")
    return " ".join(parts + ([f"as {ask.text}"] if ask.text else []))


def _results(show: ShowResults) -> str:
    fits = [f"{outcome.pathway.id} {outcome.standing.value}" for outcome in show.sheet.fits]
    parts = [", ".join(fits) or "none"]
    parts += [f"notice {notice.id}{' if' if conditions else ''}" for notice, conditions in show.sheet.notices]
    if show.sheet.tail and show.results.closed:
        parts.append(f"closed {', '.join(outcome.pathway.id for outcome in show.results.closed)}")
    if show.sheet.tail and show.results.quiet:
        parts.append("quiet")
    if show.sheet.tail and show.results.skipped:
        parts.append(f"skipped {', '.join(show.results.skipped)}")
    parts += [f"near {show.near.centre.id}"] if show.near else []
    parts += [f"legal {show.legal.centre.id}"] if show.legal else []
    parts += ["more"] if show.more else []
    return ("results" if show.results.certain else "results so far") + ": " + " | ".join(parts)
