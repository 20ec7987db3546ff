"""The area around a place, for drawing."""

from typing import Annotated, Any

import orjson
import shapely
from fastapi import APIRouter, Body, Depends
from fastapi.responses import Response

from api.dependencies import TheDirectory
from api.errors import BODY_PROBLEMS, PROBLEMS
from api.query import from_address, parameters
from api.routes.places import place_out
from api.routes.routes import TEXT, start_of
from api.schemas_routes import ReachableOut, ReachableRequest
from directory.journeys import Surroundings, find_surroundings
from geo.units import Minutes

router = APIRouter(prefix="/reachable", tags=["routes"])

EXAMPLE = {"place": "Talca", "mode": "foot", "minutes": 30}
DESCRIPTION = (
    "What is reached from a place within so many minutes, as a GeoJSON polygon: for drawing, not for counting "
    "(/referrals tells exactly which offers are within). Without a road network there is no area, and the "
    "question is refused with 422. The area is made from map data: show `properties.network.licence` with it."
)


@router.get(
    "",
    response_model=ReachableOut,
    responses=PROBLEMS,
    description=DESCRIPTION,
    openapi_extra={"parameters": parameters(ReachableRequest)},
)
def find_reachable(
    directory: TheDirectory, request: Annotated[ReachableRequest, Depends(from_address(ReachableRequest))]
) -> Response:
    """The area around a place, asked for in the address."""
    return _answer(directory, request)


@router.post("", response_model=ReachableOut, responses=PROBLEMS | BODY_PROBLEMS, description=DESCRIPTION)
def find_reachable_privately(
    directory: TheDirectory, request: Annotated[ReachableRequest, Body(examples=[EXAMPLE])]
) -> Response:
    """The same question in the body: nothing of it in an address, a log or a history."""
    return _answer(directory, request)


def _answer(directory: TheDirectory, request: ReachableRequest) -> Response:
    with directory.reading() as session:
        found = find_surroundings(
            session,
            directory.router,
            directory.territory(session),
            start_of(request),
            Minutes(float(request.minutes)),
        )
    return Response(orjson.dumps(as_json(found, request), option=TEXT), media_type="application/json")


def as_json(found: Surroundings, request: ReachableRequest) -> dict[str, Any]:
    """The area in the shape of ReachableOut, ready for orjson."""
    return {
        "type": "Feature",
        "geometry": None if found.area is None else _geometry(found.area),
        "properties": {
            "status": found.status,
            "origin": place_out(found.place) if found.place else None,
            "not_understood": found.not_understood,
            "places": [place_out(one) for one in found.places],
            "mode": request.mode,
            "leave_at": found.leave_at,
            "minutes": request.minutes,
            "notes": found.notes,
            "network": found.network,
        },
    }


def _geometry(area: shapely.Geometry) -> orjson.Fragment:
    """As RFC 7946 wants it: outer rings counterclockwise."""
    return orjson.Fragment(shapely.to_geojson(shapely.orient_polygons(area)))
