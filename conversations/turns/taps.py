"""What becomes of a tapped button itself, for a channel on which it stays on the screen under its question."""

from dataclasses import replace

from conversations.events import Tap
from conversations.prompts import MENUS
from conversations.questions import NONE
from conversations.replies import Chosen
from conversations.session import Asked
from conversations.turns.talk import Talk, Turn
from conversations.understanding import Answered, Picked, Ticked, Unclear, Understood

OLD = "old_tap"
"""The note of a turn for a button of another time; the press itself changes nothing."""

DONE = "done"
"""The button under a checklist that ends it."""


def settled(talk: Talk, tap: Tap, understood: Understood, turn: Turn) -> Turn:
    """The turn with what the button's own message is to show. Menus stay in use, and so says nothing of them."""
    asked = talk.session.asked if talk.session else None
    match understood:
        case Unclear() if turn.replies and OLD not in turn.notes:  # without a reply it was a nervous finger
            return replace(turn, notes=(*turn.notes, OLD))
        case Ticked():
            return replace(turn, in_place=True)
        case Picked() if asked and asked.id not in MENUS:
            return replace(turn, chosen=_chosen(tap, asked))
        case Answered() if asked and f"answered:{tap.question}" in turn.notes:  # and not asked back
            return replace(turn, chosen=_chosen(tap, asked))
    return turn


def _chosen(tap: Tap, asked: Asked) -> Chosen:
    subject = asked.subject if asked.id == "which" else asked.id
    return Chosen(subject, (asked.ticked or (NONE,)) if tap.option == DONE else (tap.option,))
