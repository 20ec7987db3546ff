"""Questionnaires that a person answers alone: which questions count, how many points, which zone. Pure functions.

Answers are points by code of the question. Nothing is kept, nothing is asked of a database. Cut points, skips
and what is critical are data (fixtures/questionnaires); the source of the rules is named there.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from directory.events import Address, Code, Slug
from directory.plain_words import Both, Facts, FactsError, Line, read_facts
from directory.settings import ROOT

FOLDER = ROOT / "fixtures" / "questionnaires"
type Answers = Mapping[str, int]


class Option(Facts):
    """One answer and its points."""

    points: Annotated[int, Field(ge=0)]
    text: Both


class Item(Facts):
    """One question. scale names the answers to choose from."""

    code: Code
    text: Both
    hint: Both | None = None
    scale: Code


class Skip(Facts):
    """When the points of some questions together are no more than at_most, others are not asked and count 0."""

    when: Annotated[tuple[Code, ...], Field(min_length=1)]
    at_most: Annotated[int, Field(ge=0)]
    skips: Annotated[tuple[Code, ...], Field(min_length=1)]


class Critical(Facts):
    """An answer of so many points puts the helpline before everything else."""

    item: Code
    at_least: Annotated[int, Field(ge=1)]


class Zone(Facts):
    """What a score means, from its first point on. need: what to look for nearby. critical: helpline first."""

    code: Code
    first: Annotated[int, Field(ge=0)]
    title: Both
    means: Both
    steps: Annotated[tuple[Both, ...], Field(min_length=1)]
    warning: Both | None = None
    need: Line | None = None
    critical: bool = False


class Questionnaire(Facts):
    """A whole questionnaire as its file states it. helpline is a number of the country's facts."""

    slug: Slug
    title: Both
    intro: Both
    notes: tuple[Both, ...] = ()
    legend: tuple[Both, ...] = ()
    source: Address
    source_name: Line
    helpline: Line
    scales: Mapping[Code, Annotated[tuple[Option, ...], Field(min_length=2)]]
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    skips: tuple[Skip, ...] = ()
    critical: tuple[Critical, ...] = ()
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> "Questionnaire":
        problems = list(_problems(self))
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def options(self, item: Item) -> tuple[Option, ...]:
        """The answers of a question."""
        return self.scales[item.scale]

    @property
    def most(self) -> int:
        """The highest score there is."""
        return sum(max(one.points for one in self.options(item)) for item in self.items)


@dataclass(frozen=True, slots=True)
class Result:
    """The score, its zone, and whether the helpline comes first."""

    score: int
    zone: Zone
    critical: bool


def skipped(asked: Questionnaire, answers: Answers) -> frozenset[str]:
    """The questions that need no answer after the others, by the published rules. Their points count 0."""
    passed: set[str] = set()
    for skip in asked.skips:
        told = [0 if code in passed else answers.get(code) for code in skip.when]
        if all(one is not None for one in told) and sum(one or 0 for one in told) <= skip.at_most:
            passed.update(skip.skips)
    return frozenset(passed)


def unanswered(asked: Questionnaire, answers: Answers) -> tuple[str, ...]:
    """The questions that still need an answer, in their order."""
    passed = skipped(asked, answers)
    return tuple(one.code for one in asked.items if one.code not in answers and one.code not in passed)


def result(asked: Questionnaire, answers: Answers) -> Result:
    """What the answers come to. Raises ValueError when an answer is missing, or is none of its question."""
    if missing := unanswered(asked, answers):
        raise ValueError(f"not answered: {', '.join(missing)}")
    passed = skipped(asked, answers)
    counted = {one.code: _points(asked, one, answers) for one in asked.items if one.code not in passed}
    score = sum(counted.values())
    zone = max((one for one in asked.zones if one.first <= score), key=lambda one: one.first)
    grave = any(counted.get(one.item, 0) >= one.at_least for one in asked.critical)
    return Result(score, zone, zone.critical or grave)


def _points(asked: Questionnaire, item: Item, answers: Answers) -> int:
    points = answers[item.code]
    if points not in {one.points for one in asked.options(item)}:
        raise ValueError(f"{item.code}: there is no answer of {points} points")
    return points


def load_questionnaires(folder: Path = FOLDER) -> dict[str, Questionnaire]:
    """All questionnaires of a folder by slug. Raises FactsError for what cannot be right."""
    found: dict[str, Questionnaire] = {}
    for path in sorted(folder.glob("*.toml")):
        one = read_facts(path, Questionnaire)
        if one.slug in found:
            raise FactsError(f"{path.name}: slug {one.slug} is there twice")
        found[one.slug] = one
    return found


def _problems(asked: Questionnaire) -> Iterator[str]:
    codes = Counter(one.code for one in asked.items)
    yield from (f"question {code} is there twice" for code, count in codes.items() if count > 1)
    for item in asked.items:
        if item.scale not in asked.scales:
            yield f"{item.code}: there is no scale {item.scale}"
    named = {code for one in asked.skips for code in (*one.when, *one.skips)}
    named |= {one.item for one in asked.critical}
    yield from (f"there is no question {code}" for code in sorted(named - set(codes)))
    firsts = [one.first for one in asked.zones]
    if firsts[0] != 0 or firsts != sorted(set(firsts)):
        yield "zones begin at 0 and each later than the one before"
    for name, scale in asked.scales.items():
        points = [one.points for one in scale]
        if points != sorted(set(points)):
            yield f"scale {name}: each answer has more points than the one before"
