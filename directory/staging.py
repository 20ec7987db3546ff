"""Rows on their way in: COPY into a table made in the same transaction, then set-based SQL.

A table made in the transaction gives its space back at once when the transaction fails.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

# What importers hold without knowing how to speak SQL.
type Database = Engine
type Transaction = Session
# How far a load is: units done, and of how many (None: not known).
type Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a load changed: all zero when everything was there already."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(
            self.inserted + other.inserted, self.updated + other.updated, self.deleted + other.deleted
        )

    @property
    def total(self) -> int:
        """Rows changed in all."""
        return self.inserted + self.updated + self.deleted


def stage(session: Session, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> int:
    """Fill a temporary table of these columns and types, replacing one of the same name. Returns the rows."""
    name = sql.Identifier(table)
    typed = [sql.SQL("{} {}").format(sql.Identifier(key), sql.SQL(kind)) for key, kind in columns.items()]
    count = 0
    connection = session.connection().connection.driver_connection
    assert connection is not None
    with connection.cursor() as cursor:
        if cursor.execute("select to_regclass(%s)", [f"pg_temp.{table}"]).fetchone()[0]:
            cursor.execute(sql.SQL("drop table pg_temp.{}").format(name))
        cursor.execute(
            sql.SQL("create temporary table {} ({}) on commit drop").format(name, sql.SQL(", ").join(typed))
        )
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(name, names)) as copy:
            for count, row in enumerate(rows, 1):  # noqa: B007  # the count outlives the loop
                copy.write_row(row)
        # Without statistics the planner takes a few rows for granted and joins row by row.
        cursor.execute(sql.SQL("analyze {}").format(name))
    return count


def find_areas(session: Session, table: str) -> int:
    """Give staged rows (area_code, geog) without area the comuna at their point. Returns how many looked.

    Against shapes cut into pieces: a point in a coast of ten thousand corners is slow to place.
    """
    name = sql.Identifier(table)
    connection = session.connection().connection.driver_connection
    assert connection is not None
    with connection.cursor() as cursor:
        waiting = sql.SQL("select 1 from {} where area_code is null and geog is not null limit 1").format(
            name
        )
        if cursor.execute(waiting).fetchone() is None:
            return 0
        if not cursor.execute("select to_regclass('pg_temp.area_piece')").fetchone()[0]:
            cursor.execute(_PIECES)
            cursor.execute("create index on area_piece using gist (shape)")
            cursor.execute("analyze area_piece")
        return int(cursor.execute(sql.SQL(_PLACE_IN_PIECES).format(name)).rowcount)


_PIECES = """
create temporary table area_piece on commit drop as
select code, boundary, ST_Subdivide(shape, 64) as shape
from area where kind = 'comuna' and shape is not null
"""
_PLACE_IN_PIECES = """
update {} s set area_code = (
  select p.code from area_piece p where ST_Intersects(p.shape, s.geog::geometry)
  order by p.boundary desc, p.code limit 1)
where s.area_code is null and s.geog is not null
"""


def changed(session: Session, statement: str, **values: Any) -> int:
    """Run a statement that writes; how many rows it changed."""
    result: Any = session.execute(text(statement), values)
    return int(result.rowcount)
