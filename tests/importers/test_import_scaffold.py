"""`cercana import new`: a module that works at once, and never writes over anything."""

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from directory.errors import NotFoundError
from importers.errors import ImportFileError
from importers.scaffold import new_source
from importers.source import Column, find_source, has_required, sources

Write = Callable[[str, bytes | str], Path]
SAMPLE = (
    "Código;Nombre;Comuna;Latitud;Longitud;Teléfono;Otra cosa\n"
    "1;Uno;Arica;-18.47850;-70.32110;;x\n2;Dos;Arica;;;;\n"
)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "importers" / "sources").mkdir(parents=True)
    return tmp_path


def test_module_fixture_and_golden_are_written(house: Path, write: Write) -> None:
    module, sample, golden = new_source("mis_oficinas", write("datos.csv", SAMPLE), root=house)
    assert module == house / "importers" / "sources" / "mis_oficinas.py"
    assert sample.read_text("utf-8").startswith("Código,Nombre")
    result = json.loads(golden.read_text("utf-8"))
    assert [one["source_ref"] for one in result["offers"]] == ["1", "2"]
    assert result["offers"][0]["location"]["position"]["point"] == {"lon": -70.3211, "lat": -18.4785}
    assert [one["code"] for one in result["issues"]] == ["no_position"]
    assert "TODO" in module.read_text("utf-8")


def test_nothing_is_written_over(house: Path, write: Write) -> None:
    path = write("datos.csv", SAMPLE)
    new_source("mis_oficinas", path, root=house)
    with pytest.raises(ImportFileError, match="ya existe"):
        new_source("mis_oficinas", path, root=house)
    for name in ("Mayúscula", "../fuera", "con espacio", "1a"):
        with pytest.raises(ImportFileError, match="nombre"):
            new_source(name, path, root=house)


def test_headers_cannot_become_code(house: Path, write: Write) -> None:
    evil = 'x"); import os; os.abort() #'
    header = f'codigo;nombre;comuna;"{evil.replace(chr(34), chr(34) * 2)}";{{name}};""" + "\n'
    module, *_ = new_source("hostil", write("datos.csv", f"{header}1;Uno;Arica;a;b;c\n"), root=house)
    tree = ast.parse(module.read_text("utf-8"))
    imported = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert imported == []


def test_the_registry_knows_every_module_and_names_them_when_asked_for_another() -> None:
    assert set(sources()) == {
        "deis_establishments", "ips_branches", "ips_mobile_offices", "ips_mobile_pay_points",
        "ips_urban_pay_points", "senda_programs",
    }  # fmt: skip
    with pytest.raises(NotFoundError, match="deis_establishments"):
        find_source("nope")
    assert has_required((Column("a", ("Á b",), required=True),), ["x", "a_B"])
    assert not has_required((Column("a", required=True),), ["x"])
