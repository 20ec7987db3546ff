"""What the referral question remembers between requests: facet codes and openings, by calendar version.

Exact, not approximate: the version is read in the transaction of every question, and a change forgets all.
"""

import threading
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from directory import candidates
from geo.travel import Access, TravelMode
from geo.units import Minutes


class Served(NamedTuple):
    """When a person is served: from `at`, in an opening from `start` to `end` of a kind."""

    at: datetime
    start: datetime
    end: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The openings of one timetable, by start. Openings of different kinds may overlap."""

    starts: list[datetime] = field(default_factory=list)
    ends: list[datetime] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    # The latest end so far: sorted, so that a bisection finds where to begin.
    reach: list[datetime] = field(default_factory=list)

    def add(self, start: datetime, end: datetime, kind: str) -> None:
        """Append an opening that starts no earlier than the last."""
        self.starts.append(start)
        self.ends.append(end)
        self.kinds.append(kind)
        self.reach.append(max(end, self.reach[-1]) if self.reach else end)

    def served(self, arrival: datetime, needed: Minutes) -> Served | None:
        """The first moment from arrival with `needed` minutes left (all of it, in a shorter opening)."""
        for i in range(bisect_right(self.reach, arrival), len(self.ends)):
            start, end = self.starts[i], self.ends[i]
            at = max(arrival, start)
            if end - at >= min(timedelta(minutes=needed), end - start):
                return Served(at, start, end, self.kinds[i])
        return None

    def served_by(self, latest: datetime, earliest: datetime, needed: Minutes) -> Served | None:
        """The last moment from earliest to latest with `needed` minutes left (all of it, in a shorter opening)."""
        best: Served | None = None
        for i in range(bisect_right(self.reach, earliest), bisect_right(self.starts, latest)):
            start, end = self.starts[i], self.ends[i]
            at = min(latest, end - min(timedelta(minutes=needed), end - start))
            if at >= max(earliest, start) and (best is None or at > best.at):
                best = Served(at, start, end, self.kinds[i])
        return best


class Memory:
    """Facet codes and calendars of one version. Shared by the threads of a worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = -1
        # First and last day whose openings are all known; None when nothing is built.
        self.known_days: tuple[date, date] | None = None
        self._facets: dict[str, int] = {}
        self._calendars: dict[int, Calendar] = {}
        self._accesses: dict[tuple[str, TravelMode], dict[UUID, Access | None]] = {}

    def refresh(self, session: Session) -> int:
        """Forget everything when the directory has changed since. Returns the version it is of."""
        version = candidates.calendar_version(session)
        if version == self._version:
            return version
        facets, days = candidates.facet_codes(session), candidates.known_days(session)
        with self._lock:
            self._facets, self._calendars, self._version, self.known_days = facets, {}, version, days
            self._accesses = {}
        return version

    def facets(self, names: Sequence[str]) -> list[int] | None:
        """Codes of facets by "kind:key"; None when one of them exists on no offer."""
        known = self._facets
        codes = [known.get(name) for name in names]
        return None if None in codes else [code for code in codes if code is not None]

    def names(self, kind: str) -> list[str]:
        """The keys of all facets of a kind."""
        return sorted(name.partition(":")[2] for name in self._facets if name.startswith(f"{kind}:"))

    def calendars(self, session: Session, ids: set[int]) -> dict[int, Calendar]:
        """Calendars of timetables, read once per version."""
        known = self._calendars
        missing = ids - known.keys()
        if missing:
            read = {one: Calendar() for one in missing}
            for one, start, end, kind in candidates.openings(session, sorted(missing)):
                read[one].add(start, end, kind)
            with self._lock:
                if known is self._calendars:
                    known.update(read)
            return {one: read.get(one) or known[one] for one in ids}
        return {one: known[one] for one in ids}

    def accesses(
        self, session: Session, ids: Collection[UUID], network: str, mode: TravelMode
    ) -> dict[UUID, Access | None]:
        """Where offers meet a network, read once per version; None for one that is not stored for it."""
        version = self._accesses
        known = version.get((network, mode), {})
        missing = [one for one in ids if one not in known]
        if not missing:
            return known
        from directory.access import stored

        read: dict[UUID, Access | None] = dict.fromkeys(missing)
        read.update(stored(session, missing, network, mode))
        with self._lock:
            kept = version.setdefault((network, mode), {})
            kept.update(read)
        return kept
