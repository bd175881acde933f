"""What a person meant: reads an event against what is open now.

The order matters and is fixed: words that must work at every step in every language (stop, danger, the commands) come
before any answer; a tap counts only for the question that sent it; an answer is never guessed where two options are
near. What is not understood is a value with a reason, so that the reply can help.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from rapidfuzz import fuzz, process

from conversations.events import Event, Place, Tap, Text, Unreadable
from conversations.prompts import MENUS, YES_NO
from conversations.questions import NONE, SKIPPED, UNSURE, Answer, Question
from conversations.session import Asked, Session
from conversations.understanding.countries import Countries
from conversations.understanding.danger import Danger as DangerWords
from conversations.understanding.languages import Languages
from conversations.understanding.normal import words as folded
from conversations.understanding.numbers import NumberWords
from conversations.understanding.papers import looks_like_document_number
from conversations.understanding.stopping import stop
from conversations.understanding.towns import Town, Towns
from conversations.understanding.yesno import YesNo

Reason = Literal[
    "nothing", "out_of_range", "one_only", "ambiguous", "contradiction", "range", "guess", "document_number",
    "no_country", "which_country", "empty", "old_tap", "same_tap", "edited",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers to questions of the interview, usually one."""

    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Picked:
    """An option of one of our own prompts."""

    option: str


@dataclass(frozen=True, slots=True)
class Ticked:
    """One line of a checklist was tapped: it is now chosen, or no longer."""

    item: str


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command word. `argument` is the language asked for, or the payload of a deep link."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Endangered:
    """Words of danger, by kind."""

    kind: str


@dataclass(frozen=True, slots=True)
class Located:
    """Where the person is, for this turn only: towns that fit (one when it is clear), or a point."""

    towns: tuple[Town, ...] = ()
    point: tuple[float, float] | None = None
    sure: bool = True
    live: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """Not understood, and why. `options` are what it may have meant; `low` and `high` bound what may be written."""

    reason: Reason
    options: tuple[str, ...] = ()
    low: int = 1
    high: int = 0


@dataclass(frozen=True, slots=True)
class Unread:
    """Something we do not open, by kind."""

    kind: str


Understood = Answered | Picked | Ticked | Commanded | Endangered | Located | Unclear | Unread


class Labels(Protocol):
    """The words of options and the questions they belong to."""

    def option_labels(self, question: str, option: str, language: str | None) -> Sequence[str]:
        """All labels of an option in every loaded language, the person's own first."""

    def question(self, id: str) -> Question | None:
        """The question with this id, if there still is one."""

    @property
    def questions(self) -> Sequence[Question]:
        """The interview."""


@dataclass(frozen=True)
class Lexicon:
    """Every word list that understanding needs, of all languages."""

    numbers: NumberWords
    yes_no: YesNo
    countries: Countries
    towns: Towns
    languages: Languages
    danger: DangerWords
    commands: Mapping[tuple[str, ...], str]
    stops: Mapping[str, Sequence[str]]
    greetings: frozenset[tuple[str, ...]] = field(default_factory=frozenset)

    def command(self, text: str) -> str | None:
        """The command that a whole message is, in any language."""
        said = folded(text)
        if not said and not set(text.split()) <= _ONLY_ASKING:
            return None  # a thumb or a flag has no words either, and asks for nothing
        return self.commands.get(said)


_ONLY_ASKING = frozenset(("?", "¿", "¿?", "??", "???", "؟", "？"))
CHECKLIST_NONE = "0"
UNSURE_NUMBER = 9
SLASH = {"start": "hello", "help": "help", "back": "back", "change": "change", "results": "results", "centre": "centre",
         "person": "person", "language": "language", "restart": "restart", "delete": "delete", "stop": "stop",
         "center": "centre", "why": "why", "skip": "skip", "more": "more"}  # fmt: skip
MENU = ("start", "help", "back", "change", "results", "centre", "person", "language", "restart", "delete", "stop")
"""Those that a menu of commands lists, in order; each has a text, `telegram.command.<name>`."""


def read(
    event: Event, session: Session | None, guide: Labels, lexicon: Lexicon, where: str | None = None
) -> Understood:
    """What an event means now. `where` is the country the person said they are in, if they did."""
    question = guide.question(session.asked.id) if session and session.asked else None
    match event:
        case Unreadable(kind):
            return Unclear("empty") if kind == "empty" else Unread(kind)
        case Place(latitude, longitude, live):
            return Located(point=(latitude, longitude), live=live)
        case Tap():
            return _read_tap(event, session, question)
        case Text():
            return _Reader(lexicon, guide, session, question, where).read(event)


