"""What a junction costs a driver, reckoned at the end of each piece: no search by turns, so the least turn counts.

A driver who arrives at the stem of a T must turn; one who goes straight on need not. The seconds of a turn by
its angle follow the smooth curve that OSRM uses for cars, the mean of both sides: 0.01 straight on, 3.75 at a
right angle, 7.5 for the sharpest.
"""

import numpy as np
import numpy.typing as npt

from geo.road_graph import DEGREE, Floats
from geo.road_pieces import Bools, Pieces, metres_between

SHARPEST_SECONDS = 7.5
STEEPNESS = 13.0
# A bearing is taken this far from the junction: the last metres of a street often bend.
LOOK_M = 20.0
MEETING = 3  # pieces that make a junction


def meeting_ends(pieces: Pieces, used: Bools) -> Bools:
    """(E, 2): whether three or more used pieces meet at the end of the piece, along and back."""
    ends = np.concatenate([pieces.tail[used], pieces.head[used]])
    meeting = np.bincount(ends, minlength=pieces.nodes) >= MEETING
    found: Bools = np.column_stack([meeting[pieces.head], meeting[pieces.tail]])
    return found


def turn_seconds(degrees: Floats) -> Floats:
    """Seconds of a turn by the angle between the way in and the way out, 0 to 180."""
    seconds: Floats = SHARPEST_SECONDS / (1 + np.exp(-STEEPNESS * (degrees / 180 - 0.5)))
    return seconds


def least_turns(pieces: Pieces, open_: Bools) -> Floats:
    """(E, 2): seconds of the slightest turn that lies behind the end of the piece, along and back.

    open_: (E, 2) whether the piece may be driven along and back. 0 where fewer than three pieces meet, and where
    nothing leads on.
    """
    leaving, arriving = _bearings(pieces)
    piece = np.tile(np.arange(len(pieces.tail), dtype=np.int32), 2)
    tails = np.concatenate([pieces.tail, pieces.head])
    heads = np.concatenate([pieces.head, pieces.tail])
    allowed = open_.T.ravel()
    out = np.flatnonzero(allowed)
    out = out[np.argsort(tails[out], kind="stable")]
    first = np.searchsorted(tails[out], np.arange(pieces.nodes + 1))
    waits = np.flatnonzero(allowed & meeting_ends(pieces, open_.any(axis=1)).T.ravel())
    least = np.full(len(waits), np.inf)
    most = int(np.diff(first).max(initial=0))
    for turn in range(most):
        at = first[heads[waits]] + turn
        there = np.flatnonzero(at < first[heads[waits] + 1])
        onto = out[at[there]]
        onward = piece[onto] != piece[waits[there]]
        there, onto = there[onward], onto[onward]
        angle = np.abs((leaving[onto] - arriving[waits[there]] + 180) % 360 - 180)
        least[there] = np.minimum(least[there], turn_seconds(angle))
    found = np.zeros(len(allowed))
    found[waits] = np.where(np.isfinite(least), least, 0.0)
    return np.ascontiguousarray(found.reshape(2, -1).T)


def _bearings(pieces: Pieces) -> tuple[Floats, Floats]:
    """Degrees at which each piece is left and arrived at: all along, then all back."""
    first, last = pieces.start[:-1], pieces.start[1:] - 1
    steps = np.append(0.0, np.cumsum(metres_between(pieces.x, pieces.y)))
    near = np.clip(np.searchsorted(steps, steps[first] + LOOK_M), first + 1, last)
    far = np.clip(np.searchsorted(steps, steps[last] - LOOK_M, side="right") - 1, first, last - 1)
    begin, end = _bearing(pieces, first, near), _bearing(pieces, far, last)
    return np.concatenate([begin, end + 180]), np.concatenate([end, begin + 180])


def _bearing(pieces: Pieces, at: npt.NDArray[np.int64], to: npt.NDArray[np.int64]) -> Floats:
    north = (pieces.y[to] - pieces.y[at].astype(np.int64)).astype(np.float64)
    east = (pieces.x[to] - pieces.x[at].astype(np.int64)) * np.cos(np.radians(pieces.y[at] / DEGREE))
    degrees: Floats = np.degrees(np.arctan2(east, north))
    return degrees
