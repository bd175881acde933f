"""WhatsApp's buttons and lists: what fits becomes one, nothing is lost, and a text stands behind each."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import SendError
from bot.channels.templates import TEXT_LIMIT, Template, all_templates, shown
from bot.channels.twilio import Account
from bot.channels.whatsapp import WhatsApp
from bot.checks.limits import BUTTON, ROW
from bot.messages import Address
from bot.setup.twilio import set_up
from conversations.medium import WHATSAPP as MEDIUM
from conversations.message import Choice, Message, Span
from tests.bot.carrier import ACCOUNT, OURS, SID
from tests.bot.stand_in import Answer, StandIn, standing_in
from tests.conversation import Person, today
from tests.conversations.steps import steps

PERSON = Address("whatsapp", "whatsapp:+5215500000001")
KNOWN = {template.name: f"HX{number:032}" for number, template in enumerate(all_templates(["es", "en"]))}


def choices(*labels: str, listed: bool = False) -> tuple[Choice, ...]:
    """Choices with these labels."""
    return tuple(Choice(f"r1:q:o{n}", label, str(n), listed=listed) for n, label in enumerate(labels, 1))


def rendered(message: Message, known: Mapping[str, str] = KNOWN) -> tuple[str, dict[str, str]]:
    """The name of the template and its variables; a text alone has neither."""
    channel = WhatsApp(ACCOUNT, OURS)
    channel.templates = dict(known)
    (payload,) = channel.render(message)
    names = {sid: name for name, sid in KNOWN.items()}
    assert channel.shows(payload) == WhatsApp(ACCOUNT, OURS).render(message)[0]["Body"]
    return names.get(payload.get("ContentSid", ""), ""), json.loads(payload.get("ContentVariables", "{}"))


def asking(text: str, *labels: str, listed: bool = False, footer: str = "") -> Message:
    """A question in Spanish."""
    return Message((Span(text),), choices(*labels, listed=listed), footer, question="q", language="es")


YES_NO_UNSURE = ("Sí", "No", "No sé")


def test_few_short_choices_are_buttons() -> None:
    """With their numbers, which may be written as well."""
    name, variables = rendered(asking("¿Tiene miedo?", *YES_NO_UNSURE, footer="0 = ayuda"))
    assert name == "rumbo_1_buttons_3_es"
    assert variables == {
        "1": "¿Tiene miedo?\n\n0 = ayuda",
        "2": "1 Sí",
        "3": "r1:q:o1",
        "4": "2 No",
        "5": "r1:q:o2",
        "6": "3 No sé",
        "7": "r1:q:o3",
    }


def test_more_choices_are_a_list() -> None:
    name, variables = rendered(asking("¿Dónde está?", "México", "Guatemala", "Honduras", "Otro país"))
    assert name == "rumbo_1_list_4_es"
    assert [variables[str(n)] for n in (2, 4, 6, 8)] == ["1 México", "2 Guatemala", "3 Honduras", "4 Otro país"]
    assert variables["1"] == "¿Dónde está?"


def test_a_label_too_long_for_a_button_makes_a_list() -> None:
    name, variables = rendered(asking("¿Qué papel?", "Un permiso de trabajo", "Nada"))
    assert name == "rumbo_1_list_2_es"
    assert variables["2"] == "1 Un permiso de trabajo"


def test_a_label_that_is_cut_stands_whole_in_the_text() -> None:
    """Nobody has to choose half a sentence."""
    long = "Estoy esperando una respuesta de la COMAR"
    name, variables = rendered(asking("¿Qué papel?", long, "Nada"))
    assert name == "rumbo_1_list_2_es"
    assert variables["2"] == "1 Estoy esperando una r…"
    assert f"1 {long}" in variables["1"]


def test_a_text_that_lists_its_choices_does_not_list_them_twice() -> None:
    text = "1. Un camino con un nombre muy largo\n2. Otro"
    _, variables = rendered(asking(text, "Un camino con un nombre muy largo", "Otro", listed=True))
    assert variables["1"] == text


def test_a_ticked_line_shows_it() -> None:
    message = Message((Span("¿Cuáles?"),), (Choice("r1:q:a", "Visa", "1", ticked=True),), question="q", language="es")
    assert rendered(message)[1]["2"] == "1 ✓ Visa"


@pytest.mark.parametrize(
    "message",
    [
        asking("¿De dónde es?", *(f"País {n}" for n in range(11))),
        asking("x" * (TEXT_LIMIT + 1), "Sí", "No"),
        asking("Hasta luego"),
        Message((Span("Kote ou ye?"),), choices("Wi", "Non"), language="ht"),
    ],
    ids=["too many", "too long", "nothing to choose", "no such language"],
)
def test_what_does_not_fit_is_numbered_text_with_every_choice(message: Message) -> None:
    assert rendered(message) == ("", {})


def test_without_templates_nothing_changes() -> None:
    assert rendered(asking("¿Sí?", "Sí", "No"), {}) == ("", {})


LABELS = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=60))


@given(LABELS, st.text(min_size=1, max_size=900))
def test_no_choice_is_ever_lost(labels: Sequence[str], text: str) -> None:
    """Within every limit of the carrier, and each label whole somewhere."""
    channel = WhatsApp(ACCOUNT, OURS)
    channel.templates = dict(KNOWN)
    payloads = channel.render(asking(text, *labels))
    variables = json.loads(payloads[0].get("ContentVariables", "{}"))
    if variables:
        ids = [value for name, value in variables.items() if name != "1" and int(name) % 2]
        shown = [value for name, value in variables.items() if name != "1" and not int(name) % 2]
        assert ids == [f"r1:q:o{n}" for n in range(1, len(labels) + 1)]
        assert 0 < len(variables["1"]) <= TEXT_LIMIT
        assert all(0 < len(label) <= (20 if len(labels) <= 3 else 24) for label in shown) or len(labels) <= 3
        assert all(len(label) <= 24 for label in shown)


# --- sending and finding them


@asynccontextmanager
async def whatsapp_at(*answers: Answer) -> AsyncIterator[tuple[WhatsApp, StandIn]]:
    """A channel whose calls go to a stand-in with these answers."""
    async with standing_in(*answers) as stand_in:
        channel = WhatsApp(Account("AC" + "a" * 32, ("token",), api=stand_in.url), OURS)
        channel.templates = dict(KNOWN)
        yield channel, stand_in
        await channel.close()


async def test_a_template_goes_out_without_a_text_of_its_own() -> None:
    """Twilio wants no Body beside a ContentSid."""
    async with whatsapp_at(Answer(201, {"sid": SID})) as (channel, stand_in):
        (payload,) = channel.render(asking("¿Sí?", "Sí", "No"))
        assert await channel.send(PERSON, payload) == SID
    assert set(stand_in.calls[0].data) == {"ContentSid", "ContentVariables", "From", "To"}


@pytest.mark.parametrize("code", [21655, 21656, 21658])
async def test_a_template_that_is_refused_is_told_as_text(code: int) -> None:
    """Nobody waits for an answer because somebody deleted a template."""
    async with whatsapp_at(Answer(400, {"code": code}), Answer(201, {"sid": SID})) as (channel, stand_in):
        (payload,) = channel.render(asking("¿Sí?", "Sí", "No"))
        assert await channel.send(PERSON, payload) == SID
        assert channel.render(asking("¿Sí?", "Sí", "No")) == [{"Body": payload["Body"]}]
    assert stand_in.calls[1].data["Body"] == "¿Sí?\n\n1 Sí\n2 No"


async def test_another_refusal_is_not_told_as_text() -> None:
    async with whatsapp_at(Answer(400, {"code": 21610})) as (channel, stand_in):
        with pytest.raises(SendError):
            await channel.send(PERSON, channel.render(asking("¿Sí?", "Sí", "No"))[0])
    assert len(stand_in.calls) == 1


async def test_ours_are_found_by_their_names_on_every_page() -> None:
    def page(*names: str, more: str | None = None) -> Answer:
        contents = [{"friendly_name": name, "sid": f"HX{name}"} for name in names]
        return Answer(200, {"contents": contents, "meta": {"next_page_url": more}})

    more = "https://content.twilio.com/v1/Content?PageSize=500&Page=1"
    async with whatsapp_at(page("theirs", "rumbo_1_list_4_es", more=more), page("rumbo_1_buttons_2_en")) as (
        channel,
        stand_in,
    ):
        await channel.learn_templates()
        assert channel.templates == {
            "rumbo_1_list_4_es": "HXrumbo_1_list_4_es",
            "rumbo_1_buttons_2_en": "HXrumbo_1_buttons_2_en",
        }
    assert [call.query for call in stand_in.calls] == [{"PageSize": "500"}, {"PageSize": "500", "Page": "1"}]


@pytest.mark.parametrize(
    "answer", [Answer(500), Answer(200, "nonsense"), Answer(drop=True), Answer(401, {"code": 20003})]
)
async def test_an_account_that_cannot_be_asked(answer: Answer) -> None:
    """What was known stays."""
    async with whatsapp_at(answer) as (channel, _):
        with pytest.raises(SendError):
            await channel.learn_templates()
        assert channel.templates == KNOWN


async def test_setting_up_makes_what_is_missing_once() -> None:
    said: list[str] = []
    guide = today()
    there = [{"friendly_name": "rumbo_1_list_4_es", "sid": "HX1"}]
    listed = Answer(200, {"contents": there, "meta": {}})
    async with whatsapp_at(listed, Answer(201, {"sid": "HX2"})) as (channel, stand_in):
        count = await set_up(channel, guide.catalogues, said.append, dry_run=False)
        made = [call.data for call in stand_in.calls if call.method == "POST"]
    assert count == len(made) == len(guide.languages) * 13 - 1
    assert {call["friendly_name"] for call in made} | {"rumbo_1_list_4_es"} == set(KNOWN)
    assert said[0] == f"{len(KNOWN)} templates are needed; 1 are there"
    spanish = next(call for call in made if call["friendly_name"] == "rumbo_1_list_2_es")
    assert spanish["types"] == {
        "twilio/list-picker": {
            "body": "{{1}}",
            "button": "Ver opciones",
            "items": [{"item": "{{2}}", "id": "{{3}}"}, {"item": "{{4}}", "id": "{{5}}"}],
        }
    }


async def test_a_dry_run_makes_nothing_and_says_what_it_would() -> None:
    said: list[str] = []
    async with whatsapp_at(Answer(200, {"contents": [], "meta": {}})) as (channel, stand_in):
        await set_up(channel, today().catalogues, said.append, dry_run=True)
    assert [call.method for call in stand_in.calls] == ["GET"]
    assert [line for line in said if line.startswith("would make ")] == [f"would make {name}" for name in KNOWN]


def test_the_openers_fit_their_button() -> None:
    for catalogue in today().catalogues.values():
        assert 0 < len(catalogue.text("list.open")) <= 20


def test_names_of_templates_are_unlike() -> None:
    templates: list[Any] = list(all_templates(["es", "en"]))
    assert len({template.name for template in templates}) == len(templates) == 26
    assert Template("buttons", 1, "pt_BR").name == "rumbo_1_buttons_1_pt_br"


@pytest.mark.parametrize("step", [id for id, (session, _) in steps().items() if session.language])
def test_a_row_that_is_typed_as_it_is_shown_counts(step: str) -> None:
    """With its number and without, whole or cut as a button or a list cuts it: as the number alone does."""
    here = Person(medium=MEDIUM, session=steps()[step][0]).writes("zzzz")
    for choice in here.message.choices if here.message else ():
        by_number = Person(medium=MEDIUM, session=here.session, now=here.now).writes(choice.number)
        for limit in (ROW, BUTTON):
            row = shown(choice, limit)
            for typed in (row, row.partition(" ")[2]):
                person = Person(medium=MEDIUM, session=here.session, now=here.now).writes(typed)
                assert (person.heard, person.session) == (by_number.heard, by_number.session), typed
