"""A graph on disk: what is written, what is opened, and the row that searches start from."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from geo.errors import NetworkError
from geo.road_graph import FORMAT, MANIFEST, ROAD_MODES, SLOTS, RoadGraph, open_graph
from geo.road_write import LEAST_SECONDS, Roads, arcs, components, write_graph
from geo.travel import TravelMode

FOOT, CAR = TravelMode.FOOT, TravelMode.CAR
SOURCE = {"file": "x.osm", "sha256": "0", "licence": "ODbL 1.0", "day": "2026-01-05"}
FACTS = {"name": "few", "source": SOURCE, "profile": {}, "walking_kmh": 5.1}
NEVER = np.inf
type Edge = tuple[int, int, float, float]


def roads(nodes: int, edges: list[Edge], car: list[tuple[float, float]] | None = None) -> Roads:
    """Nodes in a row, edges (from, to, seconds along, seconds back) on foot, and by car as given or the same."""
    places = np.column_stack([-71.0 + 0.01 * np.arange(nodes), np.full(nodes, -35.0)])
    tails, heads = (np.array([edge[end] for edge in edges], np.int32) for end in (0, 1))
    ends = np.column_stack([tails, heads]).ravel()
    foot = np.array([edge[2:] for edge in edges], np.float32).reshape(-1, 2)
    return Roads(
        places,
        tails,
        heads,
        np.full(len(edges), 900, np.float32),
        np.zeros(len(edges), bool),
        {FOOT: foot, CAR: foot if car is None else np.array(car, np.float32)},
        np.arange(len(edges) + 1, dtype=np.int64) * 2,
        np.rint(places[ends] * 1e7).astype(np.int32),
    )


def written(folder: Path, given: Roads) -> RoadGraph:
    write_graph(folder, given, FACTS)
    return open_graph(folder)


def test_of_parallel_roads_the_quickest_counts(tmp_path: Path) -> None:
    # SciPy would add duplicate entries: 30 + 20 + 90 seconds.
    graph = written(tmp_path, roads(2, [(0, 1, 30, 50), (0, 1, 20, 70), (1, 0, 40, 90)]))
    forward = graph.forward[FOOT]
    assert forward.seconds[:2].tolist() == [20, 40]
    assert forward.arcs_edge.tolist() == [1, 2]
    with forward.seeded(np.array([0], np.int32), np.array([1.0])) as matrix:
        assert dijkstra(matrix, indices=forward.nodes).tolist() == [1, 21, 0]


def test_no_time_is_still_an_arc(tmp_path: Path) -> None:
    # A stored zero would be no arc at all.
    graph = written(tmp_path, roads(3, [(0, 1, 0, 0), (1, 2, 5, 5)]))
    forward = graph.forward[FOOT]
    with forward.seeded(np.array([0], np.int32), np.array([0.001])) as matrix:
        found = dijkstra(matrix, indices=forward.nodes)
    assert found[1] == pytest.approx(0.001 + LEAST_SECONDS)
    assert found[2] == pytest.approx(5.002)


def test_loops_and_closed_directions_are_no_arcs() -> None:
    matrix, edges = arcs(roads(3, [(0, 0, 5, 5), (0, 1, NEVER, 7), (1, 2, NEVER, NEVER)]), FOOT)
    assert (matrix.nnz, edges.tolist()) == (1, [1])
    assert matrix[1, 0] == 7


@st.composite
def networks(draw: st.DrawFn) -> Roads:
    nodes = draw(st.integers(2, 8))
    seconds = st.sampled_from([NEVER, 0.0, 1.0, 2.0, 3.5, 60.0])
    number = st.integers(0, nodes - 1)
    edges = draw(st.lists(st.tuples(number, number, seconds, seconds), min_size=1, max_size=25))
    car = draw(st.lists(st.tuples(seconds, seconds), min_size=len(edges), max_size=len(edges)))
    return roads(nodes, edges, car)


@given(networks())
def test_reverse_is_forward_turned_round_edge_by_edge(
    tmp_path_factory: pytest.TempPathFactory, given_roads: Roads
) -> None:
    graph = written(tmp_path_factory.mktemp("net"), given_roads)
    for mode in ROAD_MODES:
        found = {}
        for name, side in (("forward", graph.forward[mode]), ("reverse", graph.reverse[mode])):
            rows = np.repeat(np.arange(side.nodes), np.diff(side.indptr[:-1]))
            count = len(side.arcs_edge)
            pair = (rows, side.indices[:count])
            tails, heads = pair if name == "forward" else pair[::-1]
            found[name] = sorted(
                zip(
                    tails.tolist(),
                    heads.tolist(),
                    side.seconds[:count].tolist(),
                    side.arcs_edge.tolist(),
                    strict=True,
                )
            )
        assert found["forward"] == found["reverse"]
        for tail, head, seconds, edge in found["forward"]:
            ends = int(graph.edge_from[edge]), int(graph.edge_to[edge])
            along, back = graph.edge_seconds[mode][edge].tolist()
            usual = [
                value
                for pair, value in ((ends, along), (ends[::-1], back))
                if pair == (tail, head) and max(value, LEAST_SECONDS) == pytest.approx(seconds)
            ]
            assert usual, "an arc takes the seconds of the edge it names"


@given(networks())
def test_arcs_are_the_least_over_parallel_edges(given_roads: Roads) -> None:
    for mode in ROAD_MODES:
        best: dict[tuple[int, int], float] = {}
        ends = zip(given_roads.edge_from.tolist(), given_roads.edge_to.tolist(), strict=True)
        for (tail, head), (along, back) in zip(ends, given_roads.edge_seconds[mode].tolist(), strict=True):
            for pair, seconds in (((tail, head), along), ((head, tail), back)):
                if tail != head and np.isfinite(seconds):
                    best[pair] = min(best.get(pair, NEVER), max(seconds, LEAST_SECONDS))
        matrix, _ = arcs(given_roads, mode)
        whole = matrix.tocoo()
        assert best == {
            (int(tail), int(head)): seconds
            for tail, head, seconds in zip(*whole.coords, whole.data.tolist(), strict=True)
        }


def test_components_are_strong_and_ranked_by_size(tmp_path: Path) -> None:
    # 0 1 2 in a ring; 3 only entered from it; 4 5 apart; 6 without any road.
    edges: list[Edge] = [(0, 1, 1, NEVER), (1, 2, 1, NEVER), (2, 0, 1, NEVER), (2, 3, 1, NEVER), (4, 5, 1, 1)]
    matrix, _ = arcs(roads(7, edges), FOOT)
    labels = components(matrix)
    assert labels[:3].tolist() == [0, 0, 0]
    assert labels[4] == labels[5] == 1
    assert labels[3] not in (0, 1, -1)
    assert labels[6] == -1


def test_many_starts_with_their_delays_and_then_others(tmp_path: Path) -> None:
    graph = written(tmp_path, roads(4, [(0, 1, 10, 10), (1, 2, 10, 10), (2, 3, 10, 10)]))
    forward = graph.forward[FOOT]
    for starts, delays, expected in (
        ([0, 3], [1.0, 1.0], [1, 11, 11, 1]),
        ([2], [5.0], [25, 15, 5, 15]),
        ([0, 1, 2, 3], [9.0, 1.0, 30.0, 30.0], [9, 1, 11, 21]),
    ):
        with forward.seeded(np.array(starts, np.int32), np.array(delays)) as matrix:
            assert dijkstra(matrix, indices=forward.nodes)[:-1].tolist() == expected


def test_more_starts_than_there_is_room_for(tmp_path: Path) -> None:
    count = SLOTS + 5
    graph = written(tmp_path, roads(count, [(node, node + 1, 1, 1) for node in range(count - 1)]))
    forward = graph.forward[FOOT]
    delays = np.full(count, 500.0)
    delays[0] = 1.0
    with forward.seeded(np.arange(count, dtype=np.int32), delays) as matrix:
        found = dijkstra(matrix, indices=forward.nodes)
    assert found[[0, 1, count - 1]].tolist() == [1, 2, 500]


def test_the_origins_arcs_never_reach_the_disk(tmp_path: Path) -> None:
    graph = written(tmp_path, roads(3, [(0, 1, 10, 10), (1, 2, 10, 10)]))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with graph.forward[FOOT].seeded(np.array([2], np.int32), np.array([7.0])):
        pass
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    with pytest.raises(ValueError, match="read-only"):
        graph.edge_metres[0] = 1


def test_searches_of_several_threads_do_not_mix(tmp_path: Path) -> None:
    count = 60
    graph = written(tmp_path, roads(count, [(node, node + 1, 1, 1) for node in range(count - 1)]))
    forward = graph.forward[FOOT]
    wrong: list[int] = []

    def search(start: int) -> None:
        for _ in range(100):
            with forward.seeded(np.array([start], np.int32), np.array([1.0])) as matrix:
                found = dijkstra(matrix, indices=forward.nodes)[:-1]
            if not np.array_equal(found, 1 + np.abs(np.arange(count) - start)):
                wrong.append(start)

    threads = [threading.Thread(target=search, args=(start,)) for start in (0, 20, 40, 59)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_id_changes_with_every_array_and_with_nothing_else(tmp_path: Path) -> None:
    plain = roads(3, [(0, 1, 10, 10), (1, 2, 10, 10)])
    other = roads(3, [(0, 1, 10, 10), (1, 2, 10, 11)])
    ids = [write_graph(tmp_path / name, one, FACTS)["id"] for name, one in (("a", plain), ("b", other))]
    renamed = write_graph(tmp_path / "c", plain, {**FACTS, "name": "another"})["id"]
    moved = roads(3, [(0, 1, 10, 10), (1, 2, 10, 10)])
    moved.shape[0, 0] += 1
    assert renamed == ids[0] != ids[1]
    assert write_graph(tmp_path / "d", moved, FACTS)["id"] not in ids


def test_the_manifest_holds_facts_counts_and_bounds(tmp_path: Path) -> None:
    graph = written(tmp_path, roads(3, [(0, 1, 10, NEVER), (1, 2, 10, 10)]))
    assert graph.manifest["counts"] == {"nodes": 3, "edges": 2, "foot_arcs": 3, "car_arcs": 3}
    assert graph.bounds == pytest.approx((-71.0, -35.0, -70.98, -35.0))
    assert graph.walking == pytest.approx(5.1 / 3.6)
    facts = graph.facts
    assert (facts.id, facts.name, facts.licence, str(facts.day)) == (
        graph.id, "few", "ODbL 1.0", "2026-01-05"
    )  # fmt: skip


def test_no_road_is_no_network(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="no road"):
        write_graph(tmp_path, roads(2, []), FACTS)


def test_folders_that_are_incomplete_damaged_or_of_another_format_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="holds no network"):
        open_graph(tmp_path)
    written(tmp_path, roads(2, [(0, 1, 10, 10)]))
    (tmp_path / "edge_to.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(NetworkError, match=r"edge_to\.npy cannot be read.*build the network again"):
        open_graph(tmp_path)
    (tmp_path / "edge_to.npy").unlink()
    with pytest.raises(NetworkError, match=r"edge_to\.npy cannot be read"):
        open_graph(tmp_path)
    whole = json.loads((tmp_path / MANIFEST).read_text("utf-8"))
    (tmp_path / MANIFEST).write_text(json.dumps({**whole, "format": FORMAT + 1}), "utf-8")
    with pytest.raises(NetworkError, match="format"):
        open_graph(tmp_path)
    (tmp_path / MANIFEST).write_text("{", "utf-8")
    with pytest.raises(NetworkError, match="holds no network"):
        open_graph(tmp_path)
