"""Reach rows after something has changed: where coverage is in use, the rows that now lack are asked for.

Coverage is in use where rows exist: of a dataset, on a network, in a mode. A machine without rows does nothing.
Rows outlive what they were made for until the next are made: those of a graph that is gone stand for the network
that was built since, those of samples that are gone for the dataset that was loaded since. The jobs sweep them,
and those of places that moved or closed.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory.coverage_terms import JobState
from directory.db import transaction
from directory.errors import JobError, QuestionError
from directory.job_kinds import start_rows
from directory.settings import Settings
from geo.errors import NetworkError
from geo.networks import Installed
from geo.reach_rows import Samples
from geo.road_graph import MANIFEST
from geo.travel import TravelMode

log = logging.getLogger(__name__)


class _Made(NamedTuple):
    """Rows that somebody made. network: id of the graph. fingerprint: of the dataset. at: the first of them."""

    network: str
    mode: TravelMode
    fingerprint: str
    at: datetime


class _Loaded(NamedTuple):
    """A dataset that can be asked about."""

    name: str
    fingerprint: str
    at: datetime


class _Lacking(NamedTuple):
    """What has rows, or had them before it changed."""

    dataset: str
    network: Installed
    mode: TravelMode


def refresh_rows(engine: Engine, settings: Settings) -> list[JobState]:
    """Ask for the rows that are lacking where there are some; the jobs, none when nothing lacks.

    For after an import, a load of people, and whenever other networks are in use. What keeps a job from being
    asked for is logged: what was done before stays done, and coverage tells how many rows it lacks.
    """
    with transaction(engine) as session:
        made = [_Made(row[0], TravelMode(row[1]), *row[2:]) for row in session.execute(text(_MADE))]
    if not made:
        return []
    try:
        return _asked(engine, settings, made)
    except (JobError, NetworkError, QuestionError, OSError) as error:
        log.error("Reach rows are not refreshed: %s", error)
        return []


def _asked(engine: Engine, settings: Settings, made: Sequence[_Made]) -> list[JobState]:
    from directory.networks import installed_networks  # SciPy takes its time
    from directory.people import read_people

    installed = installed_networks(settings).installed()
    with transaction(engine) as session:
        loaded = [_Loaded(*row) for row in session.execute(text(_LOADED))]
        used = _in_use(made, loaded, installed)
        samples = {name: read_people(session, name).samples for name in {one.dataset for one in used}}
        lacking = [one for one in used if _lacks(session, one, samples[one.dataset])]
    return [
        start_rows(engine, dataset=one.dataset, network=one.network.name, mode=one.mode) for one in lacking
    ]


def _in_use(
    made: Sequence[_Made], loaded: Sequence[_Loaded], installed: Sequence[Installed]
) -> list[_Lacking]:
    """Each dataset, network in use and mode that rows stand for, once; in a fixed order."""
    found = {
        (dataset, network.name, one.mode): _Lacking(dataset, network, one.mode)
        for one in made
        for network in filter(_used, _networks_of(one, installed))
        for dataset in _datasets_of(one, loaded)
    }
    return [found[key] for key in sorted(found)]


def _networks_of(one: _Made, installed: Sequence[Installed]) -> list[Installed]:
    """The network of rows; where its graph is gone, the one in use that was built last."""
    same = [network for network in installed if network.id == one.network]
    return same or sorted(filter(_used, installed), key=_built)[-1:]


def _datasets_of(one: _Made, loaded: Sequence[_Loaded]) -> list[str]:
    """The datasets of rows; where people live elsewhere by now, the one that was loaded last since."""
    same = [dataset.name for dataset in loaded if dataset.fingerprint == one.fingerprint]
    since = [dataset for dataset in loaded if dataset.at > one.at]
    return same or [dataset.name for dataset in sorted(since, key=lambda dataset: dataset.at)[-1:]]


def _used(network: Installed) -> bool:
    return network.active and network.error is None


def _built(network: Installed) -> float:
    return (network.folder / MANIFEST).stat().st_mtime


def _lacks(session: Session, one: _Lacking, samples: Samples) -> bool:
    """Whether the place of an offer has no row that is of use now."""
    from directory.coverage_roads import longest, samples_key
    from directory.reach_store import RowKey, missing
    from directory.row_batch import offer_points

    points = [place.point for place in offer_points(session)]
    key = RowKey(str(one.network.id), one.mode, samples_key(samples), longest(one.mode))
    return bool(points) and bool(missing(session, key, one.network.bounds, points))


# The fingerprint of a row goes on with how far its samples are from roads.
_MADE = """
select network, mode, split_part(fingerprint, '-', 1), min(made_at) from reach_row group by 1, 2, 3
"""
# Those of before have no samples.
_LOADED = "select name, fingerprint, loaded_at from population_dataset where fingerprint <> '' order by name"
