"""Stand-ins for the carriers, shared by every test that talks to one: Twilio and Telegram as node processes.

Nothing is copied into the repository. The scripts and their data are in `shared`, beside the repository (its README:
`shared/peers/README.md`); their npm packages are installed once per machine into a cache outside it. Where `shared` or
node is missing, the fixtures skip and say why.

How to use it in a test (fixtures come by `conftest.py` of this folder):

    async def test_a_walk(twilio_peer: TwilioPeer, app_port: int) -> None:
        account = twilio_peer.account()                        # for Sms(account, "+12025550100")
        async with serving(create_app(...), app_port):         # where the peers deliver what goes to PUBLIC_URL
            await twilio_peer.inbound("+12025550111", "hola")  # a signed webhook, as Twilio posts it
            ...
            assert await twilio_peer.texts("+12025550111") == ["…"]

    async def test_another(telegram_peer: TelegramPeer, app_port: int) -> None:
        telegram = Telegram(TELEGRAM_TOKEN, SECRET, api=telegram_peer.api)
        async with serving(create_app(...), app_port):
            await telegram_peer.set_webhook(SECRET)            # without it the update waits for polling
            await telegram_peer.says(7000001, "/start")
            await eventually(lambda: telegram_peer.texts(7000001))
            await telegram_peer.taps(7000001, "Español")       # a button of the last message, by part of its label

At the end: `await twilio_peer.violations() == []`, `await telegram_peer.failed() == []` and
`await telegram_peer.unanswered() == []`.
"""

import asyncio
import hashlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.types import ASGIApp

from bot.channels.twilio import Account

T = TypeVar("T")

SHARED = Path(__file__).resolve().parents[2].parent / "shared"

PUBLIC_URL = "https://bot.example.org"
"""The address that carriers are told. The peers sign for it and deliver to `app_port`, as behind a proxy."""

ACCOUNT_SID = "AC" + "a" * 32
AUTH_TOKEN = "test_token"
TELEGRAM_TOKEN = "123:ABC"


class Absent(Exception):
    """What the peers need is not on this machine; the text says what."""


