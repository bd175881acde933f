"""A whole Rumbo in real processes: two hosts with webhooks, two senders, the store, and the carriers outside.

Who dies is started again, as the machinery of any operator would. Every process is ended by its id, at the latest
with the block; nothing listens anywhere but on loopback.
"""

import asyncio
import contextlib
import itertools
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.vault import Vault
from tests.faults import stores
from tests.faults.carriers import Carriers, carrying
from tests.faults.leash import die_with_parent
from tests.faults.load import twilio
from tests.faults.points import Points
from tests.faults.process import FOLDER
from tests.faults.stores import Stores, Topology
from tests.polling import until
from tests.processes import ROOT
from tests.processes import settings as all_settings
from tests.servers import free_port

_EXPECTED = re.compile(r"_granian|the store may throw away|a turn failed on \w+: RuntimeError at process")
"""Errors that belong to the faults: a worker was killed; the policy of a store; the poison."""

_TROUBLE = re.compile(r" ERROR |Traceback|Event loop is closed|attached to a different loop|never awaited|Unclosed")


@dataclass
class Process:
    """A command of Rumbo's under the suite. `root` is the checkout that it runs from."""

    role: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    root: Path = ROOT
    port: int = field(default_factory=free_port)
    inner: subprocess.Popen[bytes] | None = None
    kept_up: bool = True
    read_to: int = 0

    @property
    def door(self) -> str:
        """Where its webhooks are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self.inner is not None and self.inner.poll() is None

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as out:
            self.inner = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.process", self.role, *self.command],
                env={**self.env, "RUMBO_PORT": str(self.port), "PYTHONPATH": str(ROOT)},
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self.kept_up = True

    def kill(self) -> None:
        """Kill it with all its children."""
        if self.inner is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.inner.pid, signal.SIGKILL)
            self.inner.wait()

    def ask_to_end(self) -> None:
        """Ask it to end."""
        if self.inner is not None and self.is_alive:
            self.inner.send_signal(signal.SIGTERM)

    async def ends(self, within: float = 15.0) -> float:
        """Ask it to end, and do not start it again; seconds until it had ended, well."""
        assert self.inner is not None
        self.kept_up = False
        began = asyncio.get_running_loop().time()
        self.ask_to_end()
        await until(lambda: not self.is_alive, within)
        assert self.inner.returncode == 0, f"{self.role} ended with {self.inner.returncode}: {self.log}"
        return asyncio.get_running_loop().time() - began

    def peak(self) -> float:
        """The most memory that it, or a worker of it, has ever taken, in MB."""
        assert self.inner is not None
        top, parents, peaks = self.inner.pid, dict[int, int](), dict[int, int]()
        for status in Path("/proc").glob("[0-9]*/status"):
            with contextlib.suppress(OSError, KeyError):
                lines = (line.partition(":") for line in status.read_text().splitlines())
                told = {name: value.split()[0] for name, _, value in lines if value.split()}
                parents[int(told["Pid"])], peaks[int(told["Pid"])] = int(told["PPid"]), int(told["VmHWM"])

        def is_ours(pid: int) -> bool:
            return pid == top or (pid in parents and is_ours(parents[pid]))

        return max(peak for pid, peak in peaks.items() if is_ours(pid)) / 1024

    def complaints(self) -> list[str]:
        """Lines of its log since the last look that should not be there, each once; a traceback as one line."""
        with self.log.open(encoding="utf-8", errors="replace") as file:
            file.seek(self.read_to)
            lines = file.readlines()
            self.read_to = file.tell()
        ends = (_end(lines[number:]) for number, line in enumerate(lines) if _TROUBLE.search(line))
        return list(dict.fromkeys(line for line in ends if not _EXPECTED.search(line)))


def _end(lines: Sequence[str]) -> str:
    """A line; of a traceback its way through our code and the error below it."""
    if not lines[0].startswith("Traceback"):
        return lines[0].strip()
    below = list(itertools.takewhile(lambda line: line.startswith(" "), lines[1:]))
    places = [line.strip().rpartition("/")[2] for line in below if line.strip().startswith("File") and "/bot/" in line]
    error = lines[len(below) + 1].strip() if len(below) + 1 < len(lines) else ""
    return f"Traceback: {' < '.join(reversed(places))}: {error}"


class Town:
    """Everything together. `hosts` take webhooks, `senders` deliver; both are two or more processes."""

    def __init__(self, folder: Path, store: Stores, carriers: Carriers, **more: str) -> None:
        self.folder = folder
        self.store = store
        self.carriers = carriers
        self.points = Points(folder / "points")
        self.env = all_settings(
            carriers.url,
            REDIS_URL=store.url,
            RUMBO_KEYS=Vault.new_secret(),
            XDG_RUNTIME_DIR=str(folder),
            HOME=str(folder),
            RUMBO_STATE=str(folder / "state"),
            **{FOLDER: str(folder / "points"), **more},
        )
        self.hosts = [self.process("web", f"host-{number}") for number in range(2)]
        self.senders = [self.process("sender", f"sender-{number}") for number in range(2)]
        self.callbacks: Counter[int] = Counter()
        self._http: aiohttp.ClientSession | None = None
        self._keeping: asyncio.Task[None] | None = None

    def process(self, role: str, name: str, root: Path = ROOT) -> Process:
        """A process of the town, not started yet."""
        command = ["serve", "--no-send"] if role == "web" else ["send"]
        return Process(role, command, self.env, self.folder / f"{name}.log", root)

    @property
    def processes(self) -> Sequence[Process]:
        """All of Rumbo's."""
        return [*self.hosts, *self.senders]

    def doors(self) -> list[str]:
        """Where webhooks go, as a balancer would send them: to hosts that are there."""
        return [host.door for host in self.hosts if host.is_alive]

    # ------------------------------------------------------------------ up and down

    async def start(self) -> None:
        """Start everything, and see that people are kept up."""
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
        self.carriers.callback = self.report
        for process in self.processes:
            process.start()
        self._keeping = asyncio.create_task(self._keep_up())
        await self.up()

    async def up(self) -> None:
        """Wait until every host answers that it is ready."""
        for host in self.hosts:
            await until(lambda host=host: self.is_ready(host), within=60)  # type: ignore[misc]

    async def is_ready(self, host: Process) -> bool:
        """Whether a host answers and reaches the store."""
        return await self.status(host, "/health/ready") == 200

    async def status(self, host: Process, path: str) -> int:
        """The status of a page; 0 where none comes."""
        assert self._http is not None
        try:
            async with self._http.get(host.door + path) as response:
                return response.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0

    async def posted(self, host: Process, path: str, request: Mapping[str, object]) -> tuple[int, str]:
        """Status and body of an answer to a webhook."""
        assert self._http is not None
        async with self._http.post(host.door + path, **request) as response:  # type: ignore[arg-type]
            return response.status, await response.text()

    async def end(self) -> None:
        """End every process."""
        if self._keeping is not None:
            self._keeping.cancel()
        for process in self.processes:
            process.kill()
        if self._http is not None:
            await self._http.close()

    async def _keep_up(self) -> None:
        """Start again who has ended without being asked to."""
        while True:
            for process in self.processes:
                if process.kept_up and not process.is_alive:
                    process.kill()
                    process.start()
            await asyncio.sleep(0.05)

    async def report(self, fields: dict[str, str]) -> None:
        """Bring a status callback of Twilio's; one that is not taken is lost, as those are."""
        path, request = twilio("/twilio/status", **fields)
        assert self._http is not None
        for door in random.sample(self.doors(), min(1, len(self.doors()))):
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                async with self._http.post(door + path, **request) as response:
                    self.callbacks[response.status] += 1

    def complaints(self) -> list[str]:
        """What Rumbo's logs say since the last look that they should not."""
        return [line for process in self.processes for line in process.complaints()]


@asynccontextmanager
async def town(topology: Topology, **settings: str) -> AsyncIterator[Town]:
    """A town on this kind of store until the end of the block. `settings` are variables of its processes."""
    folder = Path(tempfile.mkdtemp(prefix="rumbo-faults-"))
    try:
        async with carrying() as carriers, stores.running(topology, folder / "store") as store:
            place = Town(folder, store, carriers, **settings)
            try:
                await place.start()
                yield place
            finally:
                await place.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
