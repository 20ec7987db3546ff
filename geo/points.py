"""Positions on the globe, always WGS 84 (EPSG:4326), always longitude first."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.errors import PositionError
from geo.units import Metres

# Mean radius of the IUGG sphere: the one PostGIS uses for geography on a sphere.
EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True, slots=True)
class LonLat:
    """One position in degrees, WGS 84. Raises PositionError when not finite or out of range."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lon) and math.isfinite(self.lat)):
            raise PositionError(f"position is not finite: {self.lon}, {self.lat}")
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            raise PositionError(f"position is out of range: longitude {self.lon}, latitude {self.lat}")

    @property
    def wkt(self) -> str:
        """EWKT text as PostGIS reads it."""
        return f"SRID=4326;POINT({self.lon!r} {self.lat!r})"


class Bounds(NamedTuple):
    """A box in degrees: west, south, east, north. One over the antimeridian has its west above its east."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> float:
        """Degrees from west to east."""
        return self.east - self.west + (360 if self.east < self.west else 0)

    @property
    def extent(self) -> float:
        """Square degrees: to compare boxes, not to measure them."""
        return self.width * (self.north - self.south)

    def widened(self, margin: Metres) -> "Bounds":
        """The box with at least this margin on every side, kept between the poles; it does not wrap around."""
        lat = math.degrees(margin / EARTH_RADIUS_M)
        south, north = max(-90.0, self.south - lat), min(90.0, self.north + lat)
        shrink = math.cos(math.radians(max(abs(south), abs(north))))
        lon = min(180.0, lat / shrink) if shrink > 1e-9 else 180.0
        return Bounds(max(-180.0, self.west - lon), south, min(180.0, self.east + lon), north)

    def contains(self, point: LonLat) -> bool:
        """Whether the point lies in the box, edges included."""
        east, west = point.lon <= self.east, point.lon >= self.west
        lon_fits = (west or east) if self.east < self.west else (west and east)
        return lon_fits and self.south <= point.lat <= self.north

    def contains_many(
        self, lons: npt.NDArray[np.float64], lats: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.bool_]:
        """`contains` for arrays of degrees; False where a coordinate is NaN."""
        east, west = lons <= self.east, lons >= self.west
        lon_fits = (west | east) if self.east < self.west else (west & east)
        inside: npt.NDArray[np.bool_] = lon_fits & (lats >= self.south) & (lats <= self.north)
        return inside

    def meets(self, other: "Bounds") -> bool:
        """Whether two boxes share any place, edges included."""
        follows = (other.west - self.west) % 360 <= self.width
        precedes = (self.west - other.west) % 360 <= other.width
        return (follows or precedes) and self.south <= other.north and other.south <= self.north


def great_circle(a: LonLat, b: LonLat) -> Metres:
    """Metres along the sphere between two points (haversine, stable for short and antipodal pairs)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = math.sin((lat_b - lat_a) / 2) ** 2
    half_lon = math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    chord = half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon
    return Metres(2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord))))


def great_circles(
    origin: LonLat, lons: npt.NDArray[np.float64], lats: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Metres from one point to many, given as degrees in arrays of one shape; same sphere as `great_circle`.

    NaN in gives NaN out.
    """
    lat, lat_to = math.radians(origin.lat), np.radians(lats)
    half_lat = np.sin((lat_to - lat) / 2) ** 2
    half_lon = np.sin(np.radians(lons - origin.lon) / 2) ** 2
    chord = half_lat + math.cos(lat) * np.cos(lat_to) * half_lon
    metres: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(chord)))
    return metres
