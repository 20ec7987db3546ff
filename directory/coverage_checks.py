"""What a coverage question may ask. Every refusal names the field and says what would do."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory import candidates
from directory.coverage_areas import AreaNames
from directory.coverage_roads import longest
from directory.coverage_terms import CoverageQuery
from directory.errors import QuestionError
from directory.supply import asked_days

# So many days may be asked for at once: openings are known for a season.
MOST_DAYS = 90


def check_query(
    session: Session, query: CoverageQuery, areas: AreaNames, insurances: Collection[str]
) -> None:
    """Raise QuestionError for a question that cannot be answered as asked."""
    _check_minutes(query)
    _check_codes(session, query)
    _check_person(query, areas, insurances)
    _check_hours(query)
    span = asked_days(query)
    if span is not None:
        check_days(session, *span)


def check_days(session: Session, first: date, last: date) -> None:
    """Raise QuestionError (field day) for days whose openings are not known (any more, or yet)."""
    known = candidates.known_days(session)
    if known is not None and not (known[0] <= first and last <= known[1]):
        raise QuestionError(
            f"Los horarios se conocen del {known[0]} al {known[1]}: elige días entre esos.", field="day"
        )


def check_count(count: int, field: str) -> None:
    """Raise QuestionError for a number of days that is not possible."""
    if not 1 <= count <= MOST_DAYS:
        raise QuestionError(f"Se puede preguntar por 1 a {MOST_DAYS} días.", field=field)


def _check_minutes(query: CoverageQuery) -> None:
    most = longest(query.mode)
    if not 1 <= query.minutes <= most:
        raise QuestionError(f"El viaje puede durar de 1 a {most:.0f} minutos.", field="minutes")


def _check_codes(session: Session, query: CoverageQuery) -> None:
    needs = _unknown(query.needs, session, "select code from taxonomy_term where code = any(:codes)")
    if needs:
        raise QuestionError(
            f"No existe la necesidad {needs}: los códigos están en /api/v1/needs.", field="needs"
        )
    kinds = _unknown(query.kinds, session, "select key from facet where kind = 'kind' and key = any(:codes)")
    if kinds:
        known = session.scalars(text("select key from facet where kind = 'kind' order by key"))
        raise QuestionError(f"No existe el tipo {kinds}: puede ser {', '.join(known)}.", field="kinds")


def _unknown(codes: Sequence[str], session: Session, statement: str) -> str:
    """The codes that a statement does not find, in words; "" when it finds all."""
    if not codes:
        return ""
    if any("\0" in code for code in codes):  # which the database would not take
        return "con ese nombre"
    known = set(session.scalars(text(statement), {"codes": list(codes)}))
    return ", ".join(f"«{code}»" for code in codes if code not in known)


def _check_person(query: CoverageQuery, areas: AreaNames, insurances: Collection[str]) -> None:
    for field, code in (("area_code", query.area_code), ("residence", query.person.residence)):
        if code is not None and code not in areas.by_code:
            raise QuestionError(
                f"No existe el territorio «{code}»: los códigos están en /api/v1/areas.", field=field
            )
    insurance = query.person.insurance
    if insurance is not None and insurance not in insurances:
        raise QuestionError(
            f"No existe la previsión «{insurance}»: puede ser {', '.join(sorted(insurances))}.",
            field="insurance",
        )


def _check_hours(query: CoverageQuery) -> None:
    check_count(query.days, "days")
    if query.day is None and query.days > 1:
        raise QuestionError("Para preguntar por varios días, di desde qué día.", field="day")
    if query.day is None and query.open_at is not None:
        raise QuestionError("Para preguntar por una hora, di de qué día.", field="open_at")
