"""Writes where help is: centres with everything needed to reach them, people to talk to, lines in danger."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from conversations import help as helpers
from conversations.centres import Centre, Nearby, opening
from conversations.phones import spoken
from conversations.replies import Command, Country, Legal, Lines, ShowCentres, ShowContact, ShowDanger
from conversations.writing.writer import Writer


def centres(writer: Writer, show: ShowCentres) -> str:
    if show.further or not show.distances:
        cards = "\n".join(_short_centre(writer, near.centre) for near in show.centres)
        key = "centre.list" if show.further else "centre.in_country"
        return writer.text(key, list=cards, country=Country(show.country))
    return nearest_centre(writer, show.centres[0])


def nearest_centre(writer: Writer, near: Nearby) -> str:
    """The nearest place; one that is far is said to be, and a call comes first."""
    if not near.far:
        return centre_card(writer, near)
    lines = helpers.lines(writer.guide.hotlines, near.centre.country, helpers.GUIDING_LINES, most=1)
    key = "centre.far" if lines else "centre.far.no_line"
    far = writer.text(key, distance=_distance(writer, near), lines=", ".join(writer.line(line) for line in lines))
    return f"{far}\n{centre_card(writer, near)}"


def centre_card(writer: Writer, near: Nearby) -> str:
    """One place with everything needed to reach it; lines without content are left out."""
    centre = near.centre
    return writer.text(
        "centre.card",
        centre=centre.name,
        address=centre.address or centre.city,
        distance=writer.text("centre.distance", distance=_distance(writer, near)),
        status=_hours(writer, centre),
        phone_line=_phone_line(writer, centre),
        languages=writer.catalogue.listing([writer.catalogue.language_name(code) for code in centre.languages]),
        checked=_centre_checked(writer, centre),
    )


def _short_centre(writer: Writer, centre: Centre) -> str:
    how = spoken(centre.phone, centre.country) if centre.phone else (centre.address or centre.city)
    return writer.text("centre.short", centre=centre.name, phone=how)


def _distance(writer: Writer, near: Nearby) -> str:
    return writer.catalogue.distance(near.km, near.centre.country)


def _phone_line(writer: Writer, centre: Centre) -> str:
    lines = [writer.text("centre.phone", phone=spoken(centre.phone, centre.country))] if centre.phone else []
    if centre.whatsapp:
        lines.append(writer.text("centre.whatsapp", phone=spoken(centre.whatsapp, centre.country)))
    if centre.phone and centre.call_first:
        lines.append(writer.text("centre.call_first"))
    if centre.appointment == "required":
        lines.append(writer.text("centre.appointment"))
    return "\n".join(lines or [writer.text("centre.no_phone")])


def _hours(writer: Writer, centre: Centre) -> str:
    """When it is open, computed in its own time zone and said as hours, not only as "open"."""
    now = opening(centre, writer.now)
    if now is None:
        if centre.phone:
            return "" if centre.call_first else writer.text("centre.hours.unknown")
        return writer.text("centre.hours.unknown_no_phone", contact=_other_contact(writer, centre))
    if now.changes_at is None:
        return writer.text("centre.hours.open_always")
    if now.open:
        return writer.text("centre.hours.open", time=now.changes_at)
    return _opens(writer, now.changes_at, writer.now.astimezone(ZoneInfo(centre.timezone)).date())


def _opens(writer: Writer, at: datetime, today: date) -> str:
    if at.date() == today:
        return writer.text("centre.hours.opens_today", time=at)
    if at.date() == today + timedelta(days=1):
        return writer.text("centre.hours.opens_tomorrow", time=at)
    return writer.text("centre.hours.opens_day", day=writer.catalogue.weekday(at), time=at)


def _other_contact(writer: Writer, centre: Centre) -> str:
    """Whom to ask when a place has no phone: a line of the country, else who runs this copy."""
    lines = helpers.lines(writer.guide.hotlines, centre.country, helpers.GUIDING_LINES, most=1)
    return writer.line(lines[0]) if lines else writer.guide.operator.contact


def _centre_checked(writer: Writer, centre: Centre) -> str:
    if centre.as_of_text is None:
        return writer.text("age.unknown")
    age = writer.guide.ages.of_centre(centre.as_of, writer.now.date())
    key = "age.checked" if age == "fresh" else "age.check_first"
    return writer.text(key, date=writer.catalogue.day(centre.as_of_text))


def danger(writer: Writer, show: ShowDanger) -> str:
    """The first line says "now" and "free" only when every number in it is known to answer day and night."""
    if not show.hotlines:
        number = writer.emergency(show.country)
        centre = helpers.legal_help(writer.guide.centres, show.country)
        named = _short_centre(writer, centre.centre) if centre else writer.guide.operator.contact
        return writer.text("danger.no_line", number=number, country=Country(show.country), centre=named)
    values = {
        "lines": Lines(show.hotlines),
        "exit_word": Command("exit"),
        "legal": Legal(show.country),
        "locator": Lines(show.hotlines),
    }
    said = writer.text(f"danger.{show.kind}", **values)
    if helpers.always_open(show.hotlines) or show.kind in ("detained", "missing"):
        return said
    _, _, rest = said.partition("\n")
    return f"{writer.text('danger.lead_hours')}\n{rest}"


def contact(writer: Writer, show: ShowContact) -> str:
    """A person to talk to, when somebody answers, and in which languages."""
    if show.contact is None or show.country is None:
        country = Country(show.country) if show.country else ""
        emergency = writer.emergency(show.country)
        key = "person.none" if show.country else "person.nowhere"
        return writer.text(key, country=country, contact=writer.guide.operator.contact, emergency=emergency)
    centre, now = show.contact.near.centre, show.contact.opening
    values: dict[str, object] = {
        "centre": centre.name,
        "phone": spoken(centre.phone or "", centre.country),
        "languages": writer.catalogue.listing([writer.catalogue.language_name(code) for code in centre.languages]),
        "emergency": writer.emergency(show.country),
    }
    if now is None or now.changes_at is None:
        return writer.text("person.hours_unknown", **values)
    if now.open:
        return writer.text("person.now", time=now.changes_at, **values)
    return writer.text("person.later", day=writer.catalogue.weekday(now.changes_at), time=now.changes_at, **values)
