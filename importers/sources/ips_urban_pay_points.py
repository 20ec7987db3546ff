"""Urban payment branches, with OSM opening_hours and coordinates in one cell."""

from collections.abc import Iterator

from directory.records import LocationRecord, OfferRecord, ServiceRecord, SourceInfo
from importers import columns
from importers.source import Column, Format, Row, Source


def parse(row: Row) -> Iterator[OfferRecord]:
    """One payment branch."""
    yield OfferRecord(
        source_ref=row.key,
        kind="urban_pay_point",
        organization=columns.organization(columns.required(row, "organizacion")),
        service=ServiceRecord(ref=row.key, name="Sucursal de pago", needs=columns.items(row, "servicios")),
        location=LocationRecord(
            ref=row.key,
            name=columns.required(row, "nombre"),
            address=row.text("direccion"),
            stated_area=row.text("comuna"),
            stated_area_code=columns.optional(row, "cod_comuna"),
            stated_region=row.text("region"),
            stated_position=columns.stated_position(row, "coordenadas"),
            facilities=columns.facilities(row),
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
        Column("direccion", fills="location.address"),
        Column("comuna", required=True, fills="location.stated_area"),
        Column("cod_comuna", ("codigo_comuna", "cut"), fills="location.stated_area_code"),
        Column("region"),
        Column("coordenadas", required=True, fills="location.position"),
        Column("telefono", ("fono",), fills="phones"),
        Column("horario", fills="timing"),
        *columns.FACILITY_COLUMNS,
        Column("servicios", required=True, fills="service.needs"),
    ),
    key="codigo",
    format=Format(sheet="Sucursales de pago"),
    demo_files=("ips_urban_pay_points.xlsx",),
)
