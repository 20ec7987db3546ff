"""From an OpenStreetMap file to a network: the made-up map by hand, files that are broken, real extracts."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from directory.settings import ROOT
from fixtures.network.draw import FILE, draw, places
from geo.points import LonLat, great_circle
from geo.road_build import STAGES, build_network
from geo.road_graph import ROAD_MODES, open_graph
from geo.snap import Snapper
from geo.travel import TravelMode
from geo.units import Metres
from tests.geo.osm_text import STREET, TOWN, Built, default_profile, line, osm_file, plain_profile

FOOT, CAR = TravelMode.FOOT, TravelMode.CAR
OSM = ROOT.parent / "shared" / "data" / "osm"
ANDORRA = OSM / "andorra-20260403.osm.pbf"
MONACO = OSM / "monaco-2012.osm.gz"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("town") / "net"
    build_network(TOWN, folder, name="comarca", profile=plain_profile())
    return Built(open_graph(folder), places())


def test_the_drawn_file_is_what_the_script_draws() -> None:
    assert FILE.read_text("utf-8") == draw()


# The table of fixtures/network/README.md, worked out by hand.
@pytest.mark.parametrize(
    ("start", "end", "mode", "minutes"),
    [
        ("a1", "f1", FOOT, 24.9),
        ("a3", "b3", CAR, 1.00),
        ("b3", "a3", CAR, 2.50),
        ("b3", "a3", FOOT, 4.98),
        ("b4", "b5", FOOT, 5.00),
        ("b4", "b5", CAR, 2.50),
        ("e4", "e5", CAR, 1.00),
        ("c3", "d4", FOOT, 7.06),
        ("c3", "d4", CAR, 1.50),
        ("d1", "peumos", CAR, 3.02),
        ("d1", "peumos", FOOT, 27.97),
        ("f2", "tranque_n", CAR, 6.43),
        ("f2", "tranque_n", FOOT, 52.3),
        ("camelias", "puntilla", FOOT, 16.19),
        ("camelias", "puntilla", CAR, 7.99),
        ("d5", "grande_s", CAR, 14.78),
        ("d5", "grande_s", FOOT, 34.8),
    ],
)
def test_minutes_worked_out_by_hand(
    town: Built, start: str, end: str, mode: TravelMode, minutes: float
) -> None:
    assert town.minutes(start, end, mode) == pytest.approx(minutes, rel=0.004)


def test_nothing_leads_to_the_lonely_island(town: Built) -> None:
    for mode in ROAD_MODES:
        assert not town.open_ways("d5", "sola_w", mode)
        assert town.open_ways("sola_w", "sola_e", mode)
        labels = town.graph.component[mode]
        assert labels[town.node("sola_w")] not in (labels[town.node("d5")], -1)
        assert labels[town.node("grande_s")] == labels[town.node("d5")] == 0


def test_ferries_are_flagged_and_hold_their_duration(town: Built) -> None:
    graph = town.graph
    assert graph.edge_ferry.sum() == 1
    edge = int(np.flatnonzero(graph.edge_ferry)[0])
    for mode in ROAD_MODES:
        assert graph.edge_seconds[mode][edge].tolist() == [720, 720]


def test_no_way_is_shorter_than_the_straight_line(town: Built) -> None:
    graph = town.graph
    for edge in range(len(graph.edge_from)):
        ends = [LonLat(*graph.nodes[number]) for number in (graph.edge_from[edge], graph.edge_to[edge])]
        assert graph.edge_metres[edge] >= 0.999 * great_circle(*ends)


def test_shapes_begin_and_end_at_the_nodes(town: Built) -> None:
    graph = town.graph
    first, last = graph.shape_start[:-1], graph.shape_start[1:] - 1
    assert np.allclose(graph.shape[first] / 1e7, graph.nodes[graph.edge_from])
    assert np.allclose(graph.shape[last] / 1e7, graph.nodes[graph.edge_to])
    assert (np.diff(graph.shape_start) >= 2).all()


def test_demonstration_offers_lie_near_its_roads(town: Built) -> None:
    snapper = Snapper(town.graph)
    for point in (LonLat(-71.65951, -35.41428), LonLat(-71.63850, -35.41926), LonLat(-71.60624, -35.42614)):
        assert snapper.access(point, FOOT, Metres(500.0)).metres < 100


def test_the_manifest_tells_of_what_it_was_made(tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    whole = build_network(
        TOWN,
        tmp_path / "net",
        name="comarca",
        profile=plain_profile(),
        progress=lambda *one: told.append(one),
    )
    assert whole == open_graph(tmp_path / "net").manifest
    assert whole["name"] == "comarca"
    assert whole["source"]["file"] == "comarca.osm"
    assert len(whole["source"]["sha256"]) == 64
    assert whole["source"]["day"] == "2026-01-05"
    assert "OpenStreetMap" in whole["source"]["licence"]
    assert whole["profile"]["version"] == plain_profile().version
    assert (whole["walking_kmh"], whole["elevation"]) == (6, False)
    assert whole["read"]["ways nobody may travel"] == 2  # the private road and the proposed one
    assert tuple(dict.fromkeys(stage for stage, _, _ in told)) == STAGES


def test_the_same_file_gives_the_same_network_and_another_profile_another(tmp_path: Path) -> None:
    ids = [
        build_network(TOWN, tmp_path / name, name=name, profile=profile)["id"]
        for name, profile in (("a", plain_profile()), ("b", plain_profile()), ("c", default_profile()))
    ]
    assert ids[0] == ids[1] != ids[2]


def test_the_day_is_of_the_newest_way_when_the_header_says_none(tmp_path: Path) -> None:
    text = TOWN.read_text("utf-8").replace("2026-01-05", "2026-01-06", 300)
    (tmp_path / "newer.osm").write_text(text, "utf-8")
    whole = build_network(tmp_path / "newer.osm", tmp_path / "net", name="x", profile=plain_profile())
    assert whole["source"]["day"] == "2026-01-06"
    few = osm_file(tmp_path / "few.osm", line(1, 2), [([1, 2], STREET)])
    assert build_network(few, tmp_path / "few", name="x", profile=plain_profile())["source"]["day"] is None


@pytest.mark.real_data
@pytest.mark.skipif(not ANDORRA.is_file(), reason="the real extracts are not beside the repository")
def test_andorra(tmp_path: Path) -> None:
    whole = build_network(ANDORRA, tmp_path / "net", name="Andorra", profile=default_profile())
    graph = open_graph(tmp_path / "net")
    assert whole["source"]["day"] == "2026-04-04"  # the header's, of its replication
    assert 12_000 < whole["counts"]["nodes"] < 13_000
    for mode, most in ((FOOT, 0.05), (CAR, 0.08)):
        labels = graph.component[mode]
        assert (labels > 0).sum() / (labels >= 0).sum() < most
    assert np.isfinite(graph.edge_metres).all()
    assert (graph.edge_metres > 0).all()
    for mode, kmh in ((FOOT, 5.11), (CAR, 130)):
        seconds = graph.edge_seconds[mode]
        fastest = graph.edge_metres[:, None] / np.where(np.isfinite(seconds), seconds, np.inf)
        assert fastest.max() * 3.6 <= kmh


@pytest.mark.real_data
@pytest.mark.skipif(not MONACO.is_file(), reason="the real extracts are not beside the repository")
def test_a_compressed_old_file_without_versions(tmp_path: Path) -> None:
    shutil.copy(MONACO, tmp_path / "monaco.osm.gz")
    whole = build_network(
        tmp_path / "monaco.osm.gz", tmp_path / "net", name="Monaco", profile=default_profile()
    )
    assert whole["source"]["day"].startswith("2012-")
    assert whole["counts"]["foot_arcs"] > whole["counts"]["car_arcs"] > 500
