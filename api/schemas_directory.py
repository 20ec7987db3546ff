"""Plain lists and single objects as they go out over JSON, under their HSDS names."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from directory.card import OfferCard


class OpeningOut(BaseModel):
    """One opening, as moments with offset."""

    opens: datetime
    closes: datetime
    kind: Literal["regular", "visit", "exception"]


class OfferOut(BaseModel):
    """One offer, whole. openings: the next ones, none when hours_known is false."""

    id: UUID
    kind: str
    zone: str
    area_code: str | None
    lon: float | None
    lat: float | None
    hours_known: bool
    openings: list[OpeningOut]
    offer: OfferCard


class OrganizationOut(BaseModel):
    """HSDS organization."""

    id: UUID
    name: str
    alternate_name: str | None
    description: str
    email: str | None
    website: str | None
    uri: str | None
    parent_organization_id: UUID | None


class ServiceAtLocationOut(BaseModel):
    """Where a service is given; id is the id of the offer."""

    id: UUID
    location_id: UUID


class ServiceOut(BaseModel):
    """HSDS service. service_at_locations only when asked for one service."""

    id: UUID
    organization_id: UUID
    name: str
    description: str | None
    url: str | None
    email: str | None
    status: str
    application_process: str | None
    fees_description: str | None
    eligibility_description: str | None
    minimum_age: int | None
    maximum_age: int | None
    alert: str | None
    last_modified: datetime
    service_at_locations: list[ServiceAtLocationOut] | None = None


class LocationOut(BaseModel):
    """HSDS location. longitude, latitude and addresses are absent when the address is protected."""

    id: UUID
    organization_id: UUID | None
    name: str | None
    location_type: str
    transportation: str | None
    visibility: str
    position_source: str | None
    precision_m: float | None
    zone: str
    area_code: str | None
    longitude: float | None
    latitude: float | None
    addresses: list[dict[str, Any]] | None = None
    phones: list[dict[str, Any]] | None = None
    accessibility: list[dict[str, Any]] | None = None


class AreaOut(BaseModel):
    """One area by official code. boundary: official, approximate, or null when it has no shape."""

    code: str
    kind: str
    name: str
    slug: str
    parent_code: str | None
    population: int | None
    zone: str
    boundary: str | None


class Page[Row](BaseModel):
    """A page of a list; next is what to give as `after` for the following one."""

    contents: list[Row]
    next: str | None


class SourceHealth(BaseModel):
    """One source and the age of its data."""

    id: str
    title: str
    period_days: int
    demonstration: bool
    imported_at: datetime | None
    age_days: int | None
    stale: bool


class HealthOut(BaseModel):
    """ok, or attention when a migration is pending or data are old."""

    status: Literal["ok", "attention"]
    database: Literal["ok"]
    pending_migrations: list[str]
    sources: list[SourceHealth]


class NeedOut(BaseModel):
    """One need of the taxonomy, or a group of them. parent: the wider need that it is a case of.

    sensitive: asking for it tells something private about a person; ask in the body (POST), not in an address.
    """

    code: str
    name: str
    name_en: str
    description: str
    parent: str | None
    sensitive: bool
