"""Reaching Redis or Valkey: one server, a Unix socket, or a cluster. It knows nothing of what is kept there.

Whatever goes wrong that may pass by itself ends as Unavailable within a bound, so that a webhook can answer in time.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.maint_notifications import MaintNotificationsConfig

from bot.store import Unavailable
from bot.store.scripts import Script

Argument = str | bytes | int | float

_CLUSTER = "+cluster"
_CONNECTIONS = 50
_PASSING = (
    exceptions.ConnectionError,  # with it LOADING, a failed login, and no connection free in time
    exceptions.TimeoutError,
    exceptions.ClusterError,  # CLUSTERDOWN, MASTERDOWN
    exceptions.RedisClusterException,
    exceptions.TryAgainError,
    exceptions.OutOfMemoryError,
    exceptions.ReadOnlyError,
    OSError,
    TimeoutError,
    # A cluster client's connection that another of our tasks has just closed, because its node is gone: redis-py 8.1
    # then writes to no writer, or to a closed transport. Found by the fault suite: it lost accepted messages.
    AttributeError,
    RuntimeError,
)
# These come as plain response errors: a full disk; too few replicas; a waiting read whose server became a replica.
_PASSING_CODES = ("MISCONF", "NOREPLICAS", "UNBLOCKED")


class Server:
    """Commands and scripts on the server at `url`, each within `patience` seconds or Unavailable.

    Schemes: redis, rediss, unix; redis+cluster and rediss+cluster for a cluster, of which any one node is named.
    """

    def __init__(self, url: str, patience: float = 1.5) -> None:
        scheme, separator, rest = url.partition("://")
        self.is_cluster = scheme.endswith(_CLUSTER)
        self._url = scheme.removesuffix(_CLUSTER) + separator + rest
        self._patience = patience
        self._gate = asyncio.Semaphore(_CONNECTIONS)
        self._client: Redis | RedisCluster = self._cluster() if self.is_cluster else self._single(_CONNECTIONS, 0.3)
        # Waiting reads would hold the others up, and need a longer time-out than they may have.
        self._waiting: Redis | None = None if self.is_cluster else self._single(2, 5.0)
        self._disconnecting: asyncio.Task[None] | None = None
        self._is_stale = False  # whether waiting reads may still go to a primary that was

    async def run(self, script: Script, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Run a script; it must be safe to repeat. Raises Unavailable."""
        try:
            return await self.call("EVALSHA", script.sha, len(keys), *keys, *arguments)
        except exceptions.NoScriptError:
            return await self.call("EVAL", script.text, len(keys), *keys, *arguments)

    async def call(self, *command: Argument) -> Any:
        """Run one command; it must be safe to repeat. Raises Unavailable."""
        async with self._within(self._patience):
            pause = 0.02
            while True:
                try:
                    return await self._client.execute_command(*command)
                except exceptions.ResponseError as error:
                    if not _is_read_only(error):
                        raise
                # After a failover the old primary lives on as a replica, and pooled connections would stay on it:
                # https://github.com/redis/redis-py/issues/460 (FC-30)
                await self._disconnect()
                await asyncio.sleep(pause)
                pause *= 2

    async def call_all(self, commands: Sequence[Sequence[Argument]]) -> list[Any]:
        """Run reading commands in one round trip per node; their results in order. Raises Unavailable."""
        async with self._within(self._patience):
            pipe = self._client.pipeline(transaction=False)
            for command in commands:
                pipe.execute_command(*command)
            results: list[Any] = await pipe.execute()
            return results

    async def wait(self, seconds: float, *command: Argument) -> Any:
        """Run a command that blocks for up to `seconds` (4 at most), on a single server. Raises Unavailable."""
        if self._waiting is None:
            raise ValueError("a cluster cannot wait on several slots at once")
        async with _translated(), asyncio.timeout(seconds + self._patience):
            if self._is_stale:
                # Not earlier: while it waits the connection is in use, and goes back to the pool as it is.
                await self._waiting.connection_pool.disconnect()
                self._is_stale = False
            return await self._waiting.execute_command(*command)  # type: ignore[no-untyped-call]

    async def eviction(self) -> str:
        """The server's policy when memory runs short. Anything but `noeviction` may lose sessions and inboxes."""
        info = await self.call("INFO", "memory")
        return str(info.get("maxmemory_policy", "unknown"))

    async def close(self) -> None:
        """Release connections."""
        for client in (self._client, self._waiting):
            if client is not None:
                await client.aclose()

    @contextlib.asynccontextmanager
    async def _within(self, seconds: float) -> AsyncIterator[None]:
        # The time-outs below nest (a retry reconnects, which retries), so only a bound around everything is a bound.
        # The gate is for the cluster client, whose pools raise when they are full.
        async with _translated(), asyncio.timeout(seconds), self._gate:
            yield

    async def _disconnect(self) -> None:
        """Let go of pooled connections, once for all who wish it now.

        In a task of its own: when two did it at a time and one of them ran out of patience, redis-py raised the
        CancelledError of that one in the other, and a webhook died of it.
        """
        self._is_stale = True
        if self._disconnecting is None or self._disconnecting.done():
            self._disconnecting = asyncio.create_task(self._close_idle())
        await asyncio.shield(self._disconnecting)

    async def _close_idle(self) -> None:
        if isinstance(self._client, RedisCluster):
            await self._client.aclose()  # the next command asks for the slots again
        else:
            await self._client.connection_pool.disconnect(inuse_connections=False)

    def _single(self, connections: int, timeout: float) -> Redis:
        # redis-py's default pool raises on the connection after its last; this one waits.
        pool = BlockingConnectionPool.from_url(
            self._url, max_connections=connections, timeout=self._patience, **_options(timeout)
        )
        return Redis.from_pool(pool)

    def _cluster(self) -> RedisCluster:
        return RedisCluster.from_url(self._url, max_connections=_CONNECTIONS + 2, **_options(0.3))


def _options(timeout: float) -> dict[str, Any]:
    """redis-py's defaults retry ten times for 5 s: a silent server would take a minute to fail."""
    return {
        "protocol": 3,
        "socket_timeout": timeout,
        "socket_connect_timeout": 0.3,
        "retry": Retry(ExponentialWithJitterBackoff(base=0.01, cap=0.2), 3),
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }


def _is_read_only(error: exceptions.ResponseError) -> bool:
    # Older servers wrap the error of a script's command, so that its code is no longer at the front.
    return isinstance(error, exceptions.ReadOnlyError) or "READONLY" in str(error)


@contextlib.asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except _PASSING as error:
        raise Unavailable(type(error).__name__) from None
    except exceptions.ResponseError as error:
        if str(error).startswith(_PASSING_CODES):
            raise Unavailable(str(error).partition(" ")[0]) from None
        raise
