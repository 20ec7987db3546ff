"""What the pages of life events show: benefits in three groups, each with its reasons, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from directory.eligibility import Answer, Person, Reason, Verdict
from directory.events import Benefit, Event, LifeEvents
from directory.plain_words import Both
from directory.records import Eligibility
from directory.territory import Territory
from web import labels
from web.language import InBoth, Spanish, Texts, html, language, noop
from web.language import gettext as _
from web.present import Choice, OptionCard, PlaceChoice
from web.trips import day_text
from web.wording import Phone, phone_of

GROUPS: tuple[Answer, ...] = ("yes", "missing", "no")
TITLES = Texts(
    {
        "yes": noop("Te corresponde"),
        "missing": noop("Puede que te corresponda"),
        "no": noop("No te corresponde"),
    }
)
SEXES = Texts({"female": noop("Mujer"), "male": noop("Hombre")})
# What is missing of somebody else: the person who is ill, cared for or will study.
THEIRS = Texts(
    {
        "age": noop("la edad"),
        "sexes": noop("el sexo"),
        "insurances": noop("la previsión de salud"),
        "residence": noop("la comuna donde vive"),
        "pregnancy": noop("si hay embarazo o un parto reciente"),
        "referral": noop("si otro servicio envía a la persona"),
    }
)
WHO = Texts({"female": noop("mujeres"), "male": noop("hombres")})


@dataclass(frozen=True, slots=True)
class Nearby:
    """The nearest place that serves a benefit. note: why it may be of no use now."""

    card: OptionCard
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitView:
    """One benefit. missing and refused are whole sentences, empty where they do not apply.

    nowhere: a place was asked for, and none is known.
    """

    code: str
    name: str
    institution: str
    gives: str
    ask: str
    bring: tuple[str, ...]
    cost: str
    phone: Phone | None
    whom: tuple[str, ...]
    missing: str
    refused: str
    checked: str
    source: str
    source_name: str
    nearby: Nearby | None = None
    nowhere: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Benefits with the same answer."""

    answer: Answer
    title: str
    benefits: tuple[BenefitView, ...]


@dataclass(frozen=True, slots=True)
class AskedCondition:
    """A question that only the person can answer; choices hold what is sent."""

    code: str
    question: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """Everything `event.html` shows. places: what the place may mean, to choose from. answered: the form was sent."""

    slug: str
    name: str
    plain: str
    hint: str
    sensitive: bool
    calls: tuple[tuple[Phone, str], ...]
    groups: tuple[Group, ...]
    asks_age: bool
    age: str
    sexes: tuple[Choice, ...]
    insurances: tuple[Choice, ...]
    pregnancy: tuple[Choice, ...]
    conditions: tuple[AskedCondition, ...]
    place: str
    places: tuple[PlaceChoice, ...]
    errors: Mapping[str, str]
    where: str
    answered: bool


@dataclass(frozen=True, slots=True)
class Names:
    """How codes are called: insurances of the country and their groups, its conditions, its areas."""

    insurances: Mapping[str, InBoth]
    events: LifeEvents
    territory: Territory

    def insurance(self, code: str) -> str:
        """An insurance, or the group of several."""
        group = self.events.group_names.get(code)
        return said(group) if group else str(self.insurances[code])

    def area(self, code: str) -> str:
        """An area of a rule."""
        return self.territory.name(code) if code in self.territory.index else code


def said(text: Both | None) -> Markup:
    """A text of the facts in the language of the page, its Spanish names marked as such; nothing for none."""
    if text is None:
        return Markup()
    parts = text.told(language()).split("*")
    return Markup().join(Spanish(part) if number % 2 else part for number, part in enumerate(parts))