def _read_tap(tap: Tap, session: Session | None, question: Question | None) -> Understood:
    asked = session.asked if session else None
    if session is None or tap.run != session.run:
        return Unclear("old_tap")
    if asked is None or (tap.question != asked.id and not {tap.question, asked.id} <= MENUS):
        return Unclear("same_tap") if _just_given(tap, session) else Unclear("old_tap")
    if asked.id in MENUS:
        return Unclear("same_tap") if asked.subject == tap.option else Picked(tap.option)
    if question is not None and question.kind == "several":
        return _tapped_line(tap.option, asked, question)
    if tap.option == UNSURE and question is not None:
        return Answered({question.id: SKIPPED})
    if tap.option not in asked.options:
        return Unclear("old_tap")
    return Answered({question.id: Answer((tap.option,))}) if question else Picked(tap.option)


def _just_given(tap: Tap, session: Session) -> bool:
    """The button pressed twice: its answer is already the one we have."""
    match tap.question:
        case "language":
            return session.language == tap.option
        case "consent":
            return session.consent is (tap.option == "go_on")
    given = session.answers.get(tap.question)
    return given is not None and (given.chosen == (tap.option,) or (tap.option in (UNSURE, NONE) and not given.chosen))


def _tapped_line(option: str, asked: Asked, question: Question) -> Understood:
    if option == NONE:
        return Answered({question.id: Answer((), asked.options)})
    if option == UNSURE:
        return Answered({question.id: SKIPPED})
    if option == "done":
        return Answered({question.id: Answer(asked.ticked, asked.options)})
    return Ticked(option) if option in asked.options else Unclear("old_tap")


