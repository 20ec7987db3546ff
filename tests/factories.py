"""What tests build things with: plain typed functions, valid by default, changed by keyword."""

from dataclasses import replace
from datetime import time
from typing import Any

from sqlalchemy.orm import Session

from directory.records import (
    LocationRecord,
    OfferRecord,
    OrganizationRecord,
    PhoneRecord,
    Position,
    PositionSource,
    ServiceRecord,
    SourceInfo,
    Timing,
    WeeklyRule,
)
from directory.tables import Area, Synonym, Taxonomy, TaxonomyTerm
from directory.taxonomy import TAXONOMY_ID, term_id
from geo.points import LonLat
from geo.units import Metres

SANTIAGO = LonLat(-70.65, -33.44)
WEEKDAYS = WeeklyRule(time(9), time(17), byday=("MO", "TU", "WE", "TH", "FR"))
OFFICE_HOURS = Timing(rules=(WEEKDAYS,))


def source_info(**changes: Any) -> SourceInfo:
    """A source of treatment programmes."""
    return replace(
        SourceInfo(
            id="test_programs",
            title="Programas de prueba",
            publisher="Servicio de prueba",
            licence="CC-BY-4.0",
            period_days=30,
        ),
        **changes,
    )


def organization_record(**changes: Any) -> OrganizationRecord:
    """One institution, the same in every source."""
    return replace(OrganizationRecord(ref="senda", name="SENDA", website="https://senda.example"), **changes)


def service_record(**changes: Any) -> ServiceRecord:
    """An outpatient treatment, for the need `treatment.outpatient` (see seed_need)."""
    return replace(
        ServiceRecord(ref="outpatient", name="Tratamiento ambulatorio", needs=("treatment.outpatient",)),
        **changes,
    )


def location_record(**changes: Any) -> LocationRecord:
    """A place in Santiago (area 13101, see seed_area) with a trusted position."""
    return replace(
        LocationRecord(
            ref="centro-1",
            name="Centro Los Aromos",
            address="Calle Uno 123",
            locality="Santiago",
            area_code="13101",
            zone="America/Santiago",
            position=Position(SANTIAGO, PositionSource.GIVEN, Metres(10.0)),
        ),
        **changes,
    )


def offer_record(**changes: Any) -> OfferRecord:
    """One valid offer. Keywords replace whole parts: `offer_record(location=location_record(name=...))`."""
    return replace(
        OfferRecord(
            source_ref="1",
            kind="treatment",
            organization=organization_record(),
            service=service_record(),
            location=location_record(),
            timing=OFFICE_HOURS,
            phones=(PhoneRecord("+56221234567"),),
            row=2,
        ),
        **changes,
    )


def numbered_offers(count: int, **changes: Any) -> list[OfferRecord]:
    """So many offers of one service, each at a place of its own."""
    return [
        offer_record(
            source_ref=str(number),
            location=location_record(ref=f"centro-{number}", name=f"Centro {number}"),
            row=number + 1,
            **changes,
        )
        for number in range(1, count + 1)
    ]


def seed_area(
    session: Session,
    code: str = "13101",
    name: str = "Santiago",
    *,
    kind: str = "comuna",
    parent: str | None = None,
    seat: LonLat | None = SANTIAGO,
    zone: str = "America/Santiago",
    landmass: str | None = None,
    population: int | None = None,
) -> str:
    """One area, unless it is there; a comuna without a parent gets its region. Returns the code."""
    if session.get(Area, code) is not None:
        return code
    if kind == "comuna" and parent is None:
        parent = seed_area(session, code[:2], f"Región {code[:2]}", kind="region", zone=zone)
    session.add(
        Area(
            code=code,
            kind=kind,
            name=name,
            slug=f"{kind}-{code}",
            parent_code=parent,
            population=population,
            zone=zone,
            landmass=landmass,
            seat=seat.wkt if seat else None,
        )
    )
    session.flush()
    return code


def seed_need(
    session: Session,
    code: str = "treatment.outpatient",
    name: str = "Tratamiento ambulatorio",
    *,
    parent: str | None = None,
    sensitive: bool = False,
    synonyms: tuple[str, ...] = (),
) -> str:
    """One need, unless it is there, below its parent (by code, made too); synonyms folded."""
    term = term_id(code)
    if session.get(TaxonomyTerm, term) is not None:
        return code
    if parent is not None:
        seed_need(session, parent, parent)
    if session.get(Taxonomy, TAXONOMY_ID) is None:
        session.add(Taxonomy(id=TAXONOMY_ID, name="needs", description="What people need"))
        session.flush()
    above = term_id(parent) if parent else None
    text = {"code": code, "name": name, "name_en": name, "description": ""}
    session.add(TaxonomyTerm(id=term, taxonomy_id=TAXONOMY_ID, parent_id=above, sensitive=sensitive, **text))
    session.flush()
    session.add_all(Synonym(term_id=term, words=words) for words in synonyms)
    session.flush()
    return code


def seed_basics(session: Session) -> None:
    """The area and the need of `offer_record()`: Santiago, and outpatient below treatment."""
    seed_area(session)
    seed_need(session, parent="treatment", synonyms=("dejar el copete",))
