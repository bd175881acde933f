"""What we keep about one conversation until it expires: a closed list, as JSON.

Answers are kept by the ids of what was chosen, never as words. A record may be older or newer than this code: unknown
fields are passed over, missing ones have defaults, and `revive` reads it against today's content.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conversations.questions import Answer

FORMAT = 1
"""Raised when the record's shape changes; `_UPGRADES` then gets one small function and `tests/sessions` one fossil."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is open now: a question of the interview or one of our own prompts, and the options as they were shown.

    A number is read against `options`, whatever the content says by then. `ticked` holds the items of a checklist
    chosen so far, or what a confirmation is about; `subject` names what the prompt is about (the question to confirm,
    the pathway of a card); `page` counts pages already shown.
    """

    id: str
    options: tuple[str, ...] = ()
    ticked: tuple[str, ...] = ()
    subject: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation. `run` names it on buttons; `seen` is when the last message came (seconds since 1970, UTC).

    `consent`: None before it was asked, False for somebody who declined and may still ask for places. `told` holds the
    ids of things that are said only once. `stopped`: wants no messages; nothing else is kept then. `near`: the centre
    whose link the person came by, until they were asked whether they are there.
    """

    run: str
    seen: int
    content: str = ""
    language: str | None = None
    consent: bool | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    asked: Asked | None = None
    misses: int = 0
    told: frozenset[str] = frozenset()
    stopped: bool = False
    near: str = ""


def dump(session: Session) -> str:
    """The record as JSON text; what is empty is left out."""
    record: dict[str, object] = {
        "format": FORMAT,
        "run": session.run,
        "seen": session.seen,
        "content": session.content,
        "language": session.language,
        "consent": session.consent,
        "answers": {id: _dump_answer(answer) for id, answer in session.answers.items()},
        "asked": _dump_asked(session.asked),
        "misses": session.misses,
        "told": sorted(session.told),
        "stopped": session.stopped,
        "near": session.near,
    }
    return json.dumps({k: v for k, v in record.items() if v not in (None, {}, [], 0, "", False) or k == "consent"})


def load(text: str) -> Session:
    """The session in a record. Raises ValueError when it is no record of ours."""
    try:
        record = json.loads(text)
        for upgrade in _UPGRADES[int(record["format"]) - 1 :]:
            record = upgrade(record)
        return Session(
            run=str(record["run"]),
            seen=int(record["seen"]),
            content=record.get("content", ""),
            language=record.get("language"),
            consent=record.get("consent"),
            answers={id: _load_answer(answer) for id, answer in record.get("answers", {}).items()},
            asked=_load_asked(record.get("asked")),
            misses=int(record.get("misses", 0)),
            told=frozenset(record.get("told", ())),
            stopped=record.get("stopped", False),
            near=str(record.get("near", "")),
        )
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError("not a session record") from error


_UPGRADES: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = ()


def _dump_answer(answer: Answer) -> list[list[str]]:
    return [list(answer.chosen), list(answer.shown)]


def _load_answer(record: list[list[str]]) -> Answer:
    chosen, shown = record
    return Answer(tuple(chosen), tuple(shown))


def _dump_asked(asked: Asked | None) -> dict[str, object] | None:
    if asked is None:
        return None
    record = {
        "id": asked.id,
        "options": list(asked.options),
        "ticked": list(asked.ticked),
        "subject": asked.subject,
        "page": asked.page,
    }
    return {k: v for k, v in record.items() if v}


def _load_asked(record: Mapping[str, Any] | None) -> Asked | None:
    if record is None:
        return None
    return Asked(
        id=str(record["id"]),
        options=tuple(record.get("options", ())),
        ticked=tuple(record.get("ticked", ())),
        subject=str(record.get("subject", "")),
        page=int(record.get("page", 0)),
    )
