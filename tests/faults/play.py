"""Plays one scenario in a town with new people, and gives the row of the table that comes of it."""

from dataclasses import dataclass
from time import monotonic

from tests.faults.ledger import Findings
from tests.faults.load import Load, crowd
from tests.faults.scenarios import Scenario, Size, Stage
from tests.faults.town import Town


@dataclass(frozen=True, slots=True)
class Row:
    """What came of a scenario. `wrong`: what breaks the promise, in words; none when it was kept."""

    scenario: str
    topology: str
    findings: Findings
    recovery: float
    took: float
    notes: tuple[str, ...]
    wrong: tuple[str, ...]


async def play(scenario: Scenario, town: Town, size: Size) -> Row:
    """Let people write while the fault comes and goes; wait until everybody has their answers; check the ledgers."""
    load = Load(town.doors, town.carriers, crowd(size.people), size.messages, size.rate)
    began = monotonic()
    stage = Stage(town, load, size)
    wrong: list[str] = []
    try:
        async with load.running():
            await scenario.fault(stage)
    except* Exception as errors:  # noqa: BLE001 - whatever it was, the ledgers tell more
        wrong += [f"{type(error).__name__} {error}" for error in errors.exceptions]
    await load.settled(size.patience if load.over else 10.0)
    findings = load.findings()
    wrong += judged(findings, perhaps=scenario.perhaps)
    wrong += town.complaints()
    recovery = max([load.recovery() if load.over else 0.0, *stage.recoveries])
    return Row(
        scenario.name, town.store.topology, findings, recovery, monotonic() - began, tuple(stage.notes), tuple(wrong)
    )


def judged(findings: Findings, *, perhaps: bool) -> list[str]:
    """What in the ledgers breaks the promise."""
    wrong = [
        f"{number} {what}"
        for number, what in (
            (findings.lost, "lost"),
            (findings.disordered, "out of order"),
            (findings.misapplied, "misapplied"),
            (0 if perhaps else findings.repeated, "repeated"),
        )
        if number
    ]
    return wrong if findings.messages else [*wrong, "nobody wrote"]
