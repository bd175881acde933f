"""Links that open the chat: what they carry, what they leave out, and what the conversation makes of them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.invitation import LIMIT, Invitation, mark, named, read_invitation
from conversations.medium import TELEGRAM
from tests.conversation import PACE, Person, today

COMAR = "mx-tapachula-comar-multiservicios"
ALPHABET = string.ascii_letters + string.digits + "_-"

invitations = st.builds(
    Invitation,
    language=st.sampled_from(["", "es", "en", "ht", "pt", "mam"]),
    centre=st.one_of(st.just(""), st.text().map(mark)),
    poster=st.integers(0, 9999),
)


@given(invitations)
def test_every_payload_fits_a_link_and_is_read_back(invitation: Invitation) -> None:
    """1 to 64 of A-Z a-z 0-9 _ -."""
    payload = invitation.payload
    assert len(payload) <= LIMIT
    assert set(payload) <= set(ALPHABET)
    assert read_invitation(payload) == invitation


@given(invitations, st.lists(st.text(ALPHABET.replace("-", ""), min_size=4, max_size=12), max_size=3))
def test_unknown_parts_are_passed_over(invitation: Invitation, more: list[str]) -> None:
    """A later release, or anybody's joke; in whatever order."""
    unknown = [f"x_{part}" for part in more]
    assert read_invitation("-".join([*unknown, *invitation.payload.split("-")])) == invitation


@given(st.text())
def test_nothing_that_is_written_is_an_error(payload: str) -> None:
    """Whatever it is."""
    read_invitation(payload)


@pytest.mark.parametrize(
    "payload", ["", "-", "p0", "p12345", "pp", "c_", "c_XYZ", "c_0123456789abcdef", "p-1", "español"]
)
def test_what_says_nothing(payload: str) -> None:
    """A part is right, or it is nothing."""
    assert read_invitation(payload) in (Invitation(), Invitation(language=payload if payload == "pp" else ""))


def test_no_two_centres_have_one_mark() -> None:
    """And each is found by its own."""
    centres = [centre for centre in today().centres if centre.may_be_named]
    assert len({mark(centre.id) for centre in centres}) == len(centres)
    assert all(named(mark(centre.id), today().centres) is centre for centre in centres)


# ---------------------------------------------------------------------------------------------------- talks


def came_by(invitation: Invitation, person: Person | None = None) -> Person:
    """Somebody who opened the chat by a link."""
    return (person or Person(medium=TELEGRAM)).writes(f"/start {invitation.payload}".strip())


@pytest.mark.parametrize("link", [Invitation("en"), Invitation("en", poster=12), Invitation("en", mark(COMAR))])
def test_its_language_is_only_a_wish(link: Invitation) -> None:
    """It stands first in the menu, no more (FC-45)."""
    person = came_by(link)
    assert (person.heard, person.options) == ("ask language as first.greeting", ("en", "es"))


def test_a_language_we_do_not_have_is_told() -> None:
    """As for anybody who writes in it."""
    assert came_by(Invitation("ht")).heard == "say language.not_yet.ht; ask language as first.greeting"


def test_a_link_that_says_nothing_greets() -> None:
    """As any first message."""
    for payload in ("", "x_y-z_z-p0"):
        assert Person(medium=TELEGRAM).writes(f"/start {payload}").heard == "ask language as first.greeting"


def test_the_poster_is_counted_and_not_kept() -> None:
    """Nothing of it is in the session, before or after."""
    person = came_by(Invitation("es", mark(COMAR), 12))
    assert "poster:12" in person.turn.notes
    assert person.here == came_by(Invitation("es", mark(COMAR))).here


def test_twice_in_a_second_is_once() -> None:
    """A link may send /start twice: counted once, answered once."""
    person = came_by(Invitation("es", poster=12))
    again = came_by(Invitation("es", poster=12), Person(medium=TELEGRAM, session=person.session, now=person.now - PACE))
    assert again.silent
    assert "poster:12" not in again.turn.notes


def test_in_the_middle_the_language_and_the_answers_stay() -> None:
    """A link says nothing of who opens it now."""
    person = Person(medium=TELEGRAM).writes("/start", "1", "1", "México")
    came_by(Invitation("en", mark(COMAR), 12), person)
    assert (person.asked, person.here.language, list(person.answers)) == ("resume", "es", ["where"])
    assert (person.here.near, "poster:12" in person.turn.notes) == (COMAR, True)


def test_whoever_had_stopped_begins_anew() -> None:
    """By their own act."""
    person = came_by(Invitation("en", poster=12), Person(medium=TELEGRAM).writes("/start", "1", "stop"))
    assert (person.here.stopped, person.asked) == (False, "language")


@pytest.mark.parametrize("where", ["México", None])
def test_yes_is_help_near_the_centre(where: str | None) -> None:
    """As from any place; the hint is gone then."""
    person = came_by(Invitation("es", mark(COMAR)))
    person.writes("1", "1", *([where] if where else []), "centro")
    assert person.asked == "near_centre"
    assert "Tapachula" in person.text
    person.taps("yes")
    assert person.heard.startswith("centres in MX: mx-tapachula")
    assert person.here.near == ""


def test_no_asks_for_the_town_and_does_not_ask_again() -> None:
    """They are elsewhere by now."""
    person = came_by(Invitation("es", mark(COMAR))).writes("1", "1", "México", "centro").taps("no")
    assert person.asked == "town"
    assert person.writes("saltar", "centro").asked == "town"


def test_a_town_is_an_answer_too() -> None:
    """Or a pin."""
    person = came_by(Invitation("es", mark(COMAR))).writes("1", "1", "México", "centro", "Tijuana")
    assert "mx-tijuana" in person.heard
    person = came_by(Invitation("es", mark(COMAR))).writes("1", "1", "México", "centro").shares(32.53, -117.02)
    assert "mx-tijuana" in person.heard


def test_in_another_country_it_is_no_hint() -> None:
    """Never across a border."""
    assert came_by(Invitation("es", mark(COMAR))).writes("1", "1", "Guatemala", "centro").asked == "town"


def test_a_centre_that_is_gone_is_no_hint() -> None:
    """Its poster still hangs."""
    assert came_by(Invitation("es", mark("mx-gone"))).here.near == ""
