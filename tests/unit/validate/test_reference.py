from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.errors import InputError
from forecast.validate.reference import canada, cube


def test_canada_as_published(reference: Path) -> None:
    checks = canada(reference)
    assert [check.name for check in checks if not check.passed] == []
    assert len(checks) == 6


def test_a_long_table_becomes_a_cube(tmp_path: Path) -> None:
    rows = [(2001, "male", 0, 5.0), (2000, "female", 0, 3.0), (2000, "male", 1, 2.0), (2000, "male", 0, 1.0)]
    rows += [(2001, "male", 1, 6.0), (2000, "female", 1, 4.0), (2001, "female", 0, 7.0), (2001, "female", 1, 8.0)]
    rows += [(2000, "both", 0, 99.0)]
    path = tmp_path / "table.parquet"
    pd.DataFrame(rows, columns=["time_start", "sex", "age_start", "value"]).to_parquet(path)
    assert (cube(path) == np.arange(1.0, 9.0).reshape(2, 2, 2)).all()


def test_no_data_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"input_life_table\.parquet"):
        canada(tmp_path)
