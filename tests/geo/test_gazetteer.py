"""Names of places: one spelling, likeness, and what is no name at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.gazetteer import Spelling, looks_like_coordinates, match_score, normalise

CUSTOMS = Spelling(
    prefixes=("Comuna de", "comuna", "Región de", "Región del", "Región"),
    abbreviations={"Sta.": "Santa", "Pto.": "Puerto", "Gral.": "General", "Reg.": "Región"},
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  ÑUÑOA ", "nunoa"),
        ("Ñuñoa", "nunoa"),
        ("O'Higgins", "o higgins"),
        ("Comuna de Pto. Montt", "puerto montt"),
        ("comuna Sta. Bárbara", "santa barbara"),
        ("PTO MONTT", "puerto montt"),
        ("Región del Maule", "maule"),
        ("Reg. de Ñuble", "nuble"),
        ("Gral. Lagos", "general lagos"),
        ("Aysén / Aisén", "aysen aisen"),
        ("Comuna", "comuna"),
        ("", ""),
        ("Straße", "strasse"),
    ],
)
def test_one_spelling(text: str, plain: str) -> None:
    assert normalise(text, CUSTOMS) == plain


@given(st.text(max_size=40))
def test_twice_is_once(text: str) -> None:
    assert normalise(normalise(text, CUSTOMS), CUSTOMS) == normalise(text, CUSTOMS)
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    "text",
    [
        "-33.45, -70.66",
        "-33,45 -70,66",
        "33°27'S 70°40'W",
        "33 27 12 S 70 40 05 O",
        "Lat -33.4 Lon -70.6",
        "geo:-33.45,-70.66",
        "https://www.google.com/maps/@-33.45,-70.66,15z",
        "33 grados 27 minutos Sur 70 grados 40 minutos Oeste",
    ],
)
def test_positions(text: str) -> None:
    assert looks_like_coordinates(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Castro",
        "4 Norte 835",
        "1 Sur 1010",
        "2 2345 6789",
        "+56 9 8765 4321",
        "Av. Sur 33.45 y 70.66",
        "1412",
        "12 45",
    ],
)
def test_names_and_telephones(text: str) -> None:
    assert not looks_like_coordinates(text)


def test_order_of_matches() -> None:
    names = ["Viña del Mar", "Villa Alemana", "Valparaíso", "San Antonio"]
    scored = {
        query: max(names, key=lambda name: match_score(query, name, CUSTOMS))
        for query in ("vina", "mar vina", "villa", "valparayso", "VIÑA DEL MAR", "antonio")
    }
    assert scored == {
        "vina": "Viña del Mar",
        "mar vina": "Viña del Mar",
        "villa": "Villa Alemana",
        "valparayso": "Valparaíso",
        "VIÑA DEL MAR": "Viña del Mar",
        "antonio": "San Antonio",
    }


def test_ranks_of_matches() -> None:
    equal = match_score("pto montt", "Puerto Montt", CUSTOMS)
    starts = match_score("puerto", "Puerto Montt", CUSTOMS)
    words = match_score("montt", "Puerto Montt", CUSTOMS)
    alike = match_score("puretto mont", "Puerto Montt", CUSTOMS)
    assert 1 == equal > starts > words > alike > 0
    assert match_score("puerto", "Puerto Aysén", CUSTOMS) < match_score("puerto", "Puerto", CUSTOMS)
    assert match_score("", "Puerto") == match_score("?", "Puerto") == match_score("xyz", "Puerto") == 0


@given(st.text(max_size=30), st.text(max_size=30))
def test_scores_stay_between_nothing_and_equal(query: str, name: str) -> None:
    assert 0 <= match_score(query, name) <= 1
    if normalise(name):
        assert match_score(name, name) == 1
