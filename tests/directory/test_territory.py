"""Areas, shapes and needs as stored; areas in memory as the service asks them."""

from collections.abc import Sequence
from typing import Any

import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.errors import DirectoryError
from directory.gazetteer import PlaceRecord, store_places
from directory.population import CellRecord, store_population
from directory.staging import Changes
from directory.taxonomy import NeedRecord, store_needs
from directory.territory import ancestors, load_area_index, load_territory, nearest_area
from directory.territory_store import (
    APPROXIMATE,
    OFFICIAL,
    AreaRecord,
    ShapeRecord,
    dissolve,
    slug_of,
    store_areas,
    store_shapes,
)
from geo.points import LonLat

ZONE = "America/Santiago"
AREAS = [
    # Children first: the order of the records does not matter.
    AreaRecord("91101", "comuna", "Ñañco", ZONE, "911", 900, seat=LonLat(-70.5, -30.5)),
    AreaRecord("91102", "comuna", "La Isla", "Pacific/Easter", "911", 100, "isla", LonLat(-72.5, -30.5)),
    AreaRecord("911", "province", "Ñañco", ZONE, "91", 1000),
    AreaRecord("91", "region", "Ñañco", ZONE, None, 1000),
    AreaRecord("XX", "country", "Nadie", ZONE),
]


def box(code: str, west: float, south: float, size: float = 1.0) -> ShapeRecord:
    shape = shapely.MultiPolygon([shapely.box(west, south, west + size, south + size)])
    return ShapeRecord(code, shapely.to_wkb(shape))


MAINLAND, ISLAND = box("91101", -71, -31), box("91102", -73, -31)


def boundaries(session: Session) -> dict[str, str]:
    rows = session.execute(text("select code, boundary from area where boundary is not null"))
    return {code: boundary for code, boundary in rows}


@pytest.fixture
def territory(session: Session) -> Session:
    store_areas(session, AREAS)
    return session


def test_areas_come_in_any_order_and_twice_changes_nothing(session: Session) -> None:
    assert store_areas(session, AREAS) == Changes(inserted=5)
    assert store_areas(session, AREAS) == Changes()
    moved = AreaRecord("91101", "comuna", "Ñañco", ZONE, "911", 950)
    assert store_areas(session, [moved]) == Changes(updated=1)
    seat = "select ST_X(seat::geometry) from area where code = '91101'"
    assert session.scalar(text(seat)) == -70.5


def test_slugs_are_plain_and_unique(territory: Session) -> None:
    slugs = {code: slug for code, slug in territory.execute(text("select code, slug from area"))}
    assert slugs == {
        "91101": "nanco",
        "91102": "la-isla",
        "911": "provincia-nanco",
        "91": "region-nanco",
        "XX": "pais-nadie",
    }
    store_areas(territory, [AreaRecord("91103", "comuna", "Ñañcó", ZONE, "911")])
    assert territory.scalar(text("select slug from area where code = '91103'")) == "nanco-91103"
    assert slug_of("Villa O'Higgins") == "villa-ohiggins"


def test_an_orphan_is_refused_in_words(session: Session) -> None:
    with pytest.raises(DirectoryError, match="names 999 as its parent"):
        store_areas(session, [AreaRecord("99901", "comuna", "Nadie", ZONE, "999")])


def test_approximate_never_replaces_official(territory: Session) -> None:
    assert store_shapes(territory, [MAINLAND], APPROXIMATE) == ["91101"]
    assert store_shapes(territory, [MAINLAND], OFFICIAL) == ["91101"]
    assert store_shapes(territory, [box("91101", 0, 0)], APPROXIMATE) == []
    assert store_shapes(territory, [MAINLAND], OFFICIAL) == []
    assert boundaries(territory) == {"91101": "official"}


def test_outlines_are_official_when_nearly_all_people_are(territory: Session) -> None:
    store_shapes(territory, [MAINLAND, ISLAND], APPROXIMATE)
    assert set(dissolve(territory, ["91101"])) == {"911", "91"}
    assert boundaries(territory)["91"] == "approximate"
    store_shapes(territory, [ISLAND], OFFICIAL)
    assert dissolve(territory, ["91102"]) == []
    assert boundaries(territory)["91"] == "approximate"
    store_shapes(territory, [MAINLAND], OFFICIAL)
    dissolve(territory, ["91101"])
    assert boundaries(territory)["91"] == "official"
    assert territory.scalar(text("select ST_Area(shape) from area where code = '91'")) == 2


