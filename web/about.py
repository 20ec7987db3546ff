"""The page that says what this service is, where its data come from, how it reckons, and what it does not know."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal, format_percent
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dependencies import TheDirectory
from directory.answers import Directory
from directory.catalog import data_age
from geo.audit_report import ModeAudit, load_audit
from geo.errors import NetworkError
from geo.network_router import NetworkRouter
from geo.road_graph import RoadGraph
from geo.travel import NetworkFacts, TravelMode
from web import labels
from web.language import Spanish, current, html
from web.language import gettext as _
from web.templating import page
from web.trips import day_text

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Described:
    """Something that the service stands on: what it is called, and sentences about it."""

    name: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditLine:
    """How far our times are from another engine's, in one mode of travel; shares with their sign of percent."""

    mode: str
    pairs: str
    median: str
    p90: str
    worst: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The comparison of one network."""

    name: str
    engine: str
    lines: tuple[AuditLine, ...]


@router.get("/acerca", response_class=HTMLResponse)
def about(request: Request, directory: TheDirectory) -> HTMLResponse:
    """What people and journalists ask: who says so, how old is it, what is it worth."""
    with directory.reading() as session:
        zone = ZoneInfo(directory.territory(session).zone(None))
        sources = tuple(_source(one, zone) for one in data_age(session))
        demo = directory.demonstration(session)
    graphs = _graphs(directory)
    return page(
        request.app.state.pages,
        request,
        "about.html",
        sources=sources,
        networks=tuple(Described(one.facts.name, tuple(_network(one.facts))) for one in graphs),
        audits=tuple(_audits(graphs)),
        demo=demo,
    )


def _source(row: Mapping[str, Any], zone: ZoneInfo) -> Described:
    read: datetime | None = row["imported_at"]
    told: list[str] = [
        html("Lo publica %(publisher)s.", publisher=Spanish(row["publisher"])),
        html("Licencia: %(licence)s.", licence=Spanish(row["licence"])),
    ]
    if row["demonstration"]:
        told.insert(0, _("Demostración: no son lugares reales."))
    if read is not None:
        told.append(_("Leído el %(day)s.", day=day_text(read.astimezone(zone).date())))
    if row["stale"]:
        told.append(_("Puede estar atrasado: llama antes de ir."))
    return Described(Spanish(row["title"]), tuple(told))


def _graphs(directory: Directory) -> list[RoadGraph]:
    """The road networks that answer questions now."""
    router = directory.router
    return [one.graph for one in router.opened()] if isinstance(router, NetworkRouter) else []


def _network(facts: NetworkFacts) -> Iterator[str]:
    if facts.day is not None:
        yield _("Mapa del %(day)s.", day=day_text(facts.day))
    if facts.timetable is not None:
        first, last = map(day_text, facts.timetable)
        yield _("Transporte público: horarios del %(first)s al %(last)s.", first=first, last=last)
    yield _("Licencia: %(licence)s.", licence=facts.licence)


def _audits(graphs: Sequence[RoadGraph]) -> Iterator[Audit]:
    """The comparisons that belong to these networks; one that cannot be read is noted, and not shown."""
    for graph in graphs:
        try:
            report = load_audit(graph.folder)
        except NetworkError as error:
            log.warning("an audit is not shown: %s", error)
            continue
        if report is not None and report.network == graph.id:
            lines = tuple(_audit_line(mode, one) for mode, one in report.modes.items() if one.errors)
            name = graph.facts.name
            yield Audit(f"{name}, {day_text(report.day)}" if report.day else name, report.engine, lines)


def _audit_line(mode: TravelMode, found: ModeAudit) -> AuditLine:
    errors = found.errors
    assert errors is not None
    return AuditLine(
        labels.MODES[mode],
        format_decimal(errors.pairs, locale=current().locale),
        _percent(errors.median),
        _percent(errors.p90),
        _percent(max((abs(one.error) for one in found.worst), default=errors.p90)),
    )


def _percent(share: float) -> str:
    return format_percent(share, "#,##0.#%", locale=current().locale)
