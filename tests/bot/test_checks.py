"""`rumbo check`: the real content is in order, and every kind of mistake is found where it stands."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest

import bot.checks
from bot.catalogues import LOCALES, PoCatalogue
from bot.checks import check_guide, incomplete_languages
from bot.checks.entries import rules_by_file
from bot.checks.texts import COMMANDS
from bot.content import CONTENT, load_guide, load_lexicon, read_documents
from conversations.converse import converse
from conversations.events import Text
from conversations.guide import Guide
from conversations.medium import SMS
from conversations.pathways import Source
from conversations.problems import ContentError, Problem
from conversations.session import Session

TODAY = date(2026, 11, 25)
CENTRE = "mx-tapachula-comar-multiservicios"

Plant = Callable[[Guide], Guide]


@cache
def whole_guide() -> Guide:
    """The content and words that people meet today."""
    return load_guide()


@cache
def before() -> frozenset[Problem]:
    """What is found without any planted mistake."""
    return frozenset(check_guide(whole_guide(), TODAY))


# ---------------------------------------------------------------------- planting mistakes


def say(key: str, text: str, language: str = "en") -> Plant:
    """Put a text in the place of another."""
    return lambda guide: _with_texts(guide, language, {**_texts(guide, language), key: text})


def unsay(key: str) -> Plant:
    """Take a text out of the source language."""
    return lambda guide: _with_texts(guide, "en", {k: v for k, v in _texts(guide, "en").items() if k != key})


def change(kind: str, id: str, **fields: Any) -> Plant:
    """Change an entry of a list of the guide."""

    def plant(guide: Guide) -> Guide:
        entries = getattr(guide, kind)
        assert any(entry.id == id for entry in entries)
        changed: dict[str, Any] = {kind: tuple(replace(e, **fields) if e.id == id else e for e in entries)}
        return replace(guide, **changed)

    return plant


def _texts(guide: Guide, language: str) -> dict[str, Any]:
    return dict(cast("PoCatalogue", guide.catalogues[language]).texts)


def _with_texts(guide: Guide, language: str, texts: dict[str, Any]) -> Guide:
    catalogue = replace(cast("PoCatalogue", guide.catalogues[language]), texts=texts)
    return replace(guide, catalogues={**guide.catalogues, language: catalogue})


def pathway(**fields: Any) -> Plant:
    return change("pathways", "us-h2a", **fields)


def centre(**fields: Any) -> Plant:
    return change("centres", CENTRE, **fields)


def notice(**fields: Any) -> Plant:
    return change("notices", "mx-notice-stay", **fields)


def line(**fields: Any) -> Plant:
    return change("hotlines", "mx-women", **fields)


def source(url: str | None = None, page_date: str | None = None) -> Plant:
    return pathway(sources=(Source("a page", url, page_date),))


def po(name: str, language: str = "en") -> str:
    return f"locales/{language}/LC_MESSAGES/{name}.po"


# ---------------------------------------------------------------------- the mistakes

SIXTEEN = "Is it so that one two three four five six seven eight nine ten eleven twelve?"
LONG = "word " * 80

MISSING = [
    ("ask.age", "questions", "question age"),
    ("why.age", "questions", "question age"),
    ("topic.age", "questions", "question age"),
    ("option.age.21", "questions", "question age"),
    ("option.more.tps", "questions", "question more"),
    ("pathway.us-h2a.name", "pathways", "pathway us-h2a"),
    ("pathway.us-h2a.short", "pathways", "pathway us-h2a"),
    ("pathway.us-h2a.summary", "pathways", "pathway us-h2a"),
    ("pathway.us-h2a.status", "pathways", "pathway us-h2a"),
    ("pathway.us-cbp-home.owner", "pathways", "pathway us-cbp-home"),
    ("apply_from.inside_us", "labels", "pathway us-"),
    ("notice.mx-notice-stay", "pathways", "notice mx-notice-stay"),
    ("condition.fear_return", "labels", "notice "),
    ("condition.in_us_court.no", "labels", "pathway us-"),
    ("fact.fear_return", "labels", "notice "),
    ("value.us_work.seasonal_farm", "labels", "pathway us-h2a"),
    ("kind.police", "labels", "hotline "),
    ("legal.us-eoir-list", "interface", "legal_help.yaml"),
    ("button.keep_going", "interface", "the code"),
    ("button.careful", "interface", "the code"),
    ("command.exit", "interface", "the code"),
    ("danger.partner", "interface", "the code"),
    ("odd.voice", "interface", "the code"),
    ("status.open", "labels", "the code"),
    ("results.none", "interface", "conversations/writing/findings.py"),
    ("service.fault", "interface", "bot/turns.py"),
]

MISTAKES: dict[str, tuple[Plant, str, str, str, str]] = {
    "no source language": (
        lambda guide: replace(guide, catalogues={"es": guide.catalogues["es"]}),
        "locales/en", "texts", "not there", "made from it",
    ),
    # Texts of what no longer exists.
    "question gone": (say("ask.agee", "So?"), po("questions"), "ask.agee", "no ask of 'agee'", "did you mean age?"),
    "reason gone": (say("why.gone", "So."), po("questions"), "why.gone", "no why of 'gone'", "remove it"),
    "topic gone": (say("topic.gone", "It"), po("questions"), "topic.gone", "no topic of 'gone'", "remove it"),
    "option gone": (say("option.age.99", "Old"), po("questions"), "option.age.99", "no part '99'", "remove it"),
    "pathway gone": (
        say("pathway.us-h2x.name", "H2"),
        po("pathways"), "pathway.us-h2x.name", "'us-h2x'", "did you mean",
    ),
    "part unknown": (say("pathway.us-h2a.price", "5"), po("pathways"), "pathway.us-h2a.price", "'price'", "remove it"),
    "number skipped": (
        say("pathway.us-h2a.not_for.9", "You."), po("pathways"), "pathway.us-h2a.not_for.9", "'not_for.9'", "remove it",
    ),
    "notice gone": (say("notice.gone", "It is."), po("pathways"), "notice.gone", "no notice of 'gone'", "remove it"),
    # Lengths.
    "short name": (say("pathway.us-h2a.short", "x" * 31), po("pathways"), "pathway.us-h2a.short", "31", "at most 30"),
    "summary": (say("pathway.us-h2a.summary", "x" * 166), po("pathways"), "pathway.us-h2a.summary", "166", "most 165"),
    "option": (say("option.age.21", "x" * 25, "es"), po("questions", "es"), "option.age.21", "25", "at most 24"),
    "topic": (say("topic.age", "x" * 25), po("questions"), "topic.age", "25 characters", "at most 24"),
    "button": (say("button.keep_going", "x" * 21), po("interface"), "button.keep_going", "21 characters", "at most 20"),
    "too many options": (
        change("questions", "where", shortcuts=("MX", "US", "GT", "CO", "HN", "EC", "CR", "PA", "NI")),
        "questions.yaml", "questions.where", "has 9 options", "at most 8",
    ),
    "option id not for buttons": (
        change("questions", "where", shortcuts=("MX", "Ñ")), "questions.yaml", "Ñ", "does not fit a button", "ASCII",
    ),
    # By SMS.
    "question": (say("footnote.job", LONG), po("questions"), "ask.job", "takes 4 SMS", "at most 3"),
    "consent": (say("consent.ask.sms", LONG), po("interface"), "consent.ask", "takes 3 SMS", "at most 2"),
    "greeting": (say("first.greeting.sms", LONG, "es"), po("interface", "es"), "first.greeting", "3 SMS", "at most 2"),
    "answer too late": (say("session.expired.all", LONG), po("interface"), "session.expired.all", "3 SMS", "at most 2"),
    "alphabet": (say("ask.age", "How old are you ☂?"), po("questions"), "ask.age", "not in the SMS alphabet", "'☂'"),
    # Labels.
    "option is a command": (say("option.age.21", "More"), po("questions"), "option.age.21", "a command", "means more"),
    "option is a command elsewhere": (
        say("option.age.21", "Atrás"), po("questions"), "option.age.21", "'Atrás' is a command", "means back",
    ),
    "option of the carrier": (say("option.age.21", "Info"), po("questions"), "option.age.21", "carrier", "add a word"),
    "button of the carrier": (
        say("button.keep_going", "Start"), po("interface"), "button.keep_going", "carrier", "add a word",
    ),
    "same label": (
        say("option.age.22_or_more", "18 TO 20!"),
        po("questions"), "option.age.22_or_more", "like '18 to 20'", "differ",
    ),
    "same beginning": (
        say("option.fear.safe", "No, but life is hard now"), po("questions"), "option.fear.safe", "looks like", "20",
    ),
    # Words.
    "long sentence": (say("ask.age", SIXTEEN), po("questions"), "ask.age", "sentence of 16 words", "at most 15"),
    "long question": (say("ask.age", "Is it so? Or not? " * 6), po("questions"), "ask.age", "has 30 words", "most 25"),
    "verdict": (say("why.age", "So you qualify."), po("questions"), "why.age", "says 'you qualify'", "do-no-harm 21"),
    "verdict in Spanish": (
        say("why.age", "Usted califica.", "es"), po("questions", "es"), "why.age", "'usted califica'", "do-no-harm 21",
    ),
    "eligible": (say("why.age", "You are eligible."), po("questions"), "why.age", "you are eligible", "do-no-harm 21"),
    "illegal": (say("why.age", "Not for illegals."), po("questions"), "why.age", "says 'illegals'", "do-no-harm 27"),
    "ilegal": (say("why.age", "Es un ilegal.", "es"), po("questions", "es"), "why.age", "'ilegal'", "do-no-harm 27"),
    "click here": (say("why.age", "Click here."), po("questions"), "why.age", "says 'click here'", "do-no-harm 9"),
    "promise": (say("why.age", "It is guaranteed."), po("questions"), "why.age", "'guaranteed'", "nobody can promise"),
    "garantizado": (
        say("why.age", "Está garantizado.", "es"), po("questions", "es"), "why.age", "'garantizado'", "nobody can",
    ),
    "chance": (
        say("pathway.us-h2a.short", "9% chance"),
        po("pathways"), "pathway.us-h2a.short", "'9% chance'", "promise",
    ),
    "address": (say("why.age", "See www.uscis.gov."), po("questions"), "why.age", "www.uscis.gov", "in the content"),
    "told on a locked screen": (
        say("danger.missing", "Deported people: {lines}"),
        po("interface"), "danger.missing", "'deport'", "locked screen",
    ),
    "told by a card": (
        say("card.frame", "Asilo: {standing}", "es"), po("interface", "es"), "card.frame", "'asilo'", "locked screen",
    ),
    "told by a notice": (
        say("notice.mx-notice-stay", "COMAR decides."), po("pathways"), "notice.mx-notice-stay", "'comar'", "locked",
    ),
    "asks for a number": (
        say("odd.voice", "Please send us your passport number."),
        po("interface"), "odd.voice", "passport number", "FC-37",
    ),
    "asks for money": (
        say("odd.voice", "Pague el dinero.", "es"), po("interface", "es"), "odd.voice", "pague el dinero", "FC-37",
    ),
    "word of the carrier": (say("back.done", "Write HELP."), po("interface"), "back.done", "word 'HELP'", "FC-10"),
    "other numbers": (
        say("pathway.us-h2a.name", "H-3", "es"),
        po("pathways", "es"), "pathway.us-h2a.name", "numbers 3", "English has 2",
    ),
    # Links.
    "plain http": (
        notice(official_url="http://a.mx/x"),
        "pathways/mx.yaml", "mx-notice-stay", "not encrypted", "https://",
    ),
    "shortened": (
        notice(official_url="https://bit.ly/x"),
        "pathways/mx.yaml", "mx-notice-stay", "hides", "full address",
    ),
    "tracked": (centre(url="https://a.org/?id=1&utm_source=x"), "centres.yaml", CENTRE, "tracker", "utm_source"),
    "no link": (
        change("legal_links", "us-eoir-list", url="justice.gov"), "legal_help.yaml", "us-eoir-list", "no link", "whole",
    ),
    "source is no page": (source("from a friend"), "pathways/us.yaml", "us-h2a", "source, is no link", "null"),
    # Places.
    "nowhere": (centre(point=(0.0, 0.0)), "centres.yaml", CENTRE, "lies at 0, 0", "knows no place"),
    "elsewhere": (centre(point=(48.8, 2.3)), "centres.yaml", CENTRE, "outside the Americas", "(-56.0, 72.0) north"),
    "swapped": (centre(point=(-92.25, 14.9)), "centres.yaml", CENTRE, "outside the Americas", "look swapped"),
    "abroad": (centre(point=(14.63, -90.51)), "centres.yaml", CENTRE, "(GT), not in MX", "its country"),
    "phone": (centre(phone="+5255"), "centres.yaml", CENTRE, "phone +5255 is no number of MX", "country code"),
    "phone of another country": (
        centre(whatsapp="+50222328621"),
        "centres.yaml", CENTRE, "whatsapp +502", "country code",
    ),
    "line": (line(number="+525512"), "hotlines.yaml", "mx-women", "no number of MX", "country code"),
    "line not known": (
        line(number="800140348", country="BO"), "hotlines.yaml", "mx-women", "no number of BO", "call it to be sure",
    ),
    "line too long": (line(number="123456789012345"), "hotlines.yaml", "mx-women", "no number of MX", "as it is dial"),
    "hours": (centre(hours="9 to 5"), "centres.yaml", CENTRE, "hours '9 to 5' cannot be read", "Mo-Fr 09:00-17:00"),
    "no such zone": (
        centre(timezone="America/Tapachula"),
        "centres.yaml", CENTRE, "no time zone", "America/Mexico_City",
    ),
    "zone of another country": (centre(timezone="America/Bogota"), "centres.yaml", CENTRE, "is of CO", "told wrong"),
    # Ages.
    "line to come": (
        line(as_of_text="2026-12"),
        "hotlines.yaml", "mx-women", "2026-12, still to come", "never a deadline",
    ),
    "centre to come": (
        centre(as_of=TODAY, as_of_text="2027"),
        "centres.yaml", CENTRE, "dated 2027", "never a deadline",
    ),
    "page to come": (source(None, "2026-11-26"), "pathways/us.yaml", "us-h2a", "dated 2026-11-26", "never a deadline"),
    "pathway no longer fresh": (
        pathway(as_of=date(2026, 1, 1), as_of_text="2026-1"), "pathways/us.yaml", "us-h2a", "is of 2026-1", "ask first",
    ),
    "pathway too old": (
        pathway(as_of=date(2020, 1, 1), as_of_text="2020"),
        "pathways/us.yaml", "us-h2a", "is of 2020", "too old to show",
    ),
    "notice too old": (notice(as_of_text="2020"), "pathways/mx.yaml", "mx-notice-stay", "is of 2020", "told as it is"),
    "centre without a date": (centre(as_of=None, as_of_text=None), "centres.yaml", CENTRE, "no day known", "ask first"),
    "page nobody has seen": (
        change("pathways", "us-asylum-affirmative", official_url_seen=False),
        "pathways/us.yaml", "us-asylum-affirmative", "https://www.uscis.gov", "nobody has seen",
    ),
    "line from memory": (line(from_memory=("number",)), "hotlines.yaml", "mx-women", "from memory only", "not shown"),
}  # fmt: skip

WARNINGS = {
    "source is no page", "line not known", "pathway no longer fresh", "pathway too old", "notice too old",
    "centre without a date",
    "page nobody has seen", "line from memory",
}  # fmt: skip


def added(plant: Plant) -> list[Problem]:
    """What is found only once a mistake is planted."""
    return [problem for problem in check_guide(plant(whole_guide()), TODAY) if problem not in before()]


@pytest.mark.parametrize(("key", "file", "needed_by"), MISSING, ids=[key for key, *_ in MISSING])
def test_a_text_that_is_needed_and_missing_is_found(key: str, file: str, needed_by: str) -> None:
    """The hint says who needs it."""
    (problem,) = added(unsay(key))
    assert (problem.file, problem.entry, problem.severity) == (po(file), key, "error")
    assert problem.what == "there is no such text"
    assert problem.hint.startswith(needed_by)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_alone_with_its_place_and_a_hint(name: str) -> None:
    """One mistake, one problem."""
    plant, file, entry, what, hint = MISTAKES[name]
    (problem,) = added(plant)
    assert (problem.file, problem.entry) == (file, entry)
    assert what in problem.what
    assert hint in problem.hint
    assert problem.severity == ("warning" if name in WARNINGS else "error")


@pytest.mark.parametrize(
    "plant",
    [
        line(number="*765"),
        line(number="8006853737", country="VE"),
        centre(point=(14.6797, -92.1497)),
        lambda guide: replace(centre(point=(14.63, -90.51))(guide), word_lists=None),
        say("why.age", "Es ilegal cobrar por esto.", "es"),
        say("pathway.us-asylum-affirmative.scam", '"Guaranteed visas" are a trick.'),
        say("odd.photo", "Please do not send photos."),
        say("pathway.us-h2a.summary.sms", "Short."),
    ],
    ids=["short code", "free line", "by the border", "no word lists", "an act", "a trick", "a warning", "brief form"],
)
def test_what_only_looks_like_a_mistake_is_let_pass(plant: Plant) -> None:
    """A check that cries wolf is soon switched off."""
    assert added(plant) == []


def test_the_real_content_has_no_mistakes() -> None:
    """What people meet today is in order; ages and the like are notes."""
    assert [str(problem) for problem in before() if problem.severity == "error"] == []


def test_a_language_that_is_not_whole_is_one_warning_with_its_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a line for each of a thousand texts."""
    texts = {"en": PoCatalogue("en", cast("PoCatalogue", whole_guide().catalogues["en"]).locale, {"a": "A", "b": "B"})}
    lacking = {
        "ht": [Problem("f", "a", "is not translated"), Problem("f", "a", "is fuzzy"), Problem("f", "b", "is old")]
    }
    monkeypatch.setattr(bot.checks, "load_catalogues", lambda: (texts, lacking))
    hint = "ht not offered: 2 of 2 texts not ready"
    assert incomplete_languages() == [Problem("locales/ht", "ht", "is not whole", hint, "warning")]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_that_need_words_are_those_that_are_obeyed(command: str) -> None:
    """A command that the conversation does not know is only noted, and what is open is repeated."""
    guide, now = whole_guide(), datetime(2026, 11, 25, 12, tzinfo=UTC)
    session = Session("run", int(now.timestamp()), guide.version, "en", consent=True)
    turn = converse(session, Text(guide.catalogues["en"].words(f"command.{command}")[0]), guide, SMS, now)
    assert not any(note.startswith(("command:", "unclear")) for note in turn.notes)


