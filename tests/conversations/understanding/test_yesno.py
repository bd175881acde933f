"""Yes and no in twelve languages, and what is neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.understanding.yesno import YesNo

YES = {
    "es": "sí|si|Si|SI!|SÍ.|si\u0301|sí señor|sip|siii|claro|claro que sí|simón|dale|ok|por supuesto|"
    "si, gracias|pues sí|"
    "si si si|así es|correcto|si claro|sí tengo|👍|✅|creo que sí|desde luego|si por favor|sale",
    "en": "yes|Yes.|yeah|yep|yup|sure|of course|YES!|yes please|yesss|i do|✅ Yes|👌|ok|yes sir|right|"
    "correct|that's right",
    "ht": "wi|Wi|WI!|wi mèsi|wi mesye|dakò|oke|yes|ok|wiii|men wi|se sa",
    "pt": "sim|Sim!|simmm|claro|isso|com certeza|tá bom|sim senhora|sim, obrigado|tenho sim|uhum",
    "fr": "oui|Oui.|ouais|d'accord|bien sûr|oui merci|ouiii|c'est ça|tout à fait|ok",
    "ar": "نعم|نعم.|ايوه|أجل|طبعا|نعم شكرا|اه",
    "zh": "是|是的|对|有|好的|嗯|没错|是的，谢谢",
    "ru": "да|Да!|ага|конечно|да, спасибо|верно",
    "uk": "так|Так.|звісно|так, дякую|авжеж",
    "fa": "بله|آره|بلی|بله ممنون",
    "hi": "हाँ|हां|जी हाँ|हाँ जी|haan|ji haan",
    "bn": "হ্যাঁ|জি|হ্যা|জি হ্যাঁ",
}
NO = {
    "es": "no|No.|NO!|nooo|no gracias|no señor|nop|nel|para nada|claro que no|nunca|todavía no|👎|❌|no no|no, gracias",
    "en": "no|nope|nah|no thanks|not yet|no sir|never|👎 no|of course not|no, thank you",
    "ht": "non|Non!|non mèsi|pa ditou|poko|no|non mesye",
    "pt": "não|nao|Não!|nunca|ainda não|não, obrigada|naooo|n",
    "fr": "non|Non merci|pas du tout|pas encore|jamais|non monsieur",
    "ar": "لا|لا شكرا|كلا|أبدا",
    "zh": "不|不是|没有|不要|没|不是的",
    "ru": "нет|Нет.|неа|нет, спасибо|никогда",
    "uk": "ні|Ні!|ні, дякую|ніколи",
    "fa": "نه|خیر|نخیر|نه ممنون",
    "hi": "नहीं|जी नहीं|nahi|nahin",
    "bn": "না|জি না|না না",
}
NEITHER = {
    "es": "si no|no sé|¿sí?|sí?|no se si|tal vez|ninguno|👍👎|👎 sí|no, estaría a salvo|Es posible|"
    "hola|2|si pero no quiero decir||sí y no|México",
    "en": "yes and no|maybe|no?|i don't know|none|not sure|yes but no|notebook|no country",
    "ht": "petèt|mwen pa konnen|wi non|m pa konnen|okenn",
    "pt": "não sei|sim e não|talvez|nao sei dizer|nenhum",
    "fr": "je ne sais pas|peut-être|oui et non|aucun|oui ?",
    "zh": "不知道|可能|是吗？",
    "ru": "не знаю|может быть|да?",
    "ar": "لا اعرف|ربما|نعم؟",
}
UNSURE = (
    "no sé|no se|nose|no lo sé|la verdad no sé|no sé, disculpe|no estoy seguro|no estoy segura|"
    "ni idea|quién sabe|tal vez|prefiero no decir|"
    "no quiero decir|no recuerdo|no entiendo|I don't know|i dont know|idk|dunno|not sure|"
    "I'm not sure|no idea|maybe|rather not say|"
    "I'd rather not say|prefer not to say|mwen pa konnen|m pa konnen|pa konnen|petèt|"
    "mwen pito pa di|não sei|nao sei|sei lá|talvez|prefiro não dizer|"
    "je ne sais pas|je sais pas|jsp|peut-être|aucune idée|لا اعرف|ما بعرف|ربما|不知道|不清楚|"
    "我不想说|не знаю|не уверен|не знаю, спасибо|"
    "не хочу казати|можливо|نمیدونم|نمی‌دانم|शायद|पता नहीं|জানি না"
)
NONE = (
    "ninguno|ninguna|Ninguno.|ninguna de las anteriores|nada|nada de eso|ninguno gracias|none|"
    "none of these|none of the above|nothing|neither|"
    "okenn|okenn nan yo|anyen|nenhum|nenhuma|nenhuma das anteriores|aucun|aucune|rien|لا شيء|"
    "都没有|ничего|жоден|هیچکدام|कोई नहीं"
)


def _cases(by_language: dict[str, str]) -> list[tuple[str, str]]:
    return [(language, text) for language, texts in by_language.items() for text in texts.split("|")]


@pytest.mark.parametrize(("language", "typed"), _cases(YES))
def test_yes(yes_no_words: YesNo, language: str, typed: str) -> None:
    """FC-04: whatever the case, the accent, its form and what closes the sentence."""
    assert yes_no_words.yes_no(typed, language) is True


@pytest.mark.parametrize(("language", "typed"), _cases(NO))
def test_no(yes_no_words: YesNo, language: str, typed: str) -> None:
    """The same for no."""
    assert yes_no_words.yes_no(typed, language) is False


@pytest.mark.parametrize(("language", "typed"), _cases(NEITHER))
def test_neither(yes_no_words: YesNo, language: str, typed: str) -> None:
    """FC-04: hesitation and mixtures are asked about, not decided."""
    assert yes_no_words.yes_no(typed, language) is None


@pytest.mark.parametrize(("language", "typed", "said"), [("ht", "no", False), ("ht", "OK", True), ("ar", "yes", True)])
def test_another_language_may_answer(yes_no_words: YesNo, language: str, typed: str, said: bool) -> None:
    """FC-43: a word of another language is understood, where all languages agree on it."""
    assert yes_no_words.yes_no(typed, language) is said


@pytest.mark.parametrize("typed", UNSURE.split("|"))
def test_unsure(yes_no_words: YesNo, typed: str) -> None:
    """FC-06: "I don't know" is an answer, and never a no."""
    assert yes_no_words.unsure(typed, "es")
    assert yes_no_words.yes_no(typed, "es") is None


@pytest.mark.parametrize("typed", ["no", "si", "no se puede entrar", "ninguno", "2", "", "quiero saber", "no sé nadar"])
def test_not_unsure(yes_no_words: YesNo, typed: str) -> None:
    """Words of doubt inside another sentence are not doubt."""
    assert not yes_no_words.unsure(typed, "es")


@pytest.mark.parametrize("typed", NONE.split("|"))
def test_none_of_these(yes_no_words: YesNo, typed: str) -> None:
    """FC-06: "none" in every language."""
    assert yes_no_words.none_of_these(typed)


@pytest.mark.parametrize("typed", ["no", "ninguno y 2", "nada y crol", "", "none but 3", "uno"])
def test_not_none(yes_no_words: YesNo, typed: str) -> None:
    """Something more than "none" is not none."""
    assert not yes_no_words.none_of_these(typed)


@given(st.text(), st.sampled_from(["es", "ht", "zh", "xx"]))
def test_never_raises(yes_no_words: YesNo, text: str, language: str) -> None:
    """Whatever arrives, it is yes, no or neither."""
    assert yes_no_words.yes_no(text, language) in (True, False, None)
    assert yes_no_words.unsure(text, language) in (True, False)
    assert yes_no_words.none_of_these(text) in (True, False)
