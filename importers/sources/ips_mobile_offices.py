"""Travelling offices: one offer per stop of a route, with the dated visits of the sheet Calendario."""

from collections.abc import Iterator

from directory.records import OfferRecord, ServiceRecord, SourceInfo
from importers import columns
from importers.source import Column, Format, Row, SideTable, Source


def parse(row: Row) -> Iterator[OfferRecord]:
    """One stop."""
    office = columns.required(row, "oficina")
    place = columns.required(row, "lugar")
    institutions = columns.items(row, "instituciones")
    yield OfferRecord(
        source_ref=row.key,
        kind="mobile_office",
        organization=columns.organization(columns.required(row, "organizacion")),
        service=ServiceRecord(
            ref=row.code("codigo_oficina") or row.key,
            name=office,
            needs=columns.items(row, "servicios"),
            description=f"Atiende por: {', '.join(institutions)}" if institutions else None,
        ),
        location=columns.location(row, place, columns.stated_position(row, "longitud", "latitud")),
        timing=columns.visits(row, "Calendario"),
        phones=columns.phones(row, "telefono"),
        row=row.number,
    )


SOURCE = Source(
    info=SourceInfo(
        id="ips_mobile_offices",
        title="Oficinas móviles y sus recorridos",
        publisher="Instituto de Previsión Social (ChileAtiende)",
        licence="Datos públicos; en la demostración, CC0",
        period_days=30,
        url="https://www.chileatiende.gob.cl/",
    ),
    parse=parse,
    columns=(
        Column("codigo_parada", required=True, fills="source_ref"),
        Column("codigo_oficina", fills="service.ref"),
        Column("oficina", required=True, fills="service.name"),
        Column("organizacion", required=True, fills="organization.name"),
        Column("lugar", required=True, fills="location.name"),
        *columns.ADDRESS_COLUMNS,
        *columns.POINT_COLUMNS,
        columns.PHONE_COLUMN,
        *columns.FACILITY_COLUMNS,
        Column("servicios", required=True, fills="service.needs"),
        Column("instituciones", fills="service.description"),
    ),
    key="codigo_parada",
    format=Format(sheet="Paradas"),
    sides=(
        SideTable(
            name="Calendario",
            key="codigo_parada",
            columns=columns.visit_columns("codigo_parada"),
            format=Format(sheet="Calendario"),
            own_file=False,
        ),
    ),
    demo_files=("ips_mobile_offices.xlsx",),
)
