"""Offers and needs by everyday words."""

import pytest
from factories import location_record, offer_record, seed_basics, service_record, source_info
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from directory.db import transaction
from directory.errors import QuestionError
from directory.intake import publish
from directory.records import Position, PositionSource
from directory.settings import Settings
from directory.words import FoundOffers, find_needs, find_offers_by_words
from geo.points import LonLat
from geo.units import Metres
from importers.areas import load_country

NAMES = {
    "1": "Centro de rehabilitación El Alba",
    "2": "Programa de rehabilitaciones Los Andes",
    "3": "Comunidad terapéutica femenina",
    "4": "Consultorio La Granja",
}


@pytest.fixture
def offers(session: Session) -> Session:
    seed_basics(session)
    made = [
        offer_record(
            source_ref=ref,
            service=service_record(ref=ref, name=f"Servicio {ref}"),
            location=location_record(
                ref=ref,
                name=name,
                position=Position(LonLat(-70.65 + int(ref) / 100, -33.44), PositionSource.GIVEN, Metres(10)),
            ),
        )
        for ref, name in NAMES.items()
    ]
    publish(session, source_info(), made)
    return session


def names(session: Session, found: FoundOffers) -> list[str]:
    from directory.tables import Offer

    return [session.get_one(Offer, one).card["name"] for one in found.ids]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("rehabilitacion", {NAMES["1"], NAMES["2"]}),
        ("rehabilitaciones", {NAMES["1"], NAMES["2"]}),
        ("REHABILITASION", {NAMES["1"], NAMES["2"]}),
        ("terapeuticas para femeninas", {NAMES["3"]}),
        ("comunidá terapeutica", {NAMES["3"]}),
        ("rehabilitación alba", {NAMES["1"]}),
    ],
)
def test_words_of_any_form_and_with_typos(offers: Session, typed: str, expected: set[str]) -> None:
    found = find_offers_by_words(offers, typed)
    assert set(names(offers, found)) == expected
    assert not found.loosened


def test_no_offer_with_all_words_gives_those_with_some_and_says_so(offers: Session) -> None:
    found = find_offers_by_words(offers, "alba femenina")
    assert found.loosened
    assert set(names(offers, found)) == {NAMES["1"], NAMES["3"]}


def test_near_orders_by_distance(offers: Session) -> None:
    found = find_offers_by_words(offers, "rehabilitacion", near=LonLat(-70.60, -33.44))
    assert names(offers, found) == [NAMES["2"], NAMES["1"]]


@pytest.mark.parametrize("typed", ["", "de la para", "%", "' | !", "zzzzzz", "a & b | !c", "🙂", "\\"])
def test_nothing_to_search_finds_nothing(offers: Session, typed: str) -> None:
    assert find_offers_by_words(offers, typed).ids == []


@pytest.mark.parametrize("typed", ["a\0b", "x" * 10_000])
def test_hostile_words_are_refused_in_words(session: Session, typed: str) -> None:
    for find in (find_offers_by_words, find_needs):
        with pytest.raises(QuestionError):
            find(session, typed)


@pytest.fixture(scope="module")
def country(module_engine: Engine) -> Engine:
    load_country(module_engine, Settings())
    return module_engine


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("copete", "treatment.outpatient"),
        ("COPETE!!", "treatment.outpatient"),
        ("copte", "treatment.outpatient"),
        ("pasta", "treatment.outpatient"),
        ("pagarme la pensión", "social_security.pension_payment"),
        ("dónde pueden pagarme la pencion", "social_security.pension_payment"),
        ("me quiero internar", "treatment.residential"),
        ("alcolismo", "treatment.outpatient"),
        ("Tratamiento residencial", "treatment.residential"),
        ("I want to stop drinking", "treatment.outpatient"),
        ("my husband drinks too much", "treatment.family"),
        ("I lost my job", "adverse_event.job_loss"),
        ("pension payment", "social_security.pension_payment"),
        ("we were evicted", "adverse_event.housing"),
        ("sign langauge", "social_security.sign_language_video"),
    ],
)
def test_needs_as_people_say_them(country: Engine, typed: str, first: str) -> None:
    with transaction(country) as session:
        assert find_needs(session, typed)[:1] == [first]


def test_the_longest_saying_wins(country: Engine) -> None:
    with transaction(country) as session:
        # "mujeres con hijos" is one saying; "con hijos" alone would be another.
        assert find_needs(session, "mujeres con hijos") == ["treatment.women_children"]
        assert find_needs(session, "copete y pasta base") == ["treatment.outpatient"]


@pytest.mark.parametrize("typed", ["", "%", "de la", "xyzzy", "pato", "'; drop table synonym", "🙂"])
def test_what_speaks_of_no_need(country: Engine, typed: str) -> None:
    with transaction(country) as session:
        assert find_needs(session, typed) == []
