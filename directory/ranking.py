"""The k best options so far, and the proof that nothing left on the walk can beat them."""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from directory import candidates
from directory.candidates import Candidate
from directory.eligibility import Verdict
from directory.memory import Calendar, Memory, Served
from directory.question import Rank, ReferralQuery
from directory.walk import OfferWalk
from geo.travel import NoTrip, Target
from geo.units import Minutes

type Key = tuple[float, float, int]

# Of the places that were met and passed over, so many are told for each reason, and in all.
TOLD = 3
TOLD_IN_ALL = 5


@dataclass(frozen=True, slots=True)
class Weighed:
    """An offer with its trip's minutes, when it serves then, and whether the person is eligible.

    leave: when to leave. served: None when the hours are unknown. finer: timed again by a second engine.
    """

    offer: Candidate
    minutes: Minutes
    verdict: Verdict
    served: Served | None
    leave: datetime
    finer: bool = False


class Best:
    """The best few by a key, best first: one for each location."""

    def __init__(self, k: int, kept: int | None = None) -> None:
        """k: how many are asked for. kept: how many are kept besides, when a second look may reorder them."""
        self.all: list[Weighed] = []
        self._keys: list[Key] = []
        self._k = k
        self._kept = max(k, kept or 0)

    @property
    def worst(self) -> Weighed | None:
        """The k-th; None while there are fewer."""
        return self.all[self._k - 1] if len(self.all) >= self._k else None

    def add(self, key: Key, one: Weighed) -> None:
        """Keep it if it is among the best, and better than another at its location."""
        if len(self._keys) >= self._kept and key >= self._keys[-1]:
            return
        for number, other in enumerate(self.all):
            if other.offer.location_id == one.offer.location_id:
                if self._keys[number] <= key:
                    return
                del self.all[number], self._keys[number]
                break
        place = bisect(self._keys, key)
        self._keys.insert(place, key)
        self.all.insert(place, one)
        del self.all[self._kept :], self._keys[self._kept :]


class Timing:
    """When a person is served at a place that takes so many minutes to reach."""

    def __init__(self, query: ReferralQuery, service_minutes: int) -> None:
        self._query = query
        self._service_minutes = service_minutes

    def weighed(
        self, offer: Candidate, minutes: Minutes, verdict: Verdict, calendar: Calendar | None
    ) -> Weighed | None:
        """The offer with its moment; None when it does not open in time. No calendar: hours unknown."""
        query, trip = self._query, timedelta(minutes=minutes)
        if calendar is None:
            return Weighed(offer, minutes, verdict, None, query.leave_at)
        needed = Minutes(
            float(self._service_minutes if offer.service_minutes is None else offer.service_minutes)
        )
        arrival = query.leave_at + trip
        if query.arrive_by is None:
            served = calendar.served(arrival, needed)
            leave = query.leave_at
        else:
            served = calendar.served_by(query.arrive_by, arrival, needed)
            leave = served.at - trip if served else query.leave_at
        return served and Weighed(offer, minutes, verdict, served, leave)

    def key(self, one: Weighed) -> Key:
        """What it is ranked by, least first; ties are won by fewer minutes, then by id."""
        if one.served is None or self._query.rank is Rank.NEAREST:
            first: float = one.minutes
        elif self._query.arrive_by is None:
            first = one.served.at.timestamp()
        else:
            first = -one.leave.timestamp()
        return first, one.minutes, one.offer.id.int


