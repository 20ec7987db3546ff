"""The way to an offer, as GeoJSON with its steps."""

from collections.abc import Iterable
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Depends
from fastapi.responses import Response

from api.dependencies import TheDirectory
from api.errors import BODY_PROBLEMS, NOT_FOUND, PROBLEMS
from api.query import from_address, parameters
from api.routes.places import place_out
from api.schemas_routes import RouteOut, RouteRequest, StartRequest
from directory.journeys import Journey, Start, find_journey
from geo.points import LonLat

router = APIRouter(prefix="/routes", tags=["routes"])

EXAMPLE = {"place": "Talca", "to": "1d4c8a67-5b4d-5c96-8af9-a08888cf0e0e", "mode": "foot"}
DESCRIPTION = (
    "The way from a place to an offer: a GeoJSON line with minutes, metres and steps. When there is no way, "
    "`geometry` is null and `properties.why` says why. An offer that is not there is 404; one whose address is "
    "protected or not known is 422. The line is made from map data: show `properties.network.licence` with it."
)
# Ten centimetres.
DECIMALS = 6
TEXT = orjson.OPT_OMIT_MICROSECONDS


@router.get(
    "",
    response_model=RouteOut,
    responses=PROBLEMS | NOT_FOUND,
    description=DESCRIPTION,
    openapi_extra={"parameters": parameters(RouteRequest)},
)
def find_route(
    directory: TheDirectory, request: Annotated[RouteRequest, Depends(from_address(RouteRequest))]
) -> Response:
    """The way to an offer, asked for in the address."""
    return _answer(directory, request)


@router.post(
    "", response_model=RouteOut, responses=PROBLEMS | NOT_FOUND | BODY_PROBLEMS, description=DESCRIPTION
)
def find_route_privately(
    directory: TheDirectory, request: Annotated[RouteRequest, Body(examples=[EXAMPLE])]
) -> Response:
    """The same question in the body: nothing of it in an address, a log or a history."""
    return _answer(directory, request)


def _answer(directory: TheDirectory, request: RouteRequest) -> Response:
    with directory.reading() as session:
        journey = find_journey(
            session,
            directory.router,
            directory.territory(session),
            start_of(request),
            request.to,
            language=request.language,
        )
    return Response(orjson.dumps(as_json(journey, request), option=TEXT), media_type="application/json")


def start_of(request: StartRequest) -> Start:
    """Where and when the trip of a request starts."""
    return Start(request.place, request.origin, request.mode, request.leave_at)


def as_json(journey: Journey, request: RouteRequest) -> dict[str, Any]:
    """The journey in the shape of RouteOut, ready for orjson."""
    route, trip = journey.route, journey.trip
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": coordinates(route.line)} if route else None,
        "properties": {
            "status": journey.status,
            "why": journey.why,
            "to": journey.destination.id,
            "origin": place_out(journey.place) if journey.place else None,
            "not_understood": journey.not_understood,
            "places": [place_out(one) for one in journey.places],
            "mode": request.mode,
            "leave_at": journey.leave_at,
            "minutes": round(trip.minutes, 1) if trip else None,
            "metres": round(trip.metres) if trip else None,
            "access_metres": round(trip.access_metres) if trip else None,
            "method": trip.method if trip else None,
            "estimated": trip.estimated if trip else None,
            "ferry": trip.ferry if trip else None,
            "notes": journey.notes,
            "network": journey.network,
            "steps": [
                {"text": step.text, "minutes": round(step.minutes, 1), "metres": round(step.metres)}
                for step in (route.steps if route else ())
            ],
        },
    }


def coordinates(line: Iterable[LonLat]) -> list[list[float]]:
    """The positions of a line as GeoJSON has them."""
    return [[round(one.lon, DECIMALS), round(one.lat, DECIMALS)] for one in line]
