"""The second engine: Valhalla, for the line and the steps of a route and for timing again the few places shown.

It is optional. Without tiles, or with damaged ones, `usable` is False, `reason` says why, and everything else
goes on. Its times do not include the way from a point to the road: points are given where they meet the road.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from valhalla.midgard.utils import decode_polyline

from geo.errors import GeoError, NetworkError, NoTripError
from geo.points import LonLat, great_circle, great_circles
from geo.travel import Step, TravelMode
from geo.units import Metres, Minutes
from geo.valhalla_actors import COSTING, FARTHEST, MOST_PAIRS, Actors, place
from geo.valhalla_steps import LANGUAGES, steps
from geo.valhalla_tiles import TAR, problem_with

METHOD = "valhalla"
# An answer whose ends lie farther than this from where they were asked is about another place.
MOVED = Metres(100.0)
# Edges that must be reachable from the road that a point is put on. With its default of 50 Valhalla moves the
# people of a small island to the next one over the water, and a matrix does not tell: it then weighs the near
# road and the far one, and names either. So a matrix is asked with 1. Of some pavements drawn as rings Valhalla
# keeps bits that lead nowhere (3 junctions of 1,000 in Andorra): those have no times. A route tells where it
# truly begins and ends, and is tried again; it may be moved so many metres.
_REACHABLE = 1
_ROUTE_REACHABLE = ((_REACHABLE, MOVED), (5, Metres(10.0)))
# No way is shorter than the straight line. Valhalla rounds each road to a metre and measures on another globe.
_CIRCUITY, _ROUNDED = 0.99, 5.0
# Ways longer than this many straight lines, and so many metres more, are not looked for: one unreachable target
# would have Valhalla search all the tiles.
_DETOUR, _DETOUR_MORE = 3.0, 20_000.0


@dataclass(frozen=True, slots=True)
class Habits:
    """How people are reckoned to move; from a network's manifest, so that both engines agree.

    boarding: seconds added for taking a ferry.
    """

    walking_kmh: float = 5.1
    boarding: float = 0.0

    def options(self, mode: TravelMode) -> dict[str, Any]:
        """Valhalla's costing options. On foot the quickest way counts, as in our own search: no penalties."""
        if mode is TravelMode.CAR:
            return {"auto": {"ferry_cost": self.boarding}}
        neutral = ("walkway_factor", "sidewalk_factor", "alley_factor", "driveway_factor", "service_factor")
        free = (
            "step_penalty",
            "service_penalty",
            "gate_penalty",
            "destination_only_penalty",
            "elevator_penalty",
        )
        return {
            "pedestrian": {
                **dict.fromkeys(neutral, 1.0),
                **dict.fromkeys(free, 0.0),
                "walking_speed": self.walking_kmh,
                "use_living_streets": 0.5,
                "use_tracks": 0.5,
                "max_hiking_difficulty": 3,
                "ferry_cost": self.boarding,
            }
        }


@dataclass(frozen=True, slots=True)
class Timed:
    """One trip of a matrix. moved: how far Valhalla moved the end that it moved most, to meet its own road."""

    minutes: Minutes
    metres: Metres
    moved: Metres


@dataclass(frozen=True, slots=True)
class ValhallaRoute:
    """The way from road to road. ferry: it takes one. Minutes and metres are those of the steps together."""

    minutes: Minutes
    metres: Metres
    ferry: bool
    line: tuple[LonLat, ...]
    steps: tuple[Step, ...]


