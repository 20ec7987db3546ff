"""The supply as a scenario would have it: offers closed, opened, moved, with other hours, or mobile stops added."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.civil_time import span_of
from directory.coverage_terms import Change, ChangeKind, CoverageQuery
from directory.holiday_store import HolidayAreas, holiday_areas, holidays_for
from directory.opening_hours import hours_spans
from directory.recurrence import ScheduleError
from directory.scenario_changes import refuse
from directory.supply import Provider, Supply, Window, by_day
from directory.territory import nearest_area
from geo.points import LonLat
from geo.travel import OFF_ROAD, RURAL_OFF_ROAD
from geo.units import Metres, Minutes

# What a place of a scenario is when the question names no kind.
SCENARIO_KIND = "scenario"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of a point: its comuna, and how far from a road a place there may lie."""

    area_code: str
    off_road: Metres


class ScenarioFacts:
    """What the directory knows of the offers and points of some changes, asked once each."""

    def __init__(self, session: Session, changes: Sequence[Change]) -> None:
        self._session = session
        offers = [one.offer for one in changes if one.offer is not None]
        self._known: Mapping[UUID, tuple[bool, bool, str]] = {
            row.id: (row.active, row.placed, row.name)
            for row in session.execute(text(_OFFERS), {"offers": offers})
        }

    def why_not(self, offer: UUID) -> str | None:
        """Why an offer cannot be changed, in words; None when it can."""
        if offer not in self._known:
            return f"no existe la oferta {offer}."
        active, placed, name = self._known[offer]
        if not active:
            return f"«{name}» ya no está publicada: quita este cambio del escenario."
        if not placed:
            return f"«{name}» no tiene ubicación pública, así que no cuenta en la cobertura: usa abrir."
        return None

    def ground(self, point: LonLat) -> Ground | None:
        """The ground of a point; None outside the country."""
        area = nearest_area(self._session, point)
        if area is None:
            return None
        urban = self._session.scalar(text(_URBAN), {"code": area.code})
        return Ground(area.code, OFF_ROAD if urban else RURAL_OFF_ROAD)

    def holidays(self, area_code: str | None, first: date, last: date) -> dict[date, str]:
        """Public holidays there in these days."""
        return holidays_for(self._session, self._areas.of(area_code), first, last)

    @cached_property
    def _areas(self) -> HolidayAreas:
        return holiday_areas(self._session)


def check_against(facts: ScenarioFacts, changes: Sequence[Change]) -> None:
    """Raise QuestionError, naming the change, for an offer that cannot be changed or a point out of the country."""
    for number, one in enumerate(changes, 1):
        _require_offer(facts, number, one)
        if one.point is not None:
            _ground(facts, number, one, one.point)


def changed_supply(
    supply: Supply,
    changes: Sequence[Change],
    query: CoverageQuery,
    facts: ScenarioFacts,
    *,
    service_minutes: float,
) -> Supply:
    """The supply with every change made, in their order. Offers that the question does not ask about stay out.

    service_minutes: needed at new places. Raises QuestionError that names the change: an offer that is unknown,
    withdrawn or without public point, a point outside the country, hours that cannot be read.
    """
    held: dict[UUID, Provider] = {one.id: one for one in supply.providers if one.id is not None}
    added: list[Provider] = [one for one in supply.providers if one.id is None]
    make = _Making(supply, query, facts, Minutes(service_minutes))
    for number, one in enumerate(changes, 1):
        _require_offer(facts, number, one)
        if one.offer is None:
            added.append(make.added(number, one))
        elif one.offer in held:
            changed = _CHANGING[one.kind](make, number, one, held.pop(one.offer))
            if changed is not None:
                held[one.offer] = changed
    providers = (*(held[key] for key in sorted(held)), *added)
    without = sum(one.windows is None and one.verdict != "no" for one in providers)
    return replace(supply, providers=providers, without_hours=without)


