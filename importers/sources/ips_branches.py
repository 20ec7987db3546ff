"""Branches that serve for many institutions: one offer for each institution that serves a need there.

The branch belongs to who runs it; each service belongs to its institution, within the dates of the agreement.
Needs are shared out by remit, so that no need is offered twice at one counter.
"""

from collections.abc import Iterator

from directory.records import OfferRecord, ServiceRecord, SourceInfo
from importers import columns
from importers.source import Column, Row, Source
from importers.words import fold

# Which institution answers for a service, by the words its name begins with. All else is the first one's.
REMITS = {
    "accidentes_del_trabajo": "instituto_de_seguridad_laboral",
    "fonasa": "fondo_nacional_de_salud",
    "claveunica": "servicio_de_registro_civil",
    "registro_social_de_hogares": "subsecretaria_de_servicios_sociales",
    "perdi_mi_trabajo": "servicio_nacional_de_capacitacion",
    "enfermedad_grave": "superintendencia_de_salud",
    "deudas": "superintendencia_de_insolvencia",
    "discapacidad_o_dependencia": "servicio_nacional_de_la_discapacidad",
    "perdida_de_la_vivienda": "servicio_de_vivienda",
}


def parse(row: Row) -> Iterator[OfferRecord]:
    """One offer per institution with a need of its remit; the first institution has the rest."""
    location = columns.location(
        row,
        columns.required(row, "nombre"),
        columns.stated_position(row, "longitud", "latitud"),
        organization=columns.organization(columns.required(row, "organizacion")),
    )
    institutions = columns.items(row, "instituciones") or (row.text("organizacion"),)
    timing = columns.weekly(row, notes=columns.optional(row, "notas_horario"))
    phones = columns.phones(row, "telefono")
    email = columns.optional(row, "correo")
    valid_from, valid_to = columns.day(row, "convenio_desde"), columns.day(row, "convenio_hasta")
    verified_on = columns.day(row, "actualizado")
    for institution, needs in _shared_out(institutions, columns.items(row, "servicios")).items():
        organization = columns.organization(institution)
        yield OfferRecord(
            source_ref=f"{row.key}/{organization.ref}",
            kind="branch",
            organization=organization,
            service=ServiceRecord(
                ref=f"{row.key}/{organization.ref}",
                name=f"Atención de {institution}",
                needs=needs,
                email=email,
            ),
            location=location,
            timing=timing,
            phones=phones,
            description=_description(row, institutions),
            valid_from=valid_from,
            valid_to=valid_to,
            verified_on=verified_on,
            row=row.number,
        )


def _shared_out(institutions: tuple[str, ...], needs: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Needs by institution, in the order of the row. The first institution is always there."""
    shared: dict[str, tuple[str, ...]] = {institutions[0]: ()}
    for need in needs:
        remit = next((owner for start, owner in REMITS.items() if fold(need).startswith(start)), None)
        owner = next((one for one in institutions if remit and fold(one).startswith(remit)), institutions[0])
        shared[owner] = (*shared.get(owner, ()), need)
    return shared


def _description(row: Row, institutions: tuple[str, ...]) -> str | None:
    also = f"En la sucursal se atiende por: {', '.join(institutions)}" if len(institutions) > 1 else None
    languages = ", ".join(columns.items(row, "idiomas"))
    return columns.joined(also, f"Idiomas: {languages}" if languages else None)


SOURCE = Source(
    info=SourceInfo(
        id="ips_branches",
        title="Sucursales de atención para varias instituciones",
        publisher="Instituto de Previsión Social (ChileAtiende)",
        licence="Datos públicos; en la demostración, CC0",
        period_days=30,
        url="https://www.chileatiende.gob.cl/sucursales",
    ),
    parse=parse,
    columns=(
        Column("codigo", required=True, fills="source_ref"),
        Column("nombre", required=True, fills="location.name"),
        Column("organizacion", required=True, fills="organization.name"),
        *columns.ADDRESS_COLUMNS,
        *columns.POINT_COLUMNS,
        columns.PHONE_COLUMN,
        Column("correo", ("email",), fills="service.email"),
        *columns.DAY_COLUMNS,
        Column("notas_horario"),
        *columns.FACILITY_COLUMNS,
        Column("idiomas"),
        Column("servicios", required=True, fills="service.needs"),
        Column("instituciones", required=True),
        Column("convenio_desde", fills="valid_from"),
        Column("convenio_hasta", fills="valid_to"),
        Column("actualizado", fills="verified_on"),
    ),
    key="codigo",
    demo_files=("ips_branches.csv",),
)
