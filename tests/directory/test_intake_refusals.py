"""What publish refuses whole, and what it publishes with an issue."""

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from directory.db import transaction
from directory.errors import PublishError
from directory.records import (
    IssueRecord,
    OfferRecord,
    PhoneRecord,
    Severity,
)
from directory.run_report import last_report
from directory.tables import (
    Issue,
    Location,
    Offer,
    ServiceAtLocation,
)
from tests.directory.imports import outcome, run, versions
from tests.factories import (
    location_record,
    numbered_offers,
    offer_record,
    organization_record,
    seed_basics,
    service_record,
)


@pytest.fixture
def seeded(session: Session) -> Session:
    """A session with the area and the need of offer_record."""
    seed_basics(session)
    return session


class TestRefusal:
    def test_more_than_a_fifth_gone_is_refused(self, seeded: Session) -> None:
        records = numbered_offers(10)
        run(seeded, *records)
        before = versions(seeded)
        with pytest.raises(PublishError, match="se retirarían 3 de 10"), seeded.begin_nested():
            run(seeded, *records[:7])
        assert versions(seeded) == before

    def test_a_fifth_gone_is_not(self, seeded: Session) -> None:
        records = numbered_offers(10)
        run(seeded, *records)
        assert run(seeded, *records[:8]).withdrawn == 2

    def test_forced(self, seeded: Session) -> None:
        records = numbered_offers(10)
        run(seeded, *records)
        assert run(seeded, *records[:1], force=True).withdrawn == 9

    def test_nothing_in_the_file(self, seeded: Session) -> None:
        run(seeded, *numbered_offers(3))
        with pytest.raises(PublishError, match="ninguna oferta"), seeded.begin_nested():
            run(seeded)

    def test_nothing_in_a_first_file(self, seeded: Session) -> None:
        assert outcome(run(seeded)) == {}

    @pytest.mark.parametrize(
        ("record", "reason"),
        [
            (offer_record(location=location_record(name="a\0b")), "NUL"),
            (offer_record(description="\ud800"), "Unicode"),
            (offer_record(service=service_record(needs=("no.such",))), "«no.such»"),
            (offer_record(location=location_record(area_code="99999")), "«99999»"),
            (offer_record(location=location_record(zone=None)), "zona horaria"),
        ],
    )
    def test_a_record_that_cannot_be_published_names_its_row(
        self, seeded: Session, record: OfferRecord, reason: str
    ) -> None:
        with pytest.raises(PublishError, match=f"fila 2, referencia «1»: .*{reason}"):
            run(seeded, record)

    def test_one_import_of_a_source_at_a_time(self, own_engine: Engine) -> None:
        with transaction(own_engine) as first, transaction(own_engine) as second:
            seed_basics(first)
            run(first, offer_record())
            with pytest.raises(PublishError, match="en curso"):
                run(second, offer_record())


class TestIssues:
    def test_are_stored_with_the_run(self, seeded: Session) -> None:
        issue = IssueRecord(
            "bad_phone", "teléfono ilegible", Severity.WARNING, row=3, field="fono", value="a\0b"
        )
        report = run(seeded, issue, offer_record(), issue)
        assert report.issue_counts == {"bad_phone": 2}
        assert [(one.row, one.value) for one in report.issue_samples["bad_phone"]] == [(3, "a␀b")] * 2

    def test_samples_are_few(self, seeded: Session) -> None:
        issues = [IssueRecord("x", "m", row=number) for number in range(20)]
        report = run(seeded, *issues)
        assert (report.issues, [one.row for one in report.issue_samples["x"]]) == (20, [0, 1, 2, 3, 4])

    def test_a_reference_used_twice(self, seeded: Session) -> None:
        again = offer_record(row=9, description="otra", location=location_record(ref="centro-2"))
        report = run(seeded, offer_record(), again)
        assert outcome(report) == {"new": 1}
        assert [(one.row, one.severity) for one in report.issue_samples["duplicate_ref"]] == [
            (9, Severity.ERROR)
        ]
        assert seeded.scalars(select(ServiceAtLocation.description)).all() == [None]

    def test_the_same_row_twice_is_no_issue(self, seeded: Session) -> None:
        report = run(seeded, offer_record(), offer_record(row=9))
        assert (outcome(report), report.issues) == ({"new": 1}, 0)

    def test_a_place_described_in_two_ways(self, seeded: Session) -> None:
        one, two = offer_record(), offer_record(source_ref="2", row=3, location=location_record(name="Otro"))
        report = run(seeded, one, two)
        assert [(issue.row, issue.severity) for issue in report.issue_samples["conflicting_statement"]] == [
            (3, Severity.WARNING)
        ]
        assert seeded.scalars(select(Location.name)).all() == ["Centro Los Aromos"]
        assert outcome(run(seeded, one, two)) == {"unchanged": 2}
        assert seeded.scalars(select(Location.name)).all() == ["Centro Los Aromos"]

    def test_last_report_reads_it_again(self, own_engine: Engine) -> None:
        with transaction(own_engine) as session:
            seed_basics(session)
            report = run(session, offer_record(), IssueRecord("x", "m", row=3))
        assert last_report(own_engine, "test_programs") == report


HOSTILE = (
    "{{7*7}}",
    "{% if %}",
    "{#",
    "<img src=x onerror=alert(1)>",
    "${7*7}",
    "</script>",
    "'; drop table offer; --",
    'say "hi"',
    "a\tb\nc\rd\\N\\.",
    "\\.",
    "\\u0000",
    "Ñuñoa «ñandú» 🚑",
    "%s %(x)s :id",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_names_are_stored_verbatim(seeded: Session, words: str) -> None:
    record = offer_record(
        organization=organization_record(name=words, description=words),
        service=service_record(name=words, description=words, alert=words),
        location=location_record(name=words, address=words, transportation=words),
        description=words,
        phones=(PhoneRecord("+56221234567", description=words),),
    )
    run(seeded, record, IssueRecord("x", words, value=words))
    card = seeded.scalars(select(Offer.card)).one()
    assert {
        card[name] for name in ("name", "service", "organization", "address", "transportation", "alert")
    } == {words}
    assert (card["description"], card["phones"][0]["description"]) == (words, words)
    assert seeded.execute(select(Issue.message, Issue.value)).one() == (words, words)
    assert run(seeded, record).quiet
