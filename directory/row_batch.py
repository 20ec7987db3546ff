"""Many reach rows at a time: to which points, and by whom, the processes of this machine or a Dask cluster."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.coverage_areas import read_area_names
from directory.staging import Progress
from geo.networks import Installed
from geo.reach_rows import Row, Samples
from geo.row_pool import RowsCancelledError, build_rows
from geo.travel import OFF_ROAD, RURAL_OFF_ROAD, TravelMode
from geo.units import Minutes

# Longitude and latitude, as exact as the offer's own.
type Point = tuple[float, float]


class OfferPoint(NamedTuple):
    """Where offers are. off_road: metres that it may be from a road. region: code; empty where nobody knows."""

    point: Point
    off_road: float
    region: str


class Batch(NamedTuple):
    """What rows are made of: a network, the samples of a dataset, a mode, and how far they reach."""

    installed: Installed
    samples: Samples
    mode: TravelMode
    limit: Minutes


def offer_points(session: Session) -> list[OfferPoint]:
    """The distinct public points of offers, by longitude and latitude."""
    areas = read_area_names(session)
    rows = session.execute(text(_POINTS), {"near": float(OFF_ROAD), "far": float(RURAL_OFF_ROAD)})
    return [
        OfferPoint((lon, lat), float(off_road), areas.above(area, "region"))
        for lon, lat, off_road, area in rows
    ]


def batch_rows(
    batch: Batch,
    places: Sequence[OfferPoint],
    *,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Point, Row]]:
    """The rows as they come, until somebody cancels: the same ones whoever makes them.

    workers: processes here; None: one for each core. cluster: address of a Dask scheduler that does it instead,
    a region at a time. Raises GeoError (NetworkError) when the network or the cluster cannot be used.
    """
    if not places:
        return
    if cluster is None:
        order = list(places)
        rows = build_rows(*batch, *_columns(order), workers=workers, progress=progress, cancelled=cancelled)
    else:
        # The regions one after the other, so that the rows of one can be stored when it is done.
        order = sorted(places, key=lambda one: (one.region, one.point))
        rows = _cluster_rows(batch, order, cluster, progress, cancelled)
    with suppress(RowsCancelledError):
        for number, row in rows:
            yield order[number].point, row


def _cluster_rows(
    batch: Batch,
    places: Sequence[OfferPoint],
    address: str,
    progress: Progress | None,
    cancelled: Callable[[], bool],
) -> Iterator[tuple[int, Row]]:
    from geo.row_cluster import build_rows_on, client_of  # Dask is for those who have it

    regions = np.unique([one.region for one in places], return_inverse=True)[1].tolist()
    with client_of(address) as client:
        rows = build_rows_on(
            client, *batch, *_columns(places), regions=regions, progress=progress, cancelled=cancelled
        )
        yield from rows


def _columns(places: Sequence[OfferPoint]) -> tuple[list[float], list[float], list[float]]:
    return (
        [one.point[0] for one in places],
        [one.point[1] for one in places],
        [one.off_road for one in places],
    )


# Offers of several areas at one point: as far off the road as any, in the first of the areas.
_POINTS = """
select st_x(o.geog::geometry), st_y(o.geog::geometry),
  max(case when a.settlement = 'urban' then cast(:near as float8) else cast(:far as float8) end),
  min(a.code)
from offer o left join area a on a.code = o.area_code
where o.geog is not null
group by 1, 2 order by 1, 2
"""
