"""Where next: the best of some candidate places for a coverage question, as fixed places or as a mobile round.

A proposed place is taken to serve whoever arrives: its hours are not known yet. Everything else is as the question
says: the places there are count with their hours, on the days asked about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from directory.coverage_checks import MOST_DAYS
from directory.coverage_days import day_allowances
from directory.coverage_groups import Tally
from directory.coverage_inputs import days_from
from directory.coverage_terms import CoverageQuery, Head, Site, SiteQuery, SiteReport
from directory.db import reading
from directory.errors import QuestionError
from directory.planning import Planning
from directory.site_candidates import read_candidates
from directory.site_ground import Cancelled, Ground
from directory.staging import Progress
from geo.coverage import covered, covered_days, nearest
from geo.reach_rows import Flags
from geo.siting import Benefit, Choice, Limits, covering, greedy, interchange, saving
from geo.siting_exact import optimum
from geo.siting_rounds import Aim, day_limits, routed, visits, visits_of
from geo.units import Minutes

SOLVER_SECONDS = 60.0
MOST_SITES = 200
MOST_DRIVE_MINUTES = 600
COVER, MEAN, PERSON_DAYS = "cover", "mean", "person_days"


def find_sites(
    planning: Planning,
    query: SiteQuery,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> SiteReport:
    """The best places for a question. progress: is told the searches made, and all.

    Raises QuestionError for a question that cannot be answered as asked, CoverageNotReadyError when the places
    there are lack reach rows, and RowsCancelledError once `cancelled` says so.
    """
    check_sites(query)
    inputs = planning.compute(site_coverage(query))
    if inputs.roads is None:
        raise QuestionError(
            "Los mejores lugares se buscan solo con una red de caminos: instala una con cercana network.",
            field="network",
        )
    with reading(planning.engine) as session:
        found = read_candidates(session, query, inputs.areas)
    ground = Ground(query, inputs, inputs.roads, found, progress=progress, cancelled=cancelled)
    report = _round(ground) if query.dates else _fixed(ground)
    return replace(report, candidates=len(ground.candidates), off_network=len(found) - len(ground.candidates))


@dataclass(frozen=True, slots=True)
class _Found:
    """A choice with what is proven of it. order: in which it is told."""

    choice: Choice
    order: Sequence[int]
    bound: float | None
    method: str


def _fixed(ground: Ground) -> SiteReport:
    """Places that stay."""
    inputs, query = ground.inputs, ground.query
    ground.refuse_too_many_entries()
    benefit, unit = _fixed_benefit(ground)
    choice = interchange(benefit, greedy(benefit, Limits(query.count)))
    ground.stop_if_cancelled()
    found = _proven(benefit, Limits(query.count), choice, query.exact)
    before = covered(inputs.rows, inputs.allowance)
    sites = [_site(ground, stop, gain * unit) for stop, gain in _told(found)]
    after = ground.head(before | _reached(ground, found.order))
    return _report(ground, found, unit, (Tally(inputs).head(), after), sites)


def _fixed_benefit(ground: Ground) -> tuple[Benefit, float]:
    """What each candidate does, and what one of its units is in the units of the report."""
    inputs, rows = ground.inputs, ground.rows
    allowance = np.full(len(rows), float(inputs.seconds))
    if ground.query.objective == COVER:
        return covering(rows, allowance, inputs.weights, covered(inputs.rows, inputs.allowance)), 1.0
    known = nearest(inputs.rows, inputs.serving).seconds
    saved = saving(rows, allowance, inputs.weights, known, Minutes(float(inputs.query.minutes)))
    # People-seconds as mean minutes of all people asked about.
    return saved, 1 / (60 * ground.people) if ground.people else 0.0


def _round(ground: Ground) -> SiteReport:
    """Stops of a mobile place on the dates asked about."""
    inputs, query, stops = ground.inputs, ground.query, len(ground.rows)
    dates = sorted(set(query.dates))
    ground.refuse_too_many_entries(len(dates))
    already = _covered_on(ground, dates)
    allowance = np.full((stops, len(dates)), float(inputs.seconds))
    aim = Aim.PERSON_DAYS if query.objective == PERSON_DAYS else Aim.ONCE
    benefit = visits(ground.rows, allowance, inputs.weights, already, aim)
    found = _visits(ground, benefit, day_limits(stops, len(dates), query.stops_per_day, query.count))
    sites = [_site(ground, one % stops, gain, dates[one // stops]) for one, gain in _told(found)]
    before = already.any(axis=1)
    after = before | _reached(ground, [one.stop for one in visits_of(found.order, stops)])
    return _report(ground, found, 1.0, (ground.head(before), ground.head(after)), sites)


def _visits(ground: Ground, benefit: Benefit, limits: Limits) -> _Found:
    """The best visits; where driving is limited those of the heuristic, told in the order of the drive."""
    longest, exact = ground.query.drive_minutes, ground.query.exact
    start = greedy(benefit, limits)
    if longest is None:
        found = _proven(benefit, limits, start, exact)
        return replace(found, order=sorted(found.choice.chosen))
    rounds = routed(benefit, limits, ground.driving(Minutes(float(longest))), Minutes(float(longest)))
    ground.stop_if_cancelled()
    stops = len(ground.rows)
    chosen = tuple(day * stops + stop for stop, day in rounds.visits)
    order = [day.day * stops + stop for day in rounds.days for stop in day.stops]
    # With all the driving in the world no round does more than this.
    bound = _proven(benefit, limits, start, exact).bound
    return _Found(Choice(chosen, rounds.gains, 0), order, bound, "routed")


def _proven(benefit: Benefit, limits: Limits, start: Choice, exact: bool) -> _Found:
    if not exact:
        return _Found(start, start.chosen, None, "greedy")
    best = optimum(benefit, limits, start, seconds=SOLVER_SECONDS)
    return _Found(best.choice, best.choice.chosen, best.bound, str(best.proof))


def _told(found: _Found) -> list[tuple[int, float]]:
    """Chosen candidates with their gains, in the order in which they are told."""
    gains = dict(zip(found.choice.chosen, found.choice.gains, strict=True))
    return [(one, gains[one]) for one in found.order]


def _covered_on(ground: Ground, dates: Sequence[date]) -> Flags:
    """(S, D) covered by what is there on each of the dates."""
    inputs = ground.inputs
    days = list(days_from(dates[0], (dates[-1] - dates[0]).days + 1))
    nobody_out = np.zeros(len(inputs.places.providers), bool)
    allowance = day_allowances(inputs, days, nobody_out)[:, [days.index(one) for one in dates]]
    return covered_days(inputs.rows, allowance)


def _reached(ground: Ground, stops: Sequence[int]) -> Flags:
    """(S,) within the minutes of one of these candidates."""
    allowance = np.full(len(ground.rows), -1.0)
    allowance[list(stops)] = float(ground.inputs.seconds)
    return covered(ground.rows, allowance)


def _site(ground: Ground, number: int, gain: float, day: date | None = None) -> Site:
    one = ground.candidates[number]
    return Site(one.name, one.point, gain, day)


def _report(
    ground: Ground, found: _Found, unit: float, heads: tuple[Head, Head], sites: Sequence[Site]
) -> SiteReport:
    total = found.choice.total * unit
    bound = None if found.bound is None else found.bound * unit
    gap = None if bound is None else max(0.0, 1 - total / bound) if bound > 0 else 0.0
    basis = ground.inputs.basis
    return SiteReport(ground.query, basis, *heads, tuple(sites), total, bound, gap, found.method)


def site_coverage(query: SiteQuery) -> CoverageQuery:
    """The question of what is there; of a round on all of its dates."""
    if not query.dates:
        return query.coverage
    first, last = min(query.dates), max(query.dates)
    return replace(query.coverage, day=first, days=(last - first).days + 1)


def check_sites(query: SiteQuery) -> None:
    """Raise QuestionError for a question about places that makes no sense."""
    if not 1 <= query.count <= MOST_SITES:
        raise QuestionError(f"Se pueden pedir de 1 a {MOST_SITES} lugares.", field="count")
    known = (COVER, PERSON_DAYS) if query.dates else (COVER, MEAN)
    if query.objective not in known:
        raise QuestionError(
            f"No se puede buscar «{query.objective}»: puede ser {' o '.join(known)}"
            f"{' para una ronda' if query.dates else ' para lugares fijos'}.",
            field="objective",
        )
    if query.dates and (max(query.dates) - min(query.dates)).days >= MOST_DAYS:
        raise QuestionError(f"Una ronda puede ser de hasta {MOST_DAYS} días seguidos.", field="dates")
    if query.stops_per_day < 1:
        raise QuestionError("Una ronda hace al menos una parada al día.", field="stops_per_day")
    _check_driving(query)


def _check_driving(query: SiteQuery) -> None:
    if query.drive_minutes is None:
        return
    if not query.dates:
        raise QuestionError(
            "El máximo de manejo es para rondas: di también las fechas.", field="drive_minutes"
        )
    if not 1 <= query.drive_minutes <= MOST_DRIVE_MINUTES:
        raise QuestionError(
            f"El manejo de un día puede ser de 1 a {MOST_DRIVE_MINUTES} minutos.", field="drive_minutes"
        )
