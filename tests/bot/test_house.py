"""How the parts are built and held together: keys, the store, what is imported, what keeps running."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot import embedded, house, logs
from bot.channels.telegram import Telegram
from bot.house import House, prepared, static_help, store_url, vault_of
from bot.messages import Leave
from bot.settings import Settings, SettingsError
from bot.vault import Vault
from tests.bot.steps import ROOM
from tests.bot.test_settings import GOOD, OPERATOR, SMS, TELEGRAM
from tests.conversation import today
from tests.polling import until
from tests.servers import Running, start_embedded

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def state(short_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """A state folder; the server that was started for it is ended."""
    folder = short_folder / tmp_path.name
    yield folder
    embedded.stop(folder)


@pytest.fixture
async def built(embedded_server: Running) -> AsyncIterator[House]:
    """A house with all channels on the test's store."""
    embedded_server.raw.flushall()
    env = {**GOOD, "REDIS_URL": embedded_server.url, "RUMBO_KEYS": Vault.new_secret()}
    made = House(Settings.from_env(env))
    made.guide = today()
    yield made
    await made.close()


# ---------------------------------------------------------------------- key and store


def test_an_own_key_is_made_once_and_is_nobody_elses(state: Path) -> None:
    """Readable by its owner only, also when somebody had opened it."""
    settings = Settings.from_env({**GOOD, "RUMBO_STATE": str(state)})
    sealed = vault_of(settings).seal(b"text", "place")
    (state / "key").chmod(0o644)
    assert vault_of(settings).open(sealed, "place") == b"text"
    assert (state / "key").stat().st_mode & 0o777 == 0o600
    assert state.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in state.iterdir()] == ["key"]


def test_processes_that_start_together_share_the_key(state: Path) -> None:
    """None of them reads half of what another is writing."""
    settings = Settings.from_env({**GOOD, "RUMBO_STATE": str(state)})
    with ThreadPoolExecutor(16) as threads:
        vaults = list(threads.map(lambda _: vault_of(settings), range(64)))
    sealed = vaults[0].seal(b"text", "place")
    assert {vault.open(sealed, "place") for vault in vaults} == {b"text"}


def test_a_state_folder_that_cannot_be_used(tmp_path: Path) -> None:
    """A line that says which, for the key and for the server."""
    (tmp_path / "file").touch()
    settings = Settings.from_env({**GOOD, "RUMBO_STATE": str(tmp_path / "file" / "state")})
    for use in (vault_of, store_url):
        with pytest.raises(SettingsError) as raised:
            use(settings)
        (mistake,) = raised.value.mistakes
        assert str(tmp_path / "file") in mistake


def test_a_spoilt_key_file(state: Path) -> None:
    """Said without quoting it."""
    state.mkdir()
    (state / "key").write_text("hush")
    with pytest.raises(SettingsError) as raised:
        vault_of(Settings.from_env({**GOOD, "RUMBO_STATE": str(state)}))
    assert "hush" not in str(raised.value)


