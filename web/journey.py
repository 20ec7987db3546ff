"""The way to one place, in words and drawn: a page of its own, or a part below the card it belongs to.

It is asked for by POST: where somebody is stands in no address, no log and no history. A link (GET) may name a
place, never a position.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from shapely import LineString

from api.dependencies import TheDirectory
from directory.answers import Directory
from directory.db import Session
from directory.errors import QuestionError
from directory.journeys import Journey, NoWay, Start, find_journey
from directory.svg_map import svg_map
from geo.points import LonLat
from geo.travel import Step, TravelMode
from geo.units import Metres
from web import labels, wording
from web.form import SearchForm
from web.language import Spanish, Texts, language, noop
from web.language import gettext as _
from web.pages import Fields
from web.present import Choice
from web.templating import page, wants_part
from web.trips import NOTES, method_text, trip_mode

router = APIRouter(include_in_schema=False)
ADDRESS = "/como-llegar"
# A walk off the known roads that is worth a word, in metres.
WORTH_A_WORD = Metres(50.0)
# Width and height of the drawing in pixels: a phone shows it nearly as large, with names that can be read.
DRAWN = (420, 340)
# A point of the line that lies this near to it (two metres, in degrees) is left out, for it cannot be seen.
FINEST_DEGREES = 0.00002

REASONS = Texts(
    {
        NoWay.NO_NETWORK: noop("No tenemos el mapa de calles y caminos de esta zona."),
        NoWay.NO_TIMETABLE: noop("No tenemos los horarios del transporte público de esta zona."),
        NoWay.ORIGIN_OFF_NETWORK: noop("No conocemos ningún camino cerca de donde sales."),
        NoWay.OUTSIDE_NETWORK: noop("Nuestro mapa de calles y caminos no llega hasta ese lugar."),
        NoWay.OFF_NETWORK: noop("No conocemos ningún camino que llegue hasta ese lugar."),
        NoWay.UNREACHABLE: noop(
            "No conocemos un camino hasta ese lugar: puede estar en una isla. Llama antes de ir."
        ),
        NoWay.TOO_FAR: noop("Ese lugar está demasiado lejos para decirte cómo llegar."),
        NoWay.NOT_DRAWN: noop("Sabemos cuánto demora el viaje, pero no podemos mostrar el camino."),
    }
)
# Said by directory.journeys; here for the catalogue.
REFUSALS = (
    noop("La dirección de este lugar es reservada: hay que llamar antes de ir."),
    noop("No se sabe el punto exacto de este lugar: hay que llamar antes de ir."),
    noop("Esa hora está demasiado lejos de hoy."),
)
NO_PLACE = Texts(
    {
        "ambiguous_place": noop("Hay más de un lugar llamado «%(place)s». Elige el tuyo en la búsqueda."),
        "unknown_place": noop("No encontramos «%(place)s». Escribe tu comuna o pueblo en la búsqueda."),
    }
)


class JourneyFields(Fields):
    """The search form, and the offer that somebody wants to go to."""

    to: UUID


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step: what to do, and how far."""

    text: str
    length: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyView:
    """What `journey.html` and `_journey.html` show.

    minutes_text is empty when nothing is known of the trip. reason: why there is no way. told: how the trip was
    reckoned, and what it leaves out. hidden: the search form, to ask again or to go back to the results. line:
    what the map draws, longitude first.
    """

    to: str
    mode: str
    modes: tuple[Choice, ...]
    name: str = ""
    address: str = ""
    start: str = ""
    minutes_text: str = ""
    km_text: str = ""
    reason: str = ""
    told: tuple[str, ...] = ()
    credit: str = ""
    steps: tuple[StepLine, ...] = ()
    line: tuple[LonLat, ...] = ()
    drawing: Markup | str = ""
    hidden: tuple[tuple[str, str], ...] = ()
    back_url: str = ""

    def map_data(self) -> dict[str, Any]:
        """What web/static/route-layer.js draws."""
        return {"line": [[round(one.lon, 5), round(one.lat, 5)] for one in self.line], "credit": self.credit}


@router.get(ADDRESS, response_class=HTMLResponse)
def journey(
    request: Request, directory: TheDirectory, fields: Annotated[JourneyFields, Query()]
) -> HTMLResponse:
    """The way from a place that the address names. A position in it is not looked at."""
    return _answer(request, directory, fields.model_copy(update={"lon": None, "lat": None}))


@router.post(ADDRESS, response_class=HTMLResponse)
def journey_privately(
    request: Request, directory: TheDirectory, fields: Annotated[JourneyFields, Form()]
) -> HTMLResponse:
    """The way from the place or the shared position of the search form."""
    return _answer(request, directory, fields)


