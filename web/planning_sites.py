"""Where next: the form that asks for the best of some candidate places, and what was found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from directory.coverage_terms import CoverageQuery, Site, SiteQuery, SiteReport
from geo.points import LonLat
from web import labels
from web.charts import bounds, count, percent
from web.language import Spanish, Texts, noop
from web.language import gettext as _
from web.planning_form import PlanningFields, minutes_text
from web.planning_forms import question_text
from web.planning_tables import Column, Row, Table, decimal
from web.planning_view import Kpi
from web.planning_words import asked_lines, basis_lines
from web.present import Choice
from web.trips import day_text

MOST_COUNT, MOST_ROUND_DAYS, MOST_STOPS = 50, 60, 10
COUNTS, ROUNDS = (1, 3, 5, 10, 20), (7, 14, 30)
GOALS = Texts(
    {
        "cover": noop("Que llegue la mayor cantidad de personas"),
        "mean": noop("Que el viaje medio sea lo más corto"),
        "person_days": noop("Que haya más días con cobertura (solo rondas)"),
    }
)
METHODS = Texts(
    {
        "optimal": noop("Es lo mejor posible: ninguna otra elección da más."),
        "time_limit": noop("Se acabó el tiempo de cálculo: puede haber una elección algo mejor."),
        "too_large": noop("Son demasiados lugares para probar que es lo mejor: es una buena elección."),
        "greedy": noop("Es una buena elección, sin probar que sea la mejor."),
        "routed": noop("Es una buena ronda, sin probar que sea la mejor."),
    }
)


class SiteFields(BaseModel):
    """The form. question: what is asked, as `question_of` reads it. first: of a mobile round; None: fixed places."""

    model_config = ConfigDict(extra="ignore")

    question: Annotated[str, Field(max_length=4000)] = ""
    count: Annotated[int, Field(ge=1, le=MOST_COUNT)] = 5
    candidates: Annotated[str, Field(max_length=60)] = "localities"
    objective: Literal["cover", "mean", "person_days"] = "cover"
    first: Annotated[date | None, BeforeValidator(lambda said: said or None)] = None
    round_days: Annotated[int, Field(ge=1, le=MOST_ROUND_DAYS)] = 7
    stops_per_day: Annotated[int, Field(ge=1, le=MOST_STOPS)] = 1

    def query(self, coverage: CoverageQuery) -> SiteQuery:
        """What is to be looked for. A round counts on its dates, whatever day the question names."""
        first = self.first
        dates = tuple(first + timedelta(days=day) for day in range(self.round_days)) if first else ()
        return SiteQuery(
            coverage=coverage,
            count=self.count,
            candidates=self.candidates,
            objective=self.objective,
            dates=dates,
            stops_per_day=self.stops_per_day,
        )

    def typed(self) -> dict[str, str]:
        """What stood in the form, to show it again."""
        return {name: str(value or "") for name, value in self.model_dump(mode="json").items()}


@dataclass(frozen=True, slots=True)
class SiteForm:
    """The controls of the form as they were filled. first: the day a round begins, empty for fixed places."""

    question: str
    counts: tuple[Choice, ...]
    candidates: tuple[Choice, ...]
    goals: tuple[Choice, ...]
    first: str
    rounds: tuple[Choice, ...]
    stops: tuple[Choice, ...]
    asked: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SiteResult:
    """What was found: figures, the places as a table, pins for the map, and what it stands on."""

    kpis: tuple[Kpi, ...]
    notes: tuple[str, ...]
    table: Table
    pins: tuple[tuple[int, LonLat], ...]
    data: Mapping[str, object]
    asked: tuple[tuple[str, str], ...]
    basis: tuple[tuple[str, str], ...]


def site_form(fields: PlanningFields, typed: Mapping[str, str], names: Mapping[str, str]) -> SiteForm:
    """The form. typed: what stood in it, when it has to be mended. names: of needs and areas by code."""

    def choices(words: Mapping[str, str], name: str, usual: str) -> tuple[Choice, ...]:
        chosen = typed.get(name) or usual
        return tuple(Choice(value, label, value == chosen) for value, label in words.items())

    return SiteForm(
        question=question_text(fields),
        counts=choices({str(one): count(one) for one in COUNTS}, "count", "5"),
        candidates=choices(_candidates(), "candidates", "localities"),
        goals=choices(GOALS, "objective", "cover"),
        first=typed.get("first", ""),
        rounds=choices({str(one): _("%(days)s días", days=str(one)) for one in ROUNDS}, "round_days", "7"),
        stops=choices({str(one): count(one) for one in range(1, 5)}, "stops_per_day", "1"),
        asked=tuple(asked_lines(fields.query(), names)),
    )


def _candidates() -> dict[str, str]:
    """Real places only."""
    offers = {
        f"offer:{kind}": _("Donde ya hay: %(kind)s", kind=label) for kind, label in labels.KINDS.items()
    }
    return {"localities": _("Pueblos y localidades"), "comunas": _("Centros de comunas"), **offers}


def site_result(found: SiteReport, names: Mapping[str, str]) -> SiteResult:
    """What a finished search shows. names: of needs and areas by code."""
    pins = tuple((number, one.point) for number, one in enumerate(found.sites, 1))
    return SiteResult(
        kpis=tuple(_kpis(found)),
        notes=tuple(_notes(found)),
        table=_table(found),
        pins=pins,
        data=_data(found),
        asked=tuple(asked_lines(found.query.coverage, names)),
        basis=tuple(basis_lines(found.basis, None)),
    )


def _kpis(found: SiteReport) -> Iterator[Kpi]:
    minutes = minutes_text(found.query.coverage.minutes)
    yield Kpi(
        bounds(found.before.low, found.before.high),
        _("de las personas llega hoy en %(minutes)s", minutes=minutes),
    )
    yield Kpi(bounds(found.after.low, found.after.high), _("llegaría con estos lugares"))
    before, after = found.before.covered, found.after.covered
    if before is not None and after is not None:
        yield Kpi(count(after - before), _("personas más con cobertura"))
    if found.gap is not None:
        yield Kpi(percent(max(found.gap, 0.0)), _("es lo más que podría faltar para lo mejor"))


def _notes(found: SiteReport) -> Iterator[str]:
    if not found.sites:
        yield _("Ningún lugar suma personas: ya llegan todas las que pueden.")
    if found.method in METHODS:
        yield METHODS[found.method]
    yield _("Comparamos %(count)s lugares posibles.", count=count(found.candidates))
    if found.off_network:
        yield _("A %(count)s lugares no llega ningún camino del mapa.", count=count(found.off_network))


def _table(found: SiteReport) -> Table:
    gains = {
        "mean": _("Minutos que se ahorran, en promedio"),
        "person_days": _("Días-persona que suma"),
    }
    columns = [
        Column(_("Orden"), number=False),
        Column(_("Lugar"), number=False),
        Column(_("Ubicación"), number=False),
    ]
    if found.query.dates:
        columns.append(Column(_("Día"), number=False))
    columns.append(Column(gains.get(found.query.objective, _("Personas que suma"))))
    rows = tuple(
        Row(f"site-{number}", _cells(found, number, one)) for number, one in enumerate(found.sites, 1)
    )
    return Table(_("Lugares propuestos"), tuple(columns), rows)


def _cells(found: SiteReport, number: int, one: Site) -> tuple[str, ...]:
    day = (day_text(one.day) if one.day else "",) if found.query.dates else ()
    return (str(number), Spanish(one.name), _at(one.point), *day, _gain(found, one))


def _at(point: LonLat) -> str:
    return f"{point.lat:.4f}, {point.lon:.4f}"


def _gain(found: SiteReport, one: Site) -> str:
    return decimal(one.gain) if found.query.objective == "mean" else count(one.gain)


def _data(found: SiteReport) -> dict[str, object]:
    """Numbered pins, as static/offers-layer.js reads them."""
    points = [
        {
            "number": number, "id": f"site-{number}", "kind": "branch", "lon": one.point.lon, "lat": one.point.lat,
            "name": one.name, "lines": [day_text(one.day)] if one.day else [],
        }
        for number, one in enumerate(found.sites, 1)
    ]  # fmt: skip
    return {"origin": None, "points": points}
