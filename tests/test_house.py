"""The house rules that no linter knows."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from directory.settings import ROOT, Settings

PACKAGES = ("geo", "directory", "importers", "api", "web")
LONGEST = 300
VAGUE = re.compile(r"(Manager|Helper|Utils?|Base[A-Z]\w*)$|^(process|handle)_", re.ASCII)
README = (ROOT / "README.md").read_text("utf-8")
DOCS = README + "".join(
    path.read_text("utf-8") for path in [*ROOT.glob("docs/**/*.md"), ROOT / "importers" / "README.md"]
)


def python_files(*folders: str) -> Iterator[Path]:
    """Python files that git would commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if not folders or name.split("/")[0] in folders:
            yield ROOT / name


def trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Parsed files."""
    for path in python_files(*folders):
        yield path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call, by the last part of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            target = node.func
            name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
            yield name, node


def test_files_are_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files()
        if "migrations/versions" not in str(path)
        and (lines := len(path.read_text("utf-8").splitlines())) > LONGEST
    }
    assert not long


def test_names_say_what_they_are() -> None:
    vague = [
        f"{path}: {node.name}"
        for path, tree in trees(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and VAGUE.search(node.name)
    ]
    assert not vague


def test_public_things_have_docstrings() -> None:
    silent = [
        f"{path}: {node.name}"
        for path, tree in trees(*PACKAGES)
        if path.parts[:2] != ("directory", "tables")
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert not silent


def test_only_the_edge_commits() -> None:
    # `transaction` in directory.db opens, commits and rolls back; nobody else says commit.
    committing = [str(path) for path, tree in trees(*PACKAGES) for name, _ in calls(tree) if name == "commit"]
    assert not committing


def test_only_settings_read_the_environment() -> None:
    reading = [
        f"{path}:{node.lineno}"
        for path, tree in trees("geo", "importers", "api", "web")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    # The child that opens untrusted files with GDAL must set GDAL_SKIP before GDAL is loaded.
    assert [one for one in reading if "gdal_child" not in one] == []


def test_only_crs_speaks_pyproj_and_only_maps_speaks_folium() -> None:
    for module, home in (("pyproj", "geo/crs"), ("folium", "web/maps"), ("branca", "web/maps")):
        found = {
            str(path)
            for path, tree in trees(*PACKAGES)
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [node.module] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
            )
            if name and name.split(".")[0] == module
        }
        assert all(one.startswith(home) for one in found), (module, found)


def test_endpoints_are_plain_functions() -> None:
    # Questions wait for the database: plain functions run in threads, coroutines would block the loop.
    found = [
        f"{path}:{node.name}"
        for path, tree in trees("api", "web")
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef)
        and node.decorator_list
        and any("router" in ast.unparse(one) for one in node.decorator_list)
    ]
    assert not found


def test_no_uploaded_file_reaches_gdal_in_this_process() -> None:
    found = [
        str(path)
        for path, tree in trees(*PACKAGES)
        for name, _ in calls(tree)
        if name in {"read_file", "read_dataframe", "read_arrow", "open_arrow"}
        and "gdal_child" not in str(path)
    ]
    assert not found


def test_every_source_has_fixture_golden_and_docs() -> None:
    sources = [path.stem for path in (ROOT / "importers" / "sources").glob("*.py") if path.stem != "__init__"]
    assert sources
    for source in sources:
        folder = ROOT / "fixtures" / "sources" / source
        assert (folder / "expected.json").is_file(), f"{source} has no golden file"
        assert source in DOCS, f"{source} is not in the docs"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_readme_lists_every_setting(name: str) -> None:
    assert f"`CERCANA_{name.upper()}`" in README


@pytest.mark.parametrize(
    "command",
    [
        "up",
        "serve",
        "migrate",
        "demo",
        "import",
        "areas load",
        "population load",
        "correction",
        "report",
        "network",
        "unmet",
        "status",
        "doctor",
    ],
)
def test_readme_lists_every_command(command: str) -> None:
    assert f"`cercana {command}" in README


def test_every_error_is_in_the_docs() -> None:
    errors = [
        node.name
        for path, tree in trees("geo", "directory", "importers")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error")
    ]
    missing = [name for name in errors if name not in DOCS]
    assert not missing


def test_no_machine_path_is_named() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    # Spelled in parts, so that this file does not name them itself.
    private = ["/wo" + "rk/", "/ro" + "ot/.pyenv"]
    found = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".sh", ".js", ".css", ".html", ""} and path.is_file():
            text = path.read_text("utf-8", errors="replace")
            found += [f"{name}: {one}" for one in private if one in text]
    assert not found


def test_the_docs_name_files_that_exist() -> None:
    pages = [README, *(path.read_text("utf-8") for path in ROOT.glob("docs/**/*.md"))]
    named = {name for page in pages for name in re.findall(r"`?((?:\w+/)+\w+\.(?:py|md|sh))\b", page)}
    examples = {"importers/sources/x.py"}
    assert len(named) > 20
    assert [name for name in sorted(named - examples) if not (ROOT / name).exists()] == []
