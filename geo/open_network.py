"""An installed network, opened: its graph, what finds roads in it, and its timetable and tiles where it has them."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from geo.errors import NetworkError
from geo.networks import Installed
from geo.open_roads import UNREADABLE, open_roads
from geo.points import Bounds, LonLat
from geo.road_graph import RoadGraph
from geo.snap import COVERS, Snapper
from geo.timetable import FOLDER as TRANSIT
from geo.timetable import Timetable
from geo.valhalla import Habits, Valhalla

TILES = "tiles"
# Places of which it is remembered whether a network covers them.
REMEMBERED = 200_000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpenNetwork:
    """A network ready for questions, shared by the threads of a process. Stays valid after its files are replaced.

    faults: what of it cannot be used (timetable, tiles); it then answers without.
    """

    name: str
    graph: RoadGraph
    snapper: Snapper
    holds: Callable[[LonLat], bool]
    timetable: Timetable | None
    valhalla: Valhalla | None
    faults: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Id of its graph."""
        return self.graph.id

    @property
    def bounds(self) -> Bounds:
        """The box of its nodes, degrees."""
        return self.graph.bounds


def open_network(installed: Installed) -> OpenNetwork:
    """Open all of it. Raises NetworkError when its roads cannot be used; without the rest it answers less."""
    graph, snapper = open_roads(installed)
    faults: list[str] = []
    timetable = _part(installed.folder, TRANSIT, Timetable.open, faults)
    habits = Habits(
        walking_kmh=float(graph.manifest["walking_kmh"]),
        boarding=float(graph.manifest.get("ferry_boarding_seconds", 0.0)),
    )
    valhalla = _part(installed.folder, TILES, lambda folder: Valhalla(folder / TILES, habits), faults)
    if valhalla is not None and valhalla.reason is not None:
        faults.append(valhalla.reason)
        valhalla = None
    # Offers are asked for over and over, by every question.
    holds = lru_cache(maxsize=REMEMBERED)(snapper.holds)
    return OpenNetwork(installed.name, graph, snapper, holds, timetable, valhalla, tuple(faults))


def _part(folder: Path, name: str, opening: Any, faults: list[str]) -> Any:
    """A part that a network may have; None when it has none, or (noted) none that can be read."""
    if not (folder / name).is_dir():
        return None
    try:
        return opening(folder)
    except (NetworkError, RuntimeError, *UNREADABLE) as error:
        faults.append(f"its {name} cannot be used: {error}")
        return None


class Shelf:
    """A network that is opened when the first question needs it, once for all threads."""

    def __init__(self, installed: Installed) -> None:
        self.installed = installed
        # Changes when it is built again, wherever that is put.
        self.key = (installed.name, installed.folder, installed.id)
        self.fault: str | None = None
        # A box that certainly holds every place that the network covers.
        self.around = installed.bounds.widened(COVERS).widened(COVERS)
        self._lock = threading.Lock()
        self._network: OpenNetwork | None = None

    def network(self) -> OpenNetwork | None:
        """The opened network; None when it cannot be opened, which is logged once and kept in `fault`."""
        if self._network is None and self.fault is None:
            with self._lock:
                if self._network is None and self.fault is None:
                    self._open()
        return self._network

    @property
    def told(self) -> str | None:
        """What of it was found to be unusable, in words; None when nothing was."""
        return self.fault or "; ".join(self._network.faults if self._network else ()) or None

    def holds(self, point: LonLat) -> OpenNetwork | None:
        """The network when it covers the place."""
        if not self.around.contains(point):
            return None
        network = self.network()
        return network if network is not None and network.snapper.holds(point) else None

    def _open(self) -> None:
        name = self.installed.name
        try:
            self._network = open_network(self.installed)
        except NetworkError as error:
            self.fault = str(error)
            log.error("The network %s cannot be used: %s", name, error)
        else:
            for one in self._network.faults:
                log.error("The network %s: %s", name, one)
