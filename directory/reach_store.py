"""Reach rows in the database: which there are, which are missing, and making those that are.

A row belongs to a graph, a mode, the samples of a dataset (by their fingerprint) and a point. A row of anything
else is not there: whoever asks is told how many are missing, and never gets a number from a stale one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched

import numpy as np
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory.access import WITHIN
from directory.candidates import cursor
from directory.coverage_roads import CoverageRoads, longest, samples_key
from directory.db import reading, transaction
from directory.errors import QuestionError
from directory.networks import installed_networks
from directory.people import default_dataset, read_people
from directory.row_batch import Batch, OfferPoint, Point, batch_rows, offer_points
from directory.settings import Settings
from directory.staging import Progress, changed
from geo.networks import Installed
from geo.points import Bounds
from geo.reach_rows import Row, Samples
from geo.travel import TravelMode
from geo.units import Metres, Minutes

# Rows written together: a cancelled or killed run keeps them.
CHUNK = 64
# Points looked up together.
_POINTS = 500


@dataclass(frozen=True, slots=True)
class RowKey:
    """Whose rows: of which graph, mode and samples (`coverage_roads.samples_key`), and how far they have to reach."""

    network: str
    mode: TravelMode
    fingerprint: str
    limit: Minutes


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What a run did. kept: rows that were there. dropped: rows of no more use. cancelled: stopped before its end."""

    network: str
    dataset: str
    mode: TravelMode
    made: int
    kept: int
    dropped: int
    cancelled: bool


def stored_points(session: Session, key: RowKey) -> set[Point]:
    """Points that have a row of use."""
    with cursor(session) as rows:
        rows.execute(_STORED, _values(key), prepare=True)
        return set(rows.fetchall())


def read_rows(session: Session, key: RowKey, points: Iterable[Point]) -> dict[Point, Row]:
    """The rows of these points that are there; those of others, and stale ones, are left out."""
    found: dict[Point, Row] = {}
    for some in batched(points, _POINTS):
        lons, lats = zip(*some, strict=True)
        with cursor(session) as rows:
            rows.execute(_READ, _values(key) | {"lons": list(lons), "lats": list(lats)}, prepare=True)
            for lon, lat, reach, samples, seconds in rows:
                row = Row(np.frombuffer(samples, "<i4"), np.frombuffer(seconds, "<u2"))
                found[lon, lat] = row if reach <= key.limit else _cut(row, key.limit)
    return found


def write_rows(session: Session, key: RowKey, rows: Mapping[Point, Row]) -> None:
    """Store rows, over those that are there."""
    values = [
        _values(key)
        | {
            "lon": lon,
            "lat": lat,
            "samples": row.samples.astype("<i4").tobytes(),
            "seconds": row.seconds.astype("<u2").tobytes(),
        }
        for (lon, lat), row in rows.items()
    ]
    with cursor(session) as written:
        written.executemany(_WRITE, values)


def missing(session: Session, key: RowKey, bounds: Bounds, points: Iterable[Point]) -> list[Point]:
    """Which of these points need a row and have none: those off the network's box need none."""
    near = near_network(bounds, list(points))
    there = stored_points(session, key)
    return [one for one in near if one not in there]


def near_network(bounds: Bounds, points: Sequence[Point]) -> list[Point]:
    """The points that may be near a road of a network."""
    around = bounds.widened(Metres(WITHIN))
    lons, lats = (np.array([one[axis] for one in points], float) for axis in (0, 1))
    return [one for one, near in zip(points, around.contains_many(lons, lats).tolist(), strict=True) if near]


def sweep(session: Session, networks: Sequence[str]) -> int:
    """Delete rows that no installed network, no dataset or no offer's point uses any more. Returns how many."""
    return changed(session, _SWEEP, networks=list(networks))


