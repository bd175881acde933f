"""Whether a message asks us to stop writing (FC-08, FC-09).

It does not know what is asked at the moment: "the bus stop in Nogales" holds a stop word, and the reader decides.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

from .normal import words

Words = tuple[str, ...]

_LONGEST_COURTESY = 5

_folded = lru_cache(maxsize=4096)(words)


def stop(text: str, table: Mapping[str, Sequence[str]]) -> Literal["whole", "inside"] | None:
    """`whole`: the message says stop and nothing else; `inside`: a stop word stands in a longer one.

    `table` is content/words/stopping.yaml: phrases under `whole`, `inside` and `courtesy`.
    """
    said = words(text)
    if not said:
        return None
    whole = {_folded(phrase) for phrase in table["whole"]}
    courtesy = {_folded(phrase) for phrase in table["courtesy"]}
    if _only(said, whole, courtesy):
        return "whole"
    spoken = f" {' '.join(said)} "
    return "inside" if any(f" {' '.join(_folded(phrase))} " in spoken for phrase in table["inside"]) else None


def _only(said: Words, whole: set[Words], courtesy: set[Words]) -> bool:
    """Whether the words are a stop phrase, once courtesy is taken off either end; "stop stop stop" too."""
    if said in whole:
        return True
    return any(
        _only(rest, whole, courtesy)
        for cut in range(1, min(len(said), _LONGEST_COURTESY + 1))
        for polite, rest in ((said[:cut], said[cut:]), (said[-cut:], said[:-cut]))
        if polite in courtesy or polite in whole
    )
