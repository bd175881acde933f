"""Words of danger, at any step, in any language, before anything else."""

from dataclasses import replace

from conversations import help as helpers
from conversations.replies import EmergencyNumbers, Say, ShowDanger
from conversations.session import Asked
from conversations.turns import beginning
from conversations.turns.talk import Talk, Turn


def danger(talk: Talk, kind: str) -> Turn:
    """The right lines at once, and no note of it: what was open stays open.

    Where the country is not known the emergency numbers of the region come first, then the one question that matters.
    """
    if talk.country is not None:
        lines = helpers.lines(talk.guide.hotlines, talk.country, helpers.DANGER_LINES[kind])
        known = talk.country in talk.guide.served
        return Turn(talk.session, (ShowDanger(kind, lines, talk.country) if known else talk.contact(),), ("danger",))
    said = Say("danger.where", {"emergency_list": EmergencyNumbers()})
    if talk.session is None or talk.session.stopped:
        return Turn(beginning.newcomer(talk, Asked("lines")), (said,), ("danger",))
    before = talk.session.asked
    question = talk.guide.question(before.id) if before else None
    countries = before.options if before and question and question.kind == "country" else ()
    asked = Asked("lines", countries, subject=before.id if before else "")
    return Turn(replace(talk.session, asked=asked), (said,), ("danger",))