def _answer(request: Request, directory: Directory, fields: JourneyFields) -> HTMLResponse:
    part = wants_part(request)
    with directory.reading() as session:
        view = _asked(directory, session, fields.form(), fields.to)
        if view.line and not part:
            view = replace(view, drawing=_drawing(session, view.line))
        demo = directory.demonstration(session)
    return page(
        request.app.state.pages, request, "_journey.html" if part else "journey.html", view=view, demo=demo
    )


def _asked(directory: Directory, session: Session, form: SearchForm, to: UUID) -> JourneyView:
    territory = directory.territory(session)
    bare = _bare(form, to)
    try:
        question = form.question(datetime.now(ZoneInfo(territory.zone(None))))
        start = Start(question.place, question.origin, question.mode, question.leave_at)
        found = find_journey(session, directory.router, territory, start, to, language=language())
    except QuestionError as error:
        return replace(bare, reason=_(str(error)))
    return _view(bare, form, found)


def _drawing(session: Session, line: tuple[LonLat, ...]) -> Markup:
    return Markup(svg_map(session, [(1, line[-1])], *DRAWN, line=line, title=_("Mapa del camino")))


def _bare(form: SearchForm, to: UUID) -> JourneyView:
    """The page before anything is known of the way: what it goes back to."""
    return JourneyView(
        to=str(to),
        mode=str(form.mode),
        modes=tuple(Choice(str(mode), text, mode == form.mode) for mode, text in labels.MODES.items()),
        hidden=tuple(hidden_fields(form)),
        back_url="" if form.shared else form.query(),
    )


def _view(bare: JourneyView, form: SearchForm, found: Journey) -> JourneyView:
    card = found.destination.card
    area = card["area"]["name"] if card["area"] else ""
    known = replace(
        bare,
        name=Spanish(card["name"]),
        address=Spanish(", ".join(part for part in (card["address"], area) if part)),
    )
    if found.place is None:
        asked = form.place.strip()
        words = NO_PLACE[found.status] % {"place": asked} if asked else _("Escribe tu comuna o pueblo.")
        return replace(known, reason=words)
    trip, route, mode = found.trip, found.route, trip_mode(form.mode, found.notes)
    return replace(
        known,
        start=_("tu ubicación") if form.shared else Spanish(found.place.name),
        minutes_text=wording.minutes_text(trip, mode) if trip else "",
        km_text=wording.distance_text(trip.metres) if trip else "",
        reason=REASONS[found.why] if found.why else "",
        told=tuple(filter(None, _told(form, found))),
        credit=found.network.licence if found.network and route else "",
        steps=tuple(map(_step, route.steps)) if route else (),
        line=_simple(route.line) if route else (),
    )


def _told(form: SearchForm, found: Journey) -> Iterator[str]:
    """How the trip was reckoned, from where to where, and what nobody knows of it."""
    trip, card = found.trip, found.destination.card
    if trip is None:
        return
    if not trip.estimated and found.network is not None:
        yield method_text(found.network, trip_mode(form.mode, found.notes))
    if form.mode is TravelMode.CAR and not trip.estimated:
        yield _("Sin contar el tráfico.")
    if trip.ferry:
        yield _("El viaje toma un transbordador: confirma sus horarios.")
    if trip.access_metres >= WORTH_A_WORD:
        yield _(
            "Incluye %(length)s a pie fuera de los caminos del mapa.",
            length=wording.distance_text(trip.access_metres),
        )
    if found.why is None:  # else it is said already
        yield from (NOTES[note] for note in found.notes)
    if found.place is not None and not form.shared:
        yield labels.origin_words(found.place.precision, found.not_understood)
    yield labels.POSITIONS.get(card["position"]["source"] or "", "")


def _step(step: Step) -> StepLine:
    return StepLine(step.text, wording.distance_text(step.metres) if step.metres >= 10 else "")


def _simple(line: tuple[LonLat, ...]) -> tuple[LonLat, ...]:
    shape = LineString([(one.lon, one.lat) for one in line]).simplify(FINEST_DEGREES)
    return tuple(LonLat(lon, lat) for lon, lat in shape.coords)


def hidden_fields(form: SearchForm) -> Iterator[tuple[str, str]]:
    """The search form once more, for the buttons that ask again. A position is part of it: forms go by POST."""
    if form.shared is not None:
        yield from (("lon", f"{form.shared.lon:.3f}"), ("lat", f"{form.shared.lat:.3f}"))
    told = {
        "place": form.place,
        "need": form.need,
        "words": form.words,
        "when": form.when,
        "leave_at": form.leave_at,
        "max_minutes": form.max_minutes,
        "rank": form.rank,
        "limit": form.limit,
    }
    yield from ((name, str(value)) for name, value in told.items() if value != "")
    yield from (("accessibility", str(one)) for one in form.accessibility)
