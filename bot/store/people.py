"""Which person an address belongs to, when one person may have several.

WhatsApp gives a person a phone number and a business-scoped id, and a message may carry either or both: somebody with
a username first appears by the id alone, and with the number beside it once we have answered. Whichever of the two was
known first stays the person's home, where session and inbox are; the other keeps a link to it. Nothing is moved, so
two messages that cross cannot tear a person apart.

On a cluster the two lie in different slots. A link is therefore looked up by itself: one round trip for any WhatsApp
address (two, side by side, when both are told), none for SMS and Telegram, where nobody has a second address.
"""

import asyncio

from bot.messages import Address
from bot.store import keys
from bot.store.lifetimes import LINK_LIFE, milliseconds
from bot.store.scripts import LIST_LINK
from bot.store.server import Server
from bot.vault import Person, Vault


class People:
    """Finds people by address and joins the addresses of one person."""

    def __init__(self, server: Server, vault: Vault) -> None:
        self._server = server
        self._vault = vault

    async def find(self, address: Address) -> Person:
        """Who writes from this address. Raises Unavailable."""
        person = self._vault.person(address)
        return await self._home(person) if address.channel == "whatsapp" else person

    async def join(self, address: Address, alias: Address) -> Person:
        """Who writes from both addresses; from now on either leads there. Raises Unavailable."""
        one, other = self._vault.person(address), self._vault.person(alias)
        home, second = await asyncio.gather(self._home(one), self._home(other))
        if home == second:
            return home
        if await self._knows(second) and not await self._knows(home):
            await self._link(one, second)
            return second
        await self._link(other, home)
        return home

    async def unlink(self, home: Person) -> None:
        """Erase the links that lead to a person. Raises Unavailable."""
        names = await self._server.call("SMEMBERS", keys.links(home))
        for name in names:
            await self._server.call("DEL", keys.alias(Person(name.decode())))
        if names:
            await self._server.call("DEL", keys.links(home))

    async def _home(self, person: Person) -> Person:
        name = await self._server.call("GETEX", keys.alias(person), "PX", milliseconds(LINK_LIFE))
        return Person(name.decode()) if name else person

    async def _knows(self, person: Person) -> bool:
        return bool(await self._server.call("EXISTS", keys.turn(person)))

    async def _link(self, person: Person, home: Person) -> None:
        # The list first: a link that is not on it would outlive "delete".
        await self._server.run(LIST_LINK, [keys.links(home)], [person.name, milliseconds(LINK_LIFE)])
        await self._server.call("SET", keys.alias(person), home.name, "PX", milliseconds(LINK_LIFE))
