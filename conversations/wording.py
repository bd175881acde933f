"""Turns what Rumbo means to say into one message in the person's language.

Everything of one turn travels together: each further message costs the person or the operator money. No text is put
together from halves of sentences; names, numbers and dates stand in placeholders. Where a channel is brief the short
form of a text is taken. What a channel does with choices is its own affair.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from conversations import help as helpers
from conversations.catalogue import Catalogue
from conversations.centres import Centre, Hotline, Nearby, opening
from conversations.guide import Guide
from conversations.labels import label
from conversations.medium import Medium
from conversations.message import Choice, Message, Span
from conversations.pathways import LIKELY, MAYBE, Notice, Outcome, Pathway
from conversations.phones import spoken
from conversations.questions import NONE, UNSURE, Question
from conversations.replies import (
    Ask,
    Chosen,
    Command,
    Country,
    EmergencyNumbers,
    Languages,
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
from conversations.results import Results
from conversations.rules import Known, Test
from conversations.session import Asked, Session

DONE = "done"
UNSURE_NUMBER = "9"
NONE_NUMBER = "0"


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a message. Only the last block with choices keeps them: older ones are answered elsewhere."""

    text: tuple[Span, ...] = ()
    choices: tuple[Choice, ...] = ()
    footer: str = ""
    wants_place: bool = False
    question: str | None = None


def word(
    replies: Sequence[Reply],
    session: Session | None,
    guide: Guide,
    catalogue: Catalogue,
    medium: Medium,
    now: datetime,
    known: Known | None = None,
) -> list[Message]:
    """One message for one turn; none when there is nothing to say. `known`: what is known of the person, to tell them
    what something depends on. Raises MissingText when a text does not exist: a key is never sent."""
    writer = Writer(session, guide, catalogue, medium, now, known or {})
    blocks = [block for reply in replies for block in writer.blocks(reply)]
    if not any(block.text or block.choices or block.footer for block in blocks):
        return []
    return [_joined(blocks, writer)]


def _joined(blocks: Sequence[Block], writer: "Writer") -> Message:
    gap = "\n" if writer.medium.brief else "\n\n"
    spans: list[Span] = []
    for block in blocks:
        if spans and block.text:
            spans.append(Span(gap))
        spans += block.text
    last = blocks[-1]
    return Message(
        text=tuple(spans),
        choices=last.choices,
        footer=last.footer,
        wants_place=last.wants_place,
        place_label=writer.text("button.share_location") if last.wants_place else "",
        question=last.question,
    )


