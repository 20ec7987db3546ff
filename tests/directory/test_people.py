"""Where people live, as coverage reads it."""

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.errors import NotFoundError, QuestionError
from directory.people import default_dataset, ordered, population_datasets, read_people
from directory.population import CellRecord, DatasetRecord, remove_population, store_population
from geo.points import LonLat
from tests.factories import seed_area, seed_basics

SAMPLES = (LonLat(-71.7, -35.5), LonLat(-71.8, -35.5), LonLat(-71.7, -35.6), LonLat(-71.8, -35.6))
CELLS = [
    CellRecord("rural_entity", "b", 100, LonLat(-71.75, -35.55), "07101", "rural", {"women": 60}, SAMPLES),
    CellRecord("block", "a", 10, LonLat(-71.65, -35.42), "07101", "urban", {"women": 4, "0-14": 3}),
    CellRecord("block", "Z", 7, LonLat(-71.66, -35.42), "07101"),
    CellRecord("block", "sea", 5, LonLat(-80.0, -35.42)),
    CellRecord("zone", "lost", 30, None, "07101", None, {"women": 15}),
    CellRecord("zone", "nowhere", 2),
]


@pytest.fixture
def land(session: Session) -> Session:
    seed_basics(session)
    seed_area(session, "07101", "Talca", seat=LonLat(-71.65, -35.42))
    session.execute(text("update area set settlement = 'urban' where code = '07101'"))
    store_population(session, "census", 2017, CELLS, DatasetRecord("Censo", "INE", "libre"))
    return session


def test_cells_and_samples_come_in_the_order_of_the_fingerprint(land: Session) -> None:
    people = read_people(land, "census")
    # Byte by byte: capitals before small letters, whatever the language of the server.
    assert people.cells.codes == ("Z", "a", "sea", "b")
    assert people.cell.tolist() == [0, 1, 2, 3, 3, 3, 3]
    assert people.share.tolist() == [1, 1, 1, 0.25, 0.25, 0.25, 0.25]
    assert people.samples.lons[3:].tolist() == [point.lon for point in SAMPLES]
    assert people.cells.lats[3] == -35.55
    assert people.cell.dtype == np.int32


def test_people_are_those_of_the_cells_and_of_those_without_point(land: Session) -> None:
    people = read_people(land, "census")
    assert people.weights().tolist() == [7, 10, 5, 25, 25, 25, 25]
    assert people.weights("women").tolist() == [0, 4, 0, 15, 15, 15, 15]
    assert people.without_point == {"07101": 30, None: 2}
    assert people.spread == 100
    facts = people.facts
    assert (facts.title, facts.year, facts.source, facts.licence) == ("Censo", 2017, "INE", "libre")
    assert (facts.cells, facts.people, facts.people_without_point, facts.samples) == (6, 154, 32, 7)
    assert facts.bands == {"women": 79, "0-14": 3}
    assert population_datasets(land) == [facts]


def test_a_band_that_is_not_there_is_refused_with_those_that_are(land: Session) -> None:
    with pytest.raises(QuestionError, match="women, 0-14") as refused:
        read_people(land, "census").weights("men")
    assert refused.value.field == "band"


def test_roads_are_sought_as_far_as_the_settlement_of_the_cell_or_of_its_comuna(land: Session) -> None:
    people = read_people(land, "census")
    assert people.cells.settlements == ("urban", "urban", None, "rural")
    assert people.samples.off_road.tolist() == [500, 500, 2_000, 2_000, 2_000, 2_000, 2_000]


def test_the_fingerprint_changes_when_a_sample_moves_and_not_with_the_people(land: Session) -> None:
    before = read_people(land, "census")
    more = [CellRecord("block", "a", 99, CELLS[1].point, "07101"), *CELLS[2:], CELLS[0]]
    stored = store_population(land, "census", 2018, more)
    after = read_people(land, "census")
    assert stored.fingerprint == after.samples.fingerprint == before.samples.fingerprint
    assert after.weights()[1] == 99
    moved = [CellRecord("block", "a", 99, LonLat(-71.651, -35.42), "07101"), *more[1:]]
    assert store_population(land, "census", 2018, moved).fingerprint != stored.fingerprint
    fewer = [*moved[:-1], CellRecord("rural_entity", "b", 100, CELLS[0].point, samples=SAMPLES[:2])]
    assert store_population(land, "census", 2018, fewer).samples == 5
    assert read_people(land, "census").weights().tolist() == [7, 99, 5, 50, 50]


def test_a_dataset_that_is_not_there_or_too_old_is_refused(land: Session) -> None:
    with pytest.raises(QuestionError, match="«no»") as refused:
        read_people(land, "no")
    assert refused.value.field == "dataset"
    land.execute(text("update population_dataset set fingerprint = ''"))
    with pytest.raises(QuestionError, match="cárgalos de nuevo"):
        read_people(land, "census")
    assert default_dataset(land) is None


def test_the_dataset_by_default_is_the_newest_that_is_no_demonstration(land: Session) -> None:
    store_population(land, "demo", 2030, CELLS[:1], DatasetRecord(demonstration=True))
    assert default_dataset(land) == "census"
    store_population(land, "newer", 2024, CELLS[:1])
    assert default_dataset(land) == "newer"
    assert [facts.name for facts in population_datasets(land)] == ["newer", "census", "demo"]
    for name in ("newer", "census"):
        remove_population(land, name)
    assert default_dataset(land) == "demo"


def test_a_dataset_with_people_in_the_area_comes_before_a_newer_one_of_elsewhere(land: Session) -> None:
    seed_area(land, "13101", "Santiago", seat=LonLat(-70.65, -33.44))
    capital = CellRecord("block", "c", 9, LonLat(-70.65, -33.44), "13101")
    store_population(land, "capital", 2024, [capital])
    above = land.scalar(text("select parent_code from area where code = '07101'"))
    assert default_dataset(land) == "capital"
    assert [default_dataset(land, one) for one in ("07101", above, "13101")] == [
        "census",
        "census",
        "capital",
    ]
    assert default_dataset(land, "nowhere") == "capital"


def test_a_removed_dataset_leaves_nothing(land: Session) -> None:
    assert remove_population(land, "census") == (6, 154)
    assert land.scalar(text("select count(*) from population_sample")) == 0
    assert population_datasets(land) == []
    with pytest.raises(NotFoundError, match="cercana population list"):
        remove_population(land, "census")


def test_a_dataset_without_any_point_has_no_samples(land: Session) -> None:
    store_population(land, "zones", 2017, CELLS[4:])
    people = read_people(land, "zones")
    assert (len(people.samples), len(people.cells), people.facts.people) == (0, 0, 32)
    assert people.weights().tolist() == []


def test_bands_are_listed_by_sex_then_age_then_both() -> None:
    keys = ["women:0-4", "65+", "men", "5-9", "0-4", "men:65+", "women", "men:0-4"]
    assert list(ordered(dict.fromkeys(keys, 1.0))) == [
        *("men", "women", "0-4", "5-9", "65+"),
        *("men:0-4", "men:65+", "women:0-4"),
    ]