@dataclass(frozen=True)
class _Reader:
    """Reads typed text against what is open."""

    lexicon: Lexicon
    guide: Labels
    session: Session | None
    question: Question | None
    where: str | None

    @property
    def _asked(self) -> Asked | None:
        return self.session.asked if self.session else None

    @property
    def _language(self) -> str:
        return (self.session.language if self.session else None) or "es"

    def read(self, text: Text) -> Understood:
        body = text.body
        if not body.strip():
            return Unclear("empty")
        urgent = self._urgent(body)
        if urgent is not None:
            return urgent
        if self._asked is None:
            return Unclear("edited" if text.edited else "nothing")
        answer = self._answer(body)
        if text.edited and self.session is not None and not self.session.misses:
            return Unclear("edited")  # only a message that was not understood can be mended by editing it
        return answer

    # ------------------------------------------------------------------ words that work at every step

    def _urgent(self, body: str) -> Understood | None:
        asked = self._asked
        if body.startswith("/"):
            return self._slash(body)
        stopping = stop(body, self.lexicon.stops)
        if stopping == "whole":
            return Commanded("stop")
        danger = self.lexicon.danger.find(body)
        if danger is not None:
            return Endangered(danger)
        if looks_like_document_number(body):
            return Unclear("document_number")
        zero_is_none = (
            self.question is not None and self.question.kind == "several" and folded(body) == (CHECKLIST_NONE,)
        )
        command = None if zero_is_none else self.lexicon.command(body)
        if command is not None and not self._is_option(body, asked):
            return Commanded(command)
        language = self.lexicon.languages.named(body)
        if language is not None and (asked is None or asked.id != "language"):
            return Commanded("language", language)
        if stopping == "inside" and (asked is None or asked.id not in ("town", "town_choice", "lines")):
            return Commanded("stop_inside")
        if folded(body) in self.lexicon.greetings:
            return Commanded("hello")
        return None

    def _slash(self, body: str) -> Understood:
        name, _, argument = body[1:].partition(" ")
        command = SLASH.get(name.split("@")[0].casefold())
        return Commanded(command, argument.strip()) if command else Unclear("nothing")

    def _is_option(self, body: str, asked: Asked | None) -> bool:
        """A word that is an option here is an answer, whatever command it could be elsewhere."""
        return asked is not None and bool(self._spelled_out(body, asked.options))

    def _labels(self, option: str) -> Sequence[str]:
        asked = self._asked
        assert asked is not None  # noqa: S101  # only read while something is open
        return self.guide.option_labels(asked.subject if asked.id == "which" else asked.id, option, self._language)

    # ------------------------------------------------------------------ answers to what is open

    def _answer(self, body: str) -> Understood:
        question, asked = self.question, self._asked
        assert asked is not None  # noqa: S101  # see read()
        if asked.id in ("town", "near_centre", "centres", "results", "card", "lines") or (
            self.session and self.session.consent is False
        ):
            return self._place_or_option(body, asked)
        if question is None:
            return self._option_or_answer(body, asked)
        if self._unsure(body):
            return Answered({question.id: SKIPPED})
        if question.kind == "country":
            return self._country(body, asked, question)
        if question.kind == "several":
            return self._lines(body, asked, question)
        return self._one(body, asked, question)

    def _unsure(self, body: str) -> bool:
        """ "No sé", also with its number as the list shows it: "9 No sé"."""
        number, said = self.lexicon.numbers.label_after_number(body) or (UNSURE_NUMBER, body)
        return number == UNSURE_NUMBER and self.lexicon.yes_no.unsure(said, self._language)

    def _place_or_option(self, body: str, asked: Asked) -> Understood:
        """What stands open beside a place: an option by number or words, else a country or a town."""
        picked = self._option(body, asked) if asked.options else Unclear("nothing")
        if not isinstance(picked, Unclear):
            return picked
        if asked.id == "lines":
            return self._country_or_town(body)
        if asked.id != "town" and self.lexicon.yes_no.yes_no(body, self._language) is not None:
            return picked  # "bueno" and "vale" are towns too, but hardly here
        found = self.lexicon.towns.find(body, self.where)
        return Located(found.places, sure=found.how != "fuzzy") if found.places else picked

    def _country_or_town(self, body: str) -> Understood:
        """Somebody asked for lines: a country by name; a town counts as its country, or for places near it."""
        codes = self.lexicon.countries.find(body).codes
        if len(codes) == 1:
            return Picked(codes[0])
        towns = self.lexicon.towns.find(body, None)
        if towns.places and self.session is not None and self.session.consent is False:
            return Located(towns.places, sure=towns.how != "fuzzy")
        countries = {town.country for town in towns.places}
        return Picked(countries.pop()) if len(countries) == 1 else Unclear("no_country")

    def _option_or_answer(self, body: str, asked: Asked) -> Understood:
        """An option of a prompt; or, where the prompt is about a question, that question answered in other words."""
        picked = self._option(body, asked)
        about = self.guide.question(asked.subject)
        said_a_number = self.lexicon.numbers.numbers(body, self._language) is not None
        if not isinstance(picked, Unclear) or about is None or said_a_number or self.session is None:
            return picked
        options = (*about.shortcuts, *(o.id for o in about.options), *(i.id for i in about.items))
        session = replace(self.session, asked=Asked(about.id, options))
        answer = replace(self, question=about, session=session)._answer(body)
        return answer if isinstance(answer, Answered) else picked

    def _option(self, body: str, asked: Asked) -> Understood:
        """An option of one of our own prompts: by number, label, yes or no."""
        matched = self._spelled_out(body, asked.options)
        by_number = None if matched else self._by_number(body, asked.options)
        if by_number is not None:
            return Picked(by_number) if isinstance(by_number, str) else by_number
        matched = matched or self._by_label(body, asked.options)
        if len(matched) == 1:
            return Picked(matched[0])
        if asked.id in YES_NO:
            said = self.lexicon.yes_no.yes_no(body, self._language)
            if said is not None:
                return Picked(YES_NO[asked.id][0 if said else 1])
        if asked.id == "language":
            return self._language_option(body, asked)
        return Unclear("nothing", high=len(asked.options))

    def _language_option(self, body: str, asked: Asked) -> Understood:
        """A language by its name; or, from somebody who just goes on writing, the one they write in."""
        named = self.lexicon.languages.named(body)
        if named is not None:
            return Picked(named)
        guesses = self.lexicon.languages.guess(body)
        if self.session and self.session.language and self.lexicon.yes_no.yes_no(body, self._language) is not None:
            guesses = ()  # "no" to the menu of languages asks for none
        if guesses and guesses[0] in asked.options:
            return Picked(guesses[0])
        return Unclear("nothing", high=len(asked.options))

    def _by_number(self, body: str, options: Sequence[str]) -> str | Unclear | None:
        """The option a number names, against the list as it was shown; None when the reply is not a number."""
        copied = self._number_and_label(body, options)
        numbers = self.lexicon.numbers.numbers(body, self._language)
        if copied is not None or numbers is None:
            return copied
        if numbers.kind != "one":
            return Unclear("one_only", high=len(options))
        number = numbers.values[0]
        if 1 <= number <= len(options):
            return options[number - 1]
        return Unclear("out_of_range", high=len(options))

    def _number_and_label(self, body: str, options: Sequence[str]) -> str | None:
        """ "2 Guatemala": the number counts when the words are that option's."""
        found = self.lexicon.numbers.label_after_number(body)
        if found is None or not 1 <= found[0] <= len(options):
            return None
        option = options[found[0] - 1]
        return option if option in self._by_label(found[1], options) else None

    def _spelled_out(self, body: str, options: Sequence[str]) -> list[str]:
        """Options whose whole label this is, such as "18 a 20"."""
        said = folded(body)
        return [option for option in options if said and any(said == folded(label) for label in self._labels(option))]

    def _by_label(self, body: str, options: Sequence[str]) -> list[str]:
        """Options whose words these are: exactly, else by a beginning that only one of them has."""
        said = folded(body)
        exact = self._spelled_out(body, options)
        if exact or not said:
            return exact
        spelled = {option: [folded(label) for label in self._labels(option)] for option in options}
        typed = " ".join(said)
        if len(typed) < 3:
            return []
        return [option for option, labels in spelled.items() if any(_holds(" ".join(label), typed) for label in labels)]

    def _one(self, body: str, asked: Asked, question: Question) -> Understood:
        spelled = self._spelled_out(body, asked.options)
        if len(spelled) == 1:
            return Answered({question.id: Answer((spelled[0],))})
        age = self._age(body, question)
        if age is not None:
            return age
        numbers = self.lexicon.numbers.numbers(body, self._language)
        if numbers is not None and numbers.values == (UNSURE_NUMBER,) and len(asked.options) < UNSURE_NUMBER:
            return Answered({question.id: SKIPPED})
        by_number = self._by_number(body, asked.options)
        if isinstance(by_number, str):
            return Answered({question.id: Answer((by_number,))})
        if by_number is not None:
            return by_number
        matched = self._by_label(body, asked.options)
        if not matched:
            matched = self._by_yes_no(body, question, asked)
        if len(matched) == 1:
            return Answered({question.id: Answer((matched[0],))})
        if matched:
            return Unclear("ambiguous", tuple(matched))
        return self._near(body, asked.options)

    def _by_yes_no(self, body: str, question: Question, asked: Asked) -> list[str]:
        said = self.lexicon.yes_no.yes_no(body, self._language)
        if said is None and question.fills == {"fear_return"} and self.lexicon.danger.fears_return(body):
            said = True
        if said is None:
            return []
        return [option for option in (question.yes if said else question.no) if option in asked.options]

    def _age(self, body: str, question: Question) -> Understood | None:
        """An age in years as the band it lies in. A bare digit belongs to the list: nobody so young is writing."""
        if question.fills != {"age"}:
            return None
        age = self.lexicon.numbers.age(body)
        if age is None or (age <= UNSURE_NUMBER and len(folded(body)) == 1):
            return None
        for option in question.options:
            if age in option.says.get("age", ()):
                return Answered({question.id: Answer((option.id,))})
        return None

    def _near(self, body: str, options: Sequence[str]) -> Understood:
        """A spelling mistake in a label: asked back, never taken."""
        said = " ".join(folded(body))
        if len(said) < 5:
            return Unclear("nothing", high=len(options))
        spelled = {option: " ".join(folded(self._labels(option)[0])) for option in options if self._labels(option)}
        near = process.extract(said, spelled, scorer=fuzz.ratio, score_cutoff=80, limit=2)
        if len(near) == 1 or (len(near) == 2 and near[0][1] - near[1][1] >= 8):
            return Unclear("guess", (near[0][2],))
        return Unclear("nothing", high=len(options))

    def _country(self, body: str, asked: Asked, question: Question) -> Understood:
        by_number = self._by_number(body, asked.options)
        if isinstance(by_number, str):
            return Answered({question.id: Answer((by_number,))})
        numbers = self.lexicon.numbers.numbers(body, self._language)
        if numbers is not None:
            return (
                Answered({question.id: SKIPPED})
                if numbers.values == (UNSURE_NUMBER,)
                else by_number or Unclear("nothing")
            )
        codes, how = self._countries(body, question)
        age = self._age_beside(body)
        if len(codes) == 1:
            if how == "fuzzy":
                return Unclear("guess", codes)
            return Answered({question.id: Answer(codes)} | age)
        if codes:
            return Unclear("which_country", codes)
        matched = self._by_label(body, asked.options)
        return Answered({question.id: Answer((matched[0],))}) if len(matched) == 1 else Unclear("no_country")

    def _countries(self, body: str, question: Question) -> tuple[tuple[str, ...], str]:
        """The countries a text may name. Somebody asked where they are may also name the town."""
        found = self.lexicon.countries.find(body)
        if found.codes or "location_country" not in question.fills:
            return found.codes, found.how
        towns = self.lexicon.towns.find(body, None)
        return tuple(dict.fromkeys(town.country for town in towns.places)), towns.how

    def _age_beside(self, body: str) -> dict[str, Answer]:
        """The age in "17, de Honduras", so that it is not asked again; only while nothing was said of it yet."""
        ages = [age for part in _parts(body) if (age := self.lexicon.numbers.age(part)) is not None]
        for question in self.guide.questions if len(ages) == 1 else ():
            if question.fills == {"age"} and self.session is not None and question.id not in self.session.answers:
                band = next((o.id for o in question.options if ages[0] in o.says["age"]), None)
                return {question.id: Answer((band,))} if band else {}
        return {}

    def _lines(self, body: str, asked: Asked, question: Question) -> Understood:
        """Several lines of a checklist at once."""
        options = asked.options
        if folded(body) == (CHECKLIST_NONE,) or self.lexicon.yes_no.none_of_these(body):
            return Answered({question.id: Answer((), options)})
        if self.lexicon.yes_no.yes_no(body, self._language) is False:
            return Answered({question.id: Answer((), options)})
        numbers = self.lexicon.numbers.numbers(body, self._language)
        if numbers is not None:
            if asked.ticked and numbers.values == (len(options) + 1,):
                return Answered({question.id: Answer(asked.ticked, options)})  # "that is all", by its number
            return self._numbered_lines(numbers.values, numbers.kind, options, question)
        rows = [self._copied_row(row, options) for row in body.splitlines() if row.strip()]
        copied = [row for row in rows if row is not None]
        if copied and len(copied) == len(rows):
            return self._numbered_lines(copied, "several", options, question)
        whole = self._by_label(body, options)  # a label may have a comma in it
        if len(whole) == 1:
            return Answered({question.id: Answer(tuple(whole), options)})
        picked: list[str] = []
        for part in _parts(body):
            matched = self._by_label(part, options)
            if len(matched) != 1:
                return Unclear("ambiguous", tuple(matched)) if len(matched) > 1 else self._near(body, options)
            picked += matched
        return Answered({question.id: Answer(tuple(dict.fromkeys(picked)), options)})

    def _copied_row(self, row: str, options: Sequence[str]) -> int | None:
        """The number of a line that was typed or copied as it is shown: "2 Familia en México", "0 Nada de esto"."""
        option = self._number_and_label(row, options)
        if option is not None:
            return options.index(option) + 1
        found = self.lexicon.numbers.label_after_number(row)
        return 0 if found and found[0] == 0 and self.lexicon.yes_no.none_of_these(found[1]) else None

    def _numbered_lines(
        self, values: Sequence[int], kind: str, options: Sequence[str], question: Question
    ) -> Understood:
        none = 0 in values
        lines = [value for value in values if value != 0]
        if none and lines:
            return Unclear("contradiction", tuple(options[v - 1] for v in lines if 1 <= v <= len(options)))
        if lines == [UNSURE_NUMBER] and len(options) < UNSURE_NUMBER:
            return Answered({question.id: SKIPPED})
        if not all(1 <= value <= len(options) for value in lines):
            return Unclear("out_of_range", low=0, high=len(options))
        if kind == "range":
            low, high = sorted(lines)
            return Unclear("range", tuple(options[low - 1 : high]), low, high)
        return Answered({question.id: Answer(tuple(options[value - 1] for value in lines), tuple(options))})


def _holds(label: str, typed: str) -> bool:
    """Whether the label begins with what was typed, or holds it as whole words."""
    return label.startswith(typed) or f" {typed} " in f" {label} "


_BETWEEN = re.compile(r"[,;\n]|\s+(?:y|and|ak|e|et)\s+")


def _parts(body: str) -> list[str]:
    """The parts of "familia en México y una oferta", cut at commas, new lines and "and"."""
    return [part for part in _BETWEEN.split(body) if part.strip()]
