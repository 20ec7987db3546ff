"""Who may be served: rules as data, answered yes, no, or missing (a datum that the person has not given).

Kleene's logic over the rules: one definite no is a no; else one unknown makes it missing; else yes. No rule
at all means everyone: yes. What is not known of a person is never taken for a no.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from directory.records import Eligibility

Answer = Literal["yes", "no", "missing"]
# The areas that hold an area, nearest first, by code.
Ancestors = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of the person who asks; None (or in neither set of conditions) means not known.

    age in whole years; sex, insurance and residence are codes as in Eligibility; residence may be any area.
    conditions are those the person meets, without those the person surely does not.
    """

    age: int | None = None
    sex: str | None = None
    insurance: str | None = None
    residence: str | None = None
    pregnant: bool | None = None
    conditions: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    referred: bool | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's answer. rule is a field's name of Eligibility (age for both ages); datum what it asks for.

    datum is Spanish ("edad"); condition the code of the one condition that a conditions rule speaks of.
    """

    rule: str
    answer: Answer
    datum: str
    condition: str | None = None

    @property
    def text(self) -> str:
        """The reason in plain Spanish: "Falta saber: edad"."""
        return f"{_SAID[self.answer]}: {self.datum}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and the reason of every rule there is, in a fixed order."""

    answer: Answer
    reasons: tuple[Reason, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """What to ask of the person, in Spanish; nothing unless the answer hangs on it."""
        if self.answer != "missing":
            return ()
        return tuple(reason.datum for reason in self.reasons if reason.answer == "missing")


_SAID: dict[Answer, str] = {"yes": "Cumple", "no": "No cumple", "missing": "Falta saber"}
EVERYONE = Verdict("yes")


def evaluate(
    rules: Eligibility | Mapping[str, Any] | None,
    person: Person,
    ancestors: Ancestors = lambda code: (),
    *,
    insurance_groups: Mapping[str, str] | None = None,
) -> Verdict:
    """Whether a person may be served under rules (or their JSON). No rules: yes.

    insurance_groups maps insurance codes to their group, where a rule or a person may say the group
    ("fonasa" for its bands): a group in a rule admits its codes; a group of a person leaves the code missing.
    """
    if isinstance(rules, Mapping):
        rules = from_json(rules)
    if rules is None:
        return EVERYONE
    reasons = tuple(_reasons(rules, person, ancestors, insurance_groups or {}))
    return Verdict(all_of(*(reason.answer for reason in reasons)), reasons)


def all_of(*answers: Answer) -> Answer:
    """Kleene's and: no wins, then missing; of nothing at all, yes."""
    return "no" if "no" in answers else "missing" if "missing" in answers else "yes"


def _reasons(
    rules: Eligibility, person: Person, ancestors: Ancestors, groups: Mapping[str, str]
) -> Iterator[Reason]:
    if rules.min_age is not None or rules.max_age is not None:
        yield Reason("age", _age(rules, person.age), "edad")
    if rules.sexes:
        yield Reason("sexes", _known(person.sex, lambda sex: sex in rules.sexes), "sexo")
    if rules.insurances:
        yield Reason("insurances", _insurance(rules, person.insurance, groups), "previsión de salud")
    if rules.residence:
        yield Reason("residence", _residence(rules, person.residence, ancestors), "comuna donde vive")
    if rules.pregnancy:
        yield Reason("pregnancy", _known(person.pregnant, bool), "embarazo o posparto")
    for code in rules.conditions:
        yield Reason("conditions", _condition(code, person), f"condición: {_plain(code)}", code)
    if rules.referral:
        yield Reason("referral", _known(person.referred, bool), "derivación de otro servicio")


def _known[Datum](datum: Datum | None, holds: Callable[[Datum], bool]) -> Answer:
    if datum is None:
        return "missing"
    return "yes" if holds(datum) else "no"


def _age(rules: Eligibility, age: int | None) -> Answer:
    low = 0 if rules.min_age is None else rules.min_age
    return _known(age, lambda years: years >= low and (rules.max_age is None or years <= rules.max_age))


def _insurance(rules: Eligibility, code: str | None, groups: Mapping[str, str]) -> Answer:
    if code is None:
        return "missing"
    if code in rules.insurances or groups.get(code) in rules.insurances:
        return "yes"
    # The person named a group, and the rule takes only some of it.
    return "missing" if any(code == groups.get(wanted) != wanted for wanted in rules.insurances) else "no"


def _residence(rules: Eligibility, code: str | None, ancestors: Ancestors) -> Answer:
    if code is None:
        return "missing"
    if not set(rules.residence).isdisjoint((code, *ancestors(code))):
        return "yes"
    # The person named a larger area (the region), and the rule takes only a part of it.
    return "missing" if any(code in ancestors(wanted) for wanted in rules.residence) else "no"


def _condition(code: str, person: Person) -> Answer:
    if code in person.conditions:
        return "yes"
    return "no" if code in person.without else "missing"


def to_json(rules: Eligibility) -> dict[str, Any] | None:
    """The rules as service.eligibility keeps them: without empty fields, None when there is no rule."""
    stated = {each.name: getattr(rules, each.name) for each in fields(rules)}
    compact = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in stated.items()
        if value is not None and value is not False and value != ()
    }
    return compact or None


