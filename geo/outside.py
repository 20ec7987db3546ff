"""A network ends somewhere: estimates for what lies outside of it.

Whoever asks near the edge of an extract, or in the one city whose roads are installed, must still be told of the
office in the next province. Trips inside come from the network; trips to places that it does not cover are
estimated and say so, each for itself.
"""

from collections.abc import Callable, Sequence

from geo.estimate import EstimateReach
from geo.points import LonLat
from geo.travel import Note, NoTrip, Reach, Target, Trip
from geo.units import Metres, Minutes


class OutsideReach:
    """A `geo.travel.Reach`: the network's, and the estimator's for targets that the network does not cover.

    holds: whether the network covers a place at all. A place inside that is too far from any road stays off the
    network: there the roads are known, and none leads to it.
    """

    def __init__(self, inside: Reach, outside: EstimateReach, holds: Callable[[LonLat], bool]) -> None:
        self.method = inside.method
        self.network = inside.network
        self.inside = inside
        self._outside = outside
        self._holds = holds

    @property
    def notes(self) -> tuple[Note, ...]:
        """The network's; public transport finds some while it searches."""
        return self.inside.notes

    @property
    def known(self) -> Minutes:
        """Estimates are known from the start, so it is the network's."""
        return self.inside.known

    def know(self, limit: Minutes) -> None:
        """Learn every trip of up to this many minutes on the network."""
        self.inside.know(limit)

    def bound(self, straight: Metres) -> Minutes:
        """The lesser of the bounds: a place that far may be inside or outside."""
        return min(self.inside.bound(straight), self._outside.bound(straight))

    def minutes(self, targets: Sequence[Target]) -> list[Minutes | NoTrip]:
        """Door to door, each by the method that covers it."""
        found = self.inside.minutes(targets)
        strangers = [i for i, one in enumerate(found) if self._stranger(one, targets[i])]
        for i, estimated in zip(
            strangers, self._outside.minutes([targets[i] for i in strangers]), strict=True
        ):
            found[i] = estimated
        return found

    def trip(self, target: Target) -> Trip:
        """The trip by the method that covers the target."""
        (found,) = self.inside.minutes([target])
        return (self._outside if self._stranger(found, target) else self.inside).trip(target)

    def _stranger(self, found: Minutes | NoTrip, target: Target) -> bool:
        return found is NoTrip.OFF_NETWORK and not self._holds(target.point)
