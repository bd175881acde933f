"""What `rumbo doctor` finds: each thing that can be wrong, told in a line with what to do, and no secret in it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.channels.templates import all_templates
from bot.cli import doctor
from tests.processes import BOT, settings
from tests.servers import Running

WEBHOOK = {"ok": True, "result": {"url": "https://bot.example.org/telegram/updates", "pending_update_count": 0}}
ALL = [{"friendly_name": template.name, "sid": "HX1"} for template in all_templates(["es", "en"])]
PATHS: Mapping[str, Any] = {
    "/Messages.json": {"messages": []},
    "/v1/Content": {"contents": ALL, "meta": {}},
    "/getWebhookInfo": WEBHOOK,
}


@asynccontextmanager
async def carriers(**broken: Any) -> AsyncIterator[str]:
    """Both carriers, well but for `broken`: a status or a body, by the last part of the path."""

    async def handle(request: web.Request) -> web.Response:
        path = next(path for path in PATHS if request.path.endswith(path))
        answer = broken.get(path.rpartition("/")[2].partition(".")[0], PATHS[path])
        if isinstance(answer, int):
            return web.json_response({"code": 20003}, status=answer)
        return web.json_response(answer)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield "http://{}:{}".format(*runner.addresses[0][:2])
    await runner.cleanup()


async def examined(
    monkeypatch: pytest.MonkeyPatch, server: Running, keys: str, env: Mapping[str, str], **broken: Any
) -> tuple[int, dict[str, str]]:
    """Its exit code, and its lines by what they are about; no secret in any."""
    said: list[str] = []
    async with carriers(**broken) as url:
        good = settings(url, REDIS_URL=server.url, RUMBO_KEYS=keys, RUMBO_NAMES=keys)
        for name, value in {**good, **env}.items():
            monkeypatch.setenv(name, value)
        code = await doctor.examine(said.append)
    for secret in (keys, good["TWILIO_AUTH_TOKEN"], BOT.partition(":")[2]):
        assert secret not in "".join(said)
    return code, {line[4:].partition(":")[0]: line for line in said}


async def test_all_is_well_but_the_address_that_nobody_serves(
    embedded_server: Running, keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bot.example.org is reserved: nothing answers there, and this is the only line with something to do."""
    code, lines = await examined(monkeypatch, embedded_server, keys, {})
    assert code == 1
    assert {what for what, line in lines.items() if line.startswith("!!")} == {"public address"}
    assert set(lines) == {
        *("settings", "content", "store", "outbox", "public address", "Twilio", "clock", "SMS", "WhatsApp", "Telegram"),
    }
    assert "26 of 26 templates" in lines["WhatsApp"]


@pytest.mark.parametrize(
    ("env", "broken", "what", "told"),
    [
        ({}, {"Messages": 401}, "Twilio", "refuses the credentials"),
        ({}, {"Messages": 503}, "Twilio", "answers (503)"),
        ({}, {"Content": {"contents": ALL[:5], "meta": {}}}, "WhatsApp", "rumbo setup twilio"),
        ({}, {"Content": 500}, "WhatsApp", "cannot be listed"),
        ({}, {"getWebhookInfo": 401}, "Telegram", "refuses the token"),
        ({}, {"getWebhookInfo": {"ok": True, "result": {"url": ""}}}, "Telegram", "only `rumbo poll` works"),
        ({}, {"getWebhookInfo": {"ok": True, "result": {"url": "https://other.example"}}}, "Telegram", "elsewhere"),
        ({"TWILIO_SMS_SENDER": "+50370000000"}, {}, "SMS", "cannot answer an SMS in SV"),
        ({"TWILIO_SMS_SENDER": "+50240000000"}, {}, "SMS", "cannot answer an SMS in GT"),
        ({"REDIS_URL": "redis://127.0.0.1:1"}, {}, "store", "cannot be reached"),
        ({"RUMBO_CONTACT": ""}, {}, "settings", "RUMBO_CONTACT"),
    ],
)
async def test_what_is_wrong_is_told_with_what_to_do(
    embedded_server: Running,
    keys: str,
    monkeypatch: pytest.MonkeyPatch,
    env: Mapping[str, str],
    broken: Mapping[str, Any],
    what: str,
    told: str,
) -> None:
    code, lines = await examined(monkeypatch, embedded_server, keys, env, **broken)
    assert code == 1
    assert lines[what].startswith("!!")
    assert "To do: " in lines[what]
    assert told in lines[what]


async def test_a_policy_that_throws_things_away(
    embedded_server: Running, keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded_server.raw.config_set("maxmemory-policy", "allkeys-lru")
    try:
        _, lines = await examined(monkeypatch, embedded_server, keys, {})
    finally:
        embedded_server.raw.config_set("maxmemory-policy", "noeviction")
    assert lines["store"].startswith("!!")
    assert "noeviction" in lines["store"]


async def test_without_the_secret_of_names_it_says_what_follows(
    embedded_server: Running, keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, lines = await examined(monkeypatch, embedded_server, keys, {"RUMBO_NAMES": ""})
    assert "can never be taken away" in lines["keys"]
