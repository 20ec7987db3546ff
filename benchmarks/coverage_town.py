"""A town with people, and four ways to say who lives within some minutes of some points.

Truth is Valhalla's full matrix from every cell to every point, from and to where Valhalla itself puts them on a road,
and the straight walk there at both ends: it knows nothing of our graph nor of our snapping.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from geo.coverage import covered
from geo.points import LonLat, great_circles
from geo.reach_rows import Flags, Floats, ReachRows, Samples
from geo.road_graph import RoadGraph, open_graph
from geo.row_build import RowBuilder, joined
from geo.snap import Snapper
from geo.travel import RURAL_OFF_ROAD, TravelMode
from geo.units import Minutes
from geo.valhalla import Habits
from geo.valhalla_actors import COSTING, MOST_PAIRS, Actors, place
from geo.valhalla_tiles import TAR

FOOT, CAR = TravelMode.FOOT, TravelMode.CAR
CASES = ((FOOT, 15), (FOOT, 30), (CAR, 5), (CAR, 10))
# km/h of circles: what people walk, and what a car makes in a straight line of 1.4 roads (reach study, section 7).
CROW = {FOOT: 5.1, CAR: 35.0}
DETOUR = 1.3
# Valhalla's own default: it does not put a place on a road from which fewer edges can be reached.
REACHABLE = 50
_WALK = 5.1 / 3.6


@dataclass(frozen=True)
class Cells:
    """Where people live: degrees, people, and facilities of a kind, by id of the cell."""

    ids: list[str]
    lons: Floats
    lats: Floats
    people: Floats
    facilities: Floats

    @property
    def samples(self) -> Samples:
        """As reach rows want them; so far off the road that none is lost."""
        return Samples("cells", self.lons, self.lats, np.full(len(self.lons), float(RURAL_OFF_ROAD)))

    def points(self, rows: Sequence[int]) -> list[LonLat]:
        """The middles of some cells."""
        return [LonLat(self.lons[row], self.lats[row]) for row in rows]

    def most_facilities(self, count: int) -> list[LonLat]:
        """The middles of the cells with most facilities; of equals those with the lowest id."""
        order = sorted(range(len(self.ids)), key=lambda row: (-self.facilities[row], self.ids[row]))
        return self.points(order[:count])

    def drawn(self, count: int, seed: int) -> list[LonLat]:
        """The middles of so many inhabited cells, by chance."""
        inhabited = np.flatnonzero(self.people > 0)
        return self.points(np.random.default_rng(seed).choice(inhabited, count, replace=False).tolist())

    def share(self, flags: Flags) -> float:
        """Percent of the people who live in these cells."""
        return 100 * float(self.people[flags].sum()) / float(self.people.sum())


def read_cells(file: Path) -> Cells:
    """Cells of a file with columns id, lon, lat, population, healthcare; nothing stated is nobody."""
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    lons, lats, people, facilities = (
        np.array([float(row[name] or 0) for row in rows])
        for name in ("lon", "lat", "population", "healthcare")
    )
    return Cells([row["id"] for row in rows], lons, lats, people, facilities)


class ValhallaTown:
    """What Valhalla says, from a folder of tiles. Habits are those of our own walking speed."""

    def __init__(self, tiles: Path) -> None:
        self._actors = Actors(tiles / TAR)
        self._habits = Habits()

    def matrix(self, cells: Cells, points: Sequence[LonLat], mode: TravelMode) -> Floats:
        """Seconds from every cell to every point, (P, S), with the walks at both ends; infinite without a way."""
        found = np.full((len(points), len(cells.lons)), np.inf)
        for first in range(0, len(cells.lons), MOST_PAIRS):
            part = slice(first, first + MOST_PAIRS)
            for number, point in enumerate(points):
                found[number, part] = self._column(cells.lons[part], cells.lats[part], point, mode)
        return found

    def isochrones(
        self, points: Sequence[LonLat], mode: TravelMode, minutes: int, *, fine: bool = True
    ) -> shapely.Geometry:
        """The union of the areas from which each point is reached. fine: with all that Valhalla knows, not
        without its small parts and its corners, as it draws when not told otherwise."""
        drawing = {"denoise": 0, "generalize": 0} if fine else {}
        areas = []
        for point in points:
            question = {
                "locations": [place(point, REACHABLE)],
                "costing": COSTING[mode],
                "costing_options": self._habits.options(mode),
                "contours": [{"time": minutes}],
                "reverse": True,
                "polygons": True,
                **drawing,
            }
            answer = self._actors.ask("isochrone", question)
            areas += [shapely.from_geojson(json.dumps(one["geometry"])) for one in answer["features"]]
        return shapely.union_all(shapely.make_valid(areas))

    def _column(self, lons: Floats, lats: Floats, point: LonLat, mode: TravelMode) -> Floats:
        question = {
            "sources": [place(LonLat(*one), REACHABLE) for one in zip(lons, lats, strict=True)],
            "targets": [place(point, REACHABLE)],
            "costing": COSTING[mode],
            "costing_options": self._habits.options(mode),
            "verbose": True,
        }
        answer = self._actors.ask("matrix", question)
        end = answer["targets"][0]
        walk = great_circles(point, np.array([end["lon"]]), np.array([end["lat"]]))[0]
        seconds = np.full(len(lons), np.inf)
        met = zip(answer["sources_to_targets"], answer["sources"], strict=True)
        for number, ((row,), begin) in enumerate(met):
            if row["time"] is not None:
                here = LonLat(lons[number], lats[number])
                first = great_circles(here, np.array([begin["lon"]]), np.array([begin["lat"]]))[0]
                seconds[number] = row["time"] + (first + walk) / _WALK
        return seconds


def inside(area: shapely.Geometry, cells: Cells) -> Flags:
    """Cells whose middle lies in an area."""
    shapely.prepare(area)
    flags: Flags = shapely.contains_xy(area, cells.lons, cells.lats)
    return flags


def in_circles(
    cells: Cells, points: Sequence[LonLat], mode: TravelMode, minutes: int, detour: float
) -> Flags:
    """Cells so near in a straight line, times a detour, that the way takes no longer at the speed of CROW."""
    metres = np.min([great_circles(one, cells.lons, cells.lats) for one in points], axis=0)
    flags: Flags = metres * detour <= CROW[mode] / 3.6 * 60 * minutes
    return flags


@dataclass(frozen=True)
class OurTown:
    """What reach rows say."""

    graph: RoadGraph
    snapper: Snapper

    @classmethod
    def of(cls, folder: Path) -> "OurTown":
        """From the folder of a network."""
        graph = open_graph(folder)
        return cls(graph, Snapper(graph))

    def builder(self, cells: Cells, mode: TravelMode, minutes: int) -> RowBuilder:
        """Made once for all places."""
        return RowBuilder(self.graph, self.snapper, cells.samples, mode, Minutes(float(minutes)))

    def rows(self, cells: Cells, points: Sequence[LonLat], mode: TravelMode, minutes: int) -> ReachRows:
        """The rows of some points."""
        builder = self.builder(cells, mode, minutes)
        accesses = [self.snapper.access(one, mode, RURAL_OFF_ROAD) for one in points]
        made = [builder.row(one) for one in accesses]
        return joined(self.graph.id, cells.samples, mode, builder.limit, made)

    def covered(self, cells: Cells, points: Sequence[LonLat], mode: TravelMode, minutes: int) -> Flags:
        """Cells within so many minutes of a point."""
        rows = self.rows(cells, points, mode, minutes)
        return covered(rows, np.full(len(points), minutes * 60.0))
