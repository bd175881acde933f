"""Another process on the same store: hands in messages `first` to `last` of one person and handles what waits.

python -m tests.bot.another_process URL KEYS FIRST LAST
"""

import asyncio
import sys

from bot.store.redis import RedisStore
from bot.vault import Vault
from tests.bot.steps import message, words


async def main(url: str, keys: str, first: int, last: int) -> None:
    store = RedisStore(url, Vault.from_text(keys))
    for number in range(first, last + 1):
        await store.accept(message(number))
        await store.advance(message(number).address, words)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
