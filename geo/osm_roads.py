"""Streams the roads of an OpenStreetMap file (PBF or XML) into flat arrays, in memory bounded by its roads.

Four passes, each in any order of the file: relations (ferry lines), nodes (coordinates, kept outside Python, 16
bytes each), ways (those that anybody may travel), and nodes again (those with tags that stop somebody).
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import osmium
from osmium.filter import IdFilter, KeyFilter

from geo.errors import NetworkError
from geo.osm_access import KEYS, blocked
from geo.osm_tags import FERRY, PIER, TOLD, WayKind, parse_minutes, way_kind
from geo.road_graph import ROAD_MODES, Ints
from geo.road_profile import RoadProfile
from geo.travel import TravelMode

type Longs = npt.NDArray[np.int64]
type Progress = Callable[[str, int, int | None], None]
"""Told at each stage: its words, how much is done, and of how much (None: not known)."""

TELL_EVERY = 100_000
NODE_KEYS = sorted({key for keys in KEYS.values() for key in keys})
NODE_BYTES = 16
NOWHERE = 2**31 - 1  # the coordinate of a node that the file lacks
UNKNOWN_DAY = date(2004, 8, 9)  # before the first edit of OpenStreetMap: a file without real timestamps


@dataclass
class OsmRoads:
    """The roads of a file. Way w goes through refs[start[w] : start[w + 1]] and is of kinds[kind[w]].

    ids: (N,) the nodes of the ways that the file has, sorted; x, y: their ten-millionths of a degree.
    stops: by mode, ids of nodes that stop it, sorted. signals: ids with traffic lights, sorted. counts: what was
    read and left out. day: of the data.
    """

    kinds: list[WayKind]
    refs: Longs
    start: Longs
    kind: Ints
    ids: Longs
    x: Ints
    y: Ints
    stops: dict[TravelMode, Longs]
    signals: Longs
    counts: Counter[str] = field(default_factory=Counter)
    day: date | None = None


def read_roads(path: Path, profile: RoadProfile, progress: Progress) -> OsmRoads:
    """All roads of the file. Raises NetworkError when it is missing, broken, empty, or has no road."""
    if not path.is_file():
        raise NetworkError(f"{path} does not exist: name an OpenStreetMap extract (.osm.pbf)")
    lines = _ferry_lines(path, progress)
    ways = _Ways(profile, lines)
    ways.read(path, _located(path, progress), progress)
    if not len(ways.kind):
        raise NetworkError(f"{path} holds no road that can be walked or driven: take another extract")
    refs = np.frombuffer(ways.refs, np.int64)
    x, y = (np.frombuffer(one, np.int32) for one in (ways.x, ways.y))
    there = x != NOWHERE
    ids, first = np.unique(refs[there], return_index=True)
    ways.counts["nodes"] = len(ids)
    return OsmRoads(
        ways.kinds,
        refs,
        np.frombuffer(ways.start, np.int64),
        np.frombuffer(ways.kind, np.int32),
        ids,
        x[there][first],
        y[there][first],
        *_told_nodes(path, profile, ids),
        ways.counts,
        _header_day(path) or ways.newest,
    )


def objects(path: Path, entities: Any, *filters: Any) -> Iterator[Any]:
    """The objects of a file, read one after the other. Raises NetworkError naming it when it cannot be read."""
    try:
        processor = osmium.FileProcessor(str(path), entities)
        for one in filters:
            processor.with_filter(one)
        yield from processor
    except RuntimeError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> NetworkError:
    return NetworkError(
        f"{path} cannot be read as OpenStreetMap data ({error}): download it again and check its checksum"
    )


def _header_day(path: Path) -> date | None:
    """The day that the header says the data is of."""
    try:
        with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
            text = reader.header().get("osmosis_replication_timestamp") or reader.header().get("timestamp")
    except RuntimeError as error:
        raise _unreadable(path, error) from error
    try:
        return datetime.fromisoformat(text).astimezone(UTC).date() if text else None
    except ValueError:  # not a moment: the newest object tells instead
        return None


def _ferry_lines(path: Path, progress: Progress) -> dict[int, float | None]:
    """Ways that a ferry relation runs on, with its duration when it is the only one."""
    lines: dict[int, float | None] = {}
    for relation in objects(path, osmium.osm.RELATION, osmium.filter.TagFilter(("route", FERRY))):
        ways = [member.ref for member in relation.members if member.type == "w"]
        minutes = parse_minutes(relation.tags.get("duration")) if len(ways) == 1 else None
        lines.update(dict.fromkeys(ways, minutes))
    progress("ferry lines", len(lines), len(lines))
    return lines


class _Ways:
    """Collects ways; tags that say the same are one kind, worked out once."""

    def __init__(self, profile: RoadProfile, lines: dict[int, float | None]) -> None:
        self.profile, self.lines = profile, lines
        self.refs, self.x, self.y = array("q"), array("i"), array("i")
        self.start, self.kind = array("q", [0]), array("i")
        self.kinds: list[WayKind] = []
        self.counts: Counter[str] = Counter()
        self.newest: date | None = None
        self._known: dict[tuple[tuple[str, str], ...], int] = {}
        self._told = frozenset(TOLD)

    def read(self, path: Path, filler: Any, progress: Progress) -> None:
        """Both the ways tagged themselves and those that only a ferry relation tells of."""
        if self.lines:
            for way in objects(path, osmium.osm.WAY, IdFilter(list(self.lines)), filler):
                if "highway" not in way.tags:
                    self._add(way, {**dict(way.tags), "route": FERRY}, self.lines[way.id])
        for way in objects(path, osmium.osm.WAY, KeyFilter("highway", "route", "man_made"), filler):
            if "highway" in way.tags or way.id not in self.lines:
                self._add(way, dict(way.tags))
                if self.counts["ways"] % TELL_EVERY == 0:
                    progress("ways", self.counts["ways"], None)
        progress("ways", self.counts["ways"], self.counts["ways"])

    def _add(self, way: Any, tags: dict[str, str], minutes: float | None = None) -> None:
        if "highway" not in tags and tags.get("man_made") == PIER:
            tags["highway"] = PIER  # walked, where nothing says otherwise: ferries land there
        if "highway" not in tags and tags.get("route") != FERRY:
            return
        self.counts["ways"] += 1
        self.counts["ways with conditions, ignored"] += any(":conditional" in key for key in tags)
        if minutes and "duration" not in tags:
            tags["duration"] = str(minutes)
        kind = self._kind_of(tags)
        if not self.kinds[kind].usable:
            self.counts["ways nobody may travel"] += 1
            return
        nodes = way.nodes
        self.refs.extend([node.ref for node in nodes])
        self.x.extend([node.x for node in nodes])
        self.y.extend([node.y for node in nodes])
        self.start.append(len(self.refs))
        self.kind.append(kind)
        self._date(way)

    def _kind_of(self, tags: dict[str, str]) -> int:
        key = tuple(sorted(pair for pair in tags.items() if pair[0] in self._told))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.kinds)
            self.kinds.append(way_kind(dict(key), self.profile))
        return found

    def _date(self, way: Any) -> None:
        day = way.timestamp.date()
        if day > UNKNOWN_DAY and (self.newest is None or day > self.newest):
            self.newest = day


def _located(path: Path, progress: Progress) -> Any:
    """`locations`, and progress told of it."""
    progress("nodes", 0, None)
    table = osmium.index.create_map("sparse_mmap_array")
    filler = locations(path, table)
    count = table.used_memory() // NODE_BYTES
    progress("nodes", count, count)
    return filler


def locations(path: Path, table: Any = None) -> Any:
    """Puts coordinates on the nodes of ways. Kept by osmium, 16 bytes a node, outside Python's memory.

    A node that the file lacks is nowhere. Raises NetworkError when the file cannot be read.
    """
    if table is None:
        table = osmium.index.create_map("sparse_mmap_array")
    try:
        with osmium.io.Reader(str(path), osmium.osm.NODE) as reader:
            osmium.apply(reader, osmium.NodeLocationsForWays(table))
    except RuntimeError as error:
        raise _unreadable(path, error) from error
    filler = osmium.NodeLocationsForWays(table)
    filler.ignore_errors()  # a node that the extract lacks is nowhere, and counted
    return filler


def _told_nodes(path: Path, profile: RoadProfile, ids: Longs) -> tuple[dict[TravelMode, Longs], Longs]:
    """The nodes of roads that stop somebody, by mode; and those with traffic lights."""
    words = {TravelMode.CAR: profile.car.access, TravelMode.FOOT: profile.foot.access}
    stops = {mode: array("q") for mode in ROAD_MODES}
    signals = array("q")
    for node in objects(path, osmium.osm.NODE, KeyFilter("barrier", "highway", *NODE_KEYS)):
        if node.tags.get("highway") == "traffic_signals":
            signals.append(node.id)
        for mode in blocked(dict(node.tags), profile.barrier, words):
            stops[mode].append(node.id)
    found = {mode: np.intersect1d(np.frombuffer(one, np.int64), ids) for mode, one in stops.items()}
    return found, np.intersect1d(np.frombuffer(signals, np.int64), ids)
