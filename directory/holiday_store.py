"""Public holidays in the database, and which of them hold where."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.country import country_facts
from directory.public_holidays import AreaDays, public_holidays


class HolidayAreas:
    """Which areas' holidays hold in an area: the country's, its own, and those of areas above it."""

    def __init__(self, country: str | None, parents: Mapping[str, str | None], own: Iterable[str]) -> None:
        self._country = () if country is None else (country,)
        self._parents = parents
        self._own = frozenset(own) - set(self._country)
        self._known: dict[str | None, tuple[str, ...]] = {}

    def of(self, area_code: str | None, /) -> tuple[str, ...]:
        """Codes, the country first and then the nearest; for no area, or one not known, the country alone."""
        if area_code not in self._known:
            self._known[area_code] = self._country + tuple(self._above(area_code))
        return self._known[area_code]

    def _above(self, code: str | None) -> Iterable[str]:
        while code is not None and code in self._parents:
            if code in self._own:
                yield code
            code = self._parents[code]


def holiday_areas(session: Session) -> HolidayAreas:
    """The areas as they stand, to ask for many places. Load the holidays first (`load_holidays`)."""
    parents: dict[str, str | None] = {}
    country = None
    for code, kind, parent in session.execute(text("select code, kind, parent_code from area")):
        parents[code] = parent
        country = code if kind == "country" else country
    return HolidayAreas(country, parents, session.scalars(text("select distinct area_code from holiday")))


def holidays_for(session: Session, codes: Sequence[str], first: date, last: date) -> dict[date, str]:
    """Holidays of any of these areas from first to last, both included, with their names."""
    rows = session.execute(text(_HOLIDAYS), {"codes": list(codes), "first": first, "last": last})
    return {day: name for day, name in rows}


def refresh_holidays(session: Session, country_folder: Path, years: Iterable[int]) -> set[date]:
    """Write the holidays of these years by the country's facts. Returns the days that came or went.

    Does nothing while the areas are not loaded: holidays hang from them. Other years stay as they are.
    """
    country = session.scalar(text("select code from area where kind = 'country'"))
    if country is None:
        return set()
    wanted_years = sorted(set(years))
    return _write(
        session, public_holidays(country_facts(country_folder), country, wanted_years), wanted_years
    )


def _write(session: Session, wanted: AreaDays, years: Sequence[int]) -> set[date]:
    rows = session.execute(text(_STORED), {"years": list(years)})
    stored = {(area, day): name for area, day, name in rows}
    gone = stored.keys() - wanted.keys()
    put = {key: name for key, name in wanted.items() if stored.get(key) != name}
    if gone:
        session.execute(text(_DELETE), _columns(gone))
    if put:
        session.execute(text(_UPSERT), {**_columns(put), "names": list(put.values())})
    return {day for _, day in gone | (put.keys() - stored.keys())}


def _columns(keys: Iterable[tuple[str, date]]) -> dict[str, list[object]]:
    areas, days = zip(*keys, strict=True)
    return {"areas": list(areas), "days": list(days)}


_HOLIDAYS = """
select day, min(name) from holiday
where area_code = any(:codes) and day between :first and :last
group by day
"""
_STORED = "select area_code, day, name from holiday where extract(year from day) = any(:years)"
_DELETE = """
delete from holiday h using unnest(cast(:areas as text[]), cast(:days as date[])) as gone (area_code, day)
where h.area_code = gone.area_code and h.day = gone.day
"""
_UPSERT = """
insert into holiday (area_code, day, name)
select * from unnest(cast(:areas as text[]), cast(:days as date[]), cast(:names as text[]))
on conflict (area_code, day) do update set name = excluded.name
"""
