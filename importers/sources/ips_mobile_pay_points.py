"""Rural mobile payment points, which serve only on the dates of their calendar, a file of its own."""

from collections.abc import Iterator

from directory.records import OfferRecord, PositionSource, ServiceRecord, SourceInfo
from importers import columns
from importers.source import BEST_RUNGS, Column, Row, SideTable, Source


def parse(row: Row) -> Iterator[OfferRecord]:
    """One payment point."""
    yield OfferRecord(
        source_ref=row.key,
        kind="mobile_pay_point",
        organization=columns.organization(columns.required(row, "organizacion")),
        service=ServiceRecord(
            ref=row.key,
            name="Punto de pago móvil",
            needs=columns.items(row, "servicios"),
            description=columns.optional(row, "regla"),
        ),
        location=columns.location(
            row,
            columns.required(row, "nombre"),
            columns.stated_position(row, "longitud", "latitud"),
            locality=columns.optional(row, "localidad"),
        ),
        timing=columns.visits(row, "calendar"),
        phones=columns.phones(row, "telefono"),
        row=row.number,
    )


SOURCE = Source(
    info=SourceInfo(
        id="ips_mobile_pay_points",
        title="Puntos de pago rural y su calendario",
        publisher="Instituto de Previsión Social",
        licence="Datos públicos; en la demostración, CC0",
        period_days=30,
        url="https://www.ips.gob.cl/",
    ),
    parse=parse,
    columns=(
        Column("codigo", required=True, fills="source_ref"),
        Column("nombre", required=True, fills="location.name"),
        Column("organizacion", required=True, fills="organization.name"),
        Column("localidad", fills="location.locality"),
        *columns.ADDRESS_COLUMNS,
        *columns.POINT_COLUMNS,
        columns.PHONE_COLUMN,
        Column("regla", fills="service.description"),
        *columns.FACILITY_COLUMNS,
        Column("servicios", required=True, fills="service.needs"),
    ),
    key="codigo",
    # A payment point is a village: when it states no coordinates, the village's or the comuna's will do.
    rungs=BEST_RUNGS | {PositionSource.LOCALITY, PositionSource.COMUNA_SEAT},
    sides=(
        SideTable(
            name="calendar",
            key="codigo",
            columns=columns.visit_columns("codigo"),
        ),
    ),
    demo_files=("ips_mobile_pay_points.csv", "ips_mobile_pay_calendar.csv"),
)
