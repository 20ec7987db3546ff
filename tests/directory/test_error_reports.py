"""The queue of reported errors: bounded, without the person, and written by a service that may not write."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import Session

from directory.db import make_engine, transaction
from directory.errors import NotFoundError, QuestionError
from directory.intake import publish
from directory.reports import (
    CLOSED_DAYS,
    LONGEST,
    MOST_A_DAY,
    MOST_OPEN_OF_AN_OFFER,
    OPEN_DAYS,
    append_report,
    close_report,
    keep_report,
    list_reports,
    purge_reports,
)
from directory.settings import ROOT
from directory.tables import ErrorReport, ServiceAtLocation
from tests.factories import numbered_offers, seed_basics, source_info
from tests.test_cli import environment

NOW = datetime(2026, 9, 8, 12, tzinfo=UTC)


@pytest.fixture
def offers(session: Session) -> list[UUID]:
    return seeded(session)


def seeded(session: Session) -> list[UUID]:
    seed_basics(session)
    publish(session, source_info(), numbered_offers(2))
    return list(session.scalars(select(ServiceAtLocation.id).order_by(ServiceAtLocation.source_ref)))


@pytest.fixture
def reading_only(own_engine: Engine, own_database_url: str) -> Iterator[tuple[Engine, UUID]]:
    """An engine as the service has it, and an offer."""
    with transaction(own_engine) as session:
        offer = seeded(session)[0]
    engine = make_engine(own_database_url, read_only=True)
    yield engine, offer
    engine.dispose()


def test_a_service_that_may_not_write_still_keeps_a_report(reading_only: tuple[Engine, UUID]) -> None:
    engine, offer = reading_only
    with pytest.raises(InternalError, match="read-only"), transaction(engine) as session:
        session.execute(text("delete from error_report"))
    assert keep_report(engine, offer, "phone", "  Ya no es\nese\tnúmero. ", now=NOW) == "kept"
    with transaction(engine) as session:
        (kept,) = list_reports(session)
    assert (kept.offer_id, kept.field, kept.words, kept.made_at) == (
        offer,
        "phone",
        "Ya no es ese número.",
        NOW,
    )
    assert (kept.name, kept.source_id, kept.source_ref) == ("Centro 1", "test_programs", "1")
    # And the next transaction of the same connection is read-only again.
    with pytest.raises(InternalError, match="read-only"), transaction(engine) as session:
        session.execute(text("delete from error_report"))


@pytest.mark.parametrize(
    ("field", "words", "wrong"),
    [
        ("phone", "", "words"),
        ("phone", " \n\u200b\x00\x1b ", "words"),
        ("phone", "a" * (LONGEST + 1), "words"),
        ("", "algo", "field"),
        ("secret", "algo", "field"),
    ],
)
def test_what_cannot_be_kept_names_its_part(
    reading_only: tuple[Engine, UUID], field: str, words: str, wrong: str
) -> None:
    engine, offer = reading_only
    with pytest.raises(QuestionError) as caught:
        keep_report(engine, offer, field, words)
    assert caught.value.field == wrong
    with transaction(engine) as session:
        assert session.scalar(select(func.count()).select_from(ErrorReport)) == 0


def test_the_longest_text_and_only_readable_characters_are_kept(reading_only: tuple[Engine, UUID]) -> None:
    engine, offer = reading_only
    assert keep_report(engine, offer, "other", "é" * LONGEST) == "kept"
    assert keep_report(engine, offer, "other", "rojo\x1b[31m \u202eal revés\ud800") == "kept"
    with transaction(engine) as session:
        assert {one.words for one in list_reports(session)} == {"é" * LONGEST, "rojo [31m al revés"}


def test_an_unknown_offer_is_not_found(reading_only: tuple[Engine, UUID]) -> None:
    with pytest.raises(NotFoundError):
        keep_report(reading_only[0], uuid4(), "phone", "algo")


def test_the_same_report_is_kept_once_while_it_is_open(session: Session, offers: list[UUID]) -> None:
    assert append_report(session, offers[0], "phone", "mal", NOW) == "kept"
    assert append_report(session, offers[0], "phone", "mal", NOW) == "known"
    assert append_report(session, offers[0], "hours", "mal", NOW) == "kept"
    assert append_report(session, offers[1], "phone", "mal", NOW) == "kept"
    close_report(session, list_reports(session)[0].id, "Corregido", now=NOW)
    session.flush()
    assert append_report(session, offers[0], "phone", "mal", NOW) == "kept"


def test_an_offer_holds_so_many_open_reports(session: Session, offers: list[UUID]) -> None:
    for number in range(MOST_OPEN_OF_AN_OFFER):
        assert append_report(session, offers[0], "phone", f"mal {number}", NOW) == "kept"
    assert append_report(session, offers[0], "phone", "uno más", NOW) == "full"
    assert append_report(session, offers[1], "phone", "uno más", NOW) == "kept"
    close_report(session, list_reports(session)[0].id, "Corregido", now=NOW)
    session.flush()
    assert append_report(session, offers[0], "phone", "uno más", NOW) == "kept"


def test_a_day_holds_so_many_reports(session: Session, offers: list[UUID]) -> None:
    fill = text(
        "insert into error_report (service_at_location_id, field, words, made_at, closed_at, outcome)"
        " select :offer, 'other', 'x' || n, :made, :made, 'visto' from generate_series(1, :count) n"
    )
    session.execute(fill, {"offer": offers[1], "made": NOW - timedelta(hours=23), "count": MOST_A_DAY})
    assert append_report(session, offers[0], "phone", "mal", NOW) == "full"
    assert append_report(session, offers[0], "phone", "mal", NOW + timedelta(hours=2)) == "kept"


def test_closing_needs_an_open_report_and_an_outcome(session: Session, offers: list[UUID]) -> None:
    append_report(session, offers[0], "phone", "mal", NOW)
    session.flush()
    number = list_reports(session)[0].id
    with pytest.raises(QuestionError) as caught:
        close_report(session, number, " ")
    assert caught.value.field == "outcome"
    close_report(session, number, "Corregido\nhoy", now=NOW)
    session.flush()
    assert list_reports(session) == []
    assert [(one.outcome, one.closed_at) for one in list_reports(session, closed=True)] == [
        ("Corregido hoy", NOW)
    ]
    for gone in (number, number + 1):
        with pytest.raises(NotFoundError, match=str(gone)):
            close_report(session, gone, "Corregido")


def test_old_reports_go(session: Session, offers: list[UUID]) -> None:
    for days, closed in (
        (OPEN_DAYS + 1, None),
        (OPEN_DAYS - 1, None),
        (200, CLOSED_DAYS + 1),
        (200, CLOSED_DAYS - 1),
    ):
        session.add(
            ErrorReport(
                service_at_location_id=offers[0],
                field="other",
                words=f"{days} {closed}",
                made_at=NOW - timedelta(days=days),
                closed_at=NOW - timedelta(days=closed) if closed else None,
                outcome="visto" if closed else None,
            )
        )
    session.flush()
    assert purge_reports(session, now=NOW) == 2
    left = set(session.scalars(select(ErrorReport.words)))
    assert left == {f"{OPEN_DAYS - 1} None", f"200 {CLOSED_DAYS - 1}"}


def test_nothing_about_the_person_has_a_column() -> None:
    assert set(ErrorReport.__table__.columns.keys()) == {
        "id", "service_at_location_id", "field", "words", "made_at", "closed_at", "outcome"
    }  # fmt: skip


def test_editors_list_and_close_by_the_command_line(own_engine: Engine, own_database_url: str) -> None:
    with transaction(own_engine) as session:
        offer = seeded(session)[0]
        append_report(session, offer, "phone", "[red]no[/] contesta [link=x]", NOW)

    def cercana(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "cercana", "report", *arguments],
            cwd=ROOT,
            env=environment(CERCANA_DATABASE_URL=own_database_url),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    listed = cercana("list")
    assert listed.returncode == 0, listed.stderr
    assert "[red]no[/] contesta [link=x]" in listed.stdout
    assert "Centro 1" in listed.stdout
    number = next(word for word in listed.stdout.replace("│", " ").split() if word.isdigit())
    refused = cercana("close", number, "--outcome", " ")
    assert refused.returncode == 1
    assert "Error:" in refused.stderr
    closed = cercana("close", number, "--outcome", "Teléfono corregido")
    assert closed.returncode == 0, closed.stderr
    assert str(offer) in closed.stdout
    assert "No reports." in cercana("list").stdout
    assert "Teléfono corregido" in cercana("list", "--closed").stdout
