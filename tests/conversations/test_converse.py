"""The conversation, one step at a time: every command at every step, the field cases, and what is kept for how long."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from random import Random

import pytest

from conversations.events import Text
from conversations.medium import SMS, TELEGRAM, WHATSAPP, Medium
from conversations.phones import spoken
from conversations.planner import Plan
from conversations.prompts import PROMPTS
from conversations.questions import SKIPPED, Answer, Question
from conversations.session import Asked, Session
from conversations.turns.beginning import DECLINED_FOR, STOPPED_FOR
from conversations.turns.commands import COMMANDS
from conversations.turns.talk import NOT_YET
from tests.conversation import Person, today
from tests.conversations.steps import everybody, steps

LANGUAGES = today().languages
ERASING = ("delete", "exit", "stop", "someone_else")
MEDIA_ALL = (SMS, WHATSAPP, TELEGRAM)


def in_mexico(medium: Medium = SMS, *texts: str) -> Person:
    """Somebody who consented and is in Mexico, at the question of nationality, and what they write then."""
    return Person(medium=medium).writes("hola", "1", "1", "México", *texts)


def test_every_step_is_reached() -> None:
    """Nothing is left out: a new question or prompt comes under all these tests by itself, or this one fails."""
    reached = {session.asked.id for session, _ in steps().values() if session.asked}
    assert reached == {question.id for question in today().questions} | PROMPTS.keys()


# ---------------------------------------------------------------------------------------------------- languages


@pytest.mark.parametrize("channel", [SMS, WHATSAPP])
@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("kreyol", "ht"),
        ("mwen pa pale panyòl", "ht"),
        ("bonjou", "ht"),
        ("/start ht", "ht"),
        ("português", "pt"),
        ("olá, preciso de ajuda", "pt"),
        ("français", "fr"),
        ("bonjour", "fr"),
    ],
)
def test_a_language_we_do_not_write_yet(channel: Medium, typed: str, language: str) -> None:
    """Said at once and in that language, beside who we are and the languages there are."""
    person = Person(medium=channel).writes(typed)
    assert person.heard == f"say language.not_yet.{language}; ask language as first.greeting"


def test_the_first_menu_stays_the_first_greeting() -> None:
    """What we do not understand there is answered in the words of all languages: none is known."""
    assert Person(medium=SMS).writes("hola", "moun").heard.endswith("ask language as first.greeting")


@pytest.mark.parametrize("typed", ["hola", "hello", "necesito ayuda", "I need help", "1", "русский"])
def test_no_other_first_message_is_told_so(typed: str) -> None:
    """Neither one in a language we write, nor one of which we have no words."""
    assert "not_yet" not in Person(medium=SMS).writes(typed).heard


def test_a_language_we_do_not_write_yet_later_on() -> None:
    """In the middle and at the menu too; one of which we have no words in the words of the talk."""
    assert in_mexico(SMS, "kreyol").heard == "say language.not_yet.ht; ask language"
    assert in_mexico(SMS, "kreyol", "português").heard == "say language.not_yet.pt; ask language"
    assert in_mexico(SMS, "русский").heard == "ask language as language.unavailable"


def test_what_is_said_of_a_language_is_the_same_in_every_catalogue() -> None:
    """It is written in the language it speaks of, whatever language the rest is in."""
    for language in NOT_YET:
        texts = {catalogue.template(f"language.not_yet.{language}") for catalogue in today().catalogues.values()}
        assert len(texts) == 1


def test_a_second_miss_at_a_list_of_ours() -> None:
    """There is nothing to skip there, and no number "from 1 to 1"."""
    assert in_mexico(SMS, "idioma", "xyz", "7").heard == "say error.unclear.second.menu; ask again language"
    one = replace(in_mexico().here, asked=Asked("results", ("us-h2a",)), misses=0)
    person = Person(medium=SMS)
    person.session = one
    assert person.writes("2").heard.startswith("say error.unclear.first")


# ---------------------------------------------------------------------------------------------------- commands


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(COMMANDS - {"stop_inside"}))
def test_a_command_at_every_step(name: str, language: str) -> None:
    """DNH 11, 15, 31: it is answered wherever somebody writes it, and loses nothing but what it is meant to."""
    word = today().catalogues[language].words(f"command.{name}")[0]
    for step, person in everybody(language):
        before = person.here
        person.writes(word)
        assert not person.silent, f"{word} at {step} is met with silence"
        if name in ERASING or (name == "hello" and before.consent is False):
            assert not person.answers, step
            assert person.session is None or person.here.stopped or person.here.language is None, step
            continue
        assert person.here.language == language, step
        assert person.asked, f"{word} at {step}: nothing is open"
        if name == "restart" and step in ("restart", "resume"):
            assert person.here.consent  # it may be the word of the button too, which begins again
        elif name == "back":
            _went_back(before, person, step)
        elif name == "skip":
            assert {**before.answers, **person.answers} == dict(person.answers) | _skipped(before, person), step
        else:
            assert person.answers == before.answers, f"{word} at {step} changed the answers"
        if name == "change" and before.consent and before.answers:
            assert person.asked == "change", step


def _went_back(before: Session, person: Person, step: str) -> None:
    if not before.consent or not before.answers:
        assert person.answers == before.answers, step
        return
    *kept, last = before.answers
    assert list(person.answers) == kept, step
    assert person.asked == last, step


def _skipped(before: Session, person: Person) -> dict[str, Answer]:
    """The answers that a skip may have dropped: those that hang on the question passed over."""
    return {id: given for id, given in before.answers.items() if id not in person.answers}


@pytest.mark.parametrize("language", LANGUAGES)
def test_anything_else_at_every_step(language: str) -> None:
    """Junk, pictures, pins, old buttons and empty messages: answered everywhere, and nothing is lost."""
    acts: tuple[Callable[[Person], Person], ...] = (
        lambda person: person.writes("qwertyuiop"),
        lambda person: person.writes("👍👍"),
        lambda person: person.writes("7777"),
        lambda person: person.sends("voice"),
        lambda person: person.sends("photo"),
        lambda person: person.sends("empty"),
        lambda person: person.shares(0, 0),
        lambda person: person.edits("3"),
        lambda person: person.writes("C01234567"),
    )
    for number, act in enumerate(acts):
        for step, person in everybody(language):
            before = person.here
            if step in ("restart", "stop_inside") and number == 1:
                continue  # a thumb is a yes: it begins again, or stops
            act(person)
            assert not person.silent, f"act {number} at {step} is met with silence"
            assert set(person.answers) >= set(before.answers) or person.here.consent is False, f"act {number} at {step}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_at_every_step(language: str) -> None:
    """DNH 26: at any step the lines come first and alone, no note of it is kept, and what was open can go on."""
    for step, person in everybody(language):
        before = person.here
        person.writes("me secuestraron")
        assert person.turn.notes == ("danger",), step
        assert person.answers == before.answers, step
        assert len(person.turn.replies) == 1, step
        assert "danger" in person.heard, step
        assert person.asked in (before.asked.id if before.asked else "", "lines"), step


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_text_is_never_sent_three_times_running(language: str) -> None:
    """FC-06: whoever is not understood gets other help, not the same sentence again."""
    for step, person in everybody(language):
        if person.asked in ("language", "lines") or person.here.consent is False:
            continue  # the menu of languages, and the lines for whoever wants no questions, are all there is to say
        said = [person.writes("qwertyuiop").text for _ in range(7)]
        assert all(len(set(said[i : i + 3])) > 1 for i in range(5)), step


# ---------------------------------------------------------------------------------------------------- stopping


@pytest.mark.parametrize("text", [
    "STOP", "stop", "Stop!", " stop ", "PARAR", "alto", "sispann", "pare", "STOP\u200b",
    "Stop. Thank you", "stop please", "STOP gracias", "Por favor stop", "Stop texting me", "UNSUBSCRIBE", "REVOKE",
    "OPTOUT", "opt out", "no más",
])  # fmt: skip
def test_stop(text: str) -> None:
    """FC-08, FC-09, FC-10, DNH 29: at once, with one confirmation in the language of the talk; the answers are gone."""
    person = in_mexico(WHATSAPP).writes(text)
    assert person.keys == ("stop.done",)
    assert person.here.stopped
    assert not person.answers
    assert person.turn.keep == STOPPED_FOR
    assert person.here.language == "es"
    assert person.writes(text).silent, "one confirmation in all"


def test_a_stop_that_the_carrier_confirmed() -> None:
    """FC-10: nothing more is said, and a person never seen before is remembered as well."""
    assert in_mexico().writes("STOP", carrier="STOP").silent
    stranger = Person().writes("STOP", carrier="STOP")
    assert stranger.silent
    assert stranger.here.stopped
    assert stranger.turn.keep == STOPPED_FOR


def test_help_that_the_carrier_gave() -> None:
    """FC-10: one help text reaches the person, and the open question once, at every step."""
    person = in_mexico().writes("HELP", carrier="HELP")
    assert person.heard == "ask nationality"
    for step, other in everybody("es"):
        assert not other.writes("INFO", carrier="HELP").silent, step


def test_start_lifts_a_stop_and_loses_no_answer() -> None:
    """FC-10: somebody who had stopped is greeted; in the middle of a talk START is no answer and erases nothing."""
    assert in_mexico().writes("alto").writes("START", carrier="START").heard == "ask language as first.greeting"
    person = in_mexico().writes("START", carrier="START")
    assert person.heard == "ask resume"
    assert person.chosen == {"where": ("MX",)}


def test_a_stop_is_remembered_whatever_comes_next() -> None:
    """TTL: thanks after a stop is met with silence and the mark stays; danger and a new word begin anew."""
    stopped = in_mexico().writes("alto")
    assert stopped.writes("gracias").silent
    assert stopped.turn.keep == STOPPED_FOR
    assert stopped.waits(hours=24 * 90).writes("ok").heard == "ask language as first.greeting"
    assert in_mexico().writes("alto", "me quieren matar").heard == "say danger.where"


@pytest.mark.parametrize("text", ["I was at the bus stop in Nogales", "no me dejan pasar, alto en la frontera"])
def test_a_bus_stop(text: str) -> None:
    """FC-08: where a town is asked a stop word inside a sentence is no stop; elsewhere one question is asked."""
    assert "stop" not in in_mexico(SMS, "centro", text).heard
    assert in_mexico(SMS, text).asked == "stop_inside"


# ---------------------------------------------------------------------------------------------------- buttons


def test_an_old_button_answers_nothing() -> None:
    """FC-07: the present question again, with how to change an answer; after erasing, how to begin."""
    person = Person(medium=WHATSAPP).writes("hola", "1").taps("go_on").taps("MX")
    where, nationality = person.shown[-2].choices, person.shown[-1].choices
    person.presses(where[2])
    assert person.heard == "say odd.old_button; ask nationality"
    assert person.chosen == {"where": ("MX",)}
    person.writes("borrar").presses(nationality[0])
    assert person.heard == "ask language as session.expired.all"
    assert not person.answers


@pytest.mark.parametrize("step", ["language", "consent", "where", "age"])
def test_a_button_pressed_twice(step: str) -> None:
    """FC-07: one answer, one next question; the second press is met with silence."""
    person = Person(medium=TELEGRAM).writes("hola")
    for asked, option in {
        "language": "es",
        "consent": "go_on",
        "where": "MX",
        "nationality": "HN",
        "age": "21",
    }.items():
        choice = next(c for c in (person.message.choices if person.message else ()) if c.id.endswith(f":{option}"))
        person.presses(choice)
        if asked == step:
            then = person.asked
            assert person.presses(choice, after=timedelta(milliseconds=200)).silent
            assert person.asked == then
            return


# ---------------------------------------------------------------------------------------------------- late and odd


def test_an_answer_after_hours_is_asked_back() -> None:
    """FC-28, DNH 10: the question it is taken to answer is named first; "yes" takes it, "no" asks anew."""
    person = in_mexico().waits(hours=5).writes("2")
    assert person.heard.startswith("say ask.nationality; say session.resumed; ask again guess (nationality)")
    assert "nationality" not in person.answers
    assert person.writes("sí").chosen["nationality"] == ("HN",)
    assert in_mexico().waits(hours=5).writes("2", "no").asked == "nationality"


def test_an_answer_before_the_question_could_be_read() -> None:
    """FC-23: a second text at once may correct the first, so it is asked back if it would answer that one as well."""
    at_once = timedelta(milliseconds=300)
    person = in_mexico().does(Text("2"), after=at_once)
    assert person.heard == "say ask.nationality; say odd.too_early; ask again guess (nationality) [HN]"
    assert list(person.answers) == ["where"]
    assert person.writes("sí").chosen["nationality"] == ("HN",)
    assert in_mexico(SMS, "Honduras", "34", "1").does(Text("no"), after=at_once).chosen["comar"] == ("none",)
    tapped = in_mexico(TELEGRAM)
    choice = next(choice for choice in tapped.message.choices if choice.id.endswith(":HN")) if tapped.message else None
    assert choice is not None
    assert tapped.presses(choice, after=at_once).chosen["nationality"] == ("HN",)


@pytest.mark.parametrize("waits", [timedelta(milliseconds=300), timedelta(hours=5)])
def test_an_answer_that_is_asked_back_while_something_else_is(waits: timedelta) -> None:
    """Its own question is named, whatever is open: a guess, a second try. Found by the fault suite."""
    for first in ("no sé qué poner aquí", "Hondurass"):
        person = in_mexico(SMS, first).does(Text("México"), after=waits)
        assert person.text
        assert person.asked


def test_after_the_answers_were_erased() -> None:
    """FC-28, FC-31: a late number or button is nobody's answer, and the menu says that answers are erased."""
    for late in ("3", "١", "9"):
        person = in_mexico().waits(hours=73).writes(late)
        assert person.heard == "ask language as session.expired.all"
        assert not person.answers
    assert in_mexico().waits(hours=71).writes("hola").asked == "resume"
    assert today().operator.hours >= 24


