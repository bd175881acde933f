"""One turn in the making: what is known of the person now, and the ways in which a turn can end.

A turn ends by asking something: the next question that still matters, one of our own prompts, or again what was open.
When nothing is left to ask it ends with the results.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from conversations import help as helpers
from conversations.centres import Nearby
from conversations.guide import Guide
from conversations.medium import Medium
from conversations.planner import Plan
from conversations.prompts import MENUS, PROMPTS
from conversations.questions import SKIPPED, Answer, Question
from conversations.replies import (
    Ask,
    Chosen,
    Country,
    EmergencyNumbers,
    Lines,
    Reply,
    Say,
    ShowCard,
    ShowContact,
    ShowResults,
)
from conversations.results import Results, Sheet, arrange, sheets
from conversations.session import Asked, Session

NOT_YET = ("ht", "pt", "fr")
"""Languages that are asked for most and may not be offered: we say so in their own words."""

CARD_PAGES = 6
"""On a brief channel a card is read page by page: summary, cost, how it stands, cares, scams, the official page."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one event led to. `session` None: forget this person. `notes` are ids for counting, never values.

    `keep`: how long the session is kept when it is not the usual time. `chosen`: the answer that a tap has given, to be
    shown in place of the buttons; `in_place`: nothing is new but the ticks of the list that was tapped.
    """

    session: Session | None
    replies: tuple[Reply, ...]
    notes: tuple[str, ...] = ()
    keep: timedelta | None = None
    chosen: Chosen | None = None
    in_place: bool = False


@dataclass(frozen=True)
class Talk:
    """What there is to go by in one turn. `pause` is the time since the person's last message."""

    guide: Guide
    medium: Medium
    now: datetime
    session: Session | None
    hint: str | None = None
    pause: timedelta = timedelta()

    # ------------------------------------------------------------------ what is known

    @property
    def here(self) -> Session:
        """The session, where there must be one."""
        assert self.session is not None  # noqa: S101  # callers have looked
        return self.session

    def on(self, session: Session) -> "Talk":
        """The same talk with another session."""
        return replace(self, session=session)

    @cached_property
    def plan(self) -> Plan:
        """The interview as it stands."""
        return Plan(self.guide, self.here.answers, self.may_ask_private)

    @property
    def may_ask_private(self) -> bool:
        """Whether private questions may be put: on a screen of their own, and not when they were declined."""
        return self.medium.private and (self.session is None or "no_private" not in self.session.told)

    @cached_property
    def country(self) -> str | None:
        """The country the person said they are in."""
        if self.session is None or not self.session.answers:
            return None
        left = Plan(self.guide, self.session.answers).known.get("location_country", frozenset())
        return str(next(iter(left))) if len(left) == 1 else None

    @property
    def operator(self) -> str:
        """A contact that works without Rumbo."""
        return self.guide.operator.contact

    def centres_in(self, country: str | None) -> list[Nearby]:
        """The places that may be named in a country, or anywhere; no distances."""
        named = [centre for centre in self.guide.centres if centre.may_be_named]
        return [Nearby(centre, 0.0) for centre in named if country in (None, centre.country)]

    def lines(self) -> Lines | EmergencyNumbers:
        """Lines that help anybody in the person's country; without one, the emergency numbers of the region."""
        if self.country is None:
            return EmergencyNumbers()
        return Lines(helpers.lines(self.guide.hotlines, self.country, helpers.GENERAL_LINES, most=3))

    def which_lines(self) -> Say:
        """What stands over a place to name a country: the lines for those who declined, else the region's numbers."""
        if self.here.consent is False:
            return Say("consent.no", {"lines": self.lines()})
        return Say("danger.where", {"emergency_list": EmergencyNumbers()})

    def contact(self) -> ShowContact:
        """A person to talk to; where we know nobody and no line, who runs this copy and the region's numbers."""
        country = self.country if self.country in self.guide.served else None
        return ShowContact(helpers.contact(self.guide.centres, country, self.now) if country else None, country)

    def no_centre(self, country: str) -> Say:
        """That we know no place in a country, and whom to call there."""
        lines = helpers.lines(self.guide.hotlines, country, helpers.GENERAL_LINES, most=3)
        return Say("centre.none_in_country", {"country": Country(country), "lines": Lines(lines)})

    def languages(self, preferred: Iterable[str] = ()) -> tuple[str, ...]:
        """The languages that are whole, a preferred one first."""
        offered = self.guide.languages
        first = next((code for tag in preferred if (code := tag.split("-")[0].lower()) in offered), None)
        return tuple(sorted(offered, key=lambda code: (code != first, offered.index(code))))

    def not_yet(self, languages: Sequence[str]) -> tuple[Reply, ...]:
        """That we do not write the one language somebody wants or writes in yet, in that language."""
        if len(languages) != 1 or languages[0] not in NOT_YET or languages[0] in self.guide.languages:
            return ()
        return (Say(f"language.not_yet.{languages[0]}", {"contact": self.operator}),)

    # ------------------------------------------------------------------ asking

    def ask(self, asked: Asked, *said: Reply, note: str = "", shorter: bool = False) -> Turn:
        """Put one of our own prompts, or again what was open."""
        session = replace(self.here, asked=asked)
        return Turn(session, (*said, Ask(asked, shorter=shorter)), (note,) if note else ())

    def prompt(self, id: str, *said: Reply, note: str = "") -> Turn:
        """Put one of our own prompts with the options it always has."""
        return self.ask(Asked(id, PROMPTS[id]), *said, note=note)

    def again(self, *said: Reply, note: str = "", shorter: bool = False) -> Turn:
        """Say something and repeat what is open."""
        asked = self.here.asked
        if asked is None:
            return self.go_on(*said, note=note)
        if asked.id == "language" and not self.here.language:
            return replace(self.menu("", *said), notes=(note,) if note else ())  # nothing was answered yet
        if asked.id == "lines" and not said:
            said = (self.which_lines(),)
        return self.ask(asked, *said, note=note, shorter=shorter or asked.id in MENUS)

    def menu(self, text: str = "", *said: Reply) -> Turn:
        """The language menu; before any language is known in the words of all of them."""
        asked = Asked("language", self.languages((self.here.language or "",)))
        text = text if self.here.language else "first.greeting"
        return Turn(replace(self.here, asked=asked), (*said, Ask(asked, text=text)))

    def go_on(self, *said: Reply, note: str = "") -> Turn:
        """What comes next: a question that still matters, else the town, else the results."""
        session, question = self.here, self.plan.next
        if session.consent is None:
            return self.prompt("consent", *said, note=note)
        if question is None:
            if "town" not in session.told and self.centres_in(self.country):
                return self.ask_town(*said, for_results=True)
            return self.results(*said)
        if question.policy == "private" and "private" not in session.told:
            return self.prompt("private", *said, note=note)
        if "ready" not in session.told and arrange(self.plan).fits:
            told = replace(session, told=session.told | {"ready"})
            return self.on(told).put(question.id, *said, Say("ask.results_ready"), note=note)
        return self.put(question.id, *said, note=note)

    def put(self, id: str, *said: Reply, note: str = "", before: Answer = SKIPPED) -> Turn:
        """Put a question of the interview; `before`: the answer that is to be given anew."""
        question = self.guide.question(id)
        if question is None:
            return self.go_on(*said)
        ask = Ask(
            Asked(id, self.options(question, before)),
            first=not self.here.answers and not said,
            remaining=self.plan.remaining,
        )
        session = replace(self.here, asked=ask.asked, misses=0)
        return Turn(session, (*said, ask), (note,) if note else ())

    def options(self, question: Question, before: Answer = SKIPPED) -> tuple[str, ...]:
        """The options of a question as they are shown to this person, in order."""
        if question.kind == "several":
            return self._lines_of(question, before)
        options = tuple(option.id for option in question.options)
        if question.kind != "country":
            return options
        first = (self.country,) if self.country and question.country_fact != "location_country" else ()
        shortcuts = dict.fromkeys((*first, *question.shortcuts))
        return (*tuple(shortcuts)[: len(question.shortcuts)], *options)

    def _lines_of(self, question: Question, before: Answer) -> tuple[str, ...]:
        """The lines of a checklist that still matter. To change an answer, those it was given to as well: what came
        after may have settled them."""
        new = self.plan.items(question)
        if new and not before.shown:
            return tuple(item.id for item in new)
        others = {id: answer for id, answer in self.here.answers.items() if id != question.id}
        wanted = {item.id for item in Plan(self.guide, others, self.may_ask_private).items(question)}
        lines = tuple(item.id for item in question.items if item.id in wanted | set(before.shown))
        return lines or tuple(item.id for item in question.items)

    def ask_town(self, *said: Reply, for_results: bool = False) -> Turn:
        """Ask where they are: last of all before the results, or when a place was wanted."""
        if self.country and not self.centres_in(self.country):
            none = self.no_centre(self.country)
            return self.again(*said, none) if self.here.asked else self.go_on(*said, none)
        subject, told = ("results", {"town"}) if for_results else ("centres", set())
        talk = self.on(replace(self.here, told=self.here.told | told, near=""))
        near = next((near.centre for near in self.centres_in(self.country) if near.centre.id == self.here.near), None)
        if near is not None:
            return talk.ask(Asked("near_centre", PROMPTS["near_centre"], (near.id,), subject), *said)
        return talk.ask(Asked("town", subject=subject), *said)

    # ------------------------------------------------------------------ results

    def results(self, *said: Reply, page: int = 0, near: Nearby | None = None, legal: Nearby | None = None) -> Turn:
        """The results as they stand. `near` and `legal`: the nearest help, when the place is known; it ends here."""
        results = arrange(self.plan)
        pages = sheets(results, self.medium)
        if page >= len(pages):
            return self.again(Say("more.none"))
        more = page + 1 < len(pages)
        asked = Asked("results", self._result_options(pages[page], results, more), page=page)
        show = ShowResults(results, pages[page], asked, near, legal, first=page == 0, more=more)
        return Turn(replace(self.here, asked=asked, misses=0), (*said, show), ("results",))

    def results_so_far(self) -> Turn:
        """The results on request; before anything is certain only that it is too early."""
        found = arrange(self.plan)
        return self.results() if found.certain or found.fits else self.again(Say("results.so_far_none"))

    def _result_options(self, sheet: Sheet, results: Results, more: bool) -> tuple[str, ...]:
        """Pathways by number, then what else can be done. On a brief channel the words of commands do that."""
        options = [outcome.pathway.id for outcome in sheet.fits]
        if not results.certain:
            options.append("keep_answering")
        if not self.medium.brief:
            options += ["more"] if more else []
            options += ["centre", *([] if results.fits else ["change", "person"])]
        return tuple(options)

    def card(self, pathway: str, page: int = 0) -> Turn:
        """One pathway in full, or a page of it where the channel is brief."""
        outcome = next((o for o in self.plan.outcomes if o.pathway.id == pathway), None)
        if outcome is None:
            return self.results()
        if page >= (CARD_PAGES if self.medium.brief else 1):
            return self.again(Say("more.none"))
        first = ("cost_papers", "careful") if self.medium.brief else ()
        last = ("legal_help", "back_to_list") if self.medium.brief else ("legal_help", "centre", "back_to_list")
        asked = Asked("card", (*first, *last), subject=pathway, page=page)
        session = replace(self.here, asked=asked, misses=0)
        return Turn(session, (ShowCard(outcome, page), Ask(asked, shorter=True)), ("card",))


def run_name(now: datetime) -> str:
    """The name of a conversation run for its buttons: the second it began, in base 36."""
    digits, number = "", int(now.timestamp())
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits
