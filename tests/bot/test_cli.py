"""The command line is a promise (`shared/cli.md`): its JSON, its exit codes, and one clear line for a mistake."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main

NOW = ("--now", "2026-11-25T18:00:00Z")


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    """A command, with its exit code and what it printed."""
    code = main(argv)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def document(capsys: pytest.CaptureFixture[str], *argv: str) -> Any:
    """The one JSON document a command prints on standard output."""
    code, out, err = run(capsys, *argv)
    assert (code, err) == (0, "")
    return json.loads(out)


def chat(capsys: pytest.CaptureFixture[str], tmp_path: Path, channel: str, *acts: str) -> list[dict[str, Any]]:
    """The turns of a scripted conversation."""
    script = tmp_path / "script.txt"
    script.write_text("\n".join(acts), "utf-8")
    code, out, _ = run(capsys, "chat", "--channel", channel, "--script", str(script), "--json", *NOW)
    assert code == 0
    return [json.loads(line) for line in out.splitlines()]


TO_NATIONALITY = ("hola", "1", "1", "1")


def test_a_turn_of_a_chat(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Every field that the promise names, with its meaning."""
    turn = chat(capsys, tmp_path, "sms", *TO_NATIONALITY, "soy de venezuela")[-1]
    assert turn["turn"] == 5
    assert turn["person"] == "A"
    assert turn["channel"] == "sms"
    assert turn["in"] == {"kind": "text", "body": "soy de venezuela"}
    assert turn["language"] == "es"
    assert turn["asked"] == "age"
    assert turn["facts"] == {"location_country": "MX", "nationality": "VE"}
    assert "answered:nationality" in turn["notes"]
    assert turn["ended"] is False
    (out,) = turn["out"]
    assert set(out) == {"text", "choices", "segments", "encoding"}
    assert (out["segments"], out["encoding"]) == (1, "GSM-7")
    assert [choice["n"] for choice in out["choices"]] == [1, 2, 3, 4, 9]
    assert all(len(choice["id"].encode()) <= 64 and choice["label"] for choice in out["choices"])


def test_segments_stand_on_sms_only(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = chat(capsys, tmp_path, "whatsapp", "hola")[0]["out"][0]
    assert set(out) == {"text", "choices"}


def test_a_conversation_ends_with_nothing_asked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    turn = chat(capsys, tmp_path, "sms", "hola", "1", "1", "borrar")[-1]
    assert (turn["asked"], turn["ended"], turn["facts"], turn["language"]) == (None, True, {}, None)


def test_what_a_person_of_a_script_can_do(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Taps by number and label, an old button, the same message twice, places, files, and hours that pass."""
    turns = chat(
        capsys, tmp_path, "telegram",
        "/start", "@tap Español", "@tap 1", "@tap México", "@tap-old 2 2", "@duplicate", "@voice",
        "@location 14.9,-92.3", "@edit Honduras", "@wait 36h", "hola", "@wait 80h", "@tap 1",
    )  # fmt: skip
    assert [turn["asked"] for turn in turns] == [
        "language", "consent", "where", "nationality", "nationality", None, "nationality", "nationality", "nationality",
        "resume", "language",
    ]  # fmt: skip
    assert turns[5]["out"] == []
    assert "old_tap" in turns[4]["notes"]
    assert turns[-1]["facts"] == {}


def test_two_people_on_two_channels(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    turns = chat(capsys, tmp_path, "sms", "hola", "@person B @channel telegram hello", "@person A 1", "@person B", "2")
    assert [(turn["person"], turn["channel"], turn["asked"]) for turn in turns] == [
        ("A", "sms", "language"),
        ("B", "telegram", "language"),
        ("A", "sms", "consent"),
        ("B", "telegram", "consent"),
    ]
    assert [turns[2]["language"], turns[3]["language"]] == ["es", "en"]


@pytest.mark.parametrize(
    ("act", "says"),
    [
        ("@fly", "@fly is not known"),
        ("@wait", "@wait needs"),
        ("@wait soon", "write a number and s, m, h or d"),
        ("@location here", "write latitude,longitude"),
        ("@tap 1", "no such message with buttons"),
        ("@channel fax hola", "no channel 'fax'"),
    ],
)
def test_a_line_that_cannot_be_played(capsys: pytest.CaptureFixture[str], tmp_path: Path, act: str, says: str) -> None:
    script = tmp_path / "script.txt"
    script.write_text(act, "utf-8")
    code, _, err = run(capsys, "chat", "--script", str(script))
    assert code == 2
    assert says in err
    assert len(err.splitlines()) == 1


VENEZUELAN = {
    "location_country": "MX",
    "nationality": "VE",
    "age": "22_or_more",
    "fear_return": True,
    "mx_comar_case": "none",
}


def test_assess(capsys: pytest.CaptureFixture[str]) -> None:
    """Outcomes with reasons, the next question, and how many are left."""
    found = document(capsys, "assess", "--facts", json.dumps(VENEZUELAN), "--json", *NOW)
    assert {"content", "outcomes", "next_question", "remaining"} <= set(found)
    assert (found["next_question"], found["remaining"]) == ("ties", 2)
    comar = next(outcome for outcome in found["outcomes"] if outcome["pathway"] == "mx-refugee-comar")
    assert comar == {
        "pathway": "mx-refugee-comar",
        "country": "MX",
        "kind": "protection",
        "standing": "likely",
        "status": "open",
        "as_of": "2026-02-02",
        "age": "check_first",
        "because": [
            {"fact": "location_country", "value": "MX"},
            {"fact": "nationality", "value": "VE"},
            {"fact": "fear_return", "value": True},
            {"fact": "mx_comar_case", "value": "none"},
        ],
        "depends_on": [],
        "official_url": comar["official_url"],
    }
    assert len(found["outcomes"]) == 91
    assert {outcome["standing"] for outcome in found["outcomes"]} == {"likely", "maybe", "closed", "not"}


@pytest.mark.parametrize("age", [20, "20", "18-20", "18_to_20", {"min": 18, "max": 20}, [18, 19, 20]])
def test_an_age_may_be_a_number_a_band_or_an_answer(capsys: pytest.CaptureFixture[str], age: object) -> None:
    """A band answers a comparison whenever the whole of it lies on one side."""
    facts = {"location_country": "US", "nationality": "HN", "age": age, "married": False, "parent_hurt_or_left": True}
    found = document(capsys, "assess", "--facts", json.dumps(facts), "--json")
    standing = {outcome["pathway"]: outcome["standing"] for outcome in found["outcomes"]}
    assert standing["us-sij"] == "maybe"  # open to few: the facts fit
    assert not next(o for o in found["outcomes"] if o["pathway"] == "us-sij")["depends_on"]


def test_facts_may_stand_in_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "person.yaml"
    path.write_text("facts: {location_country: MX, nationality: HN}\n", "utf-8")
    assert document(capsys, "assess", "--facts", str(path), "--json")["next_question"] == "age"


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("assess", "--facts", '{"nationalty": "VE"}'), "unknown fact 'nationalty' (did you mean nationality?)"),
        (("assess", "--facts", '{"us_work": "seasonal"}'), "did you mean seasonal_"),
        (("assess", "--facts", '{"age": 300}'), "a number from 0 to 120"),
        (("assess", "--facts", "{broken"), "--facts cannot be read"),
        (("assess", "--facts", "nowhere.json"), "no such file"),
        (("explain", "us-h2x"), "did you mean us-h2"),
        (("explain", "us-h2a", "--lang", "xx"), "not ready; these are"),
        (("nearest", "--at", "north"), "write latitude,longitude"),
        (("nearest", "--at", "0,0"), "no place a person can be"),
        (("nearest", "--place", "Tapachula", "--need", "miracles"), "not a service"),
        (("nearest", "--place", "Tapachula", "--country", "Mexico"), "two letters"),
        (("read", "--asked", "nationalty", "--lang", "es", "x"), "did you mean nationality?"),
        (("chat", "--script", "nowhere.txt"), "no such file"),
    ],
)
def test_a_mistake_of_the_users_is_one_line(
    capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], says: str
) -> None:
    code, out, err = run(capsys, *argv)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1


def test_nearest_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Noon in Tapachula on a Wednesday: the office is open until three, in its own time."""
    found = document(
        capsys, "nearest", "--place", "tapachula", "--country", "MX", "--need", "registration", "--json", *NOW
    )
    assert {key: found["place"][key] for key in ("name", "admin1", "country", "how")} == {
        "name": "Tapachula",
        "admin1": "Chiapas",
        "country": "MX",
        "how": "exact",
    }
    first = found["centres"][0]
    assert first["id"] == "mx-tapachula-comar-multiservicios"
    assert first["open_now"] is True
    assert first["changes_at"] == "2026-11-25T15:00:00-06:00"
    assert first["far"] is False
    assert found["ambiguous"] == []
    assert "mx-emergency" in found["hotlines"]


def test_nearest_never_crosses_a_border(capsys: pytest.CaptureFixture[str]) -> None:
    """On the Guatemalan bank of the Suchiate the nearest place is not the one across the river (FC-40)."""
    found = document(capsys, "nearest", "--at", "14.6783,-92.1447", "--country", "GT", "--json")
    assert found["place"]["how"] == "pin"
    assert {centre["id"][:2] for centre in found["centres"]} == {"gt"}


def test_an_ambiguous_place_is_not_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "nearest", "--place", "Nogales", "--json")
    assert (found["place"], found["centres"]) == (None, [])
    assert {place["country"] for place in found["ambiguous"]} >= {"MX", "US"}


@pytest.mark.parametrize(
    ("asked", "language", "text", "meaning"),
    [
        ("nationality", "es", "soy de honduras", {"answer": {"nationality": "HN"}}),
        ("where", "es", "2", {"answer": {"location_country": "US"}}),
        ("location_country", "en", "Guatemala", {"answer": {"location_country": "GT"}}),
        ("fear", "es", "sí", {"answer": {"fear_return": True}}),
        ("age", "es", "tengo 17 años", {"answer": {"age": {"min": 0, "max": 17}}}),
        ("where", "en", "help", {"command": "help"}),
        ("-", "en", "borrar", {"command": "delete"}),
        ("where", "es", "me secuestraron", {"danger": True}),
        ("fear", "es", "7", {"unclear": "out_of_range"}),
        ("where", "es", "1 y 3", {"unclear": "one_only"}),
    ],
)
def test_read(
    capsys: pytest.CaptureFixture[str], asked: str, language: str, text: str, meaning: dict[str, object]
) -> None:
    found = document(capsys, "read", "--asked", asked, "--lang", language, "--json", text)
    assert {key: found[key] for key in meaning} == meaning


def test_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, "language", "--json", "bonjou")["language"] == "ht"


def test_sms(capsys: pytest.CaptureFixture[str]) -> None:
    """Folded, so that Spanish stays in the 160-character alphabet."""
    found = document(capsys, "sms", "--json", "¿Dónde está el año?")
    assert (found["text"], found["encoding"], found["segments"]) == ("¿Donde esta el año?", "GSM-7", 1)


def test_explain_names_rule_status_sources_and_dates(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "explain", "us-h2a", "--lang", "en")
    assert code == 0
    for words in ("Farm season work visa (H-2A)", "us-h2a", "All of these:", "2026-08-03", "https://", "I-129"):
        assert words in out


def test_check_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "check", "--json", *NOW)
    found = json.loads(out)
    assert (code, found["ok"], found["errors"]) == (0, True, 0)


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = re.findall(r"^    (\w+)", capsys.readouterr().out, re.MULTILINE)
    assert {"demo", "chat", "assess", "explain", "nearest", "read", "check", "sms", "serve", "send", "poll"} <= set(
        listed
    )
    for name in listed:
        with pytest.raises(SystemExit):
            main([name, "--help"])
        assert "example: rumbo" in capsys.readouterr().out
