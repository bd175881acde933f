"""A conversation in a terminal, or from a script: acts of the person in, what the channel would show out."""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot import embedded
from bot.channels import Channel, Payload, read_tap
from bot.channels.form import Form
from bot.channels.gsm7 import measure
from bot.channels.sms import Sms
from bot.channels.twilio import Account
from bot.channels.whatsapp import WhatsApp
from bot.messages import CHANNELS, Address, ChannelName, Inbound
from bot.simulator.script import Act, ScriptError, parse_act, point, span
from bot.store.redis import RedisStore
from bot.turns import Turns
from bot.vault import Vault
from conversations.assessment import plain_facts
from conversations.catalogue import Catalogue
from conversations.converse import Turn
from conversations.events import Event, Place, Text, Unreadable
from conversations.guide import Guide
from conversations.medium import MEDIA
from conversations.message import Choice, Message
from conversations.planner import Plan
from conversations.session import Session

NUMBERS = {"sms": "+1202555{:04d}", "whatsapp": "whatsapp:+5255000{:05d}", "telegram": "70{:05d}"}
MENUS = frozenset(("results", "card", "centres", "lines"))
"""What may stay open without asking anything: the interview is over, or has not begun."""

_READS = timedelta(seconds=5)
"""How long the person at the terminal takes to read, by the clock of the conversation."""


@dataclass
class Talker:
    """One person of a script: their address, and what they were shown."""

    name: str
    address: Address
    shown: list[tuple[Choice, ...]] = field(default_factory=list)
    last: Inbound | None = None


@dataclass
class Heard:
    """What a turn led to, as seen by the watcher."""

    turn: Turn
    messages: Sequence[Message]
    catalogue: Catalogue


