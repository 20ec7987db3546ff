"""Reading the name of a coordinate reference system as files declare it. Pure text.

Names are those of the EPSG dataset; the words for zone and hemisphere are English, Spanish and Portuguese.
"""

import re
import unicodedata
from typing import NamedTuple

from geo.errors import CrsError

# EPSG name of each datum -> its two-dimensional longitude-latitude system.
DATUM_CODES = {
    "WGS 84": 4326,
    "SIRGAS 2000": 4674,
    "SIRGAS 1995": 4170,
    "SIRGAS-Chile 2002": 5360,
    "SIRGAS-Chile 2013": 9148,
    "SIRGAS-Chile 2016": 9153,
    "SIRGAS-Chile 2021": 20041,
    "SAD69": 4618,
    "PSAD56": 4248,
}
# First match wins: "SIRGAS CHILE" before "SIRGAS", "PSAD" before "SAD". A frame named without its year is
# its latest: the realisations agree within the accuracy that `geo.crs` states.
_DATUMS = (
    (re.compile(r"\bSIRGAS ?CHILE ?2002\b"), "SIRGAS-Chile 2002"),
    (re.compile(r"\bSIRGAS ?CHILE ?2013\b"), "SIRGAS-Chile 2013"),
    (re.compile(r"\bSIRGAS ?CHILE ?2016\b"), "SIRGAS-Chile 2016"),
    (re.compile(r"\bSIRGAS ?CHILE(?: ?2021)?\b"), "SIRGAS-Chile 2021"),
    (re.compile(r"\bSIRGAS ?(?:19)?95\b"), "SIRGAS 1995"),
    (re.compile(r"\bSIRGAS(?: ?2000)?\b"), "SIRGAS 2000"),
    (re.compile(r"\bWGS ?(?:19)?84\b"), "WGS 84"),
    (re.compile(r"\bP ?SAD ?(?:19)?56\b"), "PSAD56"),
    (re.compile(r"\bPROVISIONAL SOUTH AMERICAN(?: DATUM)? ?(?:19)?56\b"), "PSAD56"),
    (re.compile(r"\bSAD ?(?:19)?69\b"), "SAD69"),
    (re.compile(r"\bSOUTH AMERICAN(?: DATUM)? ?(?:19)?69\b"), "SAD69"),
)
_CODE = re.compile(r"(?:.*\bEPSG\b[\s:/.]*(?:[\d.]*[:/])?|SRID\s*[=:]\s*)?(\d{4,6})$")
_CRS84 = re.compile(r".*\bCRS ?84$")
_ZONE = re.compile(r"\b(\d{1,2}) ?(SUR|SUL|SOUTH|S|NORTE|NORTH|NORD|N|[A-Z])?\b")
_FILLER = re.compile(r"\b(?:UTM|HUSO|ZONA|ZONE|FUSO|DATUM|COORDENADAS|PROYECCION|HEMISFERIO|GEOGRAFICAS)\b")
# Letters that are hemispheres; any other is a band of the military grid, whose south ends at M. "19S" is
# read as zone 19 south: the band S, in the north, is not how anybody in the south writes.
_SOUTH = {"S", "SUR", "SUL", "SOUTH"}
_NORTH = {"N", "NORTE", "NORTH", "NORD"}
_SOUTH_BANDS = set("CDEFGHJKLM")
_NORTH_BANDS = set("PQRTUVWX")


class DeclaredCrs(NamedTuple):
    """What a declaration says: an EPSG code, or a datum with or without a UTM zone."""

    code: int | None
    datum: str
    zone: int | None
    south: bool


def declared_parts(declared: str | int, datum: str | None = None) -> DeclaredCrs:
    """Split a declaration into its parts. Raises CrsError naming what is missing or not understood."""
    text = _plain(str(declared))
    if _CRS84.fullmatch(text):
        return DeclaredCrs(4326, "WGS 84", None, south=False)
    if code := _CODE.fullmatch(text):
        return DeclaredCrs(int(code.group(1)), "", None, south=False)
    named, rest = _datum(text)
    zone, south = _zone(rest, declared)
    chosen = named or _known(datum)
    if chosen is None:
        raise CrsError(f"{declared!r} names no datum: write it in full, for example 'WGS84 UTM 19S'")
    if zone is None and named is None:
        raise CrsError(f"{declared!r} is no coordinate reference system: write an EPSG code")
    return DeclaredCrs(None, chosen, zone, south)


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"\s+", " ", bare.upper().strip())


def _known(datum: str | None) -> str | None:
    if datum is None or datum in DATUM_CODES:
        return datum
    raise CrsError(f"datum {datum!r} is not one of {', '.join(DATUM_CODES)}")


def _datum(text: str) -> tuple[str | None, str]:
    """The datum named in the text, and the text without it."""
    words = re.sub(r"[-_/().,:;]+", " ", text)
    words = re.sub(r"\s+", " ", words)
    for pattern, name in _DATUMS:
        if pattern.search(words):
            return name, pattern.sub(" ", words, count=1)
    return None, words


def _zone(words: str, declared: str | int) -> tuple[int | None, bool]:
    rest = re.sub(r"\s+", " ", _FILLER.sub(" ", words)).strip()
    if not rest:
        return None, False
    found = _ZONE.fullmatch(rest)
    if not found or not 1 <= int(found.group(1)) <= 60:
        raise CrsError(f"{declared!r} is not understood: write an EPSG code, or datum and UTM zone")
    return int(found.group(1)), _is_south(found.group(2), declared)


def _is_south(letter: str | None, declared: str | int) -> bool:
    if letter in _SOUTH or letter in _SOUTH_BANDS:
        return True
    if letter in _NORTH or letter in _NORTH_BANDS:
        return False
    raise CrsError(f"{declared!r} does not say which hemisphere: write S or N after the zone")
