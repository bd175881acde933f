"""What people write, against what is open: one table for each kind of question, in Spanish and English and beyond.

Read a row aloud: at this question, in this language, these words mean that. Where people may be misread the row says so
with `unclear`, and why. FC numbers are those of the field cases.
"""

from collections.abc import Mapping

import pytest

from conversations.events import Event, Place, Tap, Text, Unreadable
from conversations.prompts import PROMPTS
from conversations.questions import Answer
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
from tests.conversation import today

RUN = "tp2kok"
TIES = ("family_us", "family_mx", "family_ca", "job", "school", "registered")
MORE = ("skilled", "language", "green_card", "emergency")


def shown(question: str) -> tuple[str, ...]:
    """The options of a question as most people see them."""
    found = today().question(question)
    if found is None:
        return PROMPTS[question] or {"town_choice": ("MX", "US"), "language": ("es", "en")}.get(question, ())
    lines = {"ties": TIES, "more": MORE}.get(question, ())
    return (*found.shortcuts, *(option.id for option in found.options), *lines)


def at(
    question: str,
    language: str | None = "es",
    asked: Asked | None = None,
    answers: Mapping[str, Answer] | None = None,
    misses: int = 0,
) -> Session:
    """Somebody at this question."""
    asked = asked or Asked(question, shown(question))
    return Session(RUN, 0, "", language, consent=True, answers=answers or {}, asked=asked, misses=misses)


def meant(event: Event, session: Session | None, where: str | None = None) -> str:
    """What an event means, in one line."""
    return in_words(read(event, session, today(), today().lexicon, where))


def in_words(understood: Understood) -> str:
    """A value of `understanding`, in one line."""
    match understood:
        case Answered(answers):
            return " ".join(f"{id}={_answer(given)}" for id, given in answers.items())
        case Picked(option):
            return f"pick {option}"
        case Ticked(item):
            return f"tick {item}"
        case Commanded(name, argument):
            return f"command {name} {argument}".strip()
        case Endangered(kind):
            return f"danger {kind}"
        case Located(towns, point):
            return "point" if point else "at " + " ".join(f"{town.name},{town.country}" for town in towns[:2])
        case Unclear(reason, options):
            return " ".join(("unclear", reason, *options))
        case Unread(kind):
            return f"unread {kind}"


def _answer(given: Answer) -> str:
    return "skipped" if given.skipped else ",".join(given.chosen) or "none"


def rows(table: str) -> list[tuple[str, str, str]]:
    """Rows "language | text ; text ; … | meaning"; \\u escapes work."""
    found = []
    for line in table.strip().splitlines():
        language, texts, meaning = (part.strip() for part in line.split(" | "))
        found += [(language, text.encode("latin-1", "backslashreplace").decode("unicode_escape"), meaning)
                  for text in texts.split(" ; ")]  # fmt: skip
    return found


# ---------------------------------------------------------------------------------------------------- one country

WHERE = """
es | 3 ; ٣ ; ۳ ; ३ ; ３ ; \\u200b3 ; \\ufeff3 ; 3\\u2060 ; \\u200f3\\u200f | where=GT
es | \\x203 ; 3\\x20 ; 3\\xa0 ; 3\\n ; 3. ; 3) ; (3) ; #3 ; 3️⃣ ; *3* ; "3" ; «3» ; 3 - | where=GT
es | tres ; TRES ; la tres ; opción tres ; opcion 3 ; número 3 | where=GT
en | three ; number 3 ; option three ; the third ; 3 please | where=GT
ht | twa ; 3 | where=GT
ht | de | where=US
es | Guatemala ; guatemala ; GUATEMALA!! ; 3 Guatemala ; 3. Guatemala | where=GT
es | Guatemala 🇬🇹 ; 🇬🇹 ; de Guatemala ; Guate ; estoy en guatemala ahora | where=GT
es | Guatamala ; guatemla | unclear guess GT
es | ² | where=US
es | 12 ; 0 ; -1 ; 1.5 ; 1 2 ; 1 y 3 ; 99 | not where
es | 9 ; no sé ; No sé. ; prefiero no decir ; no quiero decir | where=skipped
en | 9 ; I don't know ; not sure ; I'd rather not say ; idk | where=skipped
es | Tapachula ; estoy en tapachula chiapas ; tijuana | where=MX
es | San Pedro Sula | where=HN
es | Nogales | unclear which_country MX US
es | Congo | unclear which_country CD CG
es | México ; mexico ; MEXICO ; México 🇲🇽 ; mejico | where=MX
es | EEUU ; estados unidos ; USA ; gringolandia | where=US
en | the US ; in the united states | where=US
en | help us | not where
es | qwerty ; xyz ; jajaja | unclear no_country
es | ninguno ; ninguna de estas | unclear no_country
es | Afganistán ; soy de afganistán | where=AF
"""

