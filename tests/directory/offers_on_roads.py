"""Offers along a small road, and what is stored of where they meet it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select, text

from directory.db import transaction
from directory.intake import publish
from directory.records import OfferRecord, Position, PositionSource
from directory.tables import OfferAccess
from geo.points import Bounds, LonLat
from geo.road_graph import open_graph
from geo.snap import Snapper
from geo.travel import TravelMode
from geo.units import Metres
from tests.factories import SANTIAGO, location_record, offer_record, seed_basics, source_info
from tests.geo.graphs import Edge, roads_of, written


def roads(folder: Path, *, length: float = 5_000.0, centre: LonLat = SANTIAGO) -> None:
    """A road to the east and, 20 km north, one on an island."""
    nodes = [(0.0, 0.0), (length, 0.0), (0.0, 20_000.0), (length, 20_000.0)]
    written(
        folder,
        roads_of(nodes, [Edge(0, 1), Edge(2, 3)], centre),
        {"source": {"licence": "none", "day": None}},
    )


@dataclass
class OnDisk:
    """A network as `refresh_access` wants it; counts how many points it was asked for."""

    folder: Path
    asked: int = 0
    id: str = field(init=False)
    bounds: Bounds = field(init=False)

    def __post_init__(self) -> None:
        graph = open_graph(self.folder)
        self.id, self.bounds = graph.id, graph.bounds

    @property
    def snapper(self) -> Snapper:
        outer = self

        class Counting(Snapper):
            def accesses(self, lons: Any, lats: Any, mode: TravelMode, off_road: Any) -> Any:
                outer.asked += len(lons)
                return super().accesses(lons, lats, mode, off_road)

        return Counting(open_graph(self.folder))


def network(folder: Path, **how: Any) -> OnDisk:
    roads(folder, **how)
    return OnDisk(folder)


def offer(number: int, point: LonLat, **changes: Any) -> OfferRecord:
    """An offer at a place of its own."""
    where = location_record(
        ref=f"c{number}",
        name=f"Centro {number}",
        position=Position(point, PositionSource.GIVEN, Metres(10.0)),
        **changes,
    )
    return offer_record(source_ref=str(number), location=where, row=number + 1)


def published(engine: Engine, records: Sequence[OfferRecord]) -> dict[str, uuid.UUID]:
    """Ids of the offers by their number, after an import of exactly these."""
    with transaction(engine) as session:
        seed_basics(session)
        publish(session, source_info(), records, force=True)
        rows = session.execute(
            text("select s.source_ref, o.id from offer o join service_at_location s on s.id = o.id")
        )
        return {ref: id_ for ref, id_ in rows}


def rows(engine: Engine) -> list[OfferAccess]:
    with transaction(engine) as session:
        return list(session.scalars(select(OfferAccess).order_by(OfferAccess.offer_id, OfferAccess.mode)))


def version(engine: Engine) -> int:
    with transaction(engine) as session:
        return int(session.scalar(text("select version from calendar_state")) or 0)


# Copies of the one offer that there is, along the road.
MANY = """
with copies as (
  insert into service_at_location (id, service_id, location_id, kind, source_id, source_ref, digest, last_modified)
  select gen_random_uuid(), service_id, location_id, kind, source_id, 'copy ' || n, digest, last_modified
  from service_at_location, generate_series(1, :count) n
  returning id
)
insert into offer (id, location_id, kind, geog, facets, zone, area_code, card, search)
select c.id, o.location_id, o.kind,
  st_setsrid(st_makepoint(st_x(o.geog::geometry) + random() / 30, st_y(o.geog::geometry)), 4326)::geography,
  o.facets, o.zone, o.area_code, o.card, o.search
from copies c, offer o
"""
