"""How the trips of an answer were reckoned, in words: by which roads, of when, and what nobody knows of them."""

from collections.abc import Collection, Iterator
from typing import Any

from babel.dates import format_date

from directory.referrals import ReferralAnswer
from geo.travel import NetworkFacts, Note, TravelMode
from web.language import Texts, current, noop
from web.language import gettext as _

NOTES = Texts(
    {
        Note.ORIGIN_OFF_NETWORK: noop("No conocemos ningún camino cerca de donde sales."),
        Note.NO_TIMETABLE: noop("No tenemos los horarios del transporte público de esta zona."),
        Note.TIMETABLE_EXPIRED: noop(
            "Los horarios del transporte público que tenemos vencieron: el viaje es a pie."
        ),
        Note.NOTHING_RUNS: noop("A esa hora no pasa transporte público: el viaje es a pie."),
    }
)
# Who asked for public transport walks all the way.
ON_FOOT = {Note.TIMETABLE_EXPIRED, Note.NOTHING_RUNS}


def trip_mode(mode: TravelMode, notes: Collection[Note]) -> TravelMode:
    """How the trips are really made, asked for in a mode."""
    return mode if ON_FOOT.isdisjoint(notes) else TravelMode.FOOT


def reckoned_texts(found: ReferralAnswer) -> Iterator[str]:
    """What to know of all the trips of an answer: the map and its day, the traffic, what could not be used."""
    trips = [one.trip for one in (*found.options, *found.unknown_hours) if one.trip]
    mode = trip_mode(found.query.mode, found.notes)
    if found.network is not None and any(not trip.estimated for trip in trips):
        yield method_text(found.network, mode)
        if mode is TravelMode.CAR:
            yield _("Sin contar el tráfico.")
        yield found.network.licence
    if any(trip.ferry for trip in trips):
        yield _("Algún viaje toma un transbordador: confirma sus horarios.")
    yield from (NOTES[note] for note in found.notes)


def method_text(network: NetworkFacts, mode: TravelMode) -> str:
    """By which roads and timetables, and of when they are."""
    if mode is TravelMode.TRANSIT and network.timetable:
        first, last = network.timetable
        return _(
            "En transporte público, según los horarios del %(first)s al %(last)s.",
            first=day_text(first),
            last=day_text(last),
        )
    if network.day is None:
        return _("Por calles y caminos.")
    return _("Por calles y caminos, mapa del %(day)s.", day=day_text(network.day))


def day_text(day: Any) -> str:
    """A day as it is written on paper: 3 de abril de 2026."""
    return format_date(day, "long", locale=current().locale)
