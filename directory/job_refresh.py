"""Reach rows after the offers have changed: where coverage is in use, the rows that now lack are asked for.

Coverage is in use where rows exist: of a dataset, on a network, in a mode. A machine without rows does nothing.
Rows of places that moved or closed are swept by the same job.
"""

import logging
from dataclasses import dataclass

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory.coverage_terms import JobState
from directory.db import transaction
from directory.errors import JobError
from directory.job_kinds import start_rows
from directory.settings import Settings
from geo.errors import NetworkError
from geo.networks import Installed
from geo.travel import TravelMode
from geo.units import Minutes

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RowsInUse:
    """Rows that somebody made. network: id of the graph. fingerprint: as the rows have it."""

    network: str
    mode: TravelMode
    dataset: str
    fingerprint: str
    limit: Minutes


def refresh_rows(engine: Engine, settings: Settings) -> list[JobState]:
    """Ask for the rows that are lacking where there are some; the jobs, none when nothing lacks.

    For after an import. What keeps a job from being asked for is logged: the import stays done, and coverage
    tells how many rows it lacks.
    """
    with transaction(engine) as session:
        used = [RowsInUse(row[0], TravelMode(row[1]), *row[2:]) for row in session.execute(text(_IN_USE))]
    if not used:
        return []
    try:
        return _asked(engine, settings, used)
    except (JobError, NetworkError) as error:
        log.error("Reach rows are not refreshed: %s", error)
        return []


def _asked(engine: Engine, settings: Settings, used: list[RowsInUse]) -> list[JobState]:
    from directory.networks import installed_networks  # SciPy takes its time

    active = {one.id: one for one in installed_networks(settings).active()}
    with transaction(engine) as session:
        lacking = [one for one in used if one.network in active and _lacks(session, one, active[one.network])]
    return [
        start_rows(engine, dataset=one.dataset, network=active[one.network].name, mode=one.mode)
        for one in lacking
    ]


def _lacks(session: Session, used: RowsInUse, network: Installed) -> bool:
    from directory.reach_store import RowKey, missing

    points = [(lon, lat) for lon, lat in session.execute(text(_POINTS))]
    key = RowKey(used.network, used.mode, used.fingerprint, used.limit)
    return bool(points) and bool(missing(session, key, network.bounds, points))


# Of the fingerprints of a dataset's rows (it goes on with how far its samples are from roads) the newest.
_IN_USE = """
select distinct on (r.network, r.mode, d.name) r.network, r.mode, d.name, r.fingerprint, r.limit_minutes
from (select network, mode, fingerprint, min(limit_minutes) as limit_minutes, max(made_at) as made_at
  from reach_row group by network, mode, fingerprint) r
join population_dataset d on d.fingerprint = split_part(r.fingerprint, '-', 1)
order by r.network, r.mode, d.name, r.made_at desc
"""
_POINTS = """
select distinct st_x(geog::geometry), st_y(geog::geometry) from offer where geog is not null order by 1, 2
"""
