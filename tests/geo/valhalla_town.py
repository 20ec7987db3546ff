"""A small road file to build Valhalla's tiles from: a town, an island with a ferry, one without, a far crossroads.

The town is a grid of 6 x 6 corners, 0.002 degrees apart.
"""

from pathlib import Path

import osmium
from osmium.osm import mutable

from geo.points import LonLat
from geo.valhalla_tiles import build_tiles

SIZE, APART = 6, 0.002
WEST, SOUTH = -70.0, -33.0
HOSTILE = '<script>alert("ñ")</script> {0} %s <STREET_NAMES> ‮'
FERRY_MINUTES = 30.0


def corner(column: float, row: float) -> LonLat:
    """A place in the town, by streets from its south-west corner."""
    return LonLat(round(WEST + column * APART, 7), round(SOUTH + row * APART, 7))


ISLAND = corner(40, 0)  # has a ferry
# A crossroads 56 m off the coast, without any: the streets of the town are nearer than Valhalla's own patience.
ISLET = LonLat(WEST - 0.0006, SOUTH)
FAR = corner(20, 100)


class Town:
    """Writes the file: nodes and ways by number."""

    def __init__(self, path: Path) -> None:
        self._writer = osmium.SimpleWriter(str(path))
        self._numbers = 0
        self._ways: list[mutable.Way] = []

    def node(self, point: LonLat) -> int:
        self._numbers += 1
        self._writer.add_node(mutable.Node(id=self._numbers, version=1, location=(point.lon, point.lat)))
        return self._numbers

    def way(self, nodes: list[int], **tags: str) -> None:
        way = mutable.Way(id=len(self._ways) + 1, version=1, nodes=nodes, tags=tags)
        self._ways.append(way)

    def close(self) -> None:
        for way in self._ways:
            self._writer.add_way(way)
        self._writer.close()


def write_town(path: Path) -> None:
    """The file of this page."""
    town = Town(path)
    grid = {(column, row): town.node(corner(column, row)) for column in range(SIZE) for row in range(SIZE)}
    for number in range(SIZE):
        name = HOSTILE if number == 3 else f"Calle {number}"
        # Calle 1 is driven northwards only.
        way = {"oneway": "yes"} if number == 1 else {}
        town.way([grid[number, row] for row in range(SIZE)], highway="residential", name=name, **way)
        town.way(
            [grid[column, number] for column in range(SIZE)], highway="residential", name=f"Avenida {number}"
        )
    quay = town.node(ISLAND)
    town.way([grid[SIZE - 1, 0], quay], route="ferry", name="Barca", duration="00:30", foot="yes",
             motor_vehicle="yes")  # fmt: skip
    for at, begin in ((ISLAND, quay), (ISLET, None), (FAR, None)):
        nodes = [begin or town.node(at)]
        nodes += [town.node(LonLat(at.lon - 0.0001 * n, at.lat - 0.0004 * n)) for n in (1, 2)]
        town.way(nodes, highway="residential", name="Calle sola")
    town.close()


def built_town(folder: Path) -> Path:
    """The folder, with the file `town.osm.pbf` and its tiles in `tiles`."""
    write_town(folder / "town.osm.pbf")
    build_tiles(folder / "town.osm.pbf", folder / "tiles")
    return folder
