"""Questions on a network with all its parts: tiles for a second opinion and directions, and a timetable."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from directory.settings import ROOT
from fixtures.network.draw import places
from fixtures.network.gtfs import pack
from geo.network_router import NetworkRouter
from geo.points import LonLat
from geo.second_engine import agreed
from geo.travel import Note, NoTrip, Target, TravelMode
from geo.units import Metres, Minutes
from importers.network_build import Ingredients, builder
from tests.geo.installed import cut, emptied, router_of

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
FOOT, CAR, TRANSIT = TravelMode.FOOT, TravelMode.CAR, TravelMode.TRANSIT
FIXTURES = ROOT / "fixtures" / "network"
PLACES = {name: LonLat(*where) for name, where in places().items()}
FAR_OFF = LonLat(-71.69, -35.44)  # more than two kilometres from every road


@pytest.fixture(scope="module")
def comarca(tmp_path_factory: pytest.TempPathFactory) -> NetworkRouter:
    """The made-up roads with their tiles and timetable."""
    folder = tmp_path_factory.mktemp("comarca")
    files = FIXTURES / "comarca.osm", [pack(folder)], True, [FIXTURES / "profile.toml"]
    return router_of(folder / "networks", comarca=builder("comarca", Ingredients(*files)))


def test_a_second_engine_times_again_what_it_agrees_on(comarca: NetworkRouter) -> None:
    origin = PLACES["a1"]
    targets = [Target(PLACES[name]) for name in ("plaza", "tranque", "peumos", "sola_e", "grande_s")]
    for mode in (FOOT, CAR):
        assert comarca.retimes(comarca.reach(origin, mode, NOON))
        reach = comarca.reach(origin, mode, NOON)
        reach.know(Minutes(600))
        ours, again = reach.minutes(targets), comarca.retimed(comarca.reach(origin, mode, NOON), targets)
        assert again is not None
        assert again == comarca.retimed(comarca.reach(origin, mode, NOON), targets)
        assert ours[3] is NoTrip.UNREACHABLE
        assert again[3] is None
        for mine, other in zip(ours[:3], again[:3], strict=True):
            assert other == pytest.approx(mine, rel=0.25)
    # Nobody searched before, and the origin is far from every road.
    assert comarca.retimed(comarca.reach(FAR_OFF, CAR, NOON), targets) is None


def test_walks_at_both_ends_count_in_the_second_time_too(comarca: NetworkRouter) -> None:
    near = PLACES["plaza"]
    origin = LonLat(PLACES["a5"].lon - 0.003, PLACES["a5"].lat)  # 270 m off the road
    again = comarca.retimed(comarca.reach(origin, FOOT, NOON), [Target(near)])
    on_road = comarca.retimed(comarca.reach(PLACES["a5"], FOOT, NOON), [Target(near)])
    assert again is not None
    assert on_road is not None
    assert again[0] is not None
    assert on_road[0] is not None
    reach = comarca.reach(origin, FOOT, NOON)
    reach.know(Minutes(600))
    walked = reach.trip(Target(near)).access_metres
    assert walked > 200
    assert again[0] - on_road[0] == pytest.approx(walked / 85, abs=1.0)


def test_a_trip_is_only_timed_again_where_both_speak_of_the_same(comarca: NetworkRouter) -> None:
    network = comarca.network_at(PLACES["a1"])
    assert network is not None
    own, walked = Minutes(20), Metres(network.graph.walking * 60)
    assert agreed(own, Minutes(19), walked, network.graph) == 20
    assert agreed(own, Minutes(7), walked, network.graph) == 8
    assert agreed(own, Minutes(6.9), walked, network.graph) is None
    assert agreed(own, Minutes(49), walked, network.graph) == 50
    assert agreed(own, Minutes(49.1), walked, network.graph) is None


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_way_with_tiles_has_steps_and_goes_from_door_to_door(comarca: NetworkRouter, language: str) -> None:
    origin, target = LonLat(PLACES["a5"].lon - 0.001, PLACES["a5"].lat), Target(PLACES["tranque"])
    for mode in (FOOT, CAR):
        route = comarca.route(origin, target, mode, NOON, language=language)
        assert route is not None
        assert (route.line[0], route.line[-1]) == (origin, target.point)
        assert route.steps
        assert route.trip.method == "valhalla"
        again = comarca.retimed(comarca.reach(origin, mode, NOON), [target])
        assert again == [pytest.approx(route.trip.minutes, rel=0.02)]
    assert comarca.route(origin, Target(PLACES["sola_e"]), CAR, NOON) is None


def test_public_transport_by_its_timetable(comarca: NetworkRouter) -> None:
    santiago = ZoneInfo("America/Santiago")
    monday, target = datetime(2026, 9, 7, 7, 30, tzinfo=santiago), Target(PLACES["tranque"])
    sunday = datetime(2026, 9, 6, 7, 0, tzinfo=santiago)
    reach = comarca.reach(PLACES["d5"], TRANSIT, monday)
    reach.know(Minutes(240))
    assert reach.method == "timetable"
    assert reach.network is not None
    assert reach.network.timetable == (date(2026, 8, 1), date(2027, 12, 31))
    assert reach.notes == ()
    weekly = comarca.reach(PLACES["d5"], TRANSIT, sunday)
    weekly.know(Minutes(600))
    route = comarca.route(PLACES["d5"], target, TRANSIT, sunday)
    assert route is not None
    assert route.steps
    assert route.trip.minutes == weekly.minutes([target])[0]
    expired = comarca.reach(PLACES["d5"], TRANSIT, datetime(2030, 1, 7, 8, tzinfo=santiago))
    expired.know(Minutes(60))
    assert expired.notes == (Note.TIMETABLE_EXPIRED,)


def test_damaged_tiles_and_timetables_cost_only_themselves(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = FIXTURES / "comarca.osm", [pack(tmp_path)], True, [FIXTURES / "profile.toml"]
    router = router_of(tmp_path / "networks", comarca=builder("comarca", Ingredients(*files)))
    folder = tmp_path / "networks" / "comarca"
    cut(folder / "tiles" / "tiles.tar")
    for path in (folder / "transit").glob("*.npy"):
        emptied(path)
    for _ in range(2):
        assert router.reach(PLACES["a1"], CAR, NOON).method == "network"
        assert router.reach(PLACES["a1"], TRANSIT, NOON).notes == (Note.NO_TIMETABLE,)
        assert not router.retimes(router.reach(PLACES["a1"], CAR, NOON))
        route = router.route(PLACES["a1"], Target(PLACES["plaza"]), CAR, NOON)
        assert route is not None
        assert route.steps == ()
    assert "again" in router.faults()["comarca"]
    assert len(caplog.records) == 2
