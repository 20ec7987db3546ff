"""The steps, one by one, and that doing them twice changes nothing."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from step_records import at, codes, go, offer

from directory.records import (
    Eligibility,
    HoursText,
    OfferRecord,
    OrganizationRecord,
    PhoneRecord,
    Severity,
    Timing,
    VisitRecord,
)
from geo.areas import AreaIndex
from importers.step_facts import StepFacts
from importers.steps import STEPS
from importers.steps.comuna import comuna
from importers.steps.context import StepContext
from importers.steps.duplicates import duplicates
from importers.steps.phones import _by_library, _international, phones
from importers.steps.schedule import schedule
from importers.steps.text import text
from importers.steps.topic import topic


@pytest.mark.parametrize(
    ("name", "code", "region", "area", "expected"),
    [
        ("Iquique", "1101", "", "01101", ["unpadded_code"]),
        ("iquique", None, "", "01101", []),
        ("Comuna de Ñuñoa", None, "", "13120", []),
        ("Chillán", "08401", "", "16101", ["replaced_code"]),
        ("Iquique", "99999", "", "01101", ["unknown_area_code"]),
        ("Arica", "01101", "", "01101", ["area_code_and_name_differ"]),
        ("Macondo", None, "", None, ["unknown_area"]),
        ("", "abc", "", None, ["unknown_area_code", "unknown_area"]),
    ],
)
def test_comunas(
    context: StepContext, name: str, code: str | None, region: str, area: str | None, expected: list[str]
) -> None:
    record, issues = comuna(offer(stated_area=name, stated_area_code=code, stated_region=region), context)
    assert record is not None
    assert record.location.area_code == area
    assert codes(list(issues)) == expected


def test_a_place_nobody_can_tell_is_refused(context: StepContext) -> None:
    record, issues = go(offer(stated_area="Macondo", stated_area_code=None), context)
    assert record is None
    assert codes(issues)[-1] == "no_area"


def test_text_is_tidied_counted_and_never_cut(context: StepContext) -> None:
    record, issues = text(offer(name="  Hospital   de\n Día ", address="Calle 1"), context)
    assert record is not None
    assert record.location.name == "Hospital de Día"
    assert [(one.code, one.field) for one in issues] == [("stray_blanks", "location.name")]
    untouched = offer(name="=1+1 {{7*7}}")
    assert text(untouched, context) == (untouched, ())
    refused, issues = text(offer(name="x" * 500), context)
    assert refused is None
    assert codes(list(issues)) == ["too_long"]
    record, issues = text(offer(name="PeÃ±alolÃ©n"), context)
    assert record is not None
    assert codes(list(issues)) == ["mojibake"]


def test_phones(context: StepContext) -> None:
    stated = ("1412", "101", "(2) 2000 0001", "+56 9 6123 4567", "600 360 7777", "12", "hola", "1412")
    record = replace(offer(), phones=tuple(map(PhoneRecord, stated)))
    changed, issues = phones(record, context)
    assert changed is not None
    assert [one.number for one in changed.phones] == [
        "1412",
        "101",
        "+56220000001",
        "+56961234567",
        "+566003607777",
    ]
    assert [(one.code, one.value) for one in issues] == [("bad_phone", "12"), ("bad_phone", "hola")]


def test_schedule_keeps_what_can_be_and_says_the_rest(context: StepContext) -> None:
    visits = (
        VisitRecord(date(2026, 5, 2), time(9), time(12)),
        VisitRecord(date(2026, 5, 1), time(9), time(12)),
        VisitRecord(date(2026, 5, 1), time(9), time(12)),
        VisitRecord(date(2026, 5, 3), time(12), time(9)),
    )
    record = replace(offer(), timing=Timing(texts=(HoursText("ayer"), HoursText("24/7")), visits=visits))
    changed, issues = schedule(record, context)
    assert changed is not None
    assert [one.text for one in changed.timing.texts] == ["24/7"]
    assert [one.day.day for one in changed.timing.visits] == [1, 2]
    assert {(one.row, one.severity) for one in issues} == {(2, Severity.ERROR)}
    assert len(issues) == 2


def test_needs_by_code_or_by_name_and_rules_that_can_be_evaluated(context: StepContext) -> None:
    def with_service(**changes: Any) -> OfferRecord:
        return replace(offer(), service=replace(offer().service, **changes))

    record, issues = topic(with_service(needs=("tratamiento  AMBULATORIO", "health", "nada")), context)
    assert record is not None
    assert record.service.needs == ("treatment.outpatient", "health")
    assert codes(list(issues)) == ["unknown_need"]
    for changes in (
        {"needs": ()},
        {"needs": ("nada",)},
        {"eligibility": Eligibility(min_age=40, max_age=20)},
        {"eligibility": Eligibility(insurances=("seguro_x",))},
        {"eligibility": Eligibility(residence=("99999",))},
    ):
        refused, issues = topic(with_service(**changes), context)
        assert refused is None
        assert issues[-1].severity is Severity.ERROR


def test_references_are_used_once_and_points_are_told(context: StepContext) -> None:
    def row(number: int, address: str, organization: str) -> OfferRecord:
        record, _ = go(at("-70.65000", "-33.44000", ref=str(number), address=address), context)
        assert record is not None
        owner = OrganizationRecord(organization, organization)
        return replace(record, source_ref=str(number), row=number, organization=owner)

    for number, address, organization in ((2, "A 1", "a"), (3, "A 1", "a"), (4, "B 2", "b"), (5, "C 3", "c")):
        duplicates(row(number, address, organization), context)
    again, issues = duplicates(row(2, "A 1", "a"), context)
    assert again is None
    assert codes(list(issues)) == ["repeated_ref"]
    assert [(one.code, one.row) for one in context.closing_issues()] == [
        ("repeated_position", 3),
        ("repeated_position", 4),
        ("repeated_position", 5),
    ]
    missing, issues = duplicates(replace(offer(), source_ref=""), context)
    assert missing is None
    assert codes(list(issues)) == ["missing_ref"]


def test_one_place_with_many_offers_is_no_repetition(context: StepContext) -> None:
    for number in (2, 3):
        record, _ = go(at("-70.65000", "-33.44000", ref="same"), context)
        assert record is not None
        duplicates(replace(record, source_ref=str(number), row=number), context)
    assert list(context.closing_issues()) == []


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    ["  a  b ", "Ñuñoa", "101", "\x00"]
)
POINTS = st.tuples(
    st.sampled_from(["-70.65000", "70,65", "-7065000", "0", "nan", "346625.1", ""]),
    st.sampled_from(["-33.44000", "33,44", "-3344000", "0", "nan", "6298715.7", ""]),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=TEXTS, area=TEXTS, code=st.sampled_from(["13101", "1101", "x", None]), phone=TEXTS, point=POINTS)
def test_steps_twice_are_steps_once(
    areas: AreaIndex,
    facts: StepFacts,
    name: str,
    area: str,
    code: str | None,
    phone: str,
    point: tuple[str, str],
) -> None:
    record: OfferRecord | None = replace(
        at(*point, name=name, stated_area=area, stated_area_code=code), phones=(PhoneRecord(phone),)
    )
    for step in STEPS:
        if record is None:
            return
        context = StepContext(areas=areas, facts=facts)
        record, issues = step(record, context)
        if record is not None:
            assert step(record, StepContext(areas=areas, facts=facts))[0] == record
            assert all(one.row == 2 for one in issues)
    assert record is not None
    again: OfferRecord | None = record
    for step in STEPS:
        assert again is not None
        again, _ = step(again, StepContext(areas=areas, facts=facts))
    assert again == record


def test_the_facts_are_the_countrys(facts: StepFacts) -> None:
    assert facts.needs.code("Tratamiento ambulatorio") == "treatment.outpatient"
    assert {"1412", "101"} <= facts.short_numbers
    assert facts.replaced_codes["08401"] == "16101"


NUMBERS = st.from_regex(r"(\+56)?(9|2|600|800|4[1-5]|5[1-8]|6[1-7]|7[1-5]|32)[0-9]{5,8}", fullmatch=True)


@settings(max_examples=400, deadline=None)
@given(number=NUMBERS | st.from_regex(r"[+0-9]{1,14}", fullmatch=True))
def test_the_quick_reading_of_phones_is_the_librarys(number: str) -> None:
    assert _international(number, "CL") == _by_library(number, "CL")
