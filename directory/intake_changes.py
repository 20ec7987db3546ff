"""What an import changes, in numbers and in samples, and what the file says twice in different ways."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.document_rows import COLUMNS
from directory.intake_merge import PARTS, Link, missing
from directory.run_report import SAMPLE_CHANGES, OfferChange


@dataclass(frozen=True, slots=True)
class Counts:
    """Offers by outcome, and how many other things (organizations, services, locations) were picked."""

    active_before: int
    new: int
    changed: int
    returned: int
    withdrawn: int
    others: int

    @property
    def any_written(self) -> bool:
        """Whether anything at all is to be written."""
        return bool(self.new or self.changed or self.returned or self.withdrawn or self.others)

    def offers(self) -> dict[str, int]:
        """Offers by outcome."""
        return {
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.active_before - self.withdrawn - self.changed,
            "withdrawn": self.withdrawn,
            "returned": self.returned,
        }


def count_outcomes(connection: Link, source_id: str) -> Counts:
    """Count what was picked, and what of the source is missing."""
    statement = sql.SQL("""
select
  (select count(*) from service_at_location where source_id = {source} and withdrawn_at is null),
  count(*) filter (where not known),
  count(*) filter (where known and not back),
  count(*) filter (where back),
  (select count(*) from service_at_location t where {missing}),
  (select count(*) from pg_temp.pick_organization) + (select count(*) from pg_temp.pick_service)
    + (select count(*) from pg_temp.pick_location)
from pg_temp.pick_service_at_location
""").format(source=sql.Literal(source_id), missing=missing(source_id))
    row = connection.execute(statement).fetchone()
    assert row is not None
    return Counts(*row)


def tell_conflicts(session: Session, run_id: int) -> None:
    """An Issue for every reference used again for another offer, and every thing described in two ways."""
    said = {
        "service_at_location": (
            "duplicate_ref",
            "error",
            "otra fila anterior ya usó esta referencia para otra oferta: vale la primera, esta se dejó fuera",
        ),
        "service": _described("del servicio"),
        "location": _described("del lugar", "vale la primera, o la que más protege la dirección"),
        "organization": _described("de la institución"),
    }
    for thing, (code, severity, message) in said.items():
        session.execute(
            text(_CONFLICTS[thing]), {"run": run_id, "code": code, "severity": severity, "message": message}
        )


def _described(what: str, rule: str = "vale la primera") -> tuple[str, str, str]:
    message = f"esta fila dice otra cosa {what} que una fila anterior con la misma referencia: {rule}"
    return ("conflicting_statement", "warning", message)


_CONFLICT = """
insert into issue (run_id, row, source_ref, code, severity, message)
select :run, k.row, k.ref, :code, :severity, :message
from (select distinct on (id) id, seq, digest from TABLE where id in (
  select id from TABLE group by id having count(*) > 1) order by id, seq) f
join TABLE k on k.id = f.id and k.seq > f.seq and k.digest <> f.digest
order by k.seq
"""
_CONFLICTS = {thing: _CONFLICT.replace("TABLE", f"pg_temp.key_{thing}") for thing in PARTS}


class Samples:
    """Samples of the offers that an import changes: made before it writes, told after."""

    def __init__(self, connection: Link, source_id: str):
        self._connection = connection
        self._ids = {outcome: self._find(outcome, source_id) for outcome in _OUTCOMES}
        self._before = _states(connection, self._ids["changed"])

    def told(self) -> list[OfferChange]:
        """The samples, with the fields that differ."""
        after = _states(self._connection, self._ids["changed"])
        changes = []
        for outcome, ids in self._ids.items():
            for id_, ref, name in self._names(ids):
                fields = _differing(self._before.get(id_, {}), after.get(id_, {}))
                changes.append(OfferChange(outcome, ref, name, fields))
        return changes

    def _find(self, outcome: str, source_id: str) -> list[Any]:
        statement = sql.SQL(" limit ").join(
            [sql.SQL(_OUTCOMES[outcome]).format(missing=missing(source_id)), sql.Literal(SAMPLE_CHANGES)]
        )
        return [id_ for (id_,) in self._connection.execute(statement)]

    def _names(self, ids: list[Any]) -> Iterable[tuple[Any, str, str]]:
        found = self._connection.execute(
            "select o.id, o.source_ref, coalesce(l.name, '') from service_at_location o"
            " join location l on l.id = o.location_id where o.id = any(%s) order by o.source_ref",
            [ids],
        )
        return [(id_, ref, name) for id_, ref, name in found]


_OUTCOMES = {
    "new": "select id from pg_temp.pick_service_at_location where not known order by seq",
    "changed": "select id from pg_temp.pick_service_at_location where known and not back order by seq",
    "returned": "select id from pg_temp.pick_service_at_location where back order by seq",
    "withdrawn": "select id from service_at_location t where {missing} order by t.source_ref",
}

# How the rows of each thing hang from an offer o.
_JOINS = {
    "service_at_location": "t.{owner} = o.id",
    "service": "t.{owner} = o.service_id",
    "location": "t.{owner} = o.location_id",
    "organization": "t.{owner} = (select s.organization_id from service s where s.id = o.service_id)",
}
_SILENT = frozenset({"id", "digest", "last_modified"})


def _states(connection: Link, ids: list[Any]) -> dict[Any, dict[str, Any]]:
    """What the directory says of these offers, field by field; parts (phones, visits) as a whole."""
    states: dict[Any, dict[str, Any]] = {id_: {} for id_ in ids}
    if not ids:
        return states
    for thing, tables in PARTS.items():
        for table, owner in tables.items():
            statement = sql.SQL(
                "select o.id, to_jsonb(t) from service_at_location o join {table} t on {join}"
                " where o.id = any(%s) order by t.id"
            ).format(
                table=sql.Identifier(table),
                join=sql.SQL(_JOINS[thing]).format(owner=sql.Identifier(owner)),
            )
            for id_, row in connection.execute(statement, [ids]):
                if table == thing:
                    said = {f"{table}.{name}": row[name] for name in COLUMNS[table] if name not in _SILENT}
                    states[id_].update(said)
                else:
                    states[id_].setdefault(table, []).append(row)
    return states


def _differing(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))
