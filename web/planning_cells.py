"""Figures of cells, kept for a moment: a map asks for many tiles of one question."""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping

from directory.coverage_terms import CellFigures, CoverageQuery
from directory.planning import Planning

# So many questions are kept, and so long: a map is looked at for minutes, and an import may come between.
MOST, SECONDS = 4, 60.0

type Figures = Mapping[tuple[str, str], CellFigures]


class CellMemory:
    """The last few questions with the figures of their cells, by kind and code. Thread-safe; one for a worker."""

    def __init__(self, planning: Planning) -> None:
        self._planning = planning
        self._lock = threading.Lock()
        self._kept: OrderedDict[CoverageQuery, tuple[float, Figures]] = OrderedDict()

    def figures(self, query: CoverageQuery) -> Figures:
        """The figures of a question, at most SECONDS old. Raises what Planning.cells raises.

        One at a time: the tiles of one map come together, and one of them makes what the others wait for.
        """
        with self._lock:
            known = self._kept.get(query)
            if known is None or time.monotonic() - known[0] > SECONDS:
                known = time.monotonic(), {(one.kind, one.cell): one for one in self._planning.cells(query)}
                self._kept[query] = known
            self._kept.move_to_end(query)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
            return known[1]
