"""What is sealed opens only where and with what it was sealed; names lead nowhere."""

import re
from collections.abc import Callable

import pytest

from bot.messages import Address
from bot.vault import Person, Unsealable, Vault

OLD, NEW, NAMES = Vault.new_secret(), Vault.new_secret(), Vault.new_secret()
PHONE = Address("sms", "+12025550111")


def test_what_is_sealed_opens_again_and_never_looks_the_same() -> None:
    vault = Vault.from_text(OLD)
    one, other = vault.seal(b"Rosa", "place"), vault.seal(b"Rosa", "place")
    assert vault.open(one, "place") == vault.open(other, "place") == b"Rosa"
    assert one != other
    assert b"Rosa" not in one


@pytest.mark.parametrize(
    "harm", [lambda s: s[:-1] + bytes([s[-1] ^ 1]), lambda s: s[:10], lambda s: s[:4], lambda _: b""]
)
def test_what_was_changed_does_not_open(harm: Callable[[bytes], bytes]) -> None:
    vault = Vault.from_text(OLD)
    with pytest.raises(Unsealable):
        vault.open(harm(vault.seal(b"Rosa", "place")), "place")


def test_it_opens_in_its_own_place_only_and_with_its_own_key_only() -> None:
    sealed = Vault.from_text(OLD).seal(b"Rosa", "place")
    with pytest.raises(Unsealable):
        Vault.from_text(OLD).open(sealed, "another place")
    with pytest.raises(Unsealable):
        Vault.from_text(NEW).open(sealed, "place")


def test_a_new_key_in_front_seals_and_the_old_one_still_opens() -> None:
    before, after = Vault.from_text(OLD), Vault.from_text(f"{NEW}, {OLD}")
    assert after.open(before.seal(b"Rosa", "place"), "place") == b"Rosa"
    assert Vault.from_text(NEW).open(after.seal(b"Rosa", "place"), "place") == b"Rosa"


def test_people_keep_their_names_when_a_key_is_put_in_front() -> None:
    assert Vault.from_text(OLD).person(PHONE) == Vault.from_text(f"{NEW},{OLD}").person(PHONE)
    assert Vault.from_text(OLD).person(PHONE) != Vault.from_text(NEW).person(PHONE)


def test_people_keep_their_names_whatever_seals_when_another_secret_makes_them() -> None:
    """So every key can be replaced without forgetting who wants no messages."""
    before, after = Vault.from_text(OLD, NAMES), Vault.from_text(NEW, NAMES)
    assert before.person(PHONE) == after.person(PHONE)
    assert before.message("sms", "SM1") == after.message("sms", "SM1")
    assert Vault.from_text(OLD, OLD).person(PHONE) == Vault.from_text(OLD).person(PHONE)
    assert after.person(PHONE) != Vault.from_text(NEW).person(PHONE)


def test_one_person_whatever_form_the_number_has() -> None:
    vault = Vault.from_text(OLD)
    whatsapp, dialled = Address("whatsapp", "whatsapp:+5215500000001"), Address("whatsapp", "whatsapp:+525500000001")
    assert vault.person(whatsapp) == vault.person(dialled)
    assert vault.person(whatsapp) != vault.person(Address("sms", "+5215500000001"))


def test_names_are_letters_and_spread_over_all_partitions() -> None:
    vault = Vault.from_text(OLD)
    people = [vault.person(Address("telegram", str(user))) for user in range(5000)]
    assert all(re.fullmatch("[a-p]{32}", person.name) for person in people)
    assert {person.partition for person in people} == set(range(64))
    assert Person(people[0].name).partition == people[0].partition


def test_messages_are_named_apart_by_channel() -> None:
    vault = Vault.from_text(OLD)
    assert vault.message("sms", "1") != vault.message("telegram", "1")
    assert re.fullmatch("[a-p]{32}", vault.message("sms", "1"))


@pytest.mark.parametrize("text", ["", " , ", "c2hvcnQ=", "not base64! not base64! not base64! not base64!"])
def test_a_setting_that_cannot_be_used_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="secret") as caught:
        Vault.from_text(text)
    assert text.strip(" ,") == "" or text not in str(caught.value)


def test_both_alphabets_of_base64_are_read() -> None:
    one, other = Vault.from_text("-_" * 32), Vault.from_text("+/" * 32)
    assert one.person(PHONE) == other.person(PHONE)
