"""One planning page put together: the question's form, and the part of the answer that the address asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse

from directory.answers import Directory
from directory.catalog import list_areas
from directory.coverage_svg import Box
from directory.db import Session
from directory.errors import CoverageNotReadyError, QuestionError
from directory.needs import list_needs
from directory.planning import Planning
from directory.scenarios import list_scenarios
from web.language import InBoth, Spanish
from web.planning_changes import ScenarioView, scenario_view
from web.planning_days import day_section, supply_section
from web.planning_form import ESTIMATE, VIEWS, Known, PlanningFields, planning_form
from web.planning_forms import REPORT, file_links
from web.planning_sites import SiteForm, site_form
from web.planning_view import Level, Section, coverage_section, gap_section
from web.planning_words import asked_lines, basis_lines, mend_text
from web.templating import page

# More of either than any country of ours has.
ALL_AREAS, ALL_NEEDS = 10_000, 1_000
HEADERS = {"X-Robots-Tag": "noindex, noarchive", "Cache-Control": "private, no-cache"}


@dataclass(frozen=True, slots=True)
class Missing:
    """Long work that a question waits for: places without times to them, of all that count."""

    missing: int
    total: int
    estimate_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningPage:
    """What one part of the page has to say. At most one of section, missing, sites and scenarios; or errors."""

    tabs: tuple[Level, ...]
    section: Section | None = None
    missing: Missing | None = None
    sites: SiteForm | None = None
    scenarios: ScenarioView | None = None
    errors: Mapping[str, Any]
    asked: tuple[tuple[str, str], ...] = ()
    basis: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    report_url: str = ""


def show(
    request: Request,
    directory: Directory,
    fields: PlanningFields,
    *,
    wrong: QuestionError | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The page, also for a form of its parts that has to be mended. typed: what stood in that form."""
    state = request.app.state
    maker: Planning = state.planning
    with directory.reading() as session:
        demo = directory.demonstration(session)
        known = known_choices(session, maker)
        view = _page(session, request, directory, fields, known)
        if wrong is not None:
            view = _mended(session, maker, fields, known, view, wrong, typed or {})
    answer = page(
        state.pages,
        request,
        "planning.html",
        status=status,
        view=view,
        form=planning_form(fields, known, view.errors),
        demo=demo,
        map=state.coverage_map if view.section and view.section.map else None,
    )
    answer.headers.update(HEADERS)
    return answer


def _mended(
    session: Session,
    maker: Planning,
    fields: PlanningFields,
    known: Known,
    view: PlanningPage,
    wrong: QuestionError,
    typed: Mapping[str, str],
) -> PlanningPage:
    scenarios = view.scenarios and scenario_view(session, maker, fields, typed)
    sites = view.sites and site_form(fields, typed, known_names(known))
    return replace(
        view, errors={wrong.field or "changes": mend_text(wrong)}, scenarios=scenarios, sites=sites
    )


def known_choices(session: Session, maker: Planning) -> Known:
    """What the form offers to choose from."""
    return Known(
        needs=list_needs(session, None, ALL_NEEDS),
        areas=list_areas(session, None, None, None, ALL_AREAS),
        datasets=maker.datasets(),
        networks=[one.name for one in maker.networks()],
        scenarios=list_scenarios(session),
    )


def _page(
    session: Session, request: Request, directory: Directory, fields: PlanningFields, known: Known
) -> PlanningPage:
    maker: Planning = request.app.state.planning
    tabs = tuple(Level(label, _tab(fields, key), key == fields.view) for key, label in VIEWS.items())
    if fields.view == "scenarios":
        return PlanningPage(tabs=tabs, scenarios=scenario_view(session, maker, fields, {}), errors={})
    if fields.view == "sites":
        return PlanningPage(tabs=tabs, sites=site_form(fields, {}, known_names(known)), errors={})
    if not fields.asked:
        return PlanningPage(tabs=tabs, errors={})
    try:
        section = _section(session, request, directory, fields)
    except CoverageNotReadyError as error:
        return PlanningPage(tabs=tabs, missing=_missing(fields, error), errors={})
    except QuestionError as error:
        return PlanningPage(tabs=tabs, errors={error.field or "": mend_text(error)})
    facts = next((one for one in known.datasets if one.name == section.basis.dataset), None)
    return PlanningPage(
        tabs=tabs,
        section=section,
        errors={},
        asked=tuple(asked_lines(fields.query(), known_names(known))),
        basis=tuple(basis_lines(section.basis, facts)),
        files=tuple(file_links(fields)),
        report_url=fields.address(REPORT),
    )


def _section(session: Session, request: Request, directory: Directory, fields: PlanningFields) -> Section:
    maker: Planning = request.app.state.planning
    box: Box = request.app.state.coverage_box
    if fields.view == "gaps":
        return gap_section(session, maker, fields, box)
    if fields.view == "days":
        return day_section(maker, fields, _today(session, directory))
    if fields.view == "supply":
        return supply_section(maker, fields)
    return coverage_section(session, maker, fields, box)


def _today(session: Session, directory: Directory) -> date:
    return datetime.now(ZoneInfo(directory.territory(session).zone(None))).date()


def _tab(fields: PlanningFields, view: str) -> str:
    return fields.address(view=view, sort="", down="", all="")


def _missing(fields: PlanningFields, error: CoverageNotReadyError) -> Missing:
    return Missing(error.missing, error.total, fields.address(network=ESTIMATE))


def known_names(known: Known) -> dict[str, str]:
    """What needs, areas and scenarios are called: by code, and by id after a #."""
    needs = {one.code: str(InBoth(one.name, one.name_en)) for one in known.needs}
    areas = {str(one["code"]): str(one["name"]) for one in known.areas}
    scenarios = {f"#{one.id}": one.name for one in known.scenarios}
    return needs | {code: Spanish(name) for code, name in (areas | scenarios).items()}
