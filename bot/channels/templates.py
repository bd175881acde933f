"""WhatsApp's buttons and lists. They need a Content template each, so a few generic ones serve every question.

There is one for each language, shape and number of choices; text, labels and payloads are its variables. Templates that
nobody has approved may be sent within 24 hours of the person's last message, and Rumbo sends nothing else. Facts:
`shared/channels.md` section 5.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from conversations.message import Choice

Shape = Literal["buttons", "list"]

TEXT_LIMIT = 1024
_LABELS: dict[Shape, int] = {"buttons": 20, "list": 24}
_MOST: dict[Shape, int] = {"buttons": 3, "list": 10}

PREFIX = "rumbo_1_"
"""What our templates' names begin with; another number where a template's contents change."""


@dataclass(frozen=True, slots=True)
class Template:
    """A generic template. `language` decides only the word on the button that opens a list, and Meta's record."""

    shape: Shape
    count: int
    language: str

    @property
    def name(self) -> str:
        """By which it is found again in the account."""
        return f"{PREFIX}{self.shape}_{self.count}_{self.language.lower()}"

    def content(self, opener: str) -> dict[str, Any]:
        """The body of the call that creates it. `opener`: the word on the button that opens a list."""
        choices = [(f"{{{{{n}}}}}", f"{{{{{n + 1}}}}}") for n in range(2, 2 + 2 * self.count, 2)]
        kind: dict[str, Any]
        if self.shape == "buttons":
            actions = [{"type": "QUICK_REPLY", "title": label, "id": id} for label, id in choices]
            kind = {"twilio/quick-reply": {"body": "{{1}}", "actions": actions}}
        else:
            items = [{"item": label, "id": id} for label, id in choices]
            kind = {"twilio/list-picker": {"body": "{{1}}", "button": opener, "items": items}}
        samples = {"1": "…", **{str(n): str(n) for n in range(2, 2 + 2 * self.count)}}
        return {"friendly_name": self.name, "language": self.language, "variables": samples, "types": kind}

    def variables(self, text: str, choices: Sequence[Choice]) -> str:
        """ContentVariables: the text, then each choice's label and payload."""
        filled = {"1": text}
        for number, choice in enumerate(choices):
            filled[str(2 + 2 * number)] = shown(choice, _LABELS[self.shape])
            filled[str(3 + 2 * number)] = choice.id
        return json.dumps(filled, ensure_ascii=False)


def all_templates(languages: Iterable[str]) -> Iterator[Template]:
    """Every template that Rumbo uses."""
    for language in languages:
        for shape, most in _MOST.items():
            yield from (Template(shape, count, language) for count in range(1, most + 1))


def fitting(choices: Sequence[Choice], language: str) -> Template | None:
    """The template for these choices, buttons where every label is whole on them; None: there is none."""
    if 0 < len(choices) <= _MOST["buttons"] and not cut(choices, "buttons"):
        return Template("buttons", len(choices), language)
    return Template("list", len(choices), language) if 0 < len(choices) <= _MOST["list"] else None


def cut(choices: Sequence[Choice], shape: Shape) -> list[Choice]:
    """The choices whose labels are not whole in this shape."""
    return [choice for choice in choices if len(_numbered(choice)) > _LABELS[shape]]


def shown(choice: Choice, limit: int) -> str:
    """A label with its number, so that the number may be written as well, cut to what WhatsApp shows."""
    text = _numbered(choice)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _numbered(choice: Choice) -> str:
    return f"{choice.number} {'✓ ' if choice.ticked else ''}{choice.label}"
