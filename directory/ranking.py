"""The k best options so far, and the proof that nothing left on the walk can beat them."""

from bisect import bisect
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from directory import candidates
from directory.candidates import Candidate
from directory.question import Rank, ReferralOption, ReferralQuery
from geo.travel import Router, Trip
from geo.units import Minutes

type _Key = tuple[datetime | float, float, int]


class Best:
    """The k best options, best first: one for each location."""

    def __init__(self, k: int) -> None:
        self.options: list[ReferralOption] = []
        self._keys: list[_Key] = []
        self._k = k

    @property
    def worst(self) -> ReferralOption | None:
        """The k-th option; None while there are fewer."""
        return self.options[-1] if len(self.options) >= self._k else None

    def add(self, key: _Key, option: ReferralOption) -> None:
        """Keep an option if it is among the k best, and better than another at its location."""
        if len(self._keys) >= self._k and key >= self._keys[-1]:
            return
        for number, other in enumerate(self.options):
            if other.location_id == option.location_id:
                if self._keys[number] <= key:
                    return
                del self.options[number], self._keys[number]
                break
        place = bisect(self._keys, key)
        self._keys.insert(place, key)
        self.options.insert(place, option)
        del self.options[self._k :], self._keys[self._k :]


class Search:
    """The k best so far, and the proof that nothing left on the walk can beat them."""

    def __init__(self, query: ReferralQuery, router: Router, limit: Minutes, k: int):
        self.query = query
        self.limit = limit
        # Whether the limit, and not the end of the offers, ended the walk or kept offers out.
        self.limited = False
        self.seen: set[UUID] = set()
        self.left_out: Counter[str] = Counter()
        self._served = Best(k)
        self._unknown = Best(k)
        self._router = router

    @property
    def best(self) -> list[ReferralOption]:
        """The options found so far, best first."""
        return self._served.options

    @property
    def unknown(self) -> list[ReferralOption]:
        """The nearest of which nobody stated the hours."""
        return self._unknown.options

    def add(self, option: ReferralOption, trip: Trip) -> None:
        """Weigh an option against those there are. Ties are won by fewer metres, then by id."""
        tie = (trip.metres, option.id.int)
        if option.served is None:
            self._unknown.add((trip.minutes, *tie), option)
        elif self.query.rank is Rank.NEAREST:
            self._served.add((trip.minutes, *tie), option)
        else:
            self._served.add((option.served.at, *tie), option)

    def proven(self, last: Candidate) -> bool:
        """Whether no offer farther than the last one walked can enter the best k."""
        least = self._router.fastest(last.straight, self.query.mode)
        if least > self.limit:
            self.limited = True
            return True
        worst = self._served.worst
        if worst is None or worst.served is None or worst.trip is None:
            return False
        if self.query.rank is Rank.NEAREST:
            return least > worst.trip.minutes
        return self.query.leave_at + timedelta(minutes=least) > worst.served.at

    def contenders(self, session: Session, last: Candidate) -> list[int] | None:
        """Timetables that can still serve before the k-th best; None when all of them can."""
        worst = self._served.worst
        if self.query.rank is Rank.NEAREST or worst is None or worst.served is None or worst.trip is None:
            return None
        earliest = self.query.leave_at + timedelta(
            minutes=self._router.fastest(last.straight, self.query.mode)
        )
        # A tie in time is won by fewer metres, and no trip is shorter than the straight line.
        tie = last.straight <= worst.trip.metres
        return candidates.contenders(session, earliest, worst.served.at, or_at_end=tie)