NATIONALITY = """
es | 1 ; hondureño ; hondureña ; soy de honduras ; catracho ; Soy hondureña y tengo dos hijos | nationality=HN
es | 17, de Honduras ; honduras, 17 ; tengo 17 años y soy de Honduras | nationality=HN age=under_18
es | venezolano ; veneco ; Venezuela 🇻🇪 ; vzla | nationality=VE
en | venezuelan ; from venezuela ; I am from Venezuela | nationality=VE
es | ningún país ; 8 | nationality=XX
es | USA ; gringo ; estadounidense | nationality=US
es | Guinea | not nationality
es | dominicana ; república dominicana | nationality=DO
es | sí ; no | unclear no_country
"""


@pytest.mark.parametrize(("language", "text", "meaning"), rows(WHERE))
def test_where(language: str, text: str, meaning: str) -> None:
    """FC-01, FC-02, FC-03, FC-05, FC-06, FC-39: numbers in all spellings, names in all forms, never a guess."""
    holds(meant(Text(text), at("where", language)), meaning)


@pytest.mark.parametrize(("language", "text", "meaning"), rows(NATIONALITY))
def test_nationality(language: str, text: str, meaning: str) -> None:
    """A country by demonym, in a sentence, or with the age beside it."""
    holds(meant(Text(text), at("nationality", language)), meaning)


def holds(said: str, meaning: str) -> None:
    """Whether a meaning is what the row says; "not where": anything but an answer to it."""
    if meaning.startswith("not "):
        assert not said.startswith(f"{meaning.removeprefix('not ')}="), said
    else:
        assert said == meaning


# ---------------------------------------------------------------------------------------------------- one of several

AGE = """
es | 1 ; menos de 18 ; Menos de 18. ; 17 ; tengo 17 años ; diecisiete ; 15 años | age=under_18
es | 2 ; 18 a 20 ; 18 ; 20 años ; diecinueve | age=18_to_20
es | 3 ; 21 ; veintiuno | age=21
es | 4 ; 22 o más ; 22 o mas ; 34 ; ٢٥ ; treinta y cuatro ; tengo 45 | age=22_or_more
en | under 18 ; 17 ; seventeen ; I am 17 | age=under_18
en | 22 or older ; thirty-four ; 60 years old | age=22_or_more
es | 9 ; no sé | age=skipped
es | 5 ; 6 ; 500 | unclear out_of_range
es | -1 ; 1.5 | unclear nothing
es | 0 | command language
es | ² | age=18_to_20
es | qwerty | unclear nothing
"""

FEAR = """
es | 1 ; uno ; es posible ; Es posible. ; sí ; si ; SÍ! ; si\\u0301 ; 👍 ; claro ; sip | fear=danger
es | 2 ; no, pero falta trabajo ; falta trabajo ; NO PERO FALTA TRABAJO | fear=hardship
es | 3 ; estaría a salvo ; no, estaria a salvo | fear=safe
es | no ; No. ; 👎 | unclear ambiguous hardship safe
es | no sé ; nose ; prefiero no decir ; 9 | fear=skipped
es | si no ; ¿sí? | not fear
es | 1 y 3 ; 1 3 | unclear one_only
es | 7 ; 0 | not fear
es | es posibel | unclear guess danger
es | tengo miedo ; tengo miedo de volver ; sí, tengo miedo de regresar a mi país ; me da miedo volver | fear=danger
en | I'm afraid ; I'm afraid of going back ; yes, I am scared to go home | fear=danger
es | no tengo miedo ; no tengo miedo de volver | unclear ambiguous hardship safe
es | estoy sola y tengo miedo ; me siento en peligro | danger immediate
en | yes ; yeah ; yep ; ✅ Yes | fear=danger
en | no | unclear ambiguous hardship safe
ht | wi | fear=danger
pt | sim | fear=danger
fr | oui | fear=danger
"""