class Search:
    """A `geo.nearest.Judge`: eligible, open on arrival, served soonest or nearest."""

    def __init__(
        self,
        session: Session,
        memory: Memory,
        query: ReferralQuery,
        walk: OfferWalk,
        verdict: Callable[[str | None], Verdict],
        timing: Timing,
        *,
        kept: int = 0,
        margin: float = 1.0,
    ) -> None:
        """margin: a second engine may find a trip so many times shorter, so look that much farther."""
        self.left_out: Counter[str] = Counter()
        self.served = Best(query.limit, kept)
        self.unknown = Best(query.limit)
        self._session, self._memory, self._query, self._walk = session, memory, query, walk
        self._verdict, self._timing, self._margin = verdict, timing, margin
        self._nearest = Best(query.limit + TOLD)
        self._aside: dict[str, list[tuple[float, Candidate, Weighed | Verdict | None]]] = {}
        self._contenders: set[int] | None = None

    def weigh(self, reached: Sequence[tuple[Candidate, Minutes]]) -> None:
        """Offers that can be reached, with the minutes."""
        ids = {one.timetable_id for one, _ in reached if one.timetable_id is not None}
        calendars = self._memory.calendars(self._session, ids)
        for offer, minutes in reached:
            verdict = self._verdict(offer.eligibility)
            if verdict.answer == "no":
                self._leave_out("not_eligible", offer, verdict)
                continue
            calendar = None if offer.timetable_id is None else calendars[offer.timetable_id]
            one = self._timing.weighed(offer, minutes, verdict, calendar)
            if one is None:
                self._leave_out("not_open_in_time", offer, None)
                continue
            (self.unknown if one.served is None else self.served).add(self._timing.key(one), one)
            if one.served is not None:
                self._nearest.add((minutes, minutes, offer.id.int), one)

    def refuse(self, candidate: Candidate, why: NoTrip) -> None:
        """An offer that cannot be reached, or not within the limit."""
        self._leave_out(str(why), candidate, None)

    def proven(self, known: Minutes) -> bool:
        """Whether no offer that takes `known` minutes or more can enter the best k."""
        worst = self.served.worst
        if worst is None or worst.served is None:
            return False
        least = Minutes(known / self._margin)
        if self._query.rank is Rank.NEAREST:
            return least > worst.minutes
        away = timedelta(minutes=min(least, Minutes(1e6)))
        if self._query.arrive_by is not None:
            return self._query.arrive_by - away < worst.leave
        earliest = self._query.leave_at + away
        if earliest > worst.served.at:
            return True
        return self._no_contender(earliest, worst, tie=least <= worst.minutes)

    def narrow(self, pending: list[Candidate]) -> list[Candidate]:
        """Of the offers not reached yet, those whose calendar can still win."""
        contenders = self._contenders
        if contenders is None:
            return pending
        return [one for one in pending if one.timetable_id is None or one.timetable_id in contenders]

    def targets(self, weighed: Sequence[Weighed]) -> list[Target]:
        """Where offers are."""
        return self._walk.targets([one.offer for one in weighed])

    def weighed_again(self, one: Weighed, minutes: Minutes) -> Weighed | None:
        """An offer with the minutes of a second engine; None when it does not open in time by them."""
        ids = {one.offer.timetable_id} if one.offer.timetable_id is not None else set()
        calendars = self._memory.calendars(self._session, ids)
        calendar = None if one.offer.timetable_id is None else calendars[one.offer.timetable_id]
        again = self._timing.weighed(one.offer, minutes, one.verdict, calendar)
        return again and replace(again, finer=True)

    def key(self, one: Weighed) -> Key:
        """What an offer is ranked by, least first."""
        return self._timing.key(one)

    def passed_over(self, shown: Sequence[Weighed]) -> list[tuple[str, Candidate, Weighed | Verdict | None]]:
        """The nearest few that were met and are not shown, with the reason, nearest first."""
        there = {one.offer.location_id for one in shown}
        farthest = max((one.minutes for one in shown), default=Minutes(0.0))
        nearer = [
            ("closed_on_arrival", one.offer, one)
            for one in self._nearest.all
            if one.offer.location_id not in there and one.minutes < farthest
        ]
        others = [
            (why, offer, what)
            for why, some in self._aside.items()
            for _, offer, what in some
            if offer.location_id not in there
        ]
        return sorted([*nearer[:TOLD], *others], key=lambda told: told[1].straight)[:TOLD_IN_ALL]

    def _no_contender(self, earliest: datetime, worst: Weighed, *, tie: bool) -> bool:
        """Whether no calendar serves before the k-th is served; keeps those that do for what follows."""
        assert worst.served is not None
        found = candidates.contenders(self._session, earliest, worst.served.at, or_at_end=tie)
        self._contenders = set(found)
        self._walk.among(found)
        return not found

    def _leave_out(self, why: str, offer: Candidate, what: Verdict | None) -> None:
        self.left_out[why] += 1
        told = self._aside.setdefault(why, [])
        if len(told) < TOLD or offer.straight < told[-1][0]:
            told.append((offer.straight, offer, what))
            told.sort(key=lambda one: one[0])
            del told[TOLD:]
