"""One offer, whole."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from api.dependencies import Reading
from api.errors import NOT_FOUND, PROBLEMS
from api.schemas_directory import OfferOut
from directory.catalog import get_offer

router = APIRouter(prefix="/offers", tags=["offers"])


@router.get("/{id}", response_model=OfferOut, responses=PROBLEMS | NOT_FOUND)
def offer(session: Reading, id: UUID) -> dict[str, Any]:
    """An active offer with its next openings. A protected address has no point and no street here."""
    return get_offer(session, id)
