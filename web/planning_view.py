"""What the page `/planificacion` shows: figures, map, table and charts of each of its parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from directory.coverage_svg import Box
from directory.coverage_terms import (
    AreaHead,
    Basis,
    CoverageMethod,
    CoverageReport,
    GapReport,
    Head,
)
from directory.db import Session
from directory.planning import Planning
from directory.scenarios import difference
from web.charts import Bar, Chart, bar_chart, bounds, count, curve_chart, percent
from web.language import gettext as _
from web.language import ngettext
from web.planning_form import LEVELS, PlanningFields, band_name, minutes_text
from web.planning_map import MapView, coverage_map, difference_map
from web.planning_tables import (
    Table,
    area_table,
    difference_table,
    gap_table,
    group_table,
)
from web.planning_words import SETTLEMENTS, WHY

BARS = 6


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure to be seen first: what it is, and its value."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Level:
    """A link to the same table by another kind of area."""

    label: str
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the page as it is shown, from top to bottom. tables: the first is the map's text twin.

    notes: what must be known before any figure; told: what explains them."""

    basis: Basis
    kpis: tuple[Kpi, ...]
    notes: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    map: MapView | None = None
    levels: tuple[Level, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = field(default_factory=tuple)

    @property
    def estimated(self) -> bool:
        """Whether there are bounds only."""
        return self.basis.method is CoverageMethod.ESTIMATE


def coverage_section(session: Session, planning: Planning, fields: PlanningFields, box: Box) -> Section:
    """How many people are within the minutes, by area and by group; or the same of two states."""
    if fields.compares:
        return difference_section(session, planning, fields, box)
    report = planning.report(fields.query())
    estimated = is_estimated(report.basis)
    heads = {"comuna": report.comunas, "province": report.provinces, "region": report.regions}[fields.level]
    tables = [area_table(fields, heads, estimated, LEVELS[fields.level])]
    if report.settlements:
        caption = _("Ciudad y campo")
        tables.append(
            group_table(
                report.settlements, lambda one: SETTLEMENTS.get(one.code, one.name), caption, estimated
            )
        )
    if report.bands:
        tables.append(
            group_table(report.bands, lambda one: band_name(one.code), _("Por sexo y edad"), estimated)
        )
    return Section(
        basis=report.basis,
        kpis=tuple(_coverage_kpis(report)),
        notes=(*first_notes(report.basis), *_unknown(heads)),
        map=coverage_map(session, fields, report.comunas, estimated, box),
        levels=_levels(fields),
        tables=tuple(tables),
        charts=_some(_curve(report), _regions(report)),
    )


def _unknown(heads: Sequence[AreaHead]) -> Iterator[str]:
    """The areas that no table shows: a zero would say that nobody lives there."""
    missing = sum(not one.head.people for one in heads)
    if missing:
        yield ngettext(
            "%(count)s territorio no está en la tabla: ningún camino del mapa llega a su gente.",
            "%(count)s territorios no están en la tabla: ningún camino del mapa llega a su gente.",
            missing,
            count=count(missing),
        )


def difference_section(session: Session, planning: Planning, fields: PlanningFields, box: Box) -> Section:
    """Two states of the offer in one map and one table."""
    found = difference(planning, fields.query(), fields.before, fields.scenario)
    before, after = found.before.total, found.after.total
    kpis = [
        Kpi(bounds(before.low, before.high), _("de las personas, antes")),
        Kpi(bounds(after.low, after.high), _("de las personas, después")),
    ]
    if not is_estimated(found.after.basis):
        kpis += [
            Kpi(count(found.gained), _("personas ganan cobertura")),
            Kpi(count(found.lost), _("personas la pierden")),
        ]
    return Section(
        basis=found.after.basis,
        kpis=tuple(kpis),
        notes=first_notes(found.after.basis),
        map=difference_map(session, found, box),
        tables=(difference_table(fields, found, _("Antes y después, por comuna")),),
    )


def gap_section(session: Session, planning: Planning, fields: PlanningFields, box: Box) -> Section:
    """Who is left out, where, why, and what is nearest to them."""
    report = planning.gaps(fields.query())
    estimated = is_estimated(report.basis)
    kpis = [Kpi(*_left_out(report.total))]
    if not estimated:
        kpis.append(Kpi(count(report.total.left_out), _("personas quedan fuera")))
    kpis.append(Kpi(count(sum(one.unmet for one in report.gaps)), _("necesidades sin resolver registradas")))
    return Section(
        basis=report.basis,
        kpis=tuple(kpis),
        notes=first_notes(report.basis),
        told=(_unmet_note(),),
        map=coverage_map(session, fields, report.gaps, estimated, box),
        tables=(gap_table(fields, report, estimated, _("Comunas con más personas fuera")),),
        charts=_some(_why(report)),
    )


def is_estimated(basis: Basis) -> bool:
    """Whether a basis gives bounds only."""
    return basis.method is CoverageMethod.ESTIMATE


def first_notes(basis: Basis) -> tuple[str, ...]:
    """What must be known before any figure is read."""
    demo = (
        (_("Son datos de demostración: no uses estas cifras para decidir."),) if basis.demonstration else ()
    )
    if not is_estimated(basis):
        return demo
    return (
        *demo,
        _("No hay un mapa de caminos aquí: mostramos dos límites y no contamos personas."),
    )


def _some(*charts: Chart | None) -> tuple[Chart, ...]:
    return tuple(one for one in charts if one is not None)


def _coverage_kpis(report: CoverageReport) -> list[Kpi]:
    total = report.total
    minutes = minutes_text(report.query.minutes)
    found = [Kpi(bounds(total.low, total.high), _("de las personas llega en %(minutes)s", minutes=minutes))]
    if total.left_out is not None:
        found.append(Kpi(count(total.left_out), _("personas quedan fuera")))
    empty = sum(one.head.people > 0 and one.head.high == 0 for one in report.comunas if one.code)
    found.append(Kpi(count(empty), ngettext("comuna sin nada cerca", "comunas sin nada cerca", empty)))
    if report.second is not None:
        found.append(Kpi(percent(report.second), _("tiene dos lugares a esa distancia")))
    return found


def _left_out(total: Head) -> tuple[str, str]:
    if total.low is None or total.high is None:
        return "–", _("de las personas queda fuera")
    return bounds(1 - total.high, 1 - total.low), _("de las personas queda fuera")


def _unmet_note() -> str:
    return _("Las necesidades sin resolver son llamadas a la línea de ayuda, sin datos de personas.")


def _levels(fields: PlanningFields) -> tuple[Level, ...]:
    return tuple(
        Level(label, fields.address(level=level, sort="", down="", all="") + "#table", level == fields.level)
        for level, label in LEVELS.items()
    )


def _curve(report: CoverageReport) -> Chart | None:
    title = _("Personas que llegan, según los minutos de viaje")
    return curve_chart(report.curve, report.query.minutes, name="curve", title=title)


def _regions(report: CoverageReport) -> Chart | None:
    """Regions with the least coverage; nothing to compare where there is only one."""
    known = [one for one in report.regions if one.code and one.head.low is not None]
    least = sorted(known, key=lambda one: one.head.low or 0.0)[:BARS]
    if len(least) < 2:
        return None
    heads = (_("Región"), _("Con cobertura"))
    title = _("Regiones con menos cobertura")
    return bar_chart(_bars(least), name="regions", title=title, heads=heads)


def _bars(heads: Sequence[AreaHead]) -> list[Bar]:
    return [Bar(one.name, one.head.low or 0.0) for one in heads]


def _why(report: GapReport) -> Chart | None:
    """Why people are left out, all of them together."""
    sums = {why: sum(one.why.get(why, 0.0) for one in report.gaps) for why in WHY}
    whole = sum(sums.values())
    if not whole:
        return None
    bars = [Bar(WHY[why], people / whole) for why, people in sorted(sums.items(), key=lambda one: -one[1])]
    title = _("Por qué quedan fuera")
    return bar_chart(
        [one for one in bars if one.share], name="why", title=title, heads=(_("Motivo"), _("De ellas"))
    )