def test_a_number_that_was_here_before() -> None:
    """FC-34, DNH 20: after the answers are gone the greeting is the one everybody gets."""
    new = Person().writes("hola")
    old = in_mexico().waits(hours=24 * 40).writes("hola")
    assert old.text == new.text
    assert old.here.language is None


def test_somebody_else_on_this_phone() -> None:
    """FC-34: the answers are gone before the next question, and a new run begins at the language menu."""
    person = in_mexico()
    run = person.here.run
    person.writes("otra persona")
    assert person.asked == "language"
    assert not person.answers
    assert person.here.run != run
    idle = in_mexico().waits(hours=6).writes("hola")
    assert idle.asked == "resume"
    assert "Mexico" not in idle.text.replace("é", "e")


def test_edits() -> None:
    """FC-22: an edit answers only a question that was not understood."""
    person = in_mexico().edits("3")
    assert person.heard == "say odd.edited; ask nationality"
    assert person.writes("qwerty").edits("2").chosen["nationality"] == ("HN",)


@pytest.mark.parametrize("kind", ["voice", "photo", "sticker", "contact"])
def test_what_we_do_not_open(kind: str) -> None:
    """FC-26: one kind word, and the question again."""
    person = in_mexico(TELEGRAM).sends(kind)  # type: ignore[arg-type]
    assert person.heard == f"say odd.{kind}; ask nationality"


