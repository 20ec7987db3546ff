"""Valhalla in a process of its own: what it prints, what it leaves, and whether it lives with many threads."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from geo.points import LonLat
from tests.geo.valhalla_town import ISLAND, ISLET, SIZE, SOUTH, WEST, built_town, corner

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The road file, and its tiles beside it."""
    return built_town(tmp_path_factory.mktemp("town"))


# --- in a child: what it prints, what it leaves, and whether it lives ---------------------------------------------

_ASK = """
import json, sys, threading
from pathlib import Path
from geo.points import LonLat
from geo.travel import TravelMode
from geo.valhalla import Valhalla

folder, threads, actors = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
points = [LonLat(*one) for one in json.loads(sys.argv[4])]
engine = Valhalla(folder, actors=actors)

def ask(number):
    origin = points[number % len(points)]
    mode = (TravelMode.FOOT, TravelMode.CAR)[number % 2]
    if number % 5 == 0:
        route = engine.route(origin, points[-1 - number % 7], mode, ("es", "en")[number % 2])
        return None if route is None else [route.minutes, route.metres, len(route.line), [s.text for s in route.steps]]
    return engine.minutes(origin, points, mode)

found = {}
def work(first):
    for number in range(first * 50, first * 50 + 50):
        found[number] = ask(number)

hands = [threading.Thread(target=work, args=(one,)) for one in range(4)]
if threads == 1:
    for one in hands:
        one.run()
else:
    for one in hands:
        one.start()
    for one in hands:
        one.join()
Path(sys.argv[5]).write_text(json.dumps(found, sort_keys=True))
"""


def asked_in_a_child(
    tiles: Path, threads: int, actors: int, points: list[LonLat], folder: Path
) -> tuple[str, str]:
    """What 200 questions answered, and all that the process printed. Fails when it dies or leaves a file."""
    folder.mkdir()
    temporary, answers = folder / "tmp", folder / "answers.json"
    temporary.mkdir()
    told = json.dumps([(one.lon, one.lat) for one in points])
    done = subprocess.run(
        [sys.executable, "-c", _ASK, str(tiles), str(threads), str(actors), told, str(answers)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(temporary), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert list(temporary.iterdir()) == []
    return answers.read_text(), done.stdout + done.stderr


@pytest.fixture(scope="module")
def in_a_child(town: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The town asked by one thread."""
    return asked_in_a_child(town / "tiles", 1, 1, places(), tmp_path_factory.mktemp("child") / "one")


def places() -> list[LonLat]:
    """Good and hopeless ones."""
    return [corner(n % SIZE, n // SIZE) for n in range(0, 36, 3)] + [
        ISLAND,
        ISLET,
        LonLat(WEST - 0.05, SOUTH),
    ]


def test_nothing_is_printed_of_where_people_are(in_a_child: tuple[str, str]) -> None:
    answers, printed = in_a_child
    assert len(json.loads(answers)) == 200
    assert printed == ""


@pytest.mark.parametrize("actors", [2, 4])
def test_threads_get_the_same_answers_and_the_process_lives(
    town: Path, tmp_path: Path, in_a_child: tuple[str, str], actors: int
) -> None:
    answers, printed = asked_in_a_child(town / "tiles", 4, actors, places(), tmp_path / "many")
    assert answers == in_a_child[0]
    assert printed == ""
