"""The whole suite at a small size: every scenario on one server, and on the other kinds what only they can suffer."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.faults.play import play
from tests.faults.scenarios import SCENARIOS, SMALL, Scenario
from tests.faults.stores import TOPOLOGIES, Topology
from tests.faults.town import Town, town

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLAYED = [
    pytest.param(
        topology,
        scenario,
        id=f"{topology}: {scenario.name}",
        # What one server suffers takes longest; the other kinds have their turn beside it, one after the other.
        marks=pytest.mark.xdist_group("faults of one" if topology == "one" else "faults of many"),
    )
    for topology in TOPOLOGIES
    for scenario in SCENARIOS
    if topology == scenario.topologies[0]
]


Places = Callable[[Topology], Awaitable[Town]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def places() -> AsyncIterator[Places]:
    """A town on each kind of store for all its scenarios, one after the other."""
    async with AsyncExitStack() as here:
        standing: dict[Topology, Town] = {}

        async def place(topology: Topology) -> Town:
            if topology not in standing:
                await here.aclose()
                standing.clear()
                standing[topology] = await here.enter_async_context(town(topology, **SMALL.settings))
            return standing[topology]

        yield place


@pytest.mark.parametrize(("topology", "scenario"), PLAYED)
async def test_the_promise_is_kept(places: Places, topology: Topology, scenario: Scenario) -> None:
    """Each message applied once and in order; every reply delivered, in order, and once but where it is in doubt."""
    row = await play(scenario, await places(topology), SMALL)
    assert not row.wrong
