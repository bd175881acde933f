"""Turns what Rumbo means to say into one message in the person's language.

Everything of one turn travels together: each further message costs the person or the operator money. No text is put
together from halves of sentences; names, numbers and dates stand in placeholders. What a channel does with choices is
its own affair.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from conversations.catalogue import Catalogue
from conversations.guide import Guide
from conversations.medium import Medium
from conversations.message import Message, Span
from conversations.replies import (
    Ask,
    Languages,
    Reply,
    Say,
    ShowCard,
    ShowCentres,
    ShowContact,
    ShowDanger,
    ShowResults,
)
from conversations.rules import Known
from conversations.session import Session
from conversations.writing import asking, findings, helping
from conversations.writing.writer import Block, Writer


def word(
    replies: Sequence[Reply],
    session: Session | None,
    guide: Guide,
    catalogue: Catalogue,
    medium: Medium,
    now: datetime,
    known: Known | None = None,
) -> list[Message]:
    """One message for one turn; none when there is nothing to say. `known`: what is known of the person.

    Raises MissingText when a text does not exist: a key is never sent.
    """
    writer = Writer(session, guide, catalogue, medium, now, known or {})
    blocks = [_block(writer, reply) for reply in replies]
    if not any(block.text or block.choices or block.footer for block in blocks):
        return []
    message = _joined(writer, blocks)
    return [replace(message, personal=any(_is_personal(guide, reply) for reply in replies))]


def _block(writer: Writer, reply: Reply) -> Block:
    match reply:
        case Say(key, values):
            return Block((Span(writer.text(key, **_with_house(writer, values))),))
        case Ask():
            return asking.ask(writer, reply)
        case ShowResults():
            return findings.results(writer, reply)
        case ShowCard(outcome, page):
            return Block((Span(findings.card(writer, outcome, page)),))
        case ShowCentres():
            return Block((Span(helping.centres(writer, reply)),))
        case ShowDanger():
            return Block((Span(helping.danger(writer, reply)),))
        case ShowContact():
            return Block((Span(helping.contact(writer, reply)),))


def _is_personal(guide: Guide, reply: Reply) -> bool:
    """What fits this person, and what is asked on a screen of their own; not what they may want to pass on."""
    match reply:
        case ShowResults():
            return True
        case Ask(asked):
            question = guide.question(asked.id) or guide.question(asked.subject)
            return question is not None and question.policy == "private"
    return False


def _with_house(writer: Writer, values: Mapping[str, object]) -> dict[str, object]:
    """What many texts name: who runs this copy."""
    return {"operator": writer.guide.operator.name, "languages": Languages(), **values}


def _joined(writer: Writer, blocks: Sequence[Block]) -> Message:
    gap = "\n" if writer.medium.brief else "\n\n"
    spans: list[Span] = []
    for block in blocks:
        if spans and block.text:
            spans.append(Span(gap))
        spans += block.text
    last = blocks[-1]
    return Message(
        text=tuple(spans),
        choices=last.choices,
        footer=last.footer,
        wants_place=last.wants_place,
        place_label=writer.text("button.share_location") if last.wants_place else "",
        place_hint=writer.text("telegram.placeholder") if last.wants_place else "",
        question=last.question,
        language=writer.catalogue.language,
    )
