from __future__ import annotations

import copy

import numpy as np
import pandas as pd

from forecast.tables.places import ATTR, joined, one_file, places

ONE = one_file("data/a.csv", np.array([2, 4]))
TWO = one_file("data/b.csv", np.array([2]))


def test_a_row_has_a_name() -> None:
    assert ONE.at(1) == "data/a.csv, row 4"


def test_joined_rows_keep_their_files() -> None:
    both = joined([ONE, TWO])
    assert [both.at(number) for number in range(3)] == ["data/a.csv, row 2", "data/a.csv, row 4", "data/b.csv, row 2"]


def test_two_rows_in_few_words() -> None:
    both = joined([ONE, TWO])
    assert both.both(0, 1) == "data/a.csv, rows 2 and 4"
    assert both.both(1, 2) == "data/a.csv, row 4 and data/b.csv, row 2"


def test_places_survive_a_filter_and_are_not_copied() -> None:
    frame = pd.DataFrame({"x": [1, 2]})
    frame.attrs[ATTR] = ONE
    kept = frame[frame["x"] == 2]
    assert places(kept) is ONE
    assert places(kept).at(int(kept.index[0])) == "data/a.csv, row 4"
    assert copy.deepcopy(ONE) is ONE
