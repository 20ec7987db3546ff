"""Life events as data: what the file says is known to the country, and what cannot be right is refused."""

import shutil
from pathlib import Path

import pytest

from directory.eligibility import Person
from directory.events import Benefit, LifeEvents, load_events
from directory.plain_words import Both, FactsError
from directory.settings import ROOT

CHILE = ROOT / "fixtures" / "country" / "cl"
LIFE = load_events(CHILE)
HEAD = """
[[conditions]]
code = "job"
question = { es = "¿Trabajas?", en = "Do you work?" }
datum = { es = "si trabajas", en = "whether you work" }
whom = { es = "personas que trabajan", en = "people who work" }
[[events]]
slug = "one"
name = { es = "Uno", en = "One" }
plain = { es = "Uno.", en = "One." }
[[events.benefits]]
code = "help"
name = { es = "Ayuda", en = "Help" }
institution = "Oficina"
gives = { es = "Algo.", en = "Something." }
ask = { es = "Pide.", en = "Ask." }
source = "https://example.org/"
"""
GOOD = HEAD + 'checked = false\nrules = { conditions = ["job"] }\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A country of its own, with the facts of Chile."""
    for name in ("country.toml", "needs.toml"):
        shutil.copy(CHILE / name, tmp_path / name)
    return tmp_path


def written(folder: Path, text: str) -> LifeEvents:
    (folder / "events.toml").write_text(text, "utf-8")
    return load_events(folder)


def benefit(slug: str, code: str) -> Benefit:
    return next(one for one in LIFE.events[slug].benefits if one.code == code)


def test_chile_has_six_events_with_benefits() -> None:
    assert len(LIFE.events) == 6
    assert sum(len(one.benefits) for one in LIFE.events.values()) >= 24
    assert [slug for slug, one in LIFE.events.items() if one.sensitive] == ["victima-de-un-delito"]


def test_unchecked_facts_hold_no_amounts() -> None:
    for event in LIFE.events.values():
        for one in event.benefits:
            texts: list[Both] = [one.gives, one.ask, *one.bring, *([one.cost] if one.cost else [])]
            assert one.checked or not any("$" in text.es + text.en for text in texts), one.code


def test_a_country_without_the_file_has_no_events(tmp_path: Path) -> None:
    assert load_events(tmp_path).events == {}


@pytest.mark.parametrize(
    ("slug", "code", "person", "answer"),
    [
        ("cuidado-de-una-persona", "universal_pension", Person(), "missing"),
        ("cuidado-de-una-persona", "universal_pension", Person(age=64), "no"),
        ("cuidado-de-una-persona", "universal_pension", Person(age=65), "yes"),
        ("enfermedad-de-alto-costo", "ges", Person(insurance="fonasa_c"), "yes"),
        ("enfermedad-de-alto-costo", "ges", Person(insurance="none"), "no"),
        ("enfermedad-de-alto-costo", "ricarte_soto", Person(insurance="dipreca"), "yes"),
        ("enfermedad-de-alto-costo", "disability_pension", Person(age=65), "no"),
        ("enfermedad-de-alto-costo", "disability_pension", Person(age=64), "missing"),
        ("perdi-mi-trabajo", "job_office", Person(), "yes"),
        ("perdi-mi-trabajo", "unemployment_insurance", Person(age=30), "missing"),
        (
            "perdi-mi-trabajo",
            "unemployment_insurance",
            Person(age=30, conditions=frozenset({"unemployment_account"})),
            "yes",
        ),
        (
            "perdi-mi-trabajo",
            "unemployment_insurance",
            Person(without=frozenset({"unemployment_account"})),
            "no",
        ),
        ("victima-de-un-delito", "womens_centre", Person(age=20, sex="male"), "no"),
        ("victima-de-un-delito", "womens_centre", Person(age=20, sex="female"), "yes"),
    ],
)
def test_rules_answer_yes_no_or_missing(slug: str, code: str, person: Person, answer: str) -> None:
    assert LIFE.verdict(benefit(slug, code), person, lambda area: ()).answer == answer


def test_a_good_file_is_read(folder: Path) -> None:
    life = written(folder, GOOD)
    event = life.events["one"]
    assert event.asked == {"conditions"}
    assert event.conditions == ("job",)
    assert event.benefits[0].checked is False
    assert event.name.told("en") == "One"
    assert event.name.told("es") == "Uno"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("checked = false", "checked = true"), "events.0.benefits.0.checked"),
        (GOOD.replace("checked = false\n", ""), "events.0.benefits.0.checked.*: Field required"),
        (GOOD.replace('"https://example.org/"', '"http://example.org/"'), "events.0.benefits.0.source"),
        (GOOD.replace('en = "Help"', 'en = ""'), "events.0.benefits.0.name.en"),
        (GOOD + "rulez = 1", "rulez"),
        (GOOD.replace('conditions = ["job"] }', "ages = 3 }"), "ages is no rule; the rules are"),
        (GOOD.replace('conditions = ["job"] }', 'min_age = "old" }'), "rules.min_age"),
        (GOOD.replace('conditions = ["job"] }', 'sexes = ["woman"] }'), "one, help: there is no sex woman"),
        (
            GOOD.replace('conditions = ["job"] }', 'insurances = ["x"] }'),
            "one, help: there is no insurance x",
        ),
        (GOOD.replace('["job"]', '["work"]'), "one, help: there is no condition work"),
        (GOOD.replace("rules =", 'need = "health.magic"\nrules ='), "there is no need health.magic"),
        (HEAD + "checked = false", "there is no benefit with condition job"),
        (GOOD + GOOD[GOOD.index("[[events]]") :], "slug one is there twice"),
        (GOOD + GOOD[GOOD.index("[[events.benefits]]") :], "one: benefit help is there twice"),
        (GOOD + GOOD[: GOOD.index("[[events]]")], "condition job is there twice"),
        ("[insurance_groups]\nx = { es = 'X', en = 'X' }\n" + GOOD, "insurance_groups: there is no group x"),
        (GOOD[: GOOD.index("[[events.benefits]]")], "events.0.benefits"),
        ("events = 3", "events"),
        ("events", "this is no TOML"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused(folder: Path, text: str, words: str) -> None:
    with pytest.raises(FactsError, match=rf"^events\.toml: .*{words}"):
        written(folder, text)


def test_what_is_said_of_checked_facts_is_a_day(folder: Path) -> None:
    life = written(folder, GOOD.replace("checked = false", "checked = 2026-11-20"))
    assert str(life.events["one"].benefits[0].checked) == "2026-11-20"
