"""A person who walks through a whole conversation by what they are shown, and what must hold of every such walk.

It knows the ids of questions and options, never their words: whoever edits those breaks nothing here.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import aiohttp

from bot.channels import Channel, Payload
from bot.channels.gsm7 import measure
from bot.house import House, Work
from bot.messages import Inbound
from bot.web import create_app
from conversations.catalogue import Catalogue
from conversations.converse import Turn
from conversations.guide import Guide
from conversations.message import Choice, Message
from conversations.session import Session
from tests.contracts.peers import TelegramPeer, TwilioPeer, serving
from tests.polling import until

ANSWERS: Mapping[str, Sequence[str]] = {
    "consent": ["go_on"],
    "where": ["MX"],
    "nationality": ["VE"],
    "age": ["22_or_more"],
    "fear": ["danger"],
    "comar": ["none"],
    "private": ["go_on"],
    "ties": ["family_mx", "school"],
    "mx_relative": ["child"],
}
"""What the person answers; to any other question the first option, of a checklist the first line."""

DONE = "done"
OVER = ("results",)
MENUS = (*OVER, "card", "centres")
"""What stands under a text that is no question."""

MARK = "\n\n✓ "
"""What stands between a question and its answer once a button was pressed."""

TOWN, PIN = "Tapachula", (14.9031, -92.2575)

_WORDS = {
    "es": set("el la los de que en su para con por una es no si puede escriba usted".split()),  # noqa: SIM905
    "en": set("the of to you your in is and for with or if can write we not are".split()),  # noqa: SIM905
}
_LINK = re.compile(r"https://\S+")


class Phone(Protocol):
    """What the person holds in their hand."""

    async def says(self, text: str) -> None:
        """Write."""

    async def takes(self, choice: Choice) -> None:
        """Press a choice, or write its number."""

    async def shares(self) -> None:
        """Tell the place: a pin, or the name of the town."""

    async def records(self) -> None:
        """Send a voice note."""

    async def repeats(self) -> None:
        """Let the carrier deliver the last message again."""

    async def texts(self) -> list[str]:
        """What the person sees of us."""

    async def sees(self, payload: Payload) -> bool:
        """Whether a message that was changed in place shows this."""


@dataclass(frozen=True)
class Heard:
    """One turn, as it was taken."""

    inbound: Inbound
    turn: Turn
    messages: Sequence[Message]
    catalogue: Catalogue


@dataclass
class Walker:
    """Goes through the conversation; `languages` are what each text that was read should be in."""

    phone: Phone
    channel: Channel
    guide: Guide
    heard: list[Heard] = field(default_factory=list)
    language: str = ""
    texts: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)

    def watch(self, inbound: Inbound, turn: Turn, messages: Sequence[Message], catalogue: Catalogue) -> None:
        """For `Turns`."""
        self.heard.append(Heard(inbound, turn, messages, catalogue))

    @property
    def session(self) -> Session:
        """The session after the last turn."""
        session = self.heard[-1].turn.session
        assert session is not None
        return session

    @property
    def asked(self) -> str:
        """What is open."""
        return self.session.asked.id if self.session.asked else ""

    @property
    def choices(self) -> dict[str, Choice]:
        """What can be chosen now, by option."""
        return {choice.id.rpartition(":")[2]: choice for choice in self.heard[-1].messages[-1].choices}

    def word(self, command: str) -> str:
        """The word of a command, as the person is shown it."""
        return self.guide.catalogues[self.language].words(f"command.{command}")[0]

    async def does(self, act: Awaitable[None]) -> list[str]:
        """One act; the texts that answer it, which must be one unless it does not fit."""
        turns = len(self.heard)
        await act
        await until(lambda: len(self.heard) > turns)
        assert len(self.heard) == turns + 1
        payloads = [payload for message in self.heard[-1].messages for payload in self.channel.render(message)]
        assert payloads, "silence"
        if "message_id" in payloads[0]:
            await until(lambda: self.phone.sees(payloads[0]))
            return []
        wanted = [self.channel.shows(payload) for payload in payloads]
        await until(lambda: self._has(len(self.texts) + len(wanted)))
        fresh = (await self.phone.texts())[len(self.texts) :]
        assert fresh == wanted
        assert len(self.heard[-1].messages) == 1
        self.texts += fresh
        self.languages += [self.language] * len(fresh)
        return fresh

    async def _has(self, count: int) -> bool:
        return len(await self.phone.texts()) >= count

    async def says(self, text: str) -> list[str]:
        """Write something."""
        return await self.does(self.phone.says(text))

    async def command(self, command: str) -> list[str]:
        """Write a command."""
        return await self.says(self.word(command))

    async def chooses(self, option: str) -> list[str]:
        """Choose an option of what is shown."""
        return await self.does(self.phone.takes(self.choices[option]))

    async def begins(self, greeting: str, language: str) -> None:
        """Say hello and choose a language; the greeting is in all of them."""
        await self.says(greeting)
        assert self.asked == "language"
        self.language = language
        await self.chooses(language)
        assert self.asked == "consent"

    async def answers(self) -> None:
        """Answer what is asked."""
        asked, wanted = self.asked, ANSWERS.get(self.asked, [])
        if asked == "town":
            await self.does(self.phone.shares())
            return
        options = [option for option in wanted if option in self.choices] or [next(iter(self.choices))]
        question = self.guide.question(asked)
        if question is None or question.kind != "several":
            await self.chooses(options[0])
        elif DONE in self.choices:
            for option in options:
                await self.chooses(option)
                assert self.choices[option].ticked
            await self.chooses(DONE)
        else:
            await self.says(" ".join(self.choices[option].number for option in options))

    async def answers_until(self, *asked: str) -> None:
        """Answer until one of these is asked, or the results are shown."""
        for _ in range(40):
            if self.asked in (*asked, *OVER):
                return
            await self.answers()
        raise AssertionError("the interview does not end")

    async def reads_results(self) -> str:
        """To the end of the interview, and the results in one text."""
        await self.answers_until()
        assert self.asked == "results"
        assert [fits for fits in self.choices if self.guide.pathway(fits)]
        return "\n".join(self.texts[-len(self.channel.render(self.heard[-1].messages[-1])) :])

    async def opens_card(self) -> str:
        """The first pathway of the results in full."""
        pathway = next(option for option in self.choices if self.guide.pathway(option))
        texts = await self.chooses(pathway)
        assert self.asked == "card"
        return "\n".join(texts)

    async def detours(self) -> None:
        """What people do besides answering: a mistake, help, a voice note, back, another language and back again."""
        open_question, before = self.asked, self.session.answers
        await self.says("xyzzy qwrtp")
        assert self.asked == open_question
        await self.command("help")
        await self.does(self.phone.records())
        assert (self.asked, self.session.answers) == (open_question, before)
        await self.command("back")
        assert len(self.session.answers) == len(before) - 1
        await self.answers()
        assert (self.asked, self.session.answers) == (open_question, before)
        own, other = self.language, "en" if self.language == "es" else "es"
        for language in (other, own):
            self.language = language
            await self.says(self.guide.catalogues[language].name)
            assert (self.session.language, self.asked, self.session.answers) == (language, open_question, before)

    async def hears_twice(self) -> None:
        """The carrier delivers the last message again: nothing follows."""
        turns, before = len(self.heard), list(self.texts)
        await self.phone.repeats()
        assert len(self.heard) == turns
        assert await self.phone.texts() == before

    def check(self, limit: int) -> None:
        """What must hold of every walk: one message where it fits, in the person's language."""
        for text, language in zip(self.texts, self.languages, strict=True):
            assert len(text) <= limit
            if language:
                assert spoken(text) in (language, None), text
        for heard in self.heard:
            parts = self.channel.render(heard.messages[0])
            assert len(parts) == 1 or sum(len(self.channel.shows(part)) for part in parts) > limit

    def check_segments(self) -> None:
        """Every SMS in the alphabet that keeps it short, and no question over three segments (FC-15)."""
        for heard in self.heard:
            for text in (self.channel.shows(part) for part in self.channel.render(heard.messages[0])):
                size = measure(text)
                assert size.encoding == "GSM-7", text
                assert heard.messages[0].question in (None, *MENUS) or size.segments <= 3, text


