"""Which town a text names, and which town lies nearest to a point.

With a country given it never looks beyond that country; without one it never chooses across a border. What fits
several towns comes back as several, one for each state, the largest first. The table is built in, and modest: towns
of the road down to hamlets, elsewhere only the larger ones.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import cos, radians
from typing import Any, Literal, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .normal import is_han, words
from .phrases import Phrases

How = Literal["exact", "prefix", "fuzzy", "none"]
Words = tuple[str, ...]

_CHOICES = 5
_FUZZY_FROM = 5  # letters; shorter names are near to too many others
_PREFIX_FROM = 4
_LONGEST = 40
_LEAD_IN = 6  # words
_READINGS = 2  # how many readings of a sentence are also tried with spelling mistakes
_NEAR = 0.77
_TIE = 0.05
_CLEARLY_LARGER = 10  # in one country
_LARGER_ABROAD = 40  # "San Salvador" is the capital; "Nogales" is asked about
_LARGE = 30_000
_SMALLEST = 500  # GeoNames gives 0 where it does not know
_SAME_PLACE_DEGREES = 0.3


@dataclass(frozen=True, slots=True)
class Town:
    """A town, with its state or department (`admin1`) as people there call it."""

    id: str
    name: str
    admin1: str
    country: str
    lat: float
    lon: float
    population: int


@dataclass(frozen=True, slots=True)
class FoundTowns:
    """The towns a text may mean: one when it is clear, several to ask about. `fuzzy` means: ask before using it."""

    places: tuple[Town, ...]
    how: How


class _Area(NamedTuple):
    """A country, or one state of it, that a text names beside a town."""

    country: str
    admin1: str | None = None

    def holds(self, town: Town) -> bool:
        return town.country == self.country and self.admin1 in (None, town.admin1)


class _Asked(NamedTuple):
    """A name as typed, and the areas one of which must hold the town."""

    name: Words
    areas: tuple[_Area, ...]


NOWHERE = FoundTowns((), "none")


class Towns:
    """Finds towns.

    `rows`: (id, name, admin1, country, lat, lon, population, also) of content/words/towns.tsv.
    `nicknames`: (name, admin1, country, lat, lon, also) of town_nicknames.tsv: other names for towns of the table, and
    places it does not have. `regions`: (country, code, name, also) of regions.tsv. `phrases`: place_words.yaml.
    `country_names`: (text, code) of countries.tsv, for "tapachula, mexico". `also` is separated by "|".
    """

    def __init__(
        self,
        rows: Iterable[Sequence[str]],
        nicknames: Iterable[Sequence[str]] = (),
        regions: Iterable[Sequence[str]] = (),
        phrases: Mapping[str, Any] | None = None,
        country_names: Iterable[Sequence[str]] = (),
    ) -> None:
        said: Mapping[str, Any] = phrases or {}
        self._short = {words(text)[0]: words(full) for text, full in said.get("short", {}).items()}
        self._loose = sorted((words(text) for text in said.get("loose", ())), key=len, reverse=True)
        self._before = Phrases((text, True) for text in said.get("before", ()))
        self._prepositions = frozenset(words(text)[0] for text in said.get("prepositions", ()))
        self._after = Phrases((text, True) for text in said.get("after", ()))
        self._doubtful = frozenset(words(text) for text in said.get("doubtful", ()))
        self._areas = Phrases(_areas(regions, country_names, said.get("between", ())))
        self._towns: dict[str, Town] = {}
        self._by_name: dict[str, set[str]] = defaultdict(set)  # letters without spaces -> ids
        self._by_hand: dict[str, set[str]] = defaultdict(set)  # names of town_nicknames.tsv alone
        self._by_short_name: dict[str, set[str]] = defaultdict(set)
        self._spelled: list[tuple[str, str]] = []  # with spaces, and the id
        for id, name, admin1, country, lat, lon, population, *also in rows:
            town = Town(id, name, admin1, country, float(lat), float(lon), int(population))
            self._add(town, _split(also))
        for row in nicknames:
            self._add_by_hand(row)
        self._index()

    # ------------------------------------------------------------------ building

    def _add(self, town: Town, also: Iterable[str]) -> None:
        self._towns[town.id] = town
        for name in (town.name, *also):
            spelled = self._words(name)
            self._by_name["".join(spelled)].add(town.id)
            self._spelled.append((" ".join(spelled), town.id))
            for short in self._shorter(spelled):
                self._by_short_name["".join(short)].add(town.id)

    def _add_by_hand(self, row: Sequence[str]) -> None:
        """More names for a town of the table, under the name people there use; or a place of its own."""
        name, admin1, country, lat, lon, *also = row
        id = "-".join((country.lower(), *words(admin1), *words(name)))
        hand = Town(id, name, admin1, country, float(lat), float(lon), population=0)
        names = (name, *_split(also))
        same = {id for text in names for id in self._by_name.get("".join(self._words(text)), ())}
        near = [town for id in same if _same_place(town := self._towns[id], hand)]
        known = max(near, key=lambda town: town.population, default=hand)
        for text in names:
            self._by_hand["".join(self._words(text))].add(known.id)
        self._add(replace(hand, id=known.id, population=known.population), names)

    def _shorter(self, name: Words) -> Iterator[Words]:
        """The shorter ways of writing a name: without "ciudad", without "de Domínguez"."""
        for loose in self._loose:
            if name[: len(loose)] == loose and len(name) > len(loose):
                yield name[len(loose) :]
        for i, word in enumerate(name[1:], start=1):
            if word in ("de", "del") and not self._is_loose(name[:i]):
                yield name[:i]
                break

    def _is_loose(self, name: Words) -> bool:
        return name in self._loose or len("".join(name)) < _PREFIX_FROM

    def _index(self) -> None:
        self._spelled.sort()
        self._letters: dict[tuple[str, int], list[str]] = defaultdict(list)
        for letters, ids in self._by_name.items():
            for country in {self._towns[id].country for id in ids}:
                self._letters[country, len(letters)].append(letters)
        self._by_area: dict[_Area, list[Town]] = defaultdict(list)
        self._cells: dict[tuple[int, int], list[Town]] = defaultdict(list)
        for town in self._towns.values():
            self._by_area[_Area(town.country, town.admin1)].append(town)
            self._cells[round(town.lat), round(town.lon)].append(town)

    def _words(self, text: str) -> Words:
        """The words of a name, abbreviations written out; "St. Louis" and "Saint Louis" are one."""
        return tuple(part for word in words(text) for part in self._short.get(word, (word,)))

    # ------------------------------------------------------------------ by name

    def get(self, id: str) -> Town | None:
        """The town with this id, if there still is one."""
        return self._towns.get(id)

    def find(self, text: str, country: str | None) -> FoundTowns:
        """The towns a text may mean, inside `country` when it is given."""
        names = self._names(self._words(text))
        asked = [list(self._parts(name, country)) for name in names]
        for part in (part for parts in asked for part in parts):
            found = self._exact(part)
            if found.places:
                return found
        near = [part for parts in asked[:_READINGS] for part in parts]
        for search in (self._by_beginning, self._misspelled):
            for part in near:
                found = search(part)
                if found.places:
                    return found
        return NOWHERE

    def _names(self, said: Words) -> list[Words]:
        """What may be the place: the text without "estoy en" and the like, then what follows "in", last "in" first."""
        bare = self._without_courtesy(said)
        after = [
            self._without_courtesy(bare[start:])
            for start in range(len(bare) - 1, 0, -1)
            if bare[start - 1] in self._prepositions
        ]
        return [name for name in dict.fromkeys((bare, *after)) if name]

    def _without_courtesy(self, said: Words) -> Words:
        for end in range(min(len(said) - 1, _LEAD_IN), 0, -1):
            if self._before.whole(said[:end]):
                said = said[end:]
                break
        for start in range(1, len(said)):
            if self._after.whole(said[start:]):
                return said[:start]
        return said

    def _parts(self, said: Words, country: str | None) -> Iterator[_Asked]:
        """The text as a name alone, and as a name with a state or country after it or before it."""
        yield _Asked(said, () if country is None else (_Area(country),))
        for cut in range(len(said) - 1, 0, -1):
            for name, area in ((said[:cut], said[cut:]), (said[cut:], said[:cut])):
                areas = self._named_areas(area, country)
                if areas and not self._is_loose(name):
                    yield _Asked(name, areas)

    def _named_areas(self, said: Words, country: str | None) -> tuple[_Area, ...]:
        """The areas that words name ("chiapas", "nl", "chiapas mexico"); none when they say anything else."""
        areas: tuple[_Area, ...] | None = None
        for meaning in self._areas.meanings(said):
            if meaning is None:
                return ()
            if meaning and areas is None:
                areas = meaning
            elif meaning:
                areas = tuple(a for a in areas or () if any(b.country == a.country for b in meaning))
        return tuple(area for area in areas or () if country in (None, area.country))

    def _exact(self, asked: _Asked) -> FoundTowns:
        letters = "".join(asked.name)
        full = self._full(letters, asked.areas)
        largest = max(map(_size, full), default=0)
        short = self._inside(self._by_short_name.get(letters, ()), asked.areas)
        named = [*full, *(town for town in short if _size(town) > largest)]
        found = self._of_region(asked, full) or self._chosen(named, "exact")
        alone = all(area.admin1 is None for area in asked.areas)
        return replace(found, how="fuzzy") if found.places and alone and asked.name in self._doubtful else found

    def _full(self, letters: str, areas: Sequence[_Area]) -> list[Town]:
        """The towns of exactly this name. In a country where we keep the name by hand, that town and no other."""
        by_hand = self._inside(self._by_hand.get(letters, ()), areas)
        settled = {town.country for town in by_hand}
        others = self._inside(self._by_name.get(letters, ()), areas)
        return [*by_hand, *(town for town in others if town.country not in settled)]

    def _of_region(self, asked: _Asked, full: Sequence[Town]) -> FoundTowns | None:
        """The largest towns of a state, for somebody who names only the state and no town in it of that name."""
        within = {area.country for area in asked.areas}
        areas = [a for a in self._areas.whole(asked.name) or () if a.admin1 and (not within or a.country in within)]
        if not areas or any(area.holds(town) for area in areas for town in full):
            return None
        inside = [town for area in areas for town in self._by_area.get(area, ())]
        places = [*sorted(inside, key=_size, reverse=True)[: _CHOICES - len(full[:1])], *full[:1]]
        return FoundTowns(tuple(places), "prefix") if len(asked.name[0]) >= _PREFIX_FROM and places else None

    def _by_beginning(self, asked: _Asked) -> FoundTowns:
        """Names that begin with these words; with a part of the last word only when that is long enough."""
        typed = " ".join(asked.name)
        if len(typed) < _PREFIX_FROM and not is_han(typed[:1]):
            return NOWHERE
        whole_words = self._inside(self._beginning(f"{typed} "), asked.areas)
        if whole_words or len(typed) < _FUZZY_FROM:
            return self._chosen(whole_words, "prefix")
        return self._chosen(self._inside(self._beginning(typed), asked.areas), "prefix")

    def _beginning(self, typed: str) -> Iterator[str]:
        for i in range(bisect_left(self._spelled, (typed, "")), len(self._spelled)):
            name, id = self._spelled[i]
            if not name.startswith(typed):
                return
            yield id

    def _misspelled(self, asked: _Asked) -> FoundTowns:
        letters = "".join(asked.name)
        if not _FUZZY_FROM <= len(letters) <= _LONGEST or asked.name in self._doubtful:
            return NOWHERE
        near = process.extract(
            letters,
            self._spelled_like(len(letters), asked.areas),
            scorer=OSA.normalized_similarity,
            score_cutoff=_NEAR,
            limit=25,
        )
        scored = [(score, town) for name, score, _ in near for town in self._inside(self._by_name[name], asked.areas)]
        best = max((score for score, _ in scored), default=0.0)
        return self._chosen([town for score, town in scored if score > best - _TIE], "fuzzy")

    def _spelled_like(self, length: int, areas: Sequence[_Area]) -> list[str]:
        """Names of about the same length; the others cannot be near enough."""
        spread = 1 + int(length * (1 - _NEAR))
        countries = {area.country for area in areas}
        return [
            name
            for (country, letters), names in self._letters.items()
            if abs(letters - length) <= spread and (not countries or country in countries)
            for name in names
        ]

    def _inside(self, ids: Iterable[str], areas: Sequence[_Area]) -> list[Town]:
        towns = (self._towns[id] for id in ids)
        return [town for town in towns if not areas or any(area.holds(town) for area in areas)]

    def _chosen(self, towns: Sequence[Town], how: How) -> FoundTowns:
        """One town when it clearly is the one meant; else the largest of each state, to ask about."""
        if not towns:
            return NOWHERE
        by_size = sorted(set(towns), key=lambda town: (-_size(town), town.id))
        first, *others = by_size
        if not others or (how != "fuzzy" and _clear(first, others)):
            return FoundTowns((first,), how)
        regions: dict[tuple[str, str], Town] = {}
        for town in by_size:
            regions.setdefault((town.country, town.admin1), town)
        return FoundTowns(tuple(regions.values())[:_CHOICES], how)

    # ------------------------------------------------------------------ by position

    def nearest(self, lat: float, lon: float) -> Town:
        """The town nearest to a point."""
        # Where some town is found one looks further out: the nearest may lie just beyond the corner of its cell.
        for reach, beyond in ((0, 2), (2, 5), (9, 14), (39, 60)):
            if any(True for _ in self._around(lat, lon, reach)):
                return min(self._around(lat, lon, beyond), key=lambda town: _apart(town, lat, lon))
        return min(self._towns.values(), key=lambda town: _apart(town, lat, lon))

    def _around(self, lat: float, lon: float, reach: int) -> Iterator[Town]:
        row, column = round(lat), round(lon)
        for i in range(row - reach, row + reach + 1):
            for j in range(column - reach, column + reach + 1):
                yield from self._cells.get((i, j), ())

    def country_of(self, lat: float, lon: float) -> str:
        """The country of the nearest town: right except within a few kilometres of a border."""
        return self.nearest(lat, lon).country


def _areas(
    regions: Iterable[Sequence[str]], country_names: Iterable[Sequence[str]], between: Iterable[str]
) -> Iterator[tuple[str, tuple[_Area, ...]]]:
    named: dict[Words, set[_Area]] = defaultdict(set)
    for country, _, name, *also in regions:
        for text in (name, *_split(also)):
            named[words(text)].add(_Area(country, name))
    for text, country in country_names:
        named[words(text)].add(_Area(country))
    yield from ((" ".join(key), tuple(sorted(areas, key=str))) for key, areas in named.items())
    yield from ((text, ()) for text in between)


def _split(also: Sequence[str]) -> list[str]:
    return [name for name in also[0].split("|") if name] if also else []


def _same_place(town: Town, other: Town) -> bool:
    apart = abs(town.lat - other.lat) + abs(town.lon - other.lon)
    return town.country == other.country and apart < _SAME_PLACE_DEGREES


def _size(town: Town) -> int:
    return max(town.population, _SMALLEST)


def _clear(first: Town, others: Sequence[Town]) -> bool:
    """Whether a town is so much larger than its namesakes that nobody needs to be asked."""
    at_home = [_size(town) for town in others if town.country == first.country]
    abroad = [_size(town) for town in others if town.country != first.country]
    return _size(first) >= _CLEARLY_LARGER * max(at_home, default=0) and (
        not abroad or (first.population >= _LARGE and _size(first) >= _LARGER_ABROAD * max(abroad))
    )


def _apart(town: Town, lat: float, lon: float) -> float:
    """A measure that orders near points as distance does."""
    return float((town.lat - lat) ** 2 + ((town.lon - lon) * cos(radians(lat))) ** 2)
