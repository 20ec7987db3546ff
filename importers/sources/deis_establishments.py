"""Health establishments of the Ministry of Health (DEIS), as published on datos.gob.cl.

COSAM, addiction centres and mobile units become treatment offers, the rest health offers; closed ones none.
"""

from collections.abc import Iterator

from directory.records import (
    IssueRecord,
    LocationRecord,
    OfferRecord,
    OrganizationRecord,
    ServiceRecord,
    SourceInfo,
)
from importers import columns
from importers.source import Column, Format, Row, Source
from importers.words import fold

# Need by the words a type of establishment begins with, first match first.
TREATMENT = {
    "centro_comunitario_de_salud_mental": ("health.community_mental_health", "treatment.outpatient"),
    "centro_de_tratamiento_de_adicciones": (),
    "unidad_de_procedimientos_movil": ("health.mobile_unit",),
    "clinica_dental_movil": ("health.mobile_unit",),
}
HEALTH = {
    "posta_de_salud_rural": "health.primary_care",
    "centro_de_salud_familiar": "health.primary_care",
    "centro_comunitario_de_salud_familiar": "health.primary_care",
    "consultorio_general": "health.primary_care",
    "servicio_de_atencion_primaria_de_urgencia": "health.emergency",
    "servicio_de_urgencia_rural": "health.emergency",
    "centro_de_salud_mental": "health.community_mental_health",
    "consultorio_de_salud_mental": "health.community_mental_health",
    "hospital_de_dia": "health.community_mental_health",
    "hospital": "health.hospital",
    "centro_de_referencia_de_salud": "health.hospital",
    "centro_de_diagnostico": "health.hospital",
}
ANY_HEALTH = "health"
_NOTHING = {"sin_dato", "no_aplica", "pendiente"}


def parse(row: Row) -> Iterator[OfferRecord | IssueRecord]:
    """One establishment, unless it is closed."""
    name = columns.required(row, "EstablecimientoGlosa")
    where = columns.stated_position(row, "Longitud", "Latitud")
    if fold(row.code("EstadoFuncionamiento")) == "cerrado":
        row.remark("closed", "El establecimiento está cerrado: no se ofrece.", field="EstadoFuncionamiento")
        if where is None:
            row.remark("no_position", "Sin coordenadas; está cerrado y no se ofrece.", field="Latitud")
        return
    # Read for its remarks alone: the date a place began says nothing about when its data were checked.
    columns.day(row, "FechaInicioFuncionamientoEstab")
    columns.day(row, "FechaIncorporacion")
    kind, needs = _kind_and_needs(row, name)
    yield OfferRecord(
        source_ref=row.key,
        kind=kind,
        organization=_organization(row, name),
        service=ServiceRecord(ref=row.key, name=row.text("TipoEstablecimientoGlosa") or name, needs=needs),
        location=LocationRecord(
            ref=row.key,
            name=name,
            address=_address(row),
            stated_area=row.text("ComunaGlosa"),
            stated_area_code=columns.optional(row, "ComunaCodigo"),
            stated_region=row.text("RegionGlosa"),
            stated_position=where,
        ),
        phones=columns.phones(row, "TelefonoMovil_TelefonoFijo"),
        row=row.number,
    )


def _kind_and_needs(row: Row, name: str) -> tuple[str, tuple[str, ...]]:
    sort = fold(row.code("TipoEstablecimientoGlosa"))
    for start, needs in TREATMENT.items():
        if sort.startswith(start):
            return "treatment", needs or (_addiction_need(name),)
    found = [need for start, need in HEALTH.items() if sort.startswith(start)][:1]
    if fold(row.code("TieneServicioUrgencia")) == "si":
        found.append("health.emergency")
    return "health", tuple(dict.fromkeys(found)) or (ANY_HEALTH,)


def _addiction_need(name: str) -> str:
    """What an addiction centre's own name says it does; where it says nothing, guidance only."""
    words = fold(name)
    if "residencial" in words:
        return "treatment.residential"
    return "treatment.outpatient" if "ambulatori" in words else "treatment.guidance"


def _organization(row: Row, name: str) -> OrganizationRecord:
    """Who runs it: the municipality or the health service; of a private one we know its name alone."""
    depends = fold(row.code("DependenciaAdministrativa"))
    if depends == "municipal":
        return columns.organization(f"Municipalidad de {row.code('ComunaGlosa')}")
    if depends in {"servicio_de_salud", "delegado", "seremi_de_salud"}:
        return columns.organization(row.text("SeremiSaludGlosa_ServicioDeSaludGlosa"))
    return columns.organization(name)


def _address(row: Row) -> str:
    parts = (row.code(part) for part in ("TipoViaGlosa", "NombreVia", "Numero"))
    return " ".join(part for part in parts if part and fold(part) not in _NOTHING | {"otro"})


SOURCE = Source(
    info=SourceInfo(
        id="deis_establishments",
        title="Establecimientos de salud",
        publisher="Ministerio de Salud de Chile (DEIS)",
        licence="Datos abiertos de datos.gob.cl",
        period_days=30,
        url="https://datos.gob.cl/dataset/establecimientos-de-salud-vigentes",
    ),
    parse=parse,
    columns=(
        Column("EstablecimientoCodigo", required=True, fills="source_ref"),
        Column("EstablecimientoGlosa", required=True, fills="location.name"),
        Column("RegionGlosa"),
        Column("SeremiSaludGlosa_ServicioDeSaludGlosa", fills="organization.name"),
        Column("TipoEstablecimientoGlosa", required=True, fills="service.name"),
        Column("DependenciaAdministrativa", required=True),
        Column("ComunaCodigo", required=True, fills="location.stated_area_code"),
        Column("ComunaGlosa", required=True, fills="location.stated_area"),
        Column("TipoViaGlosa"),
        Column("Numero"),
        Column("NombreVia", fills="location.address"),
        Column("TelefonoMovil_TelefonoFijo", fills="phones"),
        Column("FechaInicioFuncionamientoEstab"),
        Column("TieneServicioUrgencia"),
        Column("Latitud", required=True, fills="location.position"),
        Column("Longitud", required=True),
        Column("EstadoFuncionamiento", required=True),
        Column("FechaIncorporacion"),
    ),
    key="EstablecimientoCodigo",
    format=Format(encoding="utf-8", delimiter=";"),
)