@pytest.mark.parametrize("text", ["C01234567", "mi CURP es GOME850101HDFRRL09", "A123456789"])
def test_numbers_of_papers(text: str) -> None:
    """FC-37: neither kept nor repeated; the answer says that they are not needed."""
    person = in_mexico(SMS, text)
    assert person.heard == "say error.document_number; ask nationality"
    assert text not in person.text
    assert text not in repr(person.session)


@pytest.mark.parametrize("text", ["¿es una estafa?", "is this real", "eske sa se yon twonpri"])
def test_is_this_real(text: str) -> None:
    """FC-37: who runs it and where its genuine addresses stand."""
    person = in_mexico(SMS, text)
    assert person.said("about.who")
    assert today().operator.url in person.text
    assert person.asked == "nationality"


def test_a_pin_is_used_once() -> None:
    """FC-41, DNH 19: used where a place was asked, thanked elsewhere, never kept; 0,0 did not arrive."""
    person = in_mexico(WHATSAPP, "centro").shares(14.9031, -92.2575)
    assert "mx-tapachula" in person.heard
    assert "14.9" not in repr(person.session)
    assert in_mexico(WHATSAPP).shares(14.9031, -92.2575).heard == "say place.not_needed; ask nationality"
    assert in_mexico(TELEGRAM, "centro").shares(0, 0).heard == "say place.broken_pin; ask town (centres)"


