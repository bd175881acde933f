"""Towns by name, inside the country the person named, and by position."""

from collections.abc import Callable
from math import cos, hypot, radians
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.understanding.towns import Town, Towns

ONE = [
    ("tapachula", "MX", "Tapachula"),
    ("Tapachula, Chiapas", "MX", "Tapachula"),
    ("Tapachula, Chiapas, Mexico", "MX", "Tapachula"),
    ("tapachula chiapas", None, "Tapachula"),
    ("chiapas tapachula", "MX", "Tapachula"),
    ("TAPACHULA DE CÓRDOVA Y ORDÓÑEZ", "MX", "Tapachula"),
    ("estoy en tapachula", "MX", "Tapachula"),
    ("Estoy en Tapachula, gracias", "MX", "Tapachula"),
    ("vivo en la colonia centro de tapachula", "MX", "Tapachula"),
    ("cerca de tapachula", "MX", "Tapachula"),
    ("I am in Tapachula now", "MX", "Tapachula"),
    ("mwen nan tapachula", "MX", "Tapachula"),
    ("estou em tapachula", "MX", "Tapachula"),
    ("塔帕丘拉", "MX", "Tapachula"),
    ("Тапачула", "MX", "Tapachula"),
    ("I was at the bus stop in Nogales", "MX", "Nogales"),
    ("nogales sonora", None, "Nogales"),
    ("monterrey n.l.", "MX", "Monterrey"),
    ("monterey nl", None, "Monterrey"),
    ("cd juarez", None, "Ciudad Juárez"),
    ("juchitan", "MX", "Juchitán"),
    ("comitan", "MX", "Comitán"),
    ("villa hermosa tabasco", None, "Villahermosa"),
    ("san cris", "MX", "San Cristóbal de las Casas"),
    ("Suchiate", "MX", "Ciudad Hidalgo"),
    ("cdmx", None, "Ciudad de México"),
    ("df", "MX", "Ciudad de México"),
    ("墨西哥城", None, "Ciudad de México"),
    ("Тихуана", None, "Tijuana"),
    ("蒂华纳", None, "Tijuana"),
    ("我在蒂华纳", None, "Tijuana"),
    ("tj", "MX", "Tijuana"),
    ("tijuana baja california mexico", None, "Tijuana"),
    ("el paso tx", None, "El Paso"),
    ("Miami, FL", None, "Miami"),
    ("nueva york", None, "New York"),
    ("brooklyn ny", None, "Brooklyn"),
    ("01001", "GT", "Ciudad de Guatemala"),
    ("San Marcos", "GT", "San Marcos"),
    ("xela", None, "Quetzaltenango"),
    ("guate", "GT", "Ciudad de Guatemala"),
    ("Tecun Uman", None, "Ciudad Tecún Umán"),
    ("La Mesilla", "GT", "La Mesilla"),
    ("tegus", "HN", "Tegucigalpa"),
    ("san pedro", "HN", "San Pedro Sula"),
    ("sanpedrosula", None, "San Pedro Sula"),
    ("Ocotepeque", "HN", "Nueva Ocotepeque"),
    ("trojes", "HN", "Trojes"),
    ("danli", None, "Danlí"),
    ("San Salvador", None, "San Salvador"),
    ("bajo chiquito", "PA", "Bajo Chiquito"),
    ("lajas blancas", None, "Lajas Blancas"),
    ("meteti darien", "PA", "Metetí"),
    ("capurgana", None, "Capurganá"),
    ("necocli", "CO", "Necoclí"),
    ("paso canoas", "CR", "Paso Canoas"),
    ("potoprens", None, "Port-au-Prince"),
    ("port au prince haiti", None, "Port-au-Prince"),
    ("okap", None, "Cap-Haïtien"),
    ("mwen nan okap", "HT", "Cap-Haïtien"),
    ("wanament", None, "Ouanaminthe"),
    ("kafou", "HT", "Carrefour"),
    ("cucuta", "CO", "Cúcuta"),
    ("quito", "EC", "Quito"),
]
GUESSES = [
    ("tapchula", "MX", "Tapachula"),
    ("tijuna", None, "Tijuana"),
    ("tuxtla gutierez", "MX", "Tuxtla Gutiérrez"),
    ("huistla", "MX", "Huixtla"),
    ("я в Тихуане", None, "Tijuana"),
    ("guatemala", "GT", "Ciudad de Guatemala"),
    ("mexico", "MX", "Ciudad de México"),
]
ASKED = [
    ("Nogales", None, {"MX", "US"}),
    ("Peñas Blancas", None, {"CR", "NI"}),
    ("paso canoas", None, {"CR", "PA"}),
    ("laredo", None, {"MX", "US", "PE"}),
    ("san jose", None, {"US", "CR", "GT", "UY", "VE"}),
]
NOWHERE = [
    *("hola", "no sé", "quiero comer", "no me dejan pasar, alto en la frontera", "", "2", "👍", "zzzzzzzz", "123456"),
    *("necesito ayuda", "estoy en", "???"),
]


@pytest.mark.parametrize(("typed", "country", "name"), ONE)
def test_one_town(towns: Towns, typed: str, country: str | None, name: str) -> None:
    """FC-39: nicknames, short and long forms, states beside the name, sentences, other scripts."""
    found = towns.find(typed, country)
    assert [town.name for town in found.places] == [name]
    assert found.how in ("exact", "prefix")


