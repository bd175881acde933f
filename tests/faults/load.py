"""People who write, and the carriers that bring what they write: again and again until Rumbo has said 200.

Most people write the next message only when the last one was taken, so that the order of arrival is known; some write
several at once. Carriers deliver some messages twice, to two doors at the same time, and some long ago for no reason.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any

import aiohttp

from bot.messages import ChannelName
from tests.bot.carrier import form, signed
from tests.faults.carriers import Carriers
from tests.faults.ledger import Findings, Said, audit
from tests.polling import until
from tests.processes import SECRET

WORDS = ("hola", "1", "2", "3", "sí", "no", "no sé", "ayuda", "México")

_TWICE, _AGAIN = 0.2, 0.1
"""How many messages are brought to both doors at once, and how often an old one comes back."""

_WAITS = 15.0  # s, as Twilio does for an answer
_AGAIN_AFTER = (0.1, 0.4)  # s; sooner than any carrier, so that more happens in less time

_TRICKLE = 8.0
"""How many times slower people write once they have said what they were to say, while the fault lasts."""

_numbers = count(1)


@dataclass
class Person:
    """Somebody, by the address that carriers know them by.

    `said` is what was sent so far; `at` when and `texts` what, by id. `most`: so many messages and no more.
    """

    channel: ChannelName
    address: str
    bursts: bool = False
    scoped: str = ""
    said: list[Said] = field(default_factory=list)
    at: dict[str, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    words: Sequence[str] = WORDS
    most: int | None = None


def crowd(size: int, bursts: float = 0.2) -> list[Person]:
    """New people: half on SMS, most others on WhatsApp, some of those under two addresses, one in twenty on Telegram."""
    return [_newcomer(index, bursts=index % 5 == 4 and bursts > 0) for index in range(size)]


def stranger(channel: ChannelName = "whatsapp") -> Person:
    """Somebody new; on WhatsApp under two addresses."""
    return _newcomer({"whatsapp": 1, "telegram": 3, "sms": 0}[channel], bursts=False)


def _newcomer(index: int, *, bursts: bool) -> Person:
    number = next(_numbers)
    if index % 20 == 3:  # few, and in no hurry: a chat takes a message a second
        return Person("telegram", str(7_000_000 + number))
    if index % 2:
        scoped = f"whatsapp:US.{number:013}" if index % 8 == 1 else ""
        return Person("whatsapp", f"whatsapp:+1202{number:07}", bursts, scoped)
    return Person("sms", f"+1203{number:07}", bursts)


class Load:
    """A crowd writing through `doors` until each has sent `messages`, and on until the fault is over."""

    def __init__(
        self, doors: Callable[[], Sequence[str]], carriers: Carriers, people: list[Person], messages: int, rate: float
    ) -> None:
        self._doors = doors
        self._carriers = carriers
        self.people = people
        self.messages = messages
        self._pause = 1 / rate
        self._next = 0.0
        self.answers: Counter[int] = Counter()
        self.over: float | None = None
        self._http: aiohttp.ClientSession | None = None
        self._begun = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None

    # ------------------------------------------------------------------ writing

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write during the block and to the end of what is to be said; leave once all of it was taken."""
        async with (
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=_WAITS), connector=aiohttp.TCPConnector(limit=200)
            ) as self._http,
            asyncio.TaskGroup() as tasks,
        ):
            self._tasks = tasks
            for person in self.people:
                tasks.create_task(self._write(person))
            await self._begun.wait()
            yield
            self.over = monotonic()

    def arrive(self, person: Person, messages: int) -> None:
        """Let somebody new write so many messages, and no more."""
        assert self._tasks is not None
        person.most = messages
        self.people.append(person)
        self._tasks.create_task(self._write(person))

    async def flood(self, person: Person, messages: int, at_once: int = 10) -> None:
        """Let somebody new write so many messages, several at once, as fast as they are taken."""
        self.people.append(person)
        gate = asyncio.Semaphore(at_once)

        async def say() -> None:
            async with gate:
                await self._say(person, 1, paced=False)

        await asyncio.gather(*(say() for _ in range(messages)))

    async def past(self, share: float) -> None:
        """Wait until so much of what each is to say has been said, in the middle."""
        await until(lambda: self.said >= share * self.messages * len(self.people), within=120)

    @property
    def said(self) -> int:
        """How many messages were sent so far, by whomever."""
        return sum(len(person.said) for person in self.people)

    async def _write(self, person: Person) -> None:
        most = person.most or self.messages
        group = 0
        while len(person.said) < most or (self.over is None and person.most is None):
            group += 1
            at_once = random.randint(2, 4) if person.bursts and random.random() < 0.5 else 1  # noqa: S311
            await asyncio.gather(*(self._say(person, group) for _ in range(at_once)))
            if random.random() < _AGAIN:  # noqa: S311
                await self.bring(person, random.choice(person.said).id, random.choice(person.words))  # noqa: S311

    async def _say(self, person: Person, group: int, *, paced: bool = True) -> None:
        if paced:
            await self._paced()
        id = _new_id(person.channel)
        person.said.append(Said(_known_as(person.channel, id), group))
        text = random.choice(person.words)  # noqa: S311
        person.at[person.said[-1].id] = monotonic()
        person.texts[person.said[-1].id] = text
        self._begun.set()
        times = 2 if random.random() < _TWICE else 1  # noqa: S311
        await asyncio.gather(*(self.bring(person, id, text) for _ in range(times)))

    async def _paced(self) -> None:
        now = monotonic()
        turn = max(now, self._next)
        enough = self.said >= self.messages * len(self.people)
        self._next = turn + self._pause * (_TRICKLE if enough else 1.0)
        await asyncio.sleep(turn - now)

    async def bring(self, person: Person, id: str, text: str) -> None:
        """Deliver a message until it is taken, as a carrier would."""
        path, request = _request(person, id.removeprefix("u"), text)
        while True:
            status = await self._post(path, request)
            self.answers[status] += 1
            if status == 200:
                return
            assert status == 0 or status >= 500, f"{path} answered {status}"
            await asyncio.sleep(random.uniform(*_AGAIN_AFTER))  # noqa: S311

    async def _post(self, path: str, request: dict[str, Any]) -> int:
        """The status; 0 where none came."""
        assert self._http is not None
        doors = self._doors()
        if not doors:
            return 0
        try:
            async with self._http.post(random.choice(doors) + path, **request) as response:  # noqa: S311
                await response.read()
                return response.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0

    # ------------------------------------------------------------------ what came of it

    async def settled(self, within: float) -> None:
        """Wait until everybody has every answer, or in vain: the audit tells what is missing then."""
        with contextlib.suppress(AssertionError):
            await self.caught_up(within=within)

    async def caught_up(self, within: float = 60) -> float:
        """Wait until all that was said so far is answered; how many seconds it took. Raises AssertionError."""
        began = monotonic()
        owed = {id for person in self.people for id in person.at if id not in self._carriers.whole}

        def all_answered() -> bool:
            owed.difference_update([id for id in owed if id in self._carriers.whole])
            return not owed

        await until(all_answered, within)
        return monotonic() - began

    def findings(self) -> Findings:
        """Everybody's ledger."""
        found = (audit(person.said, self._carriers.texts(person.address)) for person in self.people)
        return sum(found, Findings())

    def recovery(self) -> float:
        """Seconds from the end of the fault to the last answer that was owed by then."""
        assert self.over is not None
        whole = self._carriers.whole
        owed = [id for person in self.people for id, at in person.at.items() if at <= self.over and id in whole]
        return max(0.0, max((whole[id] for id in owed), default=0.0) - self.over)

    def delays(self, people: Sequence[Person]) -> list[float]:
        """Seconds from each message of these people to its answer, where there is one."""
        whole = self._carriers.whole
        return [whole[id] - at for person in people for id, at in person.at.items() if id in whole]


