"""Life events and what each may lead to, read from the country's events.toml. Who a benefit is for are rules.

The rules are those of offers (directory.records.Eligibility) and are answered by the same logic: yes, no, or a
datum that is missing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from directory.country import country_facts, insurance_groups, needs_facts
from directory.eligibility import Ancestors, Person, Verdict, evaluate
from directory.plain_words import Both, Facts, FactsError, Line, read_facts
from directory.records import Eligibility

FILE = "events.toml"
SEXES = {"female", "male"}
RULES = frozenset(one.name for one in fields(Eligibility))
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
Address = Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.\-]+(/\S*)?$", max_length=300)]


class Condition(Facts):
    """Something that only the person knows. question asks it; datum names it; whom says who meets it."""

    code: Code
    question: Both
    datum: Both
    whom: Both


class Call(Facts):
    """A number to call before anything else is read."""

    number: Line
    text: Both


class Benefit(Facts):
    """What an event may lead to. need: the offers that serve it. checked: the day somebody compared it with source.

    checked False: from general knowledge, and the page tells people to confirm. No cost: nobody said.
    """

    code: Code
    name: Both
    institution: Line
    gives: Both
    ask: Both
    bring: tuple[Both, ...] = ()
    cost: Both | None = None
    phone: Line | None = None
    need: Line | None = None
    source: Address
    checked: date | Literal[False]
    rules: Eligibility = Field(default_factory=Eligibility)

    @field_validator("rules", mode="before")
    @classmethod
    def _known_rules(cls, stated: Any) -> Any:
        """Refuse a rule that is none: it would admit everyone."""
        unknown = set(stated) - RULES if isinstance(stated, Mapping) else set()
        if unknown:
            raise ValueError(
                f"{', '.join(sorted(unknown))} is no rule; the rules are {', '.join(sorted(RULES))}"
            )
        return stated


class Event(Facts):
    """Something hard that happened. hint: whom the questions are about. sensitive: neutral title, quick exit."""

    slug: Slug
    name: Both
    plain: Both
    hint: Both | None = None
    sensitive: bool = False
    calls: tuple[Call, ...] = ()
    benefits: Annotated[tuple[Benefit, ...], Field(min_length=1)]

    @property
    def asked(self) -> frozenset[str]:
        """The rules that any of its benefits has: what is worth asking a person."""
        stated = (one.rules for one in self.benefits)
        return frozenset(name for rules in stated for name in RULES if getattr(rules, name) not in (None, ()))

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions that its benefits ask for, in their order."""
        return tuple(dict.fromkeys(code for one in self.benefits for code in one.rules.conditions))


class EventsFile(Facts):
    """All of events.toml."""

    insurance_groups: Mapping[str, Both] = Field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class LifeEvents:
    """The events of a country by slug, in order; the conditions by code; which group each insurance is of.

    group_names: how a group of several insurances is called.
    """

    events: Mapping[str, Event]
    conditions: Mapping[str, Condition]
    insurance_groups: Mapping[str, str]
    group_names: Mapping[str, Both]

    def verdict(self, benefit: Benefit, person: Person, ancestors: Ancestors) -> Verdict:
        """Whether a benefit is for a person, as the rules tell."""
        return evaluate(benefit.rules, person, ancestors, insurance_groups=self.insurance_groups)


def load_events(folder: Path) -> LifeEvents:
    """The life events of a country's folder; none without the file. Raises FactsError for what cannot be right."""
    if not (folder / FILE).is_file():
        return LifeEvents({}, {}, {}, {})
    stated = read_facts(folder / FILE, EventsFile)
    country = country_facts(folder)
    problems = [*_twice(stated), *_unknown(stated, country, needs_facts(folder))]
    if problems:
        raise FactsError(f"{FILE}: {'; '.join(problems)}")
    return LifeEvents(
        {one.slug: one for one in stated.events},
        {one.code: one for one in stated.conditions},
        insurance_groups(country),
        stated.insurance_groups,
    )


def _twice(stated: EventsFile) -> Iterator[str]:
    """Codes that stand for two things."""
    yield from _repeated("slug", (one.slug for one in stated.events))
    yield from _repeated("condition", (one.code for one in stated.conditions))
    for event in stated.events:
        yield from _repeated(f"{event.slug}: benefit", (one.code for one in event.benefits))


def _repeated(what: str, codes: Iterable[str]) -> Iterator[str]:
    yield from (f"{what} {code} is there twice" for code, count in Counter(codes).items() if count > 1)


def _unknown(stated: EventsFile, country: Mapping[str, Any], needs: Mapping[str, Any]) -> Iterator[str]:
    """Codes that nothing else of the country knows."""
    known = {
        "need": {one["code"] for part in ("groups", "needs") for one in needs[part]},
        "sex": SEXES,
        "insurance": {one["code"] for one in country["insurance"]} | set(stated.insurance_groups),
        "condition": {one.code for one in stated.conditions},
    }
    groups = set(insurance_groups(country).values())
    yield from _missing("insurance_groups", "group", stated.insurance_groups, groups)
    for event in stated.events:
        for benefit in event.benefits:
            for what, codes in _named(benefit).items():
                yield from _missing(f"{event.slug}, {benefit.code}", what, codes, known[what])
    used = {code for event in stated.events for code in event.conditions}
    yield from _missing("conditions", "benefit with condition", known["condition"], used)


def _named(benefit: Benefit) -> dict[str, tuple[str, ...]]:
    rules = benefit.rules
    return {
        "need": (benefit.need,) if benefit.need else (),
        "sex": rules.sexes,
        "insurance": rules.insurances,
        "condition": rules.conditions,
    }


def _missing(where: str, what: str, codes: Iterable[str], known: Set[str]) -> Iterator[str]:
    yield from (f"{where}: there is no {what} {code}" for code in sorted(set(codes) - known))
