"""Valhalla's actors: made as needed, lent to one thread at a time.

An actor used by two threads at once ends the whole process (measured: 3 of 3 runs), so a thread borrows one
and gives it back. As many as there are cores are enough: an actor leaves the interpreter while it searches.
One for each thread of a server's pool would cost memory and gain nothing.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import valhalla

from geo.errors import NetworkError, NoTripError
from geo.points import LonLat
from geo.travel import TravelMode
from geo.units import Metres

COSTING = {TravelMode.FOOT: "pedestrian", TravelMode.CAR: "auto"}
# Straight lines longer than this are not asked. Valhalla's time matrix clears memory in proportion to it: a
# walking matrix of 50 targets takes 6 ms with 200 km, 28 with 5,000 and 200 with 50,000.
FARTHEST = {TravelMode.FOOT: Metres(100_000.0), TravelMode.CAR: Metres(1_500_000.0)}
MOST_PAIRS = 500
# We snap ourselves: a point is where we say, or its answer is refused. Looking farther only costs time.
_SEARCH = 1_000.0
# Labels kept between questions by each actor (some 60 bytes each); more are allocated when needed.
_KEPT_LABELS = 250_000


# Valhalla's codes: too far apart; in unconnected regions; no road near; no path.
_NO_ANSWER = frozenset({154, 170, 171, 441, 442, 443})


def actor_config(tar: Path) -> dict[str, Any]:
    """Valhalla's settings for these tiles. It keeps no log: its log would tell where people are."""
    config: dict[str, Any] = valhalla.get_config(tile_extract=tar, tile_dir="")
    for name in ("admin", "landmarks", "timezone", "transit_dir", "transit_feeds_dir", "traffic_extract"):
        config["mjolnir"][name] = ""
    config["additional_data"]["elevation"] = ""
    config["logging"] = {"type": "", "color": False}
    config.pop("statsd", None)
    # By car the default, CostMatrix, takes 20 to 27 times as long for one to many.
    config["thor"]["source_to_target_algorithm"] = "timedistancematrix"
    for name in ("astar", "bidir_astar", "dijkstras", "bidir_dijkstras"):
        config["thor"][f"max_reserved_labels_count_{name}"] = _KEPT_LABELS
    config["loki"]["service_defaults"] |= {
        "search_cutoff": _SEARCH,
        "radius": 0,
    }
    limits = config["service_limits"]
    for mode, costing in COSTING.items():
        limits[costing] |= {
            "max_distance": FARTHEST[mode],
            "max_matrix_distance": FARTHEST[mode],
            "max_matrix_location_pairs": MOST_PAIRS,
        }
    return config


def place(point: LonLat, reachable: int) -> dict[str, float]:
    """A point as Valhalla's questions hold it. reachable: edges that must be reachable from the road it takes."""
    return {"lon": point.lon, "lat": point.lat, "minimum_reachability": reachable}


class Actors:
    """The actors of one set of tiles. Safe between threads."""

    def __init__(self, tar: Path, most: int | None = None) -> None:
        """most: how many may search at once; as many as there are cores when not given."""
        self._tar = tar
        self._free: list[valhalla.Actor] = []
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(most or os.cpu_count() or 1)

    def ask(self, action: str, question: dict[str, Any]) -> dict[str, Any]:
        """Valhalla's answer to one question (`matrix`, `route`, `status`).

        Raises NoTripError where Valhalla has none for some place (which one, it does not say), NetworkError when
        it cannot be asked at all.
        """
        with self._lent() as actor:
            try:
                answer: dict[str, Any] = json.loads(getattr(actor, action)(json.dumps(question)))
            except valhalla.ValhallaError as error:
                if error.code in _NO_ANSWER:
                    raise NoTripError(f"Valhalla knows no way ({error.code})") from error
                raise NetworkError(
                    f"Valhalla refused to answer ({error.code}: {error.message}): build the tiles again,"
                    " or go on without them"
                ) from error
        return answer

    @contextmanager
    def _lent(self) -> Iterator[valhalla.Actor]:
        """One actor for this thread alone. One that failed in an unknown way is not lent again."""
        with self._room:
            with self._lock:
                actor = self._free.pop() if self._free else self._made()
            well = True
            try:
                yield actor
            except RuntimeError as error:
                well = False
                raise NetworkError(
                    f"Valhalla failed ({error.__class__.__name__}): build the tiles again, or go on without them"
                ) from error
            finally:
                if well:
                    with self._lock:
                        self._free.append(actor)

    def _made(self) -> valhalla.Actor:
        """A new actor. It reads its settings from a file, once; the wheel itself would leave one in /tmp."""
        with TemporaryDirectory(prefix="cercana-valhalla-") as folder:
            config = Path(folder, "config.json")
            config.write_text(json.dumps(actor_config(self._tar)), "utf-8")
            try:
                return valhalla.Actor(config)
            except (RuntimeError, OSError) as error:
                raise NetworkError(
                    f"Valhalla cannot open {self._tar} ({error.__class__.__name__}): build the tiles again"
                ) from error
