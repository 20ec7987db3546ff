"""Questions on installed networks: which one answers, what happens when one is broken, replaced or taken away."""

import logging
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo.errors import NetworkError
from geo.estimate import EstimateReach
from geo.network_router import NetworkRouter
from geo.networks import STATE, Networks
from geo.outside import OutsideReach
from geo.points import LonLat, great_circle
from geo.reach import RoadReach
from geo.travel import RURAL_OFF_ROAD, Note, NoTrip, Target, TravelMode
from geo.units import Minutes
from tests.geo.graphs import WALK, place
from tests.geo.installed import NODES, cut, emptied, missing, overwritten, router_of, shorter, straight, wild

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
FOOT, CAR, TRANSIT = TravelMode.FOOT, TravelMode.CAR, TravelMode.TRANSIT
ISLET = Target(place(500, 5_000))


def asked(router: NetworkRouter, origin: LonLat, target: Target, mode: TravelMode = FOOT) -> Minutes | NoTrip:
    reach = router.reach(origin, mode, NOON)
    reach.know(Minutes(float("inf")))
    (found,) = reach.minutes([target])
    return found


def test_without_a_network_everything_is_estimated(tmp_path: Path) -> None:
    router = router_of(tmp_path / "none")
    for mode in TravelMode:
        reach = router.reach(place(0, 0), mode, NOON)
        assert isinstance(reach, EstimateReach)
        assert (reach.network, reach.notes) == (None, ())
    assert not router.retimes(router.reach(place(0, 0), CAR, NOON))
    assert router.retimed(router.reach(place(0, 0), CAR, NOON), [ISLET]) is None
    assert router.route(place(0, 0), ISLET, CAR, NOON) is None
    assert router.opened() == []
    assert router.faults() == {}


def test_the_network_that_holds_the_origin_answers(tmp_path: Path) -> None:
    router = router_of(tmp_path, one=lambda folder: straight(folder, day="2026-04-03"))
    reach = router.reach(place(0, 0), FOOT, NOON)
    assert isinstance(reach, OutsideReach)
    assert isinstance(reach.inside, RoadReach)
    assert reach.method == "network"
    assert reach.network is not None
    assert (reach.network.name, str(reach.network.day)) == ("test", "2026-04-03")
    reach.know(Minutes(30))
    target = Target(place(2_000, 0))
    assert reach.minutes([target]) == [pytest.approx(24, rel=1e-3)]
    trip = reach.trip(target)
    assert not trip.estimated
    assert trip.metres == pytest.approx(2_000, rel=1e-3)
    # Far away another place has no network, and a target beyond the network's edge is estimated, and says so.
    assert isinstance(router.reach(place(90_000, 0), FOOT, NOON), EstimateReach)
    beyond = Target(place(30_000, 0))
    assert isinstance(reach.minutes([beyond])[0], float)
    assert reach.trip(beyond).estimated


def test_an_origin_off_the_road_is_estimated_and_said_so_unless_the_area_is_rural(tmp_path: Path) -> None:
    router = router_of(tmp_path, one=straight)
    origin = place(500, 600)
    for mode in (FOOT, CAR):
        reach = router.reach(origin, mode, NOON)
        assert isinstance(reach, EstimateReach)
        assert reach.notes == (Note.ORIGIN_OFF_NETWORK,)
        assert router.route(origin, Target(place(2_000, 0)), mode, NOON) is None
        rural = router.reach(origin, mode, NOON, RURAL_OFF_ROAD)
        assert rural.method == "network"
        rural.know(Minutes(120))
        assert rural.trip(Target(place(2_000, 0))).access_metres == pytest.approx(600, rel=1e-2)


def test_public_transport_without_a_timetable_is_estimated_and_said_so(tmp_path: Path) -> None:
    router = router_of(tmp_path, one=straight)
    reach = router.reach(place(0, 0), TRANSIT, NOON)
    assert isinstance(reach, EstimateReach)
    assert reach.notes == (Note.NO_TIMETABLE,)
    assert router.route(place(0, 0), Target(place(1_000, 0)), TRANSIT, NOON) is None
    assert not router.retimes(router.reach(place(0, 0), TRANSIT, NOON))
    # The next question has notes of its own.
    assert router.reach(place(0, 0), CAR, NOON).notes == ()


