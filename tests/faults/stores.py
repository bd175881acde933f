"""The store's servers: one; a primary with a replica; a cluster of three. Each stands behind the proxy.

The program and its settings are those of the bundled server, but for a port in place of a socket.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot import embedded
from tests.faults.leash import die_with_parent
from tests.faults.proxy import Proxy
from tests.polling import until
from tests.servers import free_port

Topology = Literal["one", "replica", "cluster"]
TOPOLOGIES: tuple[Topology, ...] = ("one", "replica", "cluster")

SLOTS = 16384

LIKE_THE_BUNDLED = {
    "bind": "127.0.0.1",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "loglevel": "warning",
    "logfile": "server.log",
    "repl-diskless-sync-delay": "0",
}


@dataclass
class Node:
    """One server and its folder. `options` are kept for its next start."""

    folder: Path
    options: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self, **options: str) -> None:
        """Start it; it answers when it has loaded what it holds."""
        assert self.process is None or self.process.poll() is not None
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "port": str(self.port),
            "dir": str(self.folder),
            **LIKE_THE_BUNDLED,
            **self.options,
            **{name.replace("_", "-"): value for name, value in options.items()},
        }
        command = [
            str(embedded.server_program()),
            *(word for name in settings for word in (f"--{name}", settings[name])),
        ]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def end(self, how: int = signal.SIGKILL) -> None:
        """End it and wait until it is gone."""
        if self.process is not None and self.process.poll() is None:
            os.kill(self.process.pid, how)
            self.process.wait()

    async def ask(self, *command: str | int) -> Any:
        """The answer to one command, on a connection of its own."""
        async with Redis(port=self.port, socket_timeout=10, retry=Retry(NoBackoff(), 0), decode_responses=True) as raw:
            return await raw.execute_command(*command)  # type: ignore[no-untyped-call]

    async def is_up(self) -> bool:
        """Whether it answers and has loaded its data."""
        with contextlib.suppress(RedisError, OSError):
            return bool(await self.ask("PING"))
        return False

    async def up(self) -> None:
        """Wait until it answers."""
        await until(self.is_up, within=30)


class Stores:
    """The servers of one topology behind their proxy. `nodes[0]` is the (first) primary at the start."""

    def __init__(self, topology: Topology, folder: Path) -> None:
        options = {"cluster-enabled": "yes", "cluster-node-timeout": "2000"} if topology == "cluster" else {}
        number = {"one": 1, "replica": 2, "cluster": 3}[topology]
        self.topology = topology
        self.nodes = [Node(folder / f"node-{index}", dict(options)) for index in range(number)]
        self.doors = [free_port() for _ in self.nodes]
        if topology == "cluster":
            for node, door in zip(self.nodes, self.doors, strict=True):
                node.options = {**node.options, "cluster-announce-port": str(door)}
                node.options = {**node.options, "cluster-announce-bus-port": str(node.port + 10_000)}
        self.proxy = Proxy({door: node.port for door, node in zip(self.doors, self.nodes, strict=True)})

    @property
    def url(self) -> str:
        """Where Rumbo finds the store."""
        return f"redis{'+cluster' if self.topology == 'cluster' else ''}://127.0.0.1:{self.doors[0]}"

    @property
    def primaries(self) -> Sequence[Node]:
        """The servers that take writes, as far as they were made such by us."""
        return self.nodes if self.topology == "cluster" else self.nodes[:1]

    async def start(self) -> None:
        """Start them all and make them one store."""
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            await node.up()
        if self.topology == "cluster":
            await self._join()
        await self.up()

    async def follow(self) -> None:
        """Let the second server be the replica of the first, and wait until it has everything."""
        primary, replica = self.nodes
        await replica.ask("REPLICAOF", "127.0.0.1", primary.port)

        async def caught_up() -> bool:
            with contextlib.suppress(RedisError, OSError):
                state = await replica.ask("INFO", "replication")
                return bool(state["master_link_status"] == "up" and not state["master_sync_in_progress"])
            return False

        await until(caught_up, within=30)

    async def fail_over(self) -> None:
        """Make the replica the primary, losing nothing that was acknowledged; the old one then refuses writes.

        Afterwards the address leads new connections to the new primary, as a service's would; old ones stay.
        """
        primary, replica = self.nodes
        await primary.ask("FAILOVER", "TO", "127.0.0.1", replica.port, "TIMEOUT", 10_000)

        async def moved() -> bool:
            role: Sequence[Any] = await replica.ask("ROLE")
            return bool(role[0] == "master")

        await until(moved)
        self.nodes.reverse()

    def lead(self) -> None:
        """Let the store's address lead new connections to the first primary."""
        self.proxy.order(to=[self.doors[0], self.nodes[0].port])

    async def is_up(self) -> bool:
        """Whether the store takes writes."""
        if not all([await node.is_up() for node in self.primaries]):
            return False
        if self.topology != "cluster":
            return True
        states = [await node.ask("CLUSTER", "INFO") for node in self.nodes]
        return all("cluster_state:ok" in state for state in states)

    async def up(self) -> None:
        """Wait until the store takes writes, and its replica, if it has one, follows it again."""
        await until(self.is_up, within=30)
        if self.topology == "replica":
            await self.nodes[1].up()
            await self.follow()

    async def _join(self) -> None:
        """Make a cluster of the servers, with a third of the slots each."""
        bounds = [SLOTS * index // len(self.nodes) for index in range(len(self.nodes) + 1)]
        for node, first, end in zip(self.nodes, bounds, bounds[1:], strict=False):
            await node.ask("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
        for epoch, node in enumerate(self.nodes, start=1):
            await node.ask("CLUSTER", "SET-CONFIG-EPOCH", epoch)
        for node in self.nodes[1:]:
            await self.nodes[0].ask("CLUSTER", "MEET", "127.0.0.1", node.port, node.port + 10_000)

    def end(self) -> None:
        """End every server and the proxy."""
        for node in self.nodes:
            node.end()
        self.proxy.end()


@asynccontextmanager
async def running(topology: Topology, folder: Path) -> AsyncIterator[Stores]:
    """A store of this kind until the end of the block."""
    stores = Stores(topology, folder)
    try:
        await stores.start()
        yield stores
    finally:
        stores.end()
        shutil.rmtree(folder, ignore_errors=True)
