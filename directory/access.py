"""Stored snaps: where each offer's public point meets each installed road network.

A row is of use only for the graph it was made for and while the offer is where it was then: readers compare
both, so that a stale row is never used, at worst missed (a router then looks up the point itself).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Protocol
from uuid import UUID

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.calendar_store import bump_version
from directory.candidates import cursor
from directory.db import Engine, transaction
from directory.staging import Progress, changed, stage
from geo.errors import NetworkError
from geo.points import Bounds
from geo.road_graph import ROAD_MODES
from geo.snap import Snapper
from geo.travel import OFF_ROAD, RURAL_OFF_ROAD, Access, TravelMode
from geo.units import Metres

# Offers that are looked up and written together.
CHUNK = 5_000
# Around the box of a network: nobody farther off is near a road of it.
WITHIN = RURAL_OFF_ROAD * 1.1


class UsedNetwork(Protocol):
    """What is needed of a network that answers questions."""

    @property
    def id(self) -> str:
        """Of its graph."""
        ...

    @property
    def bounds(self) -> Bounds:
        """The box of its nodes."""
        ...

    @property
    def snapper(self) -> Snapper:
        """Finds the nearest road; asked for only when there is something to find. May raise NetworkError."""
        ...


@dataclass(frozen=True, slots=True)
class AccessCounts:
    """What a refresh did. snapped: offers looked up, by network each; dropped: rows that were of no more use.

    off_road: of the snapped, those too far from any road that can be walked. faults: networks that cannot be
    used, in words.
    """

    snapped: int = 0
    off_road: int = 0
    dropped: int = 0
    faults: tuple[str, ...] = ()


def refresh_access(
    engine: Engine,
    networks: Sequence[UsedNetwork],
    *,
    kept: Collection[str] = (),
    progress: Progress | None = None,
) -> AccessCounts:
    """Look up every offer that has no row of use on these networks, in small transactions.

    kept: ids of other networks whose rows stay (installed, not used); rows of all others are dropped. Nothing is
    written when nothing has changed. Safe beside imports and other refreshes.
    """
    dropped = _drop(engine, [*(one.id for one in networks), *kept])
    waiting = [(one, missing) for one in networks if (missing := _missing(engine, one))]
    total = sum(len(missing) for _, missing in waiting)
    snapped = off_road = 0
    faults: list[str] = []
    for network, missing in waiting:
        try:
            for chunk in batched(missing, CHUNK):
                rows = list(_snapped(network, chunk))
                _write(engine, rows)
                snapped += len(chunk)
                off_road += sum(row[2] == TravelMode.FOOT and row[6] < 0 for row in rows)
                if progress is not None:
                    progress(snapped, total)
        except NetworkError as error:
            faults.append(str(error))
    if snapped or dropped:
        with transaction(engine) as session:
            bump_version(session)  # whoever remembers what was not stored reads it again
    return AccessCounts(snapped, off_road, dropped, tuple(faults))


def stored(session: Session, ids: Sequence[UUID], network: str, mode: TravelMode) -> dict[UUID, Access]:
    """Where these offers meet a network; those that have no row, or one of another point, are left out.

    Public transport walks: its rows are those of FOOT.
    """
    on_road = TravelMode.FOOT if mode is TravelMode.TRANSIT else mode
    with cursor(session) as rows:
        rows.execute(_STORED, {"ids": list(ids), "network": network, "mode": on_road.value}, prepare=True)
        return {
            id_: Access(network, on_road, edge, along, Metres(metres)) for id_, edge, along, metres in rows
        }


_STORED = """
select a.offer_id, a.edge, a.along, a.metres
from offer_access a join offer o on o.id = a.offer_id
where a.offer_id = any(%(ids)s::uuid[]) and a.network = %(network)s and a.mode = %(mode)s
  and a.lon = st_x(o.geog::geometry) and a.lat = st_y(o.geog::geometry)
"""

# How far from a road an offer may be, by how people live in its area (as directory.territory says it).
_OFF_ROAD = "case when c.settlement = 'urban' then cast(:near as float8) else cast(:far as float8) end"
_LIMITS = {"near": float(OFF_ROAD), "far": float(RURAL_OFF_ROAD)}

# A point that is not public any more leaves nothing behind.
_DROP = f"""
delete from offer_access a using offer o left join area c on c.code = o.area_code
where o.id = a.offer_id and (
  a.network <> all(:networks) or o.geog is null
  or (a.lon, a.lat, a.off_road) is distinct from (st_x(o.geog::geometry), st_y(o.geog::geometry), {_OFF_ROAD}))
"""  # noqa: S608  # our own words

_MISSING = f"""
select o.id, st_x(o.geog::geometry), st_y(o.geog::geometry), {_OFF_ROAD}
from offer o left join area c on c.code = o.area_code
where o.geog is not null
  and st_x(o.geog::geometry) between :west and :east and st_y(o.geog::geometry) between :south and :north
  and not exists (select from offer_access a where a.offer_id = o.id and a.network = :network and a.mode = :mode)
order by o.id
"""  # noqa: S608  # our own words

_COLUMNS = {
    "offer_id": "uuid", "network": "text", "mode": "text", "lon": "float8", "lat": "float8",
    "off_road": "float8", "edge": "integer", "along": "float8", "metres": "float8",
}  # fmt: skip
# Offers that went meanwhile are left out; nobody deletes one while we hold the lock of the searched rows.
_WRITE = """
insert into offer_access (offer_id, network, mode, lon, lat, off_road, edge, along, metres)
select s.offer_id, s.network, s.mode, s.lon, s.lat, s.off_road, s.edge, s.along, s.metres
from staged_access s join offer o on o.id = s.offer_id
on conflict (offer_id, network, mode) do update
set lon = excluded.lon, lat = excluded.lat, off_road = excluded.off_road, edge = excluded.edge,
    along = excluded.along, metres = excluded.metres
"""

type _Offer = tuple[UUID, float, float, float]
type _Row = tuple[UUID, str, str, float, float, float, int, float, float]


def _drop(engine: Engine, networks: Sequence[str]) -> int:
    with transaction(engine) as session:
        return changed(session, _DROP, networks=list(networks), **_LIMITS)


def _missing(engine: Engine, network: UsedNetwork) -> list[_Offer]:
    """Offers around the network without a row on it."""
    values = network.bounds.widened(Metres(WITHIN))._asdict()
    with transaction(engine) as session:
        # The last mode that is written: a row of it means that all are there.
        found = session.execute(
            text(_MISSING), values | _LIMITS | {"network": network.id, "mode": ROAD_MODES[-1].value}
        )
        return [(id_, lon, lat, limit) for id_, lon, lat, limit in found]


def _snapped(network: UsedNetwork, offers: Sequence[_Offer]) -> Iterator[_Row]:
    lons, lats, limits = (np.array([one[i] for one in offers], float) for i in (1, 2, 3))
    for mode in ROAD_MODES:
        accesses = network.snapper.accesses(lons, lats, mode, limits)
        for (id_, lon, lat, limit), access in zip(offers, accesses, strict=True):
            where = (int(access.edge), float(access.along), float(access.metres))
            yield id_, network.id, mode.value, lon, lat, limit, *where


def _write(engine: Engine, rows: Sequence[_Row]) -> None:
    with transaction(engine) as session:
        # Whoever writes searched rows holds this (directory.projection): no offer goes meanwhile.
        session.execute(text("select pg_advisory_xact_lock(hashtextextended('cercana facets', 0))"))
        stage(session, "staged_access", _COLUMNS, rows)
        changed(session, _WRITE)
