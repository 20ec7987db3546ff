"""The needs that a question may name: the taxonomy, as clients and answers show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from directory.tables import TaxonomyTerm


@dataclass(frozen=True, slots=True)
class Need:
    """One need or group of needs. parent: code of a wider one. sensitive: asking tells something private."""

    code: str
    name: str
    name_en: str
    description: str
    parent: str | None
    sensitive: bool


_ABOVE = aliased(TaxonomyTerm)
_NEEDS = select(
    TaxonomyTerm.code,
    TaxonomyTerm.name,
    TaxonomyTerm.name_en,
    TaxonomyTerm.description,
    _ABOVE.code.label("parent"),
    TaxonomyTerm.sensitive,
).outerjoin(_ABOVE, _ABOVE.id == TaxonomyTerm.parent_id)


def list_needs(session: Session, after: str | None, limit: int) -> list[Need]:
    """The taxonomy by code."""
    query = _NEEDS if after is None else _NEEDS.where(TaxonomyTerm.code > after)
    return [Need(*row) for row in session.execute(query.order_by(TaxonomyTerm.code).limit(limit))]


def needs_by_code(session: Session, codes: Sequence[str]) -> list[Need]:
    """Needs in the order of their codes given; codes that are none are left out."""
    rows = session.execute(_NEEDS.where(TaxonomyTerm.code.in_(codes)))
    found = {one.code: one for one in (Need(*row) for row in rows)}
    return [found[code] for code in codes if code in found]


def most_specific(needs: Sequence[Need]) -> tuple[Need, ...]:
    """Without those that another of them is a special case of."""
    wider = {one.parent for one in needs}
    return tuple(one for one in needs if one.code not in wider)
