"""The search behind reach rows: Dijkstra's algorithm from many starts, as far as a limit, in compiled code.

The same seconds as SciPy's search to the last digit (both keep the least sum), but one search costs what it
reaches: nothing is copied, checked or filled in the size of the graph. With thousands of starts that matters
too: the heap is two flat arrays, where SciPy's is a web of records. The interpreter is free meanwhile.
Loaded by the first search, not with the service: the compiler takes a while.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from geo.compiled import compiled, inlined
from geo.reach_rows import Floats
from geo.road_graph import Ints, ModeGraph

# Children of an entry of the heap: four lie on one line of memory.
_FOUR = 2


def search(
    roads: ModeGraph, starts: npt.NDArray[np.int64], seconds: Floats, limit: float, best: Floats
) -> tuple[Ints, Floats]:
    """The nodes that are reached within the limit, in no order, and the seconds to each.

    starts: nodes, none beyond the graph; one may stand there twice. seconds: of each. best: (N,) all infinite; it
    is again when this returns.
    """
    size = len(roads.arcs_edge) + len(starts)
    # Only what is used of them takes memory.
    keys, heap, reached = np.empty(size), np.empty(size, np.int32), np.empty(roads.nodes, np.int32)
    count = _search(
        roads.indptr, roads.indices, roads.seconds, starts, seconds, limit, best, keys, heap, reached
    )
    nodes = reached[:count].copy()
    spent = best[nodes]
    best[nodes] = np.inf
    return nodes, spent


# One statement at a time below: pairs of assignments make this a third slower.


@inlined
def _rise(keys: Any, heap: Any, at: int, key: float, node: int) -> None:
    """Put an entry where it belongs, at this place of the heap or nearer the top."""
    while at > 0:
        parent = (at - 1) >> _FOUR
        if keys[parent] <= key:
            break
        keys[at] = keys[parent]
        heap[at] = heap[parent]
        at = parent
    keys[at] = key
    heap[at] = node


@inlined
def _sink(keys: Any, heap: Any, size: int) -> None:
    """Fill the top of the heap, which has gone, with its last entry; size: without it."""
    key = keys[size]
    node = heap[size]
    at = 0
    while True:
        first = (at << _FOUR) + 1
        if first >= size:
            break
        least = first
        soonest = keys[first]
        for child in range(first + 1, min(first + 4, size)):
            if keys[child] < soonest:
                soonest = keys[child]
                least = child
        if soonest >= key:
            break
        keys[at] = soonest
        heap[at] = heap[least]
        at = least
    keys[at] = key
    heap[at] = node


@inlined
def _begin(
    starts: Any, seconds: Any, limit: float, best: Any, keys: Any, heap: Any, reached: Any
) -> tuple[int, int]:
    """Put the starts into the heap; its entries and the reached nodes then."""
    size = 0
    count = 0
    for start in range(len(starts)):
        node = starts[start]
        key = seconds[start]
        if key < best[node] and key <= limit:
            if best[node] == np.inf:
                reached[count] = node
                count += 1
            best[node] = key
            _rise(keys, heap, size, key, node)
            size += 1
    return size, count


@compiled
def _search(
    indptr: Any,
    indices: Any,
    arcs: Any,
    starts: Any,
    seconds: Any,
    limit: float,
    best: Any,
    keys: Any,
    heap: Any,
    reached: Any,
) -> Any:
    size, count = _begin(starts, seconds, limit, best, keys, heap, reached)
    while size > 0:
        key = keys[0]
        node = heap[0]
        size -= 1
        _sink(keys, heap, size)
        if key > best[node]:
            continue  # a quicker way was found meanwhile
        for arc in range(indptr[node], indptr[node + 1]):
            head = indices[arc]
            later = key + arcs[arc]
            if later < best[head] and later <= limit:
                if best[head] == np.inf:
                    reached[count] = head
                    count += 1
                best[head] = later
                _rise(keys, heap, size, later, head)
                size += 1
    return count
