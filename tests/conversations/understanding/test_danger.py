"""Words of danger are heard in every language, and never in an ordinary answer."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.understanding.danger import Danger

from .conftest import WORDS, rows, table

HEARD = {
    "kidnapping": "me secuestraron|me tienen secuestrado|nos tienen en una casa|secuestro|"
    "se llevaron a mi hijo|tienen a mi hijo|me agarraron unos hombres|quieren quitarme a mi hija|"
    "mi hermana fue secuestrada|"
    "nos piden rescate|no nos dejan salir|me tienen encerrada en una bodega|"
    "they kidnapped my son|they won't let us leave|yo kidnape frè m|"
    "fui sequestrado|on m'a kidnappé|خطفوني|被绑架了|нас похитили|kidnapped",
    "immediate": "estoy sola y tengo miedo|estoy solo y tengo miedo|Estoy sola con mis hijos y tengo miedo|"
    "tengo miedo, estoy sola|tengo mucho miedo|Tengo mucho miedo, por favor|tengo mucho miedo ayuda|estoy asustada|"
    "me siento en peligro|no me siento segura aquí|mi vida peligra|temo por mi vida|mi hija está en peligro|"
    "me están siguiendo|me viene siguiendo un hombre|alguien me sigue|I'm alone and scared|scared and alone|"
    "I'm so scared|I am afraid for my life|someone is following me|they follow me|I don't feel safe here|"
    "my child is in danger|mwen poukont mwen e m pè|m pè anpil|yon moun ap swiv mwen|pitit mwen an danje|"
    "estou sozinha e com medo|estou com muito medo|me sinto em perigo|alguém me segue|temo pela minha vida|"
    "je suis seule et j'ai peur|j'ai très peur|je me sens en danger|peur pour mes enfants|"
    "أنا وحدي وخائفة|أنا خائفة جدا|我一个人，很害怕|有人跟着我|я одна и боюсь|мне очень страшно|"
    "я сама і боюся|تنهام و میترسم|मैं अकेली हूँ और मुझे डर लग रहा है|আমি একা, ভয় লাগছে|yalnızım ve korkuyorum|"
    "help me they will kill me|auxilio|AUXILIO!!!|help me|please help me|help me please sir|"
    "ayúdenme por favor|ayudenme|socorro|"
    "me van a matar|nos quieren matar|estoy en peligro|me estan siguiendo unos hombres|"
    "hay una balacera|anmwe|ede mwen tanpri|yo vle touye m|"
    "querem me matar|ils veulent me tuer|au secours|aidez-moi|救命|помогите|меня хотят убить|"
    "أنقذوني|i am in danger|somebody help me",
    "self_harm": "ya no puedo más|no aguanto más|quiero acabar con todo|i can't go on|não aguento mais|"
    "je n'en peux plus|me quiero morir|want to die|i want to die|ya no quiero vivir|kiero morirme|m vle mouri|"
    "quero morrer|je veux mourir|suicidio|"
    "想死|хочу умереть|i want to kill myself|ya no aguanto la vida",
    "partner": "mi mamá me golpea|mi padrastro me toca|me pegan en mi casa|le pegan a mi hijo|"
    "my stepfather hits me|someone is hurting my child|papa m ap bat mwen|minha mãe me bate|ma mère me frappe|"
    "mi esposo me pega|mi marido me golpea|my husband beats me|mari m ap bat mwen|"
    "meu marido me bate|mon mari me bat|violencia|violence|"
    "domestic violence|زوجي يضربني|муж меня бьёт|家暴|mi ex pareja siempre me amenaza",
    "medical": "abusaron de mi hija|"
    "estoy sangrando|i am bleeding|no puedo respirar|m ap senyen|estou sangrando|je saigne|流血|"
    "не дышит|necesito una ambulancia|me violaron|"
    "ya rompi la fuente|i was raped",
    "missing": "mi hija está desaparecida|mi hija de 5 años está desaparecida|my son is missing|"
    "pitit mwen disparèt|minha filha desapareceu|"
    "ma fille a disparu|no encuentro a mi hijo|i can't find my daughter|失踪|пропал сын",
    "detained": "mi esposo está detenido|mi esposo esta detenido|my husband was detained|yo arete mari m|"
    "meu marido foi preso|mon mari est en prison|"
    "زوجي معتقل|мой муж задержан|ICE took my husband|la migra se llevo a mi esposo|мого чоловіка затримали|被抓了",
    "child_alone": "child alone|niño solo|soy menor de edad y estoy solo|i am 15 and alone|timoun poukont li|"
    "tengo 15 años y viajo sola|"
    "criança sozinha|enfant seul|unaccompanied minor",
    "trafficking": "me obligan a prostituirme|me quitaron mi pasaporte|forced to work|they took my passport|"
    "yo fòse m travay|trabalho escravo|"
    "traite des personnes|trata de personas|人口贩卖",
}
ORDINARY = (
    "quiero ayuda legal|necesito ayuda|Urgencia en EE. UU.|No, estaría a salvo|Es posible|"
    "It is possible|No, I would be safe|No, but life is hard|"
    "hola ayuda|ayuda|help|i need help|èd|ajuda|aide|can you help me find a shelter|"
    "help me with asylum|me pueden ayudar|me ajuda por favor|"
    "ayúdenme a encontrar un albergue|necesito asilo|mwen bezwen èd|ede m jwenn yon abri|"
    "preciso de ajuda|j'ai besoin d'aide|"
    "aidez-moi à trouver un avocat|нужна помощь|我需要帮助|اريد مساعدة|quiero salir de mexico|"
    "vivo con mi esposo|mi esposo es ciudadano|"
    "mi hija vive en houston|no tengo papeles|perdí mi pasaporte|i lost my passport|estoy solo|"
    "viajo sola|i am alone|tengo 17 años|no|sí|1|2 y 3|"
    "Tijuana|Matamoros|Sangre Grande|El Socorro|Urgent need in the US|Quiero volver a mi país|"
    "me deportaron|tengo miedo|sí, tengo miedo|tengo miedo de volver|sí, tengo miedo de regresar a mi país|"
    "tengo mucho miedo de volver|no tengo miedo|no estoy seguro|no estoy segura|estoy segura|no quiero seguir|"
    "I'm afraid of going back|I am scared to go home|I'm not afraid|not sure|mwen pè tounen|m pè|"
    "tenho medo de voltar|j'ai peur de rentrer|боюсь возвращаться|我害怕回国|en mi país es peligroso|"
    "estoy en riesgo de deportación|sigo sola|mis padres tienen a mi hijo en la escuela|me toca a mí|"
    "quiero hablar con alguien|estoy enfermo|"
    "my kids are with me what can we do|pitit mwen malad|Cita en corte migratoria|"
    "Immigration court date|Está conmigo|No está conmigo|Not with me|"
    "no me dejan pasar, alto en la frontera|I was at the bus stop in Nogales|stop|"
    "Espero respuesta|Familia en México|matar el tiempo|busco trabajo|"
    "hablar con una persona|ICE|la migra|Menos de 18|Under 18|não tenho país|vos sos de aca|"
    "Hijo/a mayor de 21|Solo una visita corta|"
    "Accepted refugee|COMAR dijo que no|Dejé el caso|Busco trabajo de cosecha|más|cerca|clima|"
    "person|moun|salir ya|exit now|delete|borrar"
)


@pytest.mark.parametrize(
    ("kind", "typed"), [(kind, text) for kind, texts in HEARD.items() for text in texts.split("|")]
)
def test_heard(danger: Danger, kind: str, typed: str) -> None:
    """DNH 26: at any step, in any language, in chat spelling and without accents."""
    assert danger.find(typed) == kind


@pytest.mark.parametrize("typed", ORDINARY.split("|"))
def test_not_in_an_ordinary_answer(danger: Danger, typed: str) -> None:
    """Asking for help is not danger, and no answer or label of ours may ever sound like it."""
    assert danger.find(typed) is None


RETURN = (
    "tengo miedo|Tengo miedo.|tengo miedo de volver|sí, tengo miedo de regresar a mi país|tengo mucho miedo de volver|"
    "me da miedo regresar|temo volver|I'm afraid of going back|yes, I am scared to go home|I'm scared|"
    "mwen pè tounen lakay|wi m pè|tenho medo de voltar|j'ai peur de rentrer chez moi|أخاف العودة|我害怕回国|"
    "боюсь возвращаться|боюся повертатися|از برگشتن میترسم|मुझे डर है|ভয় পাই|dönmekten korkuyorum"
)


@pytest.mark.parametrize("typed", RETURN.split("|"))
def test_afraid_of_going_back(danger: Danger, typed: str) -> None:
    """What answers our question about going back is heard as that, and is no danger of this moment."""
    assert danger.fears_return(typed)
    assert danger.find(typed) is None


@pytest.mark.parametrize("typed", ["no tengo miedo", "no tengo miedo de volver", "estoy sola", "miedo", "volver", "1"])
def test_not_afraid_of_going_back(danger: Danger, typed: str) -> None:
    """Only whole messages that say it."""
    assert not danger.fears_return(typed)


@pytest.mark.parametrize("name", ["countries", "country_nicknames"])
def test_not_in_a_country(danger: Danger, name: str) -> None:
    """No country's name is a word of danger."""
    assert [text for text, *_ in rows(WORDS / f"{name}.tsv") if danger.find(text)] == []


