"""`rumbo read`, `rumbo language` and `rumbo sms`: what is understood, and what leaves by SMS."""

import argparse
import sys
from dataclasses import asdict

from bot.channels.gsm7 import fold, measure
from bot.cli.common import Subparsers, UsageError, add_json, add_language, command, guide_of, print_json
from conversations.assessment import plain
from conversations.events import Text
from conversations.guide import Guide
from conversations.planner import Plan
from conversations.problems import nearest_id
from conversations.prompts import PROMPTS
from conversations.questions import Question
from conversations.session import Asked, Session
from conversations.understanding import (
    Answered,
    Commanded,
    Endangered,
    Located,
    Picked,
    Unclear,
    Understood,
    read,
)


def add(commands: Subparsers) -> None:
    """Describe the three commands."""
    reading = command(
        commands,
        "read",
        run_read,
        "what the bot understands",
        "rumbo read --asked nationality --lang es 'soy de honduras'",
    )
    reading.add_argument("--asked", required=True, metavar="QUESTION", help="the question that is open, or - for none")
    reading.add_argument("text", metavar="TEXT")
    add_language(reading, "es")
    add_json(reading)
    guessing = command(commands, "language", run_language, "the language of a first message", "rumbo language 'bonjou'")
    guessing.add_argument("text", metavar="TEXT")
    add_json(guessing)
    leaving = command(commands, "sms", run_sms, "a text as it leaves by SMS", "rumbo sms '¿Dónde está?'")
    leaving.add_argument("text", metavar="TEXT|-", help="the text, or - for standard input")
    add_json(leaving)


def run_read(args: argparse.Namespace) -> int:
    """Print what a text means as the answer to a question."""
    guide = guide_of()
    session = _session(guide, args.asked, args.lang)
    understood = read(Text(args.text.encode().decode("unicode_escape") if "\\u" in args.text else args.text),
                      session, guide, guide.lexicon)  # fmt: skip
    found = _meaning(guide, understood, session)
    if args.json:
        print_json(found)
    else:
        print(", ".join(f"{key}: {value}" for key, value in found.items()))
    return 0


def _session(guide: Guide, asked: str, language: str) -> Session | None:
    if asked == "-":
        return Session("0", 0, language=language, consent=True)
    question = guide.question(asked) or _by_fact(guide, asked)
    if question is None and asked not in PROMPTS:
        hint = nearest_id(asked, [q.id for q in guide.questions] + list(PROMPTS))
        raise UsageError(f"--asked {asked}: no such question" + (f"; {hint}" if hint else ""))
    options = (
        _options(question)
        if question
        else (PROMPTS[asked] or guide.languages if asked == "language" else PROMPTS[asked])
    )
    return Session("0", 0, language=language, consent=True, asked=Asked(question.id if question else asked, options))


def _by_fact(guide: Guide, fact: str) -> Question | None:
    """The question that fills a fact, for those who know the fact better than the question."""
    return next((question for question in guide.questions if fact in question.fills), None)


def _options(question: Question) -> tuple[str, ...]:
    if question.kind == "several":
        return tuple(item.id for item in question.items)
    return (*question.shortcuts, *(option.id for option in question.options))


def _meaning(guide: Guide, understood: Understood, session: Session | None) -> dict[str, object]:
    match understood:
        case Answered(answers):
            known = Plan(guide, answers).known
            said = {fact for id in answers for q in [guide.question(id)] if q for fact in q.fills}
            facts = {fact: plain(known[fact]) for fact in sorted(said) if known.get(fact)}
            options = {id: list(answer.chosen) for id, answer in answers.items()}
            skipped = all(answer.skipped for answer in answers.values())
            return {"answer": facts, "options": options, **({"skipped": True} if skipped else {})}
        case Picked(option):
            return {"answer": {session.asked.id if session and session.asked else "": option}}
        case Commanded(name, argument):
            return {"command": name, **({"argument": argument} if argument else {})}
        case Endangered(kind):
            return {"danger": True, "kind": kind}
        case Located(towns):
            return {"place": [town.name for town in towns]}
        case Unclear(reason, options):
            return {"unclear": reason, **({"candidates": list(options)} if options else {})}
    return {"unclear": "unreadable"}


def run_language(args: argparse.Namespace) -> int:
    """Print the language of a first message, with candidates."""
    candidates = list(guide_of().lexicon.languages.guess(args.text))
    if args.json:
        print_json({"language": candidates[0] if candidates else None, "candidates": candidates})
    else:
        print(", ".join(candidates) or "not known")
    return 0


def run_sms(args: argparse.Namespace) -> int:
    """Print a text as it leaves by SMS: encoding, segments, what was replaced."""
    text = sys.stdin.read().rstrip("\n") if args.text == "-" else args.text
    folded = fold(text)
    measured = measure(folded)
    replaced = (
        sorted({(a, b) for a, b in zip(text, folded, strict=False) if a != b}) if len(text) == len(folded) else []
    )
    if args.json:
        found = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(measured).items()}
        print_json(
            {"text": folded, **found, "replaced": [f"{a}→{b}" for a, b in replaced] or found.get("replaced", [])}
        )
    else:
        print(folded)
        print(f"{measured.encoding}, {measured.segments} segment(s), {measured.units} characters")
    return 0
