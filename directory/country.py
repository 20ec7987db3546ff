"""The facts of the country, read from its folder: nothing in the code is limited to one."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def country_facts(folder: Path) -> Mapping[str, Any]:
    """country.toml of a country's folder: bounds, zones, holidays, phones, insurance, helplines."""
    return read_toml(folder / "country.toml")


def needs_facts(folder: Path) -> Mapping[str, Any]:
    """needs.toml of a country's folder: groups and needs with words and synonyms."""
    return read_toml(folder / "needs.toml")


def insurance_groups(facts: Mapping[str, Any]) -> dict[str, str]:
    """Group of every insurance code that has one ("fonasa" for its bands)."""
    return {one["code"]: one["group"] for one in facts["insurance"] if "group" in one}


def read_toml(path: Path) -> Mapping[str, Any]:
    """Any file of facts. Ours and committed: a mistake in it is an error of the project."""
    return tomllib.loads(path.read_text("utf-8"))
