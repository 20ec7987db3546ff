"""The referral question: the places where this person is really served soonest, or with the shortest trip.

Exact by construction: offers are walked nearest first, and the walk ends only when the router's lower bound
and the calendars prove that nothing left can beat the k-th option. tests/directory/test_referrals.py compares
it with brute force.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType

import orjson
from sqlalchemy.orm import Session

from directory import candidates
from directory.candidates import Candidate
from directory.eligibility import Verdict, evaluate
from directory.memory import Memory
from directory.question import Rank, ReferralAnswer, ReferralOption, ReferralQuery
from directory.ranking import Search
from geo.travel import Router
from geo.units import Minutes

__all__ = ["Rank", "ReferralAnswer", "ReferralOption", "ReferralQuery", "Referrals"]

# Offers read at first for each option asked for: by day the proof seldom needs more.
FIRST_BATCH = 3
BATCH_GROWTH = 8
# Minutes within which the nearest option is still told when nothing lies inside the limit asked for.
BEYOND = Minutes(24 * 60.0)


class Referrals:
    """Answers referral questions with one router. One for a worker; safe to share by its threads."""

    def __init__(
        self,
        router: Router,
        *,
        service_minutes: int,
        ancestors: Callable[[str], tuple[str, ...]],
        insurance_groups: Mapping[str, str] = MappingProxyType({}),
    ):
        self._router = router
        # Thousands of offers share a few rules, and a question has one person.
        self._verdict = lru_cache(maxsize=16_384)(
            lambda rules, person: evaluate(
                rules and orjson.loads(rules), person, ancestors, insurance_groups=insurance_groups
            )
        )
        self._service_minutes = service_minutes
        self.memory = Memory()

    def forget_verdicts(self) -> None:
        """The areas are others now, and rules of residence look them up."""
        self._verdict.cache_clear()

    def find_referrals(self, session: Session, query: ReferralQuery) -> ReferralAnswer:
        """Options for the query, exact for the router's times, as of the memory's last refresh."""
        facets = self.memory.facets(query.facet_names)
        if facets is None:
            return ReferralAnswer(query, [], [], [], None, Counter(), self._router.method)
        search = self._search(session, query, facets, query.max_minutes, query.limit)
        beyond = None
        if not search.best and search.limited:
            beyond = self._nearest_beyond(session, query, facets)
        unplaced = self._unplaced(session, query, facets)
        return self._with_cards(session, query, search, beyond, unplaced)

    def _search(
        self, session: Session, query: ReferralQuery, facets: list[int], limit: Minutes, k: int
    ) -> Search:
        search = Search(query, self._router, limit, k)
        size, among = FIRST_BATCH * max(k, 5), None
        while True:
            batch = candidates.walk(session, query.origin, facets, size, among)
            self._weigh(session, search, [one for one in batch if one.id not in search.seen])
            if len(batch) < size or search.proven(batch[-1]):
                return search
            among = search.contenders(session, batch[-1])
            if among == []:
                return search
            size *= BATCH_GROWTH

    def _weigh(self, session: Session, search: Search, batch: Sequence[Candidate]) -> None:
        query = search.query
        trips = self._router.trips(query.origin, [one.point for one in batch], query.mode, query.leave_at)
        ids = {one.timetable_id for one in batch if one.timetable_id is not None}
        calendars = self.memory.calendars(session, ids)
        for one, trip in zip(batch, trips, strict=True):
            search.seen.add(one.id)
            if trip is None or trip.minutes > search.limit:
                near = self._router.fastest(one.straight, query.mode) <= search.limit
                search.left_out["unreachable" if trip is None and near else "too_far"] += 1
                search.limited = search.limited or not near or trip is not None
                continue
            verdict = self._verdict(one.eligibility, query.person)
            if verdict.answer == "no":
                search.left_out["not_eligible"] += 1
                continue
            served = None
            if one.timetable_id is not None:
                arrival = query.leave_at + timedelta(minutes=trip.minutes)
                needed = self._service_minutes if one.service_minutes is None else one.service_minutes
                served = calendars[one.timetable_id].served(arrival, Minutes(float(needed)))
                if served is None:
                    search.left_out["not_open_in_time"] += 1
                    continue
            search.add(ReferralOption(one.id, one.point, trip, served, verdict, one.location_id), trip)

    def _nearest_beyond(
        self, session: Session, query: ReferralQuery, facets: list[int]
    ) -> ReferralOption | None:
        if query.max_minutes >= BEYOND:
            return None
        found = self._search(session, query, facets, BEYOND, 1)
        return found.best[0] if found.best else None

    def _unplaced(self, session: Session, query: ReferralQuery, facets: list[int]) -> list[ReferralOption]:
        if query.area_code is None:
            return []
        ids = candidates.unplaced(session, facets, query.area_code, query.limit)
        return [ReferralOption(one, None, None, None, Verdict("missing", ())) for one in ids]

    def _with_cards(
        self,
        session: Session,
        query: ReferralQuery,
        search: Search,
        beyond: ReferralOption | None,
        unplaced: list[ReferralOption],
    ) -> ReferralAnswer:
        shown = [*search.best, *search.unknown, *unplaced, *([beyond] if beyond else [])]
        read = candidates.cards(session, [one.id for one in shown])

        def filled(options: Sequence[ReferralOption]) -> list[ReferralOption]:
            return [
                replace(one, kind=kind, zone=zone, card=card)
                for one in options
                for kind, zone, card in [read[one.id]]
            ]

        return ReferralAnswer(
            query,
            filled(search.best),
            filled(search.unknown),
            filled(unplaced),
            filled([beyond])[0] if beyond else None,
            search.left_out,
            self._router.method,
        )
