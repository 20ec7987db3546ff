"""Urban payment branches, with OSM opening_hours and coordinates in one cell."""

from collections.abc import Iterator

from directory.records import OfferRecord, ServiceRecord, SourceInfo
from importers import columns
from importers.source import Column, Format, Row, Source


def parse(row: Row) -> Iterator[OfferRecord]:
    """One payment branch."""
    yield OfferRecord(
        source_ref=row.key,
        kind="urban_pay_point",
        organization=columns.organization(columns.required(row, "organizacion")),
        service=ServiceRecord(ref=row.key, name="Sucursal de pago", needs=columns.items(row, "servicios")),
        location=columns.location(
            row, columns.required(row, "nombre"), columns.stated_position(row, "coordenadas")
        ),
        timing=columns.osm_hours(row, "horario"),
        phones=columns.phones(row, "telefono"),
        row=row.number,
    )


SOURCE = Source(
    info=SourceInfo(
        id="ips_urban_pay_points",
        title="Sucursales de pago urbanas",
        publisher="Instituto de Previsión Social",
        licence="Datos públicos; en la demostración, CC0",
        period_days=90,
        url="https://www.ips.gob.cl/",
    ),
    parse=parse,
    columns=(
        Column("codigo", required=True, fills="source_ref"),
        Column("nombre", required=True, fills="location.name"),
        Column("organizacion", required=True, fills="organization.name"),
        *columns.ADDRESS_COLUMNS,
        Column("coordenadas", required=True, fills="location.position"),
        columns.PHONE_COLUMN,
        Column("horario", fills="timing"),
        *columns.FACILITY_COLUMNS,
        Column("servicios", required=True, fills="service.needs"),
    ),
    key="codigo",
    format=Format(sheet="Sucursales de pago"),
    demo_files=("ips_urban_pay_points.xlsx",),
)