@dataclass(frozen=True)
class Writer:
    """Writes replies in one language for one channel."""

    session: Session | None
    guide: Guide
    catalogue: Catalogue
    medium: Medium
    now: datetime
    known: Known

    # ------------------------------------------------------------------ texts and values

    def text(self, key: str, **values: object) -> str:
        """A text with its values spelled, in the short form where the channel is brief."""
        return self.catalogue.text(self._form(key), **{name: self.spelled(value) for name, value in values.items()})

    def around(self, key: str, hole: str, **values: object) -> tuple[str, str]:
        """A text in two: what stands before the placeholder `hole`, and what stands after it."""
        whole = self.text(key, **{hole: "\0"}, **values)
        before, _, after = whole.partition("\0")
        return before.rstrip(), after.strip()

    def _form(self, key: str) -> str:
        short = f"{key}.sms"
        return short if self.medium.brief and self.catalogue.has(short) else key

    def spelled(self, value: object) -> object:
        """A value in words; numbers stay numbers, so that plurals can see them."""
        match value:
            case Country(code):
                return self.catalogue.country(code)
            case Lines(hotlines):
                return "\n".join(self.line(hotline) for hotline in hotlines)
            case EmergencyNumbers():
                return self._emergency_numbers()
            case Legal(country, centre):
                return self.legal(country, centre)
            case Chosen(question, options):
                labels = [label(self.guide, question, option, self.catalogue) for option in options]
                return self.catalogue.listing(labels)
            case Command(name):
                return self.command(name)
            case Languages():
                return ""
            case datetime():
                return self.catalogue.clock(value)
        return value

    def command(self, name: str) -> str:
        """The word we show for a command."""
        return self.catalogue.words(f"command.{name}")[0].upper()

    def line(self, hotline: Hotline) -> str:
        """A telephone line; its hours are said unless it is open day and night."""
        name = self._line_name(hotline)
        number = spoken(hotline.number or "", hotline.country)
        if hotline.hours and hotline.hours != "24/7":
            return self.text("hotline.line_hours", name=name, number=number, hours=hotline.hours)
        return self.text("hotline.line", name=name, number=number)

    def _line_name(self, hotline: Hotline) -> str:
        """Its own name, or what it is for where the name says no more than that."""
        plain = hotline.kind in ("emergency", "police", "fire", "ambulance")
        return self.text(f"kind.{hotline.kind}") if plain else hotline.name

    def _emergency_numbers(self) -> str:
        """Each emergency number with the countries it serves, most countries first."""
        serving: dict[str, list[str]] = {}
        for hotline in self.guide.hotlines:
            if hotline.kind == "emergency" and hotline.number:
                serving.setdefault(hotline.number, []).append(hotline.country)
        ordered = sorted(serving.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        return "\n".join(
            f"{number}: {', '.join(self.catalogue.country(code) for code in codes)}" for number, codes in ordered[:3]
        )

    def legal(self, country: str | None, centre: Nearby | None = None) -> str:
        """Free legal help: a place to call or go to; without one, the official list; without that, the lines."""
        found = centre or (helpers.legal_help(self.guide.centres, country) if country else None)
        if found is not None:
            how = found.centre.phone or found.centre.address or ""
            spelled = spoken(how, found.centre.country) if found.centre.phone else how
            return self.text("centre.short", centre=found.centre.name, phone=spelled)
        links = [link for link in self.guide.legal_links if link.country == country]
        if links:
            return f"{self.text(f'legal.{links[0].id}')}: {links[0].url}"
        if country is None:
            return self.guide.operator.contact
        lines = helpers.lines(self.guide.hotlines, country, helpers.GUIDING_LINES, most=1)
        guides = ", ".join(self.line(hotline) for hotline in lines) or self.guide.operator.contact
        return self.text("legal.unknown", country=Country(country), lines=guides)

    @property
    def country(self) -> str | None:
        """The country the person is in, if they said so."""
        left = self.known.get("location_country", frozenset())
        return str(next(iter(left))) if len(left) == 1 else None

    # ------------------------------------------------------------------ replies

    def blocks(self, reply: Reply) -> Iterator[Block]:
        """The parts a reply makes."""
        match reply:
            case Say(key, values):
                yield Block((Span(self.text(key, **self._with_house(values))),))
            case Ask():
                yield self._ask(reply)
            case ShowResults():
                yield self._results(reply)
            case ShowCard(outcome, page):
                yield Block((Span(self._card(outcome, page)),))
            case ShowCentres():
                yield Block((Span(self._centres(reply)),))
            case ShowDanger():
                yield Block((Span(self._danger(reply)),))
            case ShowContact():
                yield Block((Span(self._contact(reply)),))

    def _with_house(self, values: Mapping[str, object]) -> dict[str, object]:
        """What many texts name: who runs this copy."""
        return {"operator": self.guide.operator.name, "languages": Languages(), **values}

    # ------------------------------------------------------------------ questions

    def _ask(self, ask: Ask) -> Block:
        question = self.guide.question(ask.asked.id)
        if question is not None:
            return self._question(ask, question)
        return self._prompt(ask)

    def _question(self, ask: Ask, question: Question) -> Block:
        """A question of the interview: how many are left, the question, its choices, and how to answer."""
        spans = []
        if not self.medium.brief and ask.remaining > 1 and not ask.shorter:
            spans.append(Span(self.text("ask.progress", count=ask.remaining) + "\n"))
        spans.append(Span(self.text(f"ask.{question.id}"), strong=True))
        return Block(
            text=tuple(spans),
            choices=self._question_choices(ask.asked, question),
            footer=self._question_footer(ask, question),
            question=question.id,
        )

    def _question_choices(self, asked: Asked, question: Question) -> tuple[Choice, ...]:
        choices = [self._choice(asked, option, str(n)) for n, option in enumerate(asked.options, 1)]
        if question.kind == "several":
            choices.append(self._choice(asked, NONE, NONE_NUMBER, listed=self.medium.brief))
            if asked.ticked:
                number = str(len(asked.options) + 1)
                choices.append(Choice(self._id(asked, DONE), self.text("button.chosen_all"), number))
        elif len(asked.options) < int(UNSURE_NUMBER):
            choices.append(self._choice(asked, UNSURE, UNSURE_NUMBER))
        return tuple(choices)

    def _choice(self, asked: Asked, option: str, number: str, *, listed: bool = False) -> Choice:
        subject = asked.subject if asked.id == "which" else asked.id
        text = label(self.guide, subject, option, self.catalogue)
        ticked = option in asked.ticked and self.guide.question(asked.id) is not None
        return Choice(self._id(asked, option), text, number, ticked, listed)

    def _id(self, asked: Asked, option: str) -> str:
        run = self.session.run if self.session else ""
        return f"{run}:{asked.id}:{option}"

    def _question_footer(self, ask: Ask, question: Question) -> str:
        hints = []
        if self.catalogue.has(f"footnote.{question.id}"):
            hints.append(self.text(f"footnote.{question.id}"))
        if question.kind == "several":
            hints.append(self.text("ask.hint.several"))
        elif question.kind == "country":
            hints.append(self.text("ask.hint.country"))
        if question.policy == "private" and not ask.shorter:
            hints.append(self.text("ask.hint.skip"))
        if ask.first:
            hints.append(self.text("help.hint"))
        return "\n".join(hints)

    def _prompt(self, ask: Ask) -> Block:
        """One of our own questions."""
        asked = ask.asked
        choices = tuple(self._choice(asked, option, str(n)) for n, option in enumerate(asked.options, 1))
        match asked.id:
            case "language":
                house = {"hours": self.guide.operator.hours, "contact": self.guide.operator.contact}
                before, after = self.around(ask.text or "language.menu", "languages", **house)
                return Block((Span(before),), choices, after, question=asked.id)
            case "town":
                text = "" if ask.shorter else self.text("ask.place")
                footer = self.text("ask.hint.skip") if asked.subject == "results" else ""
                return Block((Span(text),) if text else (), (), footer, self.medium.pins, asked.id)
            case "results" | "card" | "centres" if ask.shorter:
                choices = tuple(replace(choice, listed=False) for choice in choices)
                return Block((), choices, "", question=asked.id)
            case "lines":
                return Block((), (), "", question=asked.id)
        text = self._prompt_text(ask)
        return Block((Span(text),) if text else (), choices, question=asked.id)

    def _prompt_text(self, ask: Ask) -> str:
        asked = ask.asked
        match asked.id:
            case "consent" if ask.shorter:
                return ""
            case "consent":
                house = {"operator": self.guide.operator.name, "hours": self.guide.operator.hours}
                return self.text("consent.ask", carrier=self.medium.carrier_name, **house)
            case "guess" if asked.ticked and self.guide.question(asked.subject):
                return self.text("error.confirm_spelling", guess=Chosen(asked.subject, asked.ticked))
            case "town_guess":
                return self.text(
                    "error.confirm_spelling", guess=label(self.guide, "town_choice", asked.ticked[0], self.catalogue)
                )
            case "range":
                return self._range(asked)
            case "contradiction":
                return self.text("error.contradiction", none=self.text("ask.hint.none"))
            case "miss":
                return self.text("error.unclear.third", contact=self.guide.operator.contact)
            case "which":
                country = self.guide.question(asked.subject)
                ambiguous = country is not None and country.kind == "country"
                return self.text("country.ambiguous" if ambiguous else "error.ambiguous_option")
        return self.text(_PROMPT_TEXTS[asked.id])

    def _range(self, asked: Asked) -> str:
        first, last = ((asked.ticked[0],), (asked.ticked[-1],))
        return self.text("error.range_or_list", low=Chosen(asked.subject, first), high=Chosen(asked.subject, last))

    # ------------------------------------------------------------------ results

    def _results(self, show: ShowResults) -> Block:
        """One sheet of the results: notices, the list, closed doors, and the nearest help."""
        results, sheet = show.results, show.sheet
        parts: list[Span] = []
        footer = ""
        if show.first:
            intro, heading, footer = self._frame(results, show.legal)
            parts.append(Span(intro))
            parts += self._notices(sheet.notices)
            if sheet.fits:
                parts.append(Span(heading))
        else:
            parts += self._notices(sheet.notices)
        if not self.medium.brief:
            parts += [span for n, outcome in enumerate(sheet.fits, 1) for span in self._entry(n, outcome)]
        if sheet.tail:
            parts += self._tail(results)
        if show.first and not sheet.fits and not sheet.tail and self._no_us_door(results):
            parts.append(Span(self.text("results.no_us")))
        if show.near is not None and not self.medium.brief:
            parts.append(Span(self._nearest(show.near)))
        choices = self._result_choices(show)
        return Block(self._spaced(parts), choices, self._results_footer(show, footer), question=show.asked.id)

    def _frame(self, results: Results, near: Nearby | None) -> tuple[str, str, str]:
        """The words before the list, its heading, and the words after it."""
        legal = Legal(results.country, near)
        if not results.fits:
            return self.text("results.none", legal=legal), "", ""
        likely = any(outcome.standing is LIKELY for outcome in results.fits)
        before, after = self.around("results.several" if likely else "results.maybe_only", "list", legal=legal)
        intro, _, heading = before.rpartition("\n")
        return intro.rstrip(), heading, after

    def _spaced(self, parts: Sequence[Span]) -> tuple[Span, ...]:
        gap = "\n" if self.medium.brief else "\n\n"
        spans: list[Span] = []
        for part in parts:
            if spans and not part.text.startswith("\n"):
                spans.append(Span(gap))
            spans.append(part)
        return tuple(spans)

    def _notices(self, notices: Sequence[tuple[Notice, tuple[str, ...]]]) -> list[Span]:
        return [Span(self._notice(notice, conditions)) for notice, conditions in notices]

    def _notice(self, notice: Notice, conditions: Sequence[str]) -> str:
        citizen_of = self.known.get("nationality", frozenset())
        country = self.catalogue.country(str(next(iter(citizen_of)))) if len(citizen_of) == 1 else ""
        text = self.text(f"notice.{notice.id}", country=country)
        own = f"notice.{notice.id}.if"
        if conditions and self.catalogue.has(own):
            text = f"{text} {self.text(own)}"
        return self.text("notice.line", text=text, date=self.catalogue.day(notice.as_of_text))

    def conditions(self, tests: Sequence[Test]) -> str:
        """What something depends on, in words that the person can judge alone."""
        return self.catalogue.listing(list(dict.fromkeys(self._condition(test) for test in tests)))

    def _condition(self, test: Test) -> str:
        negative = f"condition.{test.fact}.no"
        if getattr(test, "values", None) == {False} and self.catalogue.has(negative):
            return self.text(negative)
        return self.text(f"condition.{test.fact}")

    def _entry(self, number: int, outcome: Outcome) -> list[Span]:
        """A pathway in the list: its name, one plain line, what it depends on, the official page, and how old this is."""
        pathway = outcome.pathway
        name = self.text("results.line", pathway=self._name(pathway), country=self._place_of(pathway))
        lines = [self.text(f"pathway.{pathway.id}.summary")]
        age = self.age(pathway)
        if age == "withheld":
            lines = []
        elif outcome.depends_on:
            lines.append(self.text("results.depends", condition=self.conditions(outcome.depends_on)))
        elif outcome.standing is MAYBE:
            lines.append(self.text("card.standing.limited"))
        lines += [self._official(pathway), self._checked(pathway)]
        return [Span(f"{number}. {name}", strong=True), Span("\n" + "\n".join(line for line in lines if line))]

    def _name(self, pathway: Pathway) -> str:
        return self.text(f"pathway.{pathway.id}.{'short' if self.medium.brief else 'name'}")

    def _place_of(self, pathway: Pathway) -> str:
        return self.text("results.anywhere") if pathway.country == "INT" else self.catalogue.country(pathway.country)

    def age(self, pathway: Pathway) -> str:
        return self.guide.ages.of_pathway(pathway.as_of, self.now.date())

    def _official(self, pathway: Pathway) -> str:
        """The official page with its owner named first; before an enforcement office's app, what it takes."""
        owner = urlsplit(pathway.official_url).hostname or ""
        link = self.text("link.official", owner=owner.removeprefix("www."), url=pathway.official_url)
        if not self.catalogue.has(f"pathway.{pathway.id}.collects"):
            return link
        warning = self.text(
            "link.government_app",
            app=self._name(pathway),
            owner=self.text(f"pathway.{pathway.id}.owner"),
            collects=self.text(f"pathway.{pathway.id}.collects"),
            legal=Legal(self.country),
        )
        return f"{warning}\n{link}"

    def _checked(self, pathway: Pathway) -> str:
        day = self.catalogue.day(pathway.as_of_text)
        match self.age(pathway):
            case "withheld":
                return self.text("age.withheld", url=pathway.official_url, contact=Legal(self.country))
            case "check_first":
                return self.text("age.check_first", date=day)
        return self.text("age.checked", date=day)

    def _no_us_door(self, results: Results) -> bool:
        citizen_of = self.known.get("nationality", frozenset())
        return results.certain and "US" not in citizen_of and all(o.pathway.country != "US" for o in results.fits)

    def _tail(self, results: Results) -> list[Span]:
        """What stands around the list: the doors that are shut, what nobody is asked about, what was passed over."""
        parts = []
        if self._no_us_door(results):
            parts.append(self.text("results.no_us"))
        if results.closed:
            names = [self.text(f"pathway.{o.pathway.id}.short") for o in results.closed]
            parts.append(self.text("results.closed_doors", names=self.catalogue.listing(names)))
        if results.quiet and results.country:
            lines = helpers.lines(self.guide.hotlines, results.country, ("women", "trafficking", "child", "emergency"))
            parts.append(self.text("results.quiet", legal=Legal(results.country), lines=Lines(lines)))
        if results.skipped:
            topics = self.catalogue.listing([self.text(f"topic.{id}") for id in results.skipped])
            parts.append(self.text("results.skipped", topics=topics))
        return [Span(part) for part in parts]

    def _result_choices(self, show: ShowResults) -> tuple[Choice, ...]:
        listed = set() if self.medium.brief else {outcome.pathway.id for outcome in show.sheet.fits}
        return tuple(
            self._choice(show.asked, option, str(n), listed=option in listed)
            for n, option in enumerate(show.asked.options, 1)
        )

    def _results_footer(self, show: ShowResults, after: str) -> str:
        parts = [after] if show.sheet.fits and show.first else []
        if show.near is not None and self.medium.brief:
            parts.append(self._nearest(show.near))
        if show.near is None and show.first and self.medium.brief:
            parts.append(self.text("results.centre_hint"))
        if show.more and self.medium.brief:
            parts.append(self.text("more.hint"))
        return "\n".join(parts)

    # ------------------------------------------------------------------ one pathway

    def _card(self, outcome: Outcome, page: int) -> str:
        pathway = outcome.pathway
        if self.age(pathway) == "withheld":
            return self._checked(pathway)
        if self.medium.brief:
            return self._brief_pages[page](outcome)
        return self.text(
            "card.frame",
            pathway=self._name(pathway),
            country=self._place_of(pathway),
            standing=self._standing(outcome),
            summary=self.text(f"pathway.{pathway.id}.summary"),
            details="\n".join(page(outcome) for page in self._brief_pages[1:-1]),
            official=self._official(pathway),
            checked=self._checked(pathway),
            note=self.text("results.note"),
        )

    def _brief_card(self, outcome: Outcome) -> str:
        pathway = outcome.pathway
        return self.text(
            "card.frame",
            pathway=self._name(pathway),
            standing=self._standing(outcome),
            summary=self.text(f"pathway.{pathway.id}.summary"),
            checked=self._checked(pathway),
        )

    def _standing(self, outcome: Outcome) -> str:
        if outcome.depends_on:
            return self.text("card.standing.maybe", condition=self.conditions(outcome.depends_on))
        if outcome.standing is LIKELY:
            return self.text("card.standing.likely")
        if outcome.standing is MAYBE:
            return self.text("card.standing.limited")
        return self.text("card.standing.shut")

    @property
    def _brief_pages(self) -> tuple[Callable[[Outcome], str], ...]:
        """What a card holds, cut where a brief channel turns the page (CARD_PAGES of them)."""
        return (self._brief_card, self._cost_lines, self._status_line, self._care_lines, self._scam_lines, self._link)

    def _status_line(self, outcome: Outcome) -> str:
        return self.text(f"pathway.{outcome.pathway.id}.status")

    def _link(self, outcome: Outcome) -> str:
        return self._official(outcome.pathway)

    def _cost_lines(self, outcome: Outcome) -> str:
        """Where to ask, what it costs, which form."""
        pathway = outcome.pathway
        places = [self.text(f"apply_from.{place}") for place in pathway.apply_from]
        lines = [self.text("card.line.where", text="; ".join(places))] if places else []
        lines += self._own_line(pathway, "cost", "card.line.cost") + self._own_line(pathway, "form", "card.line.papers")
        return "\n".join(lines)

    def _care_lines(self, outcome: Outcome) -> str:
        """Whom it may not fit, and what it may close."""
        pathway = outcome.pathway
        not_for, closes = list(self._numbered(pathway, "not_for")), list(self._numbered(pathway, "closes"))
        lines = [self.text("card.line.who_not", text="; ".join(not_for))] if not_for else []
        lines += [self.text("card.line.closes", text=" ".join(closes))] if closes else []
        return "\n".join(lines)

    def _scam_lines(self, outcome: Outcome) -> str:
        """The scam to expect, and where this comes from."""
        pathway = outcome.pathway
        source = next((source.title for source in pathway.sources if source.url), "")
        named = [self.text("card.line.source", source=source)] if source else []
        return "\n".join(self._own_line(pathway, "scam", "card.line.scam") + named)

    def _own_line(self, pathway: Pathway, part: str, key: str) -> list[str]:
        own = f"pathway.{pathway.id}.{part}"
        return [self.text(key, text=self.text(own))] if self.catalogue.has(own) else []

    def _numbered(self, pathway: Pathway, part: str) -> Iterator[str]:
        number = 1
        while self.catalogue.has(key := f"pathway.{pathway.id}.{part}.{number}"):
            yield self.text(key)
            number += 1

    # ------------------------------------------------------------------ places and people

    def _centres(self, show: ShowCentres) -> str:
        if show.further or not show.distances:
            cards = "\n".join(self._short_centre(near.centre) for near in show.centres)
            key = "centre.list" if show.further else "centre.in_country"
            return self.text(key, list=cards, country=Country(show.country))
        return self._nearest(show.centres[0])

    def _nearest(self, near: Nearby) -> str:
        """The nearest place; one that is far is said to be, and a call comes first."""
        if not near.far:
            return self.centre_card(near)
        lines = helpers.lines(self.guide.hotlines, near.centre.country, helpers.GUIDING_LINES, most=1)
        key = "centre.far" if lines else "centre.far.no_line"
        far = self.text(key, distance=self._distance(near), lines=", ".join(self.line(line) for line in lines))
        return f"{far}\n{self.centre_card(near)}"

    def centre_card(self, near: Nearby) -> str:
        """One place with everything needed to reach it; lines without content are left out."""
        centre = near.centre
        return self.text(
            "centre.card",
            centre=centre.name,
            address=centre.address or centre.city,
            distance=self.text("centre.distance", distance=self._distance(near)),
            status=self._hours(centre),
            phone_line=self._phone_line(centre),
            languages=self.catalogue.listing([self.catalogue.language_name(code) for code in centre.languages]),
            checked=self._centre_checked(centre),
        )

    def _short_centre(self, centre: Centre) -> str:
        how = spoken(centre.phone, centre.country) if centre.phone else (centre.address or centre.city)
        return self.text("centre.short", centre=centre.name, phone=how)

    def _distance(self, near: Nearby) -> str:
        return self.catalogue.distance(near.km, near.centre.country)

    def _phone_line(self, centre: Centre) -> str:
        lines = [self.text("centre.phone", phone=spoken(centre.phone, centre.country))] if centre.phone else []
        if centre.whatsapp:
            lines.append(self.text("centre.whatsapp", phone=spoken(centre.whatsapp, centre.country)))
        if centre.phone and centre.call_first:
            lines.append(self.text("centre.call_first"))
        if centre.appointment == "required":
            lines.append(self.text("centre.appointment"))
        return "\n".join(lines or [self.text("centre.no_phone")])

    def _hours(self, centre: Centre) -> str:
        """When it is open, computed in its own time zone and said as hours, not only as "open"."""
        now = opening(centre, self.now)
        if now is None:
            if centre.phone:
                return "" if centre.call_first else self.text("centre.hours.unknown")
            return self.text("centre.hours.unknown_no_phone", contact=self._other_contact(centre))
        if now.changes_at is None:
            return self.text("centre.hours.open_always")
        if now.open:
            return self.text("centre.hours.open", time=now.changes_at)
        return self._opens(now.changes_at, self.now.astimezone(ZoneInfo(centre.timezone)).date())

    def _opens(self, at: datetime, today: date) -> str:
        if at.date() == today:
            return self.text("centre.hours.opens_today", time=at)
        if at.date() == today + timedelta(days=1):
            return self.text("centre.hours.opens_tomorrow", time=at)
        return self.text("centre.hours.opens_day", day=self.catalogue.weekday(at), time=at)

    def _other_contact(self, centre: Centre) -> str:
        """Whom to ask when a place has no phone: a line of the country, else who runs this copy."""
        lines = helpers.lines(self.guide.hotlines, centre.country, helpers.GUIDING_LINES, most=1)
        return self.line(lines[0]) if lines else self.guide.operator.contact

    def _centre_checked(self, centre: Centre) -> str:
        if centre.as_of_text is None:
            return self.text("age.unknown")
        age = self.guide.ages.of_centre(centre.as_of, self.now.date())
        key = "age.checked" if age == "fresh" else "age.check_first"
        return self.text(key, date=self.catalogue.day(centre.as_of_text))

    def _danger(self, show: ShowDanger) -> str:
        """The first line says "now" and "free" only when every number in it is known to answer day and night."""
        if not show.hotlines:
            number = self._emergency_of(show.country)
            centre = helpers.legal_help(self.guide.centres, show.country)
            named = self._short_centre(centre.centre) if centre else self.guide.operator.contact
            return self.text("danger.no_line", number=number, country=Country(show.country), centre=named)
        values = {
            "lines": Lines(show.hotlines),
            "exit_word": Command("exit"),
            "legal": Legal(show.country),
            "locator": Lines(show.hotlines),
        }
        said = self.text(f"danger.{show.kind}", **values)
        if helpers.always_open(show.hotlines) or show.kind in ("detained", "missing"):
            return said
        _, _, rest = said.partition("\n")
        return f"{self.text('danger.lead_hours')}\n{rest}"

    def _emergency_of(self, country: str) -> str:
        lines = helpers.lines(self.guide.hotlines, country, ("emergency", "police"), most=1)
        return spoken(lines[0].number or "", country) if lines else self._emergency_numbers()

    def _contact(self, show: ShowContact) -> str:
        """A person to talk to, when somebody answers, and in which languages."""
        if show.contact is None or show.country is None:
            country = Country(show.country) if show.country else ""
            emergency = self._emergency_of(show.country) if show.country else self._emergency_numbers()
            key = "person.none" if show.country else "person.nowhere"
            return self.text(key, country=country, contact=self.guide.operator.contact, emergency=emergency)
        centre, now = show.contact.near.centre, show.contact.opening
        values: dict[str, object] = {
            "centre": centre.name,
            "phone": spoken(centre.phone or "", centre.country),
            "languages": self.catalogue.listing([self.catalogue.language_name(code) for code in centre.languages]),
            "emergency": self._emergency_of(show.country),
        }
        if now is None or now.changes_at is None:
            return self.text("person.hours_unknown", **values)
        if now.open:
            return self.text("person.now", time=now.changes_at, **values)
        return self.text("person.later", day=self.catalogue.weekday(now.changes_at), time=now.changes_at, **values)


_PROMPT_TEXTS = {
    "private": "ask.private",
    "restart": "restart.confirm",
    "resume": "session.continue_or_new",
    "stop_inside": "error.stop_inside",
    "begin": "odd.old_button.no_session",
    "change": "change.which",
    "town_choice": "place.ambiguous",
    "none": "centre.after",
    "results": "centre.after",
    "card": "card.sms_menu",
    "centres": "centre.after",
}
