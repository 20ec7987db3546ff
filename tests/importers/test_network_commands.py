"""`cercana network ...` in processes of their own: from a file to answers, and every way it can go wrong."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import osmium
import pytest
from sqlalchemy import Engine, func, select
from typer.testing import CliRunner

from cercana import cli
from directory.db import transaction
from directory.errors import DirectoryError
from directory.intake import publish
from directory.records import Position, PositionSource
from directory.settings import ROOT, Settings
from directory.tables import OfferAccess
from fixtures.network.draw import places
from fixtures.network.gtfs import pack
from geo.network_audit import load_audit
from geo.networks import STATE, Networks
from geo.points import LonLat
from geo.units import Metres
from importers.network_build import Ingredients, builder, name_of
from tests.factories import location_record, offer_record, seed_area, seed_basics, source_info
from tests.test_cli import cercana

ROADS = ROOT / "fixtures" / "network" / "comarca.osm"
PLACES = {name: LonLat(*place) for name, place in places().items()}


@pytest.fixture(scope="session")
def pbf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up roads as files of OpenStreetMap come."""
    path = tmp_path_factory.mktemp("osm") / "comarca-latest.osm.pbf"
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2026-01-05T00:00:00Z")
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for one in osmium.FileProcessor(str(ROADS)):
            writer.add(one)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "networks"


@pytest.fixture
def run(own_database_url: str, folder: Path) -> "Run":
    return Run(own_database_url, folder)


class Run:
    """Runs `cercana` in this process, on a database and a folder of networks of its own."""

    def __init__(self, url: str, folder: Path) -> None:
        self._settings = {"CERCANA_DATABASE_URL": url, "CERCANA_NETWORKS": str(folder)}

    def __call__(self, *words: str | Path, code: int = 0, **settings: str) -> str:
        """What it says, errors included; fails when it ends with another code."""
        done = CliRunner().invoke(cli, [*map(str, words)], env=self._settings | settings)
        if isinstance(done.exception, DirectoryError):  # what `cercana.main` tells in a line
            assert code == 1, done.exception
            return f"{done.output}Error: {done.exception}"
        assert done.exit_code == code, (done.output, done.exception)
        return done.output


def publish_offers(engine: Engine, *names: str) -> None:
    """An offer at each of these places of the made-up roads."""
    with transaction(engine) as session:
        seed_basics(session)
        seed_area(session, "07101", "Talca", seat=PLACES["c3"])
        records = [
            offer_record(
                source_ref=name,
                location=location_record(
                    ref=name,
                    position=Position(PLACES[name], PositionSource.GIVEN, Metres(10.0)),
                    area_code="07101",
                ),
                row=row,
            )
            for row, name in enumerate(names)
        ]
        publish(session, source_info(), records, force=True)


def looked_up(engine: Engine) -> int:
    with transaction(engine) as session:
        return session.scalar(select(func.count()).select_from(OfferAccess)) or 0


def test_from_a_file_to_answers_and_back(
    run: Run, own_engine: Engine, folder: Path, pbf: Path, tmp_path: Path
) -> None:
    publish_offers(own_engine, "plaza", "tranque", "sola_w")
    assert "No network is installed" in run("network", "list")
    told = run("network", "build", pbf, "--gtfs", pack(tmp_path), "--no-tiles")
    assert "Network comarca: " in told
    assert "map of 2026-01-05" in told
    assert "Offers looked up: 3, too far from any road: 0" in told
    assert looked_up(own_engine) == 6
    listed = run("network", "list", "--check")
    assert "comarca" in listed
    assert "timetable from 2026-08-01 to 2027-12-31" in listed
    assert "problem" not in listed
    (made,) = Networks(folder).active()
    assert made.manifest["name"] == "comarca"
    assert "--no-tiles" in run("network", "audit", code=1)

    publish_offers(own_engine, "plaza", "tranque", "sola_w", "copihues")
    assert "Used: none" in run("network", "use", "--none")
    assert "Offers looked up: 0" in run("network", "use", "--none")
    assert Networks(folder).active() == []
    told = run("network", "use", "comarca")
    assert "Used: comarca" in told
    assert "Offers looked up: 1" in told
    assert looked_up(own_engine) == 8

    run("network", "build", pbf, "--name", "other", "--no-tiles")
    assert "Used: other" in run("network", "use", "other", "--only")
    assert "Removed comarca" in run("network", "remove", "comarca")
    run("network", "use", "other")
    assert looked_up(own_engine) == 8


def test_tiles_are_built_and_compared(run: Run, folder: Path, pbf: Path) -> None:
    run("network", "build", pbf)
    (made,) = Networks(folder).active()
    assert (made.folder / "tiles").is_dir()
    told = run("network", "audit", "comarca", "--pairs", "200")
    assert "our times against those of Valhalla" in told
    report = load_audit(made.folder)
    assert report is not None
    assert report.network == made.id
    (made.folder / "tiles" / "tiles.tar").write_bytes(b"")
    assert "problem" not in run("network", "list")
    assert "comarca has a problem: " in run("network", "list", "--check")
    assert "build the tiles again" in run("network", "audit", code=1)


