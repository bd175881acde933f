"""People who answer at random, through whatever is put to them, to the end."""

from random import Random

from tests.conversation import Person

ENDINGS = frozenset(("results", "lines"))
CALM = {"consent": "1", "private": "1", "town": "saltar", "language": "1", "card": "seguir", "centres": "seguir",
        "restart": "2", "stop_inside": "2", "town_choice": "saltar", "town_guess": "saltar"}  # fmt: skip
"""What somebody writes who only wants to go on."""


def goes_on(person: Person, random: Random) -> None:
    """One answer to what is open: a number of the list to a question, the way on elsewhere."""
    asked = person.asked or ""
    question = person.guide.question(asked)
    if question is None:
        person.writes(CALM.get(asked, "1"))
    elif question.kind == "several":
        picked = [str(n) for n in range(1, len(person.options) + 1) if random.random() < 0.3]
        person.writes(" ".join(picked) or "0")
    else:
        person.writes(str(random.randint(1, len(person.options))))


def to_the_end(person: Person, random: Random, most: int = 45) -> int:
    """How many answers it took to come to an ending."""
    for number in range(most):
        if person.asked in ENDINGS:
            return number
        goes_on(person, random)
        assert not person.silent, person.asked
    raise AssertionError(f"no ending after {most} answers: {person.asked}, {person.chosen}")
