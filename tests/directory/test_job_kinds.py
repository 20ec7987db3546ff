"""What each kind of long work is asked with."""

from datetime import date

import pytest
from pydantic import TypeAdapter
from sqlalchemy import Engine, text

from directory.coverage_terms import CoverageQuery, SiteQuery
from directory.db import transaction
from directory.eligibility import Person
from directory.errors import JobError
from directory.job_kinds import Work, do_rows, do_sites, start_sites
from directory.settings import Settings

PARAMS: dict[str, object] = {"dataset": "censo", "network": "comarca", "mode": "car"}


@pytest.mark.parametrize("params", [{}, PARAMS | {"mode": "transit"}, PARAMS | {"more": 1}])
def test_rows_of_something_else_are_refused(own_engine: Engine, params: dict[str, object]) -> None:
    work = Work(own_engine, Settings(), lambda done, total: None, lambda: False)
    with pytest.raises(JobError, match="necesita dataset, network y mode"):
        do_rows(work, params)


def test_sites_of_something_else_are_refused(own_engine: Engine) -> None:
    work = Work(own_engine, Settings(), lambda done, total: None, lambda: False)
    with pytest.raises(JobError, match="no se entiende"):
        do_sites(work, {"coverage": "everything"})


def test_the_same_question_for_places_is_the_same_job(own_engine: Engine) -> None:
    codes = [f"c{number}" for number in range(30)]
    asked = [
        SiteQuery(CoverageQuery(person=Person(conditions=frozenset(some)), day=date(2026, 9, 7)), 3)
        for some in (codes, reversed(codes))
    ]
    first, second = (start_sites(own_engine, query) for query in asked)
    assert first.id == second.id
    with transaction(own_engine) as session:
        params = session.scalar(text("select params from job"))
    assert TypeAdapter(SiteQuery).validate_python(params) == asked[0]
    assert params["coverage"]["person"]["conditions"] == sorted(codes)