def test_hardly_ever_in_a_town(danger: Danger) -> None:
    """Of all towns only those called Socorro, which is a cry for help too."""
    names = {name for _, name, *_ in rows(WORDS / "towns.tsv") if danger.find(name)}
    assert names == {"Socorro"}


def test_every_kind_in_every_main_language() -> None:
    """No kind is missing in a language we speak."""
    for kind, by_language in table("danger")["kinds"].items():
        for language in ("es", "en", "ht", "pt", "fr"):
            assert len(by_language[language]) >= 8, (kind, language)
        assert {"ar", "zh", "ru"} <= by_language.keys(), kind


def test_the_sample(danger: Danger, sample: Callable[[str], list[list[str]]]) -> None:
    """Ordinary first messages, countries and places do not fire; those of danger do."""
    messages = [typed for typed, *_ in sample("short-messages")]
    fired = {typed: danger.find(typed) for typed in messages if danger.find(typed)}
    print(f"danger in first messages: {fired}")
    assert set(fired.values()) <= {"immediate", "detained"}
    assert len(fired) <= 0.07 * len(messages)
    for name in ("country-names", "place-names"):
        assert [typed for typed, *_ in sample(name) if danger.find(typed)] == []


@given(st.text())
def test_never_raises(danger: Danger, text: str) -> None:
    """Whatever arrives."""
    assert danger.find(text) in {None, *HEARD}
