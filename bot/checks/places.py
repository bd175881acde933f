"""Whether a place is where its record says, and whether its telephone, hours and clock can be right (FC-40, FC-44)."""

import re
from collections.abc import Iterator
from math import cos, radians

import opening_hours
import phonenumbers
from babel.core import get_global

from conversations.centres import EARTH_RADIUS_KM, Centre, Hotline, Point
from conversations.guide import CENTRES, HOTLINES, Guide
from conversations.problems import Problem
from conversations.understanding.towns import Towns

LATITUDES, LONGITUDES = (-56.0, 72.0), (-141.0, -34.0)  # the Americas, from Cape Horn to Alaska's border
NEAR_A_BORDER_KM = 60.0  # this near, a town across the border may lie nearer than any of the own country

_KM_PER_DEGREE = EARTH_RADIUS_KM * radians(1)
_SHORT_CODE = re.compile(r"[*#]?\d{2,5}#?")

Wrong = Iterator[tuple[str, str]]
"""What is wrong, and a hint."""


def check(guide: Guide) -> Iterator[Problem]:
    """Centres and lines that would send a person to the wrong place, hour or number."""
    towns = guide.lexicon.towns if guide.word_lists is not None else None
    for centre in guide.centres:
        for what, hint in (*_point(centre, towns), *_contact(centre), *_clock(centre)):
            yield Problem(CENTRES, centre.id, what, hint)
    for line in guide.hotlines:
        yield from _line(line)


# ---------------------------------------------------------------------- where


def _point(centre: Centre, towns: Towns | None) -> Wrong:
    latitude, longitude = centre.point
    if (latitude, longitude) == (0.0, 0.0):
        yield "lies at 0, 0", "what software writes when it knows no place"
    elif not _in_the_americas(centre.point):
        swapped = _in_the_americas((longitude, latitude))
        hint = "latitude and longitude look swapped" if swapped else f"{LATITUDES} north, {LONGITUDES} east"
        yield f"lies at {latitude}, {longitude}, outside the Americas", hint
    elif towns is not None and not _may_lie_in(centre.country, centre.point, towns):
        town = towns.nearest(latitude, longitude)
        yield f"lies near {town.name} ({town.country}), not in {centre.country}", "mend its country or its coordinates"


def _in_the_americas(point: Point) -> bool:
    (south, north), (west, east) = LATITUDES, LONGITUDES
    return south <= point[0] <= north and west <= point[1] <= east


def _may_lie_in(country: str, point: Point, towns: Towns) -> bool:
    """Whether the nearest town is of this country, here or a little way off in some direction."""
    latitude, longitude = point
    north = NEAR_A_BORDER_KM / _KM_PER_DEGREE
    east = north / cos(radians(latitude))
    around = [(i, j) for i in (-1.0, -0.5, 0.0, 0.5, 1.0) for j in (-1.0, -0.5, 0.0, 0.5, 1.0) if i * i + j * j <= 1]
    return any(towns.country_of(latitude + i * north, longitude + j * east) == country for i, j in around)


# ---------------------------------------------------------------------- how and when


def _contact(centre: Centre) -> Wrong:
    for name, number in (("phone", centre.phone), ("whatsapp", centre.whatsapp)):
        if number and not _valid(number, centre.country):
            yield f"{name} {number} is no number of {centre.country}", "write it as +, country code and number"


def _line(line: Hotline) -> Iterator[Problem]:
    """A line may have a short code; a free number that the phone library does not know is worth a call, no more."""
    number = line.number
    if number is None or _SHORT_CODE.fullmatch(number) or _valid(number, line.country):
        return
    what = f"{number} is no number of {line.country}"
    if number.startswith("+") or not _possible(number, line.country):
        yield Problem(HOTLINES, line.id, what, "write it as it is dialled there, or +, country code, number")
    else:
        yield Problem(HOTLINES, line.id, what, "not known to the phone library: call it to be sure", "warning")


def _valid(number: str, country: str) -> bool:
    parsed = _parsed(number, country)
    return parsed is not None and phonenumbers.is_valid_number_for_region(parsed, country)


def _possible(number: str, country: str) -> bool:
    parsed = _parsed(number, country)
    return parsed is not None and phonenumbers.is_possible_number(parsed)


def _parsed(number: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None


def _clock(centre: Centre) -> Wrong:
    if centre.hours is not None and not opening_hours.validate(centre.hours):
        yield f"hours {centre.hours!r} cannot be read", "as OpenStreetMap writes them: Mo-Fr 09:00-17:00"
    country = _country_of(centre.timezone)
    if country is None:
        yield f"there is no time zone {centre.timezone!r}", "as in America/Mexico_City"
    elif country != centre.country:
        yield f"time zone {centre.timezone} is of {country}, not {centre.country}", "its hours would be told wrong"


def _country_of(timezone: str) -> str | None:
    """The country whose clock a time zone is, from CLDR; None when there is no such zone."""
    name = get_global("zone_aliases").get(timezone, timezone)
    return get_global("zone_territories").get(name)
