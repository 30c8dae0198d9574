"""The pages under docs/ say what the code and pyproject.toml say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CONVENTIONS = (ROOT / "docs" / "conventions.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
LAWS = 14


def test_the_laws_are_numbered_without_a_hole() -> None:
    assert [int(number) for number in re.findall(r"^## (\d+)\. ", CONVENTIONS, re.MULTILINE)] == [*range(1, LAWS + 1)]


def test_each_law_says_why_and_what_holds_it() -> None:
    for section in CONVENTIONS.split("\n## ")[1:]:
        assert section.count("\n- Why: ") == section.count("\n- Held by: ") == 1, section.splitlines()[0]


def test_every_file_that_the_pages_name_exists() -> None:
    named = set(re.findall(r"`((?:forecast|models|data|tests|benchmarks|docs)/[^`\s]*)`", CONVENTIONS + ARCHITECTURE))
    made_by_the_build = {"forecast/bundled/"}
    missing = sorted(name for name in named - made_by_the_build if not (ROOT / name).exists())
    assert not missing


def test_every_law_that_the_code_cites_exists() -> None:
    cited = {
        (path.relative_to(ROOT).as_posix(), int(number))
        for path in (ROOT / "forecast").rglob("*.py")
        for number in re.findall(r"\blaws? (\d+)", path.read_text(encoding="utf-8"))
    }
    assert cited
    assert not sorted(place for place in cited if not 1 <= place[1] <= LAWS)


def test_the_floors_are_those_of_the_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}
    drawn = ARCHITECTURE.split("```text\n")[1].split("\n```")[0]
    assert drawn.splitlines() == contracts["floors"]["layers"]
    assert contracts["floors"]["exhaustive"]


def test_click_is_kept_out_of_every_room_but_the_command_line() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}
    rooms = {room.strip() for layer in contracts["floors"]["layers"] for room in layer.split("|")}
    kept_out = {name.removeprefix("forecast.") for name in contracts["click"]["source_modules"]}
    assert kept_out == rooms - {"cli", "__main__"}
