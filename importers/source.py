"""What a source of offers is, one row of it as its parser sees it, and the list of all sources.

A source is one module in `importers/sources/` that names one `Source`, called SOURCE; the module's name is
the source's id. Nothing else has to be touched to add one.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from directory.errors import NotFoundError
from directory.records import IssueRecord, OfferRecord, PositionSource, Severity, SourceInfo
from importers.errors import RefusedRowError
from importers.words import fold

FOLDER = Path(__file__).parent / "sources"
BEST_RUNGS = frozenset({PositionSource.GIVEN, PositionSource.PROJECTED, PositionSource.REPAIRED})


@dataclass(frozen=True, slots=True)
class Column:
    """One column a parser reads. name is the canonical header; aliases are other spellings met in files.

    fills names the part of the record that the column becomes ("location.name"), so that an issue found
    later can name the column the editor knows.
    """

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    fills: str | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every header that is this column, folded."""
        return tuple(fold(spelling) for spelling in (self.name, *self.aliases))


@dataclass(frozen=True, slots=True)
class Format:
    """What is declared about a file; what is not (None) is found out. header_row counts from 1."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    layer: str | None = None


@dataclass(frozen=True, slots=True)
class SideTable:
    """A second table joined to the rows by a key: a file of its own, or a sheet of the main workbook."""

    name: str
    key: str
    columns: tuple[Column, ...]
    format: Format = Format()
    own_file: bool = True
    required: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """One source: who publishes it, how its file looks, and how one row becomes offers.

    rungs are the steps of the position ladder the source may use when a row states no position; a source
    whose places are villages may add LOCALITY and COMUNA_SEAT, and then every such position is labelled.
    key is the column of the row's stable reference, by which side tables are joined too.
    """

    info: SourceInfo
    parse: Callable[["Row"], Iterable[OfferRecord | IssueRecord]]
    columns: tuple[Column, ...]
    key: str
    format: Format = Format()
    crs: str = "EPSG:4326"
    sides: tuple[SideTable, ...] = ()
    rungs: frozenset[PositionSource] = BEST_RUNGS
    demo_files: tuple[str, ...] = ()

    def accepts(self, header: Sequence[str]) -> bool:
        """Whether a table with this header can be this source's main table."""
        return has_required(self.columns, header)


def has_required(columns: Iterable[Column], header: Sequence[str]) -> bool:
    """Whether the header has every required column, under any of its spellings."""
    present = {fold(text) for text in header}
    required = [column for column in columns if column.required]
    return bool(required) and all(present.intersection(column.spellings) for column in required)


@dataclass(slots=True)
class Row:
    """One row of a table. `number` counts from 1 at the first line of the file.

    Texts come as they stand in the file: the steps clean them. issues collects what the helpers of
    `importers.columns` could not read; the pipeline publishes them with the row.
    """

    number: int
    cells: Sequence[str]
    index: Mapping[str, int]
    sides: Mapping[str, Mapping[str, Sequence["Row"]]] = field(default_factory=dict)
    key: str = ""
    issues: list[IssueRecord] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The cell verbatim; empty when the file lacks the column. KeyError for a column not declared."""
        position = self.index[name]
        return self.cells[position] if position >= 0 else ""

    def code(self, name: str) -> str:
        """The cell without blanks around it: for references, codes and choices."""
        position = self.index[name]
        return self.cells[position].strip() if position >= 0 else ""

    def side(self, name: str) -> Sequence["Row"]:
        """Rows of a side table whose key is this row's."""
        return self.sides[name].get(self.key, ())

    def remark(self, code: str, message: str, *, field: str, severity: Severity = Severity.WARNING) -> None:
        """Note something wrong with a cell, and go on with the row."""
        self.issues.append(self._issue(code, message, field, severity))

    def refuse(self, code: str, message: str, *, field: str) -> RefusedRowError:
        """The error to raise when the row cannot be published at all."""
        return RefusedRowError(self._issue(code, message, field, Severity.ERROR))

    def _issue(self, code: str, message: str, field: str, severity: Severity) -> IssueRecord:
        value = self.text(field) if field in self.index else ""
        return IssueRecord(
            code,
            message,
            severity,
            row=self.number,
            source_ref=self.key or None,
            field=field,
            value=value[:200],
        )


def sources() -> dict[str, Source]:
    """Every source by id, in order of id."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(FOLDER)]))
    return {name: source for name in names if (source := _load(name)) is not None}


def find_source(source_id: str) -> Source:
    """The source with this id. NotFoundError lists those there are."""
    known = sources()
    if source_id not in known:
        raise NotFoundError(f"No existe la fuente «{source_id}». Existen: {', '.join(known)}")
    return known[source_id]


def _load(name: str) -> Source | None:
    """The module's SOURCE; None for one that makes sources from a mapping file. The file name is the id."""
    module = importlib.import_module(f"importers.sources.{name}")
    source = getattr(module, "SOURCE", None)
    if source is None:
        return None
    if not isinstance(source, Source) or source.info.id != name:
        raise TypeError(f"{Path(str(module.__file__)).name} must name a Source with the id {name!r}")
    return source
