"""Any reasonable "stop" stops, and a bus stop does not."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.understanding.stopping import stop

WHOLE = (
    "STOP|stop|Stop!| stop |STOP\u200b|PARAR|alto|Alto.|sispann|pare|Stop. Thank you|stop please|"
    "STOP gracias|Por favor stop|Stop texting me|"
    "no más mensajes|no mas|STOPALL|stop all|UNSUBSCRIBE|CANCEL|END|QUIT|REVOKE|OPTOUT|opt out|"
    "Opt-out|stop stop stop|basta|ya basta|no me escriban|"
    "ya no me escriban por favor|dejen de escribirme|quiero darme de baja|leave me alone|no more|"
    "don't text me|pa ekri m ankò|kanpe|pa voye ankò|"
    "chega|não mais|pare de me escrever|parem|arrêtez|arrêtez s'il vous plaît|ne m'écrivez plus|"
    "stop merci|توقف|停止|стоп|не пишите мне|стоп, пожалуйста|"
    "припиніть|hola, stop|stop stop por favor gracias"
)
INSIDE = (
    "I was at the bus stop in Nogales|no me dejan pasar, alto en la frontera|"
    "the bus does not stop here|puedo decir stop cuando quiera|"
    "if I write stop what happens|mwen pa vle w sispann ede m"
)
NEITHER = (
    "no|No, hace más de 1 año|quiero cancelar mi cita|salir|rete|gracias|please|thank you|"
    "para mi hijo|más|si||hola|2|no gracias|soti|bustop|"
    "estoy solo|mi hijo es muy bajo|Tijuana|no pare|1 stopper"
)


@pytest.mark.parametrize("typed", WHOLE.split("|"))
def test_stops(stops: Mapping[str, Sequence[str]], typed: str) -> None:
    """FC-08 to FC-10, DNH 29: the word alone, with courtesy around it, or a clear sentence, in any language."""
    assert stop(typed, stops) == "whole"


@pytest.mark.parametrize("typed", INSIDE.split("|"))
def test_inside_a_longer_message(stops: Mapping[str, Sequence[str]], typed: str) -> None:
    """FC-08: a stop word inside a longer message is for the reader to weigh."""
    assert stop(typed, stops) == "inside"


@pytest.mark.parametrize("typed", NEITHER.split("|"))
def test_no_stop(stops: Mapping[str, Sequence[str]], typed: str) -> None:
    """Answers are not stops."""
    assert stop(typed, stops) is None


@given(st.text())
def test_never_raises(stops: Mapping[str, Sequence[str]], text: str) -> None:
    """Whatever arrives."""
    assert stop(text, stops) in ("whole", "inside", None)
