"""Buttons of earlier messages, and messages that are changed after they were sent (FC-07, FC-22)."""

import asyncio

import pytest

from tests.field_cases.rumbo import Phone, Rumbo

BELOW_18 = {"age": "under_18"}
"""Leads to a question of yes or no: whether a grown-up of the family is there."""


@pytest.fixture(params=["whatsapp", "telegram"])
def phone(request: pytest.FixtureRequest, rumbo: Rumbo) -> Phone:
    """Somebody on a channel that has buttons."""
    return rumbo.phone(request.param)


async def button(phone: Phone, option: str) -> str:
    """The payload of a choice of what is open now."""
    here = await phone.here()
    assert here.asked is not None
    assert option in here.asked.options
    return f"{here.run}:{here.asked.id}:{option}"


async def test_an_old_button_is_no_answer_to_the_present_question(rumbo: Rumbo, phone: Phone) -> None:
    """FC-07, 1: "Guatemala" of the question before changes nothing; the present one comes again, with how to change."""
    await phone.reaches("where")
    old = await button(phone, "GT")
    await phone.writes("1")
    before = await phone.chosen()
    assert (await phone.presses(old)).status_code == 200
    assert rumbo.heard[-1] == "say odd.old_button; ask nationality"
    assert await phone.chosen() == before == {"where": ("MX",)}
    await rumbo.deliver()
    assert "CAMBIAR" in phone.texts[-1]


async def test_an_old_button_after_everything_was_deleted(rumbo: Rumbo, phone: Phone) -> None:
    """FC-07, 2: no answer is kept, and the reply offers to begin."""
    await phone.reaches("where")
    old = await button(phone, "GT")
    await phone.reaches("results")
    await phone.writes("borrar")
    assert await rumbo.session(phone.address) is None
    assert (await phone.presses(old)).status_code == 200
    assert rumbo.heard[-1] == "ask language as session.expired.all"
    assert await phone.chosen() == {}


async def test_yes_pressed_twice(rumbo: Rumbo, phone: Phone) -> None:
    """FC-07, 3: 200 ms apart: one answer, one next question."""
    await phone.reaches("with_adult", **BELOW_18)
    yes, before = await button(phone, "with"), await phone.chosen()
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    rumbo.later(seconds=20)
    answers = [await phone.presses(yes)]
    await rumbo.deliver()
    rumbo.later(milliseconds=200)
    answers.append(await phone.presses(yes))
    await rumbo.deliver()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert await phone.chosen() == {**before, "with_adult": ("with",)}
    assert len(phone.texts) == 1


async def test_yes_pressed_twice_while_the_next_question_waits_to_be_sent(rumbo: Rumbo, phone: Phone) -> None:
    """FC-07, 3: the same before the next question has left, as under Telegram's pace of one message a second."""
    await phone.reaches("with_adult", **BELOW_18)
    yes, before = await button(phone, "with"), await phone.chosen()
    await rumbo.deliver()
    rumbo.carrier.calls.clear()
    rumbo.later(seconds=20)
    answers = await asyncio.gather(phone.presses(yes), phone.presses(yes))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert await phone.chosen() == {**before, "with_adult": ("with",)}
    await rumbo.deliver()
    assert len(phone.texts) == 1


async def test_the_payload_of_a_press_is_that_of_the_button_on_screen(rumbo: Rumbo) -> None:
    """FC-07: what the tests above press is what Telegram was sent."""
    phone = rumbo.telegram()
    await phone.reaches("where")
    await rumbo.deliver()
    assert phone.buttons["GT"] == await button(phone, "GT")


# --- edits (FC-22)


async def test_an_edit_of_an_answered_message_answers_nothing(rumbo: Rumbo) -> None:
    """FC-22, 1: message 41 becomes "2" while another question is open: it says how to change an answer."""
    phone = rumbo.telegram()
    await phone.reaches("where")
    rumbo.later(seconds=20)
    await rumbo.update(message={**phone.message(text="1"), "message_id": 41})
    await phone.reaches("with_adult", **BELOW_18)
    before = await phone.chosen()
    assert before["where"] == ("MX",)
    rumbo.later(seconds=20)
    assert (await phone.edits(message_id=41, text="2")).status_code == 200
    assert await phone.chosen() == before
    assert rumbo.heard[-1].startswith("say odd.edited; ask")
    assert await phone.asked() == "with_adult"
    await rumbo.deliver()
    assert "CAMBIAR" in phone.texts[-1]


async def test_an_edit_mends_what_was_not_understood(rumbo: Rumbo) -> None:
    """FC-22, 2: "yse" in message 42 is not understood; changed to "yes" it answers the question still open."""
    phone = rumbo.telegram()
    await phone.reaches("with_adult", language="en", **BELOW_18)
    rumbo.later(seconds=20)
    await rumbo.update(message={**phone.message(text="yse"), "message_id": 42})
    assert "with_adult" not in await phone.chosen()
    rumbo.later(seconds=5)
    assert (await phone.edits(message_id=42, text="yes")).status_code == 200
    assert (await phone.chosen())["with_adult"] == ("with",)
    assert await phone.asked() != "with_adult"


@pytest.mark.parametrize("question", ["where", "nationality", "with_adult", "town"])
async def test_a_live_location_that_moves_is_passed_over(rumbo: Rumbo, question: str) -> None:
    """FC-22, 3: it is edited many times a minute, and answered never."""
    phone = rumbo.telegram()
    await phone.reaches(question, **(BELOW_18 if question == "with_adult" else {}))
    before, heard = await phone.here(), len(rumbo.heard)
    for step in range(3):
        location = {"latitude": 14.9 + step / 1000, "longitude": -92.25, "live_period": 900}
        assert (await phone.edits(message_id=43, location=location)).status_code == 200
    assert (await phone.here(), len(rumbo.heard)) == (before, heard)
