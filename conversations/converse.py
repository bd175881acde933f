"""One step of the conversation: a session and what happened, in; the next session and what to say, out.

Pure: no clock, no file, no chance. There are no states to move between. What is open is either a question of the
interview, which the planner names anew each time, or one of our own prompts. This module holds the order of things;
what people meant is decided in `understanding`, what each kind of message leads to in `turns`, what fits the person in
`planner` and `results`, how it is said in `wording`.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from conversations.events import Event, Tap
from conversations.guide import Guide
from conversations.medium import Medium
from conversations.replies import Emergency, Reply, Say
from conversations.revival import revive
from conversations.session import Session
from conversations.turns import beginning, taps
from conversations.turns.answers import answer
from conversations.turns.commands import command
from conversations.turns.danger import danger
from conversations.turns.talk import Talk, Turn
from conversations.understanding import Commanded, Endangered, Understood, read

__all__ = ["Turn", "converse", "is_urgent", "too_many"]

_URGENT = frozenset(("stop", "delete", "exit", "help", "person"))


def converse(
    session: Session | None,
    event: Event,
    guide: Guide,
    medium: Medium,
    now: datetime,
    hint: str | None = None,
    carrier: str | None = None,
) -> Turn:
    """The turn for one event. `hint`: a language tag the client offered; `carrier`: what the carrier has already
    answered by itself ("STOP", "HELP", "START")."""
    seen = int(now.timestamp())
    if session is not None and not session.stopped and seen - session.seen > guide.operator.hours * 3600:
        session = None
    if session is None:
        return _kept(_turn(Talk(guide, medium, now, None, hint), event, carrier))
    pause = timedelta(seconds=seen - session.seen)
    today, changed = revive(replace(session, seen=seen), guide)
    turn = _kept(_turn(Talk(guide, medium, now, today, hint, pause), event, carrier))
    if changed and turn.replies and turn.session is not None and not turn.session.stopped:
        return replace(turn, replies=(Say("session.questions_changed"), *turn.replies), in_place=False)
    return turn


def is_urgent(session: Session | None, event: Event, guide: Guide) -> bool:
    """Whether this must be answered however much the person writes: danger, stop, delete, help."""
    understood = read(event, session, guide, guide.lexicon)
    return isinstance(understood, Endangered) or (isinstance(understood, Commanded) and understood.name in _URGENT)


def too_many(session: Session | None, guide: Guide, medium: Medium, now: datetime, wait: timedelta) -> Reply:
    """What somebody is told, once, who writes more than can be answered."""
    minutes = int(wait.total_seconds() // 60)
    return Say("service.flood", {"minutes": minutes, "emergency": Emergency(Talk(guide, medium, now, session).country)})


def _kept(turn: Turn) -> Turn:
    """A stop is remembered long and somebody who declined shortly, whatever else is said in between."""
    after = turn.session
    if after is None or not (after.stopped or after.consent is False):
        return turn
    return replace(turn, keep=beginning.STOPPED_FOR if after.stopped else beginning.DECLINED_FOR)


def _turn(talk: Talk, event: Event, carrier: str | None) -> Turn:
    """Never a second answer to a word that the carrier has answered; danger before anything else; then who it is."""
    if carrier:
        return _after_the_carrier(talk, carrier)
    understood = read(event, talk.session, talk.guide, talk.guide.lexicon, talk.country)
    turn = _led_to(talk, event, understood)
    return taps.settled(talk, event, understood, turn) if isinstance(event, Tap) else turn


def _led_to(talk: Talk, event: Event, understood: Understood) -> Turn:
    if isinstance(understood, Endangered):
        return danger(talk, understood.kind)
    if talk.session is None:
        return beginning.first(talk, event, understood)
    if talk.session.stopped:
        quiet = isinstance(understood, Commanded) and understood.name in ("stop", "thanks")
        link = understood.argument if isinstance(understood, Commanded) and understood.name == "hello" else ""
        return Turn(talk.session, ()) if quiet else beginning.welcome(talk, link)
    if isinstance(understood, Commanded):
        return command(talk, understood)
    if talk.session.language is None:
        return beginning.choose_language(talk, understood)
    if talk.session.consent is False:
        return beginning.declined(talk, understood)
    return answer(talk, event, understood)


def _after_the_carrier(talk: Talk, done: str) -> Turn:
    """The carrier has confirmed a stop, or given its own help text: ours would be a second one."""
    if done == "STOP":
        return beginning.stopped(talk)
    if talk.session is None or talk.session.stopped or not talk.session.language:
        return beginning.greet(talk)
    return talk.again() if done == "HELP" else command(talk, Commanded("hello"))
