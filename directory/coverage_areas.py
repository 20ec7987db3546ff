"""Areas as coverage sums people by: comunas, provinces and regions, each cell in one of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.reach_rows import Flags, Numbers

# Cells of which nobody knows the area: told apart, never dropped.
NOWHERE = ""


@dataclass(frozen=True, slots=True)
class AreaName:
    """One area: what it is called and what it lies in."""

    code: str
    kind: str
    name: str
    parent: str | None


class AreaNames:
    """All areas by code. Immutable, safe between threads."""

    def __init__(self, areas: Iterable[AreaName]) -> None:
        self.by_code: Mapping[str, AreaName] = {one.code: one for one in areas}

    def chain(self, code: str | None) -> list[AreaName]:
        """An area and those above it, smallest first; empty for an unknown one."""
        found: list[AreaName] = []
        while code is not None and code in self.by_code and len(found) < 8:
            found.append(self.by_code[code])
            code = self.by_code[code].parent
        return found

    def above(self, code: str | None, kind: str) -> str:
        """The area of a kind that an area is or lies in; NOWHERE without."""
        return next((one.code for one in self.chain(code) if one.kind == kind), NOWHERE)

    def inside(self, codes: Sequence[str | None], wanted: str | None) -> Flags:
        """(C,) which areas are or lie in the wanted one; all of them for None."""
        if wanted is None:
            return np.ones(len(codes), bool)
        held = {code: any(one.code == wanted for one in self.chain(code)) for code in set(codes)}
        return np.array([held[code] for code in codes], bool)

    def grouped(self, codes: Sequence[str | None], kind: str) -> tuple[list[str], Numbers]:
        """The areas of a kind that hold these, by code, and the number of its area for each of these (C,)."""
        above = {code: self.above(code, kind) for code in set(codes)}
        found = sorted(set(above.values()))
        number = {code: at for at, code in enumerate(found)}
        return found, np.array([number[above[code]] for code in codes], np.int32)

    def name(self, code: str) -> str:
        """What an area is called."""
        return self.by_code[code].name if code in self.by_code else "Sin territorio conocido"

    def parent_name(self, code: str) -> str | None:
        """What an area lies in, by name; None for the country and what is not known."""
        chain = self.chain(code)
        return chain[1].name if len(chain) > 1 else None


def read_area_names(session: Session) -> AreaNames:
    """All areas of the directory."""
    rows = session.execute(text("select code, kind, name, parent_code from area order by code"))
    return AreaNames(AreaName(*row) for row in rows)
