"""Coordinate reference systems: from what a file declares to WGS 84. The only module that speaks pyproj.

Three traps shape this module, each a test in `tests/geo/test_crs.py`:

* Old datums are not WGS 84. PSAD56 read as WGS 84 lies about 400 m off, and no point on its own shows it.
* EPSG holds several shifts per datum, each fitted to one country, and PROJ chooses by bounding box and by
  stated accuracy: Brazil's SAD69 shift (5 m) has a box that holds Santiago. We take the shift with the
  smallest box that holds the point, which is the most local fit.
* For recent frames without a published shift (SIRGAS-Chile) PROJ composes one through PSAD56 or SAD69 and
  may land tens of metres off. Those frames are ITRF: they are taken as WGS 84 as they stand.

All of it is offline: PROJ's network is off, and no shift here needs a grid file.
Source of codes, shifts, boxes and accuracies: the EPSG dataset inside PROJ.
"""

import re
import threading
import warnings
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj
import pyproj.network
from pyproj.database import query_utm_crs_info
from pyproj.exceptions import CRSError as ProjCrsError
from pyproj.transformer import TransformerGroup

from geo.crs_names import DATUM_CODES, declared_parts
from geo.errors import CrsError, PositionError
from geo.points import Bounds, LonLat
from geo.units import Metres

pyproj.network.set_network_enabled(active=False)  # type: ignore[attr-defined]  # not in its __all__

type Floats = npt.NDArray[np.float64]

WGS84_CODE = 4326

# Frames tied to the ITRF agree with WGS 84 to a metre or two at their epoch; plates and the great
# earthquakes since then (3 m at Concepcion in 2010) make five an honest figure.
_RECENT_FRAME = re.compile(r"SIRGAS|ITRF|WGS 84 \(")
_RECENT_ACCURACY = Metres(5.0)
_WGS84_ACCURACY = Metres(2.0)  # EPSG's own figure for the WGS 84 ensemble

# How far outside its published area of use a system may be stretched, in degrees. Files keep one UTM zone
# for a whole country, so two zones are allowed; swapped easting and northing land much farther away.
_STRETCH = 12.0

_group_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Crs:
    """One system a file may use. `in_degrees` tells longitude and latitude from eastings and northings."""

    code: int
    name: str
    in_degrees: bool


