"""Opening the files of a source together: the main table, and its side tables joined by their key."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from directory.records import IssueRecord, Severity
from importers.errors import ImportFileError
from importers.guards import Limits
from importers.readers import open_table, read_rows
from importers.source import Row, SideTable, Source

type Sides = dict[str, dict[str, list[Row]]]


@contextmanager
def open_source(
    source: Source, files: Sequence[Path], limits: Limits
) -> Iterator[tuple[Iterator[Row | IssueRecord], str | None]]:
    """Rows of the source's files, and the reference system its main file declares."""
    if not files:
        raise ImportFileError(
            "falta el archivo", file=Path(source.info.id), mend="indique qué archivo importar"
        )
    main, places = _assign(source, files, limits)
    sides: Sides = {}
    issues: list[IssueRecord] = []
    for side in source.sides:
        path = places.get(side.name)
        if path is not None:
            sides[side.name] = _read_side(side, path, limits, issues)
    with open_table(main, source.format, source.columns, limits) as table:
        rows = read_rows(main, table, source.columns, key=source.key, sides=sides)
        yield _joined(rows, sides, issues, places), table.crs


def _joined(
    rows: Iterator[Row | IssueRecord], sides: Sides, issues: list[IssueRecord], places: Mapping[str, Path]
) -> Iterator[Row | IssueRecord]:
    """The rows, then what is wrong with the side tables: keys that no row of the main table has."""
    yield from issues
    used: set[str] = set()
    for row in rows:
        if sides and isinstance(row, Row):
            used.add(row.key)
        yield row
    for name, by_key in sides.items():
        for key, orphans in by_key.items():
            if key not in used:
                yield _orphan(places[name], key, orphans)


def _orphan(path: Path, key: str, orphans: Sequence[Row]) -> IssueRecord:
    return IssueRecord(
        "orphan_side_row",
        f"{path.name}: {len(orphans)} filas (la primera, la {orphans[0].number}) son de un código que no "
        "está en la tabla principal: no se publicaron.",
        Severity.ERROR,
        source_ref=key or None,
        value=key,
    )


def _assign(source: Source, files: Sequence[Path], limits: Limits) -> tuple[Path, dict[str, Path]]:
    """Which file is which, by their columns: the main one, and one for each side table."""
    own = [side for side in source.sides if side.own_file]
    if not own:
        _only(files)
        return files[0], {side.name: files[0] for side in source.sides}
    left = list(files)
    places = {side.name: files[0] for side in source.sides if not side.own_file}
    for side in own:
        found = [path for path in left if len(files) > 1 and _fits(side, source, path, limits)]
        if found:
            places[side.name] = found[0]
            left.remove(found[0])
        elif side.required:
            names = ", ".join(column.name for column in side.columns if column.required)
            raise ImportFileError(
                f"falta el archivo «{side.name}» de la fuente",
                file=files[0],
                mend=f"indique también el archivo con las columnas {names}",
            )
    _only(left)
    return left[0], places


def _only(files: Sequence[Path]) -> None:
    if len(files) != 1:
        raise ImportFileError(
            "no es ninguno de los archivos de esta fuente" if files else "falta la tabla principal",
            file=files[-1] if files else Path("."),
            mend="revise qué archivos lleva la fuente con «cercana import list»",
        )


def _fits(side: SideTable, source: Source, path: Path, limits: Limits) -> bool:
    """Whether a file has the side table's columns and not the main table's."""
    try:
        with open_table(path, side.format, side.columns, limits):
            pass
    except ImportFileError:
        return False  # not this one: when none is, the caller says which columns are missing
    try:
        with open_table(path, source.format, source.columns, limits) as table:
            return not source.accepts(table.header)
    except ImportFileError:
        return True  # has no header of the main table: it is the side table


def _read_side(
    side: SideTable, path: Path, limits: Limits, issues: list[IssueRecord]
) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    with open_table(path, side.format, side.columns, limits) as table:
        for row in read_rows(path, table, side.columns, key=side.key):
            if isinstance(row, IssueRecord):
                issues.append(row)
            else:
                grouped[row.key].append(row)
    return dict(grouped)
