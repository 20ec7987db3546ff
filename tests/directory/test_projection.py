"""The searched rows: what they show, what they never show, and that only what differs is written."""

from datetime import date, timedelta
from typing import Any, get_type_hints

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from directory.card import OfferCard
from directory.intake import publish
from directory.projection import ENDED_DAYS, SEAT_PRECISION_M, refresh_offers
from directory.records import (
    CapacityRecord,
    Facility,
    OfferRecord,
    Position,
    PositionSource,
    Visibility,
)
from directory.tables import Facet, Location, Offer, Service, ServiceAtLocation, Synonym, TaxonomyTerm, Word
from geo.points import LonLat
from geo.units import Metres
from tests.directory.imports import rolled_back
from tests.factories import (
    SANTIAGO,
    location_record,
    numbered_offers,
    offer_record,
    seed_area,
    seed_basics,
    seed_need,
    service_record,
    source_info,
)

# Far from the seat of its comuna, so that a leak of either shows.
TRUE_POINT = LonLat(-70.123456, -33.987654)


@pytest.fixture
def seeded(session: Session) -> Session:
    """A session with the area and the need of offer_record."""
    seed_basics(session)
    return session


def published(session: Session, *records: OfferRecord) -> Offer:
    """Publish these and give the searched row of the first."""
    publish(session, source_info(), records, force=True)
    session.expire_all()
    return session.scalars(
        select(Offer).join(ServiceAtLocation, ServiceAtLocation.id == Offer.id)
        .where(ServiceAtLocation.source_ref == records[0].source_ref)
    ).one()  # fmt: skip


def facets(session: Session, offer: Offer) -> set[tuple[str, str]]:
    """Kind and key of the offer's facets."""
    return {
        (kind, key)
        for kind, key in session.execute(select(Facet.kind, Facet.key).where(Facet.code.in_(offer.facets)))
    }


def codes(session: Session) -> dict[tuple[str, str], int]:
    """Code of every facet by kind and key."""
    return {
        (kind, key): code for kind, key, code in session.execute(select(Facet.kind, Facet.key, Facet.code))
    }


def point(session: Session, offer: Offer) -> tuple[float, float] | None:
    """Longitude and latitude of the searched row."""
    row = session.execute(
        text("select st_x(geog::geometry), st_y(geog::geometry) from offer where id = :id"), {"id": offer.id}
    ).one()
    return None if row[0] is None else (row[0], row[1])


def test_card_has_exactly_the_agreed_fields(seeded: Session) -> None:
    offer = published(seeded, offer_record(capacity=CapacityRecord("cupos", 2, date(2026, 4, 1))))
    hints: Any = get_type_hints(OfferCard)
    assert set(offer.card) == set(hints)
    assert set(offer.card["position"]) == {"source", "precision_m", "visibility"}
    assert offer.card["capacity"] == {
        "unit": "cupos",
        "available": 2,
        "maximum": None,
        "updated": "2026-04-01",
    }
    assert offer.card["area"] == {"code": "13101", "name": "Santiago", "region": "Región 13"}
    assert offer.card["hours"] == ["Lunes a viernes: 9:00 a 17:00"]
    assert offer.card["source"] == {
        "id": "test_programs", "title": "Programas de prueba", "publisher": "Servicio de prueba"
    }  # fmt: skip


def test_facets_are_needs_with_ancestors_kind_and_facilities_there(seeded: Session) -> None:
    facilities = ((Facility.RAMP, True), (Facility.LIFT, False))
    offer = published(seeded, offer_record(location=location_record(facilities=facilities)))
    assert facets(seeded, offer) == {
        ("need", "treatment"), ("need", "treatment.outpatient"), ("kind", "treatment"), ("facility", "ramp")
    }  # fmt: skip
    assert offer.card["facilities"] == {"ramp": "yes", "lift": "no"}
    assert offer.card["needs"] == ["treatment.outpatient"]


def test_facet_codes_are_dense_and_stay(seeded: Session) -> None:
    published(seeded, offer_record())
    before = codes(seeded)
    seed_need(seeded, "pension")
    published(seeded, offer_record(kind="branch", service=service_record(needs=("pension",))))
    after = codes(seeded)
    assert {facet: after[facet] for facet in before} == before
    assert ("need", "pension") in after.keys() - before.keys()
    assert sorted(after.values()) == list(range(1, len(after) + 1))


def test_a_rolled_back_import_leaves_no_gap_in_the_codes(seeded: Session) -> None:
    with rolled_back(seeded):
        published(seeded, offer_record(kind="branch"))
    published(seeded, offer_record())
    assert sorted(codes(seeded).values()) == list(range(1, len(codes(seeded)) + 1))


def test_a_sensitive_need_makes_the_offer_sensitive(seeded: Session) -> None:
    seed_need(seeded, "violence", sensitive=True)
    assert not published(seeded, offer_record()).card["sensitive"]
    both = service_record(needs=("treatment.outpatient", "violence"))
    assert published(seeded, offer_record(service=both)).card["sensitive"]


def test_full_visibility_shows_the_point(seeded: Session) -> None:
    offer = published(seeded, offer_record())
    assert point(seeded, offer) == (SANTIAGO.lon, SANTIAGO.lat)
    assert offer.card["position"] == {"source": "given", "precision_m": 10, "visibility": "full"}
    assert offer.card["address"] == "Calle Uno 123"


