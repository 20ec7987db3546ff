"""Every source turns its fixture into exactly what its golden file says."""

import json

import pytest

from directory.settings import ROOT
from importers.golden import GOLDEN, result_of, write_golden
from importers.source import Source, sources
from importers.sources.generic_table import source_from

FIXTURES = ROOT / "fixtures" / "sources"
SOURCES: dict[str, Source] = {
    **sources(),
    "generic_table": source_from(FIXTURES / "generic_table" / "input.toml"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_fixture_becomes_its_golden_file(name: str, request: pytest.FixtureRequest) -> None:
    folder = FIXTURES / name
    if request.config.getoption("--update-golden", default=False):
        write_golden(SOURCES[name], folder)
    expected = json.loads((folder / GOLDEN).read_text("utf-8"))
    assert json.loads(json.dumps(result_of(SOURCES[name], folder))) == expected


@pytest.mark.parametrize("name", SOURCES)
def test_every_row_ends_as_published_or_as_an_issue(name: str) -> None:
    result = result_of(SOURCES[name], FIXTURES / name)
    rows = {one["row"] for one in result["offers"]}
    told = {one.get("row") for one in result["issues"] if one.get("severity") != "warning"}
    closed = {one.get("row") for one in result["issues"] if one["code"] == "closed"}
    accounted = rows | told | closed
    assert set(range(min(accounted - {None}), max(accounted - {None}) + 1)) <= accounted


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_says_whose_it_is(name: str) -> None:
    info = SOURCES[name].info
    assert info.title
    assert info.publisher
    assert info.licence
    assert info.period_days > 0
