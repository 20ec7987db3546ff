"""What files of a coverage answer are made of: its report, cells, offers and shapes, and their figures, flat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import text

from directory.coverage_terms import AreaHead, Basis, CellFigures, CoverageQuery, CoverageReport, Head
from directory.db import reading
from directory.supply import Provider

if TYPE_CHECKING:
    from directory.planning import Planning

type Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileParts:
    """What files are made of: one question's report and cells, the offers it spoke of, shapes of comunas as WKB."""

    report: CoverageReport
    cells: Sequence[CellFigures]
    offers: Sequence[Provider]
    shapes: Mapping[str, bytes]


def read_file_parts(planning: "Planning", query: CoverageQuery) -> FileParts:
    """Ask for everything that files hold. Raises what Planning.report raises."""
    report = planning.report(query)
    with reading(planning.engine) as session:
        codes = [one.code for one in report.comunas]
        shapes = {code: bytes(shape) for code, shape in session.execute(text(_SHAPES), {"codes": codes})}
    return FileParts(report, planning.cells(query), planning.read_supply(query).providers, shapes)


def area_values(area: AreaHead) -> Values:
    """The figures of an area, flat. Shares from 0 to 1; covered and left_out are empty for estimates."""
    head: Head = area.head
    return {
        "code": area.code,
        "name": area.name,
        "in": area.parent,
        "people": head.people,
        "covered": head.covered,
        "left_out": head.left_out,
        "share_low": head.low,
        "share_high": head.high,
        "median_minutes": area.median,
        "two_places_share": area.second,
        "nearest": area.nearest,
        "nearest_minutes": area.nearest_minutes,
    }


def cell_values(cell: CellFigures) -> Values:
    """The figures of a cell, flat."""
    return {
        "kind": cell.kind,
        "cell": cell.cell,
        "area_code": cell.area_code,
        "people": cell.people,
        "covered": cell.covered,
        "share": cell.covered / cell.people if cell.covered is not None and cell.people else None,
        "minutes": cell.minutes,
        "nearest": str(cell.nearest) if cell.nearest else None,
    }


def offer_values(offer: Provider) -> Values:
    """An offer that the question spoke of, flat. admits: yes, no, or missing where it depends on the person."""
    return {
        "id": str(offer.id) if offer.id else None,
        "name": offer.name,
        "kind": offer.kind,
        "area_code": offer.area_code,
        "mobile": offer.mobile,
        "admits": offer.verdict,
        "hours_known": offer.windows is not None,
        "capacity": offer.capacity,
    }


def basis_values(query: CoverageQuery, basis: Basis) -> Values:
    """What every figure stands on, flat: dates as ISO text."""
    network = basis.network
    return {
        "method": str(basis.method),
        "dataset": basis.dataset,
        "dataset_title": basis.dataset_title,
        "year": basis.year,
        "demonstration": basis.demonstration,
        "dataset_people": basis.people,
        "people_without_point": basis.people_without_point,
        "people_off_network": basis.people_off_network,
        "people_spread": basis.spread,
        "offers": basis.offers,
        "places": basis.places,
        "offers_without_hours": basis.without_hours,
        "offers_without_point": basis.without_point,
        "offers_on": _iso(basis.offers_on),
        "network": network.name if network else None,
        "network_on": _iso(network.day) if network else None,
        "network_id": network.id if network else None,
        "sources": "; ".join(basis.sources),
        **query_values(query),
    }


def query_values(query: CoverageQuery) -> Values:
    """The question, flat."""
    return {
        "mode": str(query.mode),
        "minutes": query.minutes,
        "needs": " ".join(query.needs),
        "kinds": " ".join(query.kinds),
        "facilities": " ".join(query.facilities),
        "person": orjson.dumps(query.person, default=sorted, option=orjson.OPT_SORT_KEYS).decode(),
        "day": _iso(query.day),
        "days": query.days,
        "leave_from": f"{query.leave_from:%H:%M}",
        "open_at": f"{query.open_at:%H:%M}" if query.open_at else None,
        "mobile_points": query.mobile,
        "area_code_asked": query.area_code,
        "band": query.band,
        "scenario": query.scenario,
    }


def _iso(day: Any) -> str | None:
    return None if day is None else day.isoformat()


_SHAPES = """
select code, st_asbinary(shape) from area where code = any(:codes) and shape is not null order by code
"""
