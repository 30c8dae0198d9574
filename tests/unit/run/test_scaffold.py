"""A new project is a whole copy, or nothing is left."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from forecast.errors import InputError
from forecast.run.scaffold import scaffold


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A little project with litter in it."""
    home = tmp_path / "source"
    for name in (
        "models/scenarios/baseline.toml",
        "data/city/areas.csv",
        "data/.hidden",
        "data/city/~$areas.xlsx",
        "notes.txt",
    ):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return home


WHOLE = ["README.md", "data/city/areas.csv", "models/scenarios/baseline.toml"]


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_models_data_and_a_readme_are_copied_and_litter_is_not(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "city"
    scaffold(target, source)
    assert files(target) == WHOLE
    assert (target / "data" / "city" / "areas.csv").read_text("utf-8") == "data/city/areas.csv"
    readme = (target / "README.md").read_text("utf-8")
    assert "forecast run" in readme
    assert "项目说明" in readme
    assert [path.name for path in target.parent.iterdir()] == ["city"]


def test_an_empty_folder_is_filled_in_place(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "empty"
    target.mkdir()
    monkeypatch.chdir(target)
    scaffold(Path(), source)
    assert files(Path.cwd()) == WHOLE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "source"]


def test_a_folder_with_something_in_it_is_refused_and_named(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "full"
    target.mkdir()
    for name in "dcbae":
        (target / name).touch()
    with pytest.raises(InputError) as raised:
        scaffold(target, source)
    assert str(raised.value) == (
        f"{target}: expected a new or an empty folder, found a, b, c and 2 more\n"
        "  choose another folder: nothing is overwritten"
    )


def test_a_file_of_that_name_is_refused(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(InputError, match="something that is no folder"):
        scaffold(tmp_path / "file", source)
    with pytest.raises(InputError, match="a folder that can be written"):
        scaffold(tmp_path / "file" / "city", source)
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_half_way_leaves_nothing(
    error: BaseException, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copytree = shutil.copytree

    def fail(origin: Path, *rest: Any, **options: Any) -> Any:
        if origin.name == "data":
            raise error
        return copytree(origin, *rest, **options)

    monkeypatch.setattr("shutil.copytree", fail)
    with pytest.raises(InputError if isinstance(error, OSError) else KeyboardInterrupt):
        scaffold(tmp_path / "city", source)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_a_failure_while_filling_an_empty_folder_empties_it_again(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "empty"
    target.mkdir()
    replace = Path.replace

    def fail(self: Path, goal: Path) -> Path:
        if self.name == "models":
            raise OSError(5, "Input/output error")
        return replace(self, goal)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(InputError, match="Input/output error"):
        scaffold(target, source)
    assert not list(target.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "source"]
