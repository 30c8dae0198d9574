from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.backtest.folder import people_panel
from forecast.errors import InputError


def rows(**keys: object) -> pd.DataFrame:
    """Every combination of the keys, shuffled; people are numbered in the order of the keys."""
    names = list(keys)
    frame = pd.DataFrame(list(itertools.product(*keys.values())), columns=names)  # type: ignore[call-overload]  # iterables
    frame["pop"] = np.arange(1.0, len(frame) + 1.0)
    return frame.sample(frac=1.0, random_state=1)


def write(folder: Path, frame: pd.DataFrame, name: str = "population.parquet") -> Path:
    frame.to_parquet(folder / name)
    return folder


def test_single_ages_by_sex(tmp_path: Path) -> None:
    frame = rows(year=[2001, 2002], area=["11", "12"], sex=["m", "f"], age=[0, 1, 2])
    panel = people_panel(write(tmp_path, frame))
    assert panel is not None
    assert (panel.name, panel.areas, panel.years, panel.width) == (tmp_path.name, ("11", "12"), (2001, 2002), 1)
    # men before women, whatever the order of the letters
    assert panel.people.tolist() == np.arange(1.0, 25.0).reshape(2, 2, 2, 3).tolist()


def test_five_year_groups(tmp_path: Path) -> None:
    frame = rows(year=[2001, 2006], state=["NSW"], sex=["M", "F"], age_lo=[0, 5, 10]).rename(columns={"pop": "ERP"})
    panel = people_panel(write(tmp_path, frame, "population_5y.parquet"))
    assert panel is not None
    assert (panel.width, panel.step, panel.people.shape) == (5, 5, (2, 1, 2, 3))


def test_sexes_together(tmp_path: Path) -> None:
    panel = people_panel(write(tmp_path, rows(year=[2001], area=[301, 302], age=[0, 1])))
    assert panel is not None
    assert panel.areas == ("301", "302")
    assert panel.people.tolist() == [[[[1.0, 2.0]], [[3.0, 4.0]]]]


def test_the_longest_run_is_taken_and_single_ages_rather_than_groups(tmp_path: Path) -> None:
    write(tmp_path, rows(year=[2001, 2002], area=["a"], age=[0, 1]), "population_single.parquet")
    write(tmp_path, rows(year=[2001, 2002], area=["a"], age=[0, 5]), "population_5y.parquet")
    found = people_panel(tmp_path)
    assert found is not None
    assert found.width == 1
    write(tmp_path, rows(year=[2001, 2002, 2003], area=["a"], age=[0, 5]), "population_5y.parquet")
    longer = people_panel(tmp_path)
    assert longer is not None
    assert longer.width == 5


def test_an_area_with_a_hole_is_left_out_and_named(tmp_path: Path) -> None:
    frame = rows(year=[2001, 2002], area=["11", "12"], age=[0, 1, 2])
    panel = people_panel(write(tmp_path, frame[frame["pop"] != 5.0]))
    assert panel is not None
    assert (panel.areas, panel.left_out, panel.people.shape) == (("11",), ("12",), (2, 1, 1, 3))
    assert panel.people[:, 0, 0].tolist() == [[1.0, 2.0, 3.0], [7.0, 8.0, 9.0]]


def test_holes_in_every_area_are_named(tmp_path: Path) -> None:
    frame = rows(year=[2001, 2002], area=["11", "12"], age=[0, 1, 2])
    write(tmp_path, frame[~frame["pop"].isin([3.0, 5.0])])
    with pytest.raises(InputError, match=r"2 cells without a row, some in every area") as caught:
        people_panel(tmp_path)
    assert "population.parquet" in str(caught.value)
    assert "fill the holes" in str(caught.value)


def test_a_row_that_stands_twice_is_named(tmp_path: Path) -> None:
    frame = rows(year=[2001], area=["11"], age=[0, 1, 2])
    write(tmp_path, pd.concat([frame, frame[:1]]))
    with pytest.raises(InputError, match=r"1 rows too many"):
        people_panel(tmp_path)


@pytest.mark.parametrize(
    ("ages", "width"),
    [
        (["0-4", "5-9", "10+"], 5),
        (["<5", "5_9", "10 and over"], 5),
        (["Y_LT5", "Y5-9", "Y_GE10"], 5),
        (["under 1", "1", "2+"], 1),
        (["0", "1", "2"], 1),
    ],
)
def test_ages_in_words(tmp_path: Path, ages: list[str], width: int) -> None:
    frame = rows(year=[2001, 2002], municipality=["a", "b"], age_group=ages).rename(columns={"pop": "value"})
    panel = people_panel(write(tmp_path, frame))
    assert panel is not None
    assert (panel.width, panel.people[0, 0, 0].tolist()) == (width, [1.0, 2.0, 3.0])


def test_totals_beside_the_parts_do_not_count(tmp_path: Path) -> None:
    frame = rows(year=[2001], area=["a"], sex=["female", "male", "total"], age=["0", "1", "total"])
    panel = people_panel(write(tmp_path, frame))
    assert panel is not None
    assert panel.people[0, 0].tolist() == [[4.0, 5.0], [1.0, 2.0]]


def test_both_sexes_alone_are_people(tmp_path: Path) -> None:
    panel = people_panel(write(tmp_path, rows(year=[2001], area=["a"], sex=["T"], age=[0, 1])))
    assert panel is not None
    assert panel.people.tolist() == [[[[1.0, 2.0]]]]


def test_another_word_for_a_sex_is_said(tmp_path: Path) -> None:
    write(tmp_path, rows(year=[2001], area=["a"], sex=["homme", "femme"], age=[0, 1]))
    with pytest.raises(InputError, match=r"column sex: .*femme, homme"):
        people_panel(tmp_path)


@pytest.mark.parametrize(
    "frame",
    [
        rows(year=[2001], place=["a"], age=[0, 1]),  # no area
        rows(date=[2001], area=["a"], age=[0, 1]),  # no year
        rows(year=[2001], area=["a"], age=[1, 2]),  # not from birth
        rows(year=[2001], area=["a"], age=[0, 1, 5]),  # cells of two widths
        rows(year=[2001], area=["a"], age=[0, 10, 20]),  # cells of ten years
    ],
)
def test_another_layout_is_none(tmp_path: Path, frame: pd.DataFrame) -> None:
    assert people_panel(write(tmp_path, frame)) is None


def test_no_table_is_none(tmp_path: Path) -> None:
    write(tmp_path, rows(year=[2001], area=["a"], age=[0, 1]), "births.parquet")
    assert people_panel(tmp_path) is None