def test_places_stay_on_this_side_of_the_border() -> None:
    """FC-40, DNH 37: from a point in Guatemala beside the Mexican border, places in Guatemala only."""
    person = Person(medium=WHATSAPP).writes("hola", "1", "1", "Guatemala", "centro").shares(14.6783, -92.1447)
    assert person.heard.startswith("centres in GT: gt-")
    assert "mx-" not in person.heard


def test_a_place_that_is_far() -> None:
    """FC-40: the distance is said, and a call comes first."""
    person = Person(medium=WHATSAPP).writes("hola", "1", "1", "Honduras", "centro", "San Pedro Sula")
    assert "km" in person.text


def test_a_language_stays_until_another_is_asked_for() -> None:
    """FC-43: words of another language are understood and change nothing; asking for one keeps every answer."""
    person = in_mexico(SMS, "Honduras", "yes")
    assert person.here.language == "es"
    person.writes("English")
    assert person.here.language == "en"
    assert person.chosen == {"where": ("MX",), "nationality": ("HN",)}
    for word in ("idioma", "0"):
        assert in_mexico(SMS, word).asked == "language"
        assert in_mexico(SMS, word).chosen == {"where": ("MX",)}


@pytest.mark.parametrize("text", ["/start", "/start es", "/start cartel-07", "/start where_us", "/start ../../etc"])
def test_deep_links(text: str) -> None:
    """FC-45: a payload may put a language first, and never sets an answer or erases one."""
    person = Person(medium=TELEGRAM).writes(text)
    assert person.heard == "ask language as first.greeting"
    assert not person.answers
    later = in_mexico(TELEGRAM, text)
    assert later.asked == "resume"
    assert later.chosen == {"where": ("MX",)}


