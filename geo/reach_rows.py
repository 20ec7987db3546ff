"""Reach rows: how long people take to each place, kept sparse, so that coverage is algebra and not routing.

A *sample* is a point where some people live; a cell of a population dataset has one, a large rural one several.
Rows are places, columns are samples. An entry is the trip from the sample to the place, door to door; trips
longer than the limit have none. Rows hold only for the graph and the samples that they were made for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.errors import GeoError
from geo.travel import TravelMode
from geo.units import Minutes

type Floats = npt.NDArray[np.float64]
type Flags = npt.NDArray[np.bool_]
type Numbers = npt.NDArray[np.int32]
type Seconds = npt.NDArray[np.uint16]

# More than any trip that is kept: stands for none in arrays of seconds.
NO_TRIP = np.iinfo(np.uint16).max
# Longer trips would not fit in whole seconds.
LONGEST_LIMIT = Minutes(1_000.0)
# Seconds. No arc is shorter than a millisecond (`geo.road_write.LEAST_SECONDS`), and sums are rounded.
GRAIN = 0.002


@dataclass(frozen=True)
class Samples:
    """Where people live, in a fixed order. fingerprint: of the points in their order; names the columns.

    lons, lats: (S,) degrees, WGS 84. off_road: (S,) metres that each may be from a road and still be on it.
    """

    fingerprint: str
    lons: Floats
    lats: Floats
    off_road: Floats

    def __len__(self) -> int:
        return len(self.lons)


class Row(NamedTuple):
    """One place: its samples, ascending, and whole seconds (rounded up) from each of them to the place."""

    samples: Numbers
    seconds: Seconds


@dataclass(frozen=True)
class ReachRows:
    """P rows over S samples, compressed. network: id of the graph, or "estimate". limit: of every trip.

    indptr: (P + 1,) int64 into samples and seconds; samples ascend within a row.
    """

    network: str
    fingerprint: str
    mode: TravelMode
    limit: Minutes
    size: int
    indptr: npt.NDArray[np.int64]
    samples: Numbers
    seconds: Seconds

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def row(self, place: int) -> Row:
        """One row, as views."""
        part = slice(self.indptr[place], self.indptr[place + 1])
        return Row(self.samples[part], self.seconds[part])


def check_rows(mode: TravelMode, limit: Minutes) -> None:
    """Raise GeoError unless rows may be made in this mode and as far as this."""
    if mode not in (TravelMode.FOOT, TravelMode.CAR):
        raise GeoError(f"there are no reach rows by {mode}: ask on foot or by car")
    if not 0 < limit <= LONGEST_LIMIT:
        raise GeoError(
            f"reach rows cannot be limited to {limit} minutes: ask for more than 0, at most {LONGEST_LIMIT:.0f}"
        )


def check_samples(samples: Samples) -> None:
    """Raise GeoError unless all arrays are of one length and every sample lies somewhere on the globe."""
    if not len(samples.lons) == len(samples.lats) == len(samples.off_road):
        raise GeoError(
            "samples need a longitude, a latitude and metres off the road each: their arrays differ in length"
        )
    # Written so that NaN is wrong too.
    right = (np.abs(samples.lons) <= 180) & (np.abs(samples.lats) <= 90) & (samples.off_road >= 0)
    if not right.all():
        wrong = int(np.flatnonzero(~right)[0])
        raise GeoError(
            f"sample {wrong} cannot be at longitude {samples.lons[wrong]}, latitude {samples.lats[wrong]},"
            f" {samples.off_road[wrong]} m off the road: load the population dataset again"
        )


def whole_seconds(seconds: Floats) -> Floats:
    """Rounded up, as floats: infinite stays so. What is over a whole second by less than GRAIN is not over it."""
    whole: Floats = np.maximum(np.ceil(seconds - GRAIN), 0.0)
    return whole


def joined(
    network: str, samples: Samples, mode: TravelMode, limit: Minutes, rows: Sequence[Row]
) -> ReachRows:
    """Rows together, in this order. network: id of the graph they hold for, or "estimate"."""
    indptr = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(row.samples) for row in rows], out=indptr[1:])
    numbers = np.concatenate([np.empty(0, np.int32), *(row.samples for row in rows)])
    seconds = np.concatenate([np.empty(0, np.uint16), *(row.seconds for row in rows)])
    return ReachRows(network, samples.fingerprint, mode, limit, len(samples), indptr, numbers, seconds)
