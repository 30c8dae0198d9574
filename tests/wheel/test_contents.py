"""What a built wheel must carry, and what it must not. ``make wheel`` names it in LAOYOU_WHEEL."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

import forecast

NAMED = os.environ.get("LAOYOU_WHEEL", "")
if not NAMED:
    pytest.skip("no wheel to look into: make wheel builds one and sets LAOYOU_WHEEL", allow_module_level=True)
pytestmark = pytest.mark.wheel

ROOT = Path(__file__).resolve().parent.parent.parent
CARRIED = {".csv", ".toml", ".md"}


@pytest.fixture(scope="module")
def wheel() -> dict[str, bytes]:
    with ZipFile(NAMED) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def below(folder: Path, suffixes: set[str]) -> dict[str, bytes]:
    """Path below the folder -> bytes, of every file with one of the suffixes."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.suffix in suffixes]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def under(wheel: dict[str, bytes], prefix: str) -> dict[str, bytes]:
    """The same of the wheel."""
    return {name.removeprefix(prefix): content for name, content in wheel.items() if name.startswith(prefix)}


@pytest.mark.parametrize("folder", ["models", "data"])
def test_bundled_folder_is_the_checkouts_byte_for_byte(wheel: dict[str, bytes], folder: str) -> None:
    ours = below(ROOT / folder, CARRIED)
    assert ours, f"the checkout has nothing in {folder}/"
    assert under(wheel, f"forecast/bundled/{folder}/") == ours


def test_schemas_are_there(wheel: dict[str, bytes]) -> None:
    ours = below(ROOT / "forecast" / "tables" / "schema", {".csv"})
    assert "population.csv" in ours
    assert under(wheel, "forecast/tables/schema/") == ours


def test_every_module_is_there(wheel: dict[str, bytes]) -> None:
    ours = below(ROOT / "forecast", {".py"})
    assert {name: content for name, content in under(wheel, "forecast/").items() if name.endswith(".py")} == ours


def test_no_file_of_the_package_is_left_behind(wheel: dict[str, bytes]) -> None:
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "forecast").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    missing = sorted(ours - set(wheel))
    assert not missing, "wheel.include in pyproject.toml does not name this kind of file"


def test_nothing_else_is_there(wheel: dict[str, bytes]) -> None:
    info = f"laoyou-{forecast.__version__}.dist-info"
    paths = [PurePosixPath(name) for name in wheel]
    assert {path.parts[0] for path in paths} == {"forecast", info}
    assert not [path for path in paths if path.suffix in {".pyc", ".nbi", ".nbc"} or "__pycache__" in path.parts]
    assert not [path for path in paths if "tests" in path.parts or path.name == "conftest.py"]
    outside = [path for path in paths if path.is_relative_to("forecast/bundled") and path.suffix not in CARRIED]
    assert not outside


def test_the_command_and_the_licence_are_named(wheel: dict[str, bytes]) -> None:
    info = f"laoyou-{forecast.__version__}.dist-info"
    assert b"forecast = forecast.cli:main" in wheel[f"{info}/entry_points.txt"]
    assert b"Apache License" in wheel[f"{info}/licenses/LICENSE"]
    assert b"License-Expression: Apache-2.0" in wheel[f"{info}/METADATA"]
