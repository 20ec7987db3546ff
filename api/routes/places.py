"""Places by name or coordinates, offline."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.dependencies import Reading
from api.errors import PROBLEMS
from api.schemas import PlacesOut
from directory.places import FoundPlace, find_places

router = APIRouter(prefix="/places", tags=["places"])


@router.get("", response_model=PlacesOut, responses=PROBLEMS)
def search_places(
    session: Reading,
    q: Annotated[
        str, Query(min_length=1, max_length=200, description="A name, or coordinates", examples=["Ñuñoa"])
    ],
    limit: Annotated[int, Query(ge=1, le=20)] = 8,
) -> dict[str, Any]:
    """Places called like this: one when certain, several to choose from otherwise. Typos are forgiven."""
    found = find_places(session, q, limit=limit)
    return {
        "status": found.status,
        "places": [place_out(one) for one in found.places],
        "not_understood": found.not_understood,
    }


def place_out(place: FoundPlace) -> dict[str, Any]:
    """A place in the shape of PlaceOut."""
    return {
        "id": place.id,
        "name": place.name,
        "kind": place.kind,
        "comuna": place.comuna,
        "region": place.region,
        "area_code": place.area_code,
        "lon": place.point.lon,
        "lat": place.point.lat,
        "precision_m": place.precision_m,
        "precision": place.precision,
        "precision_words": place.precision_words,
    }
