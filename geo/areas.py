"""Administrative areas as polygons in memory: which one holds a point, and how far outside one a point is.

Polygons and points are degrees, WGS 84. Containment is that of straight lines in degrees, as files draw
them; distances are metres on the sphere of `geo.points`. Nothing here knows any country.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import shapely

from geo.errors import AreaError
from geo.gazetteer import PLAIN, Spelling, normalise
from geo.points import EARTH_RADIUS_M, LonLat, great_circle, great_circles
from geo.units import Metres

type Floats = npt.NDArray[np.float64]
type Boundary = Literal["official", "approximate"]

# Edges longer than this are broken up before distances are measured: a degree of parallel at latitude -53
# bends 120 m away from the straight line of the local plane, a fiftieth of a degree 5 cm.
_LONGEST_EDGE_DEGREES = 0.02
NO_TOLERANCE = Metres(0)
_METRES_PER_DEGREE = EARTH_RADIUS_M * np.pi / 180


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """One area. polygon is a valid shapely Polygon or MultiPolygon, or None where the boundary is unknown;
    zone is the name of its time zone; boundary tells an official polygon from a stand-in.
    """

    code: str
    name: str
    parent: str | None
    polygon: Any  # shapely has no types
    seat: LonLat | None
    zone: str | None
    boundary: Boundary


class AreaIndex:
    """All areas of one country, of one level or of several. Immutable, safe to share between threads.

    Parents need not be in the index themselves. Raises AreaError when a code appears twice or a polygon
    cannot be used. Polygons that cross the antimeridian must be cut there; the tolerance does not reach over.
    """

    def __init__(self, areas: Iterable[Area], spelling: Spelling = PLAIN) -> None:
        self._areas: dict[str, Area] = {}
        for area in areas:
            if area.code in self._areas:
                raise AreaError(f"area {area.code} appears twice")
            self._areas[area.code] = area
        self._spelling = spelling
        self._names: dict[str, list[str]] = {}
        for area in self._areas.values():
            self._names.setdefault(normalise(area.name, spelling), []).append(area.code)
        self._draw()

    def _draw(self) -> None:
        """Index the polygons from the smallest to the largest, so that the first hit is the narrowest."""
        drawn = [area for area in self._areas.values() if area.polygon is not None]
        for area in drawn:
            _check_polygon(area)
        drawn.sort(key=lambda area: (_square_metres(area.polygon), area.code))
        self._codes = [area.code for area in drawn]
        self._rank = {code: rank for rank, code in enumerate(self._codes)}
        self._polygons = np.array([area.polygon for area in drawn], dtype=object)
        self._fine = shapely.segmentize(self._polygons, _LONGEST_EDGE_DEGREES)
        self._tree = shapely.STRtree(self._polygons)
        shapely.prepare(self._polygons)
        # GEOS builds the tree and the indexes of prepared polygons on first use, which between threads ends the
        # process: whoever asks of them holds the lock.
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._areas)

    def __iter__(self) -> Iterator[Area]:
        return iter(self._areas.values())

    def __contains__(self, code: object) -> bool:
        return code in self._areas

    def __getitem__(self, code: str) -> Area:
        """The area with this code; AreaError when there is none."""
        try:
            return self._areas[code]
        except KeyError:
            raise AreaError(f"there is no area {code!r}") from None

    def at(self, point: LonLat, tolerance: Metres = NO_TOLERANCE) -> str | None:
        """Code of the smallest area that holds the point, or else of the nearest one within the tolerance.

        The tolerance is for coasts and borders drawn coarsely. None when no area is that near.
        """
        codes = self.at_many(np.array([point.lon]), np.array([point.lat]), tolerance)
        found: str | None = codes[0]
        return found

    def at_many(
        self, lons: Floats, lats: Floats, tolerance: Metres = NO_TOLERANCE
    ) -> npt.NDArray[np.object_]:
        """`at` for arrays of degrees: an array of codes, None where there is none or a coordinate is NaN."""
        lons, lats = np.asarray(lons, float), np.asarray(lats, float)
        if lons.shape != lats.shape or lons.ndim != 1:
            raise AreaError(f"{lons.shape} longitudes and {lats.shape} latitudes do not make positions")
        with self._lock:
            ranks = self._holding(lons, lats)
            if tolerance > 0:
                for row in np.flatnonzero((ranks < 0) & np.isfinite(lons) & np.isfinite(lats)):
                    ranks[row] = self._nearest(LonLat(float(lons[row]), float(lats[row])), tolerance)
        codes = np.array([*self._codes, None], dtype=object)
        found: npt.NDArray[np.object_] = codes[ranks]
        return found

    def distance_outside(self, code: str, point: LonLat) -> Metres | None:
        """Metres from the point to the area, 0 inside; None when the boundary of the area is unknown.

        On the sphere, so within 0.6 % of the spheroid. Raises AreaError for an unknown code.
        """
        if self[code].polygon is None:
            return None
        with self._lock:
            return self._outside(self._rank[code], point)

    def distance_to_seat(self, code: str, point: LonLat) -> Metres | None:
        """Metres from the point to the seat of the area; None when the seat is unknown."""
        seat = self[code].seat
        return None if seat is None else great_circle(seat, point)

    def by_name(self, text: str, parent: str | None = None) -> tuple[str, ...]:
        """Codes of the areas with this name, in order: none, one, or several when the name is ambiguous.

        Case, accents and punctuation do not count. `parent` keeps those below that area, at any depth.
        """
        codes = self._names.get(normalise(text, self._spelling), [])
        return tuple(sorted(code for code in codes if parent is None or parent in self.ancestors(code)))

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Codes above an area, nearest first. A parent the index does not hold ends the line."""
        line: list[str] = []
        parent = self[code].parent
        while parent is not None:
            if parent in line or parent == code:
                raise AreaError(f"area {code} is its own ancestor")
            line.append(parent)
            parent = self._areas[parent].parent if parent in self._areas else None
        return tuple(line)

    def _holding(self, lons: Floats, lats: Floats) -> npt.NDArray[np.intp]:
        """Rank of the smallest polygon that holds each point, -1 for none."""
        ranks = np.full(lons.shape, -1, np.intp)
        if not self._codes:
            return ranks
        # The tree gives the boxes that hold a point; the prepared polygons then decide.
        rows, candidates = self._tree.query(shapely.points(lons, lats))
        held = shapely.intersects_xy(self._polygons[candidates], lons[rows], lats[rows])
        rows, candidates = rows[held], candidates[held]
        smallest = np.full(lons.shape, len(self._codes), np.intp)
        np.minimum.at(smallest, rows, candidates)
        found = smallest < len(self._codes)
        ranks[found] = smallest[found]
        return ranks

    def _nearest(self, point: LonLat, tolerance: Metres) -> int:
        near = [
            (metres, int(rank))
            for rank in self._tree.query(_box_around(point, tolerance))
            if (metres := self._outside(int(rank), point)) <= tolerance
        ]
        return min(near)[1] if near else -1

    def _outside(self, rank: int, point: LonLat) -> Metres:
        if shapely.intersects_xy(self._polygons[rank], point.lon, point.lat):
            return Metres(0)
        plane = shapely.transform(self._fine[rank], lambda degrees: _around(point, degrees))
        return Metres(float(shapely.distance(shapely.Point(0, 0), plane)))


