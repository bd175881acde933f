"""Rumbo in real processes: what starts, what does not, and what survives when one of them dies."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from xml.etree import ElementTree

import pytest
from httpx import AsyncClient
from redis.exceptions import RedisError

from bot import embedded
from bot.vault import Vault
from bot.web import BODY_LIMIT
from tests.bot.stand_in import Answer, StandIn, standing_in
from tests.polling import until
from tests.processes import ROOT, Carrier, Process, ran, running, settings, up
from tests.servers import Running, end, start_embedded

# What either carrier's library makes sense of.
SENT = {
    "sid": "SM" + "0" * 32,
    "ok": True,
    "result": {  # a message, and a bot
        "message_id": 1,
        "date": 1,
        "chat": {"id": 7000001, "type": "private"},
        "id": 1,
        "is_bot": True,
        "first_name": "Rumbo",
        "username": "rumbo_bot",
    },
}
LOOPS_IN_TROUBLE = re.compile(r"Traceback|Event loop is closed|attached to a different loop|never awaited|Unclosed")


@pytest.fixture
async def carrier() -> AsyncIterator[StandIn]:
    """What everybody's replies are sent to."""
    async with standing_in(Answer(201, SENT)) as stand_in:
        yield stand_in


@pytest.fixture
def state(short_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """A state folder with a bundled server, which is ended afterwards."""
    folder = short_folder / tmp_path.name
    yield folder
    embedded.stop(folder)


@asynccontextmanager
async def webhooks(process: Process) -> AsyncIterator[Carrier]:
    """The carriers' side of a process that is up."""
    async with AsyncClient(base_url=f"http://127.0.0.1:{process.port}", timeout=10) as http:
        carrier = Carrier(http)
        await up(process, carrier)
        yield carrier


def sent(carrier: StandIn) -> Counter[str]:
    """How many messages went to whom."""
    calls = (call.data for call in carrier.calls if call.method == "POST")
    return Counter(str(data.get("To") or data.get("chat_id")) for data in calls)


def texts(carrier: StandIn, person: str) -> list[str]:
    """What went to a person by SMS."""
    return [call.data["Body"] for call in carrier.calls if call.data.get("To") == person]


async def test_two_workers_answer_everybody_once(tmp_path: Path, state: Path, carrier: StandIn) -> None:
    """Nothing but the least settings: own server, own key, a sender in each worker (FC-20, FC-27)."""
    env = settings(carrier.url, RUMBO_STATE=str(state), RUMBO_WORKERS="2")
    people = [f"+1202555{number:04}" for number in range(100, 120)]
    with running(tmp_path, env, "serve") as process:
        async with webhooks(process) as phone:
            await until(lambda: len(process.workers) == 2)
            assert (await phone.http.get("/health/ready")).status_code == 200
            twice = [phone.twilio(person, "hola", f"SM{person}") for person in people * 2]
            assert {answer.status_code for answer in await asyncio.gather(*twice)} == {200}
            assert (await phone.telegram(7000001, "/start", 1)).status_code == 200
            await until(lambda: len(sent(carrier)) == len(people) + 1, within=2)
            refused = [
                (await phone.twilio("+12025550199", "hola", "SM1", secret="another")).status_code,
                (await phone.telegram(7000009, "hola", 2, secret="another")).status_code,
                (await phone.http.post("/twilio/inbound", content=b"x" * (BODY_LIMIT + 1))).status_code,
                (await phone.twilio("", "hola", "SM2")).status_code,  # malformed: delivered again it would stay so
            ]
            assert refused == [403, 403, 413, 200]
        assert process.ends() == 0
    assert sent(carrier) == dict.fromkeys([*people, "7000001"], 1)
    assert (state / "key").stat().st_mode & 0o777 == 0o600
    assert not LOOPS_IN_TROUBLE.search(process.log), process.log


async def test_a_killed_web_process_loses_nothing(tmp_path: Path, embedded_server: Running, carrier: StandIn) -> None:
    """Another takes over where it was; replies wait for the sender, which is a process of its own."""
    embedded_server.raw.flushall()
    env = settings(carrier.url, REDIS_URL=embedded_server.url, RUMBO_KEYS=Vault.new_secret())
    first, second = "+12025550111", "+12025550112"
    with running(tmp_path, env, "serve", "--no-send") as process:
        async with webhooks(process) as phone:
            await phone.twilio(first, "hola", "SM1")
            os.kill(process.workers[-1], signal.SIGKILL)
            await until(lambda: len(process.workers) == 2)
            await up(process, phone)
            await phone.twilio(first, "1", "SM2")
            await phone.twilio(second, "hello", "SM3")
            assert sent(carrier) == {}
            with running(tmp_path, env, "send") as sender:
                await until(lambda: sent(carrier) == {first: 1, second: 1})
                await phone.twilio(first, "1", "SM4")
                await until(lambda: sent(carrier)[first] == 2)
                assert sender.ends() == 0
            await phone.twilio(first, "1", "SM5")
        assert process.ends() == 0
    consent, where = texts(carrier, first)
    assert "Casa Ejemplo" in consent  # only the language menu leads there
    assert where != consent
    assert not LOOPS_IN_TROUBLE.search(sender.log), sender.log


async def test_the_store_is_away_and_comes_back(tmp_path: Path, short_folder: Path, carrier: StandIn) -> None:
    """503 so that the carrier delivers again, static help meanwhile, and no restart needed (FC-30)."""
    folder = short_folder / "away"
    store = start_embedded(folder)
    env = settings(carrier.url, REDIS_URL=store.url, RUMBO_KEYS=Vault.new_secret())
    with running(tmp_path, env, "serve") as process:
        async with webhooks(process) as phone:
            end(store, signal.SIGKILL)
            away = await phone.twilio("+12025550111", "hola", "SM1")
            assert (away.status_code, away.headers["retry-after"]) == (503, "5")
            assert (await phone.http.get("/health/ready")).status_code == 503
            assert (await phone.http.get("/health/live")).status_code == 200
            helps = [await phone.twilio("+12025550111", "hola", "SM1", path="/twilio/fallback") for _ in range(3)]
            assert [len(ElementTree.fromstring(answer.content)) for answer in helps] == [1, 0, 0]  # noqa: S314  # ours
            for words in ("no funciona", "Pa mache", "Not working", "911", "https://example.org/rumbo"):
                assert words in helps[0].text
            store = start_embedded(folder)
            try:
                assert (await phone.twilio("+12025550111", "hola", "SM1")).status_code == 200
                await until(lambda: sent(carrier) == {"+12025550111": 1})
                assert (await phone.http.get("/health/ready")).status_code == 200
            finally:
                end(store)
        assert process.ends() == 0
    assert not LOOPS_IN_TROUBLE.search(process.log), process.log


@pytest.mark.parametrize("told", [(signal.SIGTERM,), (signal.SIGHUP,), (signal.SIGHUP, signal.SIGHUP)])
async def test_a_chat_that_is_ended_leaves_nothing(
    tmp_path: Path, short_folder: Path, told: tuple[signal.Signals, ...]
) -> None:
    """It waits for a line when the terminal closes, which may say so twice: its own server and folder go with it."""
    folder = short_folder / f"chat-{'-'.join(number.name for number in told)}"
    folder.mkdir()
    env = {**settings("http://127.0.0.1:1"), "TMPDIR": str(folder)}
    with running(tmp_path, env, "chat", stdin=subprocess.PIPE) as process:
        await until(lambda: process.log.endswith("> "), within=30)
        (state,) = folder.glob("rumbo-*")
        server = start_embedded(state)  # joins the one that runs
        for number in told:
            os.kill(process.inner.pid, number)
        await until(lambda: process.inner.poll() == 130)
        await until(lambda: is_gone(server))
    assert list(folder.iterdir()) == []


def is_gone(server: Running) -> bool:
    """Whether a server answers no more."""
    try:
        return not server.raw.ping()
    except RedisError:
        return True


BAD = {
    "RUMBO_OPERATOR": "",
    "RUMBO_PUBLIC_URL": "http://bot.example.org",
    "RUMBO_PORT": "eighty",
    "RUMBO_KEYS": "short",
    "TWILIO_AUTH_TOKEN": "",
    "TELEGRAM_BOT_TOKEN": "no-colon-hush",
}


@pytest.mark.parametrize("command", ["serve", "send", "poll"])
def test_bad_settings(short_folder: Path, command: str) -> None:
    """Exit code 2 and a line for every mistake; no traceback, no secret."""
    code, lines, out = ran({**settings("http://127.0.0.1:1"), **BAD, "RUMBO_STATE": str(short_folder / "bad")}, command)
    assert (code, out) == (2, "")
    assert sorted(re.match(r"rumbo: (\w+)", line)[1] for line in lines) == sorted(BAD)  # type: ignore[index]
    assert "hush" not in "\n".join(lines)


@pytest.mark.usefixtures("short_folder")
def test_a_port_that_is_taken() -> None:
    """By whomever: said in one line, before anything is served."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        env = settings("http://127.0.0.1:1", REDIS_URL="redis://127.0.0.1:1", RUMBO_KEYS=Vault.new_secret())
        code, lines, out = ran({**env, "RUMBO_PORT": port}, "serve")
    assert (code, len(lines), out) == (2, 1, "")
    assert "RUMBO_PORT" in lines[0]
    assert port in lines[0]


def test_bad_content(tmp_path: Path, short_folder: Path) -> None:
    """Every mistake in every file is told, beside those in the settings, and no port is opened."""
    for name in ("bot", "conversations", "locales"):
        shutil.copytree(ROOT / name, tmp_path / name)
    content = tmp_path / "conversations" / "content"
    spoil(content / "questions.yaml", "kind: country", "kind: riddle")
    spoil(content / "pathways" / "us.yaml", "status: limited", "status: sometimes")
    env = settings("http://127.0.0.1:1", RUMBO_STATE=str(short_folder / "bad"), RUMBO_PORT="eighty")
    code, lines, _ = ran(env, "serve", cwd=tmp_path)
    assert code == 2
    assert all(line.startswith("rumbo: ") for line in lines)
    assert {name for name in ("questions.yaml", "us.yaml", "RUMBO_PORT") if any(name in line for line in lines)} == {
        "questions.yaml",
        "us.yaml",
        "RUMBO_PORT",
    }


def spoil(file: Path, old: str, new: str) -> None:
    """Put a mistake into a file."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
