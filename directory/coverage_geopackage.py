"""A coverage answer as a GeoPackage that QGIS opens with styles. OGC 12-128r19; styles as QGIS stores its own."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import quoteattr

import geopandas
import pandas
import shapely

from directory.coverage_values import (
    FileParts,
    Values,
    area_values,
    basis_values,
    cell_values,
    offer_values,
)
from geo.points import LonLat

WGS84 = "EPSG:4326"
COMUNAS, CELLS, OFFERS, BASIS = "comunas", "cells", "offers", "basis"
# One hue by lightness (ColorBrewer Purples), as on the pages: dark where people are left out.
SHARES = ("#54278f", "#756bb1", "#9e9ac8", "#cbc9e2", "#f2f0f7")
UNKNOWN = "#bdbdbd"

# Columns that hold numbers even where all of a file's are empty.
_NUMBERS = (
    "people", "covered", "left_out", "share", "share_low", "share_high", "median_minutes", "two_places_share",
    "nearest_minutes", "minutes", "capacity",
)  # fmt: skip


def geopackage(parts: FileParts) -> bytes:
    """The bytes of the file: layers comunas, cells and offers, tables basis and layer_styles."""
    comunas = [area_values(one) for one in parts.report.comunas if one.code]
    shapes = [
        shapely.from_wkb(parts.shapes[one["code"]]) if one["code"] in parts.shapes else None
        for one in comunas
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "coverage.gpkg"
        _layer(path, COMUNAS, comunas, shapes, "MultiPolygon")
        _layer(path, CELLS, map_values(parts.cells, cell_values), _points(parts.cells), "Point")
        _layer(path, OFFERS, map_values(parts.offers, offer_values), _points(parts.offers), "Point")
        with closing(sqlite3.connect(path)) as file, file:
            _write_basis(file, basis_values(parts.report.query, parts.report.basis))
            _write_styles(file)
        return path.read_bytes()


def map_values(rows: Sequence[Any], values: Any) -> list[Values]:
    """The flat values of rows."""
    return [values(one) for one in rows]


def _points(rows: Sequence[Any]) -> list[Any]:
    points: list[LonLat] = [one.point for one in rows]
    return list(shapely.points([one.lon for one in points], [one.lat for one in points]))


def _layer(path: Path, name: str, rows: Sequence[Values], shapes: Sequence[Any], kind: str) -> None:
    frame = pandas.DataFrame.from_records(rows) if rows else pandas.DataFrame({"name": []}, dtype="str")
    for column in frame.columns:
        frame[column] = frame[column].astype(_type_of(column, frame[column]))
    layer = geopandas.GeoDataFrame(frame, geometry=list(shapes), crs=WGS84)
    layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio", geometry_type=kind)


def _type_of(column: str, values: Any) -> str:
    """Types that do not hang on what happens to be in a column."""
    if column in _NUMBERS:
        return "float64"
    return "bool" if values.dtype == bool else "str"


def _write_basis(file: sqlite3.Connection, basis: Values) -> None:
    """What the figures stand on, a row for each fact."""
    file.execute(f'create table "{BASIS}" (fid integer primary key, fact text not null, value text)')
    rows = [(name, None if value is None else str(value)) for name, value in basis.items()]
    file.executemany(f'insert into "{BASIS}" (fact, value) values (?, ?)', rows)  # noqa: S608 (own word)
    _announce(file, BASIS)


def _write_styles(file: sqlite3.Connection) -> None:
    """The table in which QGIS looks for the style of a layer that it opens."""
    file.execute(_STYLES)
    for layer, style in ((COMUNAS, comuna_style()), (CELLS, cell_style()), (OFFERS, offer_style())):
        file.execute(_STYLE, (layer, f"{layer} of coverage", style))
    _announce(file, "layer_styles")


def _announce(file: sqlite3.Connection, table: str) -> None:
    """A table that readers are to show."""
    file.execute(
        "insert into gpkg_contents (table_name, data_type, identifier) values (?, 'attributes', ?)",
        (table, table),
    )


def comuna_style() -> str:
    """Comunas by the share that is covered (the lower bound, of estimates)."""
    return _graduated("share_low", "fill")


def cell_style() -> str:
    """Cells by the share that is covered."""
    return _graduated("share", "marker")


def offer_style() -> str:
    """Offers as squares, told apart from cells by shape too."""
    return _qml(
        '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0"><symbols>'
        + _symbol(0, "marker", "#ffffff", name="square", size="3")
        + "</symbols></renderer-v2>"
    )


def _graduated(column: str, kind: str) -> str:
    step = 1 / len(SHARES)
    ranges = "".join(
        f'<range lower="{place * step:.6f}" upper="{(place + 1) * step:.6f}" symbol="{place}" render="true"'
        f" label={quoteattr(f'{place * step * 100:.0f} - {(place + 1) * step * 100:.0f} %')}/>"
        for place in range(len(SHARES))
    )
    symbols = "".join(_symbol(place, kind, colour) for place, colour in enumerate(SHARES))
    return _qml(
        f'<renderer-v2 type="graduatedSymbol" attr="{column}" graduatedMethod="GraduatedColor" symbollevels="0"'
        f' enableorderby="0"><ranges>{ranges}</ranges><symbols>{symbols}</symbols><source-symbol>'
        + _symbol(0, kind, UNKNOWN)
        + "</source-symbol></renderer-v2>"
    )


def _symbol(number: int, kind: str, colour: str, *, name: str = "circle", size: str = "2") -> str:
    """A symbol of QGIS: a filled area, or a point."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    options = {"color": f"{red},{green},{blue},255", "outline_color": "74,74,74,255", "outline_width": "0.2"}
    if kind == "marker":
        options |= {"name": name, "size": size, "size_unit": "MM"}
    said = "".join(f'<Option name="{key}" value="{value}" type="QString"/>' for key, value in options.items())
    shape = "SimpleMarker" if kind == "marker" else "SimpleFill"
    return (
        f'<symbol name="{number}" type="{kind}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{shape}" enabled="1" locked="0" pass="0"><Option type="Map">{said}</Option></layer></symbol>'
    )


def _qml(renderer: str) -> str:
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.28.0" styleCategories="Symbology">{renderer}<blendMode>0</blendMode></qgis>'
    )


_STYLES = """
create table layer_styles (
  id integer primary key autoincrement not null, f_table_catalog text, f_table_schema text, f_table_name text,
  f_geometry_column text, styleName text, styleQML text, styleSLD text, useAsDefault boolean, description text,
  owner text, ui text, update_time datetime default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))
"""
_STYLE = """
insert into layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,
  styleSLD, useAsDefault, description, owner) values ('', '', ?, 'geom', 'coverage', ?3, '', 1, ?2, '')
"""
