"""A pathway as a lawyer would read it: its rule in words, its status, and where every fact comes from."""

from collections.abc import Iterator

from conversations.catalogue import Catalogue
from conversations.guide import Guide
from conversations.pathways import Pathway
from conversations.rules import All, AtLeast, AtMost, Differs, NoneOf, Not, OneOf, Rule, Some, Test, Value

INDENT = "  "


def explain(pathway: Pathway, guide: Guide, catalogue: Catalogue) -> str:
    """The pathway as text."""
    own = f"pathway.{pathway.id}"
    status, confidence = catalogue.text(f"status.{pathway.status}"), catalogue.text(f"confidence.{pathway.confidence}")
    lines = [
        catalogue.text(f"{own}.name"),
        f"{pathway.id} · {pathway.country} · {pathway.kind}",
        "",
        catalogue.text(f"{own}.summary"),
        "",
        f"{status} · {pathway.as_of_text} · {confidence}",
        catalogue.text(f"{own}.status"),
        "",
        *rule_lines(pathway.rule, guide, catalogue),
        "",
        *_details(pathway, catalogue),
        pathway.official_url,
        "",
        *(_source(source.title, source.page_date, source.url, source.supports) for source in pathway.sources),
    ]
    return "\n".join(lines)


def _details(pathway: Pathway, catalogue: Catalogue) -> Iterator[str]:
    own = f"pathway.{pathway.id}"
    yield catalogue.text(
        "card.line.where", text="; ".join(catalogue.text(f"apply_from.{p}") for p in pathway.apply_from)
    )
    for part, key in (("cost", "cost"), ("form", "papers"), ("scam", "scam")):
        if catalogue.has(f"{own}.{part}"):
            yield catalogue.text(f"card.line.{key}", text=catalogue.text(f"{own}.{part}"))
    for part, key in (("not_for", "who_not"), ("closes", "closes")):
        number = 1
        while catalogue.has(f"{own}.{part}.{number}"):
            yield catalogue.text(f"card.line.{key}", text=catalogue.text(f"{own}.{part}.{number}"))
            number += 1


def _source(title: str, day: str | None, url: str | None, supports: str | None) -> str:
    head = f"- {title} ({day or '?'})"
    return "\n".join([head, *(f"  {line}" for line in (supports, url) if line)])


def rule_lines(rule: Rule, guide: Guide, catalogue: Catalogue, depth: int = 0) -> Iterator[str]:
    """A rule in words, one condition a line, indented under what joins them."""
    pad = INDENT * depth
    match rule:
        case All(parts) | Some(parts):
            yield pad + catalogue.text("rule.all" if isinstance(rule, All) else "rule.any")
            for part in parts:
                yield from rule_lines(part, guide, catalogue, depth + 1)
        case Not(part):
            yield pad + catalogue.text("rule.not")
            yield from rule_lines(part, guide, catalogue, depth + 1)
        case Test():
            yield f"{pad}- {test_words(rule, guide, catalogue)}"


def test_words(test: Test, guide: Guide, catalogue: Catalogue) -> str:
    """One condition in words."""
    fact = catalogue.text(f"fact.{test.fact}")
    match test:
        case OneOf(_, values) | NoneOf(_, values):
            key = "rule.is" if isinstance(test, OneOf) else "rule.is_not"
            named = [_value(test.fact, value, guide, catalogue) for value in sorted(values, key=str)]
            return catalogue.text(key, fact=fact, values=", ".join(named))
        case AtLeast(_, bound):
            return catalogue.text("rule.at_least", fact=fact, number=bound)
        case AtMost(_, bound):
            return catalogue.text("rule.at_most", fact=fact, number=bound)
        case Differs(_, other):
            return catalogue.text("rule.differs", fact=fact, other=catalogue.text(f"fact.{other}"))
    raise TypeError(type(test))


def _value(fact: str, value: Value, guide: Guide, catalogue: Catalogue) -> str:
    if isinstance(value, bool):
        return catalogue.text("button.yes" if value else "button.no")
    if guide.facts[fact].type == "country":
        return catalogue.country(str(value))
    key = f"value.{fact}.{value}"
    return catalogue.text(key) if catalogue.has(key) else str(value)