def grouped(
    event: Event, person: Person, names: Names, nearby: Mapping[str, Nearby] | None
) -> tuple[Group, ...]:
    """The benefits of an event by answer, those that are for the person first. nearby: by need, None: not asked."""
    found: dict[Answer, list[BenefitView]] = {answer: [] for answer in GROUPS}
    data = THEIRS if event.hint else labels.DATA
    for benefit in event.benefits:
        verdict = names.events.verdict(benefit, person, names.territory.index.ancestors)
        found[verdict.answer].append(_benefit(benefit, verdict, names, nearby, data))
    return tuple(Group(answer, TITLES[answer], tuple(found[answer])) for answer in GROUPS if found[answer])


def _benefit(
    benefit: Benefit,
    verdict: Verdict,
    names: Names,
    nearby: Mapping[str, Nearby] | None,
    words: Mapping[str, str],
) -> BenefitView:
    refused = [one for one in verdict.reasons if one.answer == "no"]
    asked = [one for one in verdict.reasons if one.answer == "missing"] if verdict.answer == "missing" else []
    whom = Markup(", ").join(_whom(benefit.rules, one, names) for one in refused)
    data = Markup("; ").join(dict.fromkeys(_datum(one, names, words) for one in asked))
    place = (nearby or {}).get(benefit.need or "") if not refused else None
    return BenefitView(
        code=benefit.code,
        name=said(benefit.name),
        institution=Spanish(benefit.institution),
        gives=said(benefit.gives),
        ask=said(benefit.ask),
        bring=tuple(map(said, benefit.bring)),
        cost=said(benefit.cost),
        phone=_phone(benefit.phone),
        whom=tuple(_sentence(_whom(benefit.rules, one, names)) for one in verdict.reasons),
        missing=html("Te falta decirnos: %(data)s.", data=data) if data else "",
        refused=html("No te corresponde porque es para %(whom)s.", whom=whom) if refused else "",
        checked=_checked(benefit),
        source=benefit.source,
        source_name=urlsplit(benefit.source).netloc.removeprefix("www."),
        nearby=place,
        nowhere=nearby is not None and benefit.need is not None and place is None and not refused,
    )


def _checked(benefit: Benefit) -> str:
    if benefit.checked:
        return _("Revisado el %(day)s.", day=day_text(benefit.checked))
    return _("Confirma los requisitos en la oficina.")


def _datum(reason: Reason, names: Names, words: Mapping[str, str]) -> str:
    if reason.condition:
        return said(names.events.conditions[reason.condition].datum)
    return words[reason.rule]


def _whom(rules: Eligibility, reason: Reason, names: Names) -> str:
    """Whom one rule is for: it goes on after "es para"."""
    if reason.condition:
        return said(names.events.conditions[reason.condition].whom)
    return _of_rule(reason.rule, rules, names)


def _of_rule(rule: str, rules: Eligibility, names: Names) -> str:
    either = Markup(_(" o "))
    match rule:
        case "age":
            return _ages(rules)
        case "sexes":
            return either.join(WHO[one] for one in rules.sexes)
        case "insurances":
            return html("personas con %(names)s", names=either.join(map(names.insurance, rules.insurances)))
        case "residence":
            return html(
                "personas que viven en %(names)s", names=either.join(map(names.area, rules.residence))
            )
        case "pregnancy":
            return _("personas con un embarazo o un parto reciente")
        case _:
            return _("personas que envía otro servicio")


def _ages(rules: Eligibility) -> str:
    low, high = rules.min_age, rules.max_age
    if low is not None and high is not None:
        return _("personas de %(low)s a %(high)s años", low=low, high=high)
    if low is not None:
        return _("personas de %(low)s años o más", low=low)
    return _("personas de hasta %(high)s años", high=high)


def _sentence(words: str) -> str:
    text = escape(words)
    return text[:1].upper() + text[1:] + "."


def _phone(number: str | None) -> Phone | None:
    return (phone_of(number) or Phone(number, number)) if number else None


def calls(event: Event) -> tuple[tuple[Phone, str], ...]:
    """The numbers to call first, with what they are for."""
    return tuple((Phone(one.number, one.number), said(one.text)) for one in event.calls)
