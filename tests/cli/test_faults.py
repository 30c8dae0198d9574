from __future__ import annotations

from pathlib import Path

import pytest

import forecast
from forecast.cli.faults import BEGINS, PHRASE, PLACES, place, told
from forecast.cli.show import texts
from forecast.errors import Fault

SOURCE = Path(forecast.__file__).parent
FAULT = Fault("data/harbin/births.csv, row 12, column births", "a figure", "a blank cell", "add the rows")


def test_english_is_the_fault_as_it_is() -> None:
    assert told(FAULT, "en") == f"error: {FAULT}"


def test_the_frame_and_the_usual_words_are_chinese() -> None:
    assert told(FAULT, "zh") == (
        "错误：data/harbin/births.csv，第12行，births列：应为 一个数，实为 空白单元格\n  办法：请补充这些行"
    )
    bare = told(Fault("data/x.csv", "9,500 people", "none"), "zh")
    assert bare == "错误：data/x.csv：应为 9,500 people，实为 无"


def test_what_is_particular_stays() -> None:
    said = told(Fault("models/movement.toml, key students.campus", "one of 1, 2", "3", "did you mean 2?"), "zh")
    assert said == "错误：models/movement.toml，键students.campus：应为 下列之一：1, 2，实为 3\n  办法：是否指 2?"
    assert place("data/**/boundary_changes, 2015-01-01, 1 to 2", "zh") == "data/**/boundary_changes, 2015-01-01, 1 to 2"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_beginning_and_place_has_its_text(lang: str) -> None:
    words = texts(lang)
    assert all(f"begin.{begin.strip()}" in words for begin in BEGINS)
    assert all("{0}" in words[f"place.{name}"] for name in PLACES)


def test_every_phrase_is_one_that_the_program_says() -> None:
    said = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    phrases = [key.removeprefix(PHRASE) for key in texts("en") if key.startswith(PHRASE)]
    assert [phrase for phrase in phrases if f'"{phrase}"' not in said] == []
