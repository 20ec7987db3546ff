"""All places on a map and as a list, for people who look around: `/mapa`.

The list is the map's twin: whole without JavaScript, with a small drawing of the places it shows. The map asks for
its points by address: all of them up to MOST_POINTS, tiles above. Who says nothing of a place's address here is
`directory.offer_points`; what is sensitive has a neutral name.
"""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.dependencies import Reading, TheDirectory
from directory.country import country_facts
from directory.offer_points import (
    MAX_POINT_ZOOM,
    PlacePoint,
    facets_of,
    place_points,
    point_tile,
    public_place,
)
from directory.settings import Settings
from geo.points import LonLat
from web import tiles
from web.assets import Assets
from web.explore_view import ADDRESS, Filter, explore_view, neutral_name, place_line
from web.ficha import FRESH, KEPT_NOWHERE, UNINDEXED
from web.language import Spanish
from web.maps import explore_map
from web.templating import page

router = APIRouter(include_in_schema=False)
POINTS_CACHING = "private, max-age=300"
TILES_CACHING = "public, max-age=3600"
COUNTRY_ZOOM = 4
CSS = "explore.css"
Axis = Annotated[int, Path(ge=0, lt=2**MAX_POINT_ZOOM)]
Asked = Annotated[Filter, Query()]


@router.get(ADDRESS, response_class=HTMLResponse)
def explore(request: Request, directory: TheDirectory, chosen: Asked) -> HTMLResponse:
    """The page: the form, the map and the list."""
    with directory.reading() as session:
        demo = directory.demonstration(session)
        view = explore_view(session, chosen)
    state = request.app.state
    answer = page(state.pages, request, "explore.html", view=view, demo=demo, map=state.explore_map)
    answer.headers["Cache-Control"] = KEPT_NOWHERE if view.private else FRESH
    if demo or view.private or chosen.facet_names:
        answer.headers.update(UNINDEXED)
    return answer


@router.get(f"{ADDRESS}/puntos.json")
def points(session: Reading, chosen: Asked, if_none_match: tiles.Known = None) -> Response:
    """Every public point of the filter as GeoJSON. 422 above MOST_POINTS: then there are tiles."""
    facets = facets_of(session, chosen.facet_names)
    found = [] if facets is None else place_points(session, facets)
    body = orjson.dumps({"type": "FeatureCollection", "features": [_feature(one) for one in found]})
    keeping = KEPT_NOWHERE if found and all(one.sensitive for one in found) else POINTS_CACHING
    return tiles.marked(body, "application/geo+json", keeping, if_none_match)


@router.get(f"{ADDRESS}/teselas/{{z}}/{{x}}/{{y}}.pbf")
def tile(
    session: Reading,
    chosen: Asked,
    z: Annotated[int, Path(ge=0, le=MAX_POINT_ZOOM)],
    x: Axis,
    y: Axis,
    if_none_match: tiles.Known = None,
) -> Response:
    """Public points as a vector tile, those of one cell together."""
    facets = facets_of(session, chosen.facet_names)
    content = b"" if facets is None else point_tile(session, facets, z, x, y)
    # What somebody needs is nothing to keep on a machine that others use.
    keeping = KEPT_NOWHERE if chosen.need or chosen.kind else TILES_CACHING
    return tiles.marked(content, tiles.MEDIA_TYPE, keeping, if_none_match)


@router.get(f"{ADDRESS}/lugar/{{location}}")
def place(session: Reading, location: UUID) -> Response:
    """What the popup of a pin says: name, address, and the page of each service. 404 for a protected place."""
    line = place_line(public_place(session, location), 0)
    told = {
        "name": line.name,
        "lang": "es" if isinstance(line.name, Spanish) else None,
        "lines": [text for text in (line.kind_label, line.address) if text],
        "links": [{"url": one.url, "label": one.label} for one in line.services],
        "more": line.more,
    }
    headers = {"Cache-Control": KEPT_NOWHERE, **UNINDEXED}
    return Response(orjson.dumps(told, default=str), media_type="application/json", headers=headers)


def _feature(one: PlacePoint) -> dict[str, object]:
    name = neutral_name(one.comuna) if one.sensitive else one.name
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [one.point.lon, one.point.lat]},
        "properties": {"id": str(one.id), "kind": one.kind, "name": str(name)},
    }


def install(app: FastAPI, settings: Settings) -> None:
    """Put the page into an app that has the others (`pages.install`)."""
    box = country_facts(settings.country_folder)["bounds"][0]
    middle = LonLat((box["west"] + box["east"]) / 2, (box["south"] + box["north"]) / 2)
    assets = Assets()
    app.state.explore_map = explore_map(assets.url, middle, COUNTRY_ZOOM)
    app.state.pages.globals["explore_css"] = Markup(assets.text(CSS))  # our own file, like the critical one
    app.include_router(router)
