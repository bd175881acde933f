"""Our own questions, besides the interview: consent, language, the town, what to do with results.

`PROMPTS` names each with its options in the order shown; an empty list is filled when it is put (languages, towns,
pathways). `YES_NO` says what those words mean to a prompt.
"""

from collections.abc import Mapping

PROMPTS: Mapping[str, tuple[str, ...]] = {
    "language": (),
    "consent": ("go_on", "no_thanks"),
    "private": ("go_on", "skip_these"),
    "town": (),
    "town_choice": (),
    "town_guess": ("yes", "no"),
    "near_centre": ("yes", "no"),
    "results": (),
    "card": (),
    "centres": ("more_places", "results"),
    "change": (),
    "restart": ("begin_again", "keep_going"),
    "resume": ("keep_going", "begin_again", "someone_else"),
    "stop_inside": ("stop_writing", "go_on"),
    "miss": ("skip", "person", "language"),
    "which": (),
    "guess": ("yes", "no"),
    "range": ("all_of_them", "just_two"),
    "contradiction": ("only_none", "the_others"),
    "lines": (),
}

YES_NO: Mapping[str, tuple[str, str]] = {
    "consent": ("go_on", "no_thanks"),
    "private": ("go_on", "skip_these"),
    "town_guess": ("yes", "no"),
    "near_centre": ("yes", "no"),
    "restart": ("begin_again", "keep_going"),
    "resume": ("keep_going", "begin_again"),
    "stop_inside": ("stop_writing", "go_on"),
    "guess": ("yes", "no"),
    "range": ("all_of_them", "just_two"),
}

MENUS = frozenset(("results", "card", "centres"))
"""Prompts that stand under what they are about: put again they show their choices only. Their buttons lead from one to
another and stay good while the person looks around."""

ABOUT_A_PLACE = ("town", "town_choice", "town_guess", "near_centre")
"""Prompts that ask where the person is."""

ABOUT_A_QUESTION = ("miss", "guess", "which", "range", "contradiction")
"""Prompts that stand for the question of the interview that they are about, their `subject`."""

BESIDE_PATHWAYS = frozenset(("keep_answering", "more", "centre", "change", "person"))
"""What may be chosen under results, besides the pathways themselves."""
