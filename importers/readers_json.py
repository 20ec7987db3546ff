"""From JSON values to the texts of a table's cells."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from importers.errors import ImportFileError
from importers.guards import Limits

_DEPTH = 8


def flatten(value: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, str]:
    """One level of names ("address.city") with texts."""
    flat: dict[str, str] = {}
    for name, inner in value.items():
        if isinstance(inner, dict) and depth < _DEPTH:
            flat.update(flatten(inner, f"{prefix}{name}.", depth + 1))
        else:
            flat[f"{prefix}{name}"] = text_of(inner)
    return flat


def text_of(value: object) -> str:
    """A cell's text: nothing for null, Sí or No for booleans, plain values of a list joined with ';'."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "Sí" if value else "No"
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        return ";".join(text_of(part) for part in value)
    if isinstance(value, float):
        return number_text(value)
    return json.dumps(value, ensure_ascii=False)


def number_text(value: float) -> str:
    """A number as a person would type it: 1101, not 1101.0."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def cells_of(found: Mapping[str, str], keys: Mapping[str, int]) -> list[str]:
    """Cells in the order of the header."""
    cells = [""] * len(keys)
    for key, text in found.items():
        cells[keys[key]] = text
    return cells


def check_keys(path: Path, keys: Mapping[str, int], limits: Limits) -> None:
    """Refuse a file in which every object brings new names: its table would have no end."""
    if len(keys) > limits.columns:
        raise ImportFileError(
            f"sus objetos tienen más de {limits.columns} nombres distintos",
            file=path,
            mend="use los mismos nombres en todas las filas",
        )
