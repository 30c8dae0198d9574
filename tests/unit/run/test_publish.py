from __future__ import annotations

import json
from pathlib import Path

import pytest

from forecast.errors import InputError, RunLocked
from forecast.run.publish import locked, point, publish, unused, write_json


def files(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*"))


def one(out: Path, run_id: str, text: str = "x") -> Path:
    def build(folder: Path) -> None:
        (folder / "made.txt").write_text(text, "utf-8")

    return publish(out, run_id, build)


def test_a_run_appears_under_its_name_and_latest_points_to_it(tmp_path: Path) -> None:
    first, second = one(tmp_path, "a"), one(tmp_path, "b")
    assert (first, second) == (tmp_path / "runs" / "a", tmp_path / "runs" / "b")
    assert (tmp_path / "latest").read_text("utf-8") == "runs/b\n"
    assert files(tmp_path) == ["latest", "runs", "runs/a", "runs/a/made.txt", "runs/b", "runs/b/made.txt"]


def test_while_it_is_built_nobody_sees_it(tmp_path: Path) -> None:
    one(tmp_path, "a")

    def build(folder: Path) -> None:
        assert folder.name.startswith(".")
        assert not (tmp_path / "runs" / "b").exists()
        assert (tmp_path / "latest").read_text("utf-8") == "runs/a\n"

    assert publish(tmp_path, "b", build).name == "b"


@pytest.mark.parametrize("fault", [RuntimeError("ours"), KeyboardInterrupt(), InputError.one("a", "b", "c")])
def test_a_build_that_fails_leaves_nothing(tmp_path: Path, fault: BaseException) -> None:
    one(tmp_path, "a")
    before = files(tmp_path)

    def build(folder: Path) -> None:
        (folder / "half.txt").write_text("half", "utf-8")
        raise fault

    with pytest.raises(type(fault)):
        publish(tmp_path, "b", build)
    assert files(tmp_path) == before
    assert (tmp_path / "latest").read_text("utf-8") == "runs/a\n"


def test_a_full_disk_is_the_users_trouble(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="found No space left on device"):
        publish(tmp_path, "a", build)
    assert files(tmp_path) == []


def test_what_a_crash_left_behind_is_swept_away(tmp_path: Path) -> None:
    litter = tmp_path / "runs" / ".building-old"
    litter.mkdir(parents=True)
    (litter / "half.parquet").touch()
    one(tmp_path, "a")
    assert files(tmp_path) == ["latest", "runs", "runs/a", "runs/a/made.txt"]


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    first, second = one(tmp_path, "a", "first"), one(tmp_path, unused(tmp_path / "runs", "a"), "second")
    assert first != second
    assert (first / "made.txt").read_text("utf-8") == "first"
    assert (second / "made.txt").read_text("utf-8") == "second"
    assert (tmp_path / "latest").read_text("utf-8") == f"runs/{second.name}\n"


def test_two_cannot_write_at_once(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(
            RunLocked, match=r"process \d+ is writing there; wait, or choose another folder with --out"
        ) as busy,
        locked(tmp_path),
    ):
        pass
    assert busy.value.exit_code == 5
    with locked(tmp_path):  # free again
        assert tmp_path.is_dir()


def test_the_lock_is_let_go_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ours"), locked(tmp_path):
        raise RuntimeError("ours")
    with locked(tmp_path):
        assert (tmp_path / ".lock-holder").is_file()
    assert not (tmp_path / ".lock-holder").exists()


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(InputError, match="a folder that can be written"), locked(tmp_path / "out"):
        pass


def test_the_pointer_is_replaced_and_leaves_no_copy(tmp_path: Path) -> None:
    point(tmp_path, "a")
    point(tmp_path, "b")
    assert files(tmp_path) == ["latest"]
    assert (tmp_path / "latest").read_text("utf-8") == "runs/b\n"


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": 1, "a": "哈尔滨"})
    write_json(tmp_path / "b.json", {"a": "哈尔滨", "b": 1})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == {"a": "哈尔滨", "b": 1}
    assert "哈尔滨" in (tmp_path / "a.json").read_text("utf-8")
