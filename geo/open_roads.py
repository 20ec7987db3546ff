"""Opening the roads of an installed network, seeing that its arrays fit each other before anybody searches them."""

from typing import Any

import numpy as np

from geo.errors import NetworkError
from geo.networks import Installed
from geo.road_graph import ROAD_MODES, SLOTS, ModeGraph, RoadGraph, open_graph
from geo.snap import Snapper

# What NumPy and the file system say of a file that was cut off, emptied or overwritten.
UNREADABLE = (OSError, ValueError, LookupError, EOFError, TypeError)


def open_roads(installed: Installed) -> tuple[RoadGraph, Snapper]:
    """Map the roads of a network and what finds places on them. Raises NetworkError when they cannot be used."""
    if installed.error:
        raise NetworkError(installed.error)
    try:
        graph = open_graph(installed.folder)
        check_graph(graph)
        return graph, Snapper(graph)
    except NetworkError:
        raise
    except UNREADABLE as error:
        raise NetworkError(
            f"{installed.folder} cannot be read ({error!r}): build the network again"
        ) from error


def check_graph(graph: RoadGraph) -> None:
    """Raise NetworkError when arrays do not fit each other: a search would read beyond their ends."""
    nodes, edges = len(graph.nodes), len(graph.edge_from)
    shapes = {
        "nodes": graph.nodes.shape == (nodes, 2),
        "edges": {len(graph.edge_to), len(graph.edge_metres), len(graph.edge_ferry)} == {edges},
        "ends": _within(graph.edge_from, nodes) and _within(graph.edge_to, nodes),
        "shapes": len(graph.shape_start) == edges + 1 and graph.shape_start[-1] == len(graph.shape),
    }
    for mode in ROAD_MODES:
        shapes[f"{mode} seconds"] = graph.edge_seconds[mode].shape == (edges, 2)
        shapes[f"{mode} components"] = len(graph.component[mode]) == nodes
        for which, arcs in (("forward", graph.forward[mode]), ("reverse", graph.reverse[mode])):
            shapes[f"{mode} {which}"] = _sound(arcs, nodes, edges)
    wrong = [name for name, right in shapes.items() if not right]
    if wrong:
        raise NetworkError(
            f"{graph.folder} is damaged ({', '.join(wrong)} do not fit): build the network again"
        )


def _sound(arcs: ModeGraph, nodes: int, edges: int) -> bool:
    count = len(arcs.arcs_edge)
    return (
        len(arcs.indptr) == nodes + 2
        and arcs.indptr[0] == 0
        and arcs.indptr[nodes] == count
        and bool((np.diff(arcs.indptr[: nodes + 1]) >= 0).all())
        and len(arcs.indices) == len(arcs.seconds) == count + SLOTS
        and _within(arcs.indices[:count], nodes)
        and _within(arcs.arcs_edge, edges)
        and (not count or bool(arcs.seconds[:count].min() > 0))
    )


def _within(numbers: Any, count: int) -> bool:
    return not len(numbers) or bool(numbers.min() >= 0 and numbers.max() < count)
