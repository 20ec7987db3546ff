"""A whole network from its files: roads, what finds places on them, timetable, tiles."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.open_network import TILES
from geo.road_build import Progress, build_network
from geo.road_graph import MANIFEST, open_graph, read_manifest
from geo.road_profile import load_profile
from geo.snap import Snapper
from geo.transit_build import build_timetable
from geo.valhalla_tiles import build_tiles


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What a network is made of. feeds: GTFS zips. profiles: of roads, later ones over earlier ones."""

    pbf: Path
    feeds: Sequence[Path]
    tiles: bool
    profiles: Sequence[Path]


def builder(name: str, ingredients: Ingredients, progress: Progress | None = None) -> Callable[[Path], None]:
    """What `geo.networks.Networks.install` calls to fill a new folder. Raises NetworkError."""

    def build(folder: Path) -> None:
        profile = load_profile(*ingredients.profiles)
        build_network(ingredients.pbf, folder, name=name, profile=profile, progress=progress)
        if ingredients.feeds:
            graph = open_graph(folder)
            first, last = build_timetable(ingredients.feeds, folder, graph, Snapper(graph), progress)
            _note(folder, "timetable", [first.isoformat(), last.isoformat()])
        if ingredients.tiles:
            build_tiles(ingredients.pbf, folder / TILES, progress)

    return build


def name_of(pbf: Path) -> str:
    """A name for the network of a file: chile for chile-latest.osm.pbf or chile-260401.osm.pbf."""
    stem = pbf.name.lower().removesuffix(".pbf").removesuffix(".osm")
    plain = re.sub(r"[^a-z0-9]+", "-", stem).strip("-")
    return re.sub(r"-(latest|\d{6}|\d{8})$", "", plain)[:63] or "network"


def _note(folder: Path, key: str, value: object) -> None:
    """Add to the manifest of a network that is being built."""
    manifest = {**read_manifest(folder), key: value}
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
