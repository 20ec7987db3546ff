"""For planners, `/planificacion`: who is left out, on which day, and what would change it.

The question stands in the address: it tells of no person, and an answer can be sent on. Each part of the page is
whole without JavaScript: figures, a drawing of the map, its table and the charts; the map and its cells come on top.
"""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.dependencies import Reading, TheDirectory
from directory.country import country_facts
from directory.coverage_tiles import LAST_CELL_ZOOM, cell_tile
from directory.errors import CoverageNotReadyError
from directory.people import default_dataset
from directory.settings import Settings
from geo.points import LonLat
from web import planning_jobs, planning_report, planning_scenarios, tiles
from web.assets import Assets
from web.maps import coverage_shell
from web.planning_cells import CellMemory
from web.planning_form import ADDRESS, PlanningFields
from web.planning_forms import question_text
from web.planning_map import CELLS
from web.planning_page import show

router = APIRouter(include_in_schema=False)
COUNTRY_ZOOM = 4
# How hours of a scenario are written (OSM opening_hours): no matter of a language.
HOURS = "Mo-Fr 09:00-17:00"
# Long enough to look at one map; its figures may be others after an import.
TILES_CACHING = "private, max-age=300"
Asked = Annotated[PlanningFields, Query()]
Axis = Annotated[int, Path(ge=0, lt=2**LAST_CELL_ZOOM)]


@router.get(ADDRESS, response_class=HTMLResponse)
def planning(request: Request, directory: TheDirectory, fields: Asked) -> HTMLResponse:
    """The page: the form, and the part of the answer that the address asks for."""
    return show(request, directory, fields)


@router.get(f"{CELLS}/{{z}}/{{x}}/{{y}}.pbf")
def cells(
    request: Request,
    session: Reading,
    fields: Asked,
    z: Annotated[int, Path(ge=0, le=LAST_CELL_ZOOM)],
    x: Axis,
    y: Axis,
    if_none_match: tiles.Known = None,
) -> Response:
    """Cells of people with the figures of the question. 422 for a question that cannot be answered."""
    query = fields.query()
    dataset = query.dataset or default_dataset(session, query.area_code)
    memory: CellMemory = request.app.state.coverage_cells
    try:
        content = b"" if dataset is None else cell_tile(session, dataset, memory.figures(query), z, x, y)
    except CoverageNotReadyError:
        content = b""  # the page itself says what is missing
    return tiles.marked(content, tiles.MEDIA_TYPE, TILES_CACHING, if_none_match)


def install(app: FastAPI, settings: Settings) -> None:
    """Put the pages into an app that has the others (`pages.install`) and `app.state.planning`."""
    box = country_facts(settings.country_folder)["bounds"][0]
    app.state.coverage_box = (box["west"], box["south"], box["east"], box["north"])
    middle = LonLat((box["west"] + box["east"]) / 2, (box["south"] + box["north"]) / 2)
    app.state.coverage_map = coverage_shell(Assets().url, middle, COUNTRY_ZOOM)
    app.state.coverage_cells = CellMemory(app.state.planning)
    app.state.pages.globals.update(question=question_text, hours_example=HOURS)
    for part in _routers():
        app.include_router(part)


def _routers() -> Iterator[APIRouter]:
    yield router
    for module in (planning_jobs, planning_scenarios, planning_report):
        yield module.router
