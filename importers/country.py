"""The facts of one country as its folder states them: areas, approximate shapes, outline, needs, codes.

The folder is ours and committed; it is read plainly, and a mistake in it is an error of the project.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from directory.country import country_facts, needs_facts, read_toml
from directory.gazetteer import PlaceRecord
from directory.taxonomy import NeedRecord
from directory.territory_store import AreaRecord, ShapeRecord
from geo.areas import pad_code
from geo.points import LonLat
from importers.shapes import multipolygon
from importers.words import fold


@dataclass(frozen=True, slots=True)
class CountryFacts:
    """What `country.toml` says that importers of areas and people need."""

    folder: Path
    code: str
    name: str
    language: str
    default_zone: str
    code_widths: Mapping[str, int]
    replaced_codes: Mapping[str, str]
    abbreviations: Mapping[str, str]

    def area_code(self, stated: str, kind: str = "comuna") -> str:
        """A code as it is today: padded, and replaced where the law replaced it. AreaError: no code."""
        padded = pad_code(stated, self.code_widths[kind])
        return self.replaced_codes.get(padded, padded)


def read_facts(folder: Path) -> CountryFacts:
    """The facts of the country in a folder."""
    facts = country_facts(folder)
    replaced = {old: new for one in facts.get("replaced_codes", []) for old, new in one["codes"].items()}
    return CountryFacts(
        folder,
        facts["code"].upper(),
        facts["name"],
        facts["language"].partition("-")[0],
        facts["default_zone"],
        facts["area_codes"],
        replaced,
        facts.get("abbreviations", {}),
    )


def read_areas(facts: CountryFacts) -> tuple[list[AreaRecord], list[PlaceRecord]]:
    """Areas, the country first, and the names people search them by."""
    landmasses = _landmasses(facts.folder / "landmasses.toml")
    areas: list[AreaRecord] = []
    places: list[PlaceRecord] = []
    with (facts.folder / "areas.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            area = _area(row, landmasses)
            areas.append(area)
            places += _names(area, row["aliases"], facts.abbreviations)
    people = sum(area.population or 0 for area in areas if area.kind == "comuna")
    return [
        AreaRecord(facts.code, "country", facts.name, facts.default_zone, population=people),
        *areas,
    ], places


def read_shapes(path: Path) -> list[ShapeRecord]:
    """Shapes of a GeoJSON of ours whose features say their area's code."""
    return [ShapeRecord(one["properties"]["code"], multipolygon(_shape(one)).wkb) for one in _features(path)]


def read_outline(facts: CountryFacts) -> list[ShapeRecord]:
    """The outline of the country: every part of it that the file draws, as one shape."""
    parts = [_shape(one) for one in _features(facts.folder / "outline.geojson")]
    return [ShapeRecord(facts.code, multipolygon(shapely.union_all(parts)).wkb)]


def read_needs(facts: CountryFacts) -> list[NeedRecord]:
    """Groups of needs, and the needs below them. Retired ones (active = false) are left out."""
    found = needs_facts(facts.folder)
    groups = [
        NeedRecord(one["code"], one["es"], one["en"], sensitive=one.get("sensitive", False))
        for one in found["groups"]
    ]
    return groups + [_need(one) for one in found["needs"] if one.get("active", True)]


def _need(one: Mapping[str, Any]) -> NeedRecord:
    return NeedRecord(
        one["code"],
        one["es"],
        one["en"],
        one["plain_es"],
        one.get("parent", one["code"].partition(".")[0]),
        (*one["synonyms"], *one.get("said_en", ())),
        one.get("sensitive", False),
    )


def _area(row: Mapping[str, str], landmasses: Mapping[str, str]) -> AreaRecord:
    return AreaRecord(
        row["code"],
        row["kind"],
        row["name"],
        row["zone"],
        row["parent"] or None,
        int(row["population"]) if row["population"] else None,
        landmasses.get(row["code"]),
        LonLat(float(row["lon"]), float(row["lat"])) if row["lon"] else None,
        row["settlement"] or None,
    )


def _names(area: AreaRecord, aliases: str, abbreviations: Mapping[str, str]) -> Iterator[PlaceRecord]:
    """The name of an area, its aliases, and all of them with their words shortened as people write them."""
    if area.seat is None:
        return
    others = [alias.strip() for alias in aliases.split(";") if alias.strip()]
    yield PlaceRecord(area.kind, area.name, area.seat, area.code, population=area.population)
    short = [one for name in (area.name, *others) for one in shortened(name, abbreviations)]
    # Only comunas: nobody shortens the name of a region, and its first word may be that of many.
    for alias in others:
        yield PlaceRecord("alias", alias, area.seat, area.code, population=area.population)
    for alias in short if area.kind == "comuna" else []:
        yield PlaceRecord(
            "alias", area.name, area.seat, area.code, population=area.population, searched_as=alias
        )


def shortened(name: str, abbreviations: Mapping[str, str]) -> Iterator[str]:
    """The name with each of its words that has an abbreviation written short: "Pta Arenas"."""
    words = name.split()
    for place, word in enumerate(words):
        for short, full in abbreviations.items():
            if fold(full) == fold(word):
                yield " ".join([*words[:place], short.capitalize(), *words[place + 1 :]])


def _landmasses(path: Path) -> dict[str, str]:
    """Landmass of each comuna that is not on the mainland."""
    found = read_toml(path)
    return {
        comuna: one["code"]
        for one in found["landmasses"]
        if one["code"] != found["default"]
        for comuna in one["comunas"]
    }


def _features(path: Path) -> Sequence[dict[str, Any]]:
    features: Sequence[dict[str, Any]] = json.loads(path.read_bytes())["features"]
    return features


def _shape(feature: Mapping[str, Any]) -> Any:
    return shapely.from_geojson(json.dumps(feature["geometry"]))
