"""The real DEIS file: every flaw measured in PROVENANCE.md comes out as an issue.

"198 repeated pairs" there counts rows after the first on a point: one of them is closed, so 197 are told.
"53 names with stray spaces" there; 60 names have two blanks or more in a row.
"""

import json
from collections import Counter
from dataclasses import replace

import pytest
import shapely
from sqlalchemy import Engine

from directory.records import IssueRecord, OfferRecord
from directory.settings import ROOT, Settings
from geo.areas import AreaIndex
from importers import pipeline
from importers.areas import load_areas, load_country
from importers.source import find_source
from importers.step_facts import StepFacts

DATA = ROOT.parent / "shared" / "data"
FILE = DATA / "services" / "establecimientos_20260310.csv"
POLYGONS = DATA / "admin" / "chilemapas_comunas_345.geojson"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FILE.is_file(), reason="the real input files are not beside the repository"),
]


@pytest.fixture(scope="module")
def found(areas: AreaIndex, facts: StepFacts) -> list[OfferRecord | IssueRecord]:
    shapes = {
        one["properties"]["codigo_comuna"]: shapely.make_valid(shapely.geometry.shape(one["geometry"]))
        for one in json.loads(POLYGONS.read_text("utf-8"))["features"]
    }
    official = AreaIndex(
        (
            replace(one, polygon=shapes[one.code], boundary="official") if one.code in shapes else one
            for one in areas
        ),
        facts.spelling,
    )
    source = find_source("deis_establishments")
    return pipeline.read(source, [FILE], pipeline.make_context(official, facts, source))


@pytest.fixture(scope="module")
def offers(found: list[OfferRecord | IssueRecord]) -> list[OfferRecord]:
    return [one for one in found if isinstance(one, OfferRecord)]


@pytest.fixture(scope="module")
def issues(found: list[OfferRecord | IssueRecord]) -> list[IssueRecord]:
    return [one for one in found if isinstance(one, IssueRecord)]


def test_counts_by_code(issues: list[IssueRecord]) -> None:
    assert Counter(one.code for one in issues) == {
        "stray_blanks": 379,
        "bad_phone": 142,
        "shared_position": 116,
        "no_position": 91,
        "repeated_position": 81,
        "closed": 77,
        "beside_stated_area": 12,
        "area_code_and_name_differ": 11,
        "outside_stated_area": 7,
        "outside_every_area": 5,
        "day_first_date": 2,
        "unpadded_code": 1,
    }


def test_every_row_is_published_or_closed(offers: list[OfferRecord], issues: list[IssueRecord]) -> None:
    closed = {one.row for one in issues if one.code == "closed"}
    published = {one.row for one in offers}
    assert (len(published), len(closed)) == (5160, 77)
    assert published | closed == set(range(2, 5239))
    assert Counter(one.kind for one in offers) == {"health": 5001, "treatment": 159}


def test_what_cannot_be_trusted_is_off_the_map(offers: list[OfferRecord], issues: list[IssueRecord]) -> None:
    told = {one.row for one in issues if one.code in {"no_position", "outside_stated_area"}}
    unplaced = [one for one in offers if one.location.position is None]
    assert len(unplaced) == 26
    assert {one.row for one in unplaced} <= told
    far = next(one for one in offers if one.source_ref == "201669")
    assert far.location.position is None
    assert far.location.area_code == "04101"
    message = next(
        one.message for one in issues if one.source_ref == "201669" and "Antofagasta" in one.message
    )
    assert "65" in message


def test_names_codes_and_zones_are_tidy(offers: list[OfferRecord], issues: list[IssueRecord]) -> None:
    assert all(one.location.name == " ".join(one.location.name.split()) for one in offers)
    assert all(one.location.area_code and len(one.location.area_code) == 5 for one in offers)
    stray = [one for one in issues if (one.code, one.field) == ("stray_blanks", "EstablecimientoGlosa")]
    assert len(stray) == 60
    assert {one.location.zone for one in offers} == {
        "America/Santiago", "America/Punta_Arenas", "America/Coyhaique", "Pacific/Easter",
    }  # fmt: skip
    unpadded = next(one for one in issues if one.code == "unpadded_code")
    assert int(unpadded.value or 0) > 3000


def test_into_the_database_twice_is_nothing(module_engine: Engine) -> None:
    settings = Settings(horizon_days=7)
    load_country(module_engine, settings)
    load_areas(module_engine, POLYGONS, level="comuna", settings=settings)
    first = pipeline.run(module_engine, "deis_establishments", [FILE], settings=settings)
    assert (first.rows_read, first.new) == (5237, 5160)
    assert first.issue_counts["no_position"] == 91
    again = pipeline.run(module_engine, "deis_establishments", [FILE], settings=settings)
    assert again.quiet
    assert again.unchanged == 5160
    assert again.issue_counts == first.issue_counts
