"""What Rumbo means to say, in no language yet. A closed family; `wording` turns it into messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from conversations.centres import Hotline, Nearby
from conversations.help import Contact
from conversations.pathways import Outcome
from conversations.results import Results, Sheet
from conversations.session import Asked


@dataclass(frozen=True, slots=True)
class Say:
    """A text by key. Values are plain words, numbers, or one of the small things below that wording knows to spell."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Country:
    """A value: the name of a country."""

    code: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A value: telephone lines, one a line of text."""

    hotlines: tuple[Hotline, ...]


@dataclass(frozen=True, slots=True)
class EmergencyNumbers:
    """A value: the emergency number of each country we serve, shortest form."""


@dataclass(frozen=True, slots=True)
class Emergency:
    """A value: the emergency number of a country; where none is known, those of the region."""

    country: str | None


@dataclass(frozen=True, slots=True)
class Legal:
    """A value: where free legal help is found in a country, best first."""

    country: str | None
    centre: Nearby | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A value: the label of an option of a question or prompt."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """A value: the word we show for a command, in capitals."""

    name: str


@dataclass(frozen=True, slots=True)
class Languages:
    """A value: the numbered language menu."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question or prompt with its choices. `first`: nothing was asked before. `remaining`: about how many are left.

    `shorter`: put again after a miss, without its extras. `text`: the key of another text for the same prompt.
    """

    asked: Asked
    first: bool = False
    remaining: int = 0
    shorter: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class ShowResults:
    """One sheet of the results.

    `near` and `legal`: the nearest help, where the place is known now; `more`: other sheets follow.
    """

    results: Results
    sheet: Sheet
    asked: Asked
    near: Nearby | None = None
    legal: Nearby | None = None
    first: bool = True
    more: bool = False


@dataclass(frozen=True, slots=True)
class ShowCard:
    """One pathway in full, or one page of it where the channel is brief."""

    outcome: Outcome
    page: int = 0


@dataclass(frozen=True, slots=True)
class ShowCentres:
    """Centres near a place, best first; `further` after the first page. `distances`: whether they are known."""

    centres: tuple[Nearby, ...]
    country: str
    further: bool = False
    distances: bool = True


@dataclass(frozen=True, slots=True)
class ShowDanger:
    """The lines for a kind of danger in a country."""

    kind: str
    hotlines: tuple[Hotline, ...]
    country: str


@dataclass(frozen=True, slots=True)
class ShowContact:
    """A person to talk to, or that none is known in the country."""

    contact: Contact | None
    country: str | None


Reply = Say | Ask | ShowResults | ShowCard | ShowCentres | ShowDanger | ShowContact
