"""What building a network costs: seconds and memory for each million nodes of the file, by size.

    .venv/bin/python -m benchmarks.network_build EXTRACT.osm.pbf [--copies 1 4 16]

A larger country is made of shifted copies of the extract, written into one PBF. Every build runs in a process of
its own; its peak of memory is the system's count (ru_maxrss). What one million nodes more cost is the slope from
the smallest to the largest. Prints a markdown table.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import osmium

ROOT = Path(__file__).parents[1]
PROFILE = ROOT / "fixtures" / "network" / "profile.toml"
# Ids of a copy are moved by this much; the copies lie side by side, in rows of eight.
APART, ROW, DEGREES = 20_000_000_000, 8, 0.5
CHILD = """
import json, resource, sys, time
from pathlib import Path
from geo.road_build import build_network
from geo.road_profile import load_profile
stages, began = {}, time.monotonic()
def tell(stage, done, total):
    stages[stage] = time.monotonic()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
whole = build_network(Path(sys.argv[1]), Path(sys.argv[2]), name="bench", profile=load_profile(Path(sys.argv[3])),
    progress=tell)
used = resource.getrusage(resource.RUSAGE_SELF)
ends = list(stages.items())
starts = [began, *[end for _, end in ends[:-1]]]
print(json.dumps({
    "cpu": used.ru_utime + used.ru_stime, "wall": time.monotonic() - began, "mb": used.ru_maxrss / 1024,
    "idle_mb": before / 1024, "counts": whole["counts"], "read": whole["read"],
    "stages": {name: end - start for (name, end), start in zip(ends, starts)},
}))
"""


def write_copies(extract: Path, copies: int, target: Path) -> int:
    """A PBF of so many shifted copies; returns its number of nodes."""
    nodes = 0
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for kind in (osmium.osm.NODE, osmium.osm.WAY):
            for copy in range(copies):
                for one in osmium.FileProcessor(str(extract), kind):
                    writer.add(_shifted(one, copy))
                    nodes += kind == osmium.osm.NODE
    return nodes


def _shifted(one: Any, copy: int) -> Any:
    if not copy:
        return one
    number = one.id + copy * APART
    if isinstance(one, osmium.osm.Way):
        return one.replace(id=number, nodes=[node.ref + copy * APART for node in one.nodes])
    place = one.location
    row, column = divmod(copy, ROW)
    return one.replace(id=number, location=(place.lon + column * DEGREES, place.lat - row * DEGREES))


def measured(file: Path, folder: Path) -> dict[str, Any]:
    """One build in a process of its own."""
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(file), str(folder), str(PROFILE)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(child.stdout)
    return told | {"disk": sum(path.stat().st_size for path in folder.iterdir()) / 1e6}


def main() -> None:
    """Build each size and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("extract", type=Path)
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 4, 16])
    chosen = parser.parse_args()
    rows: list[tuple[float, dict[str, Any]]] = []
    print(
        "| M nodes in file | M junctions | CPU s | wall s | peak MB | network MB |\n|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as scratch:
        for copies in chosen.copies:
            file = Path(scratch, f"{copies}.osm.pbf")
            began = time.monotonic()
            nodes = write_copies(chosen.extract, copies, file) / 1e6
            print(f"<!-- {copies} copies written in {time.monotonic() - began:.0f} s -->")
            found = measured(file, Path(scratch, str(copies)))
            rows.append((nodes, found))
            print(
                f"| {nodes:.2f} | {found['counts']['nodes'] / 1e6:.3f} | {found['cpu']:.1f} | {found['wall']:.1f} |"
                f" {found['mb']:.0f} | {found['disk']:.1f} |",
                flush=True,
            )
    (least, first), (most, last) = rows[0], rows[-1]
    if most > least:
        more = most - least
        print(
            f"\nOne million nodes more: {(last['cpu'] - first['cpu']) / more:.1f} CPU s,"
            f" {(last['mb'] - first['mb']) / more:.0f} MB. Before reading: {last['idle_mb']:.0f} MB."
        )
    print(
        "\nStages of the last, wall s:", {name: round(seconds, 1) for name, seconds in last["stages"].items()}
    )


if __name__ == "__main__":
    main()