def test_ancestors_and_what_the_service_remembers(territory: Session) -> None:
    store_shapes(territory, [MAINLAND, ISLAND], OFFICIAL)
    assert ancestors(territory, "91101") == ("91101", "911", "91")
    assert ancestors(territory, "nada") == ()
    kept = load_territory(territory)
    assert kept.ancestors("91101") == ("911", "91")
    assert kept.ancestors("nada") == ()
    assert (kept.zone("91102"), kept.zone(None), kept.zone("nada")) == ("Pacific/Easter", ZONE, ZONE)
    assert (kept.landmass("91102"), kept.landmass("91101")) == ("isla", None)
    assert kept.landmass_at(LonLat(-72.5, -30.5)) == "isla"
    assert kept.landmass_at(LonLat(0, 0)) is None
    assert (kept.name("91102"), kept.boundary("91102")) == ("La Isla", "official")
    assert kept.seat("91101") == LonLat(-70.5, -30.5)


def test_a_point_takes_its_comuna_and_near_a_coast_the_nearest(territory: Session) -> None:
    store_shapes(territory, [MAINLAND, ISLAND], OFFICIAL)
    store_shapes(territory, [box("91", -80, -40, 20)], OFFICIAL)
    inside = nearest_area(territory, LonLat(-70.1, -30.1))
    assert inside is not None
    assert (inside.code, inside.region, inside.metres) == ("91101", "Ñañco", 0)
    at_sea = nearest_area(territory, LonLat(-71.1, -30.5))
    assert at_sea is not None
    assert at_sea.code == "91101"
    assert 9_000 < at_sea.metres < 10_000
    # Inside the region's outline, but 38 km from any comuna.
    assert nearest_area(territory, LonLat(-71.4, -30.5)) is None
    assert load_area_index(territory).at(LonLat(-71.4, -30.5)) is None


NEEDS = [
    NeedRecord("t", "Tratamiento", "Treatment", sensitive=True),
    NeedRecord("t.day", "Centro diurno", "Day centre", "De día.", "t", ("Copete", "copéte", "¡!"), True),
]


def synonyms(session: Session) -> Sequence[Any]:
    return session.scalars(text("select words from synonym order by words")).all()


def test_needs_are_stable_and_their_words_folded(session: Session) -> None:
    assert store_needs(session, NEEDS, language="es").inserted == 4
    assert synonyms(session) == ["centro diurno", "copete"]
    assert store_needs(session, NEEDS, language="es") == Changes()
    fewer = [NEEDS[0], NeedRecord("t.day", "Centro diurno", "Day centre", "De día.", "t", ("trago",), True)]
    assert store_needs(session, fewer, language="es") == Changes(inserted=1, deleted=1)
    assert synonyms(session) == ["centro diurno", "trago"]
    with pytest.raises(DirectoryError, match="which is not a need"):
        store_needs(session, [NeedRecord("a", "A", "A", parent="b")], language="es")


def test_places_keep_their_ids_and_are_known_once(territory: Session) -> None:
    store_shapes(territory, [MAINLAND], OFFICIAL)
    here = LonLat(-70.2, -30.2)
    places = [PlaceRecord("locality", "El Molle", here), PlaceRecord("locality", "el  mollé", here)]
    stored = store_places(territory, "one", places)
    assert (stored.changes, stored.known) == (Changes(inserted=1), 0)
    found = territory.execute(text("select id, area_code, precision_m from place where source = 'one'")).one()
    assert (found.area_code, found.precision_m) == ("91101", 2000)
    more = [PlaceRecord("locality", "El Molle", here, population=50), PlaceRecord("locality", "Otro", here)]
    assert store_places(territory, "one", more).changes == Changes(inserted=1, updated=1)
    assert territory.scalar(text("select id from place where folded = 'el molle'")) == found.id
    assert (
        store_places(territory, "two", [PlaceRecord("locality", "El Molle", LonLat(-70.3, -30.2))]).known == 1
    )
    assert store_places(territory, "one", []).changes == Changes(deleted=2)


def test_an_area_is_as_exact_as_it_is_small(territory: Session) -> None:
    store_shapes(territory, [MAINLAND], OFFICIAL)
    store_places(territory, "areas", [PlaceRecord("comuna", "Ñañco", LonLat(-70.5, -30.5), "91101")])
    metres = territory.scalar(text("select precision_m from place where source = 'areas'"))
    assert 58_000 < metres < 59_000


def test_people_are_counted_once(territory: Session) -> None:
    store_shapes(territory, [MAINLAND], OFFICIAL)
    cells = [
        CellRecord("block", "1", 10, LonLat(-70.5, -30.5)),
        CellRecord("block", "2", 5, None, "91102"),
        CellRecord("block", "3", 2, None, "nada"),
    ]
    stored = store_population(territory, "census", 2024, cells)
    assert (stored.cells, stored.people, stored.people_without_point) == (3, 17, 7)
    assert (stored.cells_without_area, stored.people_without_area) == (1, 2)
    assert store_population(territory, "census", 2024, cells).changes == Changes()
    with pytest.raises(DirectoryError, match="appears 2 times"):
        store_population(territory, "census", 2024, [cells[0], cells[0]])
