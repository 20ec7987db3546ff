"""Records that the tests of the steps start from."""

from typing import Any

from directory.records import (
    IssueRecord,
    LocationRecord,
    OfferRecord,
    OrganizationRecord,
    ServiceRecord,
    StatedPosition,
)
from importers.steps.comuna import comuna
from importers.steps.context import StepContext
from importers.steps.position import position


def offer(**location: Any) -> OfferRecord:
    place = {"ref": "1", "name": "Lugar", "stated_area": "Santiago", "stated_area_code": "13101", **location}
    return OfferRecord(
        "1",
        "health",
        OrganizationRecord("org", "Organización"),
        ServiceRecord("1", "Servicio", ("health.hospital",)),
        LocationRecord(**place),
        row=2,
    )


def at(x: str, y: str = "", crs: str = "EPSG:4326", **location: Any) -> OfferRecord:
    return offer(stated_position=StatedPosition(x, y, crs), **location)


def go(record: OfferRecord, context: StepContext) -> tuple[OfferRecord | None, list[IssueRecord]]:
    """Comuna and position, as the pipeline does them."""
    found, first = comuna(record, context)
    assert found is not None
    placed, second = position(found, context)
    return placed, [*first, *second]


def codes(issues: list[IssueRecord]) -> list[str]:
    return [one.code for one in issues]
