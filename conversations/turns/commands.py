"""What a command word does, at every step and in every language. After each, what was open is put again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from conversations.prompts import ABOUT_A_PLACE, ABOUT_A_QUESTION
from conversations.questions import SKIPPED
from conversations.replies import Say
from conversations.session import Asked
from conversations.turns import beginning, places
from conversations.turns.answers import change, pick, store
from conversations.turns.talk import Talk, Turn
from conversations.understanding import Commanded

AT_ONCE = timedelta(seconds=1)
"""Two greetings within this time are one: a link that opens Telegram may send /start twice."""


def command(talk: Talk, said: Commanded) -> Turn:
    """The turn for a command; a word that has no use at this step repeats what is open."""
    act = _ALWAYS.get(said.name)
    if act is None and talk.here.language:
        act = _ONCE_A_LANGUAGE_IS_KNOWN.get(said.name)
    if act is None and talk.here.consent:
        act = _IN_THE_INTERVIEW.get(said.name)
    return act(talk, said.argument) if act else _of_no_use(talk, said.name)


def _of_no_use(talk: Talk, name: str) -> Turn:
    """After a refusal the lines again; before consent, passing over leads back to it; else what is open."""
    if talk.here.consent is False:
        return beginning.decline(talk)
    if talk.here.language and name in ("skip", "continue"):
        return talk.go_on()
    return talk.again(note=f"command:{name}")


# ---------------------------------------------------------------------- at every step


def _stop(talk: Talk, _: str) -> Turn:
    return beginning.stopped(talk, Say("stop.done"))


def _delete(_: Talk, __: str) -> Turn:
    return Turn(None, (Say("delete.done"),), ("deleted",))


def _exit(_: Talk, __: str) -> Turn:
    """The quick way out: everything is erased, and the answer is dull on purpose."""
    return Turn(None, (Say("exit.done"),), ("left",))


def _someone_else(talk: Talk, _: str) -> Turn:
    return beginning.greet(talk)


def _language(talk: Talk, wished: str) -> Turn:
    if wished in talk.guide.languages:
        return beginning.speak(talk, wished)
    return beginning.unavailable(talk, wished) if wished else talk.menu()


def _hello(talk: Talk, argument: str) -> Turn:
    """A greeting in the middle: go on or begin again; no earlier answer is shown. Twice in a second is once."""
    asked = talk.here.asked
    if asked and asked.id in ("language", "consent", "resume") and talk.pause <= AT_ONCE:
        return Turn(talk.here, (), ("same_hello",))
    if not talk.here.language or talk.here.consent is False:
        return beginning.welcome(talk, argument)
    came = beginning.invited(talk, argument)
    return beginning.counted(came.prompt("resume") if talk.here.answers else came.again(), argument)


# ---------------------------------------------------------------------- once a language is known


def _stop_inside(talk: Talk, _: str) -> Turn:
    return talk.prompt("stop_inside")


def _help(talk: Talk, _: str) -> Turn:
    return talk.again(Say("help.text", {"contact": talk.operator}))


def _real(talk: Talk, _: str) -> Turn:
    return talk.again(Say("about.who", {"url": talk.guide.operator.url, "contact": talk.operator}))


def _thanks(talk: Talk, _: str) -> Turn:
    bye = Say("bye", {"hours": talk.guide.operator.hours, "contact": talk.operator})
    return Turn(talk.here, (bye,), ("bye",))


def _centre(talk: Talk, _: str) -> Turn:
    return talk.ask_town()


def _person(talk: Talk, _: str) -> Turn:
    return talk.again(talk.contact())


def _more(talk: Talk, _: str) -> Turn:
    """More of the last answer."""
    asked = talk.here.asked
    match asked.id if asked else "":
        case "consent":
            return talk.again(Say("consent.details", {"hours": talk.guide.operator.hours}))
        case "results" if asked:
            return talk.results(page=asked.page + 1)
        case "card" if asked:
            return talk.card(asked.subject, asked.page + 1)
        case "centres":
            return places.more(talk)
    return talk.again(Say("more.none"))


# ---------------------------------------------------------------------- in the interview


def _back(talk: Talk, _: str) -> Turn:
    answered = [id for id in talk.here.answers if talk.guide.question(id)]
    if not answered:
        return talk.again(Say("back.nothing"))
    left = {id: given for id, given in talk.here.answers.items() if id != answered[-1]}
    undone, asked = talk.here.answers[answered[-1]], talk.here.asked
    told = talk.here.told - {"town"} if asked and asked.id in ("town", "near_centre") else talk.here.told
    return talk.on(replace(talk.here, answers=left, told=told)).put(answered[-1], Say("back.done"), before=undone)


def _change(talk: Talk, _: str) -> Turn:
    return change(talk)


def _restart(talk: Talk, _: str) -> Turn:
    return talk.prompt("restart") if talk.here.answers else talk.go_on()


def _results(talk: Talk, _: str) -> Turn:
    return talk.results_so_far()


def _continue(talk: Talk, _: str) -> Turn:
    return talk.go_on()


def _why(talk: Talk, _: str) -> Turn:
    id = _question_of(talk.here.asked)
    return talk.again(Say(f"why.{id}" if talk.guide.question(id) else "why.general"))


def _skip(talk: Talk, _: str) -> Turn:
    """Pass over what is open. Skipping never ends the talk."""
    asked = talk.here.asked
    id = _question_of(asked)
    if talk.guide.question(id):
        return store(talk, {id: SKIPPED}, Say("skip.done"))
    if asked and asked.id in ABOUT_A_PLACE:
        return talk.results() if asked.subject == "results" else talk.go_on()
    if asked and asked.id == "private":
        return pick(talk, "skip_these", asked)
    return talk.again(Say("skip.nothing"))


def _question_of(asked: Asked | None) -> str:
    """The question that is open, also while something about it is asked back."""
    if asked is None:
        return ""
    return asked.subject if asked.id in ABOUT_A_QUESTION else asked.id


Act = Callable[[Talk, str], Turn]

_ALWAYS: dict[str, Act] = {
    "stop": _stop,
    "delete": _delete,
    "exit": _exit,
    "someone_else": _someone_else,
    "language": _language,
    "hello": _hello,
}
_ONCE_A_LANGUAGE_IS_KNOWN: dict[str, Act] = {
    "stop_inside": _stop_inside,
    "help": _help,
    "real": _real,
    "thanks": _thanks,
    "centre": _centre,
    "person": _person,
    "more": _more,
}
_IN_THE_INTERVIEW: dict[str, Act] = {
    "back": _back,
    "change": _change,
    "restart": _restart,
    "results": _results,
    "why": _why,
    "skip": _skip,
    "continue": _continue,
}
COMMANDS = frozenset((*_ALWAYS, *_ONCE_A_LANGUAGE_IS_KNOWN, *_IN_THE_INTERVIEW))
"""Every command there is; all but `stop_inside` have words in the catalogues, `command.<name>`."""