@dataclass(frozen=True, slots=True)
class _Shift:
    """One way from a datum's degrees to WGS 84: the box where it holds and its published accuracy.

    No transformer means that the degrees stay as they are.
    """

    box: Bounds
    accuracy: Metres
    transformer: pyproj.Transformer | None

    def forth(self, lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
        """Degrees of the datum to degrees of WGS 84."""
        if self.transformer is None:
            return lons, lats
        lons, lats = self.transformer.transform(lons, lats)
        return lons, lats

    def back(self, point: LonLat) -> tuple[float, float]:
        """Degrees of WGS 84 to degrees of the datum."""
        if self.transformer is None:
            return point.lon, point.lat
        lon, lat = self.transformer.transform(point.lon, point.lat, direction="INVERSE")
        return lon, lat


def find_crs(declared: str | int, *, datum: str | None = None) -> Crs:
    """The system named by an EPSG code (5361, "EPSG:5361", a URN) or by words ("PSAD56 UTM huso 19 sur").

    `datum` is used when the words name a zone and no datum. Raises CrsError naming what is missing: a zone
    alone is refused, because guessing its datum moves every point by hundreds of metres.
    """
    parts = declared_parts(declared, datum)
    if parts.code is not None:
        return _crs(parts.code)
    if parts.zone is None:
        return _crs(DATUM_CODES[parts.datum])
    return utm(parts.zone, south=parts.south, datum=parts.datum)


@lru_cache(maxsize=256)
def utm(zone: int, *, south: bool, datum: str = "WGS 84") -> Crs:
    """The UTM zone (1 to 60) of a datum by its EPSG name. Raises CrsError when EPSG has no such zone."""
    name = f"{datum} / UTM zone {zone}{'S' if south else 'N'}"
    for info in query_utm_crs_info(datum_name=datum):
        if info.name == name:
            return _crs(int(info.code))
    raise CrsError(f"EPSG knows no {name}: check the zone and the datum")


@lru_cache(maxsize=256)
def _crs(code: int) -> Crs:
    """The horizontal system with this EPSG code, replaced by its successor when EPSG deprecated it.

    The successor matters: EPSG:29179 (SAD69, deprecated) has no shift at all and would be read as WGS 84.
    """
    try:
        crs = pyproj.CRS.from_epsg(code)
    except ProjCrsError as error:
        raise CrsError(f"EPSG:{code} is no coordinate reference system") from error
    if crs.is_deprecated and (successors := crs.get_non_deprecated()):
        crs = successors[0]
    if not (crs.is_projected or crs.is_geographic) or len(crs.axis_info) != 2:
        raise CrsError(f"EPSG:{code} ({crs.name}) is not a two-dimensional map or longitude-latitude system")
    return Crs(code=crs.to_epsg() or code, name=crs.name, in_degrees=crs.is_geographic)


def to_wgs84(x: float, y: float, crs: Crs, area: Bounds | None = None) -> LonLat:
    """One position in WGS 84 degrees. x is easting or longitude, y is northing or latitude.

    `area` limits the datum shifts to those meant for it. Raises PositionError naming the mend.
    """
    lons, lats = to_wgs84_many(np.array([x], float), np.array([y], float), crs, area)
    if np.isnan(lons[0]):
        raise PositionError(_complaint(x, y, crs))
    return LonLat(float(lons[0]), float(lats[0]))


def to_wgs84_many(xs: Floats, ys: Floats, crs: Crs, area: Bounds | None = None) -> tuple[Floats, Floats]:
    """Longitudes and latitudes in WGS 84 degrees, same length as the one-dimensional xs and ys.

    Both are NaN where `to_wgs84` would raise (ask it for the reason): not finite, degrees where metres are
    declared or the other way round, far outside the system's area, or no published shift there.
    """
    xs, ys = np.asarray(xs, float), np.asarray(ys, float)
    if xs.shape != ys.shape or xs.ndim != 1:
        raise PositionError(f"{xs.shape} x values and {ys.shape} y values do not make positions")
    lons, lats = np.full(xs.shape, np.nan), np.full(xs.shape, np.nan)
    usable = np.flatnonzero(_plausible_units(xs, ys, crs))
    near_lons, near_lats = _own_degrees(xs[usable], ys[usable], crs)
    inside = _within_stretch(near_lons, near_lats, crs)
    usable, near_lons, near_lats = usable[inside], near_lons[inside], near_lats[inside]
    shifts = _shifts(crs.code, area)
    chosen = _chosen_shift(near_lons, near_lats, shifts)
    for number, shift in enumerate(shifts):
        here = chosen == number
        if here.any():
            lons[usable[here]], lats[usable[here]] = shift.forth(near_lons[here], near_lats[here])
    bad = ~(np.isfinite(lons) & np.isfinite(lats))
    lons[bad] = lats[bad] = np.nan
    return lons, lats


def accuracy(crs: Crs, near: LonLat, area: Bounds | None = None) -> Metres:
    """Published accuracy in metres of the way to WGS 84 used near a place.

    Raises PositionError where there is no way.
    """
    return _shift_at(near, crs, area).accuracy


def from_wgs84(point: LonLat, crs: Crs) -> tuple[float, float]:
    """Easting and northing (or longitude and latitude) of a position, by the same shift backwards.

    Within some 400 m of the edge between two shifts it may be the neighbour's (91 m off at worst).
    """
    degrees = _shift_at(point, crs, None).back(point)
    x, y = _unshifted(crs.code).transform(*degrees, direction="INVERSE")
    return float(x), float(y)


def _shift_at(place: LonLat, crs: Crs, area: Bounds | None) -> _Shift:
    shifts = _shifts(crs.code, area)
    chosen = int(_chosen_shift(np.array([place.lon]), np.array([place.lat]), shifts)[0])
    if chosen < 0:
        raise PositionError(_no_shift(crs))
    return shifts[chosen]


def _plausible_units(xs: Floats, ys: Floats, crs: Crs) -> npt.NDArray[np.bool_]:
    degrees = (np.abs(xs) <= 180) & (np.abs(ys) <= 90)
    finite = np.isfinite(xs) & np.isfinite(ys)
    return finite & (degrees if crs.in_degrees else ~degrees)


def _own_degrees(xs: Floats, ys: Floats, crs: Crs) -> tuple[Floats, Floats]:
    """Degrees in the system's own datum: within a kilometre of WGS 84, enough to choose a shift."""
    lons, lats = np.array(_unshifted(crs.code).transform(xs, ys), float)
    lons[~np.isfinite(lons)] = np.nan
    return lons, lats


def _within_stretch(lons: Floats, lats: Floats, crs: Crs) -> npt.NDArray[np.bool_]:
    box = _area_of_use(crs.code)
    half = box.width / 2
    from_middle = np.abs((lons - (box.west + half) + 180) % 360 - 180)
    inside: npt.NDArray[np.bool_] = from_middle <= half + _STRETCH
    return inside & (lats >= box.south - _STRETCH) & (lats <= box.north + _STRETCH)


def _chosen_shift(lons: Floats, lats: Floats, shifts: tuple[_Shift, ...]) -> npt.NDArray[np.intp]:
    """Number of the first (smallest) shift whose box holds each position; -1 where none does."""
    chosen = np.full(lons.shape, -1, np.intp)
    for number, shift in enumerate(shifts):
        chosen[(chosen < 0) & shift.box.contains_many(lons, lats)] = number
    return chosen


def _shifts(code: int, area: Bounds | None) -> tuple[_Shift, ...]:
    every = _every_shift(code)
    return every if area is None else tuple(shift for shift in every if shift.box.meets(area))


@lru_cache(maxsize=64)
def _every_shift(code: int) -> tuple[_Shift, ...]:
    """All published ways from the system's datum to WGS 84, the most local first."""
    datum, whole = _datum(code), Bounds(-180, -90, 180, 90)
    if datum.name == "WGS 84":
        return (_Shift(whole, _WGS84_ACCURACY, None),)
    if published := _published_shifts(datum):
        return tuple(sorted(published, key=lambda shift: (shift.box.extent, shift.accuracy)))
    if _RECENT_FRAME.search(datum.name):
        return (_Shift(whole, _RECENT_ACCURACY, None),)
    return ()


def _published_shifts(datum: pyproj.CRS) -> list[_Shift]:
    """Shifts EPSG publishes from a datum straight to WGS 84, never through a third datum.

    Asked for the datum and not for the map made from it: EPSG ends SAD69 UTM maps at 45 S, and its shift for
    Tierra del Fuego would be left out. Transformers are rebuilt from their pipelines because those of a
    group are not safe between threads.
    """
    with _group_lock, warnings.catch_warnings():
        # One grid for Brazil is not installed; every other shift is. The warning says only that.
        warnings.filterwarnings("ignore", message="Best transformation is not available")
        group = TransformerGroup(datum, WGS84_CODE, always_xy=True, allow_ballpark=False, pivot_crs="never")
    return [
        _Shift(
            Bounds(*shift.area_of_use.bounds),
            Metres(shift.accuracy),
            pyproj.Transformer.from_pipeline(shift.definition),
        )
        for shift in group.transformers
        if shift.area_of_use is not None and shift.accuracy >= 0
    ]


@lru_cache(maxsize=64)
def _unshifted(code: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(pyproj.CRS.from_epsg(code), _datum(code), always_xy=True)


def _datum(code: int) -> pyproj.CRS:
    """The longitude-latitude system under a system: itself, or what a map is projected from."""
    datum = pyproj.CRS.from_epsg(code).geodetic_crs
    if datum is None:
        raise CrsError(f"EPSG:{code} is not tied to the Earth")
    return datum


@lru_cache(maxsize=64)
def _area_of_use(code: int) -> Bounds:
    area = pyproj.CRS.from_epsg(code).area_of_use
    return Bounds(*area.bounds) if area else Bounds(-180, -90, 180, 90)


def _complaint(x: float, y: float, crs: Crs) -> str:
    """Why a position cannot be read in this system, and what would mend it."""
    if not (np.isfinite(x) and np.isfinite(y)):
        return f"position is not finite: {x}, {y}"
    if not _plausible_units(np.array([x]), np.array([y]), crs)[0]:
        if crs.in_degrees:
            return f"{x}, {y} are not degrees but {crs.name} is declared: declare the UTM zone they are in"
        return f"{x}, {y} are degrees but {crs.name} is declared, which is in metres: declare EPSG:4326"
    if not _within_stretch(*_own_degrees(np.array([x]), np.array([y]), crs), crs)[0]:
        return f"{x}, {y} fall far outside {crs.name}: check the zone, and easting and northing for a swap"
    return _no_shift(crs)


def _no_shift(crs: Crs) -> str:
    return f"EPSG publishes no shift from {crs.name} to WGS 84 at this place: check the declared datum"
