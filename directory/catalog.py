"""Plain lists and single objects, HSDS names, paged by a stable key (never by offset: data change meanwhile).

Protected places show no point and no address here either: one rule, in _public.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from geoalchemy2 import Geometry
from sqlalchemy import Row, Select, cast, func, select
from sqlalchemy.orm import Session

from directory.calendar_store import upcoming
from directory.errors import NotFoundError
from directory.records import Visibility
from directory.tables import (
    Accessibility,
    Address,
    Area,
    ImportRun,
    Location,
    Offer,
    Organization,
    Phone,
    Service,
    ServiceAtLocation,
    Source,
)

NEXT_OPENINGS = 20
LOOK_AHEAD = timedelta(days=60)

ORGANIZATION = (
    Organization.id, Organization.name, Organization.alternate_name, Organization.description,
    Organization.email, Organization.website, Organization.uri, Organization.parent_organization_id,
)  # fmt: skip
SERVICE = (
    Service.id, Service.organization_id, Service.name, Service.description, Service.url, Service.email,
    Service.status, Service.application_process, Service.fees_description, Service.eligibility_description,
    Service.minimum_age, Service.maximum_age, Service.alert, Service.last_modified,
)  # fmt: skip
LOCATION = (
    Location.id, Location.organization_id, Location.name, Location.location_type, Location.transportation,
    Location.visibility, Location.position_source, Location.precision_m, Location.zone, Location.area_code,
    func.ST_X(cast(Location.geog, Geometry)).label("longitude"),
    func.ST_Y(cast(Location.geog, Geometry)).label("latitude"),
)  # fmt: skip
AREA = (
    Area.code,
    Area.kind,
    Area.name,
    Area.slug,
    Area.parent_code,
    Area.population,
    Area.zone,
    Area.boundary,
)

type Rows = list[dict[str, Any]]


def list_organizations(session: Session, after: UUID | None, limit: int) -> Rows:
    """Organizations by id, after one of them."""
    return _page(session, select(*ORGANIZATION), Organization.id, after, limit)


def get_organization(session: Session, id_: UUID) -> dict[str, Any]:
    """One organization. Raises NotFoundError."""
    return _one(session, select(*ORGANIZATION).where(Organization.id == id_), "organization")


def list_services(session: Session, after: UUID | None, limit: int, organization: UUID | None) -> Rows:
    """Services by id, of one organization if given."""
    query = select(*SERVICE)
    if organization is not None:
        query = query.where(Service.organization_id == organization)
    return _page(session, query, Service.id, after, limit)


def get_service(session: Session, id_: UUID) -> dict[str, Any]:
    """One service, with the offers it is given as. Raises NotFoundError."""
    service = _one(session, select(*SERVICE).where(Service.id == id_), "service")
    offers = select(ServiceAtLocation.id, ServiceAtLocation.location_id).where(
        ServiceAtLocation.service_id == id_, ServiceAtLocation.withdrawn_at.is_(None)
    )
    service["service_at_locations"] = _plain(session.execute(offers.order_by(ServiceAtLocation.id)).all())
    return service


def list_locations(session: Session, after: UUID | None, limit: int, area: str | None) -> Rows:
    """Locations by id, in one comuna if given."""
    query = select(*LOCATION)
    if area is not None:
        query = query.where(Location.area_code == area)
    return [_public(one) for one in _page(session, query, Location.id, after, limit)]


def get_location(session: Session, id_: UUID) -> dict[str, Any]:
    """One location with addresses, phones and accessibility. Raises NotFoundError."""
    location = _public(_one(session, select(*LOCATION).where(Location.id == id_), "location"))
    addresses = select(
        Address.id, Address.address_1, Address.city, Address.state_province, Address.postal_code,
        Address.country, Address.address_type,
    ).where(Address.location_id == id_)  # fmt: skip
    protected = location["visibility"] != Visibility.FULL
    location["addresses"] = [] if protected else _plain(session.execute(addresses).all())
    phones = select(Phone.id, Phone.number, Phone.type, Phone.extension, Phone.description)
    location["phones"] = _plain(session.execute(phones.where(Phone.location_id == id_)).all())
    facilities = select(Accessibility.facility, Accessibility.answer, Accessibility.description)
    location["accessibility"] = _plain(
        session.execute(facilities.where(Accessibility.location_id == id_)).all()
    )
    return location


def list_areas(session: Session, kind: str | None, parent: str | None, after: str | None, limit: int) -> Rows:
    """Areas by code, of a kind or below a parent if given."""
    query = select(*AREA).order_by(Area.code).limit(limit)
    if kind is not None:
        query = query.where(Area.kind == kind)
    if parent is not None:
        query = query.where(Area.parent_code == parent)
    if after is not None:
        query = query.where(Area.code > after)
    return _plain(session.execute(query).all())


def get_area(session: Session, code: str) -> dict[str, Any]:
    """One area. Raises NotFoundError."""
    return _one(session, select(*AREA).where(Area.code == code), "area")


def get_offer(session: Session, id_: UUID, now: datetime | None = None) -> dict[str, Any]:
    """One active offer: its card, its public point and its next openings. Raises NotFoundError."""
    offer = _one(
        session,
        select(
            Offer.id, Offer.kind, Offer.zone, Offer.card, Offer.timetable_id, Offer.area_code,
            func.ST_X(cast(Offer.geog, Geometry)).label("lon"),
            func.ST_Y(cast(Offer.geog, Geometry)).label("lat"),
        ).where(Offer.id == id_),
        "offer",
    )  # fmt: skip
    start = now or datetime.now(UTC)
    timetable = offer.pop("timetable_id")
    openings = upcoming(session, [timetable], start, start + LOOK_AHEAD) if timetable is not None else {}
    zone = ZoneInfo(offer["zone"])
    offer["hours_known"] = timetable is not None
    offer["openings"] = [
        {"opens": one.start.astimezone(zone), "closes": one.end.astimezone(zone), "kind": str(one.kind)}
        for one in openings.get(timetable, [])[:NEXT_OPENINGS]
    ]
    offer["offer"] = offer.pop("card")
    return offer


def data_age(session: Session, now: datetime | None = None) -> Rows:
    """Every source with its publisher, the end of its last import, its age in days, and whether that is too old."""
    last = (
        select(ImportRun.source_id, func.max(ImportRun.ended_at).label("imported_at"))
        .group_by(ImportRun.source_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Source.id,
            Source.title,
            Source.publisher,
            Source.licence,
            Source.period_days,
            Source.demonstration,
            last.c.imported_at,
        )
        .join(last, last.c.source_id == Source.id)
        .order_by(Source.id)
    ).all()
    today = now or datetime.now(UTC)
    return [_aged(dict(row._mapping), today) for row in rows]


def _aged(source: dict[str, Any], now: datetime) -> dict[str, Any]:
    imported = source["imported_at"]
    age = (now - imported).days if imported else None
    return {**source, "age_days": age, "stale": age is None or age > source["period_days"]}


def _public(location: dict[str, Any]) -> dict[str, Any]:
    """A protected place gives neither its point, nor how exactly that is known, nor the way there."""
    if location["visibility"] != Visibility.FULL:
        location.update(
            longitude=None, latitude=None, position_source=None, precision_m=None, transportation=None
        )
    return location


def _page(
    session: Session, query: Select[*tuple[Any, ...]], key: Any, after: UUID | None, limit: int
) -> Rows:
    if after is not None:
        query = query.where(key > after)
    return _plain(session.execute(query.order_by(key).limit(limit)).all())


def _one(session: Session, query: Select[*tuple[Any, ...]], what: str) -> dict[str, Any]:
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no such {what}")
    return dict(row._mapping)


def _plain(rows: Sequence[Row[*tuple[Any, ...]]]) -> Rows:
    return [dict(row._mapping) for row in rows]
