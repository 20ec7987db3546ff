"""HSDS 3.1 objects stand under their own names, with what the specification requires of them."""

import json
from pathlib import Path

import pytest

from directory.settings import ROOT
from directory.tables import METADATA

SCHEMAS = ROOT.parent / "shared" / "hsds" / "3.1" / "schema"
OBJECTS = (
    "organization", "organization_identifier", "program", "contact", "funding", "url", "service",
    "service_at_location", "service_area", "service_capacity", "unit", "cost_option", "required_document",
    "location", "address", "phone", "language", "accessibility", "schedule", "taxonomy", "taxonomy_term",
    "attribute", "metadata",
)  # fmt: skip


@pytest.mark.parametrize("name", OBJECTS)
def test_every_object_is_a_table_with_a_uuid(name: str) -> None:
    identity = METADATA.tables[name].columns["id"]
    assert identity.primary_key
    assert str(identity.type) == "CHAR(32)" or "UUID" in repr(identity.type).upper()


@pytest.mark.real_data
@pytest.mark.parametrize("name", OBJECTS)
def test_required_fields_are_columns(name: str) -> None:
    path: Path = SCHEMAS / f"{name}.json"
    if not path.is_file():
        pytest.skip(f"the official schemas are not at {SCHEMAS}")
    required = json.loads(path.read_text("utf-8"))["required"]
    columns = METADATA.tables[name].columns
    # HSDS nests the unit in a capacity; a table refers to it.
    missing = [one for one in required if one not in columns and f"{one}_id" not in columns]
    assert not missing