def test_an_import_looks_up_its_offers(
    run: Run, own_engine: Engine, folder: Path, pbf: Path, tmp_path: Path
) -> None:
    mapping = (ROOT / "fixtures" / "sources" / "generic_table" / "input.toml").read_text("utf-8")
    (tmp_path / "map.toml").write_text(mapping.replace('hours = "Atención"\n', ""), "utf-8")
    where = [PLACES["plaza"], PLACES["tranque"]]
    rows = [f"{n}\tOficina {n}\tTalca\t{p.lat}, {p.lon}\t+56 71 220000{n}" for n, p in enumerate(where)]
    table = "\n".join(["Id\tNombre oficina\tComuna\tCoordenadas\tFono", *rows]) + "\n"
    (tmp_path / "offices.tsv").write_text(table, "utf-8")
    ingredients = Ingredients(pbf, [], False, Settings().road_profiles)
    Networks(folder).install("comarca", builder("comarca", ingredients))
    files = (tmp_path / "map.toml", tmp_path / "offices.tsv")
    run("import", "check", "generic_table", *files)
    assert looked_up(own_engine) == 0
    run("import", "run", "generic_table", *files)
    assert looked_up(own_engine) == 4


def damaged(pbf: Path, how: str, target: Path) -> Path:
    data = pbf.read_bytes()
    target.write_bytes({"cut": data[: len(data) // 2], "empty": b"", "other": b"%PDF-1.4 not a map"}[how])
    return target


@pytest.mark.parametrize("how", ["cut", "empty", "other"])
def test_a_broken_file_changes_nothing(run: Run, folder: Path, pbf: Path, tmp_path: Path, how: str) -> None:
    run("network", "build", pbf, "--no-tiles")
    before = Networks(folder).installed()
    told = run("network", "build", damaged(pbf, how, tmp_path / "x.osm.pbf"), "--name", "comarca", code=1)
    assert "Error: " in told
    assert "x.osm.pbf" in told
    assert Networks(folder).installed() == before
    assert len(list((folder / ".builds").iterdir())) == 1


def test_a_timetable_without_calendar_changes_nothing(
    run: Run, folder: Path, pbf: Path, tmp_path: Path
) -> None:
    feed = pack(tmp_path, {"calendar.txt": None, "calendar_dates.txt": None})
    told = run("network", "build", pbf, "--gtfs", feed, "--no-tiles", code=1)
    assert "calendar" in told
    assert feed.name in told
    assert Networks(folder).installed() == []


def test_mistakes_are_told_in_a_line(run: Run, folder: Path, pbf: Path) -> None:
    assert "does not exist" in run("network", "build", "nothing.osm.pbf", code=2)
    assert "cannot name a network" in run("network", "build", pbf, "--name", "Ñuble!", code=1)
    assert "say names, or --none" in run("network", "use", code=2)
    assert "say names, or --none" in run("network", "use", "x", "--none", code=2)
    for command in (("use", "x"), ("remove", "x"), ("audit", "x")):
        assert "there is no network 'x': none is installed" in run("network", *command, code=1)
    assert "No network is used" in run("network", "audit", code=1)
    folder.mkdir(exist_ok=True)
    (folder / STATE).write_text("{")
    assert "delete it" in run("network", "list", code=1)


@pytest.mark.parametrize("command", ["build", "download", "list", "use", "remove", "audit"])
def test_every_command_has_help(run: Run, command: str) -> None:
    assert f"network {command}" in run("network", command, "--help")


def test_the_command_line_tells_it_without_a_traceback(folder: Path) -> None:
    done = cercana("network", "remove", "x", CERCANA_NETWORKS=str(folder))
    assert done.returncode == 1
    assert done.stderr == "Error: there is no network 'x': none is installed\n"


def test_a_damaged_network_is_listed_with_its_mend(run: Run, folder: Path, pbf: Path) -> None:
    run("network", "build", pbf, "--no-tiles")
    (folder / "comarca" / "nodes.npy").write_bytes(b"")
    told = run("network", "list")
    assert "comarca has a problem: " in told
    assert "build the network again" in told


@contextmanager
def website(root: Path) -> Iterator[str]:
    """Serves a folder; yields its address."""

    class Files(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(root))  # type: ignore[arg-type]

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the terminal of the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_a_region_is_downloaded_and_built(run: Run, folder: Path, pbf: Path, tmp_path: Path) -> None:
    (tmp_path / "talca-latest.osm.pbf").write_bytes(pbf.read_bytes())
    with website(tmp_path) as address:
        properties = {"id": "cl/talca", "name": "Talca", "urls": {"pbf": f"{address}/talca-latest.osm.pbf"}}
        (tmp_path / "index.json").write_text(json.dumps({"features": [{"properties": properties}]}))
        index = {"CERCANA_NETWORK_INDEX": f"{address}/index.json"}
        assert "Near it: cl/talca (Talca)" in run("network", "download", "talka", code=1, **index)
        told = run("network", "download", "talca", "--no-build", **index)
        assert "Build it with: cercana network build" in told
        assert "its sum is not published" in told
        told = run("network", "download", "cl/talca", "--build", "--no-tiles", **index)
        assert "already here" in told
        assert "Network talca: " in told
    assert [one.name for one in Networks(folder).active()] == ["talca"]
    told = run("network", "download", "talca", code=1, **index)
    assert "cannot be reached" in told
    assert "cercana network build NAME.osm.pbf" in told


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("chile-latest.osm.pbf", "chile"), ("chile-260401.osm.pbf", "chile"), ("andorra-20260403.osm.pbf", "andorra"),
        ("r5r_poa_osm.pbf", "r5r-poa-osm"), ("Ñuble.osm.pbf", "uble"), ("...osm.pbf", "network"),
    ],
)  # fmt: skip
def test_a_network_is_called_as_its_file(file: str, name: str) -> None:
    assert name_of(Path(file)) == name
