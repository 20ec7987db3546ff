"""The second half of an import: what was staged against what was published, in set-based SQL.

One mechanism for every table: the first statement of a thing in the file is picked; a thing is written when
its digest is not the one published; its parts that are no longer stated go, the others change only where
they differ. All statements are made from COLUMNS and the table names of PARTS, nothing else.
"""

from collections.abc import Mapping
from typing import Any

from psycopg import Connection, sql

from directory.document_rows import COLUMNS
from directory.intake_stage import THINGS, keys, names, staged
from directory.tables import METADATA

type Link = Connection[tuple[Any, ...]]

# So many new rows make the planner's statistics of a table wrong.
MANY = 500
# For each thing: its tables, and the column by which their rows belong to it.
PARTS: dict[str, dict[str, str]] = {
    "organization": {"organization": "id"},
    "service": {
        "service": "id",
        "attribute": "link_id",
        "cost_option": "service_id",
        "required_document": "service_id",
        "service_area": "service_id",
    },
    "location": {"location": "id", "address": "location_id", "accessibility": "location_id"},
    "service_at_location": {
        "service_at_location": "id",
        "phone": "service_at_location_id",
        "schedule": "service_at_location_id",
        "schedule_exception": "service_at_location_id",
        "visit": "service_at_location_id",
        "service_capacity": "service_at_location_id",
    },
}


def picked(thing: str) -> sql.Identifier:
    """The temporary table of the things of a kind that are new, changed or back."""
    return sql.Identifier("pg_temp", f"pick_{thing}")


def pick(connection: Link, source_id: str) -> None:
    """Decide, for every thing stated, whether it is new, changed, back, or as it was (and then left out)."""
    for thing in THINGS:
        connection.execute(sql.SQL("drop table if exists {}").format(picked(thing)))
        connection.execute(
            sql.SQL("create temporary table {} on commit drop as").format(sql.Identifier(f"pick_{thing}"))
            + _PICK[thing].format(
                first=_FIRST.format(keys=keys(thing)),
                table=sql.Identifier(thing),
                source=sql.Literal(source_id),
            )
        )
        connection.execute(sql.SQL("analyze {}").format(picked(thing)))


# The first statement of each thing in the file stands.
_FIRST = sql.SQL("(select distinct on (id) seq, id, digest, ref, row from {keys} order by id, seq) k")
_PICK_OWNED = sql.SQL("""
select k.seq, k.id, t.id is not null as known, true as differs, k.digest
from {first} left join {table} t on t.id = k.id
where t.digest is distinct from k.digest
""")
_PICK = {
    "organization": sql.SQL("""
select k.seq, k.id, t.id is not null as known, true as differs, k.digest
from {first} left join organization t on t.id = k.id
left join statement s on s.organization_id = k.id and s.source_id = {source}
where s.digest is distinct from k.digest
"""),
    "service": _PICK_OWNED,
    "location": _PICK_OWNED,
    "service_at_location": sql.SQL("""
select k.seq, k.id, t.id is not null as known, k.ref, t.withdrawn_at is not null as back,
       t.digest is distinct from k.digest as differs
from {first} left join service_at_location t on t.id = k.id
where t.digest is distinct from k.digest or t.withdrawn_at is not null
"""),
}


def write(connection: Link, source_id: str) -> None:
    """Write all that was picked, things before what refers to them."""
    connection.execute(
        "update service_at_location t set withdrawn_at = null, last_modified = now()"
        " from pg_temp.pick_service_at_location p where p.id = t.id and p.back"
    )
    connection.execute(
        "insert into unit (id, name) select distinct id, name from pg_temp.stage_unit s"
        " where not exists (select from unit u where u.id = s.id)"
    )
    for thing, tables in PARTS.items():
        written = _one(connection, sql.SQL("select count(*), count(*) filter (where known) from {}"), thing)
        for table, owner in tables.items():
            if written[1]:
                _delete_vanished(connection, thing, table, owner)
                _update(connection, thing, table, owner)
            if written[0]:
                _insert(connection, thing, table, owner, some_known=bool(written[1]))
    connection.execute(
        "insert into statement (source_id, organization_id, digest)"
        " select %s, id, digest from pg_temp.pick_organization"
        " on conflict (source_id, organization_id) do update set digest = excluded.digest",
        [source_id],
    )


def withdraw(connection: Link, source_id: str) -> None:
    """Mark offers that the source no longer states."""
    connection.execute(
        sql.SQL(
            "update service_at_location t set withdrawn_at = now(), last_modified = now() where {}"
        ).format(missing(source_id))
    )


def missing(source_id: str) -> sql.Composed:
    """Condition on service_at_location t: an active offer of the source that the file does not state."""
    return sql.SQL(
        "t.source_id = {} and t.withdrawn_at is null"
        " and not exists (select from pg_temp.key_service_at_location k where k.id = t.id)"
    ).format(sql.Literal(source_id))


def _one(connection: Link, statement: sql.SQL, thing: str) -> tuple[Any, ...]:
    row = connection.execute(statement.format(picked(thing))).fetchone()
    assert row is not None
    return row


def _parts(thing: str, table: str, owner: str) -> Mapping[str, sql.Composable]:
    """The pieces that all statements about a table are made of."""
    return {
        "table": sql.Identifier(table),
        "stage": staged(table),
        "pick": picked(thing),
        "owner": sql.Identifier(owner),
        "columns": names(COLUMNS[table]),
    }


def _delete_vanished(connection: Link, thing: str, table: str, owner: str) -> None:
    if table == thing:
        return
    # A service's other attributes are not the source's to remove.
    ours = sql.SQL(" and t.link_type = 'need'" if table == "attribute" else "")
    statement = sql.SQL(
        "delete from {table} t using {pick} p where p.known and p.differs and t.{owner} = p.id"
        " and not exists (select from {stage} s where s.id = t.id and s.seq = p.seq)"
    )
    connection.execute(statement.format(**_parts(thing, table, owner)) + ours)


def _update(connection: Link, thing: str, table: str, owner: str) -> None:
    columns = [column for column in COLUMNS[table] if column != "id"]
    settings: list[sql.Composable] = [
        sql.SQL("{0} = s.{0}").format(sql.Identifier(column)) for column in columns
    ]
    if "last_modified" in METADATA.tables[table].columns:
        settings.append(sql.SQL("last_modified = now()"))
    statement = sql.SQL(
        "update {table} t set {settings} from {stage} s join {pick} p on p.seq = s.seq and p.id = s.{owner}"
        " where p.known and t.id = s.id and ({old}) is distinct from ({new})"
    )
    connection.execute(
        statement.format(
            **_parts(thing, table, owner),
            settings=sql.SQL(", ").join(settings),
            old=_of("t", columns),
            new=_of("s", columns),
        )
    )


def _insert(connection: Link, thing: str, table: str, owner: str, *, some_known: bool) -> None:
    columns = list(COLUMNS[table])
    values = _of("s", columns)
    stamped = "last_modified" in METADATA.tables[table].columns
    statement = sql.SQL(
        "insert into {table} ({columns}{stamp}) select {values}{now}"
        " from {stage} s join {pick} p on p.seq = s.seq and p.id = s.{owner}{missing}"
    )
    missing = sql.SQL(" where not p.known or not exists (select from {table} t where t.id = s.id)")
    inserted = connection.execute(
        statement.format(
            **_parts(thing, table, owner),
            values=values,
            missing=missing.format(table=sql.Identifier(table)) if some_known else sql.SQL(""),
            stamp=sql.SQL(", last_modified" if stamped else ""),
            now=sql.SQL(", now()" if stamped else ""),
        )
    ).rowcount
    # Nobody else can see these rows yet, so nobody counts them: the joins that follow would be planned
    # for the table as it was (empty, for a first import), and never end.
    if inserted >= MANY:
        connection.execute(sql.SQL("analyze {}").format(sql.Identifier(table)))


def _of(alias: str, columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(alias, column) for column in columns)