def test_a_deep_link_twice_within_a_second() -> None:
    """FC-45: one reply."""
    for person in (Person(medium=TELEGRAM).writes("/start"), in_mexico(TELEGRAM, "/start")):
        assert person.does(Text("/start"), after=timedelta(milliseconds=300)).silent


# ---------------------------------------------------------------------------------------------------- who declined


def test_no_thanks_is_kept_an_hour() -> None:
    """DNH 30, TTL: nothing but the language; lines at once; whatever they ask then does not keep them longer."""
    person = Person().writes("hola", "1", "2")
    assert person.said("consent.no")
    assert "911" in person.text
    for text in ("resultados", "Tapachula", "Guatemala", "ayuda", "me quieren matar", "qwerty", "tapchula", "sí"):
        person.writes(text)
        assert not person.silent, text
        assert person.turn.keep == DECLINED_FOR, text
        assert not person.answers, text
        assert person.here.consent is False, text


def test_who_declined_may_begin_another_day() -> None:
    """The word that the refusal names begins anew."""
    assert Person().writes("hola", "1", "2", "rumbo").heard == "ask language as first.greeting"


def test_the_usual_keep() -> None:
    """TTL: somebody in the interview is kept as long as the operator says."""
    assert in_mexico().turn.keep is None


# ---------------------------------------------------------------------------------------------------- danger


def test_danger_as_the_first_message() -> None:
    """DNH 26: the region's numbers, and the country that is named next gives its lines, then we say who we are."""
    person = Person().writes("me quieren matar")
    assert person.heard == "say danger.where"
    assert "911" in person.text
    person.writes("México")
    assert person.heard == "say hotline.list; ask language as first.greeting"
    assert person.writes("1").asked == "consent"


def test_danger_leaves_the_question_open() -> None:
    """The answer that comes next is the answer to what was asked."""
    person = in_mexico(SMS, "me quieren matar")
    assert person.heard.startswith("danger immediate in MX: mx-")
    assert person.writes("2").chosen["nationality"] == ("HN",)


def test_no_number_is_read_against_another_list_in_danger() -> None:
    """Where the country is not known a number of the question before is no country."""
    person = Person().writes("hola", "1", "1", "no sé", "Honduras", "34")
    assert person.asked == "fear"
    person.writes("quiero morir", "1")
    assert "hotline.list" not in person.keys
    assert person.writes("México").heard == "say hotline.list; ask fear"


# ---------------------------------------------------------------------------------------------------- changing


