"""Streets that a network brings: found by name beside the places, loaded once, gone with their network."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory.db import reading, transaction
from directory.errors import QuestionError
from directory.networks import refresh_networks
from directory.places import find_places, place_by_id
from directory.settings import Settings
from directory.street_store import StreetCounts, refresh_streets
from directory.street_words import readings, street_key
from geo.networks import Networks
from geo.points import great_circle
from geo.street_file import STREETS
from importers.areas import load_country
from tests.roads import PLACES, app_with, install, renamed

HOSTILE = "<script>alert(1)</script> " + "ñ" * 200
TALCA = "07101"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up roads of Talca, with some streets as they are called elsewhere."""
    place = tmp_path_factory.mktemp("streets")
    names = {
        "Calle Los Boldos": "1 Sur",
        "Calle Los Espinos": "Avenida Libertador Bernardo O'Higgins",
        "Calle La Frontera": "Ñuñoa",
        "Calle Los Peumos": HOSTILE,
        "Calle Sola": "\u202e\u0000\u200b ..",
    }
    names = {old: new.replace("\0", "") for old, new in names.items()}
    return install(place / "networks", roads=renamed(place / "roads.osm", names), tiles=False)


@pytest.fixture(scope="module")
def country(module_engine: Engine, folder: Path) -> Engine:
    load_country(module_engine, Settings())
    assert refresh_networks(module_engine, Settings(networks=folder)).faults == ()
    return module_engine


@pytest.fixture
def asking(country: Engine) -> Iterator[Session]:
    with reading(country) as session:
        yield session


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Calle Uno Norte, Talca", "Calle Uno Norte"),
        ("uno norte 1234 talca", "Calle Uno Norte"),
        ("1 norte 1234, talca", "Calle Uno Norte"),
        ("Uno Sur 1234 Talca", "1 Sur"),
        ("calle 1 sur s/n, talca", "1 Sur"),
        ("Pje. El Retiro N° 14 depto 3, Talca", "Pasaje El Retiro"),
        ("los canelos, talca", "Calle Los Canelos"),
        ("los canelso 55, talca", "Calle Los Canelos"),
        ("o'higgins 300, talca", "Avenida Libertador Bernardo O'Higgins"),
        ("AV. LIBERTADOR BERNARDO OHIGGINS, región del Maule", "Avenida Libertador Bernardo O'Higgins"),
        ("Avenida Cuatro", "Avenida Cuatro"),
        ("Avenida Cuatro, Talca, Maule", "Avenida Cuatro"),
        ("uno norte talca", "Calle Uno Norte"),
        ("Calle Ñuñoa 12, Talca", "Ñuñoa"),
        ("calle los aromos 0123-b, región del maule", "Calle Los Aromos"),
    ],
)
def test_streets_as_people_type_them(asking: Session, typed: str, name: str) -> None:
    answer = find_places(asking, typed)
    found = answer.places[0]
    assert (answer.status, found.name, found.kind, found.precision) == ("one", name, "street", "street")
    assert (found.comuna, found.region, found.area_code) == ("Talca", "Maule", TALCA)
    assert found.precision_words == "en la calle, sin número exacto"
    assert place_by_id(asking, found.id) == found


def test_a_street_of_the_comuna_comes_before_those_of_its_province(country: Engine) -> None:
    with transaction(country) as session:
        session.execute(
            text("""
                insert into street (network, name, folded, area_code, geog, precision_m)
                select network, 'Calle Los Canelos', 'los canelos', code, geog, 50
                from street cross join (values ('07105'), ('07102')) as other(code) where folded = 'los canelos'
            """)
        )
    with reading(country) as session:
        for typed in ("Los Canelos 12, Talca", "los canelos 12 talca", "Los Canelos, Talca, Maule"):
            answer = find_places(session, typed)
            assert (answer.status, answer.places[0].area_code) == ("one", TALCA)
        many = find_places(session, "Calle Los Canelos")
        assert many.status == "many"
        assert {one.area_code for one in many.places} >= {TALCA, "07105", "07102"}
        near = find_places(session, "Calle Los Canelos", near=PLACES["d4"])
        assert near.places[0].kind == "street"
    with transaction(country) as session:
        session.execute(text("delete from street where area_code in ('07105', '07102')"))


def test_the_point_lies_on_the_street_and_says_how_long_it_is(asking: Session) -> None:
    found = find_places(asking, "Calle Uno Norte, Talca").places[0]
    ends = [PLACES["a1"], PLACES["f1"]]  # README of the fixture: five blocks, 2,492 m
    assert found.precision_m == pytest.approx(great_circle(*ends) / 2, rel=0.01)
    assert found.point.lat == pytest.approx(PLACES["c1"].lat, abs=1e-6)
    assert all(great_circle(found.point, end) <= 1.25 * found.precision_m for end in ends)


@pytest.mark.parametrize(
    ("typed", "code"), [("Ñuñoa", "13120"), ("talca", TALCA), ("Ñuñoa, Santiago", "13120")]
)
def test_a_comuna_comes_before_a_street_of_its_name(asking: Session, typed: str, code: str) -> None:
    answer = find_places(asking, typed)
    assert (answer.status, answer.places[0].area_code, answer.places[0].kind) == ("one", code, "comuna")


