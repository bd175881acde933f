"""Countries by name, demonym, nickname and mistake, alone and in sentences."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.understanding.countries import Countries, Found

EXACT = {
    "VE": "venezuela|Venezuela.|VENEZUELA|venezolano|venezolana|venezolanos|venezolanas|veneco|vzla|"
    "benezuela|Venezyela|Венесуэла|委内瑞拉|فنزويلا",
    "HN": "Honduras|hondureño|hondurena|hondureños|catracho|catracha|onduras|Honduran|hondurenho|"
    "Ondiras|洪都拉斯|Гондурас",
    "GT": "Guatemala|guatemalteco|guatemaltecas|chapín|chapina|Guatemalan|危地马拉",
    "SV": "El Salvador|salvador|salvadoreño|salvadoreña|guanaco|Salvadoran|Salvadò",
    "NI": "Nicaragua|nicaragüense|nicaraguense|nica|nicas|Nicaraguan",
    "HT": "Haití|Haiti|Ayiti|ayisyen|ayisyèn|haitiano|haitianas|haïtien|haitienne|haïtiens|Haitian|"
    "海地|هايتي|Гаити|🇭🇹|aiti",
    "DO": "República Dominicana|republica dominicana|dominicano|dominicana|dominicanos|rep. dom.|R.D.|"
    "Dominican Republic|Repiblik Dominiken|the DR",
    "CU": "Cuba|cubano|cubana|Cuban|kiben|Kiba|古巴|Куба",
    "CO": "Colombia|colombiano|colombianas|colombien|colombienne|columbia|Kolonbi",
    "EC": "Ecuador|ecuatoriano|ecuatoriana|equatoriano|Ecuadorian",
    "PE": "Perú|peru|peruano|peruana",
    "MX": "México|Mexico|Méjico|mejicano|mexicana|Meksik|墨西哥|Мексика|المكسيك",
    "US": "Estados Unidos|estados unidos|EE. UU.|EEUU|eeuu|EUA|USA|U.S.A.|US|United States|the states|"
    "Etazini|США|美国|gringo|American",
    "BR": "Brasil|Brazil|brasileiro|brasileiras|brasileño|Brezil",
    "CL": "Chile|Chili|chileno|chilena",
    "CD": "RDC|DRC|República Democrática del Congo|République démocratique du Congo|zaire",
    "CM": "Camerún|Cameroon|camerounais|camerounaise|Camarões",
    "CN": "China|chino|Chinese|中国|chinês",
    "RU": "Rusia|русский|россиянка|Россия|Russian",
    "UA": "Украина|Україна|ucraniano|украинка",
    "UZ": "Узбекистан|uzbeko|Uzbekistan",
    "KG": "Киргизия|Кыргызстан|Kirguistán",
    "SY": "سوريا|سوري|سورية|sirio|Syrian",
    "MA": "المغرب|مغربي|marroquí|Morocco",
    "AF": "افغانستان|افغان|afgano|Afghan",
    "IR": "ایران|ایرانی|iraní|Iranian",
    "IN": "India|भारत|भारतीय|indien",
    "BD": "বাংলাদেশ|Bangladesh|bangladesí",
    "NG": "Nigeria|nigeriano|nigérian|Nigerian",
    "NE": "Níger|Niger|nigérien",
    "SD": "Sudán|Sudan|سوداني",
    "SS": "Sudán del Sur|South Sudan",
    "GQ": "Guinea Ecuatorial|ecuatoguineano",
    "PG": "Papúa Nueva Guinea",
    "SN": "Sénégal|senegalés|sénégalaise",
    "MR": "Mauritanie|mauritano",
    "XX": "ningún país|no country|okenn peyi|apátrida|stateless|sin patria|nenhum país|aucun pays|"
    "без гражданства|无国籍",
}
INSIDE = [
    ("soy de venezuela", "VE"),
    ("mwen se ayisyen", "HT"),
    ("I'm from Honduras", "HN"),
    ("from Honduras", "HN"),
    ("17, de Honduras", "HN"),
    ("je viens d'Haïti", "HT"),
    ("sou brasileira", "BR"),
    ("我是委内瑞拉人", "VE"),
    ("я из Венесуэлы", "VE"),
    ("я из россии", "RU"),
    ("انا من سوريا", "SY"),
    ("من افغان هستم", "AF"),
    ("मैं भारत से हूं", "IN"),
    ("ben türkiyeden geldim", "TR"),
    ("soy de rd", "DO"),
    ("voy a los eeuu", "US"),
    ("mi país es El Salvador", "SV"),
]
SEVERAL = [
    ("congoleño", ("CD", "CG")),
    ("Congo", ("CD", "CG")),
    ("guinea", ("GN", "GQ", "GW")),
    ("guineano", ("GN", "GQ", "GW")),
    ("Dominica", ("DM", "DO")),
    ("corea", ("KR", "KP")),
    ("georgia", ("GE", "US")),
    ("naci en Cuba pero vivo en Mexico", ("CU", "MX")),
    ("colombo venezolano de colombia y venezuela", ("VE", "CO")),
]
MISSPELLED = [
    ("Guatamala", "GT"),
    ("hondurs", "HN"),
    ("Nicaraqua", "NI"),
    ("venezulea", "VE"),
    ("mexcio", "MX"),
    ("elsalvador", "SV"),
    ("costarica", "CR"),
    ("soy de nicaragoa", "NI"),
    ("ecutoriano", "EC"),
]
NO_COUNTRY = [
    *(
        "hola",
        "no",
        "help us",
        "tengo una reunión",
        "mi hermano",
        "quiero asilo",
        "nigera",
        "xyz",
        "",
        "2",
        "👍",
        "no sé",
    ),
    *("necesito ayuda", "familia", "es", "casa", "my mother"),
]


@pytest.mark.parametrize(
    ("code", "typed"), [(code, text) for code, texts in EXACT.items() for text in texts.split("|")]
)
def test_alone(countries: Countries, code: str, typed: str) -> None:
    """Names and demonyms of both genders, plurals, nicknames, with and without accents, in any script."""
    assert countries.find(typed) == Found((code,), "exact")


@pytest.mark.parametrize(("typed", "code"), INSIDE)
def test_in_a_sentence(countries: Countries, typed: str, code: str) -> None:
    """A country named in a sentence."""
    assert countries.find(typed) == Found((code,), "inside")


@pytest.mark.parametrize(("typed", "codes"), SEVERAL)
def test_several_are_asked_about(countries: Countries, typed: str, codes: tuple[str, ...]) -> None:
    """Where a text fits several countries all of them come back, the likeliest first."""
    assert countries.find(typed).codes == codes


@pytest.mark.parametrize(("typed", "code"), [*MISSPELLED, ("américa", "US"), ("norteamericano", "US")])
def test_a_guess_is_confirmed(countries: Countries, typed: str, code: str) -> None:
    """A misspelling, or a name that may mean a continent, is a guess: it is asked back."""
    assert countries.find(typed) == Found((code,), "fuzzy")


@pytest.mark.parametrize("typed", NO_COUNTRY)
def test_no_country(countries: Countries, typed: str) -> None:
    """Everyday words are no countries, and a tie between two is none."""
    assert countries.find(typed) == Found((), "none")


def test_the_sample(countries: Countries, sample: Callable[[str], list[list[str]]]) -> None:
    """The written sample: the country is among the first, and a guess never stands for a certainty."""
    rows = sample("country-names")
    right = sum(countries.find(typed).codes[:1] == (code,) for typed, code, *_ in rows)
    print(f"countries: {right} of {len(rows)}")
    assert right >= 0.95 * len(rows)


@given(st.text())
def test_never_raises(countries: Countries, text: str) -> None:
    """Whatever arrives, codes and certainty agree."""
    found = countries.find(text)
    assert (found.how == "none") == (not found.codes)
