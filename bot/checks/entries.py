"""Where a text or an entry of the content stands, for every check that names one."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import cast

from bot.catalogues import SOURCE, PoCatalogue, read_entries
from conversations.centres import Centre, Hotline
from conversations.guide import CENTRES, HOTLINES, Guide
from conversations.pathways import Notice, Pathway
from conversations.questions import Question

_HEADS = {
    **dict.fromkeys(("ask", "why", "topic", "option", "footnote"), "questions.po"),
    **dict.fromkeys(("pathway", "notice"), "pathways.po"),
    **dict.fromkeys(("fact", "condition", "value", "apply_from", "kind"), "labels.po"),
}
_COUNTRIES = {"US": "pathways/us.yaml", "MX": "pathways/mx.yaml", "CA": "pathways/ca.yaml"}


def catalogues(guide: Guide) -> Mapping[str, PoCatalogue]:
    """The languages offered, as read from their files."""
    return cast("Mapping[str, PoCatalogue]", guide.catalogues)


def forms(catalogue: PoCatalogue) -> Iterator[tuple[str, str]]:
    """Every text with its key; one with plurals comes once for each form."""
    for key, text in catalogue.texts.items():
        for form in (text,) if isinstance(text, str) else text:
            yield key, form


def file_of(catalogue: PoCatalogue, key: str) -> str:
    """The file of a language in which a text stands, or belongs."""
    name = _source_files().get(key) or _HEADS.get(key.partition(".")[0], "interface.po")
    return f"locales/{catalogue.locale}/LC_MESSAGES/{name}"


@cache
def _source_files() -> Mapping[str, str]:
    return {entry.key: entry.file.rpartition("/")[2] for entry in read_entries(SOURCE)}


def choices(question: Question) -> list[str]:
    """Ids of everything that may be chosen: a country by number, an option, a line of a checklist."""
    return [*question.shortcuts, *(option.id for option in question.options), *(item.id for item in question.items)]


def rules_by_file(guide: Guide) -> list[tuple[str, Pathway | Notice]]:
    """Pathways and notices, each with the content file in which it stands."""
    entries: tuple[Pathway | Notice, ...] = (*guide.pathways, *guide.notices)
    return [(_COUNTRIES.get(entry.country, "pathways/on-the-way.yaml"), entry) for entry in entries]


def sourced_by_file(guide: Guide) -> list[tuple[str, Pathway | Notice | Centre | Hotline]]:
    """Everything that cites where it comes from, each with its content file."""
    places = [(CENTRES, centre) for centre in guide.centres]
    lines = [(HOTLINES, line) for line in guide.hotlines]
    return [*rules_by_file(guide), *places, *lines]
