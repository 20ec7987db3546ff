"""Facts of the country that the steps need, read once from its folder. The code knows no country."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from directory.country import country_facts, needs_facts
from geo.gazetteer import Spelling
from geo.points import Bounds, LonLat
from importers.words import fold

# How people begin the name of an area before they name it.
_PREFIXES = ("comuna de", "región de", "región del", "región", "provincia de")


@dataclass(frozen=True, slots=True)
class Needs:
    """The codes of the taxonomy, and the codes of the names people write."""

    codes: frozenset[str]
    by_name: Mapping[str, str]

    def code(self, text: str) -> str | None:
        """The code written as such, or of the need with this name; None when there is none."""
        plain = text.strip()
        return plain if plain in self.codes else self.by_name.get(fold(plain))


@dataclass(frozen=True, slots=True)
class StepFacts:
    """One country: where it lies, its area codes, phones, insurances and needs."""

    code: str
    bounds: tuple[Bounds, ...]
    area_width: int
    short_numbers: frozenset[str]
    replaced_codes: Mapping[str, str]
    insurances: frozenset[str]
    needs: Needs
    spelling: Spelling = field(compare=False)

    def holds(self, point: LonLat) -> bool:
        """Whether the point lies in one of the country's boxes."""
        return any(box.contains(point) for box in self.bounds)

    @property
    def around(self) -> Bounds:
        """One box around all of them, for proposing repairs."""
        west, south, east, north = zip(*self.bounds, strict=True)
        return Bounds(min(west), min(south), max(east), max(north))


def read_step_facts(folder: Path) -> StepFacts:
    """Read country.toml and needs.toml of a country's folder (`settings.country_folder`)."""
    facts, needs = country_facts(folder), needs_facts(folder)
    terms = [one for part in ("groups", "needs") for one in needs[part]]
    replaced = (pair for block in facts.get("replaced_codes", ()) for pair in block["codes"].items())
    insurances = facts.get("insurance", ())
    return StepFacts(
        code=facts["code"],
        bounds=tuple(Bounds(one["west"], one["south"], one["east"], one["north"]) for one in facts["bounds"]),
        area_width=facts["area_codes"]["comuna"],
        short_numbers=frozenset(one["number"] for one in facts["phones"] if one["rule"] == "exact"),
        replaced_codes=dict(replaced),
        insurances=frozenset(code for one in insurances for code in (one["code"], one["group"])),
        needs=Needs(frozenset(one["code"] for one in terms), {fold(one["es"]): one["code"] for one in terms}),
        spelling=Spelling(_PREFIXES, facts.get("abbreviations", {})),
    )
