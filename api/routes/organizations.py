"""Organizations, services and locations under their HSDS names, paged by id."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from api.dependencies import Reading
from api.errors import NOT_FOUND, PROBLEMS
from api.schemas import AreaCode
from api.schemas_directory import LocationOut, OrganizationOut, Page, ServiceOut
from directory import catalog

router = APIRouter(tags=["directory"], responses=PROBLEMS)

After = Annotated[UUID | None, Query(description="The `next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/organizations", response_model=Page[OrganizationOut])
def organizations(session: Reading, after: After = None, limit: Limit = 50) -> dict[str, Any]:
    """Organizations by id."""
    return page(catalog.list_organizations(session, after, limit + 1), limit)


@router.get("/organizations/{id}", response_model=OrganizationOut, responses=NOT_FOUND)
def organization(session: Reading, id: UUID) -> dict[str, Any]:
    """One organization."""
    return catalog.get_organization(session, id)


@router.get("/services", response_model=Page[ServiceOut])
def services(
    session: Reading, after: After = None, limit: Limit = 50, organization_id: UUID | None = None
) -> dict[str, Any]:
    """Services by id, of one organization if given."""
    return page(catalog.list_services(session, after, limit + 1, organization_id), limit)


@router.get("/services/{id}", response_model=ServiceOut, responses=NOT_FOUND)
def service(session: Reading, id: UUID) -> dict[str, Any]:
    """One service and where it is given."""
    return catalog.get_service(session, id)


@router.get("/locations", response_model=Page[LocationOut])
def locations(
    session: Reading, after: After = None, limit: Limit = 50, area_code: AreaCode | None = None
) -> dict[str, Any]:
    """Locations by id, in one comuna if given."""
    return page(catalog.list_locations(session, after, limit + 1, area_code), limit)


@router.get("/locations/{id}", response_model=LocationOut, responses=NOT_FOUND)
def location(session: Reading, id: UUID) -> dict[str, Any]:
    """One location with its addresses, phones and accessibility."""
    return catalog.get_location(session, id)


def page(rows: list[dict[str, Any]], limit: int, key: str = "id") -> dict[str, Any]:
    """A page of at most limit rows out of limit + 1 read: next is the key to go on after, or null."""
    more = len(rows) > limit
    contents = rows[:limit]
    return {"contents": contents, "next": str(contents[-1][key]) if more else None}
