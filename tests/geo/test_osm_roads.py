"""What a reader makes of a few nodes and ways: barriers, gaps, ferries, waits; and of files that are broken."""

import gzip
from pathlib import Path

import pytest

from directory.settings import ROOT
from geo.errors import NetworkError
from geo.road_build import build_network
from geo.road_graph import open_graph
from geo.travel import TravelMode
from tests.geo.osm_text import (
    STREET,
    TOWN,
    Built,
    Node,
    Way,
    built,
    default_profile,
    line,
    osm_file,
    plain_profile,
)

FOOT, CAR = TravelMode.FOOT, TravelMode.CAR
ANDORRA = ROOT.parent / "shared" / "data" / "osm" / "andorra-20260403.osm.pbf"


def test_a_barrier_between_ways_stops_cars_on_all_of_them(tmp_path: Path) -> None:
    # A gate at the very node where three streets meet: walkers pass, cars turn back.
    nodes = [*line(1, 2, 3), (4, -71.49, -35.4955)]
    nodes[1] = (*nodes[1][:3], {"barrier": "gate"})
    town = built(tmp_path, nodes, [([1, 2], STREET), ([2, 3], STREET), ([2, 4], STREET)])
    assert town.minutes("1", "3", FOOT) == pytest.approx(10.0, rel=0.01)
    assert not town.open_ways("1", "3", CAR)
    assert not town.open_ways("4", "3", CAR)
    # Nothing got longer: the metre taken for the barrier is part of the road.
    assert town.graph.edge_metres.sum() == pytest.approx(2 * 500.4 + 905.3, rel=1e-3)


def test_barriers_next_to_each_other_and_at_the_end_of_a_road(tmp_path: Path) -> None:
    nodes = line(1, 2, 3, 4)
    nodes[1:] = [(*node[:3], {"barrier": "bollard"}) for node in nodes[1:]]
    town = built(tmp_path, nodes, [([1, 2, 3, 4], STREET)])
    assert town.minutes("1", "4", FOOT) == pytest.approx(15.0, rel=0.01)
    assert not town.open_ways("1", "4", CAR)
    assert (town.graph.edge_metres > 0).all()


def test_a_closed_street_is_cut_so_that_its_people_are_reached(tmp_path: Path) -> None:
    nodes: list[Node] = [*line(1, 2), (3, -71.495, -35.4955), (4, -71.4975, -35.4920)]
    town = built(tmp_path, nodes, [([1, 2], STREET), ([2, 3, 4, 2], STREET)])
    assert (town.graph.edge_from != town.graph.edge_to).all()
    assert town.graph.manifest["counts"]["edges"] == 3


def test_ways_that_only_a_relation_calls_a_ferry(tmp_path: Path) -> None:
    relation = (
        '<relation id="1" version="1"><member type="way" ref="2" role=""/><tag k="type" v="route"/>'
        '<tag k="route" v="ferry"/><tag k="duration" v="PT20M"/></relation>'
    )
    ways: list[Way] = [([1, 2], STREET), ([2, 3], {"name": "Balsa"}), ([3, 4], STREET)]
    town = built(tmp_path, line(1, 2, 3, 4), ways, relation)
    assert town.minutes("2", "3", FOOT) == pytest.approx(20, rel=1e-3)
    assert town.graph.edge_ferry.sum() == 1


def test_a_duration_is_shared_out_over_the_pieces_of_a_ferry(tmp_path: Path) -> None:
    # Two lines meet at sea: each has its own whole duration.
    nodes: list[Node] = [*line(1, 2, 3), (4, -71.49, -35.4955)]
    ferry = {"route": "ferry", "duration": "00:30"}
    ways: list[Way] = [([1, 2, 3], ferry), ([2, 4], {"route": "ferry"}), ([3, 3], STREET)]
    town = built(tmp_path, nodes, ways)
    assert town.minutes("1", "2", FOOT) == pytest.approx(15, rel=1e-3)
    assert town.minutes("1", "3", CAR) == pytest.approx(30, rel=1e-3)
    # Without a duration: length by speed, 15 km/h.
    assert town.minutes("2", "4", FOOT) == pytest.approx(0.9053 / 15 * 60, rel=0.002)


def test_piers_lead_to_the_ferry(tmp_path: Path) -> None:
    ways: list[Way] = [
        ([1, 2], STREET), ([2, 3], {"man_made": "pier"}), ([3, 4], {"route": "ferry", "duration": "10"})
    ]  # fmt: skip
    town = built(tmp_path, line(1, 2, 3, 4), ways)
    assert town.minutes("1", "4", FOOT) == pytest.approx(20, rel=0.01)
    assert not town.open_ways("1", "3", CAR)


def test_nodes_that_the_extract_lacks_leave_a_gap(tmp_path: Path) -> None:
    town = built(tmp_path, line(1, 2, 3, 4), [([1, 2, 99, 3, 4], STREET), ([98, 97], STREET)])
    assert not town.open_ways("2", "3", FOOT)
    assert town.open_ways("1", "2", FOOT)
    read = town.graph.manifest["read"]
    assert (read["nodes missing"], read["ways with nodes missing"]) == (3, 2)


