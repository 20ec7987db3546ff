"""Reach rows on one network: from every population sample to a place, by one limited search from the place.

People go to the place, so the search runs on the reversed graph: it begins with the last part of each trip, the
walk from the road to the place and the ride along the place's own edge. The first part, from where people live
to either end of their own edge, is reckoned once for all samples; they are kept by the node at that end, so that
a row costs what it reaches, whatever the size of the country.
"""

import math
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.errors import GeoError, NetworkError
from geo.points import LonLat
from geo.reach_rows import (
    GRAIN,
    Flags,
    Floats,
    Row,
    Samples,
    check_rows,
    check_samples,
    joined,
    whole_seconds,
)
from geo.reach_start import ride
from geo.road_graph import ROAD_MODES, Ints, RoadGraph
from geo.snap import Snapper, Snaps
from geo.snap_cells import Longs, expand, firsts
from geo.travel import Access, TravelMode
from geo.units import Minutes

__all__ = ["RowBuilder", "joined"]

# Samples and whole seconds are sorted together, as one number: seconds are less than this.
_PLACE_OF_SECONDS = 1 << 16


class _Places(NamedTuple):
    """Accesses on the network as arrays. walk: seconds between the road and the place."""

    edge: Longs
    along: Floats
    walk: Floats


class RowBuilder:
    """Makes the rows of one mode on one graph for fixed samples. Safe between threads.

    outside: (S,) samples that are off the network: it does not cover them, or no road of the mode is as near as
    their off_road. Nothing is known of them: no row holds them, and they are not to be told as not covered.
    """

    def __init__(
        self,
        graph: RoadGraph,
        snapper: Snapper,
        samples: Samples,
        mode: TravelMode,
        limit: Minutes,
        *,
        snaps: Snaps | None = None,
    ) -> None:
        """limit: of every trip. snaps: where the samples meet this graph, when they were looked up before.

        Raises GeoError when rows cannot be of this mode or limit, or a sample is nowhere on the globe.
        """
        check_rows(mode, limit)
        check_samples(samples)
        self.graph, self.mode, self.limit = graph, mode, limit
        self.snaps = snaps or snapper.snaps(samples.lons, samples.lats, mode, samples.off_road)
        self.outside: Flags = self.snaps.edge < 0
        self._snapper, self._roads = snapper, graph.reverse[mode]
        self._scratch = threading.local()
        on = np.flatnonzero(~self.outside)
        edges = self.snaps.edge[on].astype(np.int64)
        self._walk = np.full(len(samples), np.inf)
        self._walk[on] = self.snaps.metres[on] / graph.walking
        # By end of the edge (0: where it begins) and sample: its node, and seconds to it, infinite without a way.
        self._ends = np.zeros((2, len(samples)), np.int32)
        self._rides = np.full((2, len(samples)), np.inf)
        seconds = graph.edge_seconds[mode][edges].astype(np.float64)
        along = self.snaps.along[on]
        for end, share, back in ((0, along, 1), (1, 1 - along, 0)):
            self._ends[end, on] = (graph.edge_from, graph.edge_to)[end][edges]
            self._rides[end, on] = self._walk[on] + ride(share, seconds[:, back])
        # The same ways by their node, and the samples by their edge.
        _, owner = np.nonzero(np.isfinite(self._rides))
        nodes, rides = (array[np.isfinite(self._rides)] for array in (self._ends, self._rides))
        order = np.argsort(nodes, kind="stable")
        self._way_sample, self._way_seconds = owner[order], rides[order]
        self._first = np.zeros(len(graph.nodes) + 1, np.int64)
        np.cumsum(np.bincount(nodes, minlength=len(graph.nodes)), out=self._first[1:])
        self._by_edge = on[np.argsort(edges, kind="stable")]
        self._edges = self.snaps.edge[self._by_edge]

    def accesses(
        self,
        lons: Sequence[float] | Floats,
        lats: Sequence[float] | Floats,
        off_roads: Sequence[float] | Floats,
    ) -> list[Access]:
        """Where places meet the roads. lons, lats: degrees; off_roads: metres that each may be from one.

        Raises GeoError when a place is nowhere on the globe.
        """
        points = [LonLat(float(lon), float(lat)) for lon, lat in zip(lons, lats, strict=True)]
        far = np.array([float(metres) for _, metres in zip(points, off_roads, strict=True)])
        columns = np.array([(one.lon, one.lat) for one in points]).reshape(-1, 2).T
        return self._snapper.accesses(columns[0], columns[1], self.mode, far)

    def row(self, access: Access) -> Row:
        """The trips to one place; none to a place that is off the network.

        Raises GeoError when the access is of another graph or mode.
        """
        places = self._places([access])
        samples, seconds = self._direct(places)
        nodes, spent = self._spent(places)
        owner, ways = expand(self._first[nodes], self._first[nodes + 1])
        samples = np.concatenate([samples, self._way_sample[ways]])
        seconds = np.concatenate([seconds, spent[owner] + self._way_seconds[ways]])
        whole = whole_seconds(seconds)
        near = whole <= self.limit * 60
        # Rounded seconds are sorted behind their sample: the first of each sample is its soonest trip.
        keys = np.sort(samples[near] * _PLACE_OF_SECONDS + whole[near].astype(np.int64))
        keys = keys[firsts(keys // _PLACE_OF_SECONDS)]
        return Row((keys // _PLACE_OF_SECONDS).astype(np.int32), (keys % _PLACE_OF_SECONDS).astype(np.uint16))

    def nearest(self, accesses: Sequence[Access]) -> Floats:
        """(S,) seconds to the nearest of many places, in one search; infinite beyond the limit and off the network.

        Not rounded; rounded up they are the least of the rows. Raises GeoError as `row` does.
        """
        places = self._places(accesses)
        every = np.full(len(self.graph.nodes), np.inf)
        nodes, spent = self._spent(places)
        every[nodes] = spent
        best: Floats = np.minimum(
            *(every[end] + rides for end, rides in zip(self._ends, self._rides, strict=True))
        )
        samples, seconds = self._direct(places)
        np.minimum.at(best, samples, seconds)
        # Those that are more than the limit when they are rounded up, as `whole_seconds` does.
        best[best - GRAIN > math.floor(self.limit * 60)] = np.inf
        return best

    def ferry_only(self, accesses: Sequence[Access]) -> Flags:
        """(S,) samples with no place on their dry land, but with one across the water that a ferry leads to.

        Islands without any ferry are not among them, nor is what is off the network: none can be told to sail.
        Ways in one direction count as ways. Raises GeoError as `row` does.
        """
        places = self._places(accesses)
        land = self._snapper.facts.modes[self.mode].land
        return self._shares(land, places) & ~self._shares(self._dry, places)

    @cached_property
    def _dry(self) -> Ints:
        """(N,) the dry land of each node, by roads of any mode: some are for cars alone."""
        graph, size = self.graph, len(self.graph.nodes)
        used = np.isfinite([graph.edge_seconds[mode] for mode in ROAD_MODES]).any(axis=(0, 2))
        edges = np.flatnonzero(used & ~graph.edge_ferry)
        tails, heads = graph.edge_from[edges], graph.edge_to[edges]
        matrix = coo_array((np.ones(len(edges), np.int8), (tails, heads)), shape=(size, size)).tocsr()
        lands: Ints = connected_components(matrix, directed=False)[1].astype(np.int32)
        return lands

    def _shares(self, lands: Ints, places: _Places) -> Flags:
        """(S,) which samples have a place on the land of either end of their edge."""
        ends = np.concatenate([self.graph.edge_from[places.edge], self.graph.edge_to[places.edge]])
        shared: Flags = np.isin(lands[self._ends], lands[ends]).any(axis=0) & ~self.outside
        return shared

    def _places(self, accesses: Sequence[Access]) -> _Places:
        """Those that are on the network. Raises GeoError for one of another graph or mode."""
        network, mode = self.graph.id, self.mode
        on: list[tuple[int, float, float]] = []
        for access in accesses:
            if access.network != network or access.mode is not mode:
                raise GeoError(
                    f"a place was looked up by {access.mode} on network {access.network}, and these rows are"
                    f" by {mode} on {network}: look it up again"
                )
            if access.edge >= 0:
                on.append((access.edge, access.along, access.metres))
        edge, along, metres = np.array(on, np.float64).reshape(-1, 3).T
        places = _Places(edge.astype(np.int64), along.copy(), metres / self.graph.walking)
        if (places.edge >= len(self.graph.edge_from)).any():
            raise NetworkError(f"network {network} has no such edge: look the places up again")
        return places

    def _spent(self, places: _Places) -> tuple[Ints, Floats]:
        """The nodes from where a place is reached within the limit, and the seconds from each to the nearest."""
        from geo.row_search import search

        seconds = self.graph.edge_seconds[self.mode][places.edge].astype(np.float64)
        nodes = np.concatenate([self.graph.edge_from[places.edge], self.graph.edge_to[places.edge]])
        last = np.concatenate(
            [
                places.walk + ride(places.along, seconds[:, 0]),
                places.walk + ride(1 - places.along, seconds[:, 1]),
            ]
        )
        # Taken out while it is in use: a search that is broken off leaves nothing behind for the next one.
        best = self._scratch.__dict__.pop("best", None)
        if best is None:
            best = np.full(len(self.graph.nodes), np.inf)
        spent = search(self._roads, nodes.astype(np.int64), last, self.limit * 60 + 1.0, best)
        self._scratch.best = best
        return spent

    def _direct(self, places: _Places) -> tuple[npt.NDArray[np.int64], Floats]:
        """Samples on a place's own edge, and the seconds of the trip along it alone."""
        owner, at = expand(
            np.searchsorted(self._edges, places.edge), np.searchsorted(self._edges, places.edge, side="right")
        )
        samples = self._by_edge[at]
        step = places.along[owner] - self.snaps.along[samples]
        seconds = self.graph.edge_seconds[self.mode][places.edge[owner]].astype(np.float64)
        forth = np.where(step >= 0, ride(np.abs(step), seconds[:, 0]), np.inf)
        back = np.where(step <= 0, ride(np.abs(step), seconds[:, 1]), np.inf)
        return samples, np.minimum(forth, back) + self._walk[samples] + places.walk[owner]