TWO = """
es | 1 ; sí ; si ; Si ; SI! ; SÍ. ; sí señor ; sip ; 👍 | second_passport=have
en | yes ; yeah ; 👍 ; ✅ Yes ; yes please | second_passport=have
ht | wi ; wi mesi | second_passport=have
pt | sim | second_passport=have
fr | oui | second_passport=have
ar | نعم | second_passport=have
zh | 是 | second_passport=have
es | 2 ; no ; NO! ; no señor ; 👎 | second_passport=have_not
ht | non | second_passport=have_not
es | no sé ; 9 | second_passport=skipped
es | si no ; ¿sí? | not second_passport
"""


@pytest.mark.parametrize(("language", "text", "meaning"), rows(AGE))
def test_age(language: str, text: str, meaning: str) -> None:
    """FC-01: the number of an option is the option, any other number is an age."""
    holds(meant(Text(text), at("age", language)), meaning)


@pytest.mark.parametrize(("language", "text", "meaning"), rows(FEAR))
def test_fear(language: str, text: str, meaning: str) -> None:
    """FC-04, FC-05, FC-06: labels, their beginnings, yes and no where they can only mean one thing."""
    holds(meant(Text(text), at("fear", language)), meaning)


@pytest.mark.parametrize(("language", "text", "meaning"), rows(TWO))
def test_yes_or_no(language: str, text: str, meaning: str) -> None:
    """FC-04: yes and no in every language, with accents, courtesy or a thumb."""
    holds(meant(Text(text), at("second_passport", language)), meaning)


# ---------------------------------------------------------------------------------------------------- several

SEVERAL = """
es | 1 y 3 ; 1,3 ; 1, 3 ; 1 3 ; 1;3 ; uno y tres | ties=1,3
ht | 1 ak 3 | ties=1,3
en | 1 and 3 ; one and three | ties=1,3
es | 2 ; dos ; familia en México ; Familia en mexico. | ties=2
es | familia en México y empleo por escrito ; familia en méxico, empleo por escrito | ties=2,4
es | 1-3 ; 1 a 3 ; 1 al 3 ; del 1 al 3 ; de 1 a 3 ; del uno al tres ; desde 1 hasta 3 | unclear range 1 2 3
en | 1-3 ; 1 to 3 ; from 1 to 3 ; one to three | unclear range 1 2 3
ht | 1-3 ; depi 1 rive 3 | unclear range 1 2 3
pt | de 1 a 3 ; do 1 ao 3 | unclear range 1 2 3
es | del 1 al 9 ; de 0 al 8 | not ties
es | 0 ; nada ; ninguno ; ninguna de estas ; no | ties=none
en | none ; none of these ; no ; nothing ; 0 | ties=none
es | 0 y 1 ; 1 0 | unclear contradiction 1
es | 9 ; no sé ; prefiero no decir | ties=skipped
es | 7 ; 1 8 | unclear out_of_range
es | 1e3 ; 1.5 ; -1 | not ties
es | familia | unclear ambiguous 1 2 3
es | qwerty | unclear nothing
"""


@pytest.mark.parametrize(("language", "text", "meaning"), rows(SEVERAL))
def test_several(language: str, text: str, meaning: str) -> None:
    """FC-06: several at once, none, a range that is asked back, a contradiction that is asked about."""
    for number, item in enumerate(TIES, 1):
        meaning = meaning.replace(str(number), item)
    holds(meant(Text(text), at("ties", language)), meaning)


def test_tens_of_lines_make_nine_a_line() -> None:
    """Where a list has nine lines or more, 9 is the ninth and not "not sure"."""
    nine = (*TIES, "ca_visa", "x", "y")
    assert meant(Text("9"), at("ties", asked=Asked("ties", nine))) == "ties=y"


def test_that_is_all_by_number() -> None:
    """What was ticked by tapping counts when "that is all" is written by its number."""
    ticked = Asked("ties", TIES, ("job",))
    assert meant(Text("7"), at("ties", asked=ticked)) == "ties=job"
    assert meant(Text("7"), at("ties")) == "unclear out_of_range"


# ---------------------------------------------------------------------------------------------------- a town

TOWN = """
es | tapachula ; Tapachula, Chiapas ; TAPACHULA DE CÓRDOVA Y ORDÓÑEZ | at Tapachula,MX
es | estoy en tapachula ; cerca de Tapachula | at Tapachula,MX
es | I was at the bus stop in Nogales | at Nogales,MX
es | qwertyuiop | unclear nothing
es | no me dejan pasar, alto en la frontera | not command stop
"""


@pytest.mark.parametrize(("language", "text", "meaning"), rows(TOWN))
def test_town(language: str, text: str, meaning: str) -> None:
    """FC-08, FC-39: towns inside the country that was named; a bus stop is no stop."""
    holds(meant(Text(text), at("town", language), "MX"), meaning)


