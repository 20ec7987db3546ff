"""Any table, read by a TOML file that says which column is what. importers/README.md documents the file.

There is no SOURCE here: each mapping file makes its own, with the id it states.
"""

import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from directory.records import (
    Eligibility,
    LocationRecord,
    OfferRecord,
    PositionSource,
    ServiceRecord,
    SourceInfo,
    StatedPosition,
    Timing,
    Visibility,
)
from importers import columns
from importers.errors import ImportFileError
from importers.source import BEST_RUNGS, Column, Format, Row, Source

TEXTS = {
    "name": "location.name", "organization": "organization.name", "service": "service.name",
    "description": "service.description", "address": "location.address", "locality": "location.locality",
    "comuna": "location.stated_area", "comuna_code": "location.stated_area_code", "region": "",
    "phone": "phones", "email": "service.email", "url": "service.url", "hours": "timing",
    "needs": "service.needs", "eligibility": "service.eligibility_text",
    "min_age": "service.eligibility.min_age", "max_age": "",
    "verified_on": "verified_on", "ref": "source_ref", "x": "location.position", "y": "",
}  # fmt: skip
KINDS = ("treatment", "branch", "mobile_office", "mobile_pay_point", "urban_pay_point", "health")
NEEDED = ("ref", "name", "comuna")
_VISIBILITY = {one.value: one for one in Visibility}


def source_from(mapping: Path) -> Source:
    """The source a mapping file describes. ImportFileError says what the file lacks."""
    try:
        said = tomllib.loads(mapping.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportFileError(
            f"no es TOML ({error})", file=mapping, mend="corrija esa línea; vea importers/README.md"
        ) from error
    _check(mapping, said)
    named = said["columns"]
    return Source(
        info=SourceInfo(**{key: said["source"][key] for key in _INFO}, url=said["source"].get("url")),
        parse=partial(parse, named=named, said=said),
        columns=tuple(
            Column(header, required=part in NEEDED, fills=TEXTS[part] or None)
            for part, header in named.items()
        ),
        key=named["ref"],
        format=Format(**said.get("format", {})),
        crs=said.get("crs", "EPSG:4326"),
        rungs=BEST_RUNGS | {PositionSource(one) for one in said.get("rungs", ())},
    )


_INFO = ("id", "title", "publisher", "licence", "period_days")


def parse(row: Row, *, named: dict[str, str], said: dict[str, Any]) -> Iterator[OfferRecord]:
    """One offer from one row; what no column says comes from [defaults]."""
    always = said.get("defaults", {})

    def text(part: str) -> str:
        return (row.text(named[part]) if part in named else "") or str(always.get(part, ""))

    place = columns.required(row, named["name"])
    needs = columns.items(row, named["needs"]) if "needs" in named else ()
    yield OfferRecord(
        source_ref=row.key,
        kind=always.get("kind", "health"),
        organization=columns.organization(text("organization") or place),
        service=ServiceRecord(
            ref=row.key,
            name=text("service") or place,
            needs=needs or tuple(always.get("needs", ())),
            description=text("description") or None,
            url=text("url") or None,
            email=text("email") or None,
            eligibility=Eligibility(_number(row, named, "min_age"), _number(row, named, "max_age")),
            eligibility_text=text("eligibility") or None,
        ),
        location=LocationRecord(
            ref=row.key,
            name=place,
            address=text("address"),
            locality=text("locality") or None,
            stated_area=text("comuna"),
            stated_area_code=text("comuna_code") or None,
            stated_region=text("region"),
            stated_position=columns.stated_position(row, named["x"], named.get("y", ""))
            if "x" in named
            else None,
            visibility=_VISIBILITY[always.get("visibility", "full")],
        ),
        timing=columns.osm_hours(row, named["hours"]) if "hours" in named else Timing(),
        phones=columns.phones(row, named["phone"]) if "phone" in named else (),
        verified_on=columns.day(row, named["verified_on"]) if "verified_on" in named else None,
        row=row.number,
    )


def _position(row: Row, named: dict[str, str]) -> StatedPosition | None:
    return columns.stated_position(row, named["x"], named.get("y", "")) if "x" in named else None


def _number(row: Row, named: dict[str, str], part: str) -> int | None:
    return columns.whole_number(row, named[part]) if part in named else None


def _check(mapping: Path, said: dict[str, Any]) -> None:
    problem = next(_problems(said), None)
    if problem is not None:
        raise ImportFileError(problem, file=mapping, mend="vea «generic_table» en importers/README.md")


def _problems(said: dict[str, Any]) -> Iterator[str]:
    source, named, always = (said.get(part, {}) for part in ("source", "columns", "defaults"))
    lacking = [key for key in _INFO if key not in source] + [part for part in NEEDED if part not in named]
    if lacking:
        yield f"falta: {', '.join(lacking)}"
    if "needs" not in named and not always.get("needs"):
        yield "falta needs: una columna en [columns], o una lista en [defaults]"
    for what, used, known in (
        ("el archivo", said, ("source", "columns", "defaults", "format", "crs", "rungs")),
        ("[columns]", named, TEXTS),
        ("[defaults]", always, (*TEXTS, "kind", "visibility")),
        ("[format]", said.get("format", {}), ("encoding", "delimiter", "sheet", "header_row", "layer")),
        ("rungs", said.get("rungs", ()), ("locality", "comuna_seat")),
        ("kind", [always.get("kind", "health")], KINDS),
        ("visibility", [always.get("visibility", "full")], _VISIBILITY),
    ):
        if unknown := sorted(set(used) - set(known)):
            yield f"{what} no conoce: {', '.join(unknown)}; conoce: {', '.join(known)}"
