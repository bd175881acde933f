"""Long polling: the same updates by another way, confirmed only once they are taken."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from bot.channels import Channel
from bot.channels.telegram import Telegram
from bot.intake import Intake
from bot.messages import Inbound, Receipt
from bot.outage import Outage
from bot.polling import poll
from bot.store import Unavailable
from conversations.events import Tap, Text
from tests.bot.stand_in import Answer, StandIn, standing_in
from tests.bot.test_telegram import TRUE, error, message, press

HELP = "No funciona. Pa mache. Not working."
MALFORMED = {"update_id": 7, "message": 5}


def updates(*found: dict[str, Any]) -> Answer:
    """What getUpdates brings."""
    return Answer(200, {"ok": True, "result": list(found)})


class Run:
    """A poller against a stand-in, stopped once `enough` says so."""

    def __init__(self, enough: Callable[["Run"], bool], least: int = 3) -> None:
        self.taken: list[Inbound] = []
        self.errors: list[Exception] = []
        self.stop = asyncio.Event()
        self.enough = enough
        self.least = least  # calls to wait for as well
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def receive(self, inbound: Inbound, _: Channel) -> None:
        """Keep it, or fail as often as there are errors."""
        if self.errors:
            raise self.errors.pop()
        self.taken.append(inbound)

    async def receipt(self, _: Receipt) -> None:
        """None comes in these tests."""

    async def against(self, *answers: Answer) -> None:
        """Poll until enough; five seconds at most."""
        async with standing_in(*answers) as stand_in:
            telegram = Telegram("123:ABC", api=f"{stand_in.url}/bot")
            polling = asyncio.ensure_future(
                poll(telegram, Intake(self.receive, self.receipt), self.stop, outage=Outage(HELP), wait=1, pause=0.01)
            )
            with suppress(TimeoutError):
                await asyncio.wait_for(self._until_enough(stand_in), 5)
            self.stop.set()
            await asyncio.wait_for(polling, 2)
            await telegram.close()
            self.calls = [(call.path.rpartition("/")[2], call.data) for call in stand_in.calls]

    async def _until_enough(self, stand_in: StandIn) -> None:
        while not self.enough(self) or len(stand_in.calls) < self.least:  # noqa: ASYNC110 - a poll is the plain way here
            await asyncio.sleep(0.01)

    def offsets(self) -> list[int]:
        """Of the calls for updates."""
        return [int(data["offset"]) for method, data in self.calls if method == "getupdates"]


async def test_updates_are_taken_and_confirmed() -> None:
    """The webhook is removed first; a press is acknowledged; one bad update does not stop the others."""
    run = Run(lambda run: len(run.taken) == 2, least=4)
    await run.against(
        TRUE,
        updates(
            {"update_id": 6, "message": message(text="hola")},
            MALFORMED,
            {"update_id": 8, "callback_query": press(data="r1:where:mx")},
        ),
        TRUE,
        Answer(200, {"ok": True, "result": []}, hang=0.2),
    )
    assert [inbound.event for inbound in run.taken] == [Text("hola"), Tap("r1", "where", "mx")]
    assert [method for method, _ in run.calls[:4]] == [
        "deleteWebhook",
        "getupdates",
        "answerCallbackQuery",
        "getupdates",
    ]
    assert run.offsets()[:2] == [0, 9]
    assert set(run.calls[1][1]) == {"offset", "timeout", "allowed_updates"}


@pytest.mark.parametrize(
    "trouble",
    [error(409, "Conflict: terminated by other getUpdates request"), error(502, "Bad Gateway"), Answer(drop=True)],
)
async def test_it_goes_on_after_trouble(trouble: Answer) -> None:
    """After a pause, and without a webhook that another process may have set meanwhile."""
    run = Run(lambda run: len(run.taken) == 1)
    await run.against(TRUE, trouble, TRUE, updates({"update_id": 6, "message": message(text="hola")}), updates())
    assert [method for method, _ in run.calls[:4]] == ["deleteWebhook", "getupdates", "deleteWebhook", "getupdates"]


async def test_it_waits_as_long_as_it_is_asked_to() -> None:
    """429 names the seconds."""
    run = Run(lambda run: len(run.taken) == 1)
    began = asyncio.get_running_loop().time()
    await run.against(
        TRUE,
        error(429, "Too Many Requests", retry_after=1),
        TRUE,
        updates({"update_id": 6, "message": message(text="hola")}),
        updates(),
    )
    assert asyncio.get_running_loop().time() - began >= 1


async def test_what_was_not_taken_is_fetched_again() -> None:
    """While the store is away nothing is confirmed."""
    run = Run(lambda run: len(run.taken) == 1)
    run.errors = [Unavailable()]
    hola = updates({"update_id": 6, "message": message(text="hola")})
    sent = Answer(200, {"ok": True, "result": message(text=HELP)})
    await run.against(TRUE, hola, sent, TRUE, hola, Answer(200, {"ok": True, "result": []}, hang=0.2))
    assert run.offsets()[:3] == [0, 0, 7]
    assert [data["text"] for method, data in run.calls if method == "sendMessage"] == [HELP]


async def test_it_stops_in_the_middle_of_a_call() -> None:
    """Without waiting for the call to end."""
    run = Run(lambda _: True, least=2)
    await run.against(TRUE, Answer(200, {"ok": True, "result": []}, hang=5))
    assert run.taken == []
