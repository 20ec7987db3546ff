"""The roads that coverage is counted on: which network holds the people, opened once, and its row builder."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from directory.coverage_terms import LONGEST
from directory.errors import QuestionError
from directory.networks import installed_networks
from directory.settings import Settings
from geo.networks import Installed
from geo.open_roads import open_roads
from geo.reach_rows import Samples
from geo.road_graph import RoadGraph
from geo.row_build import RowBuilder
from geo.snap import Snapper
from geo.travel import TravelMode
from geo.units import Minutes

# Networks and builders that a worker keeps at hand.
KEPT = 4


class Recent[Key, Value]:
    """The last few values that were made, by key. Safe between threads: who asks for one in the making waits for it."""

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, threading.Lock()
        self._held: OrderedDict[Key, Value] = OrderedDict()
        self._making: dict[Key, threading.Lock] = {}

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of a key, made now if it is not held. What `make` raises is raised, and nothing is kept."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._held:
                    return self._held[key]
            made = make()
            with self._lock:
                self._held[key] = made
                self._making.pop(key, None)
                while len(self._held) > self._size:
                    self._held.popitem(last=False)
        return made


@dataclass(frozen=True)
class Roads:
    """One network as a question uses it. builder: for the samples, mode and limit of the question."""

    installed: Installed
    graph: RoadGraph
    snapper: Snapper
    builder: RowBuilder


class CoverageRoads:
    """The installed networks, for coverage. Safe between threads."""

    def __init__(self, settings: Settings) -> None:
        self._networks = installed_networks(settings)
        self._open: Recent[tuple[Path, str | None], tuple[RoadGraph, Snapper]] = Recent(KEPT)
        self._builders: Recent[tuple[str, str, TravelMode], RowBuilder] = Recent(KEPT)

    def active(self) -> list[Installed]:
        """Those in use, in the order in which they are asked. Raises NetworkError when nobody can tell."""
        return self._networks.active()

    def choose(self, name: str | None, samples: Samples) -> Installed | None:
        """The network of this name; without a name the one in use that holds most samples, None if none does.

        Raises QuestionError (field network) for a name that none in use has.
        """
        active = self.active()
        if name is not None:
            return _named(active, name)
        held = [int(one.bounds.contains_many(samples.lons, samples.lats).sum()) for one in active]
        most = max(held, default=0)
        return active[held.index(most)] if most else None

    def open(self, installed: Installed, samples: Samples, mode: TravelMode) -> Roads:
        """A network, opened, and the builder of rows of this mode. Raises NetworkError when it cannot be used."""
        graph, snapper = self._open.get((installed.folder, installed.id), lambda: open_roads(installed))
        builder = self._builders.get(
            (graph.id, samples_key(samples), mode),
            lambda: RowBuilder(graph, snapper, samples, mode, longest(mode)),
        )
        return Roads(installed, graph, snapper, builder)


def samples_key(samples: Samples) -> str:
    """What names the columns of rows: where the samples are, and how far each may be from a road."""
    return f"{samples.fingerprint}-{hashlib.sha256(samples.off_road.tobytes()).hexdigest()[:8]}"


def longest(mode: TravelMode) -> Minutes:
    """How far rows of a mode reach. Raises QuestionError (field mode) for a mode that has none."""
    if mode not in LONGEST:
        raise QuestionError("La cobertura se calcula a pie o en auto.", field="mode")
    return Minutes(float(LONGEST[mode]))


def _named(active: list[Installed], name: str) -> Installed:
    found = next((one for one in active if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in active) or "ninguna"
        raise QuestionError(f"No hay una red de caminos «{name}» en uso. En uso: {known}.", field="network")
    return found
