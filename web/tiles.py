"""Tiles of our own map, cached by the browser for a day and asked again by their content's mark."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Header, Path, Response

from api.dependencies import Reading
from directory.tiles import MAX_ZOOM, tile

router = APIRouter(include_in_schema=False)

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
CACHING = "public, max-age=86400"
Axis = Annotated[int, Path(ge=0, lt=2**MAX_ZOOM)]
Known = Annotated[str | None, Header(max_length=1000)]


@router.get("/teselas/{layer}/{z}/{x}/{y}.pbf")
def map_tile(
    session: Reading,
    layer: Annotated[str, Path(max_length=20)],
    z: Annotated[int, Path(ge=0, le=MAX_ZOOM)],
    x: Axis,
    y: Axis,
    if_none_match: Known = None,
) -> Response:
    """One tile; 204 where nothing is drawn, 304 when the browser has it already."""
    return marked(tile(session, layer, z, x, y), MEDIA_TYPE, CACHING, if_none_match)


def marked(content: bytes, media_type: str, caching: str, known: str | None) -> Response:
    """Content under a mark of its own. known: the marks (If-None-Match) that the browser has already."""
    mark = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    headers = {"ETag": mark, "Cache-Control": caching}
    if _has(known, mark):
        return Response(status_code=304, headers=headers)
    if not content:
        return Response(status_code=204, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _has(stated: str | None, mark: str) -> bool:
    """Whether the browser names this mark; a proxy that compresses may have made it weak (W/)."""
    return mark in {one.strip().removeprefix("W/") for one in (stated or "").split(",")}
