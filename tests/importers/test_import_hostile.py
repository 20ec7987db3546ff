"""Hostile files: bombs, endless lines, XXE, virtual files under other names, and names that would be code."""

import json
import socket
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas
import pytest
import shapely
from openpyxl import Workbook

from directory.records import IssueRecord, LocationRecord, OfferRecord, ServiceRecord, SourceInfo
from directory.settings import ROOT
from importers import pipeline
from importers.columns import organization, required, stated_position
from importers.errors import ImportFileError
from importers.readers import open_table
from importers.source import Column, Row, Source
from importers.steps.context import StepContext

Write = Callable[[str, bytes | str], Path]
NAMES = (
    "{{7*7}}",
    "{% raw",
    "{# nota",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "${7*7} `id` $(id)",
    "'; drop table offer; --",
    '"><svg/onload=alert(1)>',
    "=cmd|'/c calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\\\\host\\share",
    "../../etc/passwd",
    "%s %n %00",
    "‮oculto",
    "javascript:alert(1)",
)


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port on loopback, and what anybody said to it."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    stop = threading.Event()

    def listen() -> None:
        while not stop.is_set():
            try:
                caller, _ = server.accept()
            except TimeoutError:
                continue
            with caller:
                heard.append(caller.recv(200))

    thread = threading.Thread(target=listen)
    thread.start()
    yield server.getsockname()[1], heard
    stop.set()
    thread.join()
    server.close()


def vrt(secret: Path, port: int) -> str:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>'
        f'<OGRVRTLayer name="web"><SrcDataSource>/vsicurl/http://127.0.0.1:{port}/x.geojson</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )


@pytest.mark.parametrize(
    "suffix", [".csv", ".tsv", ".geojson", ".gpkg", ".kml", ".zip", ".jsonl", ".xlsx", ".xls"]
)
def test_a_virtual_file_reads_nothing_and_calls_nobody(
    write: Write, listener: tuple[int, list[bytes]], suffix: str
) -> None:
    port, heard = listener
    secret = write("secret.csv", "codigo,nombre\n1,TOPSECRET\n")
    path = write(f"datos{suffix}", vrt(secret, port))
    try:
        with open_table(path) as table:
            found = f"{table.header} {list(table.rows)}"
    except ImportFileError as error:
        found = str(error)
    assert "TOPSECRET" not in found
    assert not heard


@pytest.mark.parametrize("kind", ["gpkg", "shp"])
def test_even_the_child_alone_refuses_virtual_files(
    write: Write, listener: tuple[int, list[bytes]], kind: str
) -> None:
    port, heard = listener
    secret = write("secret.csv", "codigo,nombre\n1,TOPSECRET\n")
    path = write(f"datos.{kind}", vrt(secret, port))
    done = subprocess.run(
        [sys.executable, "-m", "importers.gdal_child", str(path), kind, ""],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "problem" in json.loads(done.stdout.splitlines()[0])
    assert "TOPSECRET" not in done.stdout
    assert not heard


def test_an_endless_line_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "linea.csv"
    with path.open("wb") as handle:
        handle.truncate(1 << 30)
    code = (
        "import resource, sys, time; from pathlib import Path\n"
        "from importers.readers import open_table; from importers.guards import Limits\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; start = time.monotonic()\n"
        "try:\n    open_table(Path(sys.argv[1]), limits=Limits(file_bytes=2 << 30)).__enter__()\n"
        "except Exception as error:\n    said = type(error).__name__\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "print(said, grown, time.monotonic() - start)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    said, grown, seconds = done.stdout.split()
    assert said == "ImportFileError"
    assert int(grown) < 50_000
    assert float(seconds) < 1


def test_a_long_line_further_down_is_refused(write: Write) -> None:
    path = write("linea.csv", "codigo;nombre\n1;a\n2;" + "x" * 70_000 + "\n")
    with pytest.raises(ImportFileError, match="fila 3"), open_table(path) as table:
        list(table.rows)


def bomb(path: Path, name: str = "datos.shp") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"\0" * (64 << 20))
    return path


@pytest.mark.parametrize("name", ["bomba.zip", "bomba.xlsx", "bomba.ods"])
def test_zip_bombs_are_refused_before_unpacking(tmp_path: Path, name: str) -> None:
    path = bomb(tmp_path / name)
    start = time.monotonic()
    with pytest.raises(ImportFileError, match="veces"), open_table(path):
        pass
    assert time.monotonic() - start < 1


def zipped(path: Path, entries: dict[str, bytes], *, link: bool = False) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in entries.items():
            entry = zipfile.ZipInfo(name)
            if link:
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, body)
    return path


