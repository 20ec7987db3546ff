"""Areas by official code."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from api.dependencies import Reading
from api.errors import NOT_FOUND, PROBLEMS
from api.routes.organizations import page
from api.schemas import AreaCode
from api.schemas_directory import AreaOut, Page
from directory import catalog

router = APIRouter(prefix="/areas", tags=["areas"], responses=PROBLEMS)

Kind = Literal["country", "region", "province", "comuna"]


@router.get("", response_model=Page[AreaOut])
def areas(
    session: Reading,
    kind: Kind | None = None,
    parent: AreaCode | None = None,
    after: AreaCode | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Areas by code, of a kind or below a parent if given."""
    return page(catalog.list_areas(session, kind, parent, after, limit + 1), limit, key="code")


@router.get("/{code}", response_model=AreaOut, responses=NOT_FOUND)
def area(session: Reading, code: Annotated[AreaCode, Path()]) -> dict[str, Any]:
    """One area."""
    return catalog.get_area(session, code)
