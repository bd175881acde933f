"""How turns become messages: one a turn, nothing missing, short where it costs, honest about age, hours, distance."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from conversations.catalogue import MissingText
from conversations.centres import opening
from conversations.guide import Guide
from conversations.medium import SMS, TELEGRAM, WHATSAPP, Medium
from conversations.questions import Answer
from conversations.replies import Say
from conversations.session import Session
from conversations.wording import word
from tests.conversation import NOON, ON_A_LOCKED_SCREEN, TELLING, Person, today
from tests.conversations.steps import TO_RESULTS, everybody

LANGUAGES = today().languages
RESERVED = frozenset(("START", "UNSTOP", "STOP", "STOPALL", "END", "CANCEL", "QUIT", "REVOKE", "OPTOUT",
                      "UNSUBSCRIBE", "INFO", "HELP"))  # fmt: skip
"""Words that carriers act on, but for YES, which is a natural answer and counts only when the carrier says so:
https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out."""


def at_results(medium: Medium, guide: Guide | None = None, now: datetime = NOON) -> Person:
    """A Venezuelan in Tapachula, at the results."""
    person = Person(guide or today(), medium, now).writes("hola", "1", *TO_RESULTS)
    assert person.asked == "results"
    return person


def test_nothing_to_say_is_no_message() -> None:
    """Silence costs nobody anything."""
    assert word((), Session("r", 0), today(), today().catalogues["es"], SMS, NOON) == []


def test_a_key_is_never_sent() -> None:
    """FC-42, DNH 36: a text that is missing stops the turn."""
    with pytest.raises(MissingText):
        word((Say("no.such.text"),), Session("r", 0), today(), today().catalogues["es"], SMS, NOON)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_short_form_where_it_costs(language: str) -> None:
    """DNH 4: SMS takes the short text, the others the long one."""
    catalogue = today().catalogues[language]
    sms, chat = (Person(medium=medium).writes("hola", str(LANGUAGES.index(language) + 1)) for medium in (SMS, WHATSAPP))
    assert len(sms.text) < len(chat.text)
    assert "WhatsApp" in chat.text
    assert catalogue.template("consent.ask.sms")[:20] in sms.text


def test_numbers_of_choices() -> None:
    """Options from 1; "not sure" is 9; "none of these" is 0; what is ticked is marked."""
    person = Person(medium=WHATSAPP).writes("hola", "1", "1", "México", "Venezuela", "34", "1", "1")
    assert person.message is not None
    assert [choice.number for choice in person.message.choices] == ["1", "2", "3", "4", "5", "6", "0"]
    person.taps("job")
    assert [choice.number for choice in person.message.choices if choice.ticked] == ["4"]
    assert person.message.choices[-1].id.endswith(":done")
    assert person.writes("7").chosen["ties"] == ("job",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_choice_is_a_word_of_the_carriers(language: str) -> None:
    """FC-10: whoever sends back what they read is not unsubscribed by it."""
    for step, person in everybody(language):
        person.writes("qwertyuiop")
        for choice in person.message.choices if person.message else ():
            assert choice.label.upper() not in RESERVED, step


# ---------------------------------------------------------------------------------------------------- first words


def _opening() -> Iterator[str]:
    """Texts that may begin a message."""
    for question in today().questions:
        yield from (f"ask.{question.id}", f"why.{question.id}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", list(_opening()))
def test_first_words(key: str, language: str) -> None:
    """DNH 17: what a locked screen shows of a question or a reason tells nothing."""
    first = today().catalogues[language].template(key)[:ON_A_LOCKED_SCREEN]
    assert not TELLING.search(first), first
    assert "pasaporte" not in first.lower()
    assert "passport" not in first.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rest_of_the_results_opens_with_enough_words(language: str) -> None:
    """DNH 17: the opener of MORE fills what a locked screen shows."""
    assert len(today().catalogues[language].template("more.opener")) >= ON_A_LOCKED_SCREEN


# ---------------------------------------------------------------------------------------------------- age and hours


def test_old_facts_are_said_to_be_old() -> None:
    """FC-44: past its limit a pathway says so; past the last one it names only the official page."""
    pathway = next(outcome.pathway for outcome in at_results(WHATSAPP).results.sheet.fits)
    for days, key in ((1, "age.checked"), (45, "age.check_first"), (4 * 365, "age.withheld")):
        guide = _dated(pathway.id, NOON.date() - timedelta(days=days))
        person = at_results(WHATSAPP, guide).taps(pathway.id)
        said = guide.catalogues["es"].template(key).split("{")[0]
        assert said in person.text, key
        assert pathway.official_url in person.text
        summary = guide.catalogues["es"].text(f"pathway.{pathway.id}.summary")
        assert (summary in person.text) == (key != "age.withheld")


def _dated(id: str, as_of: date) -> Guide:
    pathways = [replace(p, as_of=as_of, as_of_text=as_of.isoformat()) if p.id == id else p for p in today().pathways]
    return replace(today(), pathways=tuple(pathways))


@pytest.mark.parametrize("medium", [SMS, WHATSAPP, TELEGRAM])
def test_a_closed_door_is_told_and_never_offered(medium: Medium) -> None:
    """FC-44: nobody pays for a door that is shut, and nobody is sent to it."""
    shown = at_results(medium)
    closed = {outcome.pathway.id for outcome in shown.results.results.closed}
    assert closed
    assert not closed & set(shown.options)


def test_hours_are_those_of_the_place() -> None:
    """FC-44: at the same moment Tapachula has closed and Tijuana is open."""
    at = datetime(2026, 7, 6, 23, 30, tzinfo=UTC)
    place = replace(next(c for c in today().centres if c.city == "Tapachula"), hours="Mo-Fr 09:00-17:00")
    tapachula = opening(replace(place, timezone="America/Mexico_City"), at)
    tijuana = opening(replace(place, timezone="America/Tijuana"), at)
    assert tapachula is not None
    assert not tapachula.open
    assert tijuana is not None
    assert tijuana.open
    assert tijuana.changes_at is not None
    assert tijuana.changes_at.hour == 17


def test_hours_are_said_as_times() -> None:
    """FC-44: "open now" alone is never all that is said."""
    hours = "Mo-Fr 09:00-17:00"
    centres = tuple(replace(c, hours=hours, status="open", confidence="high") for c in today().centres)
    guide = replace(today(), centres=centres)
    texts = set()
    for now in (NOON, NOON + timedelta(hours=9), NOON + timedelta(days=3), NOON + timedelta(hours=-6)):
        person = Person(guide, WHATSAPP, now).writes("hola", "1", "1", "México", "centro", "Tapachula")
        assert any(time in person.text for time in ("17:00", "9:00")), person.text
        texts.add(person.text)
    assert len(texts) == 4


def test_a_far_place_says_so_before_anything_else() -> None:
    """FC-40: the distance comes before the address."""
    text = Person(medium=WHATSAPP).writes("hola", "1", "1", "Honduras", "centro", "San Pedro Sula").text
    assert text.index(" km") < text.index("Tegucigalpa")


# ---------------------------------------------------------------------------------------------------- danger


def test_lines_that_do_not_always_answer_are_not_said_to() -> None:
    """DNH 26: "these lines answer now" only where every one of them does."""
    now = today().catalogues["es"].template("danger.immediate").split("\n")[0]
    sure = replace(today(), hotlines=tuple(replace(line, hours="24/7") for line in today().hotlines))
    unsure = replace(today(), hotlines=tuple(replace(line, hours=None) for line in today().hotlines))
    for guide, said in ((sure, True), (unsure, False)):
        person = Person(guide).writes("hola", "1", "1", "México", "me quieren matar")
        assert (now in person.text) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_we_serve_has_a_number_for_every_danger(language: str) -> None:
    """DNH 26, 36: whatever the danger, a number of that very country that somebody can dial."""
    for country in sorted(today().served - {"INT"}):
        numbers = [line.number.lstrip("+") for line in today().hotlines if line.country == country and line.number]
        for kind, text in DANGERS.items():
            person = Person()
            person.session = Session("tp2kok", int(NOON.timestamp()), today().version, language, True,
                                     {"where": Answer((country,))})  # fmt: skip
            digits = "".join(filter(str.isdigit, person.writes(text).text))
            assert any(number[-6:] in digits for number in numbers), f"{kind} in {country}: {person.text}"


def test_a_country_we_know_nothing_of() -> None:
    """DNH 36: no number of another country is given out as one of this; who runs this copy is named."""
    for text in ("mi esposo me pega", "persona"):
        person = Person().writes("hola", "1", "1", "Argentina", text)
        assert person.heard.startswith("contact none in None")
        assert person.guide.operator.contact in person.text
        assert "México" in person.text


DANGERS = {
    "kidnapping": "me secuestraron",
    "partner": "mi esposo me pega",
    "self_harm": "quiero morir",
    "immediate": "me quieren matar",
    "detained": "la migra detuvo a mi hijo",
}
