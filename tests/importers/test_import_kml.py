"""KML: what is read of it, in which spellings, and what is refused."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas
import pytest
import shapely

from directory.records import IssueRecord
from directory.settings import ROOT
from importers.errors import ImportFileError
from importers.guards import Limits
from importers.readers import open_table
from importers.readers_kml import FIXED_COLUMNS
from importers.source import Format

Write = Callable[[str, bytes | str], Path]
OGC = "http://www.opengis.net/kml/2.2"
GOOGLE = "http://earth.google.com/kml/2.1"
POINT = "<Point><coordinates>-70.65,-33.44,0</coordinates></Point>"


def kml(*places: str, space: str = OGC) -> str:
    inside = "".join(f"<Placemark>{place}</Placemark>" for place in places)
    return f'<?xml version="1.0"?><kml xmlns="{space}"><Document>{inside}</Document></kml>'


def rows(path: Path, layer: str | None = None) -> list[dict[str, str]]:
    """Each row as what it says, by column."""
    with open_table(path, Format(layer=layer)) as table:
        assert table.header[: len(FIXED_COLUMNS)] == list(FIXED_COLUMNS)
        assert table.crs == "EPSG:4326"
        found = [item[1] for item in table.rows if not isinstance(item, IssueRecord)]
        return [
            {name: text for name, text in zip(table.header, cells, strict=True) if text} for cells in found
        ]


@pytest.mark.parametrize("driver", ["KML", "LIBKML"])
def test_what_gdal_writes_is_read_with_every_column(tmp_path: Path, driver: str) -> None:
    frame = geopandas.GeoDataFrame(
        {
            "Name": ["{{7*7}} ñ", "b"],
            "Description": ["<b>&amp;</b>", "d"],
            "codigo": ["1", "2"],
            "fono": ["+56 2 2345 6789", ""],
        },
        geometry=[shapely.Point(-70, -33.5), shapely.Point(-71, -34)], crs=4326,
    )  # fmt: skip
    frame.to_file(tmp_path / "a.kml", driver=driver)
    first, second = rows(tmp_path / "a.kml")
    assert first.items() >= {
        "geometry_type": "Point", "geometry_x": "-70", "geometry_y": "-33.5", "name": "{{7*7}} ñ",
        "description": "<b>&amp;</b>", "codigo": "1", "fono": "+56 2 2345 6789",
    }.items()  # fmt: skip
    assert (second["codigo"], second.get("fono")) == ("2", None)


def test_both_kinds_of_extended_data(write: Write) -> None:
    place = (
        "<name> Uno </name><description><![CDATA[<i>a</i> & b]]></description><ExtendedData>"
        '<Data name="codigo"><displayName>Código</displayName><value>7</value></Data>'
        '<Data name="fono"><value>1</value></Data><Data name="fono"><value>2</value></Data>'
        '<SchemaData schemaUrl="#x"><SimpleData name="comuna">Ñuñoa</SimpleData>'
        '<SimpleData name="codigo">7</SimpleData><SimpleData name="Name">otro</SimpleData></SchemaData>'
        f'<x:own xmlns:x="urn:x">no</x:own></ExtendedData>{POINT}'
    )
    assert rows(write("a.kml", kml(place, "<name>Dos</name>"))) == [
        {
            "name": "Uno", "description": "<i>a</i> & b", "codigo": "7", "fono": "1;2", "comuna": "Ñuñoa",
            "ExtendedData.Name": "otro",
            "geometry_type": "Point", "geometry_x": "-70.65", "geometry_y": "-33.44",
        },
        {"name": "Dos"},
    ]  # fmt: skip


def test_without_extended_data_there_are_the_fixed_columns(write: Write) -> None:
    with open_table(write("a.kml", kml(f"<name>a</name>{POINT}"))) as table:
        assert table.header == list(FIXED_COLUMNS)
        assert list(table.rows) == [(1, ["Point", "-70.65", "-33.44", "a", ""])]


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ("<Point><coordinates>\n -70.0 , -33.50\n</coordinates></Point>", ("Point", "-70", "-33.5")),
        ("<Point><coordinates/></Point>", ("Point",)),
        ("<Point><coordinates>aquí,-33</coordinates></Point>", ("Point", "aquí", "-33")),
        ("<Point><coordinates>1_0,nan</coordinates></Point>", ("Point", "1_0", "nan")),
        ("<Point><coordinates>-70,65,-33,44</coordinates></Point>", ("Point", *["-70,65,-33,44"] * 2)),
        (f"<MultiGeometry>{POINT}</MultiGeometry>", ("MultiGeometry", "-70.65", "-33.44")),
        (f"<MultiGeometry>{POINT}{POINT}</MultiGeometry>", ("MultiGeometry",)),
        ("<LineString><coordinates>-70,-33 -71,-34</coordinates></LineString>", ("LineString",)),
        ("<Polygon><outerBoundaryIs/></Polygon>", ("Polygon",)),
        ("", ()),
    ],
)
def test_only_a_single_point_has_a_position(write: Write, shape: str, found: tuple[str, ...]) -> None:
    (row,) = rows(write("a.kml", kml(shape)))
    assert tuple(row.values()) == found


@pytest.mark.parametrize(
    "text",
    [
        kml("<name>ñ</name>"),
        kml("<name>ñ</name>", space=GOOGLE),
        "<kml><Placemark><name>ñ</name></Placemark></kml>",
        f'<k:kml xmlns:k="{OGC}"><k:Placemark><k:name>ñ</k:name></k:Placemark></k:kml>',
        f'<k:kml xmlns:k="{GOOGLE}"><k:Folder><k:Placemark><k:name>ñ</k:name></k:Placemark></k:Folder></k:kml>',
        f'<?xml version="1.0" encoding="windows-1252"?><kml xmlns="{OGC}"><Placemark><name>ñ</name></Placemark></kml>',
    ],
)
def test_namespaces_prefixes_and_encodings(write: Write, text: str) -> None:
    codec = "cp1252" if "1252" in text else "utf-8"
    assert rows(write("a.kml", text.encode(codec))) == [{"name": "ñ"}]
    assert rows(write("b.kml", text.replace("windows-1252", "utf-16").encode("utf-16"))) == [{"name": "ñ"}]


def test_a_layer_is_a_folder_and_rows_keep_their_numbers(write: Write) -> None:
    folders = "".join(
        f"<Folder><name>{name}</name><Placemark><name>en {name}</name></Placemark></Folder>" for name in "ab"
    )
    path = write("a.kml", f'<kml xmlns="{OGC}"><Document><name>todo</name>{folders}</Document></kml>')
    assert [row["name"] for row in rows(path)] == ["en a", "en b"]
    assert [row["name"] for row in rows(path, "todo")] == ["en a", "en b"]
    with open_table(path, Format(layer="b")) as table:
        assert [item[0] for item in table.rows if not isinstance(item, IssueRecord)] == [2]
    with pytest.raises(ImportFileError, match="«c»; tiene: todo, a, b"):
        rows(path, "c")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "vacío"),
        ("codigo;nombre\n1;a\n", "línea 1"),
        (kml("<name>a</name>")[:-12], "mal formado o incompleto"),
        (kml("<name>a</nombre>"), "mal formado"),
        (kml("<name>a</name>", space="http://www.w3.org/2000/svg"), "espacio de nombres"),
        ("<OGRVRTDataSource/>", "no es KML"),
        ('<?xml version="1.0" encoding="martian"?><kml/>', "codificación|línea 1"),
        ('<?xml version="1.0" encoding="big5"?><kml/>', "codificación|línea 1"),
        (kml(), "NetworkLink"),
        ("<kml>" + "<Folder>" * 200, "niveles"),
        (kml(*(f"<a{n}/>" for n in range(3000))), "nombres de elementos"),
        (kml(*(f'<a xmlns:p{n}="u"/>' for n in range(3000))), "nombres de elementos"),
        (
            kml(*(f'<ExtendedData><Data name="{n}"/></ExtendedData>' for n in range(3000))),
            "nombres distintos",
        ),
    ],
)
def test_what_is_no_good_kml_is_refused(write: Write, text: str, words: str) -> None:
    with pytest.raises(ImportFileError, match=words) as refused:
        rows(write("malo.kml", text))
    assert "malo.kml" in str(refused.value)
    assert "Qué hacer" in str(refused.value)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        f'<!DOCTYPE kml [<!ENTITY l0 "lol">{LAUGHS}]>',
        '<!DOCTYPE kml [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>',
        '<!DOCTYPE kml SYSTEM "http://127.0.0.1:1/x.dtd">',
        "<!DOCTYPE kml>",
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_xml_entities_are_refused(write: Write, head: str, codec: str) -> None:
    text = f'<?xml version="1.0"?>{head}<kml xmlns="{OGC}"><Placemark><name>&l9;&x;</name></Placemark></kml>'
    with pytest.raises(ImportFileError, match="DTD"):
        rows(write("x.kml", text.encode(codec)))


@pytest.mark.parametrize(
    "endless",
    ["<name>{}", "<name {}", "<!-- {}", "<Style><a>{}", "<Placemark><description>{}", '<Data name="{}'],
)
def test_an_element_without_end_is_refused(write: Write, endless: str) -> None:
    text = f'<kml xmlns="{OGC}"><Document>' + endless.format("x" * 300_000)
    limits = Limits(feature_chars=100_000)
    with (
        pytest.raises(ImportFileError, match="demasiado largo"),
        open_table(write("a.kml", text), limits=limits),
    ):
        pass


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    place = f"<Placemark><name>a</name>{POINT}</Placemark>" + "<Style id='x'><a/></Style>" + "\n" * 2_000
    path.write_text(kml().replace("</Document>", place * 10_000 + "</Document>"), encoding="utf-8")
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from importers.readers import open_table\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "with open_table(Path(sys.argv[1])) as table:\n    count = sum(1 for _ in table.rows)\n"
        "print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    count, grown = map(int, done.stdout.split())
    assert count == 10_000
    assert grown < 30_000
