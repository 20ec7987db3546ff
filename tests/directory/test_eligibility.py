"""Eligibility: yes, no, or the datum that is missing."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.eligibility import Answer, Person, all_of, evaluate, from_json, to_json, words
from directory.records import Eligibility

ANSWERS: tuple[Answer, ...] = ("yes", "no", "missing")
GROUPS = {"fonasa_a": "fonasa", "fonasa_b": "fonasa", "isapre": "isapre"}


def ancestors(code: str) -> tuple[str, ...]:
    """15101 lies in 151, 15 and CL."""
    return {"15101": ("151", "15", "CL"), "151": ("15", "CL"), "15": ("CL",), "13101": ("13", "CL")}.get(
        code, ()
    )


@pytest.mark.parametrize(
    ("rules", "person", "answer"),
    [
        (Eligibility(), Person(), "yes"),
        (Eligibility(min_age=18), Person(age=18), "yes"),
        (Eligibility(min_age=18), Person(age=17), "no"),
        (Eligibility(max_age=17), Person(age=17), "yes"),
        (Eligibility(max_age=0), Person(age=1), "no"),
        (Eligibility(min_age=0), Person(), "missing"),
        (Eligibility(sexes=("female",)), Person(sex="female"), "yes"),
        (Eligibility(sexes=("female",)), Person(sex="male"), "no"),
        (Eligibility(sexes=("female",)), Person(), "missing"),
        (Eligibility(insurances=("fonasa_a",)), Person(insurance="fonasa_a"), "yes"),
        (Eligibility(insurances=("fonasa_a",)), Person(insurance="isapre"), "no"),
        (Eligibility(insurances=("fonasa",)), Person(insurance="fonasa_b"), "yes"),
        (Eligibility(insurances=("fonasa_a",)), Person(insurance="fonasa"), "missing"),
        (Eligibility(insurances=("fonasa_a",)), Person(), "missing"),
        (Eligibility(residence=("15",)), Person(residence="15101"), "yes"),
        (Eligibility(residence=("15101",)), Person(residence="15101"), "yes"),
        (Eligibility(residence=("15101",)), Person(residence="15"), "missing"),
        (Eligibility(residence=("15101",)), Person(residence="13101"), "no"),
        (Eligibility(residence=("15101",)), Person(), "missing"),
        (Eligibility(pregnancy=True), Person(pregnant=True), "yes"),
        (Eligibility(pregnancy=True), Person(pregnant=False), "no"),
        (Eligibility(pregnancy=True), Person(), "missing"),
        (Eligibility(referral=True), Person(referred=False), "no"),
        (Eligibility(referral=False, pregnancy=False), Person(), "yes"),
        (Eligibility(conditions=("a", "b")), Person(conditions=frozenset({"a", "b"})), "yes"),
        (Eligibility(conditions=("a", "b")), Person(conditions=frozenset({"a"})), "missing"),
        (Eligibility(conditions=("a", "b")), Person(without=frozenset({"b"})), "no"),
        (Eligibility(min_age=18, sexes=("female",)), Person(age=17), "no"),
        (Eligibility(min_age=18, sexes=("female",)), Person(age=19), "missing"),
    ],
)
def test_answers(rules: Eligibility, person: Person, answer: str) -> None:
    for stated in (rules, to_json(rules)):
        assert evaluate(stated, person, ancestors, insurance_groups=GROUPS).answer == answer


def test_reasons_name_the_rule_and_what_is_missing() -> None:
    rules = Eligibility(min_age=18, sexes=("female",), conditions=("consumo_problematico",))
    verdict = evaluate(rules, Person(age=30))
    assert verdict.missing == ("sexo", "condición: consumo problematico")
    assert [(one.rule, one.answer) for one in verdict.reasons] == [
        ("age", "yes"),
        ("sexes", "missing"),
        ("conditions", "missing"),
    ]
    assert verdict.reasons[1].text == "Falta saber: sexo"
    assert evaluate(rules, Person(age=10)).missing == ()


def test_kleene() -> None:
    for one, other in product(ANSWERS, ANSWERS):
        assert all_of(one, other) == all_of(other, one)
        assert all_of(one, one) == one == all_of(one, "yes")
        assert all_of(one, "no") == "no"
    for triple in product(ANSWERS, ANSWERS, ANSWERS):
        assert all_of(all_of(*triple[:2]), triple[2]) == all_of(triple[0], all_of(*triple[1:]))
    assert all_of() == "yes"


codes = st.lists(st.sampled_from(["a", "b", "c"]), max_size=2, unique=True).map(tuple)
rulings = st.builds(
    Eligibility,
    st.none() | st.integers(0, 90),
    st.none() | st.integers(0, 90),
    st.lists(st.sampled_from(["female", "male"]), max_size=2, unique=True).map(tuple),
    st.lists(st.sampled_from(["fonasa", "fonasa_a", "isapre"]), max_size=2, unique=True).map(tuple),
    st.lists(st.sampled_from(["15", "15101", "13101"]), max_size=2, unique=True).map(tuple),
    st.none() | st.just(True),
    codes,
    st.none() | st.just(True),
)
known = st.builds(
    Person,
    st.integers(0, 99),
    st.sampled_from(["female", "male", "other"]),
    st.sampled_from(["fonasa_a", "fonasa_b", "isapre"]),
    st.sampled_from(["15101", "13101"]),
    st.booleans(),
    st.just(frozenset("ab")),
    st.just(frozenset("c")),
    st.booleans(),
)


@given(
    rulings, known, st.sets(st.sampled_from(["age", "sex", "insurance", "residence", "pregnant", "referred"]))
)
def test_knowing_less_never_turns_yes_into_no(
    rules: Eligibility, person: Person, forgotten: set[str]
) -> None:
    whole = evaluate(rules, person, ancestors, insurance_groups=GROUPS).answer
    assert whole != "missing"
    forgetful = replace(person, **dict.fromkeys(forgotten))  # type: ignore[arg-type]
    assert evaluate(rules, forgetful, ancestors, insurance_groups=GROUPS).answer in {whole, "missing"}


@given(rulings)
def test_json_there_and_back(rules: Eligibility) -> None:
    stated = to_json(rules)
    assert from_json(stated) == rules
    assert (stated is None) == (rules == Eligibility())
    assert stated is None or all(value not in (None, [], ()) for value in stated.values())


def test_an_unknown_rule_admits_nobody_by_mistake() -> None:
    with pytest.raises(TypeError):
        evaluate({"min_income": 3}, Person())


@pytest.mark.parametrize(
    ("rules", "spanish", "english"),
    [
        (Eligibility(), [], []),
        (Eligibility(min_age=18, sexes=("female",)), ["Mujeres de 18 años o más"], ["Women aged 18 or over"]),
        (Eligibility(min_age=12, max_age=17), ["Personas de 12 a 17 años"], ["People aged 12 to 17"]),
        (Eligibility(max_age=5), ["Personas de hasta 5 años"], ["People aged up to 5"]),
        (Eligibility(insurances=("fonasa",)), ["Con FONASA"], ["With FONASA"]),
        (Eligibility(residence=("15101",)), ["Que vivan en Arica"], ["Living in Arica"]),
        (
            Eligibility(pregnancy=True, referral=True),
            ["Durante el embarazo o después del parto", "Con derivación de otro servicio"],
            ["During pregnancy or after birth", "Referred by another service"],
        ),
        (Eligibility(conditions=("con_hijos",)), ["Condiciones: con hijos"], ["Conditions: con hijos"]),
    ],
)
def test_words(rules: Eligibility, spanish: list[str], english: list[str]) -> None:
    labels = {"fonasa": "FONASA", "15101": "Arica"}
    assert words(rules, labels=labels) == spanish
    assert words(to_json(rules), "en", labels=labels) == english
