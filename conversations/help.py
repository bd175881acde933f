"""Whom to name when a person needs people: the lines for a danger, a human contact, free legal help.

Only published numbers are ever chosen. A line that is not known to be open day and night is never said to answer now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from conversations.centres import Centre, Hotline, Nearby, Opening, Point, detour_km, nearest, opening

DANGER_LINES: dict[str, tuple[str, ...]] = {
    "immediate": ("emergency", "police"),
    "kidnapping": ("emergency", "police"),
    "trafficking": ("trafficking", "emergency"),
    "partner": ("women", "emergency"),
    "self_harm": ("crisis", "emergency"),
    "child_alone": ("child", "unhcr", "emergency"),
    "medical": ("ambulance", "emergency"),
    "detained": ("unhcr", "human_rights"),
    "missing": ("missing", "family_links", "emergency"),
}
"""The kinds of line for each kind of danger, most fitting first."""

GENERAL_LINES = ("emergency", "unhcr", "women", "child", "migrant_info", "human_rights", "police")
GUIDING_LINES = ("unhcr", "migrant_info", "human_rights")
"""Lines that explain what there is; not for emergencies."""
MOST_LINES = 2


@dataclass(frozen=True, slots=True)
class Contact:
    """A human contact and whether somebody answers there now (None: its hours are not known)."""

    near: Nearby
    opening: Opening | None


def lines(
    hotlines: Iterable[Hotline], country: str, kinds: Sequence[str], most: int = MOST_LINES
) -> tuple[Hotline, ...]:
    """The lines of a country that fit, one of each kind first, those for the whole country before local ones."""
    here = [line for line in hotlines if line.country == country and line.number is not None]
    found = [best for kind in kinds if (best := _best([line for line in here if line.kind == kind])) is not None]
    return tuple(found[:most])


def _best(lines_of_a_kind: Sequence[Hotline]) -> Hotline | None:
    return min(lines_of_a_kind, key=_doubt, default=None)


def _doubt(line: Hotline) -> tuple[bool, bool, int]:
    """Local lines and unsure ones come later: a number that fails in danger is worse than a general one."""
    local = "only" in (line.notes or "").lower()
    return (local, line.hours != "24/7", ("high", "medium", "low").index(line.confidence))


def always_open(hotlines: Sequence[Hotline]) -> bool:
    """Whether every one of these lines is known to answer day and night."""
    return bool(hotlines) and all(line.hours == "24/7" for line in hotlines)


def contact(centres: Iterable[Centre], country: str, now: datetime, point: Point | None = None) -> Contact | None:
    """A place in the country where a person answers the phone: open now first, then the nearest or the surest."""
    here = [near for near in _known_places(centres, country, point) if near.centre.phone]
    contacts = [Contact(near, opening(near.centre, now)) for near in here]
    return min(contacts, key=lambda c: (not (c.opening and c.opening.open), c.opening is None), default=None)


def legal_help(centres: Iterable[Centre], country: str, point: Point | None = None) -> Nearby | None:
    """Where free legal help is given in a country, with a phone or an address that was published."""
    here = _known_places((c for c in centres if "legal" in c.services), country, point)
    reachable = [near for near in here if near.centre.phone or near.centre.address]
    near_by = [near for near in reachable if point is not None and not near.far]
    by_phone = [near for near in here if near.centre.phone]
    return next(iter(near_by or sorted(by_phone, key=lambda near: near.centre.kind != "legal_aid")), None)


def _known_places(centres: Iterable[Centre], country: str, point: Point | None) -> list[Nearby]:
    if point is not None:
        return nearest(point, country, centres)
    here = [Nearby(c, 0.0) for c in centres if c.country == country and c.may_be_named]
    return sorted(here, key=lambda near: (detour_km(near, ()), near.centre.id))