def test_an_isolated_target_is_unreachable_never_moved(tmp_path: Path) -> None:
    router = router_of(tmp_path, one=straight)
    for mode in (FOOT, CAR):
        assert asked(router, place(0, 0), ISLET, mode) is NoTrip.UNREACHABLE
        assert router.route(place(0, 0), ISLET, mode, NOON) is None
    assert asked(router, place(0, 5_000), ISLET) == pytest.approx(6, rel=1e-2)


def test_a_way_without_tiles_is_a_line_from_door_to_door(tmp_path: Path) -> None:
    router = router_of(tmp_path, one=straight)
    origin, target = place(500, 100), Target(place(4_500, -50))
    for mode in (FOOT, CAR):
        route = router.route(origin, target, mode, NOON)
        assert route is not None
        assert (route.line[0], route.line[-1], route.steps) == (origin, target.point, ())
        drawn = sum(great_circle(a, b) for a, b in zip(route.line, route.line[1:], strict=False))
        assert drawn == pytest.approx(route.trip.metres, rel=1e-2)
        assert route.trip.access_metres == pytest.approx(150, rel=1e-2)
    assert router.retimed(router.reach(origin, CAR, NOON), [target]) is None


def test_of_several_the_newest_map_answers_then_the_smallest(tmp_path: Path) -> None:
    half = [*NODES[:3], *NODES[-2:]]
    router = router_of(
        tmp_path,
        old=lambda folder: straight(folder, pace=1.0, day="2020-01-01"),
        new=lambda folder: straight(folder, pace=2.0, day="2026-01-01"),
        small=lambda folder: straight(folder, pace=4.0, day="2026-01-01", nodes=half),
    )
    target = Target(place(1_000, 0))

    def pace() -> float:
        minutes = asked(router, place(0, 0), target)
        assert isinstance(minutes, float)
        return round(1_000 / 60 / minutes, 2)

    assert [one.name for one in router.opened()] == ["small", "new", "old"]
    assert pace() == 4.0
    router.networks.unuse("small")
    assert pace() == 2.0
    router.networks.remove("new")
    assert pace() == 1.0
    router.networks.use("small")
    assert pace() == 4.0
    router.networks.unuse()
    assert isinstance(router.reach(place(0, 0), FOOT, NOON), EstimateReach)


ARRAYS = ("nodes", "edge_to", "edge_seconds_car", "foot_forward_indptr", "car_reverse_indices", "shape_start")


@pytest.mark.parametrize("name", [*ARRAYS, "pieces", "cell_keys", "foot_land"])
@pytest.mark.parametrize("damage", [cut, emptied, overwritten, missing])
def test_a_damaged_network_is_told_once_and_estimates_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, damage: Callable[[Path], None]
) -> None:
    router = router_of(tmp_path, one=straight)
    damage(tmp_path / "one" / f"{name}.npy")
    origin = place(123, 45)
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            assert isinstance(router.reach(origin, CAR, NOON), EstimateReach)
            assert router.route(origin, ISLET, CAR, NOON) is None
    assert set(router.faults()) == {"one"}
    assert "build" in router.faults()["one"]
    assert len(caplog.records) == 1
    assert str(origin.lon) not in caplog.text
    assert str(origin.lat) not in caplog.text
    # Built again, it answers again: the service was never restarted.
    router.networks.install("one", straight)
    assert router.reach(origin, CAR, NOON).method == "network"
    assert router.faults() == {}


MISFITS = [
    (shorter, name) for name in ("edge_to", "foot_component", "car_forward_seconds", "foot_reverse_edge")
]
MISFITS += [
    (wild, name) for name in ("edge_to", "foot_forward_indices", "foot_reverse_edge", "car_reverse_indptr")
]


