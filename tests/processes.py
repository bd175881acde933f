"""Rumbo as it is run: `python -m bot …` in processes of its own, with a real environment, ended by their ids."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from httpx import AsyncClient, Response, TransportError

from tests.bot.carrier import ACCOUNT, OURS, PUBLIC_URL, TOKEN, form, signed
from tests.polling import until

ROOT = Path(__file__).parent.parent
SECRET = "secret_0001"
BOT = "123456:ABC-def_ghi"
FAST = {"TWILIO_SMS_RATE": "1000", "TWILIO_WHATSAPP_RATE": "1000", "TELEGRAM_RATE": "1000"}


def settings(carrier: str, **more: str) -> dict[str, str]:
    """All three channels on, everything they send going to `carrier`; the least an operator has to set."""
    return {
        **{name: os.environ[name] for name in ("PATH", "XDG_RUNTIME_DIR") if name in os.environ},
        "RUMBO_OPERATOR": "Casa Ejemplo",
        "RUMBO_CONTACT": "+52 55 0000 0001",
        "RUMBO_ABOUT_URL": "https://example.org/rumbo",
        "RUMBO_PUBLIC_URL": PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": ACCOUNT.sid,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_SMS_SENDER": OURS,
        "TWILIO_WHATSAPP_SENDER": f"whatsapp:{OURS}",
        "TWILIO_API": carrier,
        **FAST,
        "TELEGRAM_BOT_TOKEN": BOT,
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "TELEGRAM_API": f"{carrier}/bot",
        **more,
    }


@dataclass(frozen=True)
class Process:
    """A process of Rumbo's; standard output and error go to one file."""

    inner: subprocess.Popen[bytes]
    file: Path
    port: int

    @property
    def log(self) -> str:
        """All it has said."""
        return self.file.read_text("utf-8")

    @property
    def workers(self) -> list[int]:
        """The ids of all worker processes there ever were, as the HTTP server names them."""
        return [int(line.rpartition(" ")[2]) for line in self.log.splitlines() if "Spawning worker-" in line]

    def ends(self) -> int:
        """Ask it to end; its exit code. A worker that does not finish is killed after `bot.cli.serve.ENDS_WITHIN`."""
        self.inner.send_signal(signal.SIGTERM)
        return self.inner.wait(20)


@contextmanager
def running(folder: Path, env: Mapping[str, str], *command: str, stdin: int = subprocess.DEVNULL) -> Iterator[Process]:
    """`rumbo <command>` until the end of the block."""
    port = _free_port()
    number = len(list(folder.glob("*.log")))
    file = folder / f"{number}-{command[0]}.log"
    with file.open("wb") as out:
        inner = subprocess.Popen(
            [sys.executable, "-m", "bot", *command],
            env={**env, "RUMBO_PORT": str(port), "HOME": str(folder)},
            cwd=ROOT,
            stdin=stdin,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Process(inner, file, port)
    finally:
        if inner.poll() is None:
            os.killpg(inner.pid, signal.SIGKILL)
            inner.wait()
        if inner.stdin is not None:
            inner.stdin.close()


def ran(env: Mapping[str, str], *command: str, cwd: Path = ROOT) -> tuple[int, list[str], str]:
    """`rumbo <command>` to its end: exit code, the lines on standard error, standard output."""
    result = subprocess.run(
        [sys.executable, "-m", "bot", *command], env=env, cwd=cwd, capture_output=True, text=True, timeout=30
    )
    return result.returncode, result.stderr.splitlines(), result.stdout


@dataclass(frozen=True)
class Carrier:
    """The carriers, as far as webhooks go."""

    http: AsyncClient

    async def twilio(
        self, person: str, text: str, id: str, path: str = "/twilio/inbound", secret: str = TOKEN
    ) -> Response:
        """A signed message from a person."""
        request = signed(form(From=person, Body=text, MessageSid=id), path, secret=secret)
        headers = {**request.headers, "Content-Type": "application/x-www-form-urlencoded"}
        return await self.http.post(path, content=request.body, headers=headers)

    async def telegram(self, person: int, text: str, id: int, secret: str = SECRET) -> Response:
        """An update from a person."""
        sender = {"id": person, "is_bot": False, "first_name": "Ana", "language_code": "es"}
        chat = {"id": person, "type": "private", "first_name": "Ana"}
        message = {"message_id": id, "date": 1, "chat": chat, "from": sender, "text": text}
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        return await self.http.post("/telegram/hook", json={"update_id": id, "message": message}, headers=headers)

    async def is_up(self) -> bool:
        """Whether the process answers."""
        try:
            return (await self.http.get("/health/live")).status_code == 200
        except TransportError:
            return False


async def up(process: Process, carrier: Carrier) -> None:
    """Wait until the process answers; fail at once if it has ended."""

    async def answers() -> bool:
        assert process.inner.poll() is None, process.log
        return await carrier.is_up()

    await until(answers, within=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