def test_no_command_has_words_without_being_obeyed() -> None:
    """The other way round: words of a command that does nothing."""
    assert {key.removeprefix("command.") for key in _texts(whole_guide(), "en") if key.startswith("command.")} == set(
        COMMANDS
    )


def test_a_rule_is_said_to_stand_in_the_file_that_holds_it() -> None:
    """The place that a problem names is where to mend it."""
    documents = read_documents()
    for file, entry in rules_by_file(whole_guide()):
        assert entry.id in {e["id"] for kind in ("pathways", "notices") for e in documents[file].get(kind) or ()}


# ---------------------------------------------------------------------- files that cannot be read


def unlink_and_make_a_folder(file: Path) -> None:
    """A file that is there and cannot be read, whoever runs the test."""
    file.unlink()
    file.mkdir()


SPOILS: dict[str, Callable[[Path], object]] = {
    "is missing": Path.unlink,
    "cannot be read": unlink_and_make_a_folder,
    "is not UTF-8": lambda file: file.write_bytes(b"a: \xff"),
    "is not YAML": lambda file: file.write_text("a: ["),
    "is no map": lambda file: file.write_text("- a"),
    "has no rows": lambda file: file.write_text("code\tname\n"),
    "a row has 1 columns": lambda file: file.write_text("code\tname\nMX\n"),
}
ONLY_YAML, ONLY_ROWS = ("is not YAML", "is no map"), ("has no rows", "a row has 1 columns")
FILES = sorted(path.relative_to(CONTENT).as_posix() for path in (*CONTENT.rglob("*.yaml"), *CONTENT.rglob("*.tsv")))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        (name, what)
        for name in FILES
        for what in SPOILS
        if what not in (ONLY_ROWS if name.endswith(".yaml") else ONLY_YAML)
        and (not name.startswith("pathways/") or what != "is missing")  # a country may have no file
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, name: str, what: str) -> None:
    """Whichever it is: the file and what is wrong with it, for `rumbo check` and before anything is served."""
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    SPOILS[what](content / name)
    with pytest.raises(ContentError) as raised:
        load_lexicon(content) if name.startswith("words/") else load_guide(content=content)
    assert [problem.file for problem in raised.value.problems] == [name]
    assert what in str(raised.value)


@pytest.mark.parametrize("name", ["answers", "danger", "languages", "numbers", "stopping"])
def test_a_word_list_without_its_lists(tmp_path: Path, name: str) -> None:
    """Words of another kind: the file is named, and how to have the right one again."""
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    (content / "words" / f"{name}.yaml").write_text("a: 1")
    with pytest.raises(ContentError, match=rf"words/{name}\.yaml.*cannot be used.*git checkout"):
        load_lexicon(content)


def test_every_word_list_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    """Also to `rumbo check`, which reads the lists because the guide will."""
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    shutil.rmtree(content / "words")
    with pytest.raises(ContentError) as raised:
        check_guide(load_guide(content=content), TODAY)
    assert {problem.file for problem in raised.value.problems} == {name for name in FILES if name.startswith("words/")}


def test_a_translation_that_is_not_utf_8(tmp_path: Path) -> None:
    """Texts are content too."""
    locales = tmp_path / "locales"
    shutil.copytree(LOCALES, locales)
    (locales / "es" / "LC_MESSAGES" / "labels.po").write_bytes(b"\xff")
    with pytest.raises(ContentError, match=r"es/LC_MESSAGES/labels\.po.*is not UTF-8"):
        load_guide(locales=locales)
