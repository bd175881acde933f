"""Brings a session to today's content after a redeploy, in mid-conversation.

The session holds answers by id and everything else is computed, so there is little to do: answers to questions that
are gone stay, inert, so that a roll-back finds them again; what is open is closed when it cannot be put as it was.
"""

from dataclasses import replace

from conversations.guide import Guide
from conversations.prompts import ABOUT_A_QUESTION, BESIDE_PATHWAYS, PROMPTS
from conversations.session import Asked, Session


def revive(session: Session, guide: Guide) -> tuple[Session, bool]:
    """The session as today's content reads it, and whether the questions have changed since it was written.

    Numbers are read against the options as they were shown; where one of those is gone the question is put anew.
    """
    if session.content == guide.version:
        return session, False
    asked = session.asked
    gone = asked is not None and _is_of_old(asked, guide)
    return replace(session, content=guide.version, asked=None if gone else asked), bool(session.answers) and gone


def _is_of_old(asked: Asked, guide: Guide) -> bool:
    """Whether what was put can no longer be put again as it was."""
    match asked.id:
        case "change":
            return not all(guide.question(option) for option in asked.options)
        case "near_centre":
            return not any(centre.id in asked.ticked for centre in guide.centres)
        case "results":
            return not all(guide.pathway(option) for option in set(asked.options) - BESIDE_PATHWAYS)
    question = guide.question(asked.subject or asked.id)
    if question is None:
        return asked.id not in PROMPTS or asked.id in ABOUT_A_QUESTION
    shown = asked.ticked if asked.id in ABOUT_A_QUESTION and asked.id != "which" else asked.options
    known = {option.id for option in question.options} | {item.id for item in question.items}
    return question.kind != "country" and not set(shown) <= known