def test_a_beginning_of_a_place_is_no_street(asking: Session) -> None:
    # "Los Ánge" begins a comuna: streets that begin alike, if any, are second thoughts.
    assert find_places(asking, "Los Ánge").places[0].kind != "street"
    assert find_places(asking, "Peñalo").places[0].area_code == "13122"


@pytest.mark.parametrize("typed", ["Calle Inexistente 123, Talca", "Uno Norte 5, Maipú"])
def test_an_unknown_street_is_told_and_the_comuna_is_taken(asking: Session, typed: str) -> None:
    answer = find_places(asking, typed)
    head, comuna = typed.split(", ")
    assert (answer.places[0].name, answer.not_understood) == (comuna, head)


def test_names_are_bounded_and_clean(asking: Session) -> None:
    names = asking.scalars(text("select name from street")).all()
    assert all(1 <= len(name) <= 80 for name in names)
    hostile = [name for name in names if "script" in name]
    assert hostile == [HOSTILE[:80]]
    assert not any(sign in name for name in names for sign in "\u202e\u200b\n\0")
    assert "Camino que no existe aún" not in names  # only proposed
    assert "Río Viejo" not in names
    assert find_places(asking, "script alert 1 script ñññ").places[0].name == HOSTILE[:80]


@pytest.mark.parametrize(
    "typed", ["%", "_", "calle", "Calle %_%, Talca", "1", "av", "'; drop table street", "calle 7"]
)
def test_signs_mean_nothing(asking: Session, typed: str) -> None:
    for one in find_places(asking, typed).places:
        assert one.name
    with pytest.raises(QuestionError):
        find_places(asking, typed + "\0")


def test_the_service_answers_for_a_street(country: Engine, folder: Path) -> None:
    with TestClient(app_with(country, folder, Settings(horizon_days=7))) as client:
        found = client.get("/api/v1/places", params={"q": "uno norte 1234, talca"}).json()
        assert found["places"][0]["precision"] == "street"
        page = client.get("/", params={"place": "uno norte 1234, talca", "mode": "foot"})
        assert "Calle Uno Norte" in page.text
        hostile = client.get("/", params={"place": "script alert 1 script ñññ"})
        assert "&lt;script&gt;alert(1)&lt;/script&gt; ñññ" in hostile.text
        assert "<script>alert(1)" not in hostile.text
        suggested = client.post("/consola/lugares", data={"place": "uno norte"}).json()
        assert ("Calle Uno Norte", "Talca, Maule · calle") in [
            (one["name"], one["detail"]) for one in suggested
        ]


def test_keys_are_one_spelling() -> None:
    assert street_key("Avenida Libertador B. O'Higgins") == "libertador b ohiggins"
    assert street_key("Calle Uno Sur") == street_key("1 Sur") == "1 sur"
    assert street_key("Avenida del Puente") == street_key("Puente") == "puente"
    assert street_key("Calle") == "calle"
    assert [(one.key, one.number, one.tail) for one in readings("4 Norte 835 Talca")][:2] == [
        ("4 norte 835 talca", "", ""),
        ("4 norte", "835", "talca"),
    ]
    assert list(readings("...")) == []


def test_streets_come_and_go_with_their_network(own_engine: Engine, tmp_path: Path) -> None:
    load_country(own_engine, Settings())
    networks = Networks(install(tmp_path / "networks", tiles=False))

    def refreshed() -> StreetCounts:
        return refresh_streets(own_engine, networks.active())

    def count(table: str) -> int:
        with reading(own_engine) as session:
            return int(session.scalar(text(f"select count(*) from {table}")) or 0)

    assert refreshed() == StreetCounts(loaded=1)
    streets = count("street")
    assert streets > 20
    assert count("base_road") > 0
    assert refreshed() == StreetCounts()
    # Another border: streets are placed anew.
    with transaction(own_engine) as session:
        session.execute(text("delete from place where area_code = '13120'"))
        session.execute(text("update area set shape = null where code = '13120'"))
    assert refreshed() == StreetCounts(loaded=1)
    assert count("street") == streets
    networks.unuse("comarca")
    assert refreshed() == StreetCounts(dropped=1)
    assert (count("street"), count("base_road"), count("network_map")) == (0, 0, 0)


def test_networks_of_before_and_damaged_ones(own_engine: Engine, tmp_path: Path) -> None:
    networks = Networks(install(tmp_path / "networks", tiles=False))
    (one,) = networks.active()
    file = one.folder / STREETS
    file.write_bytes(file.read_bytes()[:-20])
    (fault,) = refresh_streets(own_engine, networks.active()).faults
    assert str(file) in fault
    assert "build the network again" in fault
    assert refresh_networks(own_engine, Settings(networks=networks.folder)).faults == (fault,)
    with reading(own_engine) as session:
        assert session.scalar(text("select count(*) from network_map")) == 0
    # A network built before there were streets has neither the file nor a word of it.
    old = one.manifest.copy()
    del old["streets"]
    file.unlink()
    (one.folder / "manifest.json").write_text(json.dumps(old))
    assert refresh_streets(own_engine, networks.active()) == StreetCounts(loaded=1)
    assert refresh_streets(own_engine, networks.active()) == StreetCounts()
    with reading(own_engine) as session:
        assert find_places(session, "Calle Uno Norte").status == "none"