@pytest.mark.parametrize(("typed", "country", "name"), GUESSES)
def test_a_guess_is_confirmed(towns: Towns, typed: str, country: str | None, name: str) -> None:
    """FC-39: a misspelling is found, and confirmed first; so is a country's name that is a town too."""
    found = towns.find(typed, country)
    assert ([town.name for town in found.places], found.how) == ([name], "fuzzy")


@pytest.mark.parametrize(("typed", "country", "among"), ASKED)
def test_never_a_guess_across_a_border(towns: Towns, typed: str, country: str | None, among: set[str]) -> None:
    """FC-39: towns of the same name in several countries are asked about."""
    assert {town.country for town in towns.find(typed, country).places} == among


@pytest.mark.parametrize(
    "typed", ["san marcos", "reynosa", "tapachula", "miami", "paris", "tapchula", "el paso tx", "nogales"]
)
def test_never_a_town_of_another_country(towns: Towns, typed: str) -> None:
    """FC-39: with the country known nothing beyond it is offered."""
    assert {town.country for town in towns.find(typed, "GT").places} <= {"GT"}


def test_a_state_alone_offers_its_largest_towns(towns: Towns) -> None:
    """ "Chiapas" is a state: up to five towns to choose from."""
    found = towns.find("chiapas", "MX")
    assert [town.name for town in found.places][:2] == ["Tuxtla Gutiérrez", "Tapachula"]
    assert {town.admin1 for town in found.places} == {"Chiapas"}
    assert len(found.places) == 5


def test_namesakes_differ_by_state(towns: Towns) -> None:
    """Of several towns of one name at most five come back, one for each state."""
    places = towns.find("san juan", "MX").places
    assert 1 < len(places) <= 5
    assert len({town.admin1 for town in places}) == len(places)


@pytest.mark.parametrize("typed", NOWHERE)
def test_nowhere(towns: Towns, typed: str) -> None:
    """What names no town names no town."""
    assert towns.find(typed, "MX").places == ()


def test_get(towns: Towns) -> None:
    """A town is found again by its id."""
    (town,) = towns.find("tapachula", "MX").places
    assert towns.get(town.id) == town
    assert towns.get("nothing") is None


@pytest.mark.parametrize(
    ("lat", "lon", "name", "country"),
    [
        (14.90, -92.26, "Tapachula", "MX"),
        (14.6783, -92.1447, "Ciudad Tecún Umán", "GT"),
        (14.6797, -92.1520, "Ciudad Hidalgo", "MX"),
        (8.13, -77.70, "Bajo Chiquito", "PA"),
        (32.53, -117.02, "Tijuana", "MX"),
        (19.55, -71.73, "Ouanaminthe", "HT"),
        (-50.0, -70.0, "El Calafate", "AR"),
    ],
)
def test_nearest(towns: Towns, lat: float, lon: float, name: str, country: str) -> None:
    """The town nearest to a shared location, and its country."""
    assert towns.nearest(lat, lon).name == name
    assert towns.country_of(lat, lon) == country


def test_nearest_is_as_near_as_it_says(towns: Towns) -> None:
    """Near land none of the towns found for a net of points lies nearer to a point than the one found for it."""
    net = [(lat, lon) for lat in range(-30, 50, 3) for lon in range(-120, -40, 4)]
    found = {point: towns.nearest(*point) for point in net}
    ashore = {point: town for point, town in found.items() if _km(town, *point) < 300}
    assert len(ashore) > 100
    for point, nearest in ashore.items():
        assert _km(nearest, *point) <= min(_km(town, *point) for town in {*found.values()}) + 0.001


def test_quick_enough(towns: Towns) -> None:
    """A place is looked up in a few milliseconds, misspelled or not, so that nobody waits for another."""
    start = perf_counter()
    for typed in ("tapachula chiapas", "tijuna", "estoy en san pedro sula", "esto no es ningun lugar del mundo"):
        towns.find(typed, None)
        towns.nearest(14.9, -92.26)
    assert perf_counter() - start < 0.2


def test_the_table(towns: Towns) -> None:
    """FC-40: every town lies in our part of the world, latitude first."""
    for id in ("3516266", "pa-embera-wounaan-bajo-chiquito"):
        town = towns.get(id)
        assert town is not None
        assert -56 < town.lat < 75
        assert -170 < town.lon < -34


def test_the_sample(towns: Towns, sample: Callable[[str], list[list[str]]]) -> None:
    """The written sample, with the country named and without."""
    rows = sample("place-names")
    for given_country in (True, False):
        right = 0
        for typed, country, lat, lon, *_ in rows:
            places = towns.find(typed, country if given_country else None).places
            right += len(places) == 1 and _km(places[0], float(lat), float(lon)) < 15
        print(f"towns: {right} of {len(rows)} ({'country named' if given_country else 'no country'})")
        assert right >= 0.9 * len(rows)


def _km(town: Town, lat: float, lon: float) -> float:
    return 111.2 * hypot(town.lat - lat, (town.lon - lon) * cos(radians(lat)))


@settings(deadline=None)
@given(st.text(), st.sampled_from([None, "MX", "GT", "XX"]))
def test_never_raises(towns: Towns, text: str, country: str | None) -> None:
    """Whatever arrives, towns and certainty agree and stay inside the country."""
    found = towns.find(text, country)
    assert (found.how == "none") == (not found.places)
    assert len(found.places) <= 5
    assert country is None or all(town.country == country for town in found.places)


@settings(deadline=None)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_point_has_a_nearest_town(towns: Towns, lat: float, lon: float) -> None:
    """Wherever on earth."""
    assert towns.nearest(lat, lon).name
