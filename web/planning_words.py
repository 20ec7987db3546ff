"""Words of the planning pages: why people are left out, what a figure stands on, what must be mended."""

from collections.abc import Iterator, Mapping
from datetime import time

from babel.dates import format_time
from markupsafe import Markup

from directory.coverage_terms import (
    LEAVE_FROM,
    Basis,
    ChangeKind,
    CoverageMethod,
    CoverageQuery,
    DatasetFacts,
    WhyLeftOut,
)
from directory.errors import QuestionError
from web import labels
from web.charts import count
from web.language import Spanish, Texts, current, html, noop
from web.language import gettext as _
from web.planning_form import band_name, minutes_text, span_text
from web.trips import day_text

WHY = Texts(
    {
        WhyLeftOut.CLOSED: noop("Cerrado ese día o a esa hora"),
        WhyLeftOut.NOT_ELIGIBLE: noop("No atiende a esa persona"),
        WhyLeftOut.TOO_FAR: noop("Muy lejos"),
        WhyLeftOut.FERRY_ONLY: noop("Solo cruzando el agua"),
        WhyLeftOut.NO_OFFER: noop("No hay oferta cerca"),
    }
)
CHANGES = Texts(
    {
        ChangeKind.CLOSE: noop("Cerrar un lugar"),
        ChangeKind.OPEN: noop("Abrir un lugar nuevo"),
        ChangeKind.MOVE: noop("Mover un lugar"),
        ChangeKind.HOURS: noop("Cambiar el horario"),
        ChangeKind.MOBILE_STOP: noop("Agregar una parada móvil"),
    }
)
SETTLEMENTS = Texts({"urban": noop("Urbano"), "mixed": noop("Mixto"), "rural": noop("Rural")})
STATES = Texts(
    {
        "waiting": noop("En espera"),
        "running": noop("Trabajando"),
        "done": noop("Terminado"),
        "failed": noop("No se pudo terminar"),
        "cancelled": noop("Cancelado"),
    }
)
# What to do about a part of the question that cannot be asked; the directory's own words follow.
MENDS = Texts(
    {
        "needs": noop("Elige otra necesidad."),
        "kinds": noop("Elige otro tipo de lugar."),
        "dataset": noop("Elige otros datos de población."),
        "network": noop("Elige otro mapa de caminos."),
        "day": noop("Elige otro día."),
        "days": noop("Elige menos días."),
        "band": noop("Elige otro grupo de personas."),
        "area_code": noop("Elige otro territorio."),
        "minutes": noop("Elige menos minutos."),
        "open_at": noop("Elige un día además de la hora."),
        "scenario": noop("Elige otro escenario."),
    }
)


def mend_text(error: QuestionError) -> Markup:
    """What to mend, and what the directory says of it, which is Spanish."""
    advice = MENDS.get(error.field or "", "")
    return (
        Markup("{} {}").format(advice, Spanish(str(error)))
        if advice
        else Markup(Spanish(str(error)).__html__())
    )


def clock(hour: time) -> str:
    """An hour as pages write it."""
    return format_time(hour, "HH:mm", locale=current().locale)


def when_text(query: CoverageQuery) -> str:
    """On which days and from what hour people are asked about."""
    if query.day is None:
        return _("Sin mirar el día: los puntos móviles no cuentan")
    day = day_text(query.day)
    said = day if query.days == 1 else _("%(days)s, desde el %(day)s", days=span_text(query.days), day=day)
    if query.open_at is not None:
        said = _("%(day)s, abierto a las %(hour)s", day=said, hour=clock(query.open_at))
    return said


