"""The directory as a whole, as the service holds it: JSON and pages ask the same `ask`."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from directory import checks
from directory.country import country_facts, insurance_groups
from directory.db import reading
from directory.departure import find_start, local_moment
from directory.eligibility import Person
from directory.errors import QuestionError
from directory.needs import Need, most_specific, needs_by_code
from directory.places import FoundPlace
from directory.records import Facility
from directory.referrals import Rank, ReferralAnswer, ReferralQuery, Referrals
from directory.settings import Settings
from directory.tables import Source
from directory.territory import Territory, load_territory
from directory.words import find_needs
from geo.points import LonLat
from geo.travel import Router, TravelMode
from geo.units import Minutes

# Wired in api.main: which router answers, given what is known of the territory.
RouterMaker = Callable[[Settings, Callable[[LonLat], str | None]], Router]
type Status = Literal[
    "answered", "ambiguous_place", "unknown_place", "ambiguous_need", "unknown_need"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A referral question as a person asks it. leave_at without zone is local time of the place; None is now.

    arrive_by, likewise: be served no later than that; leave_at is then the earliest departure, None the
    beginning of that day (or now, when it is today).

    words are everyday words for a need, besides the codes in needs.
    """

    place: str | None = None
    origin: LonLat | None = None
    needs: tuple[str, ...] = ()
    words: str | None = None
    kind: str | None = None
    facilities: tuple[Facility, ...] = ()
    person: Person = field(default_factory=Person)
    mode: TravelMode = TravelMode.CAR
    leave_at: datetime | None = None
    arrive_by: datetime | None = None
    max_minutes: int = 120
    rank: Rank = Rank.SOONEST
    limit: int = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """The place that was understood and its referrals; or the places, or the needs, to choose from.

    not_understood is the part of the place's text that names nothing known (a street). understood: the needs
    that the question's words speak of, None when it had no words; of several, one must be chosen.
    """

    place: FoundPlace | None
    referrals: ReferralAnswer | None
    places: list[FoundPlace]
    not_understood: str | None = None
    understood: tuple[Need, ...] | None = None

    @property
    def status(self) -> Status:
        """Whether there is an answer, and if not, what there is to choose from."""
        if self.referrals is not None:
            return "answered"
        if self.place is None:
            return "ambiguous_place" if self.places else "unknown_place"
        return "ambiguous_need" if self.understood else "unknown_need"


class Directory:
    """Engine, settings, router and what is remembered of the territory. One for a worker."""

    def __init__(self, engine: Engine, settings: Settings, make_router: RouterMaker):
        self.engine = engine
        self.settings = settings
        self._lock = threading.Lock()
        self._version = -1
        self._territory: Territory | None = None
        self._demonstration = False
        facts = country_facts(settings.country_folder)
        groups = insurance_groups(facts)
        self._insurances = {one["code"] for one in facts["insurance"]} | set(groups.values())
        self._referrals = Referrals(
            make_router(settings, self._landmass),
            service_minutes=settings.service_minutes,
            ancestors=self._ancestors,
            insurance_groups=groups,
        )

    def reading(self) -> AbstractContextManager[Session]:
        """One read-only transaction."""
        return reading(self.engine)

    def territory(self, session: Session) -> Territory:
        """Areas of the country, read again when the directory has changed. Once for every request."""
        version = self._referrals.memory.refresh(session)
        if self._territory is None or version != self._version:
            fresh = load_territory(session)
            demonstration = session.scalar(select(Source.id).where(Source.demonstration).limit(1)) is not None
            with self._lock:
                self._territory, self._demonstration, self._version = fresh, demonstration, version
            self._referrals.forget_verdicts()
        return self._territory

    def ask(self, session: Session, question: Question) -> Answer:
        """Resolve the place, then find referrals from it. Raises QuestionError when it cannot be asked so."""
        territory = self.territory(session)
        self._check(session, question, territory)
        found = find_start(session, territory, question.origin, question.place)
        understood = _understood(session, question.words)
        clear = understood is None or len(understood) == 1
        place = found.places[0] if found.status == "one" else None
        if place is None or not clear:
            places = [] if place else found.places
            return Answer(place, None, places, found.not_understood, understood)
        needs = dict.fromkeys((*question.needs, *(one.code for one in understood or ())))
        leave_at, arrive_by = moments(question, ZoneInfo(territory.zone(place.area_code)))
        checks.check_moment(self._referrals.memory, leave_at)
        query = ReferralQuery(
            origin=place.point,
            leave_at=leave_at,
            arrive_by=arrive_by,
            needs=tuple(needs),
            kinds=(question.kind,) if question.kind else (),
            facilities=question.facilities,
            person=question.person,
            mode=question.mode,
            max_minutes=Minutes(float(question.max_minutes)),
            rank=question.rank,
            limit=question.limit,
            area_code=place.area_code,
        )
        referrals = self._referrals.find_referrals(session, query)
        return Answer(place, referrals, [], found.not_understood, understood)

    @property
    def router(self) -> Router:
        """The router that every trip is asked of."""
        return self._referrals.router

    def demonstration(self, session: Session) -> bool:
        """Whether any published source is demonstration data, as of the last question: every page says so."""
        if self._territory is None:
            self.territory(session)
        return self._demonstration

    def _check(self, session: Session, question: Question, territory: Territory) -> None:
        """Raise QuestionError for a code that means nothing here."""
        memory = self._referrals.memory
        checks.check_needs(session, memory, question.needs)
        checks.check_kind(memory, question.kind)
        checks.check_insurance(self._insurances, question.person.insurance)
        home = question.person.residence
        if home is not None and home not in territory.index:
            raise QuestionError(
                f"No existe el territorio «{home}»: los códigos están en /api/v1/areas.", field="residence"
            )

    def _landmass(self, point: LonLat) -> str | None:
        return self._territory.landmass_at(point) if self._territory else None

    def _ancestors(self, code: str) -> tuple[str, ...]:
        return self._territory.ancestors(code) if self._territory else ()


def _understood(session: Session, words: str | None) -> tuple[Need, ...] | None:
    """The needs that words speak of, in the order they are said; of a need and its group, the need alone."""
    if words is None:
        return None
    return most_specific(needs_by_code(session, find_needs(session, words)))


def moments(question: Question, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """When the person leaves at the earliest, and by when to be served if that is asked, in the zone of the place."""
    now = datetime.now(zone)
    leave_at = question.leave_at and local_moment(question.leave_at, zone, "leave_at")
    arrive_by = question.arrive_by and local_moment(question.arrive_by, zone, "arrive_by")
    if arrive_by is None:
        return leave_at or now, None
    if question.mode is TravelMode.TRANSIT:
        raise QuestionError(
            "En transporte público se pregunta por la hora de salida (leave_at), no por la de llegada.",
            field="arrive_by",
        )
    if leave_at is None:
        midnight = datetime.combine(arrive_by.date(), time(), zone)
        leave_at = now if midnight < now < arrive_by else midnight
    if leave_at >= arrive_by:
        raise QuestionError("La hora de llegada es anterior a la de salida.", field="arrive_by")
    return leave_at, arrive_by
