from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.cli.show import as_json, figure, plain, table, width


def test_chinese_takes_two_columns_and_figures_stand_right(capsys: pytest.CaptureFixture[str]) -> None:
    table(["name", "n"], [["道里", 1234.0], ["ab", 0.5]], right=(1,))
    assert capsys.readouterr().out.splitlines() == ["name      n", "----  -----", "道里  1,234", "ab      0.5"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (float("inf"), "inf"),
        (True, "True"),
        (0, "0"),
        (-1234.5, "-1,234"),
        (0.12345, "0.1235"),
    ],
)
def test_figures(value: object, text: str) -> None:
    assert figure(value) == text


def test_json_knows_no_nan(capsys: pytest.CaptureFixture[str]) -> None:
    @dataclass(frozen=True)
    class Pair:
        one: float
        other: tuple[object, ...]

    as_json({"区": Pair(float("nan"), (np.float64("inf"), np.int64(3), True, None))})
    out = capsys.readouterr().out
    assert json.loads(out) == {"区": {"one": None, "other": [None, 3, True, None]}}
    assert "区" in out


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=6,
    )
)
def test_plain_is_always_strict_json(content: object) -> None:
    json.dumps(plain(content), allow_nan=False)


@given(st.text(alphabet="ab道里\u0301", max_size=20))
def test_width_counts_columns(text: str) -> None:
    assert width(text) == sum({"道": 2, "里": 2, "\u0301": 0}.get(mark, 1) for mark in text)
