"""A copy of the bundled models that a test may spoil."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Spoil = Callable[[str, str, str], None]


@pytest.fixture
def project(harbin: Path, tmp_path: Path) -> Path:
    """A folder with the models of the bundled project and no data."""
    shutil.copytree(harbin / "models", tmp_path / "models")
    return tmp_path


@pytest.fixture
def spoil(project: Path) -> Spoil:
    """Replace one text in a model file of the copy; the text must be there."""

    def replace(name: str, old: str, new: str) -> None:
        path = project / "models" / f"{name}.toml"
        text = path.read_text("utf-8")
        assert text.count(old) >= 1, f"{old!r} does not stand in {name}.toml"
        path.write_text(text.replace(old, new, 1), "utf-8")

    return replace


@pytest.fixture
def scenario(project: Path) -> Callable[[str, str, str], None]:
    """Write a scenario into the copy: name, base (or nothing) and the overlay."""

    def write(name: str, base: str, overlay: str = "") -> None:
        head = f'[scenario]\nname = "{name}"\ntitle_zh = "x"\ntitle_en = "x"\nwhy = "made"\n'
        head += f'base = "{base}"\n' if base else ""
        (project / "models" / "scenarios" / f"{name}.toml").write_text(f"{head}\n{overlay}\n", "utf-8")

    return write
