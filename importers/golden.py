"""Golden files: what a source's fixture must become, as JSON that people can read and compare."""

import json
from dataclasses import fields, is_dataclass
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

import shapely

from directory.records import IssueRecord
from directory.settings import Settings
from geo.areas import Area, AreaIndex
from importers import pipeline
from importers.country import read_areas, read_facts, read_shapes
from importers.source import Source
from importers.step_facts import StepFacts, read_step_facts

GOLDEN = "expected.json"


@cache
def fixture_areas() -> tuple[AreaIndex, StepFacts]:
    """The country as its folder has it, with approximate boundaries: enough for fixtures."""
    folder = Settings(country="cl").country_folder
    facts = read_step_facts(folder)
    areas, _ = read_areas(read_facts(folder))
    shapes = {one.code: one.wkb for one in read_shapes(folder / "areas_approximate.geojson")}
    index = AreaIndex(
        (
            Area(
                one.code,
                one.name,
                one.parent,
                shapely.from_wkb(shapes[one.code]) if one.kind == "comuna" and one.code in shapes else None,
                one.seat,
                one.zone,
                "approximate",
            )
            for one in areas
        ),
        facts.spelling,
    )
    return index, facts


def result_of(source: Source, folder: Path) -> dict[str, Any]:
    """Offers and issues of a fixture folder's input files, as plain values without what is empty."""
    areas, facts = fixture_areas()
    files = sorted(path for path in folder.iterdir() if path.name.startswith(("input", "side")))
    context = pipeline.make_context(areas, facts, source)
    found = pipeline.read(source, [path for path in files if path.suffix != ".toml"], context)
    return {
        "offers": [plain(one) for one in found if not isinstance(one, IssueRecord)],
        "issues": [plain(one) for one in found if isinstance(one, IssueRecord)],
    }


def write_golden(source: Source, folder: Path) -> Path:
    """Write what the fixture becomes now; a person must read it before it is kept."""
    path = folder / GOLDEN
    text = json.dumps(result_of(source, folder), ensure_ascii=False, indent=1)
    path.write_text(f"{text}\n", encoding="utf-8")
    return path


def plain(value: Any) -> Any:
    """Records as JSON values, without parts that are as by default: what was stated remains."""
    if is_dataclass(value):
        return {
            one.name: plain(part)
            for one in fields(value)
            if (part := getattr(value, one.name)) != one.default and part is not None
        }
    if isinstance(value, tuple):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date | time) else value
