"""An initiative as a calendar entry, without a script and without an address."""

from datetime import timedelta

from django.conf import settings
from icalendar import Calendar, Event

from foundation.languages import current_language
from volunteers.models import Initiative


def calendar_of(initiative: Initiative) -> bytes:
    """Return a calendar of one event, as RFC 5545 has it."""
    url = f"{settings.PUBLIC_URL}{initiative.get_absolute_url()}"
    event = Event()
    event.add("uid", f"{initiative.public_id}@{url.split('/')[2]}")
    event.add("dtstamp", initiative.updated_at)
    event.add("dtstart", initiative.starts_at)
    event.add("dtend", initiative.ends_at)
    event.add("summary", initiative.title.plain)
    event.add("description", f"{initiative.text.plain}\n\n{url}")
    event.add("url", url)
    if initiative.area:
        place = [initiative.place, initiative.area.name.plain]
        event.add("location", ", ".join(filter(None, place)))
    if initiative.latitude is not None and initiative.longitude is not None:
        event.add("geo", (initiative.latitude, initiative.longitude))
    is_off = initiative.state == Initiative.State.CANCELLED
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", f"-//Open Anti-Corruption Portal//{current_language()}//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("refresh-interval", timedelta(hours=12))
    calendar.add_component(event)
    return bytes(calendar.to_ical())
