"""Grades of a band and whose they are."""

from __future__ import annotations

import numpy as np

from forecast.services.school.bands import Band

NINE = Band("compulsory", 6, {"primary": (6, 5), "junior": (3, 4)})


def test_the_border_lies_where_each_area_has_it() -> None:
    assert NINE.grades == 9
    assert [NINE.service(0, grade) for grade in (0, 5, 6, 8)] == ["primary", "primary", "junior", "junior"]
    assert [NINE.service(1, grade) for grade in (4, 5)] == ["primary", "junior"]
    assert (NINE.cut("junior", 0), NINE.cut("junior", 1)) == (slice(6, 9), slice(5, 9))


def test_children_stand_by_grade_of_their_age() -> None:
    by_age = np.arange(20.0).reshape(1, 1, 20)
    assert NINE.children(by_age)[0, 0].tolist() == [*range(6, 15)]
