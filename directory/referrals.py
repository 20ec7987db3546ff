"""The referral question: the places where this person is really served soonest, or with the shortest trip.

Exact by construction: offers are met nearest first, the reach grows, and both end only when the calendars and
the bounds of `geo.nearest` prove that nothing left can beat the k-th option. tests/directory/test_referrals.py
compares it with brute force.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from directory import candidates
from directory.candidates import Candidate
from directory.eligibility import Verdict, evaluate
from directory.memory import Memory
from directory.question import PassedOver, Rank, ReferralAnswer, ReferralOption, ReferralQuery
from directory.ranking import Best, Search, Timing, Weighed
from directory.walk import OfferWalk
from geo.nearest import find_nearest
from geo.travel import Reach, Router, Trip
from geo.units import Minutes

__all__ = ["Rank", "ReferralAnswer", "ReferralOption", "ReferralQuery", "Referrals"]

# Minutes within which the nearest option is still told when nothing lies inside the limit asked for.
BEYOND = Minutes(24 * 60.0)
# A finer engine times the leading options again, so many at most; it may find a trip that much shorter.
RETIMED = 20
RETIMING_MARGIN = 1.5
NOT_KNOWN = Verdict("missing", ())


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
        self.router = router
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
        reach = self.router.reach(query.origin, query.mode, query.leave_at, query.off_road)
        facets = self.memory.facets(query.facet_names)
        if facets is None:
            return ReferralAnswer(
                query, [], [], [], None, Counter(), reach.method, network=reach.network, notes=reach.notes
            )
        finer = self.router.retimes(reach)
        search, limited = self._search(session, query, facets, reach, finer=finer)
        options = self._retimed(search, query, reach) if finer else search.served.all[: query.limit]
        beyond = None
        if not options and limited and query.max_minutes < BEYOND:
            beyond = self._nearest_beyond(session, query, facets, reach)
        unplaced = self._unplaced(session, query, facets)
        return Telling(session, query, reach, search).answer(options, beyond, unplaced)

    def _search(
        self, session: Session, query: ReferralQuery, facets: list[int], reach: Reach, *, finer: bool
    ) -> tuple[Search, bool]:
        walk = OfferWalk(session, self.memory, query, facets, reach)
        search = Search(
            session,
            self.memory,
            query,
            walk,
            lambda rules: self._verdict(rules, query.person),
            Timing(query, self._service_minutes),
            kept=RETIMED if finer else 0,
            margin=RETIMING_MARGIN if finer else 1.0,
        )
        limited = find_nearest(reach, walk, search, query.mode, wanted=query.limit, most=query.max_minutes)
        return search, limited or search.left_out["too_far"] > 0

    def _nearest_beyond(
        self, session: Session, query: ReferralQuery, facets: list[int], reach: Reach
    ) -> Weighed | None:
        farther = replace(query, max_minutes=BEYOND, limit=1)
        search, _ = self._search(session, farther, facets, reach, finer=False)
        return search.served.all[0] if search.served.all else None

    def _retimed(self, search: Search, query: ReferralQuery, reach: Reach) -> list[Weighed]:
        """The leading options with the finer engine's minutes, and in the order that follows from them."""
        kept, first = search.served.all, search.served.all[: query.limit]
        farthest = RETIMING_MARGIN * max((one.minutes for one in first), default=0.0)
        leading = [one for one in kept if one.minutes <= farthest]
        again = self.router.retimed(reach, search.targets(leading))
        best = Best(query.limit)
        for one, minutes in zip(leading, again or [None] * len(leading), strict=True):
            second = one if minutes is None else search.weighed_again(one, minutes)
            if second is not None and second.minutes <= query.max_minutes:
                best.add(search.key(second), second)
        return best.all

    def _unplaced(self, session: Session, query: ReferralQuery, facets: list[int]) -> list[UUID]:
        if query.area_code is None:
            return []
        return candidates.unplaced(session, facets, query.area_code, query.limit)


class Telling:
    """From what a search weighed to the answer, with the cards of what is shown."""

    def __init__(self, session: Session, query: ReferralQuery, reach: Reach, search: Search) -> None:
        self._session, self._query, self._reach, self._search = session, query, reach, search

    def answer(
        self, best: Sequence[Weighed], beyond: Weighed | None, unplaced: Sequence[UUID]
    ) -> ReferralAnswer:
        """The whole answer."""
        search = self._search
        shown = [*best, *search.unknown.all, *([beyond] if beyond else [])]
        aside = search.passed_over(shown)
        ids = {one.offer.id for one in shown} | set(unplaced) | {offer.id for _, offer, _ in aside}
        self._cards = candidates.cards(self._session, list(ids))
        return ReferralAnswer(
            self._query,
            [self._option(one) for one in best],
            [self._option(one) for one in search.unknown.all],
            [self._filled(ReferralOption(one, None, None, None, NOT_KNOWN)) for one in unplaced],
            self._option(beyond) if beyond else None,
            search.left_out,
            self._reach.method,
            [PassedOver(why, offer.straight, self._aside(offer, what)) for why, offer, what in aside],
            self._reach.network,
            self._reach.notes,
        )

    def _option(self, one: Weighed) -> ReferralOption:
        (target,) = self._search.targets([one])
        trip = self._reach.trip(target)
        if one.minutes != trip.minutes and one.finer:
            trip = _retimed_trip(trip, one.minutes)
        offer = one.offer
        leave = one.leave if self._query.arrive_by else None
        option = ReferralOption(
            offer.id, offer.point, trip, one.served, one.verdict, offer.location_id, leave=leave
        )
        return self._filled(option)

    def _aside(self, offer: Candidate, what: Weighed | Verdict | None) -> ReferralOption:
        if isinstance(what, Weighed):
            return self._option(what)
        verdict = what or NOT_KNOWN
        return self._filled(ReferralOption(offer.id, offer.point, None, None, verdict, offer.location_id))

    def _filled(self, option: ReferralOption) -> ReferralOption:
        kind, zone, card = self._cards[option.id]
        return replace(option, kind=kind, zone=zone, card=card)


def _retimed_trip(trip: Trip, minutes: Minutes) -> Trip:
    return replace(trip, minutes=minutes, earliest=minutes, latest=minutes, method=f"{trip.method}+valhalla")
