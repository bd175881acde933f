"""Writes questions: those of the interview with their choices, and our own prompts."""

from dataclasses import replace

from conversations.labels import label
from conversations.message import Choice, Span
from conversations.questions import NONE, UNSURE, Question
from conversations.replies import Ask, Chosen
from conversations.session import Asked
from conversations.writing.writer import Block, Writer

DONE = "done"
UNSURE_NUMBER = "9"
NONE_NUMBER = "0"

_PROMPT_TEXTS = {
    "private": "ask.private",
    "restart": "restart.confirm",
    "resume": "session.continue_or_new",
    "stop_inside": "error.stop_inside",
    "change": "change.which",
    "town_choice": "place.ambiguous",
    "results": "centre.after",
    "card": "card.sms_menu",
    "centres": "centre.after",
}


def ask(writer: Writer, ask: Ask) -> Block:
    question = writer.guide.question(ask.asked.id)
    if question is not None:
        return _question(writer, ask, question)
    return _prompt(writer, ask)


def _question(writer: Writer, ask: Ask, question: Question) -> Block:
    """A question of the interview: how many are left, the question, its choices, and how to answer."""
    spans = []
    if not writer.medium.brief and ask.remaining > 1 and not ask.shorter:
        spans.append(Span(writer.text("ask.progress", count=ask.remaining) + "\n"))
    spans.append(Span(writer.text(f"ask.{question.id}"), strong=True))
    return Block(
        text=tuple(spans),
        choices=_question_choices(writer, ask.asked, question),
        footer=_question_footer(writer, ask, question),
        question=question.id,
    )


def _question_choices(writer: Writer, asked: Asked, question: Question) -> tuple[Choice, ...]:
    choices = [choice(writer, asked, option, str(n)) for n, option in enumerate(asked.options, 1)]
    if question.kind == "several":
        choices.append(choice(writer, asked, NONE, NONE_NUMBER, listed=writer.medium.brief))
        if asked.ticked:
            number = str(len(asked.options) + 1)
            choices.append(Choice(_id(writer, asked, DONE), writer.text("button.chosen_all"), number))
    elif len(asked.options) < int(UNSURE_NUMBER):
        choices.append(choice(writer, asked, UNSURE, UNSURE_NUMBER))
    return tuple(choices)


def choice(writer: Writer, asked: Asked, option: str, number: str, *, listed: bool = False) -> Choice:
    subject = asked.subject if asked.id == "which" else asked.id
    text = label(writer.guide, subject, option, writer.catalogue)
    ticked = option in asked.ticked and writer.guide.question(asked.id) is not None
    return Choice(_id(writer, asked, option), text, number, ticked, listed)


def _id(writer: Writer, asked: Asked, option: str) -> str:
    run = writer.session.run if writer.session else ""
    return f"{run}:{asked.id}:{option}"


def _question_footer(writer: Writer, ask: Ask, question: Question) -> str:
    hints = []
    if writer.catalogue.has(f"footnote.{question.id}"):
        hints.append(writer.text(f"footnote.{question.id}"))
    if question.kind == "several":
        hints.append(writer.text("ask.hint.several"))
    elif question.kind == "country":
        hints.append(writer.text("ask.hint.country"))
    if question.policy == "private" and not ask.shorter:
        hints.append(writer.text("ask.hint.skip"))
    if ask.first:
        hints.append(writer.text("help.hint"))
    return "\n".join(hints)


def _prompt(writer: Writer, ask: Ask) -> Block:
    """One of our own questions."""
    asked = ask.asked
    choices = tuple(choice(writer, asked, option, str(n)) for n, option in enumerate(asked.options, 1))
    match asked.id:
        case "language":
            house = {"hours": writer.guide.operator.hours, "contact": writer.guide.operator.contact}
            before, after = writer.around(ask.text or "language.menu", "languages", **house)
            return Block((Span(before),), choices, after, question=asked.id)
        case "town":
            text = "" if ask.shorter else writer.text("ask.place")
            footer = writer.text("ask.hint.skip") if asked.subject == "results" else ""
            return Block((Span(text),) if text else (), (), footer, writer.medium.pins, asked.id)
        case "near_centre":
            centre = next(centre for centre in writer.guide.centres if centre.id == asked.ticked[0])
            text = writer.text("place.near_centre", centre=centre.name, city=centre.city)
            return Block((Span(text),), choices, question=asked.id)
        case "results" | "card" | "centres" if ask.shorter:
            choices = tuple(replace(choice, listed=False) for choice in choices)
            return Block((), choices, "", question=asked.id)
        case "lines":
            return Block((), (), "", question=asked.id)
    text = _prompt_text(writer, ask)
    return Block((Span(text),) if text else (), choices, question=asked.id)


def _prompt_text(writer: Writer, ask: Ask) -> str:
    asked = ask.asked
    match asked.id:
        case "consent" if ask.shorter:
            return ""
        case "consent":
            house = {"operator": writer.guide.operator.name, "hours": writer.guide.operator.hours}
            return writer.text("consent.ask", carrier=writer.medium.carrier_name, **house)
        case "guess" if ask.shorter:
            return ""
        case "guess" if asked.ticked and writer.guide.question(asked.subject):
            return writer.text("error.confirm_spelling", guess=Chosen(asked.subject, asked.ticked))
        case "town_guess":
            return writer.text(
                "error.confirm_spelling", guess=label(writer.guide, "town_choice", asked.ticked[0], writer.catalogue)
            )
        case "range":
            return _range(writer, asked)
        case "contradiction":
            return writer.text("error.contradiction", none=writer.text("ask.hint.none"))
        case "miss":
            return writer.text("error.unclear.third", contact=writer.guide.operator.contact)
        case "which":
            country = writer.guide.question(asked.subject)
            ambiguous = country is not None and country.kind == "country"
            return writer.text("country.ambiguous" if ambiguous else "error.ambiguous_option")
    return writer.text(_PROMPT_TEXTS[asked.id])


def _range(writer: Writer, asked: Asked) -> str:
    first, last = ((asked.ticked[0],), (asked.ticked[-1],))
    return writer.text("error.range_or_list", low=Chosen(asked.subject, first), high=Chosen(asked.subject, last))