@pytest.mark.parametrize(("text", "where", "countries"), [
    ("01001", "GT", {"GT"}),
    ("San Marcos", "GT", {"GT"}),
    ("Nogales", None, {"MX", "US"}),
    ("Nogales", "US", {"US"}),
    ("tapchula", "MX", {"MX"}),
])  # fmt: skip
def test_never_a_town_across_a_border(text: str, where: str | None, countries: set[str]) -> None:
    """FC-39: a town is looked up inside the country the person named; without one they are asked."""
    found = read(Text(text), at("town"), today(), today().lexicon, where)
    assert not isinstance(found, Located) or {town.country for town in found.towns} == countries
    if text == "tapchula":
        assert isinstance(found, Located)
        assert not found.sure


# ---------------------------------------------------------------------------------------------------- every step

EVERYWHERE = """
es | STOP ; stop ; Stop! ; STOP\\u200b ; PARAR ; alto ; sispann ; pare | command stop
es | Stop. Thank you ; stop please ; Por favor stop | command stop
es | UNSUBSCRIBE ; CANCEL ; REVOKE ; opt out ; no más ; no me escriban | command stop
es | si escribo stop qué pasa ; the bus does not stop here | command stop_inside
es | ayuda ; AYUDA ; ¿ayuda? ; help ; èd ; ajuda ; /help ; menú | command help
es | atrás ; atras ; back ; /back | command back
es | borrar ; delete ; efase ; apagar ; /delete | command delete
es | borrar todo ; Borra todo! ; delete everything ; eliminar todo | command delete
es | volver atrás ; Volver atras! | command back
es | cambiar ; change | command change
es | por qué ; ¿Por qué? ; why | command why
es | saltar ; skip ; /skip | command skip
es | persona ; person ; quiero hablar con alguien ; necesito hablar con una persona | command person
es | can I talk to someone ; ¿puedo hablar con alguien? ; mwen vle pale ak yon moun | command person
es | gracias ; muchas gracias ; mil gracias ; Muchas gracias!! ; thank you so much ; mèsi anpil | command thanks
es | centro ; centre ; center ; /centre ; /center | command centre
es | resultados ; results | command results
es | idioma ; language | command language
es | English ; inglés ; in english please | command language en
es | kreyol ; kreyòl ayisyen | command language ht
es | otra persona ; someone else | command someone_else
es | clima ; weather | command exit
es | hola ; Hello! ; buenas tardes ; bonjou ; /start | command hello
es | /start ht | command hello ht
es | /start@rumbo_bot ht | command hello ht
es | ¿es una estafa? ; is this real ; eske sa se yon twonpri | command real
es | me secuestraron ; ayúdenme me secuestraron | danger kidnapping
es | mi esposo me pega ; my husband hits me | danger partner
es | quiero morir ; I want to die ; mwen vle mouri | danger self_harm
es | C01234567 ; mi pasaporte es G12345678 | unclear document_number
es | \\x20 | unclear empty
"""
STEPS = (*(question.id for question in today().questions), "consent", "town", "results", "card", "centres", "miss")


@pytest.mark.parametrize("language", ["es", "en", "ht"])
@pytest.mark.parametrize(("_", "text", "meaning"), rows(EVERYWHERE))
def test_words_that_work_everywhere(_: str, text: str, meaning: str, language: str) -> None:
    """FC-08 to FC-10, FC-37, FC-43, DNH 11, 15, 26, 29: whatever is open, in whatever language."""
    for step in STEPS:
        said = meant(Text(text), at(step, language))
        if meaning == "command stop_inside" and step == "town":
            continue  # it may be the name of a place
        assert said == meaning, step


def test_zero() -> None:
    """FC-43: 0 asks for the languages, except where the list says that 0 is none of these."""
    assert meant(Text("0"), at("where")) == "command language"
    assert meant(Text("0"), at("ties")) == "ties=none"


def test_no_to_the_menu_of_languages() -> None:
    """It chooses none of them; from somebody whose language is not known yet, a yes tells which it is."""
    assert meant(Text("no"), at("language", "en")) == "unclear nothing"
    assert meant(Text("English"), at("language", "es")) == "pick en"
    assert meant(Text("sí"), at("language", None)) == "pick es"


def test_a_word_of_the_list_is_an_answer() -> None:
    """A label wins over a command of the same word; a command wins over everything else."""
    assert meant(Text("Cambiar respuesta"), at("results", asked=Asked("results", ("change",)))) == "pick change"
    assert meant(Text("seguir"), at("consent")) == "pick go_on"
    assert meant(Text("seguir"), at("where")) == "command continue"


