"""How people move, and what every router must answer.

A router is anything that fits the `Router` protocol. The service is wired with one in `api.main`;
adding an engine is adding one file here and naming it there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from geo.points import LonLat
from geo.units import Metres, Minutes


class TravelMode(StrEnum):
    """Ways to move. Public transport is a mode whether or not a router can do it."""

    FOOT = "foot"
    CAR = "car"
    TRANSIT = "transit"


@dataclass(frozen=True, slots=True)
class Trip:
    """One trip from the origin to one target.

    minutes and metres are door to door; earliest and latest bound the minutes when the method is an
    estimate (equal to minutes when it is exact).
    """

    minutes: Minutes
    metres: Metres
    method: str
    estimated: bool
    earliest: Minutes
    latest: Minutes


class Router(Protocol):
    """One-to-many travel times, with a bound that lets a search stop early and still be exact."""

    method: str

    def trips(
        self, origin: LonLat, targets: Sequence[LonLat], mode: TravelMode, leave_at: datetime
    ) -> list[Trip | None]:
        """One trip per target in the same order; None where the target cannot be reached."""
        ...

    def fastest(self, straight: Metres, mode: TravelMode) -> Minutes:
        """A lower bound: no trip over this straight-line distance takes fewer minutes."""
        ...
