"""The whole suite at a small size: every scenario on one server, and on the other kinds what only they can suffer."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.faults.play import play
from tests.faults.scenarios import SCENARIOS, SMALL, Scenario
from tests.faults.stores import TOPOLOGIES, Topology
from tests.faults.town import Town, town

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.asyncio(loop_scope="module")]

PLAYED = [
    pytest.param(topology, scenario, id=f"{topology}: {scenario.name}")
    for topology in TOPOLOGIES
    for scenario in SCENARIOS
    if topology == scenario.topologies[0]
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    """A town on one kind of store, for all its scenarios."""
    topology: Topology = request.param
    async with town(topology, **SMALL.settings) as running:
        yield running


@pytest.mark.parametrize(("place", "scenario"), PLAYED, indirect=["place"])
async def test_the_promise_is_kept(place: Town, scenario: Scenario) -> None:
    """Each message applied once and in order; every reply delivered, in order, and once but where it is in doubt."""
    row = await play(scenario, place, SMALL)
    assert not row.wrong
