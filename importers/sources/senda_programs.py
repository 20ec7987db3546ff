"""Treatment programmes for alcohol and other drugs: whom they serve, when, and how openly."""

from collections.abc import Iterator

from directory.records import (
    CapacityRecord,
    CostRecord,
    Eligibility,
    OfferRecord,
    ServiceRecord,
    SourceInfo,
    Visibility,
)
from importers import columns
from importers.source import Column, Row, Source
from importers.words import fold

_VISIBILITY = {
    "completa": Visibility.FULL,
    "aproximada": Visibility.APPROXIMATE,
    "oculta": Visibility.HIDDEN,
}
_SEXES: dict[str, tuple[str, ...]] = {"mujeres": ("female",), "hombres": ("male",), "todas": (), "todos": ()}
_PREGNANCY = {"prioridad": None, "requerido": True, "no_atiende": False, "sin_restriccion": None}
_RESIDENCE = {"sin_restriccion": "", "comuna": "comuna", "region": "region"}


def parse(row: Row) -> Iterator[OfferRecord]:
    """One programme at one place."""
    operator = columns.organization(columns.required(row, "organizacion"))
    address = row.text("direccion")
    cost = columns.optional(row, "costo")
    yield OfferRecord(
        source_ref=row.key,
        kind="treatment",
        organization=operator,
        service=ServiceRecord(
            ref=row.key,
            name=columns.required(row, "nombre"),
            needs=columns.items(row, "servicios"),
            description=_description(row),
            email=columns.optional(row, "correo"),
            eligibility=_eligibility(row),
            eligibility_text=_conditions(row),
            costs=(CostRecord(description=cost),) if cost else (),
            documents=columns.items(row, "documentos"),
        ),
        location=columns.location(
            row,
            row.text("organizacion"),
            columns.stated_position(row, "longitud", "latitud"),
            # Programmes of one organization at one address and comuna share the place.
            ref=f"{operator.ref}/{fold(address)}/{row.code('cod_comuna')}" if address else row.key,
            # A word nobody knows must not show a protected address: the row is refused.
            visibility=columns.choice(row, "visibilidad", _VISIBILITY, otherwise=Visibility.FULL),
        ),
        timing=columns.osm_hours(row, "horario"),
        phones=columns.phones(row, "telefono"),
        capacity=_capacity(row),
        verified_on=columns.day(row, "actualizado"),
        row=row.number,
    )


def _eligibility(row: Row) -> Eligibility:
    insurances = columns.items(row, "seguros")
    return Eligibility(
        min_age=columns.whole_number(row, "edad_min"),
        max_age=columns.whole_number(row, "edad_max"),
        sexes=columns.choice(row, "sexo", _SEXES, otherwise=()),
        insurances=() if "todos" in insurances else insurances,
        residence=_residence(row),
        pregnancy=columns.choice(row, "embarazo", _PREGNANCY, otherwise=None),
        referral=columns.yes_no(row, "requiere_derivacion"),
    )


def _residence(row: Row) -> tuple[str, ...]:
    """Where the person must live: in the programme's comuna or region, or where the service reaches."""
    code = row.code("cod_comuna").zfill(5)
    own = columns.choice(row, "residencia", _RESIDENCE, otherwise="")
    if own:
        return (code,) if own == "comuna" else (code[:2],)
    kind, _, codes = row.code("cobertura").partition(":")
    if kind == "region":
        return (codes.strip().zfill(2),)
    return tuple(one.strip().zfill(5) for one in codes.split(";")) if kind == "comunas" else ()


def _conditions(row: Row) -> str | None:
    first = "Atiende primero a embarazadas" if fold(row.code("embarazo")) == "prioridad" else None
    return columns.joined(columns.optional(row, "condiciones"), first)


def _description(row: Row) -> str | None:
    languages = ", ".join(columns.items(row, "idiomas"))
    how = row.code("lugar_atencion")
    return columns.joined(
        columns.optional(row, "programa"),
        f"Atención: {how}" if how else None,
        f"Idiomas: {languages}" if languages else None,
    )


def _capacity(row: Row) -> CapacityRecord | None:
    available, counted = columns.whole_number(row, "cupos_disponibles"), columns.day(row, "cupos_fecha")
    if available is None or counted is None:
        return None
    return CapacityRecord("cupos", available, counted, columns.whole_number(row, "cupos_total"))


SOURCE = Source(
    info=SourceInfo(
        id="senda_programs",
        title="Programas de tratamiento por consumo de alcohol y otras drogas",
        publisher="SENDA",
        licence="Datos públicos; en la demostración, CC0",
        period_days=90,
        url="https://www.senda.gob.cl/",
    ),
    parse=parse,
    columns=(
        Column("codigo", required=True, fills="source_ref"),
        Column("nombre", required=True, fills="service.name"),
        Column("organizacion", required=True, fills="organization.name"),
        Column("programa", fills="service.description"),
        *columns.ADDRESS_COLUMNS,
        *columns.POINT_COLUMNS,
        Column("visibilidad", required=True, fills="location.visibility"),
        columns.PHONE_COLUMN,
        Column("correo", ("email",), fills="service.email"),
        Column("horario", fills="timing"),
        Column("servicios", required=True, fills="service.needs"),
        Column("sexo", fills="service.eligibility.sexes"),
        Column("edad_min", fills="service.eligibility.min_age"),
        Column("edad_max"),
        Column("seguros", fills="service.eligibility.insurances"),
        Column("residencia", fills="service.eligibility.residence"),
        Column("embarazo"),
        Column("requiere_derivacion"),
        Column("condiciones", fills="service.eligibility_text"),
        Column("cupos_total"),
        Column("cupos_disponibles", fills="capacity"),
        Column("cupos_fecha"),
        Column("costo", fills="service.costs"),
        Column("documentos", fills="service.documents"),
        Column("idiomas"),
        Column("cobertura"),
        Column("lugar_atencion"),
        *columns.FACILITY_COLUMNS,
        Column("actualizado", fills="verified_on"),
    ),
    key="codigo",
    demo_files=("senda_programs.csv",),
)
