"""Spells texts and the values in them, in one language, for one channel.

A text may have a form of its own for a channel (`<key>.telegram`); where a channel is brief, the short one is taken
(`<key>.sms`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from conversations import help as helpers
from conversations.catalogue import Catalogue
from conversations.centres import Hotline, Nearby
from conversations.guide import Guide
from conversations.labels import label
from conversations.medium import Medium
from conversations.message import Choice, Span
from conversations.pathways import Pathway
from conversations.phones import spoken
from conversations.replies import Chosen, Command, Country, Emergency, EmergencyNumbers, Languages, Legal, Lines
from conversations.results import Age
from conversations.rules import Known, OneOf, Test
from conversations.session import Session

MOST_NUMBERS = 3
"""Emergency numbers in one message: those of most countries."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a message. Only the last block keeps its choices: older ones are answered elsewhere."""

    text: tuple[Span, ...] = ()
    choices: tuple[Choice, ...] = ()
    footer: str = ""
    wants_place: bool = False
    question: str | None = None


@dataclass(frozen=True)
class Writer:
    """What every text is written with. `known`: what is known of the person, for what something depends on."""

    session: Session | None
    guide: Guide
    catalogue: Catalogue
    medium: Medium
    now: datetime
    known: Known

    def text(self, key: str, **values: object) -> str:
        """A text with its values spelled, in the short form where the channel is brief."""
        return self.catalogue.text(self._form(key), **{name: self.spelled(value) for name, value in values.items()})

    def around(self, key: str, hole: str, **values: object) -> tuple[str, str]:
        """A text in two: what stands before the placeholder `hole`, and what stands after it."""
        whole = self.text(key, **{hole: "\0"}, **values)
        before, _, after = whole.partition("\0")
        return before.rstrip(), after.strip()

    def _form(self, key: str) -> str:
        own, short = f"{key}.{self.medium.name}", f"{key}.sms"
        if self.catalogue.has(own):
            return own
        return short if self.medium.brief and self.catalogue.has(short) else key

    def spelled(self, value: object) -> object:
        """A value in words; numbers stay numbers, so that plurals can see them."""
        match value:
            case Country(code):
                return self.catalogue.country(code)
            case Lines(hotlines):
                return "\n".join(self.line(hotline) for hotline in hotlines)
            case EmergencyNumbers():
                return self.emergency_numbers()
            case Emergency(country):
                return self.emergency(country)
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

    def emergency(self, country: str | None) -> str:
        """The number to call in a country, of the police where there is no other; without one, the region's numbers."""
        lines = helpers.lines(self.guide.hotlines, country, ("emergency", "police"), most=1) if country else ()
        return spoken(lines[0].number or "", lines[0].country) if lines else self.emergency_numbers()

    def emergency_numbers(self) -> str:
        """Each emergency number with the countries it serves, most countries first."""
        serving: dict[str, list[str]] = {}
        for hotline in self.guide.hotlines:
            if hotline.kind == "emergency" and hotline.number:
                serving.setdefault(hotline.number, []).append(hotline.country)
        ordered = sorted(serving.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        return "\n".join(
            f"{number}: {', '.join(self.catalogue.country(code) for code in codes)}"
            for number, codes in ordered[:MOST_NUMBERS]
        )

    def legal(self, country: str | None, centre: Nearby | None = None) -> str:
        """Free legal help: a place to call or go to; without one, the official list; without that, the lines."""
        links = [link for link in self.guide.legal_links if link.country == country]
        if (
            links and centre is None and not self.medium.brief
        ):  # a list for the whole country, rather than one far office
            return f"{self.text(f'legal.{links[0].id}')}: {links[0].url}"
        found = centre or (helpers.legal_help(self.guide.centres, country) if country else None)
        if found is not None:
            how = found.centre.phone or found.centre.address or ""
            spelled = spoken(how, found.centre.country) if found.centre.phone else how
            return self.text("centre.short", centre=found.centre.name, phone=spelled)
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

    def conditions(self, tests: Sequence[Test]) -> str:
        """What something depends on, in words that the person can judge alone."""
        return self.catalogue.listing(list(dict.fromkeys(self._condition(test) for test in tests)))

    def _condition(self, test: Test) -> str:
        negative = f"condition.{test.fact}.no"
        if isinstance(test, OneOf) and test.values == {False} and self.catalogue.has(negative):
            return self.text(negative)
        return self.text(f"condition.{test.fact}")

    def age(self, pathway: Pathway) -> Age:
        """Whether a pathway's facts are fresh, to be checked first, or too old to show."""
        return self.guide.ages.of_pathway(pathway.as_of, self.now.date())