def spoken(text: str) -> str | None:
    """The language that most of the small words of a text are of; None for a text that is too short to tell."""
    words = re.findall(r"[a-záéíóúñ]+", _LINK.sub("", text).lower())
    counts = {language: sum(word in known for word in words) for language, known in _WORDS.items()}
    (best, most), (_, second) = sorted(counts.items(), key=lambda item: -item[1])
    return best if most - second > 2 else None


def links(text: str) -> list[str]:
    """The links in a text."""
    return _LINK.findall(text)


# ---------------------------------------------------------------------- phones


@dataclass
class TwilioPhone:
    """SMS, or WhatsApp when the address says so. `taps`: choices are pressed instead of written."""

    peer: TwilioPeer
    address: str
    taps: bool = False
    pins: bool = False
    last: Callable[[], Awaitable[Any]] | None = None
    sent: int = 0

    async def _sends(self, body: str | None = None, **extra: Any) -> None:
        self.sent += 1
        sid = f"SM{self.sent:032x}"

        async def deliver() -> None:
            answer = await self.peer.inbound(self.address, body, sid=sid, **extra)
            assert (answer["response"]["status"], answer["replies"]) == (200, [])

        self.last = deliver
        await deliver()

    async def says(self, text: str) -> None:
        await self._sends(text)

    async def takes(self, choice: Choice) -> None:
        if not self.taps:
            await self._sends(choice.number)
        elif self.sent % 2:
            await self._sends(button={"text": choice.label, "payload": choice.id})
        else:
            await self._sends(list={"id": choice.id, "title": choice.label})

    async def shares(self) -> None:
        if self.pins:
            await self._sends(location={"latitude": PIN[0], "longitude": PIN[1]})
        else:
            await self._sends(TOWN)

    async def records(self) -> None:
        await self._sends("", media=[{"type": "audio/ogg"}])

    async def repeats(self) -> None:
        assert self.last
        await self.last()

    async def texts(self) -> list[str]:
        return await self.peer.texts(self.address)

    async def sees(self, payload: Payload) -> bool:
        raise AssertionError(f"nothing changes in place here: {payload}")


