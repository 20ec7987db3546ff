"""Writing a new source from a sample of its file: module, fixture of a few rows, and golden file."""

import csv
import importlib.util
import re
from itertools import islice
from pathlib import Path

from directory.records import IssueRecord
from directory.settings import ROOT
from importers.errors import ImportFileError
from importers.golden import write_golden
from importers.readers import open_table
from importers.source import Source
from importers.words import fold

SAMPLE_ROWS = 5
_NAME = re.compile(r"[a-z][a-z0-9_]{2,40}")

# What a column probably is, by words of its header; the first match wins and each part is used once.
GUESSES = (
    ("ref", ("codigo", "id", "code", "folio", "establecimientocodigo")),
    ("comuna_code", ("cod_comuna", "codigo_comuna", "comuna_codigo", "comunacodigo", "cut")),
    ("comuna", ("comuna", "nombre_comuna", "comunaglosa", "nom_comuna")),
    ("region", ("region", "nombre_region", "regionglosa")),
    ("y", ("latitud", "lat", "latitude", "geometry_y", "norte")),
    ("x", ("longitud", "lon", "lng", "longitude", "geometry_x", "este")),
    ("name", ("nombre", "name", "establecimiento", "glosa", "establecimientoglosa")),
    ("organization", ("organizacion", "institucion", "dependencia", "organization")),
    ("address", ("direccion", "domicilio", "address")),
    ("phone", ("telefono", "fono", "phone")),
    ("needs", ("servicios", "prestaciones", "needs")),
)


def new_source(name: str, file: Path, *, root: Path = ROOT) -> list[Path]:
    """Write the files of a new source and return their paths. Refuses to write over anything."""
    module = root / "importers" / "sources" / f"{name}.py"
    folder = root / "fixtures" / "sources" / name
    sample = folder / "input.csv"
    if not _NAME.fullmatch(name):
        raise ImportFileError(
            f"«{name}» no sirve de nombre", file=file, mend="use minúsculas, números y guion bajo"
        )
    for path in (module, folder):
        if path.exists():
            raise ImportFileError(
                f"ya existe {path.relative_to(root)}", file=file, mend="elija otro nombre, o bórrelo antes"
            )
    header, rows = _sample(file)
    parts = _guess(header)
    folder.mkdir(parents=True)
    with sample.open("x", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([header, *rows])
    module.write_text(_module(name, parts, header), encoding="utf-8")
    golden = write_golden(_loaded(module), folder)
    return [module, sample, golden]


def _sample(file: Path) -> tuple[list[str], list[list[str]]]:
    with open_table(file) as table:
        rows = [item[1] for item in islice(table.rows, SAMPLE_ROWS) if not isinstance(item, IssueRecord)]
        return table.header, rows


def _guess(header: list[str]) -> dict[str, str]:
    """Which column is what: by its whole name, or else by the word it begins with."""
    parts: dict[str, str] = {}
    for part, words in GUESSES:
        free = [text for text in header if text.strip() and text not in parts.values()]
        exact = [text for text in free if fold(text) in words]
        begins = [text for text in free if fold(text).startswith(tuple(f"{word}_" for word in words))]
        if exact or begins:
            parts[part] = (exact or begins)[0]
    left = [text for text in header if text.strip() and text not in parts.values()]
    for part in ("ref", "name", "comuna"):
        if part not in parts:
            parts[part] = left.pop(0) if left else next(iter(header))
    return parts


def _module(name: str, parts: dict[str, str], header: list[str]) -> str:
    """The module's text. Names of columns are written as Python texts, whatever they hold."""
    fills = {
        "ref": "source_ref", "name": "location.name", "organization": "organization.name",
        "address": "location.address", "comuna": "location.stated_area",
        "comuna_code": "location.stated_area_code", "y": "location.position", "phone": "phones",
        "needs": "service.needs",
    }  # fmt: skip
    required = {"ref", "name", "comuna"}
    lines, used = [], set()
    for part, text in parts.items():
        if text in used:
            continue
        used.add(text)
        extra = ", required=True" if part in required else ""
        extra += f', fills="{fills[part]}"' if part in fills else ""
        lines.append(f"        Column({_literal(text)}{extra}),")
    rest = [text for text in header if text.strip() and text not in used]
    if rest:
        lines.append("        # Not used yet:")
        lines += [f"        # Column({_literal(text)})," for text in rest]
    return _TEMPLATE.format(name=name, columns="\n".join(lines), key=_literal(parts["ref"]), **_reads(parts))


def _literal(text: str) -> str:
    """A text as Python source, on one line and without anything that could end it."""
    return '"' + text.encode("unicode_escape").decode("ascii").replace('"', '\\"') + '"'


def _reads(parts: dict[str, str]) -> dict[str, str]:
    def text(part: str, otherwise: str = '""') -> str:
        return f"row.text({_literal(parts[part])})" if part in parts else otherwise

    x, y = (_literal(parts[part]) if part in parts else "" for part in ("x", "y"))
    return {
        "place": f"columns.required(row, {_literal(parts['name'])})",
        "organization": text("organization", '"TODO"'),
        "address": text("address"),
        "comuna": text("comuna"),
        "comuna_code": f"{text('comuna_code')} or None" if "comuna_code" in parts else "None",
        "region": text("region"),
        "position": f"columns.stated_position(row, {x}, {y})" if x and y else "None",
        "phones": f"columns.phones(row, {_literal(parts['phone'])})" if "phone" in parts else "()",
        "needs": f"columns.items(row, {_literal(parts['needs'])})" if "needs" in parts else '("health",)',
    }


_TEMPLATE = '''"""TODO: what this source is, in one line."""

from collections.abc import Iterator

from directory.records import LocationRecord, OfferRecord, ServiceRecord, SourceInfo
from importers import columns
from importers.source import Column, Row, Source


def parse(row: Row) -> Iterator[OfferRecord]:
    """One offer."""
    place = {place}
    yield OfferRecord(
        source_ref=row.key,
        kind="health",
        organization=columns.organization({organization}),
        service=ServiceRecord(ref=row.key, name=place, needs={needs}),
        location=LocationRecord(
            ref=row.key,
            name=place,
            address={address},
            stated_area={comuna},
            stated_area_code={comuna_code},
            stated_region={region},
            stated_position={position},
        ),
        phones={phones},
        row=row.number,
    )


SOURCE = Source(
    info=SourceInfo(
        id="{name}",
        title="TODO",
        publisher="TODO",
        licence="TODO",
        period_days=30,
    ),
    parse=parse,
    columns=(
{columns}
    ),
    key={key},
)
'''


def _loaded(module: Path) -> Source:
    """The source just written, from its file, wherever that is."""
    spec = importlib.util.spec_from_file_location(f"importers.sources.{module.stem}", module)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    source = loaded.SOURCE
    assert isinstance(source, Source)
    return source