async def test_the_sweep_revives_the_bundled_server(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else would; what it held is there again (FC-30)."""
    monkeypatch.setattr(house, "SWEEP_EVERY", 0.05)
    server = start_embedded(state)
    made = House(Settings.from_env({**GOOD, "RUMBO_STATE": str(state)}))
    made.guide = today()
    stop = asyncio.Event()
    sweeping = asyncio.create_task(made.run(stop, made.sweep))
    await until(made.store.ready)
    server.raw.shutdown(nosave=True, force=True)
    server.raw.close()
    await until(made.store.ready)
    stop.set()
    await sweeping


async def test_a_store_that_may_forget_is_warned_of(
    built: House, embedded_server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Loudly, once (FC-31)."""
    embedded_server.raw.config_set("maxmemory-policy", "allkeys-lru")
    stop = asyncio.Event()
    sweeping = asyncio.create_task(built.sweep(stop))
    await until(lambda: "allkeys-lru" in caplog.text)
    stop.set()
    await sweeping
    embedded_server.raw.config_set("maxmemory-policy", "noeviction")
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


async def test_a_store_that_forgets_nothing_is_not(built: House, caplog: pytest.LogCaptureFixture) -> None:
    """The bundled one, as it is started."""
    stop = asyncio.Event()
    sweeping = asyncio.create_task(built.sweep(stop))
    await asyncio.sleep(0)
    stop.set()
    await sweeping
    assert caplog.records == []


# ---------------------------------------------------------------------- what runs


async def test_work_that_breaks_begins_again(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """People still wait for answers; the log tells where, not what."""
    monkeypatch.setattr(house, "_BEGIN_AGAIN_AFTER", 0.0)
    stop, runs = asyncio.Event(), 0

    async def work(stop: asyncio.Event) -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(broken())
        await stop.wait()

    async def broken() -> None:
        raise KeyError("CANARIO")

    running = asyncio.create_task(house._kept_up(work, stop))
    await until(lambda: runs == 3)
    stop.set()
    await running
    assert [record.getMessage().split(" < ")[0].rsplit(":", 1)[0] for record in caplog.records] == [
        "work begins again after KeyError at test_house.py"
    ] * 2
    assert "CANARIO" not in caplog.text


async def test_a_sender_that_broke_gives_back_what_it_had_read(
    built: House, embedded_server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would wait for another process that may not exist."""

    class Broken:
        """A sender with a bug."""

        def __init__(self, *_: object) -> None:
            pass

        async def run(self, _: asyncio.Event) -> None:
            """Take entries, and break."""
            await built.store.read(ROOM, 0.0)
            raise RuntimeError

    monkeypatch.setattr(house, "Sender", Broken)
    with pytest.raises(RuntimeError):
        await built.send(asyncio.Event())
    assert list(embedded_server.raw.scan_iter("*:lease")) == []


@pytest.mark.parametrize(("hint", "language"), [(None, "es"), ("en-US", "en"), ("xx", "es")])
async def test_a_group_gets_one_neutral_line(
    built: House, monkeypatch: pytest.MonkeyPatch, hint: str | None, language: str
) -> None:
    """The words are ours, in the language of whoever added us; the link is the channel's (FC-36)."""
    said: list[tuple[int, str]] = []

    async def leave(_: Telegram, chat: int, text: str) -> None:
        said.append((chat, text))

    monkeypatch.setattr(Telegram, "leave", leave)
    await built.leave(Leave(-4000001, "u1", hint))
    ((chat, line),) = said
    assert chat == -4000001
    assert line == today().catalogues[language].text("odd.group", link="LINK").replace("LINK", "").strip()


def test_static_help_is_ready_before_it_is_needed() -> None:
    """In three languages, with a number to call and an address (FC-30)."""
    text = static_help(today())
    for words in ("no funciona", "Pa mache", "Not working", "911", today().operator.url):
        assert words in text


# ---------------------------------------------------------------------- before anything runs


def test_mistakes_in_settings_and_content_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that nobody thought of."""

    def unreadable() -> None:
        raise FileNotFoundError("towns.tsv")

    monkeypatch.setattr(house, "load_guide", unreadable)
    with pytest.raises(SettingsError) as raised:
        prepared({**GOOD, "RUMBO_PORT": "x"})
    port, content = raised.value.mistakes
    assert port.startswith("RUMBO_PORT")
    assert "towns.tsv" in content


@pytest.mark.parametrize(
    ("channels", "absent"),
    [(SMS, "telegram"), ({**TELEGRAM, "TELEGRAM_WEBHOOK_SECRET": "a"}, "twilio")],
)
def test_only_what_is_on_is_imported(channels: dict[str, str], absent: str, embedded_server: Running) -> None:
    """Each carrier's library takes a second and tens of megabytes."""
    env = {**OPERATOR, **channels, "REDIS_URL": embedded_server.url, "RUMBO_KEYS": Vault.new_secret()}
    code = f"import sys, os, bot.asgi as a; a.build(); sys.exit({absent!r} in sys.modules)"
    environment = {**env, "PATH": os.environ["PATH"]}
    result = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert (result.returncode, "Error" in result.stderr) == (0, False), result.stderr


# ---------------------------------------------------------------------- the log


def test_an_error_is_told_by_class_and_place() -> None:
    """Its message may quote what a person wrote."""
    with pytest.raises(ValueError, match="CANARIO") as raised:
        int("CANARIO")
    assert logs.told(raised.value).startswith("ValueError at test_house.py:")
    assert logs.told(ValueError("CANARIO")) == "ValueError at an unknown place"
    assert logs.told(None) == "no error"


def test_a_record_with_an_exception_keeps_its_message_to_itself() -> None:
    """Whoever logs it: the HTTP server, for one."""
    record = logging.LogRecord("_granian", logging.ERROR, "", 0, "raised", (), (KeyError, KeyError("CANARIO"), None))
    text = logs._Formatter().format(record)
    assert "KeyError" in text
    assert "CANARIO" not in text