@dataclass
class TelegramPhone:
    """Telegram: choices are pressed, the place is shared. `webhook` and `secret`: where the carrier delivers again."""

    peer: TelegramPeer
    channel: Channel
    person: int
    language: str
    webhook: str = ""
    secret: str = ""
    sent: int = 0

    async def says(self, text: str) -> None:
        await self.peer.says(self.person, text, self.language)

    async def takes(self, choice: Choice) -> None:
        message = (await self.peer.shown(self.person))[-1]
        assert choice.id in json.dumps(message["reply_markup"])
        await self.peer.taps_data(self.person, choice.id, message["message_id"])

    async def shares(self) -> None:
        message = (await self.peer.shown(self.person))[-1]
        ((button,),) = message["reply_markup"]["keyboard"]
        assert button["request_location"]
        await self.peer.shares(self.person, *PIN)

    async def records(self) -> None:
        await self._updates(voice={"file_id": "V1", "file_unique_id": "V1", "duration": 3})

    async def repeats(self) -> None:
        update = {"update_id": 555000001, "message": self._message(text="/start")}
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret}
        async with aiohttp.ClientSession(headers=headers) as http:
            for _ in range(3):
                async with http.post(self.webhook, json=update) as response:
                    assert response.status == 200

    async def texts(self) -> list[str]:
        written = [message["text"].partition(MARK)[0] for message in await self.peer.shown(self.person)]
        return [self.channel.shows({"text": text, "parse_mode": "HTML"}) for text in written]

    async def sees(self, payload: Payload) -> bool:
        shown = (message for message in await self.peer.shown(self.person))
        return any(
            (message["message_id"], message.get("reply_markup")) == (payload["message_id"], payload["reply_markup"])
            for message in shown
        )

    async def record(self) -> list[tuple[str, bool]]:
        """What the chat reads like: what stands under the text of each message, and whether it still has buttons."""
        shown = await self.peer.shown(self.person)
        return [(m["text"].partition(MARK)[2], "inline_keyboard" in m.get("reply_markup", {})) for m in shown]

    async def _updates(self, **content: Any) -> None:
        await self.peer.update(message=self._message(**content))

    def _message(self, **content: Any) -> dict[str, Any]:
        self.sent += 1
        sender = {"id": self.person, "is_bot": False, "first_name": "Ana", "language_code": self.language}
        chat = {"id": self.person, "type": "private", "first_name": "Ana"}
        return {"message_id": 90_000 + self.sent, "date": int(time.time()), "chat": chat, "from": sender, **content}


# ---------------------------------------------------------------------- the house


@asynccontextmanager
async def living(house: House, port: int, watch: Any, *works: Work) -> AsyncIterator[None]:
    """The house as it runs in production, on a real socket; `works` beside the web application."""
    house.turns = replace(house.turns, watch=watch)
    app = create_app(house.channels, house.intake(), ready=house.store.ready, static_help=house.static_help)
    stop = asyncio.Event()
    running = asyncio.create_task(house.run(stop, *works))
    try:
        async with serving(app, port):
            yield
    finally:
        stop.set()
        await running
