"""Coverage day by day, and supply against demand, as the page `/planificacion` shows them."""

from datetime import date, timedelta

from directory.coverage_terms import DaysReport, SupplyReport
from directory.planning import Planning
from web.charts import count, day_chart, percent
from web.language import gettext as _
from web.planning_form import PlanningFields
from web.planning_tables import Column, Row, Table, decimal, supply_table
from web.planning_view import Kpi, Section, first_notes

# Days that are shown one by one when the question names none.
USUAL_DAYS = 14


def day_section(planning: Planning, fields: PlanningFields, today: date) -> Section:
    """Day by day, with mobile points and without."""
    days = fields.days if fields.days > 1 else USUAL_DAYS
    first = fields.day or today + timedelta(days=1)
    report = planning.days(fields.query(), first, days)
    title = _("Personas con cobertura cada día")
    heads = (_("Día"), _("Con puntos móviles"), _("Sin puntos móviles"))
    chart = day_chart(
        [(one.day, one.with_mobile, one.without_mobile) for one in report.days],
        name="days",
        title=title,
        heads=heads,
    )
    rows = tuple(Row("", row) for row in chart.rows) if chart else ()
    columns = tuple(Column(head, number=i > 0) for i, head in enumerate(heads))
    return Section(
        basis=report.basis,
        kpis=tuple(_day_kpis(report)),
        notes=first_notes(report.basis),
        told=_day_notes(report),
        tables=(Table(title, columns, rows),),
        charts=() if chart is None else (chart,),
    )


def supply_section(planning: Planning, fields: PlanningFields) -> Section:
    """Places that can be taken up for the people who share them."""
    report = planning.supply(fields.query())
    return Section(
        basis=report.basis,
        kpis=tuple(_supply_kpis(report)),
        notes=first_notes(report.basis),
        told=_supply_notes(report),
        tables=(supply_table(fields, report, _("Cupos por mil personas, por comuna")),),
    )


def _day_kpis(report: DaysReport) -> list[Kpi]:
    shares = [one.with_mobile for one in report.days]
    days = str(len(shares))
    mean = sum(shares) / len(shares) if shares else None
    found = [
        Kpi(percent(mean), _("de las personas, un día cualquiera")),
        Kpi(percent(report.any_day), _("al menos un día de %(days)s", days=days)),
        Kpi(percent(report.any_day_without_mobile), _("lo mismo, sin puntos móviles")),
    ]
    if report.mean_wait is not None:
        wait = _("%(days)s días", days=decimal(report.mean_wait))
        found.append(Kpi(wait, _("de espera media hasta el próximo día cubierto")))
    return found


def _day_notes(report: DaysReport) -> tuple[str, ...]:
    return (
        _(
            "Los puntos móviles suman %(people)s días-persona en estos días.",
            people=count(report.person_days - report.person_days_without_mobile),
        ),
        _(
            "Si todos los puntos móviles estuvieran todos los días, sería %(share)s. No es así: no lo cites.",
            share=percent(report.union),
        ),
    )


def _supply_kpis(report: SupplyReport) -> list[Kpi]:
    found = [
        Kpi(decimal(report.mean), _("cupos por mil personas, en promedio")),
        Kpi(percent(report.worst_decile), _("de los cupos toca a la décima parte con menos")),
        Kpi(decimal(report.gini), _("desigualdad (Gini): 0 es igual para todos")),
    ]
    if report.rural_urban is not None:
        found.append(Kpi(decimal(report.rural_urban), _("acceso en el campo por cada 1 en la ciudad")))
    return found


def _supply_notes(report: SupplyReport) -> tuple[str, ...]:
    told = [_("Los lugares que dicen sus cupos suman %(count)s.", count=count(report.capacity))]
    if report.without_capacity:
        told.append(
            _("No cuentan %(count)s lugares que no dicen sus cupos.", count=count(report.without_capacity))
        )
    if report.zero:
        told.append(_("Dicen cero cupos: %(count)s lugares.", count=count(report.zero)))
    return tuple(told)