def _new_id(channel: ChannelName) -> str:
    number = next(_numbers)
    return str(number) if channel == "telegram" else f"SM{number:032x}"


def _known_as(channel: ChannelName, id: str) -> str:
    """How Rumbo calls a message of the carrier's."""
    return f"u{id}" if channel == "telegram" else id


def _request(person: Person, id: str, text: str) -> tuple[str, dict[str, Any]]:
    """Path and request of a webhook."""
    if person.channel == "telegram":
        sender = {"id": int(person.address), "is_bot": False, "first_name": "Ana", "language_code": "es"}
        chat = {"id": int(person.address), "type": "private", "first_name": "Ana"}
        message = {"message_id": int(id), "date": 1, "chat": chat, "from": sender, "text": text}
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        return "/telegram/hook", {"json": {"update_id": int(id), "message": message}, "headers": headers}
    more = {"ExternalUserId": person.scoped} if person.scoped else {}
    return twilio("/twilio/inbound", From=person.address, Body=text, MessageSid=id, **more)


def twilio(path: str, **fields: str) -> tuple[str, dict[str, Any]]:
    """Path and request of a webhook that Twilio signs."""
    request = signed(form(**fields), path)
    headers = {**request.headers, "Content-Type": "application/x-www-form-urlencoded"}
    return path, {"data": request.body, "headers": headers}
