"""Places and phone lines that help people, and which of them to name first. Never across a border.

A centre may show only what has a published source: a phone or address listed in `from_memory` does not exist for us.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import asin, cos, radians, sin, sqrt
from typing import Literal
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours

from conversations.pathways import Confidence, Source

CentreStatus = Literal["open", "limited", "closed", "unknown"]

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG 1980
FAR_KM = 150.0
"""Beyond this a call comes first: a day's travel on the road for somebody without a car."""

Point = tuple[float, float]
"""Latitude and longitude in decimal degrees (WGS 84)."""


@dataclass(frozen=True, slots=True)
class Centre:
    """A place that helps people. `phone` and `address` are None when unknown or without a published source."""

    id: str
    name: str
    org: str
    kind: str
    country: str
    admin1: str | None
    city: str
    address: str | None
    point: Point
    precision: str
    phone: str | None
    whatsapp: str | None
    url: str | None
    hours: str | None
    timezone: str
    services: tuple[str, ...]
    languages: tuple[str, ...]
    who: str
    appointment: Literal["none", "required", "unknown"]
    status: CentreStatus
    as_of: date | None
    as_of_text: str | None
    confidence: Confidence
    from_memory: tuple[str, ...]
    notes: str | None
    sources: tuple[Source, ...]

    @property
    def may_be_named(self) -> bool:
        """Not closed, and known from somewhere other than memory."""
        return self.status != "closed" and "all" not in self.from_memory

    @property
    def call_first(self) -> bool:
        """Whether the person should ask before going: not known to be open, or no hours, or not sure of it."""
        return self.status != "open" or self.hours is None or self.confidence == "low"


@dataclass(frozen=True, slots=True)
class Hotline:
    """A telephone line of one country. `number` is what to dial there; None without a published source."""

    id: str
    country: str
    kind: str
    name: str
    number: str | None
    hours: str | None
    languages: tuple[str, ...]
    as_of_text: str | None
    confidence: Confidence
    from_memory: tuple[str, ...]
    notes: str | None
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Nearby:
    """A centre as seen from where somebody is. `km` is the straight line."""

    centre: Centre
    km: float

    @property
    def far(self) -> bool:
        """Too far to name without saying so first."""
        return self.km > FAR_KM


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a place is open, and when that changes (in the place's own time zone; None: never)."""

    open: bool
    changes_at: datetime | None


def distance_km(one: Point, other: Point) -> float:
    """The great-circle distance between two points, in kilometres (haversine formula)."""
    lat1, lon1, lat2, lon2 = map(radians, (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))


def nearest(
    point: Point, country: str, centres: Iterable[Centre], needs: Sequence[str] = (), only: str | None = None
) -> list[Nearby]:
    """The centres of one country that may be named, best first for somebody at this point.

    `needs`: services that matter to the person, as hints. `only`: a service that the centre must offer.
    """
    here = [
        Nearby(centre, distance_km(point, centre.point))
        for centre in centres
        if centre.country == country and centre.may_be_named and (only is None or only in centre.services)
    ]
    return sorted(here, key=lambda near: (detour_km(near, needs), near.centre.id))


_STATUS_KM = {"open": 0.0, "limited": 5.0, "unknown": 20.0, "closed": 0.0}
_CONFIDENCE_KM = {"high": 0.0, "medium": 3.0, "low": 8.0}


def detour_km(near: Nearby, needs: Sequence[str]) -> float:
    """How far a centre counts as being: its distance, and what somebody would walk further for something surer.

    A door known to be open is worth 20 km over one that may be shut; a service the person needs is worth 15. A place of
    which we know neither phone nor street is hardly a help.
    """
    centre = near.centre
    missing = 15.0 if needs and not set(needs) & set(centre.services) else 0.0
    unreachable = 0.0 if centre.phone or centre.address else 25.0
    return near.km + _STATUS_KM[centre.status] + _CONFIDENCE_KM[centre.confidence] + missing + unreachable


def opening(centre: Centre, now: datetime) -> Opening | None:
    """Whether a centre is open at `now`; None when its hours are not known."""
    if centre.hours is None:
        return None
    zone = ZoneInfo(centre.timezone)
    hours = OpeningHours(centre.hours, timezone=zone, country=centre.country)
    changes = hours.next_change(now.astimezone(zone))
    return Opening(hours.is_open(now.astimezone(zone)), changes)
