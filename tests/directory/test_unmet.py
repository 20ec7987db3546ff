"""Unmet needs: counted by area, need and day, without anybody in them, and never twice for one press."""

import csv
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import Session

from directory.db import make_engine, transaction
from directory.errors import QuestionError
from directory.settings import ROOT
from directory.unmet import MOST_A_DAY, MOST_NEEDS, Unmet, append_unmet, list_unmet, record_unmet
from geo.travel import TravelMode
from importers.unmet_commands import COLUMNS, cells
from tests.factories import seed_basics
from tests.test_cli import environment

DAY = date(2026, 9, 8)


@pytest.fixture
def needs(session: Session) -> list[str]:
    return seeded(session)


def seeded(session: Session) -> list[str]:
    """Codes of needs there are, in a database with areas."""
    seed_basics(session)
    return list(session.scalars(text("select code from taxonomy_term order by code")))


def area(session: Session) -> str:
    """Code of a comuna there is."""
    return str(session.scalar(text("select code from area where kind = 'comuna' order by code limit 1")))


def missing(session: Session, *needs: str, **changes: object) -> Unmet:
    """An unmet need in a known comuna."""
    values = {"needs": needs, "area_code": area(session), "mode": TravelMode.CAR, "max_minutes": 60}
    return Unmet(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def reading_only(own_engine: Engine, own_database_url: str) -> Iterator[tuple[Engine, Unmet]]:
    """An engine as the service has it, and something to record."""
    with transaction(own_engine) as session:
        known = missing(session, seeded(session)[0])
    engine = make_engine(own_database_url, read_only=True)
    yield engine, known
    engine.dispose()


def test_a_service_that_may_not_write_still_records_and_a_second_press_counts_once(
    reading_only: tuple[Engine, Unmet],
) -> None:
    engine, wanted = reading_only
    token = uuid4()
    assert record_unmet(engine, token, wanted, day=DAY) == "kept"
    assert record_unmet(engine, token, wanted, day=DAY) == "known"
    assert record_unmet(engine, uuid4(), wanted, day=DAY) == "kept"
    with transaction(engine) as session:
        (one,) = list_unmet(session)
    assert (one.day, one.area_code, one.needs, one.mode, one.max_minutes, one.count) == (
        DAY,
        wanted.area_code,
        wanted.needs,
        "car",
        60,
        2,
    )
    assert one.area
    with pytest.raises(InternalError, match="read-only"), transaction(engine) as session:
        session.execute(text("delete from unmet_need"))


def test_nothing_of_a_person_and_no_hour_can_be_kept(engine: Engine) -> None:
    columns = {one["name"] for one in inspect(engine).get_columns("unmet_need")}
    assert columns == {"id", "area_code", "needs", "mode", "max_minutes", "day"}
    kept = text(
        "select data_type from information_schema.columns where table_name = 'unmet_need'"
        " and column_name = 'day'"
    )
    with engine.connect() as connection:
        assert connection.scalar(kept) == "date"


def test_needs_are_kept_once_each_and_in_order(session: Session, needs: list[str]) -> None:
    first, second = needs[:2]
    append_unmet(session, uuid4(), missing(session, second, first, second), DAY)
    append_unmet(session, uuid4(), missing(session, first, second), DAY)
    (one,) = list_unmet(session)
    assert (one.needs, one.count) == ((first, second), 2)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"needs": ()}, "needs"),
        ({"needs": ("no.such_need",)}, "needs"),
        ({"needs": tuple(f"need.{n}" for n in range(MOST_NEEDS + 1))}, "needs"),
        ({"area_code": "99999"}, "area_code"),
        ({"area_code": "13\x00"}, "area_code"),
        ({"max_minutes": 0}, "max_minutes"),
        ({"max_minutes": 2000}, "max_minutes"),
    ],
)
def test_what_means_nothing_is_refused(
    session: Session, needs: list[str], changes: dict[str, object], field: str
) -> None:
    wanted = missing(session, needs[0], **changes)
    with pytest.raises(QuestionError) as caught:
        append_unmet(session, uuid4(), wanted, DAY)
    assert caught.value.field == field
    assert list_unmet(session) == []


def test_a_day_has_a_bound_and_the_next_begins_anew(session: Session, needs: list[str]) -> None:
    wanted = missing(session, needs[0])
    fill = "insert into unmet_need select gen_random_uuid(), :area, array[:need], 'car', 60, :day "
    values = {"area": wanted.area_code, "need": needs[0], "day": DAY, "most": MOST_A_DAY}
    session.execute(text(fill + "from generate_series(1, :most)"), values)
    assert append_unmet(session, uuid4(), wanted, DAY) == "full"
    assert append_unmet(session, uuid4(), wanted, date(2026, 9, 9)) == "kept"
    assert [one.count for one in list_unmet(session)] == [1, MOST_A_DAY]
    assert [one.day for one in list_unmet(session, since=date(2026, 9, 9))] == [date(2026, 9, 9)]
    assert len(list_unmet(session, limit=1)) == 1


def test_the_count_outlives_the_area(session: Session, needs: list[str]) -> None:
    append_unmet(session, uuid4(), missing(session, needs[0]), DAY)
    session.execute(text("update unmet_need set area_code = '99999'"))
    (one,) = list_unmet(session)
    assert (one.area_code, one.area, one.region, one.count) == ("99999", None, None, 1)
    assert cells(one)[:4] == ("2026-09-08", "99999", "", "")


def test_the_command_writes_a_table_and_a_file(
    own_engine: Engine, own_database_url: str, tmp_path: Path
) -> None:
    with transaction(own_engine) as session:
        known = missing(session, seeded(session)[0])
        append_unmet(session, uuid4(), known, DAY)
    shown = run(own_database_url, "unmet", "list")
    assert known.area_code in shown
    assert "2026-09-08" in shown
    assert "No unmet needs" in run(own_database_url, "unmet", "list", "--since", "2026-09-09")
    target = tmp_path / "unmet.csv"
    run(own_database_url, "unmet", "list", "--csv", str(target))
    with target.open(encoding="utf-8", newline="") as file:
        header, line = csv.reader(file)
    assert tuple(header) == COLUMNS
    assert (line[0], line[1], line[4], line[-1]) == ("2026-09-08", known.area_code, known.needs[0], "1")


def run(url: str, *arguments: str) -> str:
    """Output of the command line on a database."""
    done = subprocess.run(
        [sys.executable, "-m", "cercana", *arguments],
        cwd=ROOT,
        env=environment(CERCANA_DATABASE_URL=url, COLUMNS="200"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