# ---------------------------------------------------------------------------------------------------- our own prompts

OURS = """
consent | 1 ; seguir ; sí ; ok ; dale ; 👍 | pick go_on
consent | 2 ; no ; no, gracias ; no gracias | pick no_thanks
consent | 3 ; qwerty | not pick
resume | 1 ; 2 ; 3 | pick
restart | sí | pick begin_again
restart | no | pick keep_going
language | 1 ; español ; Espanol ; spanish ; castellano | pick es
language | 2 ; English ; english please ; ingles | pick en
language | kreyol | pick ht
language | I need to know what I can do | pick en
language | xyz | unclear nothing
guess | sí ; 1 | pick yes
guess | no ; 2 | pick no
range | sí ; 1 ; todas | pick all_of_them
stop_inside | sí ; 1 | pick stop_writing
stop_inside | no ; 2 | pick go_on
miss | 1 ; saltarla | pick skip
centres | 1 ; más lugares | pick more_places
"""


@pytest.mark.parametrize(("prompt", "text", "meaning"), rows(OURS))
def test_our_own_prompts(prompt: str, text: str, meaning: str) -> None:
    """Consent, language, "did you mean": by number, label, yes or no."""
    said = meant(Text(text), at(prompt, None if prompt == "language" else "es"))
    if meaning == "pick":
        assert said.startswith("pick ")
    elif meaning == "not pick":
        assert not said.startswith("pick")
    else:
        assert said == meaning


# ---------------------------------------------------------------------------------------------------- taps and the rest


def test_taps() -> None:
    """FC-07: a tap counts for the question that sent it, and for no other."""
    here = at("nationality", answers={"where": Answer(("MX",))})
    assert meant(Tap(RUN, "nationality", "HN"), here) == "nationality=HN"
    assert meant(Tap(RUN, "nationality", "unsure"), here) == "nationality=skipped"
    assert meant(Tap(RUN, "where", "MX"), here) == "unclear same_tap"
    assert meant(Tap(RUN, "where", "US"), here) == "unclear old_tap"
    assert meant(Tap(RUN, "nationality", "ZZ"), here) == "unclear old_tap"
    assert meant(Tap("another", "nationality", "HN"), here) == "unclear old_tap"
    assert meant(Tap(RUN, "nationality", "HN"), None) == "unclear old_tap"
    assert meant(Tap(RUN, "consent", "go_on"), here) == "unclear same_tap"
    assert meant(Tap(RUN, "consent", "no_thanks"), here) == "unclear old_tap"
    assert meant(Tap(RUN, "language", "es"), here) == "unclear same_tap"


def test_taps_on_a_checklist() -> None:
    """A line is ticked; "none" and "that is all" answer."""
    here = at("ties", asked=Asked("ties", TIES, ("job",)))
    assert meant(Tap(RUN, "ties", "school"), here) == "tick school"
    assert meant(Tap(RUN, "ties", "done"), here) == "ties=job"
    assert meant(Tap(RUN, "ties", "none"), here) == "ties=none"
    assert meant(Tap(RUN, "ties", "unsure"), here) == "ties=skipped"
    assert meant(Tap(RUN, "ties", "forged"), here) == "unclear old_tap"


def test_taps_on_a_list_further_up() -> None:
    """The list of results stays on the screen: its rows open cards while another card is open."""
    card = at("card", asked=Asked("card", ("legal_help", "back_to_list"), subject="us-h2a"))
    assert meant(Tap(RUN, "results", "us-h2b"), card) == "pick us-h2b"
    assert meant(Tap(RUN, "results", "us-h2a"), card) == "unclear same_tap"
    assert meant(Tap(RUN, "where", "MX"), card) == "unclear old_tap"


def test_edits() -> None:
    """FC-22: an edit is taken only for a message that was not understood."""
    assert meant(Text("2", edited=True), at("nationality")) == "unclear edited"
    assert meant(Text("1", edited=True), at("nationality", misses=1)) == "nationality=HN"
    assert meant(Text("stop", edited=True), at("nationality")) == "command stop"


def test_what_we_do_not_read() -> None:
    """FC-26: kinds only, never what is inside."""
    assert meant(Unreadable("voice"), at("where")) == "unread voice"
    assert meant(Unreadable("empty"), at("where")) == "unclear empty"
    assert meant(Place(14.9, -92.2), at("where")) == "point"
