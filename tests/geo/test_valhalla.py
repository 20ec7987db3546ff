"""Valhalla's times and routes, on tiles that are built here."""

from itertools import pairwise
from pathlib import Path

import pytest

from geo.errors import GeoError
from geo.points import LonLat, great_circle
from geo.travel import TravelMode
from geo.units import Metres
from geo.valhalla import MOVED, Habits, Valhalla, impossible
from geo.valhalla_actors import Actors, place
from geo.valhalla_tiles import TAR, build_tiles
from tests.geo.valhalla_town import (
    FAR,
    FERRY_MINUTES,
    HOSTILE,
    ISLAND,
    ISLET,
    SIZE,
    SOUTH,
    WEST,
    built_town,
    corner,
)

ROOT = Path(__file__).parent.parent.parent
ANDORRA = ROOT.parent / "shared" / "data" / "osm" / "andorra-20260403.osm.pbf"
FOOT, CAR = TravelMode.FOOT, TravelMode.CAR


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The road file, and its tiles beside it."""
    return built_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def engine(town: Path) -> Valhalla:
    opened = Valhalla(town / "tiles")
    assert opened.reason is None
    return opened


def minutes(engine: Valhalla, origin: LonLat, target: LonLat, mode: TravelMode = FOOT) -> float:
    """Of one trip that exists."""
    (found,) = engine.minutes(origin, [target], mode)
    assert found is not None
    return found


def test_walking_minutes_follow_the_speed_asked_for(town: Path, engine: Valhalla) -> None:
    origin, target = corner(0, 0), corner(0, 4)
    expected = great_circle(origin, target) / (5.1 * 1000 / 60)
    assert minutes(engine, origin, target) == pytest.approx(expected, rel=0.02)
    slow = Valhalla(town / "tiles", Habits(walking_kmh=2.55))
    assert minutes(slow, origin, target) == pytest.approx(2 * expected, rel=0.02)


def test_a_one_way_street_makes_driving_back_longer_but_not_walking(engine: Valhalla) -> None:
    low, high = corner(1, 1), corner(1, 4)
    there, back = engine.timed(low, [high], CAR), engine.timed(high, [low], CAR)
    assert there[0] is not None
    assert back[0] is not None
    assert back[0].metres > there[0].metres + 300
    assert minutes(engine, low, high) == minutes(engine, high, low)


def test_a_ferry_takes_its_tagged_duration_and_boarding(town: Path, engine: Valhalla) -> None:
    quay = corner(SIZE - 1, 0)
    assert minutes(engine, quay, ISLAND) == pytest.approx(FERRY_MINUTES, rel=0.02)
    waits = Valhalla(town / "tiles", Habits(boarding=600))
    from_town = corner(0, 0)
    assert minutes(waits, from_town, ISLAND) == pytest.approx(
        minutes(engine, from_town, ISLAND) + 10, rel=0.01
    )


@pytest.mark.parametrize("mode", [FOOT, CAR])
def test_a_hopeless_target_does_not_spoil_the_others(engine: Valhalla, mode: TravelMode) -> None:
    good = [corner(column, row) for column in range(SIZE) for row in range(1, SIZE)]
    alone = engine.timed(corner(0, 0), good, mode)
    assert all(alone)
    hopeless = [
        ISLET,
        FAR,
        LonLat(WEST - 0.05, SOUTH),  # the sea
        LonLat(WEST + 3, SOUTH + 3),  # no tiles there
        LonLat(150.0, 60.0),  # beyond every limit
        LonLat(-179.9, -89.9),
    ]
    mixed = [*good[:7], *hopeless[:3], *good[7:], *hopeless[3:]]
    answers = engine.timed(corner(0, 0), mixed, mode)
    assert [one for one, asked in zip(answers, mixed, strict=True) if asked not in hopeless] == alone
    assert [one for one, asked in zip(answers, mixed, strict=True) if asked in hopeless] == [None] * 6


@pytest.mark.parametrize("origin", [ISLET, LonLat(WEST - 0.05, SOUTH), LonLat(150.0, 60.0)])
def test_a_hopeless_origin_reaches_nothing(engine: Valhalla, origin: LonLat) -> None:
    assert engine.minutes(origin, [corner(0, 0), corner(3, 3), ISLAND], FOOT) == [None] * 3
    assert engine.route(origin, corner(3, 3), FOOT) is None


def test_islanders_are_not_moved_over_the_water(engine: Valhalla) -> None:
    # Three corners are fewer than the 50 edges that Valhalla likes; the town is nearer than MOVED.
    assert great_circle(ISLET, corner(0, 0)) < MOVED
    neighbour = LonLat(ISLET.lon - 0.0002, ISLET.lat - 0.0008)
    assert minutes(engine, ISLET, neighbour) == pytest.approx(1.08, abs=0.1)
    assert engine.minutes(corner(0, 0), [ISLET], FOOT) == [None]


def test_a_point_that_valhalla_moves_too_far_is_refused(engine: Valhalla) -> None:
    off = LonLat(corner(3, 0).lon, SOUTH - (MOVED + 30) / 111_195)
    near = LonLat(corner(3, 0).lon, SOUTH - (MOVED - 30) / 111_195)
    assert engine.minutes(corner(3, 3), [off], FOOT) == [None]
    assert engine.route(corner(3, 3), off, FOOT) is None
    (kept,) = engine.timed(corner(3, 3), [near], FOOT)
    assert kept is not None
    assert kept.moved == pytest.approx(MOVED - 30, abs=1)


def test_no_way_is_shorter_than_the_straight_line() -> None:
    begin, end = corner(0, 0), corner(5, 0)
    straight = great_circle(begin, end)
    assert impossible(Metres(0.98 * straight), begin, end)
    assert not impossible(Metres(straight), begin, end)
    assert not impossible(
        Metres(0.0), begin, LonLat(begin.lon + 0.00003, begin.lat)
    )  # rounded to nothing: 3 m


def test_the_quick_algorithm_is_used_and_its_time_counts_not_its_cost(town: Path, engine: Valhalla) -> None:
    # From one side of the town to the other: what it costs is not the time it takes.
    question = {
        "sources": [place(corner(0, 0), 1)],
        "targets": [place(corner(4, 5), 1)],
        "costing": "auto",
        "costing_options": Habits().options(CAR),
        "verbose": True,
    }
    answer = Actors(town / "tiles" / TAR).ask("matrix", question)
    (row,) = answer["sources_to_targets"][0]
    assert answer["algorithm"] == "timedistancematrix"
    assert abs(row["cost"] - row["time"]) > 1
    assert minutes(engine, corner(0, 0), corner(4, 5), CAR) == row["time"] / 60


def test_no_targets_no_answers(engine: Valhalla) -> None:
    assert engine.minutes(corner(0, 0), [], FOOT) == []


def test_more_targets_than_one_matrix_holds(engine: Valhalla) -> None:
    targets = [corner(n % SIZE, n // SIZE % SIZE) for n in range(1_203)]
    answers = engine.minutes(corner(0, 0), targets, FOOT)
    assert answers == engine.minutes(corner(0, 0), targets[:36], FOOT) * 33 + answers[:15]


def test_public_transport_is_not_valhallas(engine: Valhalla) -> None:
    with pytest.raises(GeoError, match="not for transit"):
        engine.minutes(corner(0, 0), [corner(1, 1)], TravelMode.TRANSIT)


@pytest.mark.parametrize("mode", [FOOT, CAR])
def test_a_route_agrees_with_the_matrix_and_with_itself(engine: Valhalla, mode: TravelMode) -> None:
    origin, target = corner(0, 0), corner(4, 5)
    route = engine.route(origin, target, mode)
    assert route is not None
    assert great_circle(route.line[0], origin) < 1
    assert great_circle(route.line[-1], target) < 1
    assert sum(great_circle(a, b) for a, b in pairwise(route.line)) == pytest.approx(route.metres, rel=0.01)
    assert sum(one.minutes for one in route.steps) == pytest.approx(route.minutes, abs=0.01)
    assert sum(one.metres for one in route.steps) == pytest.approx(route.metres, abs=1)
    assert route.minutes == pytest.approx(minutes(engine, origin, target, mode), rel=0.02)
    assert not route.ferry


def test_a_route_tells_its_ferry(engine: Valhalla) -> None:
    route = engine.route(corner(0, 0), ISLAND, CAR)
    assert route is not None
    assert route.ferry
    assert "Toma el transbordador Barca." in [one.text for one in route.steps]


def test_names_of_streets_come_through_as_they_are(engine: Valhalla) -> None:
    for language, begin in (("es", "Camina hacia el norte por "), ("en", "Walk north on ")):
        route = engine.route(corner(3, 0), corner(3, 5), FOOT, language)
        assert route is not None
        assert route.steps[0].text == f"{begin}{HOSTILE}."


def test_steps_speak_the_language_asked_for(engine: Valhalla) -> None:
    texts = {}
    for language in ("es", "en"):
        route = engine.route(corner(0, 0), corner(0, 5), FOOT, language)
        assert route is not None
        texts[language] = [one.text for one in route.steps]
    assert texts["es"][0] == "Camina hacia el norte por Calle 0."
    assert texts["en"][0] == "Walk north on Calle 0."
    with pytest.raises(GeoError, match="no steps in 'fr'"):
        engine.route(corner(0, 0), corner(1, 1), FOOT, "fr")


def test_the_way_to_where_one_is(engine: Valhalla) -> None:
    route = engine.route(corner(2, 2), corner(2, 2), FOOT)
    assert route is not None
    assert (route.minutes, route.metres) == (0, 0)


@pytest.mark.real_data
@pytest.mark.skipif(not ANDORRA.is_file(), reason="the real road file is not beside the repository")
def test_andorra(tmp_path: Path) -> None:
    build_tiles(ANDORRA, tmp_path / "tiles")
    engine = Valhalla(tmp_path / "tiles")
    vella, pas = LonLat(1.5211, 42.5078), LonLat(1.7333, 42.5447)
    (car,), (foot,) = engine.timed(vella, [pas], CAR), engine.timed(vella, [pas], FOOT)
    assert car is not None
    assert foot is not None
    assert 24 < car.minutes < 40  # 28 km over the pass
    assert 4.5 * 60 < foot.minutes < 7 * 60
    route = engine.route(vella, pas, CAR)
    assert route is not None
    assert route.minutes == pytest.approx(car.minutes, rel=0.02)
    assert any(step.text == "En la rotonda, toma la 2.ª salida por CG-2." for step in route.steps)
    assert not any(word in step.text for step in route.steps for word in ("Gire", "calzada", "usted"))
    # A pavement that Valhalla keeps as a bit that leads nowhere: no time, but a way from where it is.
    ring = LonLat(1.5197371, 42.5052284)
    assert engine.minutes(ring, [vella], FOOT) == [None]
    way = engine.route(ring, vella, FOOT)
    assert way is not None
    assert great_circle(way.line[0], ring) < 10
