"""The referral question over JSON."""

from collections.abc import Iterable
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import orjson
from fastapi import APIRouter, Body, Depends
from fastapi.responses import Response

from api.dependencies import TheDirectory
from api.errors import BODY_PROBLEMS, PROBLEMS
from api.query import from_address, parameters
from api.routes.places import place_out
from api.schemas import LeftOutOut, ReferralRequest, ReferralsOut
from directory.answers import Answer, Question
from directory.eligibility import Person
from directory.referrals import ReferralAnswer, ReferralOption

router = APIRouter(prefix="/referrals", tags=["referrals"])

EXAMPLE = {"place": "Talca", "needs": ["social_security.pension_payment"], "mode": "car", "max_minutes": 90}
NOBODY = LeftOutOut().model_dump()
NOTHING: dict[str, Any] = {
    "leave_at": None, "arrive_by": None, "method": None, "network": None, "notes": [], "options": [],
    "unknown_hours": [], "unplaced": [], "beyond": None, "left_out": NOBODY, "passed_over": [],
}  # fmt: skip
DESCRIPTION = (
    "Places where this person can really be served, soonest first (or nearest first). "
    "Exact for the router's travel times; every number that is an estimate says so."
)


@router.get(
    "",
    response_model=ReferralsOut,
    responses=PROBLEMS,
    description=DESCRIPTION,
    openapi_extra={"parameters": parameters(ReferralRequest)},
)
def find_referrals(
    directory: TheDirectory, request: Annotated[ReferralRequest, Depends(from_address(ReferralRequest))]
) -> Response:
    """Options for a referral question given in the address."""
    return _answer(directory, request)


@router.post("", response_model=ReferralsOut, responses=PROBLEMS | BODY_PROBLEMS, description=DESCRIPTION)
def find_referrals_privately(
    directory: TheDirectory, request: Annotated[ReferralRequest, Body(examples=[EXAMPLE])]
) -> Response:
    """The same question in the body: nothing of it in an address, a log or a history."""
    return _answer(directory, request)


def _answer(directory: TheDirectory, request: ReferralRequest) -> Response:
    with directory.reading() as session:
        answer = directory.ask(session, _question(request))
        demonstration = directory.demonstration(session)
    return Response(
        orjson.dumps(as_json(answer, demonstration), option=orjson.OPT_OMIT_MICROSECONDS),
        media_type="application/json",
    )


def _question(request: ReferralRequest) -> Question:
    return Question(
        place=request.place,
        origin=request.origin,
        needs=tuple(request.needs),
        words=request.words,
        kind=request.kind,
        facilities=tuple(request.accessibility),
        person=Person(
            age=request.age,
            sex=request.sex,
            insurance=request.insurance,
            residence=request.residence,
            pregnant=request.pregnant,
            referred=request.referred,
        ),
        mode=request.mode,
        leave_at=request.leave_at,
        arrive_by=request.arrive_by,
        max_minutes=request.max_minutes,
        rank=request.rank,
        limit=request.limit,
    )


def as_json(answer: Answer, demonstration: bool) -> dict[str, Any]:
    """The answer in the shape of ReferralsOut, ready for orjson; cards go through as they are stored."""
    found = answer.referrals
    told = {
        "status": answer.status,
        "demonstration": demonstration,
        "origin": place_out(answer.place) if answer.place else None,
        "not_understood": answer.not_understood,
        "understood_needs": answer.understood,
        "places": [place_out(one) for one in answer.places],
    }
    if found is None:
        return told | NOTHING
    return told | {
        "leave_at": found.query.leave_at,
        "arrive_by": found.query.arrive_by,
        "method": found.method,
        "network": found.network,
        "notes": found.notes,
        "options": _options(found, found.options),
        "unknown_hours": _options(found, found.unknown_hours),
        "unplaced": _options(found, found.unplaced),
        "beyond": _option(found, found.beyond) if found.beyond else None,
        "left_out": {**NOBODY, **found.left_out},
        "passed_over": [
            {"why": one.why, "straight_metres": round(one.straight), "option": _option(found, one.option)}
            for one in found.passed_over
        ],
    }


def _options(answer: ReferralAnswer, options: Iterable[ReferralOption]) -> list[dict[str, Any]]:
    return [_option(answer, one) for one in options]


def _option(answer: ReferralAnswer, option: ReferralOption) -> dict[str, Any]:
    return {
        "id": option.id,
        "kind": option.kind,
        "zone": option.zone,
        "lon": option.point.lon if option.point else None,
        "lat": option.point.lat if option.point else None,
        "trip": _trip(option),
        "served": _served(answer, option),
        "leave": option.leave.astimezone(ZoneInfo(option.zone)) if option.leave else None,
        "eligibility": {
            "answer": option.verdict.answer,
            "reasons": [reason.text for reason in option.verdict.reasons],
        },
        "offer": orjson.Fragment(option.card),
    }


def _trip(option: ReferralOption) -> dict[str, Any] | None:
    trip = option.trip
    if trip is None:
        return None
    return {
        "minutes": round(trip.minutes, 1),
        "earliest_minutes": round(trip.earliest, 1),
        "latest_minutes": round(trip.latest, 1),
        "typical_minutes": None if trip.typical is None else round(trip.typical, 1),
        "metres": round(trip.metres),
        "access_metres": round(trip.access_metres),
        "ferry": trip.ferry,
        "method": trip.method,
        "estimated": trip.estimated,
    }


def _served(answer: ReferralAnswer, option: ReferralOption) -> dict[str, Any] | None:
    served = option.served
    if served is None:
        return None
    zone = ZoneInfo(option.zone)
    return {
        "at": served.at.astimezone(zone),
        "opens": served.start.astimezone(zone),
        "closes": served.end.astimezone(zone),
        "kind": served.kind,
        "open_on_leaving": served.start <= answer.query.leave_at < served.end,
    }