def test_nodes_repeated_and_ways_of_no_length_are_left_out(tmp_path: Path) -> None:
    nodes: list[Node] = [*line(1, 2), (3, *line(1, 2)[1][1:3]), (4, -71.5, -35.4910)]
    town = built(tmp_path, nodes, [([1, 1, 2, 2], STREET), ([2, 3], STREET), ([3, 4], STREET), ([4], STREET)])
    read = town.graph.manifest["read"]
    assert read["nodes repeated"] == 2
    # Two nodes at one place are joined by a way: it is kept, and takes no time.
    assert town.minutes("1", "4", FOOT) == pytest.approx(10, rel=0.01)


def test_signals_and_turns_cost_a_driver(tmp_path: Path) -> None:
    """A crossing: straight on takes what the road takes; into the stem of a T one must turn."""
    cross: list[Node] = [
        (1, -71.500, -35.5), (2, -71.495, -35.5), (3, -71.490, -35.5), (4, -71.495, -35.496)
    ]  # fmt: skip
    ways: list[Way] = [([1, 2, 3], STREET), ([4, 2], STREET)]
    seconds = {}
    for name, tags in (("plain", {}), ("lit", {"highway": "traffic_signals"})):
        nodes = [(*node[:3], tags) if node[0] == 2 else node for node in cross]
        file = osm_file(tmp_path / f"{name}.osm", nodes, ways)
        build_network(file, tmp_path / name, name=name, profile=default_profile())
        town = Built(open_graph(tmp_path / name), {str(node[0]): (node[1], node[2]) for node in cross})
        seconds[name] = {pair: town.minutes(*pair, CAR) * 60 for pair in ("12", "42", "24")}
    waits = default_profile().car.waits
    assert seconds["lit"]["12"] - seconds["plain"]["12"] == pytest.approx(waits["signals"], abs=0.01)
    along = 452.6 / 35 * 3.6 + waits["residential"]
    assert seconds["plain"]["12"] == pytest.approx(along, abs=0.5)
    stem = 444.8 / 35 * 3.6 + waits["residential"] + 3.75 * waits["turn"]
    assert seconds["plain"]["42"] == pytest.approx(stem, abs=0.5)
    # Away from the crossing nothing is waited for.
    assert seconds["plain"]["24"] == pytest.approx(444.8 / 35 * 3.6, abs=0.2)


BROKEN = {
    "empty.osm.pbf": b"",
    "text.osm.pbf": b"this is a letter, not a map" * 50,
    "table.csv": b"lon,lat\n1,2\n",
    "half.osm": TOWN.read_bytes()[:9000],
    "half.osm.gz": gzip.compress(TOWN.read_bytes())[:1500],
}


def broken(tmp_path: Path, kind: str) -> Path:
    """A file that cannot become a network."""
    path = tmp_path / kind
    if kind in BROKEN:
        path.write_bytes(BROKEN[kind])
    elif kind == "roadless.osm":
        osm_file(path, line(1, 2), [([1, 2], {"waterway": "river"}), ([2, 1], {"highway": "proposed"})])
    elif kind == "nodeless.osm":
        osm_file(path, [], [([1, 2], STREET)])
    elif kind == "folder.osm.pbf":
        path.mkdir()
    return path


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("none.osm.pbf", "cannot be read"),
        ("empty.osm.pbf", "cannot be read"),
        ("text.osm.pbf", "cannot be read"),
        ("table.csv", "cannot be read"),
        ("half.osm", "cannot be read"),
        ("half.osm.gz", "cannot be read"),
        ("roadless.osm", "no road"),
        ("nodeless.osm", "without their nodes"),
        ("folder.osm.pbf", "cannot be read"),
    ],
)
def test_broken_files_are_told_by_name_and_leave_nothing(tmp_path: Path, kind: str, said: str) -> None:
    with pytest.raises(NetworkError) as error:
        build_network(broken(tmp_path, kind), tmp_path / "net", name="x", profile=plain_profile())
    assert kind in str(error.value)
    assert said in str(error.value)
    assert ":" in str(error.value)  # and the mend behind it
    assert not (tmp_path / "net").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    kept = tmp_path / "net" / "letter.txt"
    kept.write_text("mine", "utf-8")
    with pytest.raises(NetworkError, match="not an empty folder"):
        build_network(TOWN, tmp_path / "net", name="x", profile=plain_profile())
    assert kept.read_text("utf-8") == "mine"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(NetworkError, match="cannot be written"):
        build_network(TOWN, tmp_path / "file" / "net", name="x", profile=plain_profile())


@pytest.mark.real_data
@pytest.mark.skipif(not ANDORRA.is_file(), reason="the real extracts are not beside the repository")
def test_a_truncated_pbf_is_refused_at_any_length(tmp_path: Path) -> None:
    whole = ANDORRA.read_bytes()
    for share in (0.001, 0.1, 0.5, 0.9, 0.999):
        file = tmp_path / "cut.osm.pbf"
        file.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(NetworkError, match=r"cut\.osm\.pbf"):
            build_network(file, tmp_path / "net", name="x", profile=plain_profile())
        assert not (tmp_path / "net").exists()