class _Making:
    """Makes providers as changes want them."""

    def __init__(self, supply: Supply, query: CoverageQuery, facts: ScenarioFacts, needed: Minutes) -> None:
        self._first, self._last = supply.first, supply.last
        self._query, self._facts, self._needed = query, facts, needed

    def added(self, number: int, change: Change) -> Provider:
        """A new place that meets every need asked for, and admits whoever asks."""
        if change.point is None or change.name is None:
            raise refuse(number, change, "falta point o name.")
        ground = _ground(self._facts, number, change, change.point)
        mobile = change.kind is ChangeKind.MOBILE_STOP
        return Provider(
            None,
            change.name,
            self._query.kinds[0] if self._query.kinds else SCENARIO_KIND,
            change.point,
            ground.off_road,
            ground.area_code,
            mobile,
            "yes",
            self._stops(change) if mobile else self._hours(number, change, ground.area_code),
            self._needed,
            change.capacity,
        )

    def closed(self, number: int, change: Change, one: Provider) -> None:
        """Gone."""

    def moved(self, number: int, change: Change, one: Provider) -> Provider:
        """At another point, with its own hours unless others are said."""
        if change.point is None:
            raise refuse(number, change, "falta point.")
        ground = _ground(self._facts, number, change, change.point)
        there = replace(one, point=change.point, off_road=ground.off_road, area_code=ground.area_code)
        return there if change.hours is None else self.timed(number, change, there)

    def timed(self, number: int, change: Change, one: Provider) -> Provider:
        """With other hours; the whole of every day when none are said."""
        capacity = one.capacity if change.capacity is None else change.capacity
        return replace(one, windows=self._hours(number, change, one.area_code), capacity=capacity)

    def _hours(self, number: int, change: Change, area_code: str | None) -> tuple[Window, ...]:
        """Weekly hours in the days that were read; none were read when no day is asked for."""
        if self._first is None or self._last is None:
            return ()
        # What the eve spills over midnight counts too.
        eve, last = self._first - _DAY, self._last
        if change.hours is None:
            return tuple(by_day(_midnight(eve), _midnight(last + 2 * _DAY), self._first, last))
        holidays = self._facts.holidays(area_code, eve, last)
        try:
            spans = [span for _, span in hours_spans(change.hours, eve, last, holidays)]
        except ScheduleError as error:
            raise refuse(number, change, str(error)) from error
        return tuple(window for span in spans for window in by_day(*span, self._first, last))

    def _stops(self, change: Change) -> tuple[Window, ...]:
        if self._first is None or self._last is None or change.opens is None or change.closes is None:
            return ()
        spans = [span_of(day, change.opens, change.closes) for day in sorted(change.days)]
        return tuple(window for span in spans for window in by_day(*span, self._first, self._last))


type _Changing = Callable[[_Making, int, Change, Provider], Provider | None]
_CHANGING: Mapping[ChangeKind, _Changing] = {
    ChangeKind.CLOSE: _Making.closed,
    ChangeKind.MOVE: _Making.moved,
    ChangeKind.HOURS: _Making.timed,
}


def _require_offer(facts: ScenarioFacts, number: int, change: Change) -> None:
    why = None if change.offer is None else facts.why_not(change.offer)
    if why is not None:
        raise refuse(number, change, why)


def _ground(facts: ScenarioFacts, number: int, change: Change, point: LonLat) -> Ground:
    found = facts.ground(point)
    if found is None:
        raise refuse(
            number,
            change,
            f"el punto {point.lon:.5f}, {point.lat:.5f} (longitud, latitud) está fuera del país.",
        )
    return found


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 (civil time)


_URBAN = "select coalesce(settlement = 'urban', false) from area where code = :code"
_OFFERS = """
select s.id, o.id is not null as active, o.geog is not null as placed,
  coalesce(o.card ->> 'name', l.name, v.name) as name
from service_at_location s
join service v on v.id = s.service_id
join location l on l.id = s.location_id
left join offer o on o.id = s.id
where s.id = any(cast(:offers as uuid[]))
"""
