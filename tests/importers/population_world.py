"""What the tests of population files share: the country, a way to load, and what a load left.

Import the fixtures where they are used.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import Engine, text

from directory.db import reading
from directory.people import People, read_people
from directory.settings import Settings
from importers.areas import load_country
from importers.population import LoadOptions, PopulationReport, load_population

Write = Callable[[str, bytes | str], Path]
Load = Callable[..., PopulationReport]


@pytest.fixture(scope="module", name="country")
def made_country(module_engine: Engine) -> Engine:
    load_country(module_engine, Settings())
    return module_engine


@pytest.fixture(name="load")
def made_load(country: Engine, write: Write) -> Load:
    """Load a file written here under a name, with options."""

    def loaded(
        name: str, content: bytes | str, *, dataset: str, year: int = 2020, **how: Any
    ) -> PopulationReport:
        options = LoadOptions(**how)
        return load_population(country, write(name, content), name=dataset, year=year, options=options)

    return loaded


def people(engine: Engine, dataset: str) -> tuple[float, int, int]:
    """People, cells, and cells with a point."""
    with engine.connect() as connection:
        statement = (
            "select coalesce(sum(people), 0), count(*), count(geog) from population where dataset = :name"
        )
        found = connection.execute(text(statement), {"name": dataset}).one()
    return float(found[0]), int(found[1]), int(found[2])


def read(engine: Engine, dataset: str) -> People:
    with reading(engine) as session:
        return read_people(session, dataset)


def geojson(*features: tuple[dict[str, Any], Any]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": said, "geometry": shapely.geometry.mapping(shape)}
                for said, shape in features
            ],
        }
    )


def boxes(*places: float, size: float = 0.01, **said: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Squares of ten people each in Santiago, so many degrees east of one another."""
    for place in places:
        yield (
            {"id": f"b{place}", "poblacion": 10} | said,
            shapely.box(-70.65 + place, -33.45, -70.65 + place + size, -33.45 + size),
        )
