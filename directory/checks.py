"""What a referral question may ask: known codes, and days whose calendars are known.

Every refusal says what would do. An unknown code would otherwise be answered with nothing, and nothing looks
like "there is no such place".
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from directory.errors import QuestionError
from directory.memory import Memory
from directory.tables import TaxonomyTerm


def check_needs(session: Session, memory: Memory, codes: Sequence[str]) -> None:
    """Raise QuestionError for a need that is not in the taxonomy. One that nobody offers is known too."""
    new = [code for code in codes if memory.facets([f"need:{code}"]) is None]
    if not new:
        return
    known = set(session.scalars(select(TaxonomyTerm.code).where(TaxonomyTerm.code.in_(new))))
    unknown = [code for code in new if code not in known]
    if unknown:
        raise QuestionError(
            f"No existe la necesidad {_listed(unknown)}: los códigos están en /api/v1/needs.", field="needs"
        )


def check_kind(memory: Memory, kind: str | None) -> None:
    """Raise QuestionError, with the kinds there are, for a kind that no offer ever had."""
    known = memory.names("kind")
    if kind is not None and known and kind not in known:
        raise QuestionError(f"No existe el tipo «{kind}»: puede ser {', '.join(known)}.", field="kind")


def check_insurance(known: Collection[str], insurance: str | None) -> None:
    """Raise QuestionError, with the insurances there are, for one that the country does not have."""
    if insurance is not None and insurance not in known:
        raise QuestionError(
            f"No existe la previsión «{insurance}»: puede ser {', '.join(sorted(known))}.", field="insurance"
        )


def check_moment(memory: Memory, moment: datetime) -> None:
    """Raise QuestionError for a day whose openings are not known (any more, or yet)."""
    days = memory.known_days
    if days is not None and not days[0] <= moment.date() <= days[1]:
        raise QuestionError(
            f"Los horarios se conocen del {days[0]} al {days[1]}: elija una hora de salida entre esos días.",
            field="leave_at",
        )


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(f"«{code}»" for code in codes)
