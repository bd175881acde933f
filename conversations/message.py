"""A message in the person's language, before any channel has shaped it.

It knows neither keyboards nor segments: a channel decides whether choices become buttons, rows or numbered lines.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text; `strong` asks for emphasis where the channel has it. All of it is plain text to escape."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing the person may choose.

    `number` is what they may type ("1", "9"); `id` is the payload of a button, `run:question:option`, ASCII and at most
    64 bytes (Telegram's limit); `ticked` marks an item of a checklist that is already chosen; `listed`: the text shows
    it with its number already, so a channel without buttons does not write it again.
    """

    id: str
    label: str
    number: str
    ticked: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One thing Rumbo says: text, the choices under it, and a last line that follows the choices.

    `wants_place` asks the channel to make sharing a location easy, with `place_label` on the button and `place_hint`
    where one can type instead. `personal`: it tells of the person, so a channel that can keeps it from being passed on.
    `question` is the id of what is asked (None for a plain statement): a question that the person has already moved
    past is dropped rather than sent late. `language` is the one it is in. `instead_of` is what the carrier calls the
    message that this one differs from in nothing but its ticks: where it can, those are changed there.
    """

    text: tuple[Span, ...]
    choices: tuple[Choice, ...] = ()
    footer: str = ""
    wants_place: bool = False
    place_label: str = ""
    place_hint: str = ""
    question: str | None = None
    language: str = ""
    instead_of: str | None = None
    personal: bool = False

    @property
    def plain(self) -> str:
        """The text without emphasis."""
        return "".join(span.text for span in self.text)
