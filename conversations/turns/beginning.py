"""How a conversation begins and how it stops: greeting, language, consent, and the ways out."""

from dataclasses import replace
from datetime import timedelta

from conversations import help as helpers
from conversations.events import Event, Tap, Text
from conversations.invitation import named, read_invitation
from conversations.replies import Ask, Lines, Reply, Say, ShowCentres
from conversations.session import Asked, Session
from conversations.turns import places
from conversations.turns.talk import Talk, Turn, run_name
from conversations.understanding import Commanded, Located, Picked, Understood

DECLINED_FOR = timedelta(hours=1)
"""How long somebody who said no may still ask for places; nothing but their language is kept."""

POSTER = "poster:"
"""What the note of a poster begins with."""

STOPPED_FOR = timedelta(days=400)
"""How long a stop is remembered, under a keyed hash, with nothing else."""


def first(talk: Talk, event: Event, understood: Understood) -> Turn:
    """Somebody without a session: new, expired, erased. Nothing shows whether this number was here before."""
    typed = event.body if isinstance(event, Text) else ""
    guesses = talk.guide.lexicon.languages.guess(typed)
    match understood:
        case Commanded("stop"):
            return stopped(talk, Say("stop.done"))
        case Commanded("delete"):
            return Turn(None, (Say("delete.done"),))
        case Commanded("exit"):
            return Turn(None, (Say("exit.done"),))
        case Commanded("hello", argument):
            missing = (code for code in guesses if code not in talk.guide.languages)  # "hello" alone orders no menu
            return welcome(talk, argument) if argument else greet(talk, *missing)
        case Commanded("language", wished):
            return greet(talk, wished)
    late = isinstance(event, Tap) or talk.guide.lexicon.numbers.numbers(typed, "es") is not None
    return greet(talk, *guesses, text="session.expired.all" if late else "first.greeting")


def greet(talk: Talk, *preferred: str, text: str = "first.greeting") -> Turn:
    """The first message to anybody: who we are in three languages, and the language menu.

    `preferred`: the languages they may want, by what they asked for or wrote.
    """
    asked = Asked("language", talk.languages((*preferred, talk.hint or "")))
    return Turn(newcomer(talk, asked), (*talk.not_yet(preferred), Ask(asked, text=text)), ("greeted",))


def welcome(talk: Talk, payload: str) -> Turn:
    """Somebody opened the chat by a link. Its language stands first in the menu, no more: others may hold the phone
    by now, and the first message is the same to everybody (FC-45)."""
    language = read_invitation(payload).language
    turn = greet(talk, *((language,) if language else ()))
    came = invited(talk.on(turn.session), payload) if turn.session else talk
    return counted(replace(turn, session=came.session), payload)


def invited(talk: Talk, payload: str) -> Talk:
    """The talk with what a link brings besides its language: the centre where it hangs."""
    centre = named(read_invitation(payload).centre, talk.guide.centres)
    return talk.on(replace(talk.here, near=centre.id)) if centre else talk


def counted(turn: Turn, payload: str) -> Turn:
    """The turn with the poster of the link noted, to be counted; nothing of it is kept."""
    poster = read_invitation(payload).poster
    return replace(turn, notes=(*turn.notes, f"{POSTER}{poster}")) if poster else turn


def newcomer(talk: Talk, asked: Asked) -> Session:
    """A session that knows nothing yet."""
    return Session(run_name(talk.now), int(talk.now.timestamp()), content=talk.guide.version, asked=asked)


def choose_language(talk: Talk, understood: Understood) -> Turn:
    """The answer to the language menu."""
    match understood:
        case Picked(country) if talk.here.asked and talk.here.asked.id == "lines":
            return talk.menu("", country_lines(talk, country))
        case Picked(language) if language in talk.guide.languages:
            return speak(talk, language)
        case Picked(language):
            return unavailable(talk, language)
    return talk.menu()


def unavailable(talk: Talk, language: str) -> Turn:
    """A language we do not have: said in its own words where we have those, else in the words of the talk."""
    own = talk.not_yet((language,))
    return talk.menu("" if own else "language.unavailable", *own)


def speak(talk: Talk, language: str) -> Turn:
    """Take a language: before anything else consent follows, later we go on where we were."""
    before = talk.here
    then = talk.on(replace(before, language=language, misses=0))
    if before.consent is None:
        return then.prompt("consent", note=f"language:{language}")
    if before.consent is False:
        return decline(then)
    said = Say("language.changed")
    if before.asked is None or before.asked.id == "language":
        return then.go_on(said)
    return then.ask(before.asked, said)


def decline(talk: Talk) -> Turn:
    """No, thanks: lines that help without this chat, and places on request. Answers are gone."""
    before = talk.here
    asked = Asked("lines")
    session = Session(before.run, before.seen, talk.guide.version, before.language, consent=False, asked=asked)
    return Turn(session, (Say("consent.no", {"lines": talk.lines()}),), ("declined",))


def declined(talk: Talk, understood: Understood) -> Turn:
    """Somebody who declined names a country or a town: its lines and places, once."""
    match understood:
        case Located():
            return places.located(talk, understood)
        case Picked(option) if talk.here.asked and talk.here.asked.id in ("town_choice", "town_guess"):
            return places.picked(talk, option, talk.here.asked)
        case Picked(country):
            return _country_help(talk, country)
    return decline(talk)


def country_lines(talk: Talk, country: str) -> Say:
    """The lines that help anybody in a country."""
    lines = helpers.lines(talk.guide.hotlines, country, helpers.GENERAL_LINES, most=4)
    return Say("hotline.list", {"lines": Lines(lines)}) if lines else Say("unknown.fact", {"contact": talk.operator})


def _country_help(talk: Talk, country: str) -> Turn:
    lines = helpers.lines(talk.guide.hotlines, country, helpers.GENERAL_LINES, most=4)
    centres = tuple(talk.centres_in(country)[: places.A_PAGE])
    replies: list[Reply] = [Say("hotline.list", {"lines": Lines(lines)})] if lines else []
    if centres:
        replies.append(ShowCentres(centres, country, distances=False))
    return Turn(talk.here, tuple(replies or [talk.no_centre(country)]), ("lines",))


def stopped(talk: Talk, *said: Reply) -> Turn:
    """No further messages. Only a mark under a keyed hash stays; the confirmation is in the person's language."""
    before = talk.session
    run = before.run if before else run_name(talk.now)
    language = before.language if before else None
    session = Session(run, int(talk.now.timestamp()), stopped=True, language=language)
    return Turn(session, said, ("stopped",))
