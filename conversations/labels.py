"""The label of an option: of a question, of one of our own prompts, or of what a prompt lists."""

from typing import TYPE_CHECKING

from conversations.catalogue import Catalogue
from conversations.questions import NONE, UNSURE

if TYPE_CHECKING:
    from conversations.guide import Guide


def label(guide: "Guide", asked: str, option: str, catalogue: Catalogue) -> str:
    """What stands on the button or the numbered line, whole."""
    if option == UNSURE:
        return catalogue.text("ask.hint.unsure")
    question = guide.question(asked)
    if question is not None:
        if question.kind == "several" and option == NONE:
            return catalogue.text("ask.hint.none")
        if question.kind == "country" and question.option(option) is None:
            return catalogue.country(option)
        key = f"option.{asked}.{option}"
        return catalogue.text(key) if catalogue.has(key) else option
    return _prompt_label(guide, asked, option, catalogue)


def _prompt_label(guide: "Guide", asked: str, option: str, catalogue: Catalogue) -> str:
    match asked:
        case "language" if option in guide.catalogues:
            return guide.catalogues[option].name
        case "change":
            return catalogue.text(f"topic.{option}")
        case "town_choice":
            town = guide.lexicon.towns.get(option)
            return f"{town.name}, {town.admin1 or catalogue.country(town.country)}" if town else option
        case "lines" if len(option) == 2:  # a country code
            return catalogue.country(option)
    if guide.pathway(option) is not None:
        return catalogue.text(f"pathway.{option}.short")
    return catalogue.text(f"button.{option}")
