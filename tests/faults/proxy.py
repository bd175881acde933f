"""A wire between Rumbo and its store that can be moved, cut and slowed, in a process of its own.

python -m tests.faults.proxy LISTEN:TARGET …

Orders come as lines of JSON on standard input, and each is answered by a line: `{"to": [LISTEN, TARGET]}` leads new
connections elsewhere and leaves the old ones; `{"reset": true}` breaks all of them; `{"cut": 0.01}` breaks that share
of connections at an answer, so that what was asked for is done and nobody is told; `{"delay": 3}` holds every answer
back for so many seconds.
"""

import asyncio
import json
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Self, cast

import uvloop

from tests.faults.leash import die_with_parent
from tests.processes import ROOT


class Wires:
    """All wires of the process, and what is wrong with them."""

    def __init__(self, targets: dict[int, int]) -> None:
        self.targets = targets
        self.cut = 0.0
        self.delay = 0.0
        self.open: set[Inner] = set()
        self.dials: set[asyncio.Task[None]] = set()

    def obey(self, order: Mapping[str, Any]) -> None:
        """Carry out one order."""
        if "to" in order:
            listen, target = order["to"]
            self.targets[listen] = target
        self.cut = order.get("cut", self.cut)
        self.delay = order.get("delay", self.delay)
        if order.get("reset"):
            for wire in list(self.open):
                wire.abort()


class Inner(asyncio.Protocol):
    """The side that Rumbo connects to."""

    def __init__(self, wires: Wires, listen: int) -> None:
        self._wires = wires
        self._listen = listen
        self._early: list[bytes] = []
        self.near: asyncio.Transport | None = None
        self.far: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.near = cast("asyncio.Transport", transport)  # uvloop's are none by class
        self._wires.open.add(self)
        dial = asyncio.get_running_loop().create_task(self._dial())
        self._wires.dials.add(dial)
        dial.add_done_callback(self._wires.dials.discard)

    async def _dial(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(
                lambda: Outer(self._wires, self), "127.0.0.1", self._wires.targets[self._listen]
            )
        except OSError:
            self.abort()

    def dialled(self, far: asyncio.Transport) -> None:
        """The store has answered: hand on what came meanwhile."""
        self.far = far
        far.writelines(self._early)

    def data_received(self, data: bytes) -> None:
        if self.far is None:
            self._early.append(data)
        else:
            self.far.write(data)

    def connection_lost(self, _: Exception | None) -> None:
        self.abort()

    def abort(self) -> None:
        """Break both sides."""
        self._wires.open.discard(self)
        for side in (self.near, self.far):
            if side is not None:
                side.abort()


class Outer(asyncio.Protocol):
    """The side that leads to the store."""

    def __init__(self, wires: Wires, inner: Inner) -> None:
        self._wires = wires
        self._inner = inner

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._inner.dialled(cast("asyncio.Transport", transport))

    def data_received(self, data: bytes) -> None:
        if self._wires.cut and random.random() < self._wires.cut:
            self._inner.abort()
        elif self._wires.delay:
            asyncio.get_running_loop().call_later(self._wires.delay, self._hand_on, data)
        else:
            self._hand_on(data)

    def _hand_on(self, data: bytes) -> None:
        if self._inner.near is not None and not self._inner.near.is_closing():
            self._inner.near.write(data)

    def connection_lost(self, _: Exception | None) -> None:
        self._inner.abort()


class Proxy:
    """The process, as the suite holds it. Ports it listens on lead to the ports of servers."""

    def __init__(self, targets: Mapping[int, int]) -> None:
        wires = [f"{listen}:{target}" for listen, target in targets.items()]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.proxy", *wires],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        self._read()  # it listens

    def order(self, **order: object) -> None:
        """Give an order, and return once it is carried out."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        self._read()

    def _read(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ok\n", "the proxy has died"

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


async def main(arguments: Sequence[str]) -> None:
    loop = asyncio.get_running_loop()
    wires = Wires({int(listen): int(target) for listen, target in (argument.split(":") for argument in arguments)})
    for listen in wires.targets:
        await loop.create_server(lambda listen=listen: Inner(wires, listen), "127.0.0.1", listen)  # type: ignore[misc]
    print("ok", flush=True)
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    async for line in orders:
        wires.obey(json.loads(line))
        print("ok", flush=True)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1:]))