def test_what_hung_on_a_changed_answer_goes() -> None:
    """Design 6: a relative's papers go when the relative is another; everything else stays."""
    person = in_mexico(WHATSAPP, "Honduras", "34", "1", "1", "1", "1", "1")
    assert person.chosen["us_papers"] == ("citizen",)
    person.writes("cambiar").taps("us_relative").taps("sibling_citizen")
    assert "us_papers" not in person.answers
    assert person.chosen["us_relative"] == ("sibling_citizen",)
    person.writes("cambiar").taps("ties").taps("none")
    assert "us_relative" not in person.answers
    assert person.chosen["nationality"] == ("HN",)


def test_begin_again_asks_first() -> None:
    """ "No" keeps everything, "yes" erases the answers and keeps the language."""
    person = in_mexico(SMS, "Honduras", "empezar de nuevo", "no")
    assert person.chosen == {"where": ("MX",), "nationality": ("HN",)}
    person.writes("empezar de nuevo", "sí")
    assert not person.answers
    assert person.asked == "where"
    assert person.here.language == "es"


def test_a_place_in_the_middle_leads_back_to_the_question() -> None:
    """After a place nobody is told that nothing fits before they were asked."""
    person = in_mexico(SMS, "centro", "Tapachula")
    assert person.options == ("more_places", "keep_answering")
    assert person.writes("2").asked == "nationality"


# ---------------------------------------------------------------------------------------------------- results


@cache
def made_up() -> tuple[tuple[Medium, dict[str, Answer]], ...]:
    """Sixty whole interviews, some with questions passed over."""
    random = Random(11)  # noqa: S311  # made-up people, not secrets
    return tuple((medium, dict(_interview(medium, random))) for medium in MEDIA_ALL for _ in range(20))


def _interview(medium: Medium, random: Random) -> Iterator[tuple[str, Answer]]:
    answers: dict[str, Answer] = {}
    while (question := (plan := Plan(today(), answers, medium.private)).next) is not None:
        answers[question.id] = _answer(question, plan, random)
        yield question.id, answers[question.id]


def _answer(question: Question, plan: Plan, random: Random) -> Answer:
    if random.random() < 0.1:
        return SKIPPED
    if question.kind == "several":
        items = tuple(item.id for item in plan.items(question))
        return Answer(tuple(item for item in items if random.random() < 0.3), items)
    options = [option.id for option in question.options]
    abroad = ("MX", "US", "CA", "GT", "HN", "CR", "PA", "BR")
    countries = abroad if question.id == "where" else ("HN", "VE", "HT", "CU", "US", "MX", "SV", "UA", "XX")
    return Answer((random.choice(countries if question.kind == "country" else options),))


def _contacts() -> set[str]:
    """Everything by which a person can be helped without Rumbo."""
    guide = today()
    lines = {spoken(line.number, line.country) for line in guide.hotlines if line.number}
    phones = {spoken(centre.phone, centre.country) for centre in guide.centres if centre.phone}
    addresses = {centre.address for centre in guide.centres if centre.address}
    return {guide.operator.contact, *lines, *phones, *addresses, *(link.url for link in guide.legal_links)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_results_name_somebody_who_is_not_the_bot(language: str) -> None:
    """DNH 2, 13: sixty people, with questions passed over, without a place: a phone, an address or a line for each."""
    contacts = _contacts()
    for number, (medium, answers) in enumerate(made_up()):
        person = Person(medium=medium)
        told = frozenset(("town", "private", "ready"))
        person.session = Session("tp2kok", int(person.now.timestamp()), today().version, language, True, answers, None,
                                 told=told)  # fmt: skip
        person.writes("xx")
        assert person.heard.startswith("results:"), number
        assert any(contact in person.text for contact in contacts), person.text
        while person.results.more:
            person.writes(today().catalogues[language].words("command.more")[0])


def test_skipping_everything_still_helps() -> None:
    """DNH 13: every question passed over ends in results with a contact."""
    for medium in MEDIA_ALL:
        person = Person(medium=medium).writes("hola", "1", "1")
        for _ in range(len(today().questions) + 3):
            if person.asked != "results":
                person.writes("saltar")
        assert person.asked == "results", medium.name
        assert any(contact in person.text for contact in _contacts()), person.text


def test_results_so_far_are_never_a_no() -> None:
    """Before anything is certain nobody reads that nothing fits."""
    for _, person in everybody("es"):
        person.writes("resultados")
        if "results so far: none" in person.heard:
            assert person.results.more, "nothing but a no"
