"""Position: the ladder from what the file states to a point that can be trusted, or to none at all.

A position that fails a check is left out and said. It never falls to a lower rung: the seat of the comuna
stands in only where the file states nothing, and only for sources that ask for it.
"""

from directory.records import IssueRecord, OfferRecord, Position, PositionSource, Severity
from geo.errors import GeoError
from geo.points import LonLat
from geo.repairs import repairs, the_only_repair
from geo.units import Metres
from importers.steps.change import changed
from importers.steps.context import StepContext, StepResult, issue, refused
from importers.steps.position_area import Fit, fit, settled_area
from importers.steps.position_read import Reading, numbers_of, read, stated_texts

LOCALITY_PRECISION, SEAT_PRECISION = Metres(2_000), Metres(10_000)
COARSE = Metres(1_000)
_FIELD = "location.position"
_STEPS = {
    "swapped": "latitud y longitud intercambiadas",
    "lat_sign": "faltaba el signo de la latitud",
    "lon_sign": "faltaba el signo de la longitud",
    "thousands": "faltaban los miles del este",
}


def position(record: OfferRecord, context: StepContext) -> StepResult:
    """Give the record its position, comuna and zone."""
    if record.location.position is not None and record.location.zone is not None:
        return record, ()
    stated = record.location.stated_position
    if stated is None or not (stated.x.strip() or stated.y.strip()):
        return _without_statement(record, context)
    reading = read(stated, context)
    if reading.point is not None and not reading.problem:
        how = fit(reading.point, record.location.area_code, context)
        if how is not Fit.OUTSIDE:
            return _accepted(record, context, reading, how)
    return _repaired(record, context, reading)


def _accepted(record: OfferRecord, context: StepContext, reading: Reading, how: Fit) -> StepResult:
    assert reading.point is not None
    found = []
    if how is Fit.BESIDE:
        message = "Cae fuera de la comuna declarada, a menos de 2 km de su límite: se publicó."
        found.append(_remark(record, "beside_stated_area", message))
    elif how is Fit.COAST:
        message = "Cae fuera de toda comuna, a menos de 2 km de la declarada (costa o islote): se publicó."
        found.append(_remark(record, "outside_every_area", message))
    if reading.precision > COARSE:
        message = "Tiene tan pocos decimales que puede estar a más de un kilómetro: agregue decimales."
        found.append(_remark(record, "coarse_position", message))
    where = Position(reading.point, reading.source, reading.precision)
    return _with(record, context, where, tuple(found))


def _repaired(record: OfferRecord, context: StepContext, reading: Reading) -> StepResult:
    """A reading with one thing mended, when only one lands in the stated comuna; else no position."""
    stated = record.location.stated_position
    assert stated is not None
    comuna = record.location.area_code
    numbers = numbers_of(stated)
    if comuna is not None and numbers is not None and not reading.hopeless:
        systems = (reading.crs,) if reading.crs is not None and not reading.crs.in_degrees else None
        try:
            proposed = repairs(*numbers, context.facts.around, systems)
        except GeoError:
            proposed = []  # not finite: nothing can be proposed, and the issue below says so
        best = the_only_repair(proposed, lambda point: fit(point, comuna, context) is not Fit.OUTSIDE)
        if best is not None and best.steps:
            words = "; ".join(_in_words(step) for step in best.steps)
            where = Position(best.point, PositionSource.REPAIRED, reading.precision, note=best.name)
            message = f"Se corrigió ({words}): es la única lectura que cae en la comuna. Confírmela."
            return _with(record, context, where, (_remark(record, "repaired_position", message),))
    code, message = reading.problem or _why_outside(record, reading, context)
    return _with(record, context, None, (_remark(record, code, message, Severity.ERROR),))


def _in_words(step: str) -> str:
    if step.startswith("crs_"):
        return f"venía en metros, EPSG:{step.removeprefix('crs_')}"
    return "faltaba el punto decimal" if "_point_" in step else _STEPS.get(step, step)


def _why_outside(record: OfferRecord, reading: Reading, context: StepContext) -> tuple[str, str]:
    assert reading.point is not None
    comuna = record.location.area_code
    if comuna is None or not context.facts.holds(reading.point):
        return "outside_country", "Cae fuera del país: se publicó sin posición. Revise latitud y longitud."
    away = context.areas.distance_outside(comuna, reading.point)
    if away is None:
        away = context.areas.distance_to_seat(comuna, reading.point)
    far = f", a {away / 1000:.0f} km" if away is not None else ""
    other = context.areas.at(reading.point)
    there = f" (cae en {context.areas[other].name}{far})" if other is not None else far
    return "outside_stated_area", f"Cae fuera de la comuna declarada{there}: se publicó sin posición."


def _without_statement(record: OfferRecord, context: StepContext) -> StepResult:
    location, comuna = record.location, record.location.area_code
    if (
        comuna is not None
        and PositionSource.LOCALITY in context.rungs
        and context.locality
        and location.locality
    ):
        village = context.locality(location.locality, comuna)
        if village is not None:
            where = Position(village, PositionSource.LOCALITY, LOCALITY_PRECISION)
            message = "Sin coordenadas: se usó el punto de la localidad, y así se muestra."
            return _with(record, context, where, (_remark(record, "position_from_locality", message),))
    if comuna is not None and PositionSource.COMUNA_SEAT in context.rungs:
        seat = context.areas[comuna].seat
        if seat is not None:
            where = Position(seat, PositionSource.COMUNA_SEAT, SEAT_PRECISION)
            message = "Sin coordenadas: se usó la cabecera de la comuna, y así se muestra."
            return _with(record, context, where, (_remark(record, "position_from_seat", message),))
    message = "Sin coordenadas: se publicó sin posición, no sale en el mapa."
    return _with(record, context, None, (_remark(record, "no_position", message, Severity.ERROR),))


def _village(record: OfferRecord, context: StepContext) -> LonLat | None:
    """The point of the stated locality, where the source may use it and a gazetteer is at hand."""
    name, comuna = record.location.locality, record.location.area_code
    if PositionSource.LOCALITY not in context.rungs or context.locality is None or not name or not comuna:
        return None
    return context.locality(name, comuna)


def _with(
    record: OfferRecord, context: StepContext, where: Position | None, issues: tuple[IssueRecord, ...]
) -> StepResult:
    """The record with its position, the comuna that follows from it, and the zone of the comuna."""
    location = record.location
    area = settled_area(where.point if where else None, location.area_code, context)
    if area is None:
        message = "No se sabe en qué comuna está: declare la comuna o una posición. No se publicó."
        return refused(record, "no_area", message, "location.stated_area", location.stated_area, issues)
    zone = location.zone or context.areas[area].zone
    return changed(record, location=changed(location, position=where, area_code=area, zone=zone)), issues


def _remark(
    record: OfferRecord, code: str, message: str, severity: Severity = Severity.WARNING
) -> IssueRecord:
    return issue(record, code, message, _FIELD, stated_texts(record.location.stated_position), severity)
