"""The needs that a question may name."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.dependencies import Reading
from api.errors import PROBLEMS
from api.routes.organizations import page
from api.schemas import Code
from api.schemas_directory import NeedOut, Page
from directory.needs import list_needs

router = APIRouter(prefix="/needs", tags=["needs"], responses=PROBLEMS)


@router.get("", response_model=Page[NeedOut])
def needs(
    session: Reading,
    after: Annotated[Code | None, Query(description="The `next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Needs by code: what `needs` of a referral question takes."""
    rows = [asdict(one) for one in list_needs(session, after, limit + 1)]
    return page(rows, limit, key="code")
