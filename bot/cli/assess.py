"""`rumbo assess`: outcomes for a set of facts, with reasons."""

import argparse
import json
from pathlib import Path
from typing import Any

import yaml

from bot.cli.common import (
    Subparsers,
    UsageError,
    add_json,
    add_language,
    add_now,
    catalogue_of,
    command,
    guide_of,
    now_of,
    print_json,
)
from conversations.assessment import plain, plan_for
from conversations.catalogue import Catalogue
from conversations.guide import Guide
from conversations.medium import WHATSAPP
from conversations.pathways import NOT, Outcome
from conversations.planner import Plan
from conversations.results import order
from conversations.writing.writer import Writer


def add(commands: Subparsers) -> None:
    """Describe the command."""
    parser = command(
        commands,
        "assess",
        run,
        "outcomes for a set of facts, with reasons",
        'rumbo assess --facts \'{"location_country": "MX", "nationality": "VE", "fear_return": true}\'',
    )
    parser.add_argument("--facts", required=True, metavar="FILE|JSON", help="facts as JSON, or a JSON or YAML file")
    add_language(parser)
    add_json(parser)
    add_now(parser)


def run(args: argparse.Namespace) -> int:
    """Print what the facts say of every pathway."""
    guide = guide_of()
    catalogue = catalogue_of(guide, args.lang)
    plan = plan_for(guide, _facts(args.facts))
    writer = Writer(None, guide, catalogue, WHATSAPP, now_of(args), plan.known)
    if args.json:
        print_json(_document(guide, plan, writer))
    else:
        _print(plan, catalogue, writer)
    return 0


def _facts(given: str) -> dict[str, Any]:
    """Facts as JSON text or in a file. Raises UsageError."""
    path = Path(given)
    text = given
    if not given.lstrip().startswith("{"):
        if not path.is_file():
            raise UsageError(f"--facts {given}: no such file, and not JSON (it would begin with {{)")
        text = path.read_text("utf-8")
    try:
        facts = yaml.safe_load(text) if path.suffix in (".yaml", ".yml") else json.loads(text)
    except (json.JSONDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"--facts cannot be read: {str(error).splitlines()[0]}") from None
    if not isinstance(facts, dict):
        raise UsageError("--facts must be an object of fact ids and values")
    inner = facts.get("facts")
    return inner if isinstance(inner, dict) else facts


def _document(guide: Guide, plan: Plan, writer: Writer) -> dict[str, object]:
    following = plan.next
    return {
        "content": guide.version,
        "outcomes": [_outcome(outcome, plan, writer) for outcome in plan.outcomes],
        "notices": [
            {"notice": notice.id, "conditional": bool(conditions), "depends_on": list(conditions)}
            for notice, conditions in plan.notices
        ],
        "next_question": following.id if following else None,
        "remaining": plan.remaining,
    }


def _outcome(outcome: Outcome, plan: Plan, writer: Writer) -> dict[str, object]:
    pathway = outcome.pathway
    return {
        "pathway": pathway.id,
        "country": pathway.country,
        "kind": pathway.kind,
        "standing": outcome.standing.value,
        "status": pathway.status,
        "as_of": pathway.as_of_text,
        "age": writer.age(pathway),
        "because": [
            {"fact": test.fact, "value": plain(plan.known[test.fact])}
            for test in outcome.because
            if plan.known.get(test.fact)
        ],
        "depends_on": [{"fact": test.fact, "text": writer.conditions([test])} for test in outcome.depends_on],
        "official_url": pathway.official_url,
    }


def _print(plan: Plan, catalogue: Catalogue, writer: Writer) -> None:
    for outcome in sorted(
        (o for o in plan.outcomes if o.standing is not NOT), key=lambda o: (o.standing.value, order(o))
    ):
        print(
            f"{outcome.standing.value:7} {outcome.pathway.id:32} {catalogue.text(f'pathway.{outcome.pathway.id}.name')}"
        )
        if outcome.depends_on:
            print(f"        {catalogue.text('results.depends', condition=writer.conditions(outcome.depends_on))}")
    for notice, conditions in plan.notices:
        print(f"notice  {notice.id}" + (f"  (if: {', '.join(conditions)})" if conditions else ""))
    print(f"next question: {plan.next.id if plan.next else 'none'}")
