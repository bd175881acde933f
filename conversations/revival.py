"""Brings a session to today's content after a redeploy, in mid-conversation.

The session holds answers by id and everything else is computed, so there is little to do: answers to questions that
are gone stay, inert, so that a roll-back finds them again; what is open is closed when its question is gone.
"""

from dataclasses import replace

from conversations.guide import Guide
from conversations.prompts import PROMPTS
from conversations.session import Asked, Session


def revive(session: Session, guide: Guide) -> tuple[Session, bool]:
    """The session as today's content reads it, and whether the questions have changed since it was written.

    Answers to questions that are gone stay, inert, so that a roll-back finds them again. What is open is closed when
    its question is gone; an option that is gone is found out when it is answered.
    """
    if session.content == guide.version:
        return session, False
    asked = session.asked
    gone = asked is not None and _is_question_of_old(asked, guide)
    return replace(session, content=guide.version, asked=None if gone else asked), bool(session.answers) and gone


def _is_question_of_old(asked: Asked, guide: Guide) -> bool:
    question = guide.question(asked.subject or asked.id)
    if question is not None:
        known = {o.id for o in question.options} | {i.id for i in question.items}
        return question.kind != "country" and not set(asked.options) <= known
    return asked.id not in PROMPTS
