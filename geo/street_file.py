"""Main roads to draw and names of streets to search by, as a network's folder holds them beside its arrays.

Networks built before there was such a file lack it. `geo.osm_streets` writes it.
"""

import gzip
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import NetworkError

STREETS = "streets.jsonl.gz"
MAIN = ("motorway", "trunk", "primary", "secondary", "tertiary")
LONGEST_NAME = 80

type Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class MainRoad:
    """A way of a class of MAIN. line: corners, longitude and latitude, at least two."""

    road_class: str
    line: Corners


@dataclass(frozen=True, slots=True)
class StreetPiece:
    """A way with a name: a street has one or many. point: a corner near its middle; box: west, south, east, north."""

    name: str
    point: tuple[float, float]
    box: tuple[float, float, float, float]


def read_streets(folder: Path) -> Iterator[MainRoad | StreetPiece]:
    """The main roads and street pieces of a network; none for a network built before there were any.

    Raises NetworkError when the file is damaged.
    """
    path = folder / STREETS
    if not path.is_file():
        return
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield _read(json.loads(line))
    except (OSError, EOFError, ValueError, TypeError, LookupError) as error:
        raise NetworkError(f"{path} cannot be read ({error}): build the network again") from error


def clean_name(text: str) -> str:
    """A name as it may be shown and stored: one line, no signs that cannot be seen, at most LONGEST_NAME letters.

    Empty when it has no letter or digit.
    """
    seen = "".join(
        " " if unicodedata.category(one)[0] in "CZ" else one
        for one in unicodedata.normalize("NFC", text[:1000])
    )
    name = " ".join(seen.split())[:LONGEST_NAME].strip()
    return name if any(one.isalnum() for one in name) else ""


def _read(row: list[Any]) -> MainRoad | StreetPiece:
    """Raises ValueError, TypeError or LookupError for what no row of ours is."""
    what, told, *numbers = row
    values = [float(one) for one in numbers]
    if what == "road":
        if told not in MAIN or len(values) < 4 or len(values) % 2:
            raise ValueError(f"a road of class {str(told)[:20]!r} with {len(values)} numbers")
        return MainRoad(told, tuple(zip(values[::2], values[1::2], strict=True)))
    lon, lat, west, south, east, north = values
    if what != "name" or not isinstance(told, str):
        raise ValueError(f"a row of kind {str(what)[:20]!r}")
    return StreetPiece(told, (lon, lat), (west, south, east, north))
