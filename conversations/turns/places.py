"""Where somebody is, and the nearest help from there. The place is used for one turn; only ids of centres are kept."""

from dataclasses import replace

from conversations import help as helpers
from conversations.centres import Nearby, Point, nearest
from conversations.prompts import ABOUT_A_QUESTION, PROMPTS
from conversations.replies import Ask, Reply, Say, ShowCentres
from conversations.results import arrange
from conversations.session import Asked
from conversations.turns.talk import Talk, Turn
from conversations.understanding import Located

A_PAGE = 3
"""Places in one message."""

MOST_CHOICES = 5
"""Towns of one name to choose from."""


def place(talk: Talk, found: Located) -> Turn:
    """A place was named or shared. Where none was asked it is not used."""
    asked = talk.here.asked
    if asked and (talk.guide.question(asked.id) or asked.id in ABOUT_A_QUESTION):
        return talk.again(Say("place.live_location" if found.live else "place.not_needed"))
    return located(talk, found)


def located(talk: Talk, found: Located) -> Turn:
    """A point, a town, or several towns to choose from."""
    asked = talk.here.asked
    for_what = asked.subject if asked and asked.id in ("town", "near_centre") else "centres"
    if found.point is not None:
        if not _on_earth(found.point):
            return talk.again(Say("place.broken_pin"))
        country = talk.country or talk.guide.lexicon.towns.country_of(*found.point)
        said = (Say("place.live_location"),) if found.live else ()
        return _nearest(talk, found.point, country, for_what, *said)
    if len(found.towns) > 1:
        ids = tuple(town.id for town in found.towns[:MOST_CHOICES])
        return talk.ask(Asked("town_choice", ids, subject=for_what))
    town = found.towns[0]
    if not found.sure:
        return talk.ask(Asked("town_guess", PROMPTS["town_guess"], (town.id,), for_what))
    return _nearest(talk, (town.lat, town.lon), town.country, for_what)


def picked(talk: Talk, option: str, asked: Asked) -> Turn:
    """The answer to "which town?", "did you mean …?" or "are you near …?"."""
    id = asked.ticked[0] if option == "yes" else option
    centre = next((centre for centre in talk.guide.centres if centre.id == id), None)
    if centre is not None:
        return _nearest(talk, centre.point, centre.country, asked.subject)
    town = talk.guide.lexicon.towns.get(id)
    if town is None:
        return talk.ask(Asked("town", subject=asked.subject))
    return _nearest(talk, (town.lat, town.lon), town.country, asked.subject)


def missed(talk: Talk, asked: Asked) -> Turn:
    """A town we do not find: a bigger one, and the second time the country's lines, and on without a place."""
    if talk.here.misses < 2:
        return talk.ask(asked, Say("place.not_found"), shorter=True)
    lines = Say("place.not_found.second", {"contact": talk.lines()})
    calm = talk.on(replace(talk.here, misses=0))
    return calm.results(lines) if asked.subject == "results" else calm.go_on(lines)


def _nearest(talk: Talk, point: Point, country: str, for_what: str, *said: Reply) -> Turn:
    """The nearest help from a point, in that country only. The point ends here."""
    found = nearest(point, country, talk.guide.centres, _needs(talk))
    if for_what == "results":
        legal = helpers.legal_help(talk.guide.centres, country, point)
        return talk.results(*said, near=found[0] if found else None, legal=legal)
    if not found:
        return Turn(talk.here, (*said, talk.no_centre(country)), ("centres",))
    further = tuple(near.centre.id for near in found[1 : 1 + 2 * A_PAGE])
    return _shown(talk, ShowCentres((found[0],), country), further, *said)


def _shown(talk: Talk, shown: ShowCentres, further: tuple[str, ...], *said: Reply) -> Turn:
    """Places, and what can follow: more of them, or back to where the person was."""
    if talk.here.consent is None:
        return talk.go_on(*said, shown)
    if talk.here.consent is False:
        return Turn(replace(talk.here, asked=Asked("lines")), (*said, shown), ("centres",))
    options = (*(("more_places",) if further else ()), "results" if talk.plan.next is None else "keep_answering")
    asked = Asked("centres", options, further)
    return Turn(replace(talk.here, asked=asked), (*said, shown, Ask(asked, shorter=True)), ("centres",))


def more(talk: Talk) -> Turn:
    """Further places near the last one: their ids were kept, never the point."""
    asked = talk.here.asked
    ids = asked.ticked if asked and asked.id == "centres" else ()
    found = tuple(Nearby(c, 0.0) for id in ids[:A_PAGE] for c in talk.guide.centres if c.id == id)
    if not found:
        return talk.again(Say("more.none"))
    return _shown(talk, ShowCentres(found, found[0].centre.country, further=True, distances=False), ids[A_PAGE:])


def _needs(talk: Talk) -> tuple[str, ...]:
    """The services that the person's own outcomes ask for."""
    if not talk.here.consent:
        return ()
    kinds = {outcome.pathway.kind for outcome in arrange(talk.plan).fits}
    return ("registration", "asylum_info") if "protection" in kinds else ()


def _on_earth(point: Point) -> bool:
    """A point that can be where somebody is: not 0,0, which broken clients send, and within the globe."""
    latitude, longitude = point
    return (latitude, longitude) != (0.0, 0.0) and -90 <= latitude <= 90 and -180 <= longitude <= 180
