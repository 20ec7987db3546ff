"""The demonstration data: written by the seeded generator, then imported like any other file."""

import hashlib
import shutil
from datetime import date
from pathlib import Path

from directory.db import transaction
from directory.errors import NotFoundError
from directory.population import DatasetRecord, dataset_state
from directory.run_report import RunReport, last_report
from directory.settings import ROOT, Settings
from directory.staging import Database, Progress
from fixtures.demo import people
from fixtures.demo.generate import SEED, generate
from importers import pipeline
from importers.population import LoadOptions, load_population
from importers.source import Source, sources

MARKER = "version.txt"
PEOPLE = "demostracion"
PEOPLE_YEAR = 2024
ABOUT_PEOPLE = DatasetRecord(
    "Población de demostración: totales de cada comuna, repartidos al azar",
    "Totales por comuna del Censo 2024 (INE); localidades, edades y sexos inventados",
    "Solo para probar: no es un dato oficial",
    demonstration=True,
)


def load_demo(
    engine: Database, settings: Settings, progress: Progress | None = None, *, today: date | None = None
) -> list[RunReport]:
    """Import the demonstration data; one report for each source, none when they are loaded and fresh.

    today stands for the real day (tests). The calendars begin with its month, so the files are written anew
    once a month and whenever the generator, the country's facts or the importers change.
    """
    start = (today or date.today()).replace(day=1)  # noqa: DTZ011  # a civil month: any zone's will do
    folder = _folder(engine, settings)
    version = _version(start)
    wanted = [source for source in sources().values() if source.demo_files]
    if _loaded(engine, folder, version, wanted):
        return []
    shutil.rmtree(folder, ignore_errors=True)
    generate(folder, start)
    load_people(engine, settings, folder, progress)
    reports = [_import(engine, settings, source, folder, progress, today) for source in wanted]
    # Last: a load that was cut short is done again.
    (folder / MARKER).write_text(version, encoding="utf-8")
    return reports


def load_people(engine: Database, settings: Settings, folder: Path, progress: Progress | None = None) -> None:
    """Make the demonstration's people exactly those of its file, written into the folder."""
    load_population(
        engine,
        people.write(folder, SEED),
        name=PEOPLE,
        year=PEOPLE_YEAR,
        about=ABOUT_PEOPLE,
        options=LoadOptions(replace=True),
        settings=settings,
        progress=progress,
    )


def _import(
    engine: Database,
    settings: Settings,
    source: Source,
    folder: Path,
    progress: Progress | None,
    today: date | None,
) -> RunReport:
    return pipeline.run(
        engine,
        source.info.id,
        [folder / name for name in source.demo_files],
        # The demonstration is ours: another seed or size may withdraw much, and nobody has to confirm it.
        force=True,
        demonstration=True,
        progress=progress,
        source=source,
        settings=settings,
        today=today,
    )


def _folder(engine: Database, settings: Settings) -> Path:
    """A folder for each database, under the data folder."""
    data = settings.data or ROOT / ".cercana"
    name = hashlib.sha256(str(engine.url).encode()).hexdigest()[:12]
    return data / "demo" / name


def _version(start: date) -> str:
    """Changes when the files, or what is read from them, would change."""
    digest = hashlib.sha256(start.isoformat().encode())
    patterns = (
        *("fixtures/demo/*.py", "fixtures/network/draw.py", "importers/**/*.py"),
        *("fixtures/country/*/*.toml", "fixtures/country/*/areas.csv"),
    )
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _loaded(engine: Database, folder: Path, version: str, wanted: list[Source]) -> bool:
    """Whether this version is in the database: the marker alone would trust a database made anew."""
    marker = folder / MARKER
    if not marker.is_file() or marker.read_text("utf-8") != version:
        return False
    with transaction(engine) as session:
        if dataset_state(session, PEOPLE) is None:
            return False
    try:
        return all(last_report(engine, source.info.id).demonstration for source in wanted)
    except NotFoundError:
        return False
