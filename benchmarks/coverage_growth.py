"""What the algebra on reach rows costs as places and samples grow tenfold and a hundredfold; no roads, no files.

    .venv/bin/python -m benchmarks.coverage_growth [--largest 100]

Rows of 1,250 samples that lie together, as a quarter of an hour by car gives in a city (reach study, section 4), with
trips by chance. Processor milliseconds, each once after a first small run.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from geo.catchment import even_zones, two_step
from geo.coverage import (
    Standing,
    covered,
    covered_days,
    curve,
    lost_if_closed,
    minutes_of,
    nearest,
    second_nearest,
    weighted_median,
)
from geo.reach_rows import ReachRows
from geo.travel import TravelMode
from geo.units import Minutes

PLACES, SAMPLES, PER_ROW, GROUPS, DAYS = 300, 20_000, 1_250, 300, 7
LIMIT = Minutes(15.0)


def made(factor: int) -> ReachRows:
    """Rows of so many times the places over so many times the samples."""
    random = np.random.default_rng(1)
    places, size = PLACES * factor, SAMPLES * factor
    near = 2 * PER_ROW
    samples = [
        first + np.sort(random.choice(near, PER_ROW, replace=False))
        for first in random.integers(0, size - near, places)
    ]
    seconds = random.integers(1, int(LIMIT * 60) + 1, places * PER_ROW).astype(np.uint16)
    indptr = np.arange(places + 1, dtype=np.int64) * PER_ROW
    numbers = np.concatenate(samples).astype(np.int32)
    return ReachRows("made", "made", TravelMode.CAR, LIMIT, size, indptr, numbers, seconds)


def costs(rows: ReachRows) -> dict[str, float]:
    """Milliseconds of each question."""
    people, allowance = np.ones(rows.size), np.full(len(rows), 600.0)
    weekday = np.random.default_rng(2).integers(0, DAYS, len(rows))
    week = np.where(weekday[:, None] == np.arange(DAYS), 600.0, -1.0)
    seconds, groups = nearest(rows, allowance).seconds, np.arange(rows.size) % GROUPS
    standing, zones = Standing(rows, allowance), even_zones(900.0)
    jobs: dict[str, Callable[[], object]] = {
        "covered": lambda: people @ covered(rows, allowance),
        "nearest": lambda: nearest(rows, allowance),
        "second nearest": lambda: second_nearest(rows, allowance),
        "people lost if closed, all places": lambda: lost_if_closed(rows, allowance, people),
        "close one place": lambda: standing.people(standing.closing(7), people),
        "seven days of mobile places": lambda: people @ covered_days(rows, week),
        "supply against demand, three zones": lambda: two_step(rows, np.ones(len(rows)), people, zones),
        "curve of 90 steps": lambda: curve(seconds, people, range(90)),
        "median of 300 areas": lambda: weighted_median(minutes_of(seconds), people, groups, GROUPS),
    }
    found = {}
    for name, job in jobs.items():
        start = time.thread_time()
        job()
        found[name] = (time.thread_time() - start) * 1000
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--largest", type=int, default=100)
    factors = [one for one in (1, 10, 100) if one <= parser.parse_args().largest]
    costs(made(1))
    columns = [costs(made(factor)) for factor in factors]
    print("| processor ms | " + " | ".join(f"{PLACES * one:,} x {SAMPLES * one:,}" for one in factors) + " |")
    print("|---" * (len(factors) + 1) + "|")
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(f"{column[name]:.3g}" for column in columns) + " |")


if __name__ == "__main__":
    main()
