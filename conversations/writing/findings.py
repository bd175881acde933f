"""Writes what was found: a sheet of the results, and one pathway in full."""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit

from conversations import help as helpers
from conversations.centres import Nearby
from conversations.message import Choice, Span
from conversations.pathways import LIKELY, MAYBE, Notice, Outcome, Pathway
from conversations.replies import Legal, Lines, ShowResults
from conversations.results import Results
from conversations.writing.asking import choice
from conversations.writing.helping import nearest_centre
from conversations.writing.writer import Block, Writer


def results(writer: Writer, show: ShowResults) -> Block:
    """One sheet of the results: notices, the list, closed doors, and the nearest help."""
    results, sheet = show.results, show.sheet
    parts: list[Span] = []
    footer = ""
    if show.first:
        intro, heading, footer = _frame(writer, results, show.legal)
        parts.append(Span(intro))
        parts += _notices(writer, sheet.notices)
        if sheet.fits:
            parts.append(Span(heading))
    else:
        parts += [Span(writer.text("more.opener")), *_notices(writer, sheet.notices)]
    if not writer.medium.brief:
        parts += [span for n, outcome in enumerate(sheet.fits, 1) for span in _entry(writer, n, outcome)]
    if sheet.tail:
        parts += _tail(writer, results)
    elif show.first and not (writer.medium.brief and sheet.fits) and _no_us_door(writer, results):
        parts.append(Span(writer.text("results.no_us")))
    if show.near is not None and not writer.medium.brief:
        parts.append(Span(nearest_centre(writer, show.near)))
    choices = _result_choices(writer, show)
    return Block(_spaced(writer, parts), choices, _results_footer(writer, show, footer), question=show.asked.id)


def _frame(writer: Writer, results: Results, near: Nearby | None) -> tuple[str, str, str]:
    """The words before the list, its heading, and the words after it."""
    legal = Legal(results.country, near)
    if not results.fits:
        return writer.text("results.none", legal=legal), "", ""
    likely = any(outcome.standing is LIKELY for outcome in results.fits)
    before, after = writer.around("results.several" if likely else "results.maybe_only", "list", legal=legal)
    intro, _, heading = before.rpartition("\n")
    return intro.rstrip(), heading, after


def _spaced(writer: Writer, parts: Sequence[Span]) -> tuple[Span, ...]:
    gap = "\n" if writer.medium.brief else "\n\n"
    spans: list[Span] = []
    for part in parts:
        if spans and not part.text.startswith("\n"):
            spans.append(Span(gap))
        spans.append(part)
    return tuple(spans)


def _notices(writer: Writer, notices: Sequence[tuple[Notice, tuple[str, ...]]]) -> list[Span]:
    return [Span(_notice(writer, notice, conditions)) for notice, conditions in notices]


def _notice(writer: Writer, notice: Notice, conditions: Sequence[str]) -> str:
    citizen_of = writer.known.get("nationality", frozenset())
    country = writer.catalogue.country(str(next(iter(citizen_of)))) if len(citizen_of) == 1 else ""
    text = writer.text(f"notice.{notice.id}", country=country)
    own = f"notice.{notice.id}.if"
    if conditions and writer.catalogue.has(own):
        text = f"{text} {writer.text(own)}"
    checked = writer.text("age.checked", date=writer.catalogue.day(notice.as_of_text))
    return writer.text("notice.line", text=text, checked=checked)


def _entry(writer: Writer, number: int, outcome: Outcome) -> list[Span]:
    """A pathway in the list: its name, one plain line, what it depends on, the official page, and how old this is."""
    pathway = outcome.pathway
    name = writer.text("results.line", pathway=_name(writer, pathway), country=_place_of(writer, pathway))
    lines = [writer.text(f"pathway.{pathway.id}.summary")]
    age = writer.age(pathway)
    if age == "withheld":
        lines = []
    elif outcome.depends_on:
        lines.append(writer.text("results.depends", condition=writer.conditions(outcome.depends_on)))
    elif outcome.standing is MAYBE:
        lines.append(writer.text("card.standing.limited"))
    lines += [_official(writer, pathway), _dated(writer, pathway)]
    return [Span(f"{number}. {name}", strong=True), Span("\n" + "\n".join(line for line in lines if line))]


