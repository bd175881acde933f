"""`rumbo nearest`: centres near a place, never across a border."""

import argparse
from datetime import datetime

from bot.cli.common import (
    Subparsers,
    UsageError,
    add_json,
    add_language,
    add_now,
    catalogue_of,
    command,
    guide_of,
    now_of,
    print_json,
)
from conversations import help as helpers
from conversations.centres import Nearby, nearest, opening
from conversations.guide import Guide
from conversations.medium import WHATSAPP
from conversations.understanding.towns import Town
from conversations.writing.helping import centre_card
from conversations.writing.writer import Writer

MOST = 3


def add(commands: Subparsers) -> None:
    """Describe the command."""
    parser = command(
        commands,
        "nearest",
        run,
        "centres near a place, in its own country",
        "rumbo nearest --place Tapachula --country MX",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--at", metavar="LAT,LON", help="a point, in decimal degrees")
    where.add_argument("--place", metavar="TEXT", help="a town as somebody would type it")
    parser.add_argument("--country", metavar="CC", help="the country the person is in")
    parser.add_argument("--need", metavar="SERVICE", help="a service the centre must offer, e.g. legal")
    add_language(parser)
    add_json(parser)
    add_now(parser)


def run(args: argparse.Namespace) -> int:
    """Print the nearest centres."""
    guide = guide_of()
    country = args.country.upper() if args.country else None
    _check(guide, country, args.need)
    towns, how = _find(guide, args, country)
    place = towns[0] if len(towns) == 1 else None
    here = nearest((place.lat, place.lon), place.country, guide.centres, only=args.need) if place else []
    lines = helpers.lines(guide.hotlines, place.country, helpers.GENERAL_LINES) if place else ()
    if args.json:
        print_json(
            {
                "place": _place(place, how) if place else None,
                "ambiguous": [_place(town, how) for town in towns] if len(towns) > 1 else [],
                "centres": [_centre(near, now_of(args)) for near in here[:MOST]],
                "hotlines": [line.id for line in lines],
            }
        )
        return 0
    _print(guide, args, towns, here)
    return 0


def _check(guide: Guide, country: str | None, need: str | None) -> None:
    if country and (len(country) != 2 or not country.isalpha()):
        raise UsageError(f"--country {country}: two letters, ISO 3166 (MX, GT, US)")
    services = {service for centre in guide.centres for service in centre.services}
    if need and need not in services:
        raise UsageError(f"--need {need}: not a service; these are: {', '.join(sorted(services))}")


def _find(guide: Guide, args: argparse.Namespace, country: str | None) -> tuple[tuple[Town, ...], str]:
    towns = guide.lexicon.towns
    if args.place is not None:
        found = towns.find(args.place, country)
        return found.places, found.how
    latitude, longitude = _point(args.at)
    near = towns.nearest(latitude, longitude)
    return (
        Town(near.id, near.name, near.admin1, country or near.country, latitude, longitude, near.population),
    ), "pin"


def _point(text: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--at {text}: write latitude,longitude, for instance 14.9,-92.26") from None
    if (latitude, longitude) == (0.0, 0.0) or not -90 <= latitude <= 90 or not -180 <= longitude <= 180:
        raise UsageError(f"--at {text}: no place a person can be")
    return latitude, longitude


def _place(town: Town, how: str) -> dict[str, object]:
    return {
        "name": town.name,
        "admin1": town.admin1,
        "country": town.country,
        "lat": town.lat,
        "lon": town.lon,
        "how": how,
    }


def _centre(near: Nearby, now: datetime) -> dict[str, object]:
    centre = near.centre
    state = opening(centre, now)
    return {
        "id": centre.id,
        "name": centre.name,
        "distance_km": round(near.km, 1),
        "far": near.far,
        "open_now": state.open if state else None,
        "changes_at": state.changes_at.isoformat() if state and state.changes_at else None,
        "call_first": centre.call_first,
        "phone": centre.phone,
        "address": centre.address,
    }


def _print(guide: Guide, args: argparse.Namespace, towns: tuple[Town, ...], here: list[Nearby]) -> None:
    writer = Writer(None, guide, catalogue_of(guide, args.lang), WHATSAPP, now_of(args), {})
    if not towns:
        print(writer.text("place.not_found"))
    elif len(towns) > 1:
        print(writer.text("place.ambiguous"))
        print("\n".join(f"- {town.name}, {town.admin1}, {town.country}" for town in towns))
    else:
        print("\n\n".join(centre_card(writer, near) for near in here[:MOST]) or "-")
