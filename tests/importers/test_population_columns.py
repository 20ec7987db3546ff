"""What columns and texts of population files mean: bands, units, numbers."""

import pytest

from directory.settings import Settings
from geo.errors import PositionError
from importers import country
from importers.population_bands import WHOLE, Band, band_columns, crossing_ages, people_of, row_band
from importers.population_columns import marks_of, people_number, unit_of


@pytest.mark.parametrize(
    ("age", "key"),
    [
        ("0 a 5", "0-5"),
        ("65 y más", "65+"),
        ("100 o mas", "100+"),
        ("15-19", "15-19"),
        ("15–19 años", "15-19"),  # as spreadsheets write it
        ("80+", "80+"),
        ("7", "7"),
        ("escolar", "escolar"),
    ],
)
def test_ages_of_rows(age: str, key: str) -> None:
    assert row_band({"edad": age}).key == key
    assert row_band({"edad": age, "sexo": "Mujeres"}).key == f"women:{key}"


def test_rows_of_everybody_are_no_band() -> None:
    assert row_band({"edad": "Total", "sexo": "Ambos sexos"}) == WHOLE
    assert row_band({"edad": "", "sexo": "hombre"}) == Band("men", None)


def test_columns_of_bands_as_censuses_call_them() -> None:
    named = {
        "hombres": "men",
        "n_mujeres": "women",
        "edad_0a5": "0-5",
        "edad_65ymas": "65+",
        "n_edad_60_mas": "60+",
        "age_80_plus": "80+",
        "mujeres_15_a_29": "women:15-29",
        "pop_women_0_4": "women:0-4",
    }
    others = [
        "poblacion_2017",
        "poblacion_2017_2018",
        "total_pers",
        "total_vivi",
        "distrito",
        "edad",
        "pop_1_2",
    ]
    assert {name: band.key for name, band in band_columns([*named, *others]).items()} == named


def test_what_is_given_whole_is_not_added_to_its_parts() -> None:
    women, men = Band("women", None), Band("men", None)
    young, girls = Band(None, "0-4"), Band("women", "0-4")
    assert people_of({WHOLE: 10, women: 6, young: 3}) == (10, {"women": 6, "0-4": 3})
    assert people_of({women: 6, men: 4, girls: 2}) == (10, {"men": 4, "women": 6, "0-4": 2, "women:0-4": 2})
    both = {girls: 2.0, Band("men", "0-4"): 1.0, Band("men", "5+"): 7.0}
    assert people_of(both)[0] == 10
    assert people_of(both)[1]["men"] == 8
    assert people_of({**both, young: 3}) == people_of(both)


def test_ages_that_share_years() -> None:
    assert crossing_ages([Band(None, "0-14"), Band(None, "5-9")]) == ("0-14", "5-9")
    assert crossing_ages([Band(None, "60+"), Band(None, "80+")]) == ("60+", "80+")
    assert crossing_ages([Band(None, "0-14"), Band(None, "15+"), Band("men", "0-14")]) is None


def test_a_lone_mark_is_what_other_numbers_of_the_file_show() -> None:
    assert people_number("1.234", marks_of(["1.234", "12.5"])) == 1.234
    assert people_number("1.234", marks_of(["1.234", "0.250"])) == 1.234
    assert people_number("1.234", marks_of(["1.234", "1.234.567"])) == 1234
    assert people_number("1,234", marks_of(["1,234", "1,234.5"])) == 1234
    for texts in (["1.234", "12"], ["1.234", "1.5", "1.234.567"]):
        with pytest.raises(PositionError, match=r"1234 o 1 con decimales"):
            people_number("1.234", marks_of(texts))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "vacío"),
        ("-4", "negativo"),
        ("NaN", "no es un número"),
        ("inf", "no es un número"),
        ("1e400", "no es un número"),
        ("*", "no es un número"),
        ("diez", "no es un número"),
        ("99999999999", "más personas"),
    ],
)
def test_numbers_that_no_unit_has(text: str, why: str) -> None:
    with pytest.raises(PositionError, match=why):
        people_number(text, {})


@pytest.mark.parametrize(
    ("texts", "layer", "expected"),
    [
        # Chilean codes say their comuna and how people live; spreadsheets drop the first zero.
        ({"manzent_i": "3101111001001"}, "x", ("block", "03101111001001", "03101", "urban")),
        ({"manzent_i": "15202032001002.0"}, "x", ("rural_entity", "15202032001002", "15202", "rural")),
        ({"geocodigo": "1101092001"}, "x", ("zone", "01101092001", "01101", "rural")),
        (
            {"manzent_i": "15101181006016"},
            "ENTIDAD_IND",
            ("rural_entity", "15101181006016", "15101", "urban"),
        ),
        ({"id": "89a901291abffff"}, "x", ("h3", "89a901291abffff", None, None)),
        (
            {"codigo_comuna": "1101.0", "localidad": "Río Seco"},
            "x",
            ("locality", "01101:rio_seco", "01101", None),
        ),
        ({"codigo_comuna": "7101"}, "x", ("comuna", "07101", "07101", None)),
        ({"id": "a", "clase": "manzana", "area": "Rural"}, "x", ("block", "a", None, "rural")),
        ({"id": "a", "tipo": "Localidad mixta"}, "x", ("unit", "a", None, "mixed")),
        ({}, "x", ("unit", "9", None, None)),
    ],
)
def test_units(texts: dict[str, str], layer: str, expected: tuple[str, ...]) -> None:

    known = country.read_facts(Settings().country_folder)
    assert unit_of(texts, 9, layer, known, placed=False, fallback="unit")[:4] == expected
