"""The road networks of this machine, as the settings say where they are, and the offers on them."""

import logging
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import Engine

from directory.access import AccessCounts, refresh_access
from directory.cluster import default_data_folder
from directory.settings import Settings
from directory.staging import Progress
from directory.street_store import StreetCounts, refresh_streets
from geo.errors import NetworkError
from geo.networks import Installed, Networks
from geo.open_roads import open_roads
from geo.points import Bounds
from geo.snap import Snapper

log = logging.getLogger(__name__)


def installed_networks(settings: Settings) -> Networks:
    """The folder of networks: that of the settings, else in the data folder. It need not exist."""
    if settings.networks is not None:
        return Networks(settings.networks.expanduser().absolute())
    return Networks(default_data_folder(settings) / "networks")


def refresh_networks(engine: Engine, settings: Settings, progress: Progress | None = None) -> AccessCounts:
    """Look up the offers that have no place yet on the networks in use; forget those of networks that are gone.

    The same with the streets and main roads that networks bring: those of networks in use are here, no others.
    Cheap when nothing has changed: then no network is opened. A network that cannot be used is logged and told.
    """
    networks = installed_networks(settings)
    try:
        active = networks.active()
        usable = sorted({one.id for one in networks.installed() if one.id is not None})
        done = refresh_access(engine, [_Used(one) for one in active], kept=usable, progress=progress)
        streets = refresh_streets(engine, active)
        networks.sweep()
    except NetworkError as error:
        done, streets = AccessCounts(faults=(str(error),)), StreetCounts()
    for fault in done.faults:
        log.error("Offers could not be looked up: %s", fault)
    for fault in streets.faults:
        log.error("Streets could not be read: %s", fault)
    return replace(done, faults=(*done.faults, *streets.faults))


@dataclass(frozen=True, slots=True)
class NetworkState:
    """One installed network in a line, for `cercana status` and `cercana doctor`. fault: what is wrong, or None."""

    name: str
    told: str
    fault: str | None


def network_states(settings: Settings) -> list[NetworkState]:
    """Every installed network; its arrays are opened to see that they fit."""
    return [_state(one) for one in installed_networks(settings).installed()]


def _state(one: Installed) -> NetworkState:
    fault = one.error
    if fault is None:
        try:
            open_roads(one)
        except NetworkError as error:
            fault = str(error)
    if fault is not None:
        return NetworkState(one.name, "cannot be used", fault)
    day = f"map of {one.day:%Y-%m-%d}" if one.day else "map of an unknown day"
    return NetworkState(one.name, f"{day}{'' if one.active else ', not used'}", None)


class _Used:
    """A network that is opened only when an offer has to be looked up."""

    def __init__(self, installed: Installed) -> None:
        self._installed = installed

    @property
    def id(self) -> str:
        return str(self._installed.id)

    @property
    def bounds(self) -> Bounds:
        return self._installed.bounds

    @cached_property
    def snapper(self) -> Snapper:
        return open_roads(self._installed)[1]
