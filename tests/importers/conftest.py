"""What the tests of importers share: the country as its folder has it, and the way to write golden files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from directory.records import IssueRecord, OfferRecord
from directory.settings import ROOT
from geo.areas import AreaIndex
from importers.golden import fixture_areas
from importers.source import BEST_RUNGS
from importers.step_facts import StepFacts
from importers.steps.context import StepContext

SHARED_DATA = ROOT.parent / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what the fixtures become now")


@pytest.fixture(scope="session")
def areas() -> AreaIndex:
    return fixture_areas()[0]


@pytest.fixture(scope="session")
def facts() -> StepFacts:
    return fixture_areas()[1]


@pytest.fixture
def context(areas: AreaIndex, facts: StepFacts) -> StepContext:
    return StepContext(areas=areas, facts=facts, rungs=BEST_RUNGS)


@pytest.fixture
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real input files are not at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """Write a file in the test's folder."""

    def written(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def offers(found: list[OfferRecord | IssueRecord]) -> list[OfferRecord]:
    return [one for one in found if isinstance(one, OfferRecord)]