class Terminal:
    """Plays acts against the real turn and store."""

    def __init__(self, guide: Guide, channel: str, now: datetime, language: str | None, as_json: bool) -> None:
        self.guide = guide
        self.channel = channel
        self.now = now
        self.language = language
        self.as_json = as_json
        self.talkers: dict[str, Talker] = {}
        self.channels: dict[ChannelName, Channel] = {}
        self.turn = 0
        self.heard: list[Heard] = []

    # ------------------------------------------------------------------ ways to talk

    async def play(self, acts: Sequence[Act]) -> int:
        """Play a script to its end."""
        async with self._running() as turns:
            talker = self._talker("A", self.channel)
            for act in acts:
                if act.person or act.channel:
                    talker = self._talker(act.person or talker.name, act.channel or talker.address.channel)
                await self._act(turns, talker, act)
        return 0

    async def talk(self) -> int:
        """Talk until the end of input."""
        async with self._running() as turns:
            talker = self._talker("A", self.channel)
            print("Write as you would on your phone. @tap N presses a button; Ctrl-D ends.\n")
            await self._act(turns, talker, Act("text", "hola"))
            while True:
                line = _ask("> ")
                if line is None:
                    return 0
                try:
                    await self._act(turns, talker, parse_act(line))
                except ScriptError as error:
                    print(error)

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[Turns]:
        """The turn on a server of its own, which ends and leaves nothing behind."""
        folder = Path(tempfile.mkdtemp(prefix="rumbo-"))
        try:
            store = RedisStore(embedded.start(folder), Vault.from_text(Vault.new_secret()))
            turns = Turns(lambda: self.guide, store, self.channels, watch=self._watch, clock=lambda: self.now)
            self.store = store
            yield turns
            await store.close()
            for channel in self.channels.values():
                await channel.close()
        finally:
            await asyncio.to_thread(embedded.stop, folder)
            shutil.rmtree(folder, ignore_errors=True)

    # ------------------------------------------------------------------ one act

    async def _act(self, turns: Turns, talker: Talker, act: Act) -> None:
        if act.kind == "wait":
            self.now += span(act.argument)
            return
        self.now += _READS
        inbound = self._inbound(talker, act)
        if not self.as_json and sys.stdout.isatty() is False:
            print(f"> {_spoken(act)}")
        self.heard.clear()
        await turns.receive(inbound, self.channels[talker.address.channel])
        talker.last = inbound
        payloads = await self._sent(talker)
        heard = self.heard[-1] if self.heard else None
        if heard is not None:
            talker.shown += [message.choices for message in heard.messages]
        self._show(talker, act, payloads, heard)

    def _inbound(self, talker: Talker, act: Act) -> Inbound:
        if act.kind == "duplicate":
            if talker.last is None:
                raise ScriptError("@duplicate: nothing was sent yet")
            return talker.last
        self.turn += 1
        event = self._event(talker, act)
        channel = self.channels[talker.address.channel]
        carrier = None
        if isinstance(channel, Sms) and isinstance(event, Text):  # as its webhook would be read, reserved words and all
            read = channel.read(Form({"From": talker.address.user, "Body": event.body}), f"S{self.turn}")
            event, carrier = (read.event, read.carrier) if read else (event, None)
        return Inbound(talker.address, f"S{self.turn}", event, self.now, hint=self.language, carrier=carrier)

    def _event(self, talker: Talker, act: Act) -> Event:
        match act.kind:
            case "text":
                return Text(act.argument)
            case "edit":
                return Text(act.argument, edited=True)
            case "tap":
                return self._tap(talker, self._shown(talker, 1), act.argument)
            case "tap-old":
                back, _, number = act.argument.partition(" ")
                if not back.isdigit():
                    raise ScriptError(f"@tap-old {act.argument}: which message back, and a number")
                return self._tap(talker, self._shown(talker, int(back)), number)
            case "location" | "live-location":
                return Place(*point(act.argument), live=act.kind == "live-location")
            case "empty":
                return Unreadable("empty")
            case "voice" | "photo" | "sticker" | "contact":
                return Unreadable(act.kind)
        raise ScriptError(f"@{act.kind} cannot be played")

    def _shown(self, talker: Talker, back: int) -> tuple[Choice, ...]:
        with_choices = [choices for choices in talker.shown if choices]
        if not 1 <= back <= len(with_choices):
            raise ScriptError("there is no such message with buttons")
        return with_choices[-back]

    def _tap(self, talker: Talker, choices: Sequence[Choice], wanted: str) -> Event:
        """A press; on SMS, where nothing can be pressed, the number is typed."""
        wanted = wanted.strip()
        found = next((c for c in choices if wanted in (c.number, c.label)), None)
        found = found or next((c for c in choices if c.label.casefold().startswith(wanted.casefold())), None)
        if found is None:
            raise ScriptError(f"@tap {wanted}: the buttons are {', '.join(f'{c.number} {c.label}' for c in choices)}")
        tap = read_tap(found.id) if MEDIA[talker.address.channel].taps else None
        return tap or Text(found.number)

    async def _sent(self, talker: Talker) -> list[Payload]:
        """What waits for delivery, taken as delivered."""
        payloads = []
        while waiting := await self.store.read(dict.fromkeys(CHANNELS, 10), 0.0):
            for entry in waiting:
                if entry.outbound.to == talker.address and not entry.outbound.clears:
                    payloads.append(dict(entry.outbound.payload))
                await self.store.done(entry, "sent")
        return payloads

    def _watch(self, inbound: Inbound, turn: Turn, messages: Sequence[Message], catalogue: Catalogue) -> None:
        del inbound
        self.heard.append(Heard(turn, messages, catalogue))

    # ------------------------------------------------------------------ what is shown

    def _show(self, talker: Talker, act: Act, payloads: Sequence[Payload], heard: Heard | None) -> None:
        channel = self.channels[talker.address.channel]
        texts = [channel.shows(payload) for payload in payloads]
        if self.as_json:
            print(json.dumps(self._line(talker, act, texts, heard), ensure_ascii=False), flush=True)
            return
        for text in texts:
            print("\n".join(f"< {line}" for line in text.split("\n")))
            if talker.address.channel == "sms":
                size = measure(text)
                print(f"  ({size.encoding}, {size.segments} segment{'s' if size.segments > 1 else ''})")
        if talker.address.channel == "telegram" and heard and heard.messages:
            for choice in heard.messages[-1].choices:
                print(f"  [{'✓ ' if choice.ticked else ''}{choice.number}. {choice.label}]")
        print(flush=True)

    def _line(self, talker: Talker, act: Act, texts: Sequence[str], heard: Heard | None) -> dict[str, object]:
        session = heard.turn.session if heard else None
        choices = heard.messages[-1].choices if heard and heard.messages else ()
        asked = session.asked.id if session and session.asked and session.asked.id not in MENUS else None
        return {
            "turn": self.turn,
            "person": talker.name,
            "channel": talker.address.channel,
            "in": {"kind": act.kind, **({"body": act.argument} if act.argument else {})},
            "language": session.language if session else None,
            "asked": asked,
            "facts": self._facts(session, talker),
            "out": [self._out(talker, text, choices if n == len(texts) - 1 else ()) for n, text in enumerate(texts)],
            "notes": list(heard.turn.notes) if heard else [],
            "ended": asked is None,
        }

    def _out(self, talker: Talker, text: str, choices: Sequence[Choice]) -> dict[str, object]:
        out: dict[str, object] = {
            "text": text,
            "choices": [{"n": int(c.number), "id": c.id, "label": c.label} for c in choices],
        }
        if talker.address.channel == "sms":
            size = measure(text)
            out |= {"segments": size.segments, "encoding": size.encoding}
        return out

    def _facts(self, session: Session | None, talker: Talker) -> dict[str, object]:
        """The answers kept, as facts."""
        if session is None:
            return {}
        known = Plan(self.guide, session.answers, MEDIA[talker.address.channel].private).known
        asked = {fact for q in self.guide.questions if q.id in session.answers for fact in q.fills}
        return plain_facts(known, sorted(asked))

    # ------------------------------------------------------------------ people and channels

    def _talker(self, name: str, channel: str) -> Talker:
        if name not in self.talkers:
            user = NUMBERS[channel].format(len(self.talkers) + 100)
            self.talkers[name] = Talker(name, Address(_channel_name(channel), user))
        talker = self.talkers[name]
        if talker.address.channel not in self.channels:
            self.channels[talker.address.channel] = _channel(talker.address.channel)
        return talker


def _channel_name(name: str) -> ChannelName:
    match name:
        case "sms" | "whatsapp" | "telegram":
            return name
    raise ScriptError(f"no channel {name!r}")


def _channel(name: ChannelName) -> Channel:
    """A channel that will never send: it only parses and renders."""
    account = Account("AC" + "0" * 32, ("simulated",))
    match name:
        case "sms":
            return Sms(account, "+12025550100")
        case "whatsapp":
            return WhatsApp(account, "whatsapp:+12025550100")
    from bot.channels.telegram import Telegram  # 0.8 s to import: only where it is talked on

    return Telegram("7000000:simulated")


def _spoken(act: Act) -> str:
    return act.argument if act.kind == "text" else f"@{act.kind} {act.argument}".strip()


def _ask(prompt: str) -> str | None:
    """The next line; None at the end of input.

    It holds up the loop, where nothing else runs meanwhile: a thread that waits for a line could not be ended.
    """
    deferring = signal.signal(signal.SIGINT, signal.default_int_handler)  # asyncio's would wait for the line too
    try:
        return input(prompt)
    except EOFError:
        return None
    finally:
        signal.signal(signal.SIGINT, deferring)
