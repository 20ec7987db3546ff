"""Small OpenStreetMap files written out for one test, and the networks built of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
from scipy.sparse.csgraph import dijkstra

from directory.settings import ROOT
from geo.road_build import build_network
from geo.road_graph import RoadGraph, open_graph
from geo.road_profile import RoadProfile, load_profile
from geo.travel import TravelMode

NETWORK = ROOT / "fixtures" / "network"
TOWN = NETWORK / "comarca.osm"
STREET = {"highway": "residential"}

type Tags = Mapping[str, str]
type Node = tuple[int, float, float] | tuple[int, float, float, Tags]
type Way = tuple[Sequence[int], Tags]


def plain_profile() -> RoadProfile:
    """100 m a minute on foot; 1 km or half a kilometre by car; no waits."""
    return load_profile(NETWORK / "profile.toml", NETWORK / "plain.toml")


def default_profile() -> RoadProfile:
    """What networks are built with."""
    return load_profile(NETWORK / "profile.toml")


def osm_file(path: Path, nodes: Sequence[Node], ways: Sequence[Way], relations: str = "") -> Path:
    """Write nodes (id, longitude, latitude, tags) and ways (node ids, tags), which are numbered from 1."""
    lines = ['<osm version="0.6">']
    for node in nodes:
        inside = _tags(node[3]) if len(node) == 4 else ""
        lines.append(f'<node id="{node[0]}" version="1" lon="{node[1]}" lat="{node[2]}">{inside}</node>')
    for number, (refs, tags) in enumerate(ways, 1):
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs) + _tags(tags)
        lines.append(f'<way id="{number}" version="1">{inside}</way>')
    path.write_text("\n".join([*lines, relations, "</osm>"]), "utf-8")
    return path


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


@dataclass(frozen=True)
class Built:
    """A built network whose nodes are asked for by place."""

    graph: RoadGraph
    named: dict[str, tuple[float, float]]

    def node(self, name: str) -> int:
        lon, lat = self.named[name]
        near = np.hypot(self.graph.nodes[:, 0] - lon, self.graph.nodes[:, 1] - lat)
        assert near.min() < 1e-6, f"{name} is no node"
        return int(near.argmin())

    def minutes(self, start: str, end: str, mode: TravelMode) -> float:
        seeds = np.array([self.node(start)], np.int32)
        with self.graph.forward[mode].seeded(seeds, np.array([0.001])) as matrix:
            return float(dijkstra(matrix, indices=self.graph.forward[mode].nodes)[self.node(end)] / 60)

    def open_ways(self, start: str, end: str, mode: TravelMode) -> bool:
        return math.isfinite(self.minutes(start, end, mode))


def built(tmp_path: Path, nodes: Sequence[Node], ways: Sequence[Way], relations: str = "") -> Built:
    """A network of a few nodes, which are named by their numbers."""
    file = osm_file(tmp_path / "few.osm", nodes, ways, relations)
    build_network(file, tmp_path / "few", name="few", profile=plain_profile())
    return Built(open_graph(tmp_path / "few"), {str(node[0]): (node[1], node[2]) for node in nodes})


def line(*numbers: int) -> list[Node]:
    """Nodes on a meridian, 0.0045 degrees (500 m) apart."""
    return [(number, -71.5, round(-35.5 + 0.0045 * place, 7)) for place, number in enumerate(numbers)]
