"""publish: every row ends as published or refused, twice changes nothing, and ids stay."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from directory import identity
from directory.document_rows import COLUMNS
from directory.intake import publish
from directory.records import (
    HoursText,
    PhoneRecord,
    Timing,
)
from directory.tables import (
    METADATA,
    Location,
    Offer,
    Organization,
    Schedule,
    Service,
    ServiceAtLocation,
)
from tests.directory.imports import OF_THE_RUN, contents, full_offer, outcome, run, versions
from tests.factories import (
    OFFICE_HOURS,
    location_record,
    numbered_offers,
    offer_record,
    organization_record,
    seed_basics,
    seed_need,
    service_record,
    source_info,
)


@pytest.fixture
def seeded(session: Session) -> Session:
    """A session with the area and the need of offer_record."""
    seed_basics(session)
    return session


class TestFirstImport:
    def test_writes_every_table(self, seeded: Session) -> None:
        report = run(seeded, full_offer())
        assert outcome(report) == {"new": 1}
        counts = {name: seeded.scalar(text(f'select count(*) from "{name}"')) for name in COLUMNS}
        assert counts == {
            "organization": 2, "service": 1, "attribute": 1, "cost_option": 2, "required_document": 2,
            "service_area": 1, "location": 1, "address": 1, "accessibility": 2, "service_at_location": 1,
            "phone": 2, "schedule": 2, "schedule_exception": 1, "visit": 1, "unit": 1, "service_capacity": 1,
        }  # fmt: skip

    def test_ids_follow_from_the_references(self, seeded: Session) -> None:
        run(seeded, offer_record())
        assert seeded.scalars(select(ServiceAtLocation.id)).all() == [
            UUID(identity.offer_id("test_programs", "1"))
        ]
        assert seeded.scalars(select(Organization.id)).all() == [UUID(identity.organization_id("senda"))]

    def test_columns_exist_in_the_tables(self) -> None:
        for table, columns in COLUMNS.items():
            assert set(columns) <= set(METADATA.tables[table].columns.keys())

    def test_unknown_hours_have_no_timetable(self, seeded: Session) -> None:
        run(seeded, offer_record(timing=Timing()))
        assert seeded.scalars(select(ServiceAtLocation.timetable_key)).all() == [None]
        assert seeded.scalars(select(Offer.timetable_id)).all() == [None]

    def test_same_hours_share_a_timetable(self, seeded: Session) -> None:
        run(seeded, *numbered_offers(3))
        assert seeded.scalar(select(func.count(Offer.timetable_id.distinct()))) == 1

    def test_hours_text_is_kept_as_stated(self, seeded: Session) -> None:
        run(seeded, offer_record(timing=Timing(texts=(HoursText("Mo-Fr 09:00-13:00"),))))
        assert seeded.scalars(select(Schedule.opening_hours)).all() == ["Mo-Fr 09:00-13:00"]

    def test_report_counts_rows_and_files(self, seeded: Session) -> None:
        files = [{"name": "programas.csv", "bytes": 120, "sha256": "ab"}]
        report = run(seeded, *numbered_offers(3), files=files, rows_read=lambda: 7)
        assert (report.rows_read, report.files, report.published) == (7, files, 3)
        assert [one.outcome for one in report.changes] == ["new"] * 3


class TestDiff:
    def test_twice_changes_nothing(self, seeded: Session) -> None:
        records = [full_offer(), *numbered_offers(5)[1:]]
        run(seeded, *records)
        before = versions(seeded)
        report = run(seeded, *records)
        assert outcome(report) == {"unchanged": 5}
        assert report.quiet
        assert versions(seeded) == before

    def test_changed_keeps_the_id_and_tells_the_fields(self, seeded: Session) -> None:
        run(seeded, *numbered_offers(3))
        ids = set(seeded.scalars(select(ServiceAtLocation.id)))
        first, *rest = numbered_offers(3)
        moved = replace(
            first,
            location=replace(first.location, address="Calle Dos 4"),
            phones=(PhoneRecord("+56229999999"),),
        )
        report = run(seeded, moved, *rest)
        assert outcome(report) == {"changed": 1, "unchanged": 2}
        assert set(seeded.scalars(select(ServiceAtLocation.id))) == ids
        assert [(one.source_ref, one.fields) for one in report.changes] == [("1", ("address", "phone"))]
        card = seeded.scalars(
            select(Offer.card).where(Offer.id == UUID(identity.offer_id("test_programs", "1")))
        ).one()
        assert (card["address"], card["phones"][0]["number"]) == ("Calle Dos 4", "+56229999999")

    def test_changed_leaves_other_rows_alone(self, seeded: Session) -> None:
        run(seeded, *numbered_offers(3))
        before = versions(seeded)
        first, *rest = numbered_offers(3)
        run(seeded, replace(first, description="Nuevo"), *rest)
        after = versions(seeded)
        changed = {name for name in after if after[name] != before[name]}
        assert changed == {"service_at_location", "offer", "calendar_state"}
        assert len(set(after["offer"]) - set(before["offer"])) == 1

    def test_parts_that_vanish_are_deleted(self, seeded: Session) -> None:
        run(seeded, full_offer())
        bare = replace(full_offer(), phones=(), capacity=None, timing=Timing(rules=OFFICE_HOURS.rules))
        run(seeded, replace(bare, location=location_record(organization=organization_record(ref="muni"))))
        for table in ("phone", "visit", "schedule_exception", "accessibility", "service_capacity"):
            assert seeded.scalar(text(f"select count(*) from {table}")) == 0
        assert seeded.scalar(text("select count(*) from schedule")) == 1

    def test_missing_is_withdrawn_not_deleted(self, seeded: Session) -> None:
        records = numbered_offers(10)
        run(seeded, *records)
        report = run(seeded, *records[:-1])
        assert outcome(report) == {"unchanged": 9, "withdrawn": 1}
        assert [(one.outcome, one.source_ref) for one in report.changes] == [("withdrawn", "10")]
        assert seeded.scalar(select(func.count()).select_from(ServiceAtLocation)) == 10
        assert seeded.scalar(select(func.count()).select_from(Offer)) == 9
        assert seeded.scalar(select(func.count()).select_from(Location)) == 10

    def test_withdrawn_comes_back(self, seeded: Session) -> None:
        records = numbered_offers(10)
        run(seeded, *records)
        before = contents(seeded, ignoring=OF_THE_RUN | {"calendar_state"})
        run(seeded, *records[:-1])
        report = run(seeded, *records)
        assert outcome(report) == {"unchanged": 9, "returned": 1}
        assert contents(seeded, ignoring=OF_THE_RUN | {"calendar_state"}) == before

    def test_sources_do_not_withdraw_each_other(self, seeded: Session) -> None:
        run(seeded, *numbered_offers(3))
        publish(seeded, source_info(id="other"), numbered_offers(2))
        assert seeded.scalar(select(func.count()).select_from(Offer)) == 5
        assert seeded.scalar(select(func.count()).select_from(Organization)) == 1

    def test_a_source_that_says_the_same_leaves_anothers_words(self, seeded: Session) -> None:
        run(seeded, offer_record(organization=organization_record(name="Uno")))
        other = offer_record(organization=organization_record(name="Dos"))
        publish(seeded, source_info(id="other"), [other])
        assert seeded.scalars(select(Organization.name)).all() == ["Dos"]
        assert run(seeded, offer_record(organization=organization_record(name="Uno"))).quiet
        assert seeded.scalars(select(Organization.name)).all() == ["Dos"]


class TestShared:
    def test_service_and_place_of_many_offers(self, seeded: Session) -> None:
        seed_need(seeded, "pension")
        records = [
            offer_record(),
            offer_record(source_ref="2", service=service_record(ref="pago", name="Pago", needs=("pension",))),
            offer_record(source_ref="3", location=location_record(ref="centro-2", name="Otro")),
        ]
        run(seeded, *records)
        counts = [seeded.scalar(select(func.count()).select_from(one)) for one in (Service, Location, Offer)]
        assert counts == [2, 2, 3]

    def test_a_change_shows_in_all_its_offers(self, seeded: Session) -> None:
        run(seeded, *numbered_offers(3))
        renamed = service_record(name="Tratamiento nuevo")
        report = run(seeded, *[replace(one, service=renamed) for one in numbered_offers(3)])
        assert outcome(report) == {"changed": 3}
        assert {card["service"] for card in seeded.scalars(select(Offer.card))} == {"Tratamiento nuevo"}

    def test_an_organization_renamed_by_another_source_shows_here(self, seeded: Session) -> None:
        run(seeded, offer_record())
        renamed = offer_record(organization=organization_record(name="SENDA nuevo"))
        publish(seeded, source_info(id="other"), [renamed])
        assert {card["organization"] for card in seeded.scalars(select(Offer.card))} == {"SENDA nuevo"}