def make_rows(
    engine: Engine,
    settings: Settings,
    *,
    mode: TravelMode,
    dataset: str | None = None,
    network: str | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    workers: int | None = None,
    cluster: str | None = None,
) -> RowCounts:
    """Make the rows of all offers' points that are missing, and sweep those of no use.

    workers: processes here. cluster: address of a Dask scheduler that makes the same rows instead, by region.
    Committed in small parts: what a cancelled or killed run made stays. Safe beside imports and other runs.
    Raises QuestionError (fields dataset, network, mode), and GeoError for a network or cluster of no use.
    """
    limit = longest(mode)
    with reading(engine) as session:
        name = dataset or default_dataset(session)
        if name is None:
            raise QuestionError(
                "No hay datos de población: cárgalos con cercana population load.", field="dataset"
            )
        with patient(session):
            samples = read_people(session, name).samples
        installed = _chosen(settings, network, samples)
        key = RowKey(str(installed.id), mode, samples_key(samples), limit)
        wanted = _wanted(session, installed.bounds)
        there = stored_points(session, key)
    waiting = [one for one in wanted if one.point not in there]
    rows = batch_rows(
        Batch(installed, samples, mode, limit),
        waiting,
        workers=workers,
        cluster=cluster,
        progress=progress,
        cancelled=cancelled,
    )
    made = _write_all(engine, key, rows)
    usable = sorted({one.id for one in installed_networks(settings).installed() if one.id is not None})
    with _writing(engine) as session:
        dropped = sweep(session, usable)
    return RowCounts(
        installed.name, name, mode, made, len(wanted) - len(waiting), dropped, made < len(waiting)
    )


def _chosen(settings: Settings, network: str | None, samples: Samples) -> Installed:
    found = CoverageRoads(settings).choose(network, samples)
    if found is None:
        raise QuestionError(
            "Ninguna red de caminos en uso llega a donde vive esta población: instala una con cercana network.",
            field="network",
        )
    return found


def _write_all(engine: Engine, key: RowKey, rows: Iterator[tuple[Point, Row]]) -> int:
    """Store rows as they come, so many at a time. What came before a failure stays. Returns how many."""
    made = 0
    for some in batched(rows, CHUNK):
        with _writing(engine) as session:
            write_rows(session, key, dict(some))
        made += len(some)
    return made


def _wanted(session: Session, bounds: Bounds) -> list[OfferPoint]:
    """The points of offers that may be near a road of a network, in a fixed order."""
    places = offer_points(session)
    near = set(near_network(bounds, [one.point for one in places]))
    return [one for one in places if one.point in near]


@contextmanager
def patient(session: Session) -> Iterator[None]:
    """Statements that may take as long as they take: people and rows are read once, not by every question."""
    session.execute(text("set statement_timeout = 0"))
    try:
        yield
    finally:
        session.execute(text("reset statement_timeout"))


@contextmanager
def _writing(engine: Engine) -> Iterator[Session]:
    """A transaction that may write, on the service's engine too."""
    with transaction(engine) as session:
        session.execute(text("set transaction read write"))
        yield session


def _values(key: RowKey) -> dict[str, object]:
    return {
        "network": key.network,
        "mode": key.mode.value,
        "fingerprint": key.fingerprint,
        "limit": float(key.limit),
    }


def _cut(row: Row, limit: Minutes) -> Row:
    near = row.seconds <= limit * 60
    return Row(row.samples[near], row.seconds[near])


_OF_USE = "network = %(network)s and mode = %(mode)s and fingerprint = %(fingerprint)s and limit_minutes >= %(limit)s"
_STORED = f"select lon, lat from reach_row where {_OF_USE}"  # noqa: S608  # our own words
_READ = f"""
select r.lon, r.lat, r.limit_minutes, r.samples, r.seconds
from unnest(%(lons)s::float8[], %(lats)s::float8[]) as wanted (lon, lat)
join reach_row r on r.lon = wanted.lon and r.lat = wanted.lat and {_OF_USE}
"""  # noqa: S608  # our own words
_WRITE = """
insert into reach_row (network, mode, fingerprint, lon, lat, limit_minutes, samples, seconds)
values (%(network)s, %(mode)s, %(fingerprint)s, %(lon)s, %(lat)s, %(limit)s, %(samples)s, %(seconds)s)
on conflict (network, mode, fingerprint, lon, lat) do update
set limit_minutes = excluded.limit_minutes, samples = excluded.samples, seconds = excluded.seconds,
    made_at = now()
"""
_SWEEP = """
delete from reach_row r
where r.network <> all(:networks)
  or not exists (select from population_dataset d where d.fingerprint = split_part(r.fingerprint, '-', 1))
  or not exists (
    select from offer o where st_x(o.geog::geometry) = r.lon and st_y(o.geog::geometry) = r.lat
      and o.geog is not null)
"""
