from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.axes import AGE, SEX
from forecast.report.material import Material, gathered, grouped


@pytest.fixture(scope="module")
def material(tiny: Path) -> Material:
    return gathered(tiny, "baseline")


def test_people_leave_out_provinces_and_keep_their_status(material: Material) -> None:
    assert material.people.single.shape == (5, 3, 2, 101)
    assert material.people.status[:2] == ("observed", "nowcast")
    assert material.people.single[0, 2].sum() == 353.5


def test_people_in_whole_numbers_sum_every_way(material: Material) -> None:
    groups = material.people.grouped
    assert (groups == np.round(groups)).all()
    assert (groups[:, :-1].sum(axis=1) == groups[:, -1]).all()
    assert groups.sum(axis=(SEX, AGE))[0].tolist() == [303.0, 51.0, 354.0]
    assert (material.people.over(0) == groups.sum(axis=(SEX, AGE))).all()


def test_five_years_a_group_and_the_last_one_open() -> None:
    people = np.zeros((1, 2, 2, 101))
    people[0, :, 0, 100], people[0, :, 1, 4], people[0, :, 1, 5] = 7.0, 2.0, 3.0
    found = grouped(people)[0, 0]
    assert found.shape == (2, 21)
    assert (found[0, 20], found[1, 0], found[1, 1]) == (7.0, 2.0, 3.0)


def test_births_are_summed_over_mothers(material: Material) -> None:
    # 2.4 and 1.6 births make 4: 2 and 2 by largest remainder (0.6 beats 0.4).
    assert material.births.years == (2021, 2022, 2023, 2024)
    assert material.births.counts[0].tolist() == [2.0, 2.0, 4.0]
    assert material.births.born.tolist() == [1.0, 1.0, 0.0, 0.0]


def test_scenarios_of_the_city(material: Material) -> None:
    assert material.scenarios["baseline"].tolist() == [15.0, 17.0, 15.0, 15.0, 10.0]
    assert material.scenarios["low"].tolist() == [7.5, 8.5, 7.5, 7.5, 5.0]
