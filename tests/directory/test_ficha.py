"""What is read for the page of an offer, of a comuna, and for a short address."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from directory.comunas import FEW, list_comunas, read_comuna
from directory.errors import NotFoundError
from directory.ficha import Ficha, GoneError, SpecialDays, read_ficha
from directory.intake import publish
from directory.records import (
    Eligibility,
    ExceptionDays,
    OfferRecord,
    Timing,
    Visibility,
    VisitRecord,
    WeeklyRule,
)
from directory.short_links import LETTERS, LONG, SHORT, code_of, offers_of, short_code
from directory.tables import Area, Holiday, Offer
from tests.factories import (
    OFFICE_HOURS,
    SANTIAGO,
    location_record,
    numbered_offers,
    offer_record,
    seed_area,
    seed_basics,
    service_record,
    source_info,
)

ZONE = ZoneInfo("America/Santiago")
TODAY = date(2026, 9, 8)  # a Tuesday
NOW = datetime(2026, 9, 8, 9, tzinfo=ZONE).astimezone(UTC)
OFFICE = ((time(9), time(17)),)
WHOLE = ((time(0), time(0)),)
VISITS = Timing(
    visits=(
        VisitRecord(date(2026, 9, 8), time(7), time(8)),
        VisitRecord(date(2026, 9, 22), time(10), time(12), "En la sede social"),
        VisitRecord(date(2026, 10, 27), time(10), time(12)),
    )
)


def timing(*rules: WeeklyRule, **parts: Any) -> Timing:
    return Timing(rules=rules, **parts)


def published(session: Session, *records: OfferRecord) -> list[UUID]:
    """Ids in the order of the records."""
    seed_basics(session)
    if session.get(Area, "CL") is None:
        seed_area(session, "CL", "Chile", kind="country")
        session.get_one(Area, "13").parent_code = "CL"
        session.add(Holiday(area_code="CL", day=date(2026, 9, 18), name="Independencia"))
        session.add(Holiday(area_code="CL", day=date(2026, 9, 20), name="Un domingo"))
        session.flush()
    publish(session, source_info(), list(records), first=TODAY, days=120, force=True)
    rows = session.execute(text("select source_ref, id from service_at_location")).all()
    ids = {ref: id_ for ref, id_ in rows}
    return [ids[one.source_ref] for one in records]


def read(session: Session, record: OfferRecord) -> Ficha:
    return read_ficha(session, published(session, record)[0], NOW)


def test_an_office_has_its_week_its_holidays_and_what_comes_next(session: Session) -> None:
    closed = ExceptionDays(date(2026, 9, 15), date(2026, 9, 16), reason="Inventario")
    short = ExceptionDays(date(2026, 9, 30), date(2026, 9, 30), time(9), time(11))
    gone = ExceptionDays(date(2026, 9, 1), date(2026, 9, 7))
    found = read(session, offer_record(timing=Timing(OFFICE_HOURS.rules, exceptions=(closed, short, gone))))
    assert found.week == (OFFICE,) * 5 + ((), ())
    assert found.special == (
        SpecialDays(date(2026, 9, 15), date(2026, 9, 16), (), "Inventario", holiday=False),
        SpecialDays(date(2026, 9, 18), date(2026, 9, 18), (), "Independencia", holiday=True),
        SpecialDays(date(2026, 9, 30), date(2026, 9, 30), ((time(9), time(11)),), None, holiday=False),
    )
    assert found.openings[0].end > NOW
    assert found.openings[0].start.astimezone(ZONE) == datetime(2026, 9, 8, 9, tzinfo=ZONE)
    assert found.point == SANTIAGO
    assert (found.licence, found.card["name"]) == ("CC-BY-4.0", "Centro Los Aromos")
    assert [need.code for need in found.needs] == ["treatment.outpatient"]
    assert found.imported_at is not None


def test_open_on_holidays_is_nothing_special(session: Session) -> None:
    rule = WeeklyRule(time(9), time(17), byday=("MO", "TU", "WE", "TH", "FR"), on_holidays="open")
    assert read(session, offer_record(timing=timing(rule))).special == ()


def test_a_mobile_point_has_dates_and_no_week(session: Session) -> None:
    found = read(session, offer_record(kind="mobile_pay_point", timing=VISITS))
    assert found.week is None
    starts = [one.start.astimezone(ZONE) for one in found.openings]
    # The visit of this morning is over.
    assert starts == [datetime(2026, 9, 22, 10, tzinfo=ZONE), datetime(2026, 10, 27, 10, tzinfo=ZONE)]
    assert found.visit_notes == {starts[0]: "En la sede social"}


def test_unknown_hours_stay_unknown(session: Session) -> None:
    found = read(session, offer_record(timing=Timing()))
    assert (found.timing, found.week, found.openings, found.special) == (None, None, (), ())


@pytest.mark.parametrize("visibility", [Visibility.APPROXIMATE, Visibility.HIDDEN])
def test_of_a_protected_place_neither_point_nor_notes_are_read(
    session: Session, visibility: Visibility
) -> None:
    place = location_record(visibility=visibility, transportation="Frente a la plaza")
    found = read(session, offer_record(location=place, timing=VISITS))
    assert found.protected
    assert (found.point, found.visit_notes) == (None, {})
    assert "Calle Uno" not in str(found)
    assert "plaza" not in str(found)


def test_who_may_come_is_told_with_names_of_areas(session: Session) -> None:
    rules = Eligibility(min_age=18, residence=("13",))
    found = read(session, offer_record(service=service_record(eligibility=rules)))
    assert found.eligibility == {"min_age": 18, "residence": ["13"]}
    assert found.area_names == {"13": "Región 13"}


def test_languages_of_place_and_service(session: Session) -> None:
    (offer,) = published(session, offer_record())
    ids = session.execute(text("select location_id, service_id from service_at_location")).one()
    add = text(
        "insert into language (id, location_id, service_id, name, code) values (:id, :l, :s, :name, :code)"
    )
    session.execute(add, {"id": uuid4(), "l": ids[0], "s": None, "name": "Mapudungun", "code": "arn"})
    session.execute(add, {"id": uuid4(), "l": None, "s": ids[1], "name": None, "code": "csg"})
    assert read_ficha(session, offer, NOW).languages == ("Mapudungun", "csg")


def test_a_withdrawn_offer_leads_to_others_of_its_kind(session: Session) -> None:
    hidden = location_record(visibility=Visibility.HIDDEN)
    records = [offer_record(location=hidden), *numbered_offers(5)[1:]]
    first, *others = published(session, *records)
    published(session, *records[1:])
    with pytest.raises(GoneError) as caught:
        read_ficha(session, first, NOW)
    gone = caught.value.gone
    assert (gone.kind, gone.comuna, gone.comuna_slug) == ("treatment", "Santiago", "comuna-13101")
    assert [one.id for one in gone.alternatives] == sorted(others)[:3]
    assert {one.comuna for one in gone.alternatives} == {"Santiago"}


def test_what_never_was_is_not_found(session: Session) -> None:
    with pytest.raises(NotFoundError) as caught:
        read_ficha(session, uuid4(), NOW)
    assert not isinstance(caught.value, GoneError)


# Short addresses.


@given(st.uuids())
def test_a_code_holds_the_first_bits_of_the_id(id_: UUID) -> None:
    short, long = code_of(id_), code_of(id_, LONG)
    assert (len(short), len(long)) == (SHORT, LONG)
    assert long.startswith(short)
    value = 0
    for letter in short:
        value = value * 32 + LETTERS.index(letter)
    assert f"{value:010x}" == id_.hex[:10]


def test_codes_lead_back_however_they_are_written(session: Session) -> None:
    for id_ in published(session, *numbered_offers(30)):
        code = short_code(session, id_)
        assert len(code) == SHORT
        for typed in (code, code.upper(), f"{code[:4]}-{code[4:]}", code.replace("1", "l").replace("0", "O")):
            assert offers_of(session, typed) == [id_]


@pytest.mark.parametrize("code", ["", "abc", "zzzzzzzz", "uuuuuuuu", "áááááááá", "0" * 15, "' or 1=1"])
def test_what_is_no_code_is_not_found(session: Session, code: str) -> None:
    with pytest.raises(NotFoundError):
        offers_of(session, code)


def test_offers_that_begin_alike_get_longer_codes_and_the_old_one_a_choice(session: Session) -> None:
    (first,) = published(session, offer_record())
    twin = UUID(first.hex[:10] + "f" * 22)
    copy = (
        "insert into service_at_location (id, service_id, location_id, kind, source_id, source_ref, digest,"
        " last_modified) select :twin, service_id, location_id, kind, source_id, 'twin', digest, last_modified"
        " from service_at_location where id = :first"
    )
    session.execute(text(copy), {"twin": twin, "first": first})
    assert offers_of(session, code_of(first)) == sorted([first, twin])
    for id_ in (first, twin):
        code = short_code(session, id_)
        assert len(code) == LONG
        assert offers_of(session, code) == [id_]


# Comunas.


def test_a_comuna_lists_its_offers_by_kind_and_its_next_visits(session: Session) -> None:
    many = numbered_offers(FEW + 2)
    mobile = offer_record(
        source_ref="m",
        kind="mobile_pay_point",
        timing=VISITS,
        location=location_record(ref="m", name="Móvil"),
    )
    published(session, *many, mobile)
    found = read_comuna(session, "comuna-13101", NOW)
    assert (found.name, found.region, found.code) == ("Santiago", "Región 13", "13101")
    assert [(one.kind, one.count, one.places, len(one.offers)) for one in found.kinds] == [
        ("treatment", FEW + 2, FEW + 2, FEW),
        ("mobile_pay_point", 1, 1, 1),
    ]
    assert [one.start.astimezone(ZONE).date() for one in found.visits] == [date(2026, 9, 22)]
    whole = read_comuna(session, "comuna-13101", NOW, "treatment")
    assert [len(one.offers) for one in whole.kinds] == [FEW + 2]
    assert whole.visits == ()
    assert [
        (region.name, [(one.slug, one.places) for one in region.comunas]) for region in list_comunas(session)
    ] == [("Región 13", [("comuna-13101", FEW + 3)])]


def test_a_comuna_counts_a_place_once(session: Session) -> None:
    second = offer_record(source_ref="2", service=service_record(ref="other", name="Otro"))
    published(session, offer_record(), second)
    (kind,) = read_comuna(session, "comuna-13101", NOW).kinds
    assert (kind.count, kind.places) == (2, 1)
    assert session.scalar(select(Offer.area_code).limit(1)) == "13101"


@pytest.mark.parametrize(
    ("slug", "kind"),
    [("nada", None), ("comuna-13101", "nada"), ("region-13", None), ("\0", None), ("comuna-13101", "\0")],
)
def test_a_comuna_that_is_none_is_not_found(session: Session, slug: str, kind: str | None) -> None:
    published(session, offer_record())
    with pytest.raises(NotFoundError):
        read_comuna(session, slug, NOW, kind)