def pad_code(code: str | int, width: int) -> str:
    """A numeric code with the leading zero that spreadsheets drop: pad_code("1101", 5) is "01101".

    Only one zero may be missing: with more gone it is another code. "1101.0" is read as 1101. Raises
    AreaError when it is not a number of that width.
    """
    digits = re.sub(r"\.0+$", "", str(code).strip())
    if not re.fullmatch(r"[0-9]+", digits) or not width - 1 <= len(digits) <= width:
        raise AreaError(f"{code!r} is not a code of {width} digits")
    return digits.zfill(width)


def _check_polygon(area: Area) -> None:
    polygon = area.polygon
    if shapely.get_type_id(polygon) not in {3, 6} or polygon.is_empty:
        raise AreaError(f"area {area.code}: the boundary is not a polygon")
    west, south, east, north = polygon.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise AreaError(f"area {area.code}: the boundary is not in degrees; transform it to EPSG:4326")
    if not shapely.is_valid(polygon):
        reason = shapely.is_valid_reason(polygon)
        raise AreaError(f"area {area.code}: the boundary is invalid ({reason}); mend it when importing")


def _square_metres(polygon: Any) -> int:
    """Area on the sphere, by the equal-area cylinder: right to compare sizes at any latitude."""
    flat = shapely.transform(polygon, _equal_area)
    return round(float(shapely.area(flat)))  # whole, so that equal areas are equal and ordered by code


def _equal_area(degrees: Floats) -> Floats:
    lons, lats = np.radians(degrees).T
    return np.column_stack([EARTH_RADIUS_M * lons, EARTH_RADIUS_M * np.sin(lats)])


def _around(point: LonLat, degrees: Floats) -> Floats:
    """Azimuthal equidistant plane around the point: metres from the point are those on the sphere."""
    lons, lats = degrees.T
    metres = great_circles(point, lons, lats)
    turn = np.radians(lons - point.lon)
    lat, lat_to = np.radians(point.lat), np.radians(lats)
    east = np.sin(turn) * np.cos(lat_to)
    north = np.cos(lat) * np.sin(lat_to) - np.sin(lat) * np.cos(lat_to) * np.cos(turn)
    bearing = np.arctan2(east, north)
    return np.column_stack([metres * np.sin(bearing), metres * np.cos(bearing)])


def _box_around(point: LonLat, tolerance: Metres) -> Any:
    """A box of degrees that holds everything within the tolerance; whole parallels near a pole."""
    lat_degrees = tolerance / _METRES_PER_DEGREE
    farthest = min(90.0, abs(point.lat) + lat_degrees)
    shrink = np.cos(np.radians(farthest))
    lon_degrees = 360.0 if shrink < 1e-6 else min(360.0, lat_degrees / float(shrink))
    return shapely.box(
        point.lon - lon_degrees, point.lat - lat_degrees, point.lon + lon_degrees, point.lat + lat_degrees
    )


def nearest_seat(areas: Sequence[Area], point: LonLat) -> tuple[str, Metres] | None:
    """Code of the area whose seat is nearest, with the metres; None when no area has a seat."""
    near = [(great_circle(area.seat, point), area.code) for area in areas if area.seat is not None]
    if not near:
        return None
    metres, code = min(near)
    return code, metres
