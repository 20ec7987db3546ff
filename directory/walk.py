"""Offers by straight line from an origin, for `geo.nearest`: the supply side of the referral search."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from directory import candidates
from directory.candidates import Candidate
from directory.memory import Memory
from directory.question import ReferralQuery
from geo.travel import Reach, Target, TravelMode
from geo.units import Metres

# Offers read at first for each option asked for: by day the proof seldom needs more.
FIRST_BATCH = 3
BATCH_GROWTH = 4


class OfferWalk:
    """Offers that have all the facets of a question, nearest first, in growing batches."""

    def __init__(
        self, session: Session, memory: Memory, query: ReferralQuery, facets: list[int], reach: Reach
    ) -> None:
        self.straight = Metres(0.0)
        self._session, self._memory, self._query, self._facets = session, memory, query, facets
        self._network = reach.network.id if reach.network else None
        self._size = FIRST_BATCH * max(query.limit, 5)
        self._among: list[int] | None = None
        self._seen: set[UUID] = set()
        self._targets: dict[UUID, Target] = {}

    def more(self) -> Sequence[Candidate]:
        """The next offers; of timetables that `among` names, when it was told."""
        if self._among == []:
            self.straight = Metres(float("inf"))
            return []
        batch = candidates.walk(self._session, self._query.origin, self._facets, self._size, self._among)
        self.straight = batch[-1].straight if len(batch) == self._size else Metres(float("inf"))
        self._size *= BATCH_GROWTH
        fresh = [one for one in batch if one.id not in self._seen]
        self._seen.update(one.id for one in fresh)
        return fresh

    def among(self, timetables: list[int]) -> None:
        """From now on only offers of these timetables: no other can change the answer any more."""
        self._among = timetables

    def targets(self, offers: Sequence[Candidate]) -> list[Target]:
        """Where the offers are, and where they meet the network, if that is stored."""
        fresh = [one for one in offers if one.id not in self._targets]
        if fresh:
            self._targets.update(zip((one.id for one in fresh), self._found(fresh), strict=True))
        return [self._targets[one.id] for one in offers]

    def _found(self, offers: Sequence[Candidate]) -> list[Target]:
        if self._network is None:
            return [Target(one.point) for one in offers]
        mode = TravelMode.FOOT if self._query.mode is TravelMode.TRANSIT else self._query.mode
        ids = [one.id for one in offers]
        stored = self._memory.accesses(self._session, ids, self._network, mode)
        return [Target(one.point, stored.get(one.id)) for one in offers]
