"""What holds of publish for any files, and when it is killed."""

import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from directory.db import transaction
from directory.errors import PublishError
from directory.records import (
    Facility,
    OfferRecord,
    PhoneRecord,
    Timing,
)
from directory.tables import (
    ImportRun,
    Offer,
)
from tests.directory.imports import (
    rolled_back,
    run,
    versions,
    visible,
)
from tests.factories import (
    OFFICE_HOURS,
    location_record,
    numbered_offers,
    offer_record,
    seed_area,
    seed_basics,
    service_record,
)


@pytest.fixture
def seeded(session: Session) -> Session:
    """A session with the area and the need of offer_record."""
    seed_basics(session)
    return session


# Small files in which references collide, things are shared, and statements of them differ.
offers = st.builds(
    lambda ref, place, service, name, phones, known, facility: offer_record(
        source_ref=f"r{ref}",
        service=service_record(ref=f"v{service}", name=f"Servicio {name}"),
        location=location_record(ref=f"l{place}", name=f"Lugar {name}", facilities=facility),
        phones=tuple(PhoneRecord(f"+5622123456{digit}") for digit in phones),
        timing=OFFICE_HOURS if known else Timing(),
        row=ref + 2,
    ),
    st.integers(0, 4),
    st.integers(0, 2),
    st.integers(0, 1),
    st.sampled_from("ab"),
    st.lists(st.integers(0, 3), max_size=2),
    st.booleans(),
    st.sampled_from([(), ((Facility.RAMP, True),), ((Facility.RAMP, False), (Facility.LIFT, True))]),
)
files = st.lists(offers, max_size=6)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(once=files)
def test_publishing_what_was_published_changes_nothing(seeded: Session, once: list[OfferRecord]) -> None:
    with rolled_back(seeded):
        run(seeded, *once, force=True)
        before = versions(seeded)
        assert run(seeded, *once, force=True).quiet
        assert versions(seeded) == before


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=files, second=files)
def test_coming_back_to_a_file_gives_what_it_gave(
    seeded: Session, first: list[OfferRecord], second: list[OfferRecord]
) -> None:
    with rolled_back(seeded):
        run(seeded, *first, force=True)
        seen = visible(seeded)
        run(seeded, *second, force=True)
        run(seeded, *first, force=True)
        assert visible(seeded) == seen


KILLED = """
import sys
from directory.db import make_engine, transaction
from directory.intake import publish
from tests.factories import numbered_offers, source_info

def records():
    yield from numbered_offers(20)
    print("publishing", flush=True)
    sys.stdin.readline()

engine = make_engine(sys.argv[1])
with transaction(engine) as session:
    publish(session, source_info(), records() if sys.argv[2] == "reading" else numbered_offers(20))
    print("publishing", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("moment", ["reading", "before the commit"])
def test_killed_in_the_middle_leaves_the_data_as_before(
    own_engine: Engine, own_database_url: str, moment: str
) -> None:
    with transaction(own_engine) as session:
        seed_area(session)
        seed_basics(session)
        run(session, *numbered_offers(10))
    with transaction(own_engine) as session:
        before = versions(session, ignoring=())
    command = [sys.executable, "-c", KILLED, own_database_url, moment]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "publishing\n"
        child.kill()
    with transaction(own_engine) as session:
        assert versions(session, ignoring=()) == before
    # The dead import's locks go with it, so the same file can be published at once.
    eventually(lambda: publish_again(own_engine))
    with transaction(own_engine) as session:
        assert session.scalar(select(func.count()).select_from(Offer)) == 20
        assert session.scalar(select(func.count()).select_from(ImportRun)) == 2


def publish_again(engine: Engine) -> None:
    with transaction(engine) as session:
        run(session, *numbered_offers(20))


def eventually(action: Callable[[], None], seconds: float = 10) -> None:
    """Try until it is not refused any more."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return action()
        except PublishError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
