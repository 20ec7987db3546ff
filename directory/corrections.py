"""Fields mended by hand: written at once, told in the HSDS change log, applied again after every import."""

import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from psycopg import sql
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from directory.errors import DirectoryError, NotFoundError
from directory.projection import refresh_offers
from directory.records import PositionSource, Visibility
from directory.tables import METADATA, Correction, Metadata
from geo.errors import PositionError
from geo.points import LonLat

# How exactly a point set by hand is taken to be.
BY_HAND_PRECISION_M = 20
STATUSES = frozenset({"active", "inactive", "defunct", "temporarily closed"})


def _words(value: str) -> str:
    if "\0" in value:
        raise ValueError("a text cannot hold a null character")
    return value


def _whole(value: str) -> str:
    return str(int(value))


def _day(value: str) -> str:
    return date.fromisoformat(value).isoformat()


def _point(value: str) -> str:
    lon, lat = map(float, value.replace(",", " ").split())
    return LonLat(lon, lat).wkt


def _one_of(choices: Iterable[str]) -> Callable[[str], str]:
    allowed = frozenset(map(str, choices))

    def check(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(sorted(allowed))}")
        return value

    return check


# What may be mended, and how its text is read. Not here: what the calendar or the ids follow from.
FIELDS: dict[str, dict[str, Callable[[str], str]]] = {
    "organization": {"name": _words, "description": _words, "email": _words, "website": _words},
    "service": {
        "name": _words, "description": _words, "url": _words, "email": _words, "status": _one_of(STATUSES),
        "application_process": _words, "eligibility_description": _words, "service_minutes": _whole,
        "alert": _words,
    },
    "location": {
        "name": _words, "transportation": _words, "visibility": _one_of(Visibility), "geog": _point
    },
    "address": {"address_1": _words, "city": _words, "postal_code": _words},
    "phone": {"number": _words, "extension": _whole, "type": _words, "description": _words},
    "service_at_location": {"description": _words, "verified_on": _day},
}  # fmt: skip


def correct(
    session: Session, entity: str, entity_id: UUID, field: str, value: str | None, reason: str, author: str
) -> Correction:
    """Mend one field now and after every import; value is text (a point: "lon lat"), None empties the field.

    Takes the place of an earlier correction of the same field. Raises DirectoryError for a field that may
    not be mended or a value it cannot hold, NotFoundError when there is no such thing.
    """
    mended = None if value is None else _read(entity, field, value)
    nullable = METADATA.tables[entity].columns[field].nullable if _allowed(entity, field) else False
    if value is None and not nullable:
        raise DirectoryError(f"{entity}.{field} cannot be empty")
    before = _current(session, entity, entity_id, field)
    now = datetime.now(UTC)
    for earlier in _open(session, entity, entity_id, field):
        earlier.ended_at = now
    made = Correction(
        entity=entity,
        entity_id=entity_id,
        field=field,
        value=mended,
        reason=reason,
        author=author,
        made_at=now,
    )
    session.add(made)
    session.flush()
    _apply(session, entity, field)
    after = _current(session, entity, entity_id, field)
    _log(session, made, before, after)
    refresh_offers(session, _shown_in(session, entity, entity_id))
    return made


def end_correction(session: Session, correction_id: int) -> Correction:
    """End a correction: the next import of the source writes what the source says."""
    ended = session.get(Correction, correction_id)
    if ended is None or ended.ended_at is not None:
        raise NotFoundError(f"there is no open correction {correction_id}")
    ended.ended_at = datetime.now(UTC)
    session.execute(text(_FORGET[ended.entity]), {"id": ended.entity_id})
    return ended


def list_corrections(session: Session) -> list[Correction]:
    """Open corrections, oldest first."""
    query = select(Correction).where(Correction.ended_at.is_(None)).order_by(Correction.id)
    return list(session.scalars(query))


def apply_corrections(session: Session) -> list[str]:
    """Apply every open correction where it does not hold. Returns those that find nothing to mend."""
    open_fields = session.execute(
        select(Correction.entity, Correction.field).where(Correction.ended_at.is_(None)).distinct()
    ).all()
    for entity, field in open_fields:
        _apply(session, entity, field)
    return [
        orphan
        for entity in sorted({entity for entity, _ in open_fields})
        for orphan in _orphans(session, entity)
    ]


def _allowed(entity: str, field: str) -> bool:
    return field in FIELDS.get(entity, {})


def _read(entity: str, field: str, value: str) -> str:
    if not _allowed(entity, field):
        raise DirectoryError(f"{entity}.{field} cannot be mended by hand")
    try:
        return FIELDS[entity][field](value)
    except (ValueError, PositionError) as error:
        raise DirectoryError(f"{value!r} cannot be {entity}.{field}: {error}") from error


