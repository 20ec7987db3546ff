"""How far our times are from Valhalla's: a seeded sample of trips between junctions of one network, by mode.

Neither engine is the truth: both reckon with empty roads. But they were written by different people from the same
map, so where they differ much, one of them has read a road wrongly. The sample knows of no person.
"""

import importlib.metadata
import math
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np

from geo.audit_report import AuditReport, Errors, ModeAudit, Pair, load_audit
from geo.errors import NetworkError
from geo.points import LonLat, great_circles
from geo.reach import RoadReach
from geo.road_graph import Floats, Ints, RoadGraph
from geo.snap import Snapper
from geo.travel import Target, TravelMode
from geo.units import Metres, Minutes
from geo.valhalla import Timed, Valhalla

__all__ = ["AuditReport", "audit", "load_audit"]

# Trips from one origin: one search of ours and one matrix of Valhalla's. Many origins, or one odd road at an
# origin would weigh too much.
TARGETS = 50
# Straight lines of the trips, metres. Every length is as likely as its half: most trips are short.
LENGTHS = {TravelMode.FOOT: (500.0, 10_000.0), TravelMode.CAR: (500.0, 30_000.0)}
# Trips that take us longer than this are told apart, not compared.
LONGEST = {TravelMode.FOOT: Minutes(8 * 60.0), TravelMode.CAR: Minutes(4 * 60.0)}
CLASSES = (500.0, 2_000.0, 5_000.0, 10_000.0, 30_000.0)
WORST = 10
# Both engines must start and end at the junction itself: metres that either may be off it.
SAME = 10.0


def audit(
    graph: RoadGraph,
    snapper: Snapper,
    engine: Valhalla,
    *,
    pairs: int = 6_000,
    seed: int = 1,
    day: date | None = None,
    modes: Sequence[TravelMode] = tuple(LENGTHS),
) -> AuditReport:
    """Compare about `pairs` trips of each mode, from junction to junction of the largest component.

    The same seed on the same network samples the same trips. day: to be told with it. Raises NetworkError when
    Valhalla cannot be used, or the network is too small.
    """
    if engine.reason is not None:
        raise NetworkError(engine.reason)
    found = {}
    for number, mode in enumerate(modes):
        found[mode] = _audited(graph, snapper, engine, mode, pairs, np.random.default_rng([seed, number]))
    version = importlib.metadata.version("pyvalhalla")
    return AuditReport(graph.id, f"Valhalla {version}", day, seed, found)


def _audited(
    graph: RoadGraph,
    snapper: Snapper,
    engine: Valhalla,
    mode: TravelMode,
    pairs: int,
    random: np.random.Generator,
) -> ModeAudit:
    nodes = _junctions(graph, snapper, mode)
    asked, only, compared = 0, [0, 0], list[Pair]()
    for origin in random.permutation(nodes)[: math.ceil(pairs / TARGETS)].tolist():
        targets, straight = _sampled(graph, nodes, origin, mode, random)
        begin, ends = _point(graph, origin), [_point(graph, one) for one in targets.tolist()]
        reach = RoadReach(graph, snapper, begin, None, mode)
        reach.know(LONGEST[mode])
        ours = reach.minutes([Target(one) for one in ends])
        theirs = engine.timed(begin, ends, mode)
        asked += len(ends)
        for end, line, mine, other in zip(ends, straight.tolist(), ours, theirs, strict=True):
            pair = _pair(begin, end, Metres(line), mine if isinstance(mine, float) else None, other)
            if isinstance(pair, Pair):
                compared.append(pair)
            elif pair is not None:
                only[pair] += 1
    return ModeAudit(asked, only[0], only[1], _errors(compared), _by_length(compared), _worst(compared))


def _pair(
    begin: LonLat, end: LonLat, line: Metres, ours: float | None, theirs: Timed | None
) -> Pair | int | None:
    """Both times; 0 or 1 where only we or only Valhalla have one; None where neither has."""
    if theirs is not None and (theirs.moved > SAME or theirs.minutes <= 0):
        theirs = None
    if ours is None or theirs is None:
        return 0 if ours is not None else 1 if theirs is not None else None
    return Pair(begin, end, line, Minutes(ours), theirs.minutes, theirs.metres)


def _junctions(graph: RoadGraph, snapper: Snapper, mode: TravelMode) -> Ints:
    """Numbers of the nodes of the largest component where three roads or more meet and that are snapped to."""
    degree = np.bincount(graph.edge_from, minlength=len(graph.nodes))
    degree += np.bincount(graph.edge_to, minlength=len(graph.nodes))
    nodes = np.flatnonzero((graph.component[mode] == 0) & (degree >= 3)).astype(np.int32)
    places = graph.nodes[nodes]
    here = snapper.snaps(places[:, 0], places[:, 1], mode, Metres(SAME)).metres < 1.0
    if here.sum() < 2:
        raise NetworkError(f"network {graph.id} has too few junctions by {mode} to be audited")
    junctions: Ints = nodes[here]
    return junctions


def _sampled(
    graph: RoadGraph, nodes: Ints, origin: int, mode: TravelMode, random: np.random.Generator
) -> tuple[Ints, Floats]:
    """Targets of one origin, and the straight lines to them. Long trips are rarer, as among people."""
    straight = great_circles(_point(graph, origin), graph.nodes[nodes, 0], graph.nodes[nodes, 1])
    least, most = LENGTHS[mode]
    near = np.flatnonzero((straight >= least) & (straight <= most))
    # Places within a distance grow with its square.
    weights = 1 / straight[near] ** 2
    count = min(TARGETS, len(near))
    chosen = random.choice(near, count, replace=False, p=weights / weights.sum()) if count else near
    return nodes[chosen], straight[chosen]


def _point(graph: RoadGraph, node: int) -> LonLat:
    lon, lat = graph.nodes[node].tolist()
    return LonLat(lon, lat)


def _errors(pairs: Sequence[Pair]) -> Errors | None:
    if not pairs:
        return None
    signed = np.array([one.error for one in pairs])
    absolute = np.abs(signed)
    return Errors(
        len(pairs), float(np.median(absolute)), float(np.quantile(absolute, 0.9)), float(np.median(signed))
    )


def _by_length(pairs: Sequence[Pair]) -> dict[str, Errors]:
    found = {}
    for least, most in pairwise(CLASSES):
        errors = _errors([one for one in pairs if least <= one.straight < most])
        if errors:
            found[f"{least:.0f}-{most:.0f}"] = errors
    return found


def _worst(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    return tuple(sorted(pairs, key=lambda one: -abs(one.error))[:WORST])
