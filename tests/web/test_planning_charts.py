"""Charts and classes of the planning pages: titles, twins, what is drawn, and that names stay text."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from tests.web.sample_views import HOSTILE_NAMES
from web.charts import Bar, bar_chart, bounds, curve_chart, day_chart
from web.language import speaking
from web.planning_form import PlanningFields, band_name
from web.planning_forms import question_of, question_text
from web.planning_map import change_class, share_class

SVG = "{http://www.w3.org/2000/svg}"
CURVE = ((5, 0.1, 0.3), (15, 0.2, 0.5), (30, 0.4, 0.5), (60, 0.9, 0.95))
DAYS = [(date(2026, 9, 7) + timedelta(days=day), 0.5 + day / 20, 0.5) for day in range(7)]


def read(svg: object) -> ElementTree.Element:
    return ElementTree.fromstring(str(svg))


def test_a_curve_is_named_described_and_has_its_twin() -> None:
    chart = curve_chart(CURVE, 15, name="c", title="Personas que llegan")
    assert chart is not None
    root = read(chart.svg)
    ids = str(root.get("aria-labelledby")).split()
    named = {one.get("id"): one.text for one in root.iter() if one.get("id")}
    assert named[ids[0]] == "Personas que llegan"
    assert "A 15 minutos: 20,0" in str(named[ids[1]])
    assert [row[0] for row in chart.rows] == ["15 min", "30 min", "60 min"]
    assert chart.rows[0][1] == bounds(0.2, 0.5)


def test_two_bounds_are_a_band_and_one_share_is_a_line() -> None:
    band = curve_chart(CURVE, 15, name="c", title="x")
    line = curve_chart([(at, low, low) for at, low, _high in CURVE], 15, name="c", title="x")
    assert band is not None
    assert line is not None
    assert len(read(band.svg).findall(f".//{SVG}path")) == 3
    assert len(read(line.svg).findall(f".//{SVG}path")) == 1
    assert "–" not in line.rows[0][1]
    assert " a " not in line.rows[0][1]


def test_days_show_what_mobile_points_add() -> None:
    chart = day_chart(DAYS, name="d", title="Cada día", heads=("Día", "Con", "Sin"))
    assert chart is not None
    bars = read(chart.svg).findall(f"./{SVG}rect")
    assert len(bars) == 7 + 6  # the first day they add nothing
    assert len(chart.rows) == 7
    assert chart.rows[-1][1:] == ("80,0%", "50,0%")


def test_nothing_is_no_chart() -> None:
    assert curve_chart((), 15, name="c", title="x") is None
    assert bar_chart([], name="b", title="x", heads=("a", "b")) is None
    assert day_chart([], name="d", title="x", heads=("a", "b", "c")) is None


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_names_stay_text(name: str) -> None:
    chart = bar_chart([Bar(name, 0.5)], name="b", title=name, heads=("a", "b"))
    assert chart is not None
    root = read(chart.svg)
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {"svg", "title", "desc", "text", "rect"}
    assert not [key for one in root.iter() for key in one.keys() if key.startswith("on")]  # noqa: SIM118


@pytest.mark.parametrize(
    ("share", "number"), [(None, None), (0.0, 0), (0.1999, 0), (0.2, 1), (0.6, 3), (0.8, 4), (1.0, 4)]
)
def test_shares_fall_into_fifths(share: float | None, number: int | None) -> None:
    assert share_class(share) == number


@pytest.mark.parametrize(
    ("share", "number"), [(None, None), (-0.5, 0), (-0.05, 1), (0.0, 2), (0.0004, 2), (0.05, 3), (0.5, 4)]
)
def test_changes_fall_on_both_sides_of_none(share: float | None, number: int | None) -> None:
    assert change_class(share) == number


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("women", "Mujeres"),
        ("65+", "65 años o más"),
        ("male:15-64", "Hombres, 15 a 64 años"),
        ("otros", "otros"),
    ],
)
def test_bands_have_names(key: str, said: str) -> None:
    assert band_name(key) == said


def test_a_question_goes_through_a_hidden_field_and_comes_back() -> None:
    fields = PlanningFields.model_validate(
        {
            "minutes": "30",
            "kind": "branch",
            "accessibility": ["ramp", "lift"],
            "day": "2026-09-07",
            "open_at": "17:00",
        }
    )
    again = question_of(question_text(fields))
    assert again.query() == fields.query()
    assert again.query().facilities == ("ramp", "lift")
    assert question_of("minutes=never&view=1") == PlanningFields()


def test_empty_fields_and_too_many_minutes_on_foot() -> None:
    fields = PlanningFields.model_validate(
        {"minutes": "90", "mode": "foot", "day": "", "age": "", "open_at": ""}
    )
    query = fields.query()
    assert (query.minutes, query.day, query.person.age) == (60, None, None)


def test_addresses_keep_the_language() -> None:
    fields = PlanningFields.model_validate({"minutes": "30"})
    with speaking("en"):
        assert fields.address(view="gaps").startswith("/en/planificacion?")
