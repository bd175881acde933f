"""The real server, in processes of its own (FC-27)."""

from pathlib import Path

from httpx import AsyncClient

from bot.vault import Vault
from tests.bot.stand_in import StandIn
from tests.polling import until
from tests.processes import Carrier, running, settings, up
from tests.servers import Running
from tests.test_processes import LOOPS_IN_TROUBLE, sent


async def test_one_update_then_a_hundred_then_a_restart(
    tmp_path: Path, embedded_server: Running, carrier: StandIn
) -> None:
    """FC-27, 1 and 3: one update alone is answered within 2 s; a hundred, SIGTERM, again: no loop in trouble."""
    embedded_server.raw.flushall()
    env = settings(carrier.url, REDIS_URL=embedded_server.url, RUMBO_KEYS=Vault.new_secret())
    logs = []
    for start, people in enumerate((range(100), range(100, 101))):
        with running(tmp_path, env, "serve") as process:
            async with AsyncClient(base_url=f"http://127.0.0.1:{process.port}", timeout=10) as http:
                phone = Carrier(http)
                await up(process, phone)
                assert (await phone.telegram(7000001 + start, "/start", 555000001 + start)).status_code == 200
                await until(lambda start=start: sent(carrier)[str(7000001 + start)] == 1, within=2)  # type: ignore[misc]
                for number in people:
                    assert (await phone.telegram(7001000 + number, "/start", 555001000 + number)).status_code == 200
                everybody = {str(7001000 + number) for number in people}
                await until(lambda everybody=everybody: everybody <= sent(carrier).keys())  # type: ignore[misc]
            assert process.ends() == 0
        logs.append(process.log)
    assert not [log for log in logs if LOOPS_IN_TROUBLE.search(log)], logs
    assert set(sent(carrier).values()) == {1}
    assert len(sent(carrier)) == 103
