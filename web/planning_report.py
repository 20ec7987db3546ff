"""What leaves the page: the report to print, and files of the same figures."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.dependencies import TheDirectory
from directory.answers import Directory
from directory.coverage_files import FORMATS, read_file_parts, write_file
from directory.db import Session
from directory.errors import CoverageNotReadyError, QuestionError
from directory.planning import Planning
from web.language import gettext as _
from web.planning_form import PlanningFields
from web.planning_forms import FILES, REPORT, see_other
from web.planning_page import known_choices, known_names, show
from web.planning_tables import Table
from web.planning_view import coverage_section, gap_section
from web.planning_words import asked_lines, basis_lines
from web.templating import page
from web.trips import day_text

router = APIRouter(include_in_schema=False)
HEADERS = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex, noarchive"}
# Rows of a table of the whole country on paper.
PRINTED_ROWS = 40
Asked = Annotated[PlanningFields, Query()]
type FileKind = Literal["csv", "gpkg", "geojson"]


@router.get(REPORT, response_class=HTMLResponse)
def report(request: Request, directory: TheDirectory, fields: Asked) -> Response:
    """The report of a territory on A4: figures, map, tables, method, and what every figure stands on."""
    state = request.app.state
    maker: Planning = state.planning
    asked = fields.model_copy(update={"view": "coverage", "sort": "", "down": "", "all": "yes"})
    gaps = asked.model_copy(update={"versus": ""})
    try:
        with directory.reading() as session:
            demo = directory.demonstration(session)
            known = known_choices(session, maker)
            section = coverage_section(session, maker, asked, state.coverage_box)
            left_out = gap_section(session, maker, gaps, state.coverage_box)
            printed = _printed(session, directory)
    except (CoverageNotReadyError, QuestionError):
        return show(request, directory, fields)  # which says what is missing, or has to be mended
    names = known_names(known)
    facts = next((one for one in known.datasets if one.name == section.basis.dataset), None)
    where = names.get(fields.area, _("Todo el país"))
    answer = page(
        state.pages,
        request,
        "planning_report.html",
        section=replace(section, tables=tuple(map(_short, section.tables))),
        left_out=replace(left_out, tables=tuple(map(_short, left_out.tables))),
        where=where,
        printed=printed,
        asked=tuple(asked_lines(fields.query(), names)),
        basis=tuple(basis_lines(section.basis, facts)),
        back_url=fields.address(),
        demo=demo,
    )
    answer.headers.update(HEADERS)
    return answer


@router.get(f"{FILES}.{{kind}}")
def data(request: Request, directory: TheDirectory, kind: FileKind, fields: Asked) -> Response:
    """The figures of a question as a file. What cannot be answered now goes to the page, which says why."""
    maker: Planning = request.app.state.planning
    try:
        content = write_file(f".{kind}", read_file_parts(maker, fields.query()))
    except (CoverageNotReadyError, QuestionError):
        return see_other(fields.address())
    name = {"Content-Disposition": f'attachment; filename="cobertura.{kind}"'}
    return Response(content, media_type=FORMATS[f".{kind}"].media_type, headers=HEADERS | name)


def _short(table: Table) -> Table:
    """The rows that are printed. more_text: empty where all of them are."""
    if len(table.rows) <= PRINTED_ROWS:
        return replace(table, more="", more_text="")
    told = _("Se muestran %(count)s filas. El archivo de datos las tiene todas.", count=str(PRINTED_ROWS))
    return replace(table, rows=table.rows[:PRINTED_ROWS], more="", more_text=told)


def _printed(session: Session, directory: Directory) -> str:
    return day_text(datetime.now(ZoneInfo(directory.territory(session).zone(None))).date())
