"""Fields mended by hand: shown at once, told in the change log, and alive after every import."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from directory import identity
from directory.corrections import FIELDS, apply_corrections, correct, end_correction
from directory.errors import DirectoryError, NotFoundError
from directory.intake import publish
from directory.records import OfferRecord, PhoneRecord
from directory.run_report import RunReport
from directory.tables import METADATA, Address, Correction, Location, Metadata, Offer, Phone
from tests.directory.imports import versions
from tests.factories import location_record, offer_record, seed_basics, service_record, source_info

PLACE = UUID(identity.location_id("test_programs", "centro-1"))
OFFER = UUID(identity.offer_id("test_programs", "1"))
SERVICE = UUID(identity.service_id("test_programs", "outpatient"))


@pytest.fixture
def published(session: Session) -> Session:
    """A session with one published offer."""
    seed_basics(session)
    run(session, offer_record())
    return session


def run(session: Session, *records: OfferRecord) -> RunReport:
    """Publish these records as the test source."""
    return publish(session, source_info(), records)


def mend(session: Session, entity: str, entity_id: UUID, field: str, value: str | None) -> Correction:
    """A correction by somebody."""
    return correct(session, entity, entity_id, field, value, "llamado telefónico", "ana")


def card(session: Session) -> dict[str, object]:
    """The card of the one offer."""
    return session.scalars(select(Offer.card)).one()


def test_shows_at_once_and_is_told(published: Session) -> None:
    mend(published, "location", PLACE, "name", "Centro Nuevo")
    assert card(published)["name"] == "Centro Nuevo"
    log = published.scalars(select(Metadata)).one()
    assert (log.resource_id, log.resource_type, log.field_name) == (PLACE, "location", "name")
    assert (log.previous_value, log.replacement_value, log.updated_by) == (
        "Centro Los Aromos",
        "Centro Nuevo",
        "ana",
    )


def test_survives_imports(published: Session) -> None:
    mend(published, "location", PLACE, "name", "Centro Nuevo")
    report = run(published, offer_record())
    assert report.quiet
    changed = run(published, offer_record(location=location_record(name="Otro", transportation="metro")))
    assert changed.changed == 1
    assert (card(published)["name"], card(published)["transportation"]) == ("Centro Nuevo", "metro")


def test_twice_changes_nothing_with_corrections(published: Session) -> None:
    mend(published, "service", SERVICE, "name", "Otro servicio")
    mend(published, "service_at_location", OFFER, "verified_on", "2026-05-01")
    before = versions(published)
    run(published, offer_record())
    assert versions(published) == before
    assert card(published)["verified_on"] == "2026-05-01"


def test_position_and_visibility(published: Session) -> None:
    mend(published, "location", PLACE, "geog", "-70.7 -33.5")
    where = published.execute(text("select st_x(geog::geometry), st_y(geog::geometry) from offer")).one()
    assert tuple(where) == (-70.7, -33.5)
    assert card(published)["position"] == {"source": "given", "precision_m": 20, "visibility": "full"}
    mend(published, "location", PLACE, "visibility", "hidden")
    assert published.scalars(text("select geog from offer")).one() is None
    assert card(published)["address"] is None


def test_a_position_can_be_taken_off_the_map(published: Session) -> None:
    mend(published, "location", PLACE, "geog", None)
    assert published.scalars(select(Location.position_source)).one() is None
    run(published, offer_record(description="cambio"))
    assert published.scalars(text("select geog from offer")).one() is None


def test_address_and_phone(published: Session) -> None:
    mend(published, "address", published.scalars(select(Address.id)).one(), "address_1", "Calle Nueva 1")
    mend(published, "phone", published.scalars(select(Phone.id)).one(), "number", "1412")
    assert card(published)["address"] == "Calle Nueva 1"
    run(published, offer_record(description="cambio"))
    assert card(published)["address"] == "Calle Nueva 1"
    assert published.scalars(select(Phone.number)).all() == ["1412"]


def test_a_phone_that_the_source_replaced_is_not_mended_and_is_told(published: Session) -> None:
    mend(published, "phone", published.scalars(select(Phone.id)).one(), "number", "1412")
    report = run(published, offer_record(phones=(PhoneRecord("+56220000000"),)))
    assert published.scalars(select(Phone.number)).all() == ["+56220000000"]
    assert len(report.orphans) == 1
    assert "1412" in report.orphans[0]


def test_the_later_correction_stands(published: Session) -> None:
    mend(published, "location", PLACE, "name", "Uno")
    mend(published, "location", PLACE, "name", "Dos")
    assert card(published)["name"] == "Dos"
    assert published.scalars(select(Correction.value).where(Correction.ended_at.is_(None))).all() == ["Dos"]


def test_ended_the_next_import_writes_what_the_source_says(published: Session) -> None:
    made = mend(published, "location", PLACE, "name", "Uno")
    end_correction(published, made.id)
    run(published, offer_record())
    assert card(published)["name"] == "Centro Los Aromos"
    with pytest.raises(NotFoundError):
        end_correction(published, made.id)


def test_shows_in_every_offer_of_a_service(published: Session) -> None:
    other = offer_record(source_ref="2", location=location_record(ref="centro-2"))
    run(published, offer_record(), other)
    mend(published, "service", SERVICE, "alert", "Cerrado por duelo")
    assert {one["alert"] for one in published.scalars(select(Offer.card))} == {"Cerrado por duelo"}


def test_an_inactive_service_goes_and_comes_back(published: Session) -> None:
    mend(published, "service", SERVICE, "status", "inactive")
    assert published.scalars(select(Offer.id)).all() == []
    run(published, offer_record(service=replace(service_record(), alert="x")))
    assert published.scalars(select(Offer.id)).all() == []
    mend(published, "service", SERVICE, "status", "active")
    assert published.scalars(select(Offer.id)).all() == [OFFER]


@pytest.mark.parametrize(
    ("entity", "field", "value"),
    [
        ("location", "zone", "America/Santiago"),
        ("service_at_location", "digest", "x"),
        ("import_run", "counts", "{}"),
        ("no such table; --", "name", "x"),
        ("service", "status", "gone"),
        ("service", "service_minutes", "many"),
        ("service_at_location", "verified_on", "ayer"),
        ("location", "geog", "-70.7"),
        ("location", "geog", "-70.7 -133.5"),
        ("location", "name", "a\0b"),
        ("service", "name", None),
    ],
)
def test_refused(published: Session, entity: str, field: str, value: str | None) -> None:
    with pytest.raises(DirectoryError):
        mend(published, entity, PLACE, field, value)
    assert published.scalars(select(Correction.id)).all() == []


def test_nothing_there(published: Session) -> None:
    with pytest.raises(NotFoundError):
        mend(published, "location", OFFER, "name", "x")


def test_every_field_is_a_column() -> None:
    for entity, fields in FIELDS.items():
        assert set(fields) <= set(METADATA.tables[entity].columns.keys())


def test_without_corrections_nothing_is_asked(published: Session) -> None:
    assert apply_corrections(published) == []
