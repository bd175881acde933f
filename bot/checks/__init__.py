"""Everything that can be wrong with the content and its words, told all at once with the place and a way to mend it.

`conversations.reading` and `conversations.guide` refuse what cannot be read, `bot.catalogues` what is not whole. Here
stands what can be read and still must not reach a person. An error keeps a release from going out, a warning does not.
"""

from datetime import date

from bot.catalogues import LOCALES, SOURCE, load_catalogues
from bot.checks import ages, labels, limits, links, places, texts, words
from conversations.guide import Guide
from conversations.problems import Problem


def check_guide(guide: Guide, today: date) -> list[Problem]:
    """Every problem of a guide as it stands on this day."""
    return [
        *texts.check(guide),
        *limits.check(guide),
        *labels.check(guide),
        *words.check(guide),
        *links.check(guide),
        *places.check(guide),
        *ages.check(guide, today),
    ]


def incomplete_languages() -> list[Problem]:
    """Languages that have a file and are not offered, because some text is missing, stale or unfinished."""
    whole, lacking = load_catalogues()
    every = len(whole[SOURCE].texts)
    return [
        Problem(
            f"{LOCALES.name}/{tag}",
            tag,
            "is not whole",
            f"{tag} not offered: {count} of {every} texts not ready",
            "warning",
        )
        for tag, count in ((tag, len({problem.entry for problem in problems})) for tag, problems in lacking.items())
    ]
