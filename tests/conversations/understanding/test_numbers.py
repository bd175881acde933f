"""Numbers as people write them: digits of any script, words, several at once, ages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.understanding.numbers import Numbers, NumberWords

TWO = [
    *("2", " 2", "2 ", "2\u00a0", "2\n", "2.", "2)", "(2)", "#2", "2️⃣", "*2*", '"2"', "«2»", "2 -", "[2]", "№2"),
    *(
        "٢",
        "۲",
        "२",
        "২",
        "２",
        "²",
        "②",
        "02",
        "2!",
        "2 🙏",
        "2\u200d",
        "\u200b2",
        "\u200f2\u200f",
        "2do",
        "2nd",
        "2ª",
    ),
    *("dos", "DOS", "Dos.", "opcion dos", "opción 2", "la opcion 2", "opcion numero 2", "el 2", "la 2", "la segunda"),
    *(
        "segundo",
        "numero 2",
        "por favor el 2",
        "2 gracias",
        "2 2",
        "two",
        "number two",
        "option 2",
        "the second",
        "deux",
    ),
    *(
        "dois",
        "duas",
        "dezyèm",
        "opsyon 2",
        "nimewo 2",
        "la deuxième",
        "два",
        "второй",
        "两",
        "第二个",
        "二",
        "اثنين",
        "दो",
    ),
]


@pytest.mark.parametrize("typed", TWO)
def test_every_way_to_say_two(number_words: NumberWords, typed: str) -> None:
    """FC-01, FC-03, FC-05: typing back whatever the menu printed selects it."""
    assert number_words.numbers(typed, "es") == Numbers((2,), "one")


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "1 y 3",
            "1,3",
            "1 3",
            "1 ak 3",
            "1 e 3",
            "1 et 3",
            "1 and 3",
            "1 و 3",
            "1 و3",
            "1 и 3",
            "1和3",
            "1、3",
            "1/3",
        ),
        *(
            "1; 3",
            "1 & 3",
            "1 + 3",
            "1, 3.",
            "1y3",
            "uno y tres",
            "la 1 y la 3",
            "one and three",
            "1 y también 3",
            "1\n3",
        ),
        *("el 1 y el 3", "1 más 3", "1 aur 3", "(1) (3)"),
    ],
)
def test_several(number_words: NumberWords, typed: str) -> None:
    """FC-06: several answers at once, where a question allows them."""
    assert number_words.numbers(typed, "es") == Numbers((1, 3), "several")


@pytest.mark.parametrize("typed", ["1-3", "1 - 3", "1 a 3", "1 al 3", "1 to 3", "1–3", "1 hasta 3", "1 до 3"])
def test_a_range_is_told_apart(number_words: NumberWords, typed: str) -> None:
    """FC-06: "1-3" may be a range or a list; it is confirmed before use."""
    assert number_words.numbers(typed, "es") == Numbers((1, 3), "range")


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "1e3",
            "1.5",
            "-1",
            "+1",
            "2%",
            "$2",
            "12:30",
            "1=3",
            "99999",
            "01001",
            "",
            "?",
            "hola",
            "2 hijos",
            "no 2",
            "dos mil",
        ),
        *(
            "de Guatemala",
            "2 o 3",
            "quiero el 2 pero no",
            "a1",
            "2x",
            "²³²³²",
            "½",
            "12345678901234567890",
            "\U0001f600",
        ),
    ],
)
def test_what_is_not_only_a_number(number_words: NumberWords, typed: str) -> None:
    """A reply that says anything else is not a number, and no character makes it raise."""
    assert number_words.numbers(typed, "es") is None


def test_twelve_is_twelve(number_words: NumberWords) -> None:
    """FC-03: "12" is not one and two."""
    assert number_words.numbers("12", "es") == Numbers((12,), "one")
    assert number_words.numbers("0", "es") == Numbers((0,), "one")


def test_the_creole_two_is_no_spanish_word(number_words: NumberWords) -> None:
    """FC-05: "de" is two in Creole only."""
    assert number_words.numbers("de", "ht") == Numbers((2,), "one")
    assert number_words.numbers("de", "es") is None
    assert number_words.numbers("de", "xx") is None


@pytest.mark.parametrize(
    ("language", "spelled"),
    [
        ("es", "cero uno dos tres cuatro cinco seis siete ocho nueve diez"),
        ("en", "zero one two three four five six seven eight nine ten"),
        ("ht", "zewo youn de twa kat senk sis sèt wit nèf dis"),
        ("pt", "zero um dois três quatro cinco seis sete oito nove dez"),
        ("fr", "zéro un deux trois quatre cinq six sept huit neuf dix"),
        ("ru", "ноль один два три четыре пять шесть семь восемь девять десять"),
        ("uk", "нуль один два три чотири п'ять шість сім вісім дев'ять десять"),
        ("ar", "صفر واحد اثنين ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة"),
        ("fa", "صفر یک دو سه چهار پنج شش هفت هشت نه ده"),
        ("zh", "零 一 二 三 四 五 六 七 八 九 十"),
        ("hi", "शून्य एक दो तीन चार पाँच छह सात आठ नौ दस"),
        ("bn", "শূন্য এক দুই তিন চার পাঁচ ছয় সাত আট নয় দশ"),
    ],
)
def test_zero_to_ten(number_words: NumberWords, language: str, spelled: str) -> None:
    """Each language counts to ten."""
    found = [number_words.numbers(word, language) for word in spelled.split()]
    assert found == [Numbers((value,), "one") for value in range(11)]


@pytest.mark.parametrize(
    ("typed", "age"),
    [
        ("17", 17),
        ("tengo 17 años", 17),
        ("tengo 17", 17),
        ("17 anos", 17),
        ("17años", 17),
        ("ya cumpli 18", 18),
        ("I am 17", 17),
        ("i'm 17 years old", 17),
        ("17 y/o", 17),
        ("17yo", 17),
        ("mwen gen 17 an", 17),
        ("m gen 30 lane", 30),
        ("tenho 17 anos", 17),
        ("j'ai 17 ans", 17),
        ("dix-sept ans", 17),
        ("diecisiete", 17),
        ("treinta y cinco", 35),
        ("thirty-five", 35),
        ("dezessete anos", 17),
        ("disèt an", 17),
        ("мне 17 лет", 17),
        ("17岁", 17),
        ("عمري ١٧ سنة", 17),
        ("۱۷ سال", 17),
        ("٢٥", 25),
        ("3", 3),
        ("120", 120),
        ("121", None),
        ("2008", None),
        ("-3", None),
        ("1.5", None),
        ("6 meses", None),
        ("18 a 20", None),
        ("17 o 18", None),
        ("17, de Honduras", None),
        ("hola", None),
        ("", None),
    ],
)
def test_ages(number_words: NumberWords, typed: str, age: int | None) -> None:
    """An age in figures or words, when nothing else is said."""
    assert number_words.age(typed) == age


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("2 Guatemala", (2, "guatemala")),
        ("2. Guatemala", (2, "guatemala")),
        ("2) Guatemala", (2, "guatemala")),
        ("2- Guatemala", (2, "guatemala")),
        ("2: Guatemala", (2, "guatemala")),
        ("2️⃣ Guatemala", (2, "guatemala")),
        ("(2) Guatemala", (2, "guatemala")),
        ("opción 2 Guatemala", (2, "guatemala")),
        ("Guatemala", None),
        ("2", None),
        ("2nd", None),
        ("200 Guatemala", None),
        ("", None),
    ],
)
def test_label_after_number(number_words: NumberWords, typed: str, found: tuple[int, str] | None) -> None:
    """FC-05: the number and the label as the menu printed them."""
    assert number_words.label_after_number(typed) == found


@given(st.text(), st.sampled_from(["es", "ht", "zh", "xx"]))
def test_never_raises(number_words: NumberWords, text: str, language: str) -> None:
    """Whatever arrives, it is a number or it is not."""
    found = number_words.numbers(text, language)
    assert found is None or (found.values and (found.kind == "one") == (len(found.values) == 1))
    assert number_words.age(text) in {None, *range(121)}
    number_words.label_after_number(text)
