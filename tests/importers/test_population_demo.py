"""The people of the demonstration: marked as such, the totals of the comunas, along the fixture's roads."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, text

from directory.db import reading
from directory.people import People, default_dataset, read_people
from fixtures.country.areas_file import read_areas
from fixtures.demo import people as demo_people
from fixtures.demo.generate import SEED
from geo.points import LonLat, great_circle
from importers.demo import PEOPLE
from tests.demo import demo_engine, demo_template, demo_url  # noqa: F401
from tests.roads import PLACES


@pytest.fixture(scope="module")
def found(demo_engine: Engine) -> People:  # noqa: F811
    with reading(demo_engine) as session:
        assert default_dataset(session) == PEOPLE
        return read_people(session, PEOPLE)


def test_it_is_marked_and_has_the_people_of_every_comuna(found: People) -> None:
    assert found.facts.demonstration
    assert "demostración" in found.facts.title.lower()
    totals = {area.code: area.population for area in read_areas("cl", "comuna")}
    areas = np.array(found.cells.areas)
    for code, total in totals.items():
        assert found.cells.people[areas == code].sum() == total
    assert found.facts.people == sum(totals.values())
    assert found.without_point == {}


def test_bands_add_up_to_the_people(found: People) -> None:
    bands = found.cells.bands
    assert list(bands) == ["men", "women", "0-14", "15-64", "65+"]
    assert np.array_equal(bands["men"] + bands["women"], found.cells.people)
    assert np.array_equal(bands["0-14"] + bands["15-64"] + bands["65+"], found.cells.people)
    assert all((count >= 0).all() for count in bands.values())


def test_people_of_talca_live_along_the_roads_of_the_fixture(found: People) -> None:
    corners = list(PLACES.values())
    talca = np.flatnonzero(np.array(found.cells.areas) == "07101")
    assert len(talca) > 20
    for cell in talca:
        here = LonLat(float(found.cells.lons[cell]), float(found.cells.lats[cell]))
        assert min(great_circle(here, corner) for corner in corners) < 500
    assert {found.cells.settlements[cell] for cell in talca} == {"urban", "rural"}


def test_the_file_is_the_same_every_time(tmp_path: Path) -> None:
    first = demo_people.write(tmp_path / "a", SEED).read_bytes()
    assert demo_people.write(tmp_path / "b", SEED).read_bytes() == first
    assert demo_people.write(tmp_path / "c", SEED + 1).read_bytes() != first


def test_every_sample_of_the_demonstration_lies_in_the_country(demo_engine: Engine, found: People) -> None:  # noqa: F811
    with demo_engine.connect() as connection:
        far = connection.scalar(
            text(
                "select count(*) from population p join area a on a.code = p.area_code"
                " where p.dataset = :name and not ST_DWithin(a.shape, p.geog::geometry, 0.5)"
            ),
            {"name": found.facts.name},
        )
    assert far == 0
