"""`rumbo setup twilio`: the Content templates that WhatsApp needs for buttons and lists, made once and found again."""

from collections.abc import Callable, Mapping

from bot.channels.templates import Template, all_templates
from bot.channels.whatsapp import CONTENT_API, WhatsApp
from conversations.catalogue import Catalogue

BY_HAND = (
    "For the sender, set in Twilio's console:",
    "  a message comes in, HTTP POST     {url}/twilio/inbound#rc=3&rp=ct,5xx,rt&rt=4000",
    "  primary handler fails, HTTP POST  {url}/twilio/fallback",
    "  status callback                   leave it empty: each message names it",
)


async def set_up(
    whatsapp: WhatsApp, catalogues: Mapping[str, Catalogue], say: Callable[[str], None], *, dry_run: bool
) -> int:
    """Make what is missing; how many templates that were, or would be. Raises SendError."""
    await whatsapp.learn_templates()
    wanted = list(all_templates(catalogues))
    missing = [template for template in wanted if template.name not in whatsapp.templates]
    say(f"{len(wanted)} templates are needed; {len(wanted) - len(missing)} are there")
    for template in missing:
        if dry_run:
            say(f"would make {template.name}")
        else:
            say(f"made {template.name}: {await _made(whatsapp, template, catalogues[template.language])}")
    return len(missing)


async def _made(whatsapp: WhatsApp, template: Template, catalogue: Catalogue) -> str:
    created = await whatsapp.ask("POST", CONTENT_API, template.content(catalogue.text("list.open")))
    sid = str(created["sid"])
    whatsapp.templates[template.name] = sid
    return sid