def asked_lines(query: CoverageQuery, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The question, a name and what was asked. names: of the needs, the area and the scenario, by code or id."""
    needs = [names.get(one, Spanish(one)) for one in query.needs]
    kinds = [labels.KINDS.get(one, Spanish(one)) for one in query.kinds]
    yield _("Oferta"), ", ".join([*needs, *kinds]) or _("Cualquiera")
    if query.facilities:
        yield _("El lugar debe tener"), ", ".join(labels.FACILITIES[one] for one in query.facilities)
    limit = _(
        "%(mode)s, hasta %(minutes)s", mode=labels.MODES[query.mode], minutes=minutes_text(query.minutes)
    )
    yield _("Viaje"), limit
    yield _("Día"), when_text(query)
    if query.day is not None:
        yield _("Sale de la casa"), _("desde las %(hour)s", hour=clock(query.leave_from or LEAVE_FROM))
        yield _("Puntos móviles"), _("Se cuentan en sus días") if query.mobile else _("No se cuentan")
    if query.person.age is not None or query.person.sex:
        yield _("Persona"), _person(query)
    if query.band:
        yield _("Grupo"), band_name(query.band)
    if query.area_code:
        yield _("Territorio"), names.get(query.area_code, Spanish(query.area_code))
    if query.scenario is not None:
        yield _("Escenario"), names.get(f"#{query.scenario}", str(query.scenario))


def _person(query: CoverageQuery) -> str:
    sex = {"female": _("Mujer"), "male": _("Hombre")}.get(query.person.sex or "", "")
    age = "" if query.person.age is None else _("%(years)s años", years=str(query.person.age))
    return ", ".join(part for part in (sex, age) if part)


def basis_lines(basis: Basis, facts: DatasetFacts | None) -> Iterator[tuple[str, str]]:
    """What the figures stand on: dataset, offer, roads, method; then what is not counted, so that nothing is lost."""
    title = Spanish(f"{basis.dataset_title} ({basis.year})")
    marked = _("demostración, no son personas reales") if basis.demonstration else ""
    people = html("%(title)s: %(people)s personas", title=title, people=count(basis.people))
    yield _("Población"), Markup("{} ({})").format(people, marked) if marked else people
    if facts is not None:
        source, licence = Spanish(facts.source), Spanish(facts.licence)
        told = (
            html("%(source)s. Licencia: %(licence)s", source=source, licence=licence) if licence else source
        )
        yield _("Fuente de la población"), told
    yield _("Lugares que cuentan"), _offers(basis)
    if basis.sources:
        yield _("Fuentes"), Spanish("; ".join(basis.sources))
    yield _("Método"), method_text(basis)
    if basis.network is not None:
        yield _("Licencia del mapa"), basis.network.licence
    yield from _uncounted(basis)


def method_text(basis: Basis) -> str:
    """How minutes were found."""
    if basis.method is CoverageMethod.ESTIMATE or basis.network is None:
        return _("Línea recta: dos límites, sin contar personas")
    network = basis.network
    if network.day is None:
        return html("Por calles y caminos de «%(name)s», sin tráfico", name=Spanish(network.name))
    return html(
        "Por calles y caminos de «%(name)s», mapa del %(day)s, sin tráfico",
        name=Spanish(network.name),
        day=day_text(network.day),
    )


def _offers(basis: Basis) -> str:
    told = _(
        "%(offers)s servicios en %(places)s puntos", offers=count(basis.offers), places=count(basis.places)
    )
    if basis.offers_on is None:
        return told
    return _("%(told)s, al %(day)s", told=told, day=day_text(basis.offers_on))


def _uncounted(basis: Basis) -> Iterator[tuple[str, str]]:
    """What could not be counted, where there is any of it."""
    for people, name in (
        (basis.people_without_point, _("Personas sin ubicación conocida, fuera de la cuenta")),
        (basis.people_off_network, _("Personas lejos de todo camino del mapa, fuera de la cuenta")),
        (basis.spread, _("Personas de sectores grandes, repartidas entre varios puntos")),
        (basis.without_hours, _("Servicios sin horario conocido, que no cuentan en un día")),
        (basis.without_point, _("Servicios sin dirección pública, que no cuentan")),
    ):
        if people:
            yield name, count(people)
