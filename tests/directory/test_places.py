"""Places by name and by coordinates: typos, qualifiers, choices, and hostile text."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory.db import reading, transaction
from directory.errors import QuestionError
from directory.gazetteer import PlaceRecord, store_places
from directory.places import find_places, place_at, place_by_id
from directory.places_sql import BY_NAME
from directory.settings import Settings
from geo.points import LonLat
from importers.areas import load_country

THOUSANDS = 30_000


@pytest.fixture(scope="module")
def country(module_engine: Engine) -> Engine:
    """Chile, and thirty thousand made-up villages."""
    load_country(module_engine, Settings())
    chance = random.Random(7)
    syllables = ["qui", "llo", "ma", "pu", "ra", "hue", "co", "nal", "tre", "gua", "pe", "ni", "chi", "lan"]
    villages = [
        PlaceRecord(
            "locality",
            "Zz " + "".join(chance.choices(syllables, k=4)),
            LonLat(-71 + chance.random(), -35 + chance.random()),
        )
        for _ in range(THOUSANDS)
    ]
    # Three of one name, each in another comuna.
    three = [PlaceRecord("locality", "Tranquilla", LonLat(-70.66, lat)) for lat in (-31.9, -32.9, -34.9)]
    with transaction(module_engine) as session:
        store_places(session, "villages", [*villages, *three])
    with module_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze place"))
    return module_engine


@pytest.fixture
def asking(country: Engine) -> Iterator[Session]:
    with reading(country) as session:
        yield session


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("penalolen", "13122"), ("nunoa", "13120"), ("Pta Arenas", "12101"), ("pta. arenas", "12101"),
        ("Valparaizo", "05101"), ("VALPARAÍSO", "05101"), ("Stgo", "13101"), ("Hanga Roa", "05201"),
        ("rapa nui", "05201"), ("juan fernandez", "05104"), ("antofagazta", "02101"),
        ("región de Valparaíso", "05"), ("Región del Maule", "07"), ("provincia de Arauco", "082"),
        ("comuna de La Florida", "13110"), ("Florida", "08104"), ("puerto mont", "10101"),
        ("Peñalo", "13122"), ("llay llay", "05703"), ("concepsion", "08101"), ("comuna de Lota", "08106"),
        ("San Pedro, Melipilla", "13505"), ("San Pedro (Región Metropolitana)", "13505"),
        ("Quilpue, Valpo", "05801"), ("san pedro; provincia de melipilla", "13505"),
    ],
)  # fmt: skip
def test_names_as_people_type_them(asking: Session, typed: str, code: str) -> None:
    answer = find_places(asking, typed)
    assert (answer.status, answer.places[0].area_code) == ("one", code)


def test_an_answer_says_what_it_is(asking: Session) -> None:
    place = find_places(asking, "pta arenas").places[0]
    assert (place.name, place.comuna, place.precision) == ("Punta Arenas", "Punta Arenas", "comuna")
    assert place.region == "Magallanes y de la Antártica Chilena"
    assert place.precision_words == "algún lugar de la comuna"
    assert place.precision_m > 1000
    assert place_by_id(asking, place.id) == place


@pytest.mark.parametrize("typed", ["O'Higgins", "San Pedro", "san", "Tranquilla"])
def test_ambiguity_is_a_choice(asking: Session, typed: str) -> None:
    answer = find_places(asking, typed)
    assert answer.status == "many"
    assert len({place.id for place in answer.places}) == len(answer.places) > 1


def test_near_orders_equal_names(asking: Session) -> None:
    north = find_places(asking, "Tranquilla", near=LonLat(-70.66, -31))
    south = find_places(asking, "Tranquilla", near=LonLat(-70.66, -36))
    assert [place.point.lat for place in north.places[:3]] == [-31.9, -32.9, -34.9]
    assert [place.point.lat for place in south.places[:3]] == [-34.9, -32.9, -31.9]


def test_a_street_is_not_understood_and_the_comuna_is(asking: Session) -> None:
    answer = find_places(asking, "Los Aromos 123, Maipú")
    assert (answer.status, answer.places[0].name, answer.not_understood) == ("one", "Maipú", "Los Aromos 123")


def test_a_contradiction_is_a_choice(asking: Session) -> None:
    answer = find_places(asking, "Quilpué, Rancagua")
    assert answer.status == "many"
    assert {"Quilpué", "Rancagua"} <= {place.name for place in answer.places}


@pytest.mark.parametrize("typed", ["-33,45 -70,66", "33°27'S 70°39.6'W", "-33.45, -70.66"])
def test_coordinates(asking: Session, typed: str) -> None:
    answer = find_places(asking, typed)
    place = answer.places[0]
    assert (answer.status, place.kind, place.precision) == ("one", "coordinates", "exact")
    assert (place.point.lon, place.point.lat) == pytest.approx((-70.66, -33.45))
    assert (place.comuna, place.region) == ("Santiago", "Metropolitana de Santiago")
    again = place_by_id(asking, place.id)
    assert again is not None
    assert again.area_code == place.area_code


def test_a_position_outside_the_country_has_no_comuna(asking: Session) -> None:
    place = place_at(asking, LonLat(2.35, 48.85))
    assert (place.comuna, place.region, place.area_code) == (None, None, None)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "%", "_", "\\", "'", "; drop table place", "🙂", "xyzzy qwerty", "()", ",,,", "a" * 200],
)
def test_what_is_no_place_is_none(asking: Session, typed: str) -> None:
    assert find_places(asking, typed).places == []


@pytest.mark.parametrize("typed", ["a\0b", "x" * 10_000, "-33.4512 -700.6612", "95.123 -70.123"])
def test_what_cannot_be_asked_is_said_in_words(asking: Session, typed: str) -> None:
    with pytest.raises(QuestionError):
        find_places(asking, typed)


@pytest.mark.parametrize("place_id", ["", "x", "9" * 30, "-1", "1;2", "95,3", "nan,nan", "٣", "0"])
def test_an_id_that_is_none_of_ours(asking: Session, place_id: str) -> None:
    assert place_by_id(asking, place_id) is None


@given(typed=st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_it(country: Engine, typed: str) -> None:
    with reading(country) as session:
        try:
            answer = find_places(session, typed)
        except QuestionError:
            return
        assert (answer.status == "none") == (not answer.places)


def test_names_are_found_by_their_index(asking: Session) -> None:
    explained = "explain " + BY_NAME
    plan = "\n".join(asking.scalars(text(explained), {"asked": "valparaizo", "candidates": 40}))
    assert "Index Scan using ix_place_folded_trgm" in plan
    assert "Order By: (folded <-> " in plan
    assert "Seq Scan on place" not in plan