@pytest.mark.parametrize(
    ("entries", "link", "words"),
    [
        ({"../fuera.shp": b"x"}, False, "fuera"),
        ({"/etc/cron.d/x.shp": b"x"}, False, "fuera"),
        ({"a.shp": b"/etc/passwd"}, True, "simbólico"),
        ({"a.shp": b"x", "b.zip": b"x"}, False, "comprimido"),
        ({f"{number}.shp": b"x" for number in range(21)}, False, "máximo"),
        ({"a.shp": b"not a shape", "a.dbf": b"x"}, False, "Shapefile"),
        ({"a.txt": b"x"}, False, "Shapefile"),
    ],
)
def test_zips_that_hold_anything_else_are_refused(
    tmp_path: Path, entries: dict[str, bytes], link: bool, words: str
) -> None:
    path = zipped(tmp_path / "a.zip", entries, link=link)
    with pytest.raises(ImportFileError, match=words), open_table(path):
        pass
    assert not (tmp_path.parent / "fuera.shp").exists()


def parse(row: Row) -> Iterator[OfferRecord]:
    name = required(row, "nombre")
    yield OfferRecord(
        row.key, "health", organization(row.text("nombre")),
        ServiceRecord(row.key, name, ("health",), description=name),
        LocationRecord(
            row.key, name, address=name, stated_area="Santiago",
            stated_position=stated_position(row, "lon", "lat"),
        ),
        description=name, row=row.number,
    )  # fmt: skip


SOURCE = Source(
    SourceInfo("test", "t", "p", "l", 1),
    parse,
    (
        Column("codigo", required=True),
        Column("nombre", required=True),
        Column("lat", ("geometry_y",)),
        Column("lon", ("geometry_x",)),
    ),
    key="codigo",
)


def hostile_csv(path: Path) -> None:
    lines = ["codigo;nombre;lat;lon"]
    lines += [f'{n};"{name.replace(chr(34), chr(34) * 2)}";-33.44;-70.65' for n, name in enumerate(NAMES)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def hostile_jsonl(path: Path) -> None:
    rows = [{"codigo": str(n), "nombre": name, "lat": -33.44, "lon": -70.65} for n, name in enumerate(NAMES)]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")


def hostile_workbook(path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["codigo", "nombre", "lat", "lon"])
    for number, name in enumerate(NAMES):
        sheet.append([str(number), name, -33.44, -70.65])
        sheet.cell(number + 2, 2).data_type = "s"
    book.save(path)


def hostile_layer(path: Path) -> None:
    frame = geopandas.GeoDataFrame(
        {"codigo": [str(n) for n in range(len(NAMES))], "nombre": NAMES},
        geometry=[shapely.Point(-70.65, -33.44)] * len(NAMES), crs=4326,
    )  # fmt: skip
    frame.to_file(path, driver={".geojson": "GeoJSON", ".gpkg": "GPKG", ".kml": "KML"}[path.suffix])


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.csv", hostile_csv),
        ("a.jsonl", hostile_jsonl),
        ("a.xlsx", hostile_workbook),
        ("a.geojson", hostile_layer),
        ("a.gpkg", hostile_layer),
        ("a.kml", hostile_layer),
    ],
)
def test_hostile_names_survive_verbatim(
    tmp_path: Path, context: StepContext, name: str, make: Callable[[Path], None]
) -> None:
    make(tmp_path / name)
    found = pipeline.read(SOURCE, [tmp_path / name], context)
    records = [one for one in found if not isinstance(one, IssueRecord)]
    for part in (
        "location.name",
        "location.address",
        "service.name",
        "service.description",
        "organization.name",
    ):
        owner, field = part.split(".")
        assert [getattr(getattr(one, owner), field) for one in records] == list(NAMES), part


@pytest.mark.parametrize("bad", ["a\x00b", "a\x07b", "a\x1bb", "a\x7fb", "a\x9fb", "a\ud800b"])
def test_control_characters_are_refused_and_named(write: Write, context: StepContext, bad: str) -> None:
    line = json.dumps({"codigo": "1", "nombre": bad})
    found = pipeline.read(SOURCE, [write("a.jsonl", line)], context)
    assert [(one.code, one.row) for one in found if isinstance(one, IssueRecord)] == [
        ("control_character", 1)
    ]
