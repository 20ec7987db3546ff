"""People of Porto Alegre within some minutes of twelve points, against a full matrix of Valhalla as truth.

What `benchmarks/coverage.py` prints, once more as a test: counted on reach rows, the number of people covered is no
farther from the truth than that of the isochrones' union, whichever way those are drawn.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks.coverage_town import CASES, Cells, OurTown, ValhallaTown, in_circles, inside, read_cells
from directory.settings import ROOT
from geo.open_network import TILES
from geo.points import LonLat
from geo.reach_rows import Floats
from geo.travel import TravelMode
from importers.network_build import Ingredients, builder

DATA = ROOT.parent / "shared" / "data" / "osm"
PBF, HEXGRID = DATA / "r5r_poa_osm.pbf", DATA / "r5r_poa_hexgrid.csv"
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not (PBF.is_file() and HEXGRID.is_file()), reason="Porto Alegre's files are not here"),
]
MODES = tuple(dict.fromkeys(mode for mode, _ in CASES))


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[OurTown, ValhallaTown]]:
    with TemporaryDirectory() as name:
        profile = ROOT / "fixtures" / "network" / "profile.toml"
        builder("poa", Ingredients(PBF, [], True, [profile]))(folder := Path(name))
        yield OurTown.of(folder), ValhallaTown(folder / TILES)


@pytest.fixture(scope="module")
def cells() -> Cells:
    found = read_cells(HEXGRID)
    assert len(found.ids) == 1_227
    assert found.people.sum() == 812_935
    return found


@pytest.fixture(scope="module")
def points(cells: Cells) -> list[LonLat]:
    return cells.most_facilities(12)


@pytest.fixture(scope="module")
def truth(town: tuple[OurTown, ValhallaTown], cells: Cells, points: list[LonLat]) -> dict[TravelMode, Floats]:
    """Seconds to the nearest point by Valhalla's matrix, with the walks at both ends."""
    return {mode: town[1].matrix(cells, points, mode).min(axis=0) for mode in MODES}


@pytest.mark.parametrize(("mode", "minutes"), CASES, ids=[f"{mode}-{minutes}" for mode, minutes in CASES])
def test_heads_are_counted_no_worse_than_by_isochrones(
    town: tuple[OurTown, ValhallaTown],
    cells: Cells,
    points: list[LonLat],
    truth: dict[TravelMode, Floats],
    mode: TravelMode,
    minutes: int,
) -> None:
    ours, valhalla = town
    right = truth[mode] <= 60 * minutes
    told = ours.covered(cells, points, mode, minutes)

    def error(share: float) -> float:
        return abs(share - cells.share(right))

    mine = error(cells.share(told))
    for fine in (True, False):
        drawn = inside(valhalla.isochrones(points, mode, minutes, fine=fine), cells)
        assert mine <= error(cells.share(drawn))
        # Nor do errors either way merely cancel.
        assert cells.share(told ^ right) <= cells.share(drawn ^ right)
    assert mine <= error(cells.share(in_circles(cells, points, mode, minutes, 1.0)))
    # What is reached on foot is nearly the same; by car a share of short trips is known to be too quick.
    assert mine <= (0.5 if mode is TravelMode.FOOT else 5.0)