def _current(session: Session, entity: str, entity_id: UUID, field: str) -> str:
    """The field as text; empty when it is null."""
    shown = "ST_AsText({})" if field == "geog" else "{}::text"
    statement = sql.SQL("select {} from {} where id = %s").format(
        sql.SQL(shown).format(sql.Identifier(field)), sql.Identifier(entity)
    )
    row = _driver(session).execute(statement, [entity_id]).fetchone()
    if row is None:
        raise NotFoundError(f"there is no {entity} {entity_id}")
    return row[0] or ""


def _open(session: Session, entity: str, entity_id: UUID, field: str) -> Iterable[Correction]:
    return session.scalars(
        select(Correction).where(
            Correction.entity == entity,
            Correction.entity_id == entity_id,
            Correction.field == field,
            Correction.ended_at.is_(None),
        )
    ).all()


def _apply(session: Session, entity: str, field: str) -> None:
    """Write the open corrections of one field of one table where they do not hold."""
    session.flush()
    column = METADATA.tables[entity].columns[field]
    value = sql.SQL("c.value::{}").format(sql.SQL(_TYPES.get(field, str(column.type).lower())))
    settings: list[sql.Composable] = [sql.SQL("{} = {}").format(sql.Identifier(field), value)]
    if "last_modified" in METADATA.tables[entity].columns:
        settings.append(sql.SQL("last_modified = now()"))
    if field == "geog":
        settings.append(sql.SQL(_POSITION))
    statement = sql.SQL(
        "update {table} t set {settings} from correction c"
        " where c.entity = {entity} and c.field = {field} and c.ended_at is null and t.id = c.entity_id"
        " and t.{column} is distinct from {value}"
    )
    _driver(session).execute(
        statement.format(
            table=sql.Identifier(entity),
            settings=sql.SQL(", ").join(settings),
            entity=sql.Literal(entity),
            field=sql.Literal(field),
            column=sql.Identifier(field),
            value=value,
        )
    )


_TYPES = {"geog": "geography"}
# A point set by hand is as good as given; without a point there is no rung either.
_POSITION = (
    f"position_source = case when c.value is not null then '{PositionSource.GIVEN}' end,"
    f" precision_m = case when c.value is not null then {BY_HAND_PRECISION_M} end, position_note = c.reason"
)
_FORGET = {
    "organization": "delete from statement where organization_id = :id",
    "service": "update service set digest = null where id = :id",
    "location": "update location set digest = null where id = :id",
    "address": "update location set digest = null"
    " where id = (select location_id from address where id = :id)",
    "phone": "update service_at_location set digest = ''"
    " where id = (select service_at_location_id from phone where id = :id)",
    "service_at_location": "update service_at_location set digest = '' where id = :id",
}


def _orphans(session: Session, entity: str) -> list[str]:
    statement = sql.SQL(
        "select c.field, c.entity_id, c.value from correction c where c.entity = %s and c.ended_at is null"
        " and not exists (select from {} t where t.id = c.entity_id) order by c.id"
    ).format(sql.Identifier(entity))
    return [
        f"{entity}.{field} de {id_}: «{value}»"
        for field, id_, value in _driver(session).execute(statement, [entity])
    ]


def _log(session: Session, made: Correction, before: str, after: str) -> None:
    session.add(
        Metadata(
            id=uuid.uuid4(),
            resource_id=made.entity_id,
            resource_type=made.entity,
            last_action_date=made.made_at,
            last_action_type="update",
            field_name=made.field,
            previous_value=before,
            replacement_value=after,
            updated_by=made.author,
        )
    )
    session.flush()


# Offers in which a mended thing shows.
_SHOWN_IN = {
    "organization": "select o.id from service_at_location o join service s on s.id = o.service_id"
    " where s.organization_id = :id",
    "service": "select o.id from service_at_location o where o.service_id = :id",
    "location": "select o.id from service_at_location o where o.location_id = :id",
    "address": "select o.id from service_at_location o join address a on a.location_id = o.location_id"
    " where a.id = :id",
    "phone": "select service_at_location_id from phone where id = :id and service_at_location_id is not null",
    "service_at_location": "select o.id from service_at_location o where o.id = :id",
}


def _shown_in(session: Session, entity: str, entity_id: UUID) -> list[UUID]:
    return list(session.scalars(text(_SHOWN_IN[entity]), {"id": entity_id}))


def _driver(session: Session) -> Any:
    connection = session.connection().connection.driver_connection
    assert connection is not None
    return connection
