"""One step of the conversation: a session and what happened, in; the next session and what to say, out.

Pure: no clock, no file, no chance. There are no states to move between. What is open is either a question of the
interview, which the planner names anew each time, or one of our own prompts. This module holds the order of things:
who is greeted, what a command does, what an answer leads to. What people meant is decided in `understanding`, what
fits them in `planner` and `results`, how it is said in `wording`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from conversations import help as helpers
from conversations.centres import Nearby, Point, nearest
from conversations.events import Event, Text
from conversations.guide import Guide
from conversations.medium import Medium
from conversations.planner import Plan
from conversations.prompts import PROMPTS
from conversations.questions import SKIPPED, Answer, Question, answer_fact
from conversations.replies import (
    Ask,
    Chosen,
    Country,
    EmergencyNumbers,
    Legal,
    Lines,
    Reply,
    Say,
    ShowCard,
    ShowCentres,
    ShowContact,
    ShowDanger,
    ShowResults,
)
from conversations.results import Results, Sheet, arrange, sheets
from conversations.revival import revive
from conversations.rules import UNMET, facts_of
from conversations.session import Asked, Session
from conversations.understanding import (
    Answered,
    Commanded,
    Endangered,
    Located,
    Picked,
    Ticked,
    Unclear,
    Understood,
    Unread,
    read,
)
from conversations.understanding.towns import Town

DECLINED_FOR = timedelta(hours=1)
"""How long somebody who said no may still ask for places; nothing but their language is kept."""

STOPPED_FOR = timedelta(days=400)
"""How long a stop is remembered, under a keyed hash, with nothing else."""

IDLE = timedelta(hours=3)
"""After this pause a bare number is asked back before it counts: the question may be forgotten."""

DOUBLE_TAP = timedelta(seconds=10)
"""A button pressed again within this time was pressed by a nervous finger: one answer, no second reply."""

CENTRES_A_PAGE = 3
CARD_PAGES, COST_PAGE, CARE_PAGE = 6, 1, 3
"""On a brief channel a card is read page by page: summary, cost, how it stands, cares, scams, the official page."""



@dataclass(frozen=True, slots=True)
class Turn:
    """What one event led to. `session` None: forget this person. `notes` are ids for counting, never values.

    `keep`: how long the session is kept when it is not the usual time.
    """

    session: Session | None
    replies: tuple[Reply, ...]
    notes: tuple[str, ...] = ()
    keep: timedelta | None = None


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
    pause = timedelta(seconds=seen - session.seen) if session is not None else timedelta()
    changed = False
    if session is not None:
        session, changed = revive(replace(session, seen=seen), guide)
    talk = _Talk(guide, medium, now, session, hint, pause)
    turn = talk.carrier(carrier) if carrier else talk.hear(event)
    return _say_first(turn, Say("session.questions_changed")) if changed and turn.replies else turn


def _say_first(turn: Turn, reply: Reply) -> Turn:
    return replace(turn, replies=(reply, *turn.replies))


@dataclass(frozen=True)
class _Talk:
    """One turn in the making. Methods return the finished turn."""

    guide: Guide
    medium: Medium
    now: datetime
    session: Session | None
    hint: str | None = None
    pause: timedelta = timedelta()
    near: Nearby | None = field(default=None)
    legal: Nearby | None = field(default=None)

    @property
    def here(self) -> Session:
        """The session, where there must be one."""
        assert self.session is not None  # noqa: S101  # callers have looked
        return self.session

    def carrier(self, done: str) -> Turn:
        """The carrier has already answered a reserved word: never a second answer to the same word."""
        match done:
            case "STOP":
                return self._stopped(())
            case "HELP":
                return self._again() if self.session and self.session.language else self._greet()
            case _:
                return self._greet()

    def hear(self, event: Event) -> Turn:
        """The turn for something the person did."""
        country = self._country()
        understood = read(event, self.session, self.guide, self.guide.lexicon, country)
        if isinstance(understood, Endangered):
            return self._danger(understood.kind)
        if self.session is None:
            return self._first(event, understood)
        if self.session.stopped:
            quiet = isinstance(understood, Commanded) and understood.name in ("stop", "thanks")
            return Turn(self.session, (), keep=STOPPED_FOR) if quiet else self._greet()
        if isinstance(understood, Commanded):
            return self._command(understood)
        if self.session.language is None:
            return self._choose_language(understood)
        if self.session.consent is False:
            return self._declined(understood)
        return self._answer(understood)

    # ------------------------------------------------------------------ beginning

    def _first(self, event: Event, understood: Understood) -> Turn:
        """Somebody without a session: new, expired, erased. Nothing shows whether this number was here before."""
        match understood:
            case Commanded("stop"):
                return self._stopped((Say("stop.done"),))
            case Commanded("delete"):
                return Turn(None, (Say("delete.done"),))
            case Commanded("hello", argument):
                return self._greet(argument)
        late = not isinstance(event, Text) or self.guide.lexicon.numbers.numbers(event.body, "es") is not None
        guesses = self.guide.lexicon.languages.guess(event.body) if isinstance(event, Text) else ()
        return self._greet(*guesses, text="session.expired.all" if late else "first.greeting")

    def _greet(self, *preferred: str, text: str = "first.greeting") -> Turn:
        """The first message to anybody: who we are in three languages, and the language menu."""
        asked = Asked("language", self._languages((*preferred, self.hint or "")))
        session = Session(run=_run(self.now), seen=int(self.now.timestamp()), content=self.guide.version, asked=asked)
        return Turn(session, (Ask(asked, text=text),), ("greeted",))

    def _languages(self, preferred: Iterable[str] = ()) -> tuple[str, ...]:
        """The languages that are whole, a guessed one first."""
        offered = list(self.guide.languages)
        for tag in preferred:
            code = tag.split("-")[0].lower()
            if code in offered:
                return (code, *(language for language in offered if language != code))
        return tuple(offered)

    def _choose_language(self, understood: Understood) -> Turn:
        match understood:
            case Picked(language) if language in self.guide.languages:
                return self._speak(language)
            case Picked(_):
                return self._menu("language.unavailable")
        return self._menu()

    def _speak(self, language: str) -> Turn:
        """Take a language: before anything else consent follows, later we go on where we were."""
        before = self.here
        session = replace(before, language=language, misses=0)
        if before.consent is None:
            return self._ask(session, Asked("consent", PROMPTS["consent"]), note=f"language:{language}")
        if before.consent is False:
            return self._with(session)._decline()
        said = Say("language.changed")
        if before.asked is None or before.asked.id == "language":
            return self._with(session)._go_on(said)
        return self._ask(session, before.asked, said)

    def _menu(self, text: str = "") -> Turn:
        """The language menu; before any language is known in the words of all of them."""
        asked = Asked("language", self._languages((self.here.language or "",)))
        text = text if self.here.language else "first.greeting"
        return Turn(replace(self.here, asked=asked), (Ask(asked, text=text),))

    def _decline(self) -> Turn:
        """No, thanks: lines that help without this chat, and places on request. Answers are gone."""
        before = self.here
        asked = Asked("lines")
        session = Session(before.run, before.seen, self.guide.version, before.language, consent=False, asked=asked)
        return Turn(session, (Say("consent.no", {"lines": self._lines()}),), ("declined",), DECLINED_FOR)

    def _declined(self, understood: Understood) -> Turn:
        match understood:
            case Located():
                turn = self._located(understood, results=False)
                return replace(turn, keep=DECLINED_FOR)
            case Picked(country) if country in self.guide.served or len(country) == 2:
                return replace(self._country_help(country), keep=DECLINED_FOR)
        return self._decline()

    def _country_help(self, country: str) -> Turn:
        lines = helpers.lines(self.guide.hotlines, country, helpers.GENERAL_LINES, most=4)
        places = tuple(Nearby(near.centre, 0.0) for near in self._places(country)[:CENTRES_A_PAGE])
        replies: list[Reply] = [Say("hotline.list", {"lines": Lines(lines)})] if lines else []
        if places:
            replies.append(ShowCentres(places, country, distances=False))
        if not replies:
            replies.append(Say("centre.none_in_country", {"country": Country(country), "lines": self._operator}))
        return Turn(self.here, tuple(replies), ("lines",))

    # ------------------------------------------------------------------ commands

    def _command(self, command: Commanded) -> Turn:
        """What a command word does, at every step and in every language."""
        turn = self._erasing(command) or self._about_words(command)
        if turn is None and self.here.consent:
            turn = self._within(command)
        return turn or self._again(note=f"command:{command.name}")

    def _erasing(self, command: Commanded) -> Turn | None:
        match command.name:
            case "stop":
                return self._stopped((Say("stop.done"),))
            case "delete":
                return Turn(None, (Say("delete.done"),), ("deleted",))
            case "exit":
                return Turn(None, (Say("exit.done"),), ("left",))
            case "someone_else":
                return self._greet()
            case "stop_inside" if self.here.language:
                return self._ask(self.here, Asked("stop_inside", PROMPTS["stop_inside"]))
        return None

    def _about_words(self, command: Commanded) -> Turn | None:
        """Commands that need no consent."""
        session = self.here
        match command.name:
            case "language" if command.argument in self.guide.languages:
                return self._speak(command.argument)
            case "language":
                return self._menu("language.unavailable" if command.argument and session.language else "")
            case "hello":
                return self._hello(command.argument)
        if session.language is None:
            return None
        match command.name:
            case "help":
                return self._again(Say("help.text", {"contact": self._operator}))
            case "real":
                return self._again(Say("about.who", self._who))
            case "thanks":
                values = {"hours": self.guide.operator.hours, "contact": self._operator}
                return Turn(session, (Say("bye", values),), ("bye",))
            case "more" if session.consent is None:
                return self._again(Say("consent.details", {"hours": self.guide.operator.hours}))
            case "centre":
                return self._ask_town(results=False)
            case "person":
                return self._again(self._person())
        return None

    def _within(self, command: Commanded) -> Turn | None:
        """Commands of the interview itself."""
        match command.name:
            case "back":
                return self._back()
            case "change":
                return self._change()
            case "restart":
                if self.here.answers:
                    return self._ask(self.here, Asked("restart", PROMPTS["restart"]))
                return self._go_on()
            case "results":
                return self._results(asked_for=True)
            case "why":
                return self._why()
            case "more":
                return self._more()
            case "skip":
                return self._skip()
            case "continue":
                return self._go_on()
        return None

    def _hello(self, argument: str) -> Turn:
        """A greeting in the middle: go on or begin again; no earlier answer is shown."""
        if not self.here.language or self.here.consent is False:
            return self._greet(argument)
        if self.here.answers:
            return self._ask(self.here, Asked("resume", PROMPTS["resume"]))
        return self._again()

    def _back(self) -> Turn:
        answers = dict(self.here.answers)
        if not answers:
            return self._again(Say("back.nothing"))
        last = list(answers)[-1]
        del answers[last]
        return self._with(replace(self.here, answers=answers))._put(last, Say("back.done"))

    def _change(self) -> Turn:
        answered = tuple(id for id in self.here.answers if self.guide.question(id))
        if not answered:
            return self._again(Say("change.nothing"))
        return self._ask(self.here, Asked("change", answered))

    def _why(self) -> Turn:
        asked = self.here.asked
        key = f"why.{asked.id}" if asked and self.guide.question(asked.id) else "why.general"
        return self._again(Say(key))

    def _skip(self) -> Turn:
        asked = self.here.asked
        if asked is None:
            return self._again(Say("skip.nothing"))
        id = asked.subject if asked.id in ("miss", "guess", "which", "range", "contradiction") else asked.id
        if self.guide.question(id):
            return self._store({id: SKIPPED}, Say("skip.done"))
        if asked.id in ("town", "town_choice", "town_guess"):
            return self._results() if asked.subject == "results" else self._go_on()
        if asked.id == "private":
            return self._pick("skip_these", asked)
        return self._again(Say("skip.nothing"))

    def _more(self) -> Turn:
        asked = self.here.asked
        match asked.id if asked else "":
            case "results":
                return self._results(page=asked.page + 1) if asked else self._again()
            case "card" if asked:
                return self._card(asked.subject, asked.page + 1)
            case "centres":
                return self._more_places()
        return self._again(Say("more.none"))

    def _stopped(self, replies: tuple[Reply, ...]) -> Turn:
        """No further messages. Only a mark under a keyed hash stays; the confirmation is in the person's language."""
        run = self.session.run if self.session else _run(self.now)
        language = self.session.language if self.session else None
        session = Session(run, int(self.now.timestamp()), stopped=True, language=language)
        return Turn(session, replies, ("stopped",), STOPPED_FOR)

    # ------------------------------------------------------------------ danger and people

    def _danger(self, kind: str) -> Turn:
        """Before anything else, and without a note of it: what was open stays open."""
        country = self._country()
        if country is not None:
            lines = helpers.lines(self.guide.hotlines, country, helpers.DANGER_LINES[kind])
            return Turn(self.session, (ShowDanger(kind, lines, country),), ("danger",))
        said = Say("danger.where", {"emergency_list": EmergencyNumbers()})
        if self.session is None or self.session.language is None or self.session.stopped:
            return Turn(self.session, (said,), ("danger",))
        before = self.here.asked
        asked = Asked("lines", before.options if before else (), subject=before.id if before else "")
        return Turn(replace(self.here, asked=asked), (said,), ("danger",))

    def _person(self) -> Reply:
        country = self._country()
        found = helpers.contact(self.guide.centres, country, self.now) if country else None
        return ShowContact(found, country)

    def _lines(self) -> Lines | EmergencyNumbers:
        """Lines that help anybody in the person's country; without one, the emergency numbers of the region."""
        country = self._country()
        if country is None:
            return EmergencyNumbers()
        return Lines(helpers.lines(self.guide.hotlines, country, helpers.GENERAL_LINES, most=3))

    @property
    def _operator(self) -> str:
        return self.guide.operator.contact

    @property
    def _who(self) -> Mapping[str, object]:
        return {"url": self.guide.operator.url, "contact": self.guide.operator.contact}

    # ------------------------------------------------------------------ answers

    def _answer(self, understood: Understood) -> Turn:
        asked = self.here.asked
        match understood:
            case Answered(answers):
                if self.pause > IDLE and asked and all(not answer.skipped for answer in answers.values()):
                    return self._ask_back(asked, answers)
                return self._store(answers)
            case Ticked(item) if asked:
                ticked = tuple(t for t in asked.ticked if t != item) if item in asked.ticked else (*asked.ticked, item)
                ordered = tuple(option for option in asked.options if option in ticked)
                return self._ask(self.here, replace(asked, ticked=ordered), shorter=True)
            case Picked(option) if asked:
                return self._pick(option, asked)
            case Located():
                return self._place(understood)
            case Unread(kind):
                return self._again(Say(f"odd.{kind}"), note=f"unread:{kind}")
            case Unclear():
                return self._unclear(understood)
        return self._again(Say("end.no_question"))

    def _store(self, answers: Mapping[str, Answer], *said: Reply) -> Turn:
        """Keep answers, drop those that hung on an earlier one, and go on."""
        kept = dict(self.here.answers)
        for id, answer in answers.items():
            kept = self._drop_dependents(kept, id, answer)
            before = kept.pop(id, SKIPPED)
            kept[id] = _together(before, answer)
        session = replace(self.here, answers=kept, misses=0)
        turn = self._with(session)._go_on(*said)
        return replace(turn, notes=(*(f"answered:{id}" for id in answers), *turn.notes))

    def _drop_dependents(self, answers: dict[str, Answer], changed: str, answer: Answer) -> dict[str, Answer]:
        """If the answer that another hangs on changes, that other answer goes."""
        if changed not in answers or answers[changed] == answer:
            return answers
        after = {**answers, changed: answer}
        known = Plan(self.guide, after, self._may_ask_private).known
        kept = {}
        for id, given in answers.items():
            question = self.guide.question(id)
            hangs = question is not None and any(
                fact == answer_fact(changed) or fact.startswith(answer_fact(changed) + ":")
                for fact in facts_of(question.applies)
            )
            one_of_many = question is not None and answer_fact(changed) in facts_of(question.applies)
            if not hangs or (question is not None and not one_of_many and question.applies.judge(known) is not UNMET):
                kept[id] = given
        return kept

    def _pick(self, option: str, asked: Asked) -> Turn:
        """What an option of one of our own prompts does."""
        match asked.id:
            case "language":
                return self._choose_language(Picked(option))
            case "consent":
                if option == "no_thanks":
                    return self._decline()
                return self._with(replace(self.here, consent=True, misses=0))._go_on(note="consented")
            case "private":
                told = self.here.told | ({"no_private"} if option == "skip_these" else {"private"})
                return self._with(replace(self.here, told=told))._go_on()
            case "restart" | "resume":
                return self._begin_or_go_on(option)
            case "stop_inside":
                if option == "stop_writing":
                    return self._stopped((Say("stop.done"),))
                return self._go_on(Say("stop.kept_on"))
            case "change":
                return self._put(option)
            case "miss":
                return self._after_misses(option, asked.subject)
            case "which" | "guess" | "range" | "contradiction":
                return self._confirmed(option, asked)
            case "lines":
                return self._lines_then_on(option, asked)
        return self._pick_shown(option, asked)

    def _pick_shown(self, option: str, asked: Asked) -> Turn:
        """Options under results, cards and places."""
        match option:
            case "keep_answering" | "go_on":
                return self._go_on()
            case "centre":
                return self._ask_town(results=False)
            case "change":
                return self._change()
            case "person":
                return self._again(self._person())
            case "results" | "back_to_list":
                return self._results()
            case "more":
                return self._more()
            case "more_places":
                return self._more_places()
            case "legal_help":
                return self._again(Say("legal.line", {"legal": Legal(self._country())}))
            case "cost_papers" | "careful":
                return self._card(asked.subject, COST_PAGE if option == "cost_papers" else CARE_PAGE)
        if asked.id in ("town_choice", "town_guess"):
            return self._town_picked(option, asked)
        if asked.id == "results" and self.guide.pathway(option):
            return self._card(option)
        return self._unclear(Unclear("nothing"))

    def _begin_or_go_on(self, option: str) -> Turn:
        if option == "keep_going":
            return self._go_on()
        if option == "someone_else":
            return self._greet()
        fresh = replace(self.here, answers={}, told=frozenset(), misses=0, run=_run(self.now))
        return self._with(fresh)._go_on()

    def _after_misses(self, option: str, question: str) -> Turn:
        match option:
            case "skip" if self.guide.question(question):
                return self._store({question: SKIPPED}, Say("skip.done"))
            case "language":
                return self._with(replace(self.here, misses=0))._menu()
            case "person":
                return self._with(replace(self.here, misses=0))._go_on(self._person())
        return self._with(replace(self.here, misses=0))._go_on()

    def _lines_then_on(self, country: str, asked: Asked) -> Turn:
        """The lines of a country, then on where we were; naming the country answers where they are, if that was open."""
        lines = helpers.lines(self.guide.hotlines, country, helpers.GENERAL_LINES, most=4)
        said = Say("hotline.list", {"lines": Lines(lines)}) if lines else Say("unknown.fact", {"contact": self._operator})
        question = self.guide.question(asked.subject)
        if question is not None and "location_country" in question.fills:
            return self._store({question.id: Answer((country,))}, said)
        if not self.here.consent:
            before = Asked(asked.subject, asked.options) if asked.subject else None
            return Turn(replace(self.here, asked=before), (said,))
        return self._go_on(said)

    # ------------------------------------------------------------------ asking

    def _go_on(self, *said: Reply, note: str = "") -> Turn:
        """What comes next: a question that still matters, else the town, else the results."""
        session = self.here
        plan = self.plan
        if plan.next is None:
            if "town" not in session.told and self._places(self._country()):
                return self._ask_town(results=True, said=said)
            return self._results(said=said)
        question = plan.next
        if question.policy == "private" and "private" not in session.told:
            return self._ask(session, Asked("private", PROMPTS["private"]), *said)
        if plan.useful and "ready" not in session.told:
            said = (*said, Say("ask.results_ready"))
            session = replace(session, told=session.told | {"ready"})
        return self._with(session)._put(question.id, *said, note=note)

    def _put(self, id: str, *said: Reply, note: str = "") -> Turn:
        """Put a question of the interview."""
        question = self.guide.question(id)
        if question is None:
            return self._go_on(*said)
        asked = Asked(id, self._options(question))
        first = not self.here.answers and not said
        ask = Ask(asked, first=first, remaining=self.plan.remaining)
        session = replace(self.here, asked=asked, misses=0)
        return Turn(session, (*said, ask), (note,) if note else ())

    def _options(self, question: Question) -> tuple[str, ...]:
        if question.kind == "several":
            plan = Plan(
                self.guide, {k: v for k, v in self.here.answers.items() if k != question.id}, self._may_ask_private
            )
            items = self.plan.items(question) or plan.items(question)
            return tuple(item.id for item in items)
        options = tuple(option.id for option in question.options)
        if question.kind != "country":
            return options
        here = self._country()
        shortcuts = [here] if here and question.country_fact != "location_country" else []
        shortcuts += [code for code in question.shortcuts if code not in shortcuts]
        return (*shortcuts[: len(question.shortcuts)], *options)

    def _ask(self, session: Session, asked: Asked, *said: Reply, note: str = "", shorter: bool = False) -> Turn:
        """Put one of our own prompts, or again what was open."""
        return Turn(replace(session, asked=asked), (*said, Ask(asked, shorter=shorter)), (note,) if note else ())

    def _again(self, *said: Reply, note: str = "", shorter: bool = False) -> Turn:
        """Say something and repeat what is open."""
        session = self.here
        asked = session.asked
        if asked is None:
            return Turn(session, said or (Say("end.no_question"),), (note,) if note else ())
        if asked.id in ("results", "card", "centres", "none"):
            shorter = True
        return self._ask(session, asked, *said, note=note, shorter=shorter)

    def _ask_back(self, asked: Asked, answers: Mapping[str, Answer]) -> Turn:
        """An answer after hours: the question it answers is named before it is used."""
        id, answer = next(iter(answers.items()))
        guess = Asked("guess", PROMPTS["guess"], answer.chosen, id)
        if not answer.chosen:
            return self._again()
        said = Say("session.resumed", {"answer": Chosen(id, answer.chosen)})
        return self._ask(self.here, guess, Say(f"ask.{asked.id}"), said)

    # ------------------------------------------------------------------ not understood

    def _unclear(self, unclear: Unclear) -> Turn:
        session, asked = self.here, self.here.asked
        match unclear.reason:
            case "same_tap" if self.pause <= DOUBLE_TAP:
                return Turn(session, (), ("same_tap",))
            case "old_tap" | "same_tap":
                return self._again(Say("odd.old_button"), note="old_tap")
            case "edited":
                return self._again(Say("odd.edited"))
            case "document_number":
                return self._again(Say("error.document_number"))
            case "empty":
                return self._again(Say("error.empty"))
        if asked is None:
            return Turn(session, (Say("end.no_question"),))
        if unclear.reason in ("ambiguous", "which_country", "guess", "range", "contradiction"):
            return self._confirm(unclear, asked)
        return self._missed(unclear, asked)

    def _confirm(self, unclear: Unclear, asked: Asked) -> Turn:
        """Ask back instead of guessing."""
        subject = asked.subject if asked.id == "which" else asked.id
        match unclear.reason:
            case "guess":
                prompt = Asked("guess", PROMPTS["guess"], unclear.options, subject)
            case "range":
                prompt = Asked("range", PROMPTS["range"], unclear.options, subject)
            case "contradiction":
                prompt = Asked("contradiction", PROMPTS["contradiction"], unclear.options, subject)
            case _:
                prompt = Asked("which", unclear.options, (), subject)
        return self._ask(self.here, prompt, note=f"unclear:{unclear.reason}")

    def _confirmed(self, option: str, asked: Asked) -> Turn:
        """The answer to a question asked back."""
        question = self.guide.question(asked.subject)
        if question is None:
            return self._go_on()
        chosen: tuple[str, ...]
        match option:
            case "no":
                return self._put(question.id)
            case "yes" | "all_of_them" | "the_others":
                chosen = asked.ticked
            case "just_two":
                chosen = (asked.ticked[0], asked.ticked[-1])
            case "only_none":
                chosen = ()
            case _:
                chosen = (option,)
        shown = self._options(question) if question.kind == "several" else ()
        return self._store({question.id: Answer(chosen, shown)})

    def _missed(self, unclear: Unclear, asked: Asked) -> Turn:
        """Not understood: other help each time, and a way round at the third."""
        session = replace(self.here, misses=self.here.misses + 1)
        note = f"unclear:{asked.id}"
        if asked.id == "consent":
            return self._ask(session, asked, Say("consent.unclear"), note=note, shorter=True)
        if asked.id == "town":
            return self._town_missed(session, asked)
        if session.misses >= 3 and self.guide.question(asked.id):
            prompt = Asked("miss", PROMPTS["miss"], subject=asked.id)
            return self._ask(session, prompt, note=note)
        if asked.id == "miss":
            return self._with(replace(session, misses=0))._put(asked.subject)
        if session.misses == 2:
            example = Chosen(asked.id, asked.options[:1])
            return self._ask(session, asked, Say("error.unclear.second", {"example": example}), note=note, shorter=True)
        return self._ask(session, asked, self._first_miss(unclear, asked), note=note, shorter=True)

    def _first_miss(self, unclear: Unclear, asked: Asked) -> Say:
        match unclear.reason:
            case "out_of_range":
                return Say("error.out_of_range", {"low": unclear.low, "high": unclear.high})
            case "one_only":
                return Say("error.one_only")
            case "no_country" if asked.id != "lines" or self.here.consent:
                return Say("country.not_found")
        return Say("error.unclear.first")

    # ------------------------------------------------------------------ results and places

    def _results(self, said: tuple[Reply, ...] = (), page: int = 0, asked_for: bool = False) -> Turn:
        """The results as they stand. The place, if known, is used for this message only."""
        results = arrange(self.plan)
        if asked_for and not results.certain and not results.fits:
            return self._again(Say("results.so_far_none"))
        pages = sheets(results, self.medium.brief)
        if page >= len(pages):
            return self._again(Say("more.none"))
        more = page + 1 < len(pages)
        asked = Asked("results", self._result_options(pages[page], results, more), page=page)
        show = ShowResults(results, pages[page], asked, self.near, self.legal, first=page == 0, more=more)
        return Turn(replace(self.here, asked=asked, misses=0), (*said, show), ("results",))

    def _result_options(self, sheet: Sheet, results: Results, more: bool) -> tuple[str, ...]:
        """Pathways by number, then what else can be done. On a brief channel the words of commands do that."""
        options = [outcome.pathway.id for outcome in sheet.fits]
        if not results.certain:
            options.append("keep_answering")
        if not self.medium.brief:
            options += ["more"] if more else []
            options += ["centre", *([] if results.fits else ["change", "person"])]
        return tuple(options)

    def _card(self, pathway: str, page: int = 0) -> Turn:
        outcome = next((o for o in self.plan.outcomes if o.pathway.id == pathway), None)
        if outcome is None:
            return self._results()
        if page and not self.medium.brief:
            return self._again(Say("more.none"))
        if page >= CARD_PAGES:
            return self._again(Say("more.none"))
        options = ("cost_papers", "careful", "legal_help", "back_to_list") if self.medium.brief else (
            "legal_help", "centre", "back_to_list")  # fmt: skip
        asked = Asked("card", options, subject=pathway, page=page)
        return Turn(
            replace(self.here, asked=asked, misses=0), (ShowCard(outcome, page), Ask(asked, shorter=True)), ("card",)
        )

    def _ask_town(self, results: bool, said: tuple[Reply, ...] = ()) -> Turn:
        """Ask where they are: last of all before the results, or when a place was wanted."""
        country = self._country()
        if country and not self._places(country):
            lines = helpers.lines(self.guide.hotlines, country, helpers.GENERAL_LINES, most=3)
            none = Say("centre.none_in_country", {"country": Country(country), "lines": Lines(lines)})
            return self._again(none) if self.here.asked else self._go_on(none)
        subject = "results" if results else "centres"
        session = replace(self.here, told=self.here.told | {"town"}) if results else self.here
        return self._ask(session, Asked("town", subject=subject), *said)

    def _place(self, located: Located) -> Turn:
        """A place was named or shared. Where none was asked it is not used."""
        asked = self.here.asked
        if asked and self.guide.question(asked.id):
            return self._again(Say("place.live_location" if located.live else "place.not_needed"))
        return self._located(located, results=bool(asked and asked.id == "town" and asked.subject == "results"))

    def _located(self, located: Located, *, results: bool) -> Turn:
        subject = "results" if results else "centres"
        if located.point is not None:
            if not _on_earth(located.point):
                return self._again(Say("place.broken_pin"))
            country = self._country() or self.guide.lexicon.towns.country_of(*located.point)
            return self._near(located.point, country, results, live=located.live)
        if len(located.towns) > 1:
            return self._ask(self.here, Asked("town_choice", tuple(t.id for t in located.towns[:5]), subject=subject))
        town = located.towns[0]
        if not located.sure:
            return self._ask(self.here, Asked("town_guess", PROMPTS["town_guess"], (town.id,), subject))
        return self._near((town.lat, town.lon), town.country, results)

    def _town_picked(self, option: str, asked: Asked) -> Turn:
        if option == "no":
            return self._ask(self.here, Asked("town", subject=asked.subject))
        town = self._town(asked.ticked[0] if option == "yes" else option)
        if town is None:
            return self._ask(self.here, Asked("town", subject=asked.subject))
        return self._near((town.lat, town.lon), town.country, asked.subject == "results")

    def _town(self, id: str) -> Town | None:
        return self.guide.lexicon.towns.get(id)

    def _town_missed(self, session: Session, asked: Asked) -> Turn:
        """The second time the country's lines come along, and going on without a place."""
        if session.misses < 2:
            return self._ask(session, asked, Say("place.not_found"), shorter=True)
        lines = Say("place.not_found.second", {"contact": self._lines()})
        if asked.subject == "results":
            return self._with(replace(session, misses=0))._results((lines,))
        return self._ask(session, asked, lines, shorter=True)

    def _near(self, point: Point, country: str, results: bool, live: bool = False) -> Turn:
        """The nearest help from a point, in that country only. The point ends here."""
        places = nearest(point, country, self.guide.centres, self._needs())
        said: tuple[Reply, ...] = (Say("place.live_location"),) if live else ()
        if results:
            legal = helpers.legal_help(self.guide.centres, country, point)
            return replace(self, near=places[0] if places else None, legal=legal)._results(said)
        if not places:
            lines = helpers.lines(self.guide.hotlines, country, helpers.GENERAL_LINES, most=3)
            none = Say("centre.none_in_country", {"country": Country(country), "lines": Lines(lines)})
            return Turn(self.here, (*said, none), ("centres",))
        further = tuple(near.centre.id for near in places[1 : 1 + 2 * CENTRES_A_PAGE])
        asked = Asked("centres", self._centre_options(), further)
        shown = ShowCentres((places[0],), country)
        session = replace(self.here, asked=asked if self.here.consent else Asked("lines"))
        return Turn(session, (*said, shown, *((Ask(asked, shorter=True),) if self.here.consent else ())), ("centres",))

    def _centre_options(self) -> tuple[str, ...]:
        return PROMPTS["centres"]

    def _more_places(self) -> Turn:
        """Further places near the last one: their ids were kept, never the point."""
        asked = self.here.asked
        ids = asked.ticked if asked and asked.id == "centres" else ()
        centres = [c for id in ids[:CENTRES_A_PAGE] for c in self.guide.centres if c.id == id]
        if not centres or asked is None:
            return self._again(Say("more.none"))
        shown = ShowCentres(tuple(Nearby(c, 0.0) for c in centres), centres[0].country, further=True, distances=False)
        after = replace(asked, ticked=ids[CENTRES_A_PAGE:])
        return Turn(replace(self.here, asked=after), (shown, Ask(after, shorter=True)), ("centres",))

    def _needs(self) -> tuple[str, ...]:
        """The services that the person's own outcomes ask for."""
        if not self.here.consent:
            return ()
        kinds = {o.pathway.kind for o in arrange(self.plan).fits}
        return ("registration", "asylum_info") if "protection" in kinds else ()

    def _places(self, country: str | None) -> list[Nearby]:
        if country is None:
            return [Nearby(c, 0.0) for c in self.guide.centres if c.may_be_named]
        return [Nearby(c, 0.0) for c in self.guide.centres if c.country == country and c.may_be_named]

    # ------------------------------------------------------------------ what is known

    @cached_property
    def plan(self) -> Plan:
        """The interview as it stands."""
        return Plan(self.guide, self.here.answers, self._may_ask_private)

    @property
    def _may_ask_private(self) -> bool:
        return self.medium.private and (self.session is None or "no_private" not in self.session.told)

    def _country(self) -> str | None:
        """The country the person said they are in."""
        if self.session is None or not self.session.answers:
            return None
        left = Plan(self.guide, self.session.answers).known.get("location_country", frozenset())
        return str(next(iter(left))) if len(left) == 1 else None

    def _with(self, session: Session) -> "_Talk":
        return replace(self, session=session)


def _together(before: Answer, after: Answer) -> Answer:
    """A checklist put again for lines not shown before: both answers count."""
    if before.skipped or after.skipped or not before.shown or set(before.shown) & set(after.shown):
        return after
    return Answer(before.chosen + after.chosen, before.shown + after.shown)


def _on_earth(point: Point) -> bool:
    """A point that can be where somebody is: not 0,0, which broken clients send, and within the globe."""
    latitude, longitude = point
    return (latitude, longitude) != (0.0, 0.0) and -90 <= latitude <= 90 and -180 <= longitude <= 180


def _run(now: datetime) -> str:
    """The name of a conversation run for its buttons: the second it began, in base 36."""
    digits, number = "", int(now.timestamp())
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits
