"""The facts of the country, read from its folder: nothing in the code is limited to one."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from directory.settings import Settings


def country_facts(settings: Settings) -> Mapping[str, Any]:
    """country.toml of the country in the settings: bounds, zones, holidays, phones, insurance, helplines."""
    return _read(settings.country_folder / "country.toml")


def needs_facts(settings: Settings) -> Mapping[str, Any]:
    """needs.toml of the country in the settings: groups and needs with words and synonyms."""
    return _read(settings.country_folder / "needs.toml")


def insurance_groups(facts: Mapping[str, Any]) -> dict[str, str]:
    """Group of every insurance code that has one ("fonasa" for its bands)."""
    return {one["code"]: one["group"] for one in facts["insurance"] if "group" in one}


@cache
def _read(path: Path) -> Mapping[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))