@pytest.mark.parametrize(
    ("visibility", "shown", "position"),
    [
        (Visibility.APPROXIMATE, (SANTIAGO.lon, SANTIAGO.lat), ("comuna_seat", SEAT_PRECISION_M)),
        (Visibility.HIDDEN, None, (None, None)),
    ],
)
def test_protected_places_leak_neither_point_nor_address(
    seeded: Session, visibility: Visibility, shown: tuple[float, float] | None, position: tuple[Any, Any]
) -> None:
    place = location_record(
        address="Pasaje Secreto 7",
        locality="Villa Secreta",
        transportation="micro hasta Pasaje Secreto",
        position=Position(TRUE_POINT, PositionSource.GIVEN, Metres(5.0), note="Pasaje Secreto"),
        visibility=visibility,
    )
    offer = published(seeded, offer_record(location=place))
    assert point(seeded, offer) == shown
    assert offer.card["position"] == {
        "source": position[0], "precision_m": position[1], "visibility": visibility
    }  # fmt: skip
    assert (offer.card["address"], offer.card["locality"], offer.card["transportation"]) == (None, None, None)
    whole = seeded.scalars(
        text("select st_astext(geog) || card::text || search::text || o::text from offer o")
    ).one()
    everything = str(whole) + str(offer.card)
    for secret in ("Secret", "secret", "70.123456", "33.987654"):
        assert secret not in everything


def test_a_place_without_a_trusted_position_is_off_the_map(seeded: Session) -> None:
    offer = published(seeded, offer_record(location=location_record(position=None)))
    assert point(seeded, offer) is None
    assert offer.card["position"] == {"source": None, "precision_m": None, "visibility": "full"}
    assert offer.card["address"] == "Calle Uno 123"


@pytest.mark.parametrize("status", ["inactive", "defunct", "temporarily closed"])
def test_inactive_services_are_not_offered(seeded: Session, status: str) -> None:
    publish(seeded, source_info(), [offer_record(service=service_record(status=status))])
    assert seeded.scalar(select(func.count()).select_from(Offer)) == 0
    assert seeded.scalar(select(func.count()).select_from(ServiceAtLocation)) == 1


@pytest.mark.parametrize(("days", "offered"), [(0, 1), (ENDED_DAYS, 1), (ENDED_DAYS + 1, 0)])
def test_agreements_that_ended_long_ago_are_not_offered(seeded: Session, days: int, offered: int) -> None:
    today = seeded.scalars(text("select current_date")).one()
    publish(seeded, source_info(), [offer_record(valid_to=today - timedelta(days=days))])
    assert seeded.scalar(select(func.count()).select_from(Offer)) == offered


def test_search_finds_names_needs_synonyms_and_comuna(seeded: Session) -> None:
    published(seeded, offer_record())
    found = text("select count(*) from offer where search @@ to_tsquery('spanish', cercana_stemmable(:word))")
    for word in ("Aromos", "tratamientos", "SENDA", "copete", "Santiago", "ambulatorios"):
        assert seeded.scalar(found, {"word": word}) == 1, word
    assert seeded.scalar(found, {"word": "pension"}) == 0


def test_words_are_those_of_the_active_offers(seeded: Session) -> None:
    records = numbered_offers(5)
    publish(seeded, source_info(), records)
    words = dict(seeded.execute(select(Word.word, Word.offers)).all())
    assert (words["centro"], words["ambulatorio"], words["copete"]) == (5, 5, 5)
    publish(seeded, source_info(), records[:1], force=True)
    assert seeded.scalar(select(Word.offers).where(Word.word == "centro")) == 1
    publish(seeded, source_info(), [], force=True)
    assert seeded.scalar(select(func.count()).select_from(Word)) == 0


def test_demonstration_comes_from_the_source_and_changes_with_it(seeded: Session) -> None:
    publish(seeded, source_info(), [offer_record()], demonstration=True)
    assert seeded.scalars(select(Offer.card)).one()["demonstration"]
    publish(seeded, source_info(title="Otro título"), [offer_record()])
    card = seeded.scalars(select(Offer.card)).one()
    assert (card["demonstration"], card["source"]["title"]) == (False, "Otro título")


class TestRefresh:
    def test_everything_again_changes_nothing(self, seeded: Session) -> None:
        publish(seeded, source_info(), numbered_offers(4))
        assert refresh_offers(seeded).total == 0

    def test_some(self, seeded: Session) -> None:
        publish(seeded, source_info(), numbered_offers(4))
        ids = seeded.scalars(select(Offer.id).order_by(Offer.id)).all()
        seeded.execute(update(Location).values(name="Otro"))
        assert refresh_offers(seeded, ids[:1]).updated == 1
        assert refresh_offers(seeded).updated == 3

    def test_what_is_not_active_any_more_goes(self, seeded: Session) -> None:
        publish(seeded, source_info(), numbered_offers(4))
        seeded.execute(update(Service).values(status="inactive"))
        assert refresh_offers(seeded).deleted == 4
        seeded.execute(update(Service).values(status="active"))
        assert refresh_offers(seeded).inserted == 4

    def test_a_new_synonym_is_found_after_it(self, seeded: Session) -> None:
        publish(seeded, source_info(), [offer_record()])
        term = seeded.scalars(
            select(TaxonomyTerm.id).where(TaxonomyTerm.code == "treatment.outpatient")
        ).one()
        seeded.add(Synonym(term_id=term, words="curarse"))
        assert refresh_offers(seeded).updated == 1

    def test_two_offers_at_one_place(self, seeded: Session) -> None:
        seed_area(seeded, "05101", "Valparaíso")
        shared = location_record(area_code="05101", facilities=((Facility.RAMP, True),))
        records = [offer_record(location=shared), offer_record(source_ref="2", location=shared)]
        publish(seeded, source_info(), records)
        assert [card["area"]["name"] for card in seeded.scalars(select(Offer.card))] == ["Valparaíso"] * 2
        assert seeded.scalar(select(func.count(Offer.location_id.distinct()))) == 1