def segments_oracle(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Twilio's own count for each text: `encoding`, `segments`, `nonGsm`. Raises Absent."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    command = [_node(), str(_script("segments.cjs"))]
    ran = subprocess.run(
        command, input=lines, env=_environment(), capture_output=True, text=True, timeout=60, check=True
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


@dataclass(frozen=True)
class Peers:
    """The running processes and where the application under test must listen."""

    twilio: str
    telegram: str
    app_port: int


@contextmanager
def running_peers() -> Iterator[Peers]:
    """Both peers on free ports, until the end of the block. Raises Absent."""
    app, telegram, twilio = _free_port(), _free_port(), _free_port(and_after=1000)
    urls = {"PUBLIC_URL": PUBLIC_URL, "LOCAL_URL": f"http://127.0.0.1:{app}"}
    specs = SHARED / "specs"
    with (
        _process(
            "tg-peer.cjs",
            PORT=str(telegram),
            TG_SPEC=str(specs / "telegram_bot_api.json"),
            TIME_SCALE="0.01",
            **urls,
        ),
        _process(
            "twilio-peer.cjs",
            PORT=str(twilio),
            TWILIO_SPEC=str(specs / "twilio_messaging_strict.json"),
            ACCOUNT_SID=ACCOUNT_SID,
            AUTH_TOKEN=AUTH_TOKEN,
            DELAY_MS="1",
            PRISM_BIN=str(_packages() / "@stoplight/prism-cli/dist/index.js"),
            **urls,
        ),
    ):
        yield Peers(f"http://127.0.0.1:{twilio}", f"http://127.0.0.1:{telegram}", app)


class _Peer:
    """The control calls that both peers have."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def post(self, path: str, **body: Any) -> Any:
        """One control call; its JSON. An answer that is no success fails the test."""
        timeout = aiohttp.ClientTimeout(total=30)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(self.url + path, json=body) as response,
        ):
            answer = await response.json()
            assert response.ok, f"{path}: {answer}"
            return answer

    async def fault(self, **fault: Any) -> None:
        """Make the next call or calls fail; the parameters are in `shared/channels.md` section 11."""
        await self.post("/__peer/fault", **fault)

    async def reset(self) -> None:
        """Forget everything: messages, calls, faults, opt-outs, webhooks."""
        await self.post("/__peer/reset")


class TwilioPeer(_Peer):
    """Twilio as a whole: REST API, opt-outs, 24-hour window, signed webhooks."""

    number = "+12025550100"
    """Ours, on both channels."""

    def account(self, public_url: str = PUBLIC_URL) -> Account:
        """The account to give to `Sms` and `WhatsApp`."""
        return Account(ACCOUNT_SID, (AUTH_TOKEN,), public_url, api=self.url)

    async def inbound(
        self, person: str, body: str | None = None, *, path: str = "/twilio/inbound", **extra: Any
    ) -> Any:
        """A message from a person, posted to the application; WhatsApp when `person` begins with "whatsapp:".

        `extra` is the peer's own: `button={"text", "payload"}`, `list={"id", "title"}`, `location={…}`,
        `media=[{"type"}]`, `bsuid`, `sid`, `bad_signature`, `shared_key`, `advanced_opt_out`, `fallback_url`,
        `extra={…}` for raw fields.
        Returns what the application did: `response` (`status`, `body`, `type`, `attempts`), `replies` (by TwiML),
        `auto_keyword`, `fallback`, `params`.
        """
        message = {"from": person, "to": self.number, "url": PUBLIC_URL + path, **extra}
        return await self.post("/__peer/inbound", **message, **({} if body is None else {"body": body}))

    async def outcome(self, **outcome: Any) -> None:
        """Decide the callbacks of the next message: `to`, `steps` or `code`, `order="reverse"`, `duplicate=True`."""
        await self.post("/__peer/outcome", **outcome)

    async def clock(self, seconds: int) -> None:
        """Move Twilio's clock, so that the 24-hour window closes."""
        await self.post("/__peer/clock", seconds=seconds)

    async def state(self) -> Any:
        """`sent`, `callbacks`, `calls`, `contents`, `optout`."""
        return await self.post("/__peer/state")

    async def calls(self) -> list[Any]:
        """Every REST call: `method`, `path`, `params`, `status`, `violations`."""
        return list((await self.state())["calls"])

    async def texts(self, person: str) -> list[str]:
        """The texts accepted for a person, in order."""
        return [message["body"] for message in (await self.state())["sent"] if message["to"] == person]

    async def callbacks(self) -> list[Any]:
        """Every status callback made: `sid`, `status` (by HTTP, of the application's answer), `attempts`."""
        return list((await self.state())["callbacks"])

    async def violations(self) -> list[Any]:
        """Calls that broke Twilio's own description of its API: must be empty at the end of a test."""
        return [call for call in await self.calls() if call.get("violations")]


class TelegramPeer(_Peer):
    """Telegram's Bot API server and the phones of its people."""

    token = TELEGRAM_TOKEN

    @property
    def api(self) -> str:
        """For `Telegram(token, secret, api=…)`."""
        return f"{self.url}/bot"

    async def set_webhook(self, secret: str, path: str = "/telegram/hook") -> None:
        """Deliver updates to the application from now on, as `rumbo setup telegram` would ask."""
        await self.post(f"/bot{self.token}/setWebhook", url=PUBLIC_URL + path, secret_token=secret)

    async def says(self, person: int, text: str, language: str = "es") -> None:
        """A text, or a command, in the private chat."""
        await self._phone("/sendMessage", person, language, text=text)

    async def shares(self, person: int, latitude: float, longitude: float) -> None:
        """A location."""
        await self._phone("/sendMessage", person, "es", location={"latitude": latitude, "longitude": longitude})

    async def taps(self, person: int, label: str, back: int = 0) -> str:
        """A button whose label contains `label`, under the last message with buttons, or `back` such messages earlier.

        Returns its callback data.
        """
        shown = [message for message in await self.shown(person) if _buttons(message)]
        message = shown[-1 - back]
        data = next(button["callback_data"] for button in _buttons(message) if label in button["text"])
        await self.taps_data(person, data, message["message_id"])
        return str(data)

    async def taps_data(self, person: int, data: str, message_id: int) -> None:
        """A button press with this callback data; refused by the peer if the message has buttons but not that one."""
        message = {"message_id": message_id, "chat": {"id": person, "type": "private"}}
        await self.post("/sendCallback", botToken=self.token, data=data, message=message, **{"from": _user(person)})

    async def update(self, **update: Any) -> int:
        """Any update, checked against the Bot API's description, such as `edited_message={…}`; its id."""
        return int((await self.post("/__peer/update", token=self.token, update=update))["update_id"])

    async def shown(self, person: int) -> list[dict[str, Any]]:
        """What the person sees of us, in order: the parameters of each message, and its `message_id`."""
        history = (await self.post("/getUpdatesHistory", token=self.token))["result"]
        ours = (entry for entry in history if "messageId" in entry and "message" in entry)
        return [
            {**entry["message"], "message_id": entry["messageId"]}
            for entry in ours
            if str(entry["message"].get("chat_id")) == str(person)
        ]

    async def texts(self, person: int) -> list[str]:
        """The texts the person sees, in order, as sent (HTML)."""
        return [message["text"] for message in await self.shown(person)]

    async def calls(self, method: str = "") -> list[Any]:
        """Every call of the bot: `method`, `params`, `ok`, `error`; or only those of one method."""
        return [call for call in await self.post("/__peer/calls") if not method or call["method"] == method]

    async def failed(self) -> list[Any]:
        """Calls that were refused: must be empty at the end of a test that set no fault."""
        return [call for call in await self.calls() if not call["ok"]]

    async def unanswered(self) -> list[Any]:
        """Button presses still spinning on the phone: must be empty at the end of a test."""
        return list(await self.post("/__peer/unanswered"))

    async def _phone(self, path: str, person: int, language: str, **message: Any) -> None:
        chat = {"id": person, "type": "private", "first_name": "Ana"}
        sender = _user(person, language)
        await self.post(path, botToken=self.token, chat=chat, date=int(time.time()), **{"from": sender}, **message)


@asynccontextmanager
async def serving(app: ASGIApp, port: int) -> AsyncIterator[None]:
    """The application on a real socket, by the server that production uses."""
    server = Server(app, "127.0.0.1", port, interface=Interfaces.ASGI, log_enabled=False)
    task = asyncio.ensure_future(server.serve())
    try:
        await eventually(lambda: _accepts(port))
        yield
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await task


async def eventually(check: Callable[[], Awaitable[T]], seconds: float = 10.0) -> T:
    """The first result of `check` that is true, or its last one when the time is over, for the test to assert on."""
    end = time.monotonic() + seconds
    while not (result := await check()) and time.monotonic() < end:  # noqa: ASYNC110 - what is awaited is elsewhere
        await asyncio.sleep(0.02)
    return result


@pytest.fixture(scope="session")
def peers() -> Iterator[Peers]:
    """Both peers, started once for a test run."""
    try:
        with running_peers() as running:
            yield running
    except Absent as reason:
        pytest.skip(f"no stand-ins for the carriers: {reason}")


@pytest.fixture
def app_port(peers: Peers) -> int:
    """Where the application under test must listen."""
    return peers.app_port


@pytest.fixture
async def twilio_peer(peers: Peers) -> TwilioPeer:
    """Twilio, with nothing remembered."""
    peer = TwilioPeer(peers.twilio)
    await peer.reset()
    return peer


@pytest.fixture
async def telegram_peer(peers: Peers) -> TelegramPeer:
    """Telegram, with nothing remembered and no webhook set."""
    peer = TelegramPeer(peers.telegram)
    await peer.reset()
    return peer


def _user(person: int, language: str = "es") -> dict[str, Any]:
    return {"id": person, "is_bot": False, "first_name": "Ana", "language_code": language}


def _buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    keyboard = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in keyboard for button in row]


async def _accepts(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _free_port(and_after: int | None = None) -> int:
    """A free port, with the one `and_after` it free too (Prism takes it)."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + and_after if and_after else 0))
            except (OSError, OverflowError):
                continue
            return port


@contextmanager
def _process(script: str, **environment: str) -> Iterator[None]:
    """A peer, from the moment it says that it listens; ended by its process id."""
    command = [_node(), str(_script(script))]
    process = subprocess.Popen(
        command, env={**_environment(), **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        if process.stdout is None or "peer on" not in process.stdout.readline():
            raise Absent(f"{script} did not start")
        yield
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


def _node() -> str:
    node = shutil.which("node")
    if not node:
        raise Absent("node is not installed")
    return node


def _script(name: str) -> Path:
    script = SHARED / "peers" / name
    if not script.exists():
        raise Absent(f"{script} is not there")
    return script


def _environment() -> dict[str, str]:
    return {**os.environ, "NODE_PATH": str(_packages())}


def _packages() -> Path:
    """The peers' npm packages, installed at the first use in a folder named after what they are. Raises Absent."""
    manifest = _script("package.json")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rumbo-peers"
    target = cache / hashlib.sha256(manifest.read_bytes()).hexdigest()[:16]
    if not target.exists():
        _install(manifest, target)
    return target / "node_modules"


def _install(manifest: Path, target: Path) -> None:
    """Install beside the target and move into place at once, so that test processes side by side never see a half."""
    npm = shutil.which("npm")
    if not npm:
        raise Absent("npm is not installed")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        shutil.copyfile(manifest, Path(folder) / "package.json")
        command = [npm, "install", "--no-audit", "--no-fund"]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        if ran.returncode:
            raise Absent(f"npm install failed: {ran.stderr.strip()[-300:]}")
        try:
            Path(folder).rename(target)
        except OSError:
            return  # another process was first
        Path(folder).mkdir()  # for the temporary folder's own clean-up
