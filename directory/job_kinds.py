"""How each kind of long work is done, and what it is asked with. What does it is imported when it is needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Engine

from directory.coverage_terms import LONGEST, JobState, SiteQuery, SiteReport
from directory.errors import JobError
from directory.jobs import ROWS, SITES, start_job
from directory.settings import Settings
from directory.staging import Progress
from geo.travel import TravelMode

_SITE_QUERY = TypeAdapter(SiteQuery)
_SITE_REPORT = TypeAdapter(SiteReport)
_ROWS = frozenset({"dataset", "network", "mode"})


@dataclass(frozen=True, slots=True)
class Work:
    """What a kind of work is given. progress: called with how much is done, of how much; cheap to call often.

    cancelled: asked between steps; once it says yes, the work keeps what it made and returns.
    """

    engine: Engine
    settings: Settings
    progress: Progress
    cancelled: Callable[[], bool]


type Doing = Callable[[Work, Mapping[str, object]], dict[str, object]]


def start_rows(engine: Engine, *, dataset: str, network: str, mode: TravelMode) -> JobState:
    """Ask for the reach rows that a dataset, network and mode lack. Raises JobError."""
    return start_job(engine, ROWS, {"dataset": dataset, "network": network, "mode": str(mode)})


def start_sites(engine: Engine, query: SiteQuery) -> JobState:
    """Ask for the next best places. Raises JobError."""
    params = _SITE_QUERY.dump_python(query, mode="json")
    person = params["coverage"]["person"]
    for conditions in ("conditions", "without"):  # sets: the same question has to be the same text
        person[conditions] = sorted(person[conditions])
    return start_job(engine, SITES, params)


def read_sites(job: JobState) -> SiteReport:
    """What a done job of `start_sites` found. Raises JobError for any other."""
    if job.kind != SITES or job.state != "done":
        raise JobError("El trabajo no tiene lugares propuestos: no es de esos, o no ha terminado.")
    return _SITE_REPORT.validate_python(job.result)


def do_rows(work: Work, params: Mapping[str, object]) -> dict[str, object]:
    """Reach rows; what is made before a cancel stays made."""
    from directory.reach_store import make_rows

    if set(params) != _ROWS or params["mode"] not in set(LONGEST):
        raise JobError("El trabajo «rows» necesita dataset, network y mode (foot o car).")
    counts = make_rows(
        work.engine,
        work.settings,
        dataset=str(params["dataset"]),
        network=str(params["network"]),
        mode=TravelMode(str(params["mode"])),
        progress=work.progress,
        cancelled=work.cancelled,
    )
    return dict(TypeAdapter(type(counts)).dump_python(counts, mode="json"))


def do_sites(work: Work, params: Mapping[str, object]) -> dict[str, object]:
    """The next best places."""
    from directory.planning import Planning
    from directory.sites import find_sites

    try:
        query = _SITE_QUERY.validate_python(dict(params))
    except ValidationError as error:
        raise JobError(f"El trabajo «sites» no se entiende: {error}") from error
    planning = Planning(work.engine, work.settings)
    report = find_sites(planning, query, progress=work.progress, cancelled=work.cancelled)
    return dict(_SITE_REPORT.dump_python(report, mode="json"))


DOING: Mapping[str, Doing] = {ROWS: do_rows, SITES: do_sites}