class Valhalla:
    """Valhalla on one folder of tiles (`geo.valhalla_tiles.build_tiles`). Safe between threads.

    usable: whether it can be asked. reason: why not, with the mend; None when usable. Both are settled at
    opening, which reads the tiles once. Asking one that is not usable raises NetworkError.
    """

    def __init__(self, folder: Path, habits: Habits | None = None, *, actors: int | None = None) -> None:
        """actors: how many questions may be searched at once (default: as many as cores)."""
        self._habits = habits or Habits()
        self._actors = Actors(folder / TAR, actors)
        self.reason = problem_with(folder) or self._problem()

    @property
    def usable(self) -> bool:
        """Whether it can be asked."""
        return self.reason is None

    def minutes(self, origin: LonLat, targets: Sequence[LonLat], mode: TravelMode) -> list[Minutes | None]:
        """Minutes from road to road, one per target in the same order; None where Valhalla cannot tell.

        All points are given where they meet the road (`geo.snap`); a point that Valhalla moves by more than
        MOVED is refused.
        """
        return [one.minutes if one else None for one in self.timed(origin, targets, mode)]

    def timed(self, origin: LonLat, targets: Sequence[LonLat], mode: TravelMode) -> list[Timed | None]:
        """`minutes`, with metres and how far the ends were moved."""
        self._check(mode)
        found: list[Timed | None] = [None] * len(targets)
        straight = great_circles(
            origin, np.array([one.lon for one in targets]), np.array([one.lat for one in targets])
        )
        near = np.flatnonzero(straight <= FARTHEST[mode]).tolist()
        for first in range(0, len(near), MOST_PAIRS):
            part = near[first : first + MOST_PAIRS]
            longest = Metres(float(straight[part].max()))
            answers = self._matrices(origin, [targets[one] for one in part], mode, longest)
            for number, answer in zip(part, answers, strict=True):
                found[number] = answer
        return found

    def route(
        self, origin: LonLat, target: LonLat, mode: TravelMode, language: str = "es"
    ) -> ValhallaRoute | None:
        """The way from road to road, with steps in "es" or "en"; None where there is none.

        Both points are given where they meet the road; None when Valhalla would begin or end elsewhere.
        """
        self._check(mode)
        if language not in LANGUAGES:
            raise GeoError(f"there are no steps in {language!r}: ask for one of {', '.join(LANGUAGES)}")
        if great_circle(origin, target) > FARTHEST[mode]:
            return None
        for reachable, most in _ROUTE_REACHABLE:
            question = {
                "locations": [place(one, reachable) for one in (origin, target)],
                "costing": COSTING[mode],
                "costing_options": self._habits.options(mode),
                "language": LANGUAGES[language],
                "units": "kilometers",
            }
            try:
                trip = self._actors.ask("route", question)["trip"]
            except NoTripError:
                continue
            found = _route(trip, origin, target, language, most)
            if found is not None:
                return found
        return None

    def _matrices(
        self,
        origin: LonLat,
        targets: Sequence[LonLat],
        mode: TravelMode,
        longest: Metres,
    ) -> list[Timed | None]:
        """One matrix; when one hopeless place spoils it, the same in halves."""
        try:
            return self._matrix(origin, targets, mode, longest)
        except NoTripError:
            if len(targets) == 1 or not self._answers(origin, mode):
                return [None] * len(targets)
        half = len(targets) // 2
        parts = (targets[:half], targets[half:])
        return [one for part in parts for one in self._matrices(origin, part, mode, longest)]

    def _answers(self, origin: LonLat, mode: TravelMode) -> bool:
        """Whether the origin by itself is near a road."""
        try:
            self._matrix(origin, [origin], mode, Metres(0.0))
        except NoTripError:
            return False
        return True

    def _matrix(
        self,
        origin: LonLat,
        targets: Sequence[LonLat],
        mode: TravelMode,
        longest: Metres,
    ) -> list[Timed | None]:
        question = {
            "sources": [place(origin, _REACHABLE)],
            "targets": [place(one, _REACHABLE) for one in targets],
            "costing": COSTING[mode],
            "costing_options": self._habits.options(mode),
            "expansion_max_distance": round(longest * _DETOUR + _DETOUR_MORE),
            "units": "kilometers",
            "verbose": True,
        }
        answer = self._actors.ask("matrix", question)
        begin = _met(answer["sources"][0])
        return [
            _timed(row, (origin, begin), (target, _met(end)))
            for row, target, end in zip(
                answer["sources_to_targets"][0], targets, answer["targets"], strict=True
            )
        ]

    def _check(self, mode: TravelMode) -> None:
        if self.reason is not None:
            raise NetworkError(self.reason)
        if mode not in COSTING:
            raise GeoError(f"Valhalla is asked for {', '.join(COSTING)} only, not for {mode}")

    def _problem(self) -> str | None:
        """Why Valhalla itself cannot open tiles that are whole.

        What its status says of tiles is not asked: it remembers what it said first in this process, of any tiles.
        """
        try:
            self._actors.ask("status", {})
        except NetworkError as error:
            return str(error)
        return None


def _met(said: dict[str, Any] | None) -> LonLat | None:
    """Where Valhalla put a point of a matrix; None when it did not."""
    return LonLat(said["lon"], said["lat"]) if said and "lon" in said else None


def _timed(
    row: dict[str, Any],
    start: tuple[LonLat, LonLat | None],
    stop: tuple[LonLat, LonLat | None],
) -> Timed | None:
    """One cell of a matrix; start and stop: where asked, and where put. None without a way, or if not believable.

    Its `time` counts, never its `cost`, by which Valhalla chose the way.
    """
    (origin, begin), (target, end) = start, stop
    if row.get("time") is None or begin is None or end is None:
        return None
    moved = Metres(max(great_circle(origin, begin), great_circle(target, end)))
    metres = Metres(row["distance"] * 1000)
    if moved > MOVED or impossible(metres, begin, end):
        return None
    return Timed(Minutes(row["time"] / 60), metres, moved)


def impossible(metres: Metres, begin: LonLat, end: LonLat) -> bool:
    """Whether a way is shorter than the straight line between its ends: then it is the way of other places."""
    return metres + _ROUNDED < _CIRCUITY * great_circle(begin, end)


def _route(
    trip: dict[str, Any], origin: LonLat, target: LonLat, language: str, most: Metres
) -> ValhallaRoute | None:
    line = tuple(
        LonLat(round(lon, 6), round(lat, 6))
        for leg in trip["legs"]
        for lon, lat in decode_polyline(leg["shape"])
    )
    summary = trip["summary"]
    metres = Metres(summary["length"] * 1000)
    moved = max(great_circle(origin, line[0]), great_circle(target, line[-1]))
    if moved > most or impossible(metres, line[0], line[-1]):
        return None
    maneuvers = [one for leg in trip["legs"] for one in leg["maneuvers"]]
    return ValhallaRoute(
        Minutes(summary["time"] / 60),
        metres,
        bool(summary.get("has_ferry")),
        line,
        steps(maneuvers, language),
    )
