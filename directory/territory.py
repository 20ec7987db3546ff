"""Areas as they are asked for: all in memory, by point, or with what they lie in."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.areas import Area, AreaIndex
from geo.gazetteer import PLAIN, Spelling
from geo.points import LonLat
from geo.travel import OFF_ROAD, RURAL_OFF_ROAD
from geo.units import Metres

# Beyond this from any shape a point is not in the country's land: coasts and islets are drawn coarsely.
NEAR_AREA_M = 20_000.0
REMEMBERED_POINTS = 200_000


@dataclass(frozen=True, slots=True)
class AreaAt:
    """The comuna of a point, its region, and how far outside the comuna's shape the point is (0: inside)."""

    code: str
    name: str
    region: str | None
    zone: str
    metres: float


class Territory:
    """The areas as the service asks for them, by code or by point. Immutable, safe between threads."""

    def __init__(
        self,
        index: AreaIndex,
        landmasses: dict[str, str],
        default_zone: str,
        urban: Collection[str] = (),
    ) -> None:
        self.index = index
        self._landmasses = landmasses
        self._default_zone = default_zone
        self._urban = frozenset(urban)
        # Offers are asked for over and over, and finding a comuna costs more than the rest of an estimate.
        self.landmass_at = lru_cache(maxsize=REMEMBERED_POINTS)(self._landmass_at)

    def zone(self, code: str | None) -> str:
        """Civil time zone of an area; the country's when there is no such area."""
        area = self.index[code] if code is not None and code in self.index else None
        return (area.zone if area else None) or self._default_zone

    def seat(self, code: str) -> LonLat | None:
        """The point that stands for an area when no better one is known."""
        return self.index[code].seat

    def name(self, code: str) -> str:
        """Name of an area."""
        return self.index[code].name

    def region(self, code: str) -> str | None:
        """Name of the region of a comuna."""
        above = self.index.ancestors(code)
        return self.index[above[-1]].name if above else None

    def boundary(self, code: str) -> str:
        """Whether the shape of an area is official or approximate."""
        return self.index[code].boundary

    def landmass(self, code: str) -> str | None:
        """Landmass of an area, None for the mainland."""
        return self._landmasses.get(code)

    def off_road(self, code: str | None) -> Metres:
        """How far from a road a place of this area may lie and still be on the network.

        Less only where people are known to live close together: a mixed, rural or unknown area has roads
        that no map knows.
        """
        return OFF_ROAD if code in self._urban else RURAL_OFF_ROAD

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Codes above an area, nearest first; none for an unknown one."""
        return self.index.ancestors(code) if code in self.index else ()

    def area_at(self, point: LonLat) -> str | None:
        """Code of the comuna at a point, or of the nearest within 20 km."""
        return self.index.at(point, Metres(NEAR_AREA_M))

    def _landmass_at(self, point: LonLat) -> str | None:
        """Landmass of the comuna at a point; None for the mainland and for the sea."""
        code = self.area_at(point)
        return None if code is None else self.landmass(code)


def ancestors(session: Session, code: str) -> tuple[str, ...]:
    """The codes of an area and of what it lies in, smallest first; empty when there is no such area."""
    return tuple(session.scalars(text(_ANCESTORS), {"code": code}))


def nearest_area(session: Session, point: LonLat) -> AreaAt | None:
    """The comuna at a point, or the nearest within 20 km (coasts are coarse). None: not in the country."""
    row = session.execute(
        text(_NEAREST_AREA), {"lon": point.lon, "lat": point.lat, "limit": NEAR_AREA_M}
    ).first()
    return None if row is None else AreaAt(row.code, row.name, row.region, row.zone, float(row.metres))


def load_area_index(session: Session, spelling: Spelling = PLAIN) -> AreaIndex:
    """All areas in memory. Only comunas have their polygon, so that a point always finds a comuna."""
    return AreaIndex(map(_area, session.execute(text(_ALL_AREAS))), spelling)


def load_territory(session: Session) -> Territory:
    """What the service keeps in memory of the areas."""
    rows = session.execute(text("select code, landmass from area where landmass is not null"))
    country = session.scalar(
        text("select zone from area order by kind = 'country' desc, population desc nulls last")
    )
    urban = session.scalars(text("select code from area where settlement = 'urban'"))
    landmasses = {code: landmass for code, landmass in rows}
    return Territory(load_area_index(session), landmasses, country or "UTC", list(urban))


def _area(row: Any) -> Area:
    polygon = shapely.from_wkb(bytes(row.shape)) if row.shape is not None else None
    seat = LonLat(row.lon, row.lat) if row.lon is not None else None
    return Area(row.code, row.name, row.parent_code, polygon, seat, row.zone, row.boundary or "approximate")


_ALL_AREAS = """
select code, name, parent_code, zone, boundary,
  case when kind = 'comuna' then ST_AsBinary(shape) end as shape,
  ST_X(seat::geometry) as lon, ST_Y(seat::geometry) as lat
from area order by code
"""
_ANCESTORS = """
with recursive up as (
  select code, parent_code, 0 as depth from area where code = :code
  union all
  select a.code, a.parent_code, up.depth + 1 from area a join up on a.code = up.parent_code where up.depth < 8
)
select code from up order by depth
"""
# KNN in degrees only picks the few candidates; metres decide, on the spheroid.
_NEAREST_AREA = """
with here as (select ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) as point),
near as (
  select a.* from area a, here
  where a.kind = 'comuna' and a.shape is not null
  order by a.shape <-> here.point, a.code
  limit 5
)
select n.code, n.name, n.zone, region.name as region,
  case when ST_Covers(n.shape, here.point) then 0
       else ST_Distance(n.shape::geography, here.point::geography) end as metres
from near n cross join here
left join area province on province.code = n.parent_code
left join area region on region.code = province.parent_code and region.kind = 'region'
where ST_Covers(n.shape, here.point) or ST_DWithin(n.shape::geography, here.point::geography, :limit)
order by metres, n.boundary desc, n.code
limit 1
"""
