"""The search for the nearest, exact in space: two frontiers, and the one that is behind is pushed.

One frontier is the reach: every trip of up to `known` minutes is known. The other is the supply: every candidate
up to `straight` metres away has been handed out, nearest first. No candidate that is still missing can be
reached in fewer minutes than the lesser of the two, so the search may end as soon as the judge says that such a
one could not win. What "winning" means (open on arrival, eligible, served soonest) is the judge's own affair:
any predicate whatever leaves the answer exact.

With a road network this is incremental network expansion (Papadias, Zhang, Mamoulis, Tao, VLDB 2003) done with
limited Dijkstra searches of growing radius; with the estimator it is a walk by straight line.
"""

import math
from collections.abc import Sequence
from typing import Protocol

from geo.travel import NoTrip, Reach, Target, TravelMode
from geo.units import Metres, Minutes

# Each search reaches this many times farther than the one before it: measured best (reach study, section 0.2).
GROWTH = 1.7
# Straight-line metres that a trip usually gains in a minute, only to begin with a limit of the right size.
PACE = {TravelMode.FOOT: 60.0, TravelMode.CAR: 400.0, TravelMode.TRANSIT: 120.0}
LEAST = Minutes(2.0)


class Candidate(Protocol):
    """Something that may be near: its straight line from the origin is known."""

    @property
    def straight(self) -> Metres:
        """Metres on the sphere from the origin."""
        ...


class Supply[C](Protocol):
    """Candidates by straight line, nearest first, each once. straight: all up to here have been handed out."""

    straight: Metres

    def more(self) -> Sequence[C]:
        """The next candidates; `straight` grows, and is infinite when none is left."""
        ...

    def targets(self, candidates: Sequence[C]) -> list[Target]:
        """Where candidates are."""
        ...


class Judge[C](Protocol):
    """Who decides what is best, and when nothing that is missing could be better."""

    def weigh(self, reached: Sequence[tuple[C, Minutes]]) -> None:
        """Candidates with the minutes of their trips."""
        ...

    def refuse(self, candidate: C, why: NoTrip) -> None:
        """A candidate without a trip; too_far also when the trip is longer than the search may look."""
        ...

    def proven(self, known: Minutes) -> bool:
        """Whether no candidate that takes `known` minutes or more can change the answer."""
        ...

    def narrow(self, pending: list[C]) -> list[C]:
        """Of the candidates met but not reached yet, those that can still change the answer."""
        ...


def find_nearest[C: Candidate](
    reach: Reach, supply: Supply[C], judge: Judge[C], mode: TravelMode, *, wanted: int, most: Minutes
) -> bool:
    """Let the judge weigh every candidate that can matter, of trips up to `most` minutes.

    wanted: how many answers are hoped for, to guess how far to look at first. Returns whether `most` kept
    anything out or may have: False when every candidate was met and reached or refused.
    """
    pending = list(supply.more())
    first = _first_limit(pending, mode, wanted)
    while True:
        pending = judge.narrow(_sorted_out(reach, supply, judge, pending, most))
        bound = reach.bound(supply.straight)
        known = min(reach.known, bound)
        done = math.isinf(supply.straight) and (not pending or math.isinf(reach.known))
        if done or known >= most or judge.proven(known):
            break
        if math.isfinite(supply.straight) and (bound < reach.known or math.isinf(reach.known)):
            pending += supply.more()
        else:
            reach.know(min(most, max(first, Minutes(reach.known * GROWTH))))
    for one in pending:
        judge.refuse(one, NoTrip.TOO_FAR)
    return not done or bool(pending)


def _first_limit[C: Candidate](met: Sequence[C], mode: TravelMode, wanted: int) -> Minutes:
    """Minutes within which the wanted number is usually found."""
    if not met:
        return LEAST
    straight = met[min(wanted, len(met)) - 1].straight
    return Minutes(LEAST + straight / PACE[mode])


def _sorted_out[C: Candidate](
    reach: Reach, supply: Supply[C], judge: Judge[C], pending: list[C], most: Minutes
) -> list[C]:
    """Hand what is known of the pending to the judge; returns those of which nothing is known yet."""
    if not pending:
        return []
    waiting, reached = [], []
    for one, minutes in zip(pending, reach.minutes(supply.targets(pending)), strict=True):
        if minutes is NoTrip.NOT_YET:
            waiting.append(one)
        elif isinstance(minutes, NoTrip):
            judge.refuse(one, minutes)
        elif minutes > most:
            judge.refuse(one, NoTrip.TOO_FAR)
        else:
            reached.append((one, minutes))
    judge.weigh(reached)
    return waiting
