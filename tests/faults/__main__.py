"""`python -m tests.faults`: every scenario, at full size, on every kind of store. It exits 1 when a promise is broken.

--small         a few people and short faults
--topology X    one, replica or cluster alone
--only WORDS    the scenarios with these words in their name
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Coroutine, Sequence

from tests.faults.play import Row, play
from tests.faults.scenarios import FULL, SCENARIOS, SMALL, Scenario, Size
from tests.faults.stores import TOPOLOGIES, Topology
from tests.faults.town import town

HEAD = (
    f"{'scenario':46} {'messages':>8} {'lost':>5} {'repeated':>8} {'out of order':>12} {'misapplied':>10} "
    f"{'recovery':>8} {'took':>6}"
)


def main(words: Sequence[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--topology", choices=TOPOLOGIES, action="append")
    parser.add_argument("--only", action="append")
    args = parser.parse_args(words)
    chosen = [scenario for scenario in SCENARIOS if any(words in scenario.name for words in args.only or [""])]
    rows = asyncio.run(_until_stopped(_played(chosen, args.topology or TOPOLOGIES, SMALL if args.small else FULL)))
    broken = [row for row in rows if row.wrong]
    print(f"\n{len(rows)} scenarios played, {len(broken)} broke the promise")
    return 1 if broken or not rows else 0


async def _until_stopped(rows: Coroutine[None, None, list[Row]]) -> list[Row]:
    """The rows; when told to stop (SIGTERM), all processes of the suite are ended first."""
    playing = asyncio.ensure_future(rows)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, playing.cancel)
    return await playing


async def _played(scenarios: Sequence[Scenario], topologies: Sequence[Topology], size: Size) -> list[Row]:
    rows: list[Row] = []
    for topology in topologies:
        print(f"\n{topology}\n{HEAD}", flush=True)
        async with town(topology, **size.settings) as place:
            for scenario in scenarios:
                if topology in scenario.topologies:
                    row = await play(scenario, place, size)
                    print(told(row), flush=True)
                    rows.append(row)
    return rows


def told(row: Row) -> str:
    """A line of the table, with what is wrong below it."""
    found = row.findings
    line = (
        f"{row.scenario:46} {found.messages:8} {found.lost:5} {found.repeated:8} {found.disordered:12} "
        f"{found.misapplied:10} {row.recovery:7.1f}s {row.took:5.0f}s  {'; '.join(row.notes)}"
    )
    return "\n".join([line.rstrip(), *(f"    WRONG: {what}" for what in row.wrong)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
