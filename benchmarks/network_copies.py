"""A small network laid side by side with itself, each copy linked to the next: a graph, or a file, of any size."""

from pathlib import Path

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way

from geo.points import LonLat, great_circles
from geo.road_build import read_network
from geo.road_graph import ROAD_MODES, RoadGraph, open_graph
from geo.road_profile import load_profile
from geo.road_write import Roads, write_graph
from geo.snap import write_pieces
from geo.travel import TravelMode

PROFILE = Path(__file__).parent.parent / "fixtures" / "network" / "profile.toml"
# Degrees between copies; ten-millionths of a degree.
SHIFT, DEGREE = 0.4, 1e7
LINK_SPEED = {TravelMode.FOOT: 5 / 3.6, TravelMode.CAR: 60 / 3.6}
# Numbers of things of different copies in one file are so far apart.
STEP = 10**11


def side_by_side(roads: Roads, copies: int, main: np.ndarray) -> Roads:
    """The roads so many times, each SHIFT degrees east of the last. main: nodes that all cars reach: linked."""
    nodes, edges, points = len(roads.nodes), len(roads.edge_from), len(roads.shape)
    moved = np.arange(copies)[:, None, None] * [SHIFT, 0.0]
    east, west = (int(main[pick(roads.nodes[main, 0])]) for pick in (np.argmax, np.argmin))
    tails = east + nodes * np.arange(copies - 1)
    heads = west + nodes * np.arange(1, copies)
    places = (roads.nodes + moved).reshape(-1, 2)
    links = np.stack([places[tails], places[heads]], axis=1)
    metres = [great_circles(LonLat(*a), b[:1].copy(), b[1:].copy())[0] for a, b in links]

    def all_of(column: np.ndarray, last: np.ndarray) -> np.ndarray:
        return np.concatenate(
            [np.tile(column, (copies,) + (1,) * (column.ndim - 1)), last.astype(column.dtype)]
        )

    def numbers(column: np.ndarray, last: np.ndarray) -> np.ndarray:
        return np.concatenate([(column + nodes * np.arange(copies)[:, None]).ravel(), last]).astype(np.int32)

    seconds = {
        mode: all_of(roads.edge_seconds[mode], np.column_stack([metres, metres]) / LINK_SPEED[mode])
        for mode in ROAD_MODES
    }
    starts = (roads.shape_start[:-1] + points * np.arange(copies)[:, None]).ravel()
    ends = points * copies + 2 * np.arange(copies)
    shape = (roads.shape + np.rint(moved * DEGREE).astype(np.int64)).reshape(-1, 2)
    assert len(starts) == edges * copies
    return Roads(
        places,
        numbers(roads.edge_from, tails),
        numbers(roads.edge_to, heads),
        all_of(roads.edge_metres, np.array(metres)),
        all_of(roads.edge_ferry, np.zeros(copies - 1)),
        seconds,
        np.concatenate([starts, ends]),
        np.concatenate([shape, np.rint(links.reshape(-1, 2) * DEGREE)]).astype(np.int32),
    )


def network(pbf: Path, copies: int, folder: Path) -> RoadGraph:
    """The graph of that many copies."""
    profile = load_profile(PROFILE)
    roads, _, _ = read_network(pbf, profile)
    facts = {"name": "benchmark", "source": {"licence": "none"}, "walking_kmh": profile.walking_kmh}
    write_graph(folder / "one", roads, facts)
    main = np.flatnonzero(open_graph(folder / "one").component[TravelMode.CAR] == 0)
    whole = side_by_side(roads, copies, main)
    write_graph(folder / "all", whole, facts)
    write_pieces(folder / "all", whole)
    return open_graph(folder / "all")


def file_of_copies(pbf: Path, copies: int, out: Path) -> None:
    """The roads of the file so many times, the easternmost big one of each linked to the westernmost of the next."""
    ways = [
        (way.id, dict(way.tags), [node.ref for node in way.nodes])
        for way in osmium.FileProcessor(str(pbf), osmium.osm.WAY)
        if "highway" in way.tags
    ]
    used = {ref for _, _, refs in ways for ref in refs}
    spots = {
        node.id: (node.location.lon, node.location.lat)
        for node in osmium.FileProcessor(str(pbf), osmium.osm.NODE)
        if node.id in used
    }
    big = [ref for _, tags, refs in ways if tags["highway"] in ("primary", "trunk") for ref in refs]
    west, east = (pick(big, key=lambda ref: spots[ref][0]) for pick in (min, max))
    with osmium.SimpleWriter(str(out)) as writer:
        for copy in range(copies):
            for ref, (lon, lat) in sorted(spots.items()):
                writer.add_node(Node(id=ref + STEP * copy, location=(lon + SHIFT * copy, lat)))
        for copy in range(copies):
            for number, tags, refs in sorted(ways, key=lambda way: way[0]):
                nodes = [ref + STEP * copy for ref in refs if ref in spots]
                writer.add_way(Way(id=number + STEP * copy, tags=tags, nodes=nodes))
        for copy in range(1, copies):
            link = [east + STEP * (copy - 1), west + STEP * copy]
            writer.add_way(Way(id=STEP * (copies + copy), tags={"highway": "primary"}, nodes=link))