def _dated(writer: Writer, pathway: Pathway) -> str:
    """When an entry of the list was checked, in few words: that old ones may have changed is said once below it."""
    if writer.age(pathway) == "withheld":
        return _checked(writer, pathway)
    return writer.text("age.checked", date=writer.catalogue.day(pathway.as_of_text))


def _name(writer: Writer, pathway: Pathway) -> str:
    return writer.text(f"pathway.{pathway.id}.{'short' if writer.medium.brief else 'name'}")


def _place_of(writer: Writer, pathway: Pathway) -> str:
    return writer.text("results.anywhere") if pathway.country == "INT" else writer.catalogue.country(pathway.country)


def _official(writer: Writer, pathway: Pathway) -> str:
    """The official page with its owner named first; before an enforcement office's app, what it takes."""
    owner = urlsplit(pathway.official_url).hostname or ""
    link = writer.text("link.official", owner=owner.removeprefix("www."), url=pathway.official_url)
    if not writer.catalogue.has(f"pathway.{pathway.id}.collects"):
        return link
    warning = writer.text(
        "link.government_app",
        app=_name(writer, pathway),
        owner=writer.text(f"pathway.{pathway.id}.owner"),
        collects=writer.text(f"pathway.{pathway.id}.collects"),
        legal=Legal(writer.country),
    )
    return f"{warning}\n{link}"


def _checked(writer: Writer, pathway: Pathway) -> str:
    day = writer.catalogue.day(pathway.as_of_text)
    match writer.age(pathway):
        case "withheld":
            return writer.text("age.withheld", url=pathway.official_url, contact=Legal(writer.country))
        case "check_first":
            return writer.text("age.check_first", date=day)
    return writer.text("age.checked", date=day)


def _no_us_door(writer: Writer, results: Results) -> bool:
    citizen_of = writer.known.get("nationality", frozenset())
    return results.certain and "US" not in citizen_of and all(o.pathway.country != "US" for o in results.fits)


def _tail(writer: Writer, results: Results) -> list[Span]:
    """What stands around the list: the doors that are shut, what nobody is asked about, what was passed over."""
    parts = []
    if _no_us_door(writer, results):
        parts.append(writer.text("results.no_us"))
    if results.closed:
        names = [writer.text(f"pathway.{o.pathway.id}.short") for o in results.closed]
        parts.append(writer.text("results.closed_doors", names=writer.catalogue.listing(names)))
    if results.quiet and results.country:
        lines = helpers.lines(writer.guide.hotlines, results.country, ("women", "trafficking", "child", "emergency"))
        parts.append(writer.text("results.quiet", legal=Legal(results.country), lines=Lines(lines)))
    if results.skipped:
        topics = writer.catalogue.listing([writer.text(f"topic.{id}") for id in results.skipped])
        parts.append(writer.text("results.skipped", topics=topics))
    return [Span(part) for part in parts]


def _result_choices(writer: Writer, show: ShowResults) -> tuple[Choice, ...]:
    listed = set() if writer.medium.brief else {outcome.pathway.id for outcome in show.sheet.fits}
    return tuple(
        choice(writer, show.asked, option, str(n), listed=option in listed)
        for n, option in enumerate(show.asked.options, 1)
    )


def _results_footer(writer: Writer, show: ShowResults, after: str) -> str:
    """The last lines: that facts age, that this is no decision, and where a channel is brief how to go on."""
    parts = [after] if show.sheet.fits and show.first else []
    if not writer.medium.brief:
        stale = any(writer.age(outcome.pathway) == "check_first" for outcome in show.sheet.fits)
        return "\n".join([writer.text("results.ask_first"), *parts] if stale else parts)
    if show.near is not None:
        parts.append(nearest_centre(writer, show.near))
    elif show.first:
        parts.append(writer.text("results.centre_hint"))
    if show.more:
        parts.append(writer.text("more.hint"))
    return "\n".join(parts)