@pytest.mark.parametrize(("damage", "name"), MISFITS)
def test_arrays_that_do_not_fit_each_other_are_not_searched(
    tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    router = router_of(tmp_path, one=straight)
    damage(tmp_path / "one" / f"{name}.npy")
    assert isinstance(router.reach(place(0, 0), FOOT, NOON), EstimateReach)
    assert "do not fit" in router.faults()["one"]


def test_where_one_is_damaged_the_next_one_answers(tmp_path: Path) -> None:
    router = router_of(
        tmp_path, new=lambda folder: straight(folder, day="2026-01-01"), old=lambda folder: straight(folder)
    )
    cut(tmp_path / "new" / "nodes.npy")
    network = router.network_at(place(0, 0))
    assert network is not None
    assert network.name == "old"
    assert set(router.faults()) == {"new"}


def test_a_folder_that_cannot_be_read_leaves_what_was_open(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    router = router_of(tmp_path, one=straight)
    assert router.reach(place(0, 0), FOOT, NOON).method == "network"
    (tmp_path / STATE).write_text("{")
    for _ in range(3):
        assert router.reach(place(0, 0), FOOT, NOON).method == "network"
    assert "delete it" in router.faults()[str(tmp_path)]
    assert len(caplog.records) == 1
    (tmp_path / STATE).unlink()
    assert router.reach(place(0, 0), FOOT, NOON).method == "network"
    assert router.faults() == {}


def test_networks_change_while_threads_ask(tmp_path: Path) -> None:
    router = router_of(tmp_path, one=straight)
    paces = {router.opened()[0].id: WALK}
    ended = threading.Event()
    target = Target(place(1_000, 0))

    def ask(seed: int) -> set[str]:
        seen = set()
        while not ended.is_set() or len(seen) < 2:
            origin = place(random.Random(seed).uniform(2_000, 4_000), 0)
            reach = router.reach(origin, FOOT, NOON)
            if reach.network is None:
                seen.add("estimate")
                continue
            reach.know(Minutes(600))
            (minutes,) = reach.minutes([target])
            assert isinstance(minutes, float)
            # Of the very network that it began with, whatever happened meanwhile.
            assert minutes * 60 * paces[reach.network.id] == pytest.approx(
                great_circle(origin, target.point), rel=1e-2
            )
            seen.add(reach.network.id)
        return seen

    with ThreadPoolExecutor(4) as threads:
        asking = [threads.submit(ask, seed) for seed in range(4)]
        for number in range(1, 7):
            pace = 1 + number / 10
            # Known before it is installed: the number of a graph follows from its roads.
            Path(tmp_path / "apart").mkdir(exist_ok=True)
            apart = Networks(tmp_path / "apart").install(
                f"n{number}", lambda folder, p=pace: straight(folder, pace=p)
            )
            paces[str(apart.id)] = pace
            router.networks.install("one", lambda folder, p=pace: straight(folder, pace=p))
            if number % 3 == 0:
                router.networks.unuse("one")
                router.networks.use("one")
            if number % 4 == 0:
                router.networks.remove("one")
        ended.set()
        assert all(len(one.result(60)) >= 2 for one in asking)


def test_a_network_is_opened_once_for_many_threads(tmp_path: Path) -> None:
    router = router_of(tmp_path, one=straight)
    together = threading.Barrier(8)

    def open_it(_: int) -> int:
        together.wait()
        return id(router.network_at(place(0, 0)))

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(open_it, range(8)))) == 1


def test_ten_thousand_origins(tmp_path: Path) -> None:
    router = router_of(tmp_path, one=straight)
    router._check_seconds = 60.0
    draw = random.Random(4)
    origins = [place(draw.uniform(0, 5_000), draw.uniform(-900, 900)) for _ in range(10_000)]
    target = Target(place(0, 0))

    def ask(origin: LonLat) -> bool:
        reach = router.reach(origin, FOOT, NOON)
        reach.know(Minutes(120))
        (minutes,) = reach.minutes([target])
        assert isinstance(minutes, float)
        return reach.method == "network"

    with ThreadPoolExecutor(4) as threads:
        on_network = list(threads.map(ask, origins))
    share = sum(on_network) / len(on_network)
    assert share == pytest.approx(5 / 9, abs=0.03)


def test_points_of_nowhere(tmp_path: Path) -> None:
    router = router_of(tmp_path, one=straight)
    for lon, lat in ((0, 90), (0, -90), (180, 0), (-180, 0), (179.9999, -89.9999)):
        assert isinstance(router.reach(LonLat(lon, lat), CAR, NOON), EstimateReach)
    with pytest.raises(NetworkError):
        router.networks.find("two")
    assert asked(router, place(0, 0), Target(LonLat(0.0, 90.0))) in {NoTrip.TOO_FAR, NoTrip.OFF_NETWORK}
