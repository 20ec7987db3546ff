"""A timetable as it lies on disk beside its road network: arrays that are mapped, names and facts as JSON.

A connection is one vehicle from one stop to its next. They are sorted by departure, zone of time by zone of
time; seconds count from the start of the service day, which is twelve hours before its noon (GTFS: on the two
days when the clocks change that is not midnight). The *mirror* holds them again for searches towards a place:
times below zero, stops swapped, sorted by arrival from the last.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from geo.errors import NetworkError
from geo.transit_links import Footpaths, StopAccess

type Ints = npt.NDArray[np.int32]
type Floats = npt.NDArray[np.float64]

FOLDER = "transit"
FORMAT = 1
FACTS, NAMES = "facts.json", "names.json"


class Connections(NamedTuple):
    """Arrays of one length. flags: bits BOARD (at from_stop) and ALIGHT (at to_stop) of `geo.gtfs_times`."""

    departs: Ints
    arrives: Ints
    from_stop: Ints
    to_stop: Ints
    trip: Ints
    flags: npt.NDArray[np.uint8]

    def rows(self, which: npt.NDArray[np.int64] | slice) -> "Connections":
        """Some of them, in the order given."""
        columns: tuple[Any, ...] = self
        return Connections(*(column[which] for column in columns))


@dataclass(frozen=True)
class Names:
    """What is written on stops and vehicles. lines: (short name, long name, route_type)."""

    stops: list[str]
    lines: list[tuple[str, str, int]]
    headsigns: list[str]


@dataclass(frozen=True)
class Timetable:
    """A timetable opened from the folder of its network. Mapped, read only, safe between threads.

    zones: names and the part of the connections that is theirs. runs: (services, days / 8) bits, the first day
    first. trip_service, trip_line, trip_headsign: by number of the trip.
    """

    folder: Path
    facts: dict[str, Any]
    ahead: Connections
    mirror: Connections
    walks: Footpaths
    walks_back: Footpaths
    stops: StopAccess
    lon: Floats
    lat: Floats
    runs: npt.NDArray[np.uint8]
    trip_service: Ints
    trip_line: Ints
    trip_headsign: Ints

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map the timetable in the folder of a network. Raises NetworkError when it is absent or incomplete."""
        inside = folder / FOLDER
        facts = _read_json(inside / FACTS)
        if facts.get("format") != FORMAT:
            raise NetworkError(
                f"{inside} is of format {facts.get('format')}, this Cercana reads {FORMAT}: build the network again"
            )

        def array(name: str) -> Any:
            path = inside / f"{name}.npy"
            try:
                return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
            except (OSError, ValueError) as error:
                raise NetworkError(f"{path} cannot be read ({error}): build the network again") from error

        return cls(
            inside,
            facts,
            Connections(*(array(f"ahead_{name}") for name in Connections._fields)),
            Connections(*(array(f"mirror_{name}") for name in Connections._fields)),
            Footpaths(*(array(f"walks_{name}") for name in ("starts", "stops", "seconds"))),
            Footpaths(*(array(f"walks_back_{name}") for name in ("starts", "stops", "seconds"))),
            StopAccess(*(array(f"stop_{name}") for name in StopAccess.__dataclass_fields__)),
            *(array(name) for name in ("stop_lon", "stop_lat", "runs")),
            *(array(name) for name in ("trip_service", "trip_line", "trip_headsign")),
        )

    @property
    def network(self) -> str:
        """Id of the graph that the stops were snapped to; with any other it is refused."""
        return str(self.facts["network"])

    @cached_property
    def first_day(self) -> date:
        """The first day on which anything runs."""
        return date.fromisoformat(self.facts["days"][0])

    @cached_property
    def last_day(self) -> date:
        """The last day on which anything runs."""
        return date.fromisoformat(self.facts["days"][1])

    @cached_property
    def zones(self) -> list[tuple[ZoneInfo, int, int]]:
        """Each zone of time with the first of its connections and the one after its last."""
        return [(ZoneInfo(name), start, end) for name, start, end in self.facts["zones"]]

    @cached_property
    def longest_day(self) -> int:
        """How many service days a trip may last, one for a day without trips past midnight."""
        return int(self.facts["latest_seconds"]) // 86_400 + 1

    @cached_property
    def names(self) -> Names:
        """Read when the first journey is told."""
        content = _read_json(self.folder / NAMES)
        return Names(content["stops"], [tuple(line) for line in content["lines"]], content["headsigns"])

    def running(self, day: date) -> npt.NDArray[np.bool_]:
        """Which services run on a day; none outside the days of the timetable."""
        number = (day - self.first_day).days
        if not 0 <= number <= (self.last_day - self.first_day).days:
            return np.zeros(len(self.runs), np.bool_)
        return (self.runs[:, number >> 3] >> (7 - (number & 7)) & 1).astype(np.bool_)

    def covers(self, day: date) -> bool:
        """Whether the day is one of the timetable, though nothing may run on it."""
        return self.first_day <= day <= self.last_day


def write_timetable(
    folder: Path,
    facts: Mapping[str, Any],
    names: Names,
    connections: tuple[Connections, Connections],
    walks: tuple[Footpaths, Footpaths],
    stops: StopAccess,
    arrays: Mapping[str, npt.NDArray[Any]],
) -> None:
    """Write what `Timetable.open` reads; the facts last, so that a folder half written is none.

    connections: ahead and mirror. walks: forward and turned. arrays: stop_lon, stop_lat, runs and trip_*.
    """
    inside = folder / FOLDER
    inside.mkdir(parents=True, exist_ok=True)
    parts: dict[str, npt.NDArray[Any]] = dict(arrays)
    for stem, table in zip(("ahead", "mirror"), connections, strict=True):
        parts |= {f"{stem}_{name}": column for name, column in table._asdict().items()}
    for stem, paths in zip(("walks", "walks_back"), walks, strict=True):
        parts |= {f"{stem}_{name}": getattr(paths, name) for name in Footpaths.__dataclass_fields__}
    parts |= {f"stop_{name}": getattr(stops, name) for name in StopAccess.__dataclass_fields__}
    for name, array in parts.items():
        np.save(inside / f"{name}.npy", np.ascontiguousarray(array), allow_pickle=False)
    text = {"stops": names.stops, "lines": names.lines, "headsigns": names.headsigns}
    (inside / NAMES).write_text(json.dumps(text, ensure_ascii=False), "utf-8")
    whole = {**facts, "format": FORMAT}
    (inside / FACTS).write_text(json.dumps(whole, ensure_ascii=False, indent=1), "utf-8")


def packed(runs: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """(services, days) as bits, for `Timetable.runs`."""
    return np.packbits(runs, axis=1)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NetworkError(
            f"{path} cannot be read ({error}): build the network again, with its GTFS"
        ) from error
    return content