def card(writer: Writer, outcome: Outcome, page: int) -> str:
    pathway = outcome.pathway
    if writer.age(pathway) == "withheld":
        return _checked(writer, pathway)
    if writer.medium.brief:
        opener = f"{writer.text('more.opener')}\n" if page else ""
        return opener + _PAGES[page](writer, outcome)
    return writer.text(
        "card.frame",
        pathway=_name(writer, pathway),
        country=_place_of(writer, pathway),
        standing=_standing(writer, outcome),
        summary=writer.text(f"pathway.{pathway.id}.summary"),
        details="\n".join(page(writer, outcome) for page in _PAGES[1:-1]),
        official=_official(writer, pathway),
        checked=_checked(writer, pathway),
        note=writer.text("results.note"),
    )


def _brief_card(writer: Writer, outcome: Outcome) -> str:
    pathway = outcome.pathway
    return writer.text(
        "card.frame",
        pathway=_name(writer, pathway),
        standing=_standing(writer, outcome),
        summary=writer.text(f"pathway.{pathway.id}.summary"),
        checked=_checked(writer, pathway),
    )


def _standing(writer: Writer, outcome: Outcome) -> str:
    if outcome.depends_on:
        return writer.text("card.standing.maybe", condition=writer.conditions(outcome.depends_on))
    if outcome.standing is LIKELY:
        return writer.text("card.standing.likely")
    if outcome.standing is MAYBE:
        return writer.text("card.standing.limited")
    return writer.text("card.standing.shut")


def _status_line(writer: Writer, outcome: Outcome) -> str:
    return writer.text(f"pathway.{outcome.pathway.id}.status")


def _link(writer: Writer, outcome: Outcome) -> str:
    return _official(writer, outcome.pathway)


def _cost_lines(writer: Writer, outcome: Outcome) -> str:
    """Where to ask, what it costs, which form."""
    pathway = outcome.pathway
    places = [writer.text(f"apply_from.{place}") for place in pathway.apply_from]
    lines = [writer.text("card.line.where", text="; ".join(places))] if places else []
    lines += _own_line(writer, pathway, "cost", "card.line.cost") + _own_line(
        writer, pathway, "form", "card.line.papers"
    )
    return "\n".join(lines)


def _care_lines(writer: Writer, outcome: Outcome) -> str:
    """Whom it may not fit, and what it may close."""
    pathway = outcome.pathway
    not_for, closes = list(_numbered(writer, pathway, "not_for")), list(_numbered(writer, pathway, "closes"))
    lines = [writer.text("card.line.who_not", text=" ".join(map(_sentence, not_for)))] if not_for else []
    lines += [writer.text("card.line.closes", text=" ".join(closes))] if closes else []
    return "\n".join(lines)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _scam_lines(writer: Writer, outcome: Outcome) -> str:
    """The scam to expect, and where this comes from."""
    pathway = outcome.pathway
    source = next((source.title for source in pathway.sources if source.url and source.url.startswith("https://")), "")
    named = [writer.text("card.line.source", source=source)] if source else []
    return "\n".join(_own_line(writer, pathway, "scam", "card.line.scam") + named)


def _own_line(writer: Writer, pathway: Pathway, part: str, key: str) -> list[str]:
    own = f"pathway.{pathway.id}.{part}"
    return [writer.text(key, text=writer.text(own))] if writer.catalogue.has(own) else []


def _numbered(writer: Writer, pathway: Pathway, part: str) -> Iterator[str]:
    number = 1
    while writer.catalogue.has(key := f"pathway.{pathway.id}.{part}.{number}"):
        yield writer.text(key)
        number += 1


_PAGES: tuple[Callable[[Writer, Outcome], str], ...] = (
    _brief_card,
    _cost_lines,
    _status_line,
    _care_lines,
    _scam_lines,
    _link,
)
"""What a card holds, cut where a brief channel turns the page (`turns.talk.CARD_PAGES` of them)."""