def from_json(stated: Mapping[str, Any] | None) -> Eligibility:
    """The rules again. Raises TypeError on a field that is none: an unknown rule must not admit everyone."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in (stated or {}).items()
    }
    return Eligibility(**values)


def words(
    rules: Eligibility | Mapping[str, Any] | None,
    language: str = "es",
    *,
    labels: Mapping[str, str] | None = None,
) -> list[str]:
    """The rules in plain words, one line each; none when there is no rule. es or en.

    labels gives the words of codes (insurances, areas, conditions); a code without words is shown as it is.
    """
    if rules is None or isinstance(rules, Mapping):
        rules = from_json(rules)
    say = _say_english if language.startswith("en") else _say_spanish
    return list(say(rules, lambda code: (labels or {}).get(code) or _plain(code)))


def _plain(code: str) -> str:
    return code.replace("_", " ")


def _say_spanish(rules: Eligibility, label: Callable[[str], str]) -> Iterator[str]:
    who = {"female": "Mujeres", "male": "Hombres"}
    people = " y ".join(who.get(sex, label(sex)) for sex in rules.sexes)
    if people or rules.min_age is not None or rules.max_age is not None:
        ages = _ages(rules, "de {} años o más", "de hasta {} años", "de {} a {} años")
        yield f"{people or 'Personas'} {ages}".strip()
    if rules.insurances:
        yield "Con " + " o ".join(label(code) for code in rules.insurances)
    if rules.residence:
        yield "Que vivan en " + " o ".join(label(code) for code in rules.residence)
    if rules.pregnancy:
        yield "Durante el embarazo o después del parto"
    if rules.conditions:
        yield "Condiciones: " + ", ".join(label(code) for code in rules.conditions)
    if rules.referral:
        yield "Con derivación de otro servicio"


def _say_english(rules: Eligibility, label: Callable[[str], str]) -> Iterator[str]:
    who = {"female": "Women", "male": "Men"}
    people = " and ".join(who.get(sex, label(sex)) for sex in rules.sexes)
    if people or rules.min_age is not None or rules.max_age is not None:
        ages = _ages(rules, "aged {} or over", "aged up to {}", "aged {} to {}")
        yield f"{people or 'People'} {ages}".strip()
    if rules.insurances:
        yield "With " + " or ".join(label(code) for code in rules.insurances)
    if rules.residence:
        yield "Living in " + " or ".join(label(code) for code in rules.residence)
    if rules.pregnancy:
        yield "During pregnancy or after birth"
    if rules.conditions:
        yield "Conditions: " + ", ".join(label(code) for code in rules.conditions)
    if rules.referral:
        yield "Referred by another service"


def _ages(rules: Eligibility, over: str, up_to: str, between: str) -> str:
    if rules.min_age is not None and rules.max_age is not None:
        return between.format(rules.min_age, rules.max_age)
    if rules.min_age is not None:
        return over.format(rules.min_age)
    return up_to.format(rules.max_age) if rules.max_age is not None else ""
