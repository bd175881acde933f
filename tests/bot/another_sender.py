"""A sender in a process of its own, to be killed: notes each text it sends in a file, and takes its time.

python -m tests.bot.another_sender URL KEYS FILE
"""

import asyncio
import sys
from pathlib import Path

from bot.outbox import Sender
from bot.store.redis import RedisStore
from bot.vault import Vault
from tests.bot.carriers import FileCarrier


async def main(url: str, keys: str, sent: Path) -> None:
    store = RedisStore(url, Vault.from_text(keys), lease=0.5)
    carrier = FileCarrier(sent, takes=0.01)
    await Sender(store, store, {"sms": carrier, "telegram": carrier}).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
