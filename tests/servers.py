"""Real servers for tests: the bundled one as people run it, and the same program as a cluster of one node."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from bot import embedded
from bot.vault import Vault


@dataclass(frozen=True)
class Running:
    """A server: its URL for the store, a plain client to look behind the store's back, its process."""

    url: str
    raw: Redis
    pid: int


def start_embedded(folder: Path) -> Running:
    """Start or join the bundled server of a folder."""
    url = embedded.start(folder)
    raw = Redis.from_url(url)
    return Running(url, raw, int(raw.info("server")["process_id"]))


def start_cluster(folder: Path) -> Running:
    """Start a cluster of one node on loopback that holds all slots."""
    port = free_port()
    command = [str(embedded.bundled_program()), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    command += ["--cluster-enabled", "yes", "--appendonly", "yes", "--save", "", "--loglevel", "warning"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    process.returncode = 0  # ended by pid, see `end`
    raw = Redis(port=port)
    _until(lambda: bool(raw.ping()))
    raw.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)  # type: ignore[no-untyped-call]
    _until(lambda: raw.execute_command("CLUSTER INFO")["cluster_state"] == "ok")  # type: ignore[no-untyped-call]
    return Running(f"redis+cluster://127.0.0.1:{port}", raw, process.pid)


def kind(key: bytes | str) -> str:
    """What a key of the store is for."""
    first, _, rest = (key if isinstance(key, str) else key.decode()).partition(":")
    return rest.partition(":")[0] if first.startswith("{") else first


def end(server: Running, how: int = signal.SIGTERM) -> None:
    """End a server by its pid and wait until it is gone."""
    server.raw.close()
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.pid, how)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(server.pid, 0)


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder with a short path and, for sockets, a runtime folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="rumbo-test-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def embedded_server(short_folder: Path) -> Iterator[Running]:
    """The bundled server, one for all tests."""
    server = start_embedded(short_folder / "state")
    yield server
    end(server)


@pytest.fixture(scope="session")
def cluster_server(short_folder: Path) -> Iterator[Running]:
    """The cluster of one node, one for all tests."""
    folder = short_folder / "cluster"
    folder.mkdir()
    server = start_cluster(folder)
    yield server
    end(server)


@pytest.fixture(params=["embedded", "cluster"])
def server(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Each kind of server in turn, empty. Afterwards every key left in it must have a lifetime."""
    running: Running = request.getfixturevalue(f"{request.param}_server")
    running.raw.flushall()
    yield running
    assert [key for key in running.raw.scan_iter() if running.raw.pttl(key) == -1] == []


@pytest.fixture(scope="session")
def keys() -> str:
    """The setting RUMBO_KEYS of these tests."""
    return Vault.new_secret()


@pytest.fixture
def vault(keys: str) -> Vault:
    """The vault of these tests."""
    return Vault.from_text(keys)


def free_port() -> int:
    """A port that is free now; low enough for the cluster's second port, 10,000 above it."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port <= 55_000:
            return port


def _until(condition: Callable[[], bool], within: float = 15.0) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with contextlib.suppress(RedisError):
            if condition():
                return
        time.sleep(0.02)
    raise AssertionError("the test server did not start")
