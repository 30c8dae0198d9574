from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.services.people import People

Level = Callable[..., People]


@pytest.fixture
def few() -> People:
    """One area, ages 0 to 3+, 2020 and 2021; births on record up to 2021."""
    both = np.array([[[12.0, 24.0, 36.0, 48.0]], [[6.0, 9.0, 21.0, 84.0]]])
    people = np.stack([0.5 * both, 0.5 * both], axis=2)
    return People(("a",), range(2020, 2022), people, np.array([[12.0], [6.5]]), 2021, 2021)


def test_both_sexes(few: People) -> None:
    assert few.both[0, 0] == pytest.approx([12, 24, 36, 48])


def test_31_august_by_hand(few: People) -> None:
    august = few.on_31_august
    # Born in 2020 on 31 August 2021: a third of the way back from 9 to 12, so 10; born in 2019: 22 between 21 and 24.
    # Aged 1: two thirds of the one, a third of the other.
    assert august[1, 0, 1] == pytest.approx(2 / 3 * 10 + 1 / 3 * 22)
    # Aged 0: two thirds of the births of the year (6 on 31 December), a third of the 10
    assert august[1, 0, 0] == pytest.approx(2 / 3 * 6 + 1 / 3 * 10)
    # The launch year has no year before it: its own stock by the cut
    assert august[0, 0, :3] == pytest.approx(
        [2 / 3 * 12 + 1 / 3 * 24, 2 / 3 * 24 + 1 / 3 * 36, 2 / 3 * 36 + 1 / 3 * 48]
    )


def test_31_august_of_equal_ages(level: Level) -> None:
    assert level(100.0).on_31_august[:, 0, :39] == pytest.approx(np.full((5, 39), 100.0))


def test_who_is_born_on_31_december(few: People) -> None:
    assert few.born_on_31_december(0).tolist() == [1, 1]
    later = People(("a",), range(2020, 2025), np.zeros((5, 1, 2, 4)), np.zeros((5, 1)), 2021, 2021)
    assert later.born_on_31_december(0).tolist() == [1, 1, 0, 0, 0]
    assert later.born_on_31_december(2).tolist() == [1, 1, 1, 1, 0]


def test_who_is_born_on_31_august(level: Level) -> None:
    # births on record up to 2021. Aged 0 on 31 August 2022: a third born in autumn 2021, two thirds not yet
    people = level(1.0, born_until=2021)
    assert people.born_on_31_august(0) == pytest.approx([1, 1, 1 / 3, 0, 0])
    assert people.born_on_31_august(3) == pytest.approx([1, 1, 1, 1, 1])
    assert people.born_on_31_august(2) == pytest.approx([1, 1, 1, 1, 1 / 3])


def test_where_children_come_from(few: People) -> None:
    # aged 0 on 31 August 2021: births of September 2020 to August 2021
    text, count, status = few.origin(0, 2021, 0)
    assert "September 2020 to August 2021" in text
    assert count == pytest.approx(2 / 3 * 6.5 + 1 / 3 * 12)
    assert status == "nowcast"
    # aged 2: born 2019 and late 2018, so ages 1 and 2 at the launch
    text, count, status = few.origin(0, 2021, 2)
    assert "31 December 2020" in text
    assert count == pytest.approx(2 / 3 * 24 + 1 / 3 * 36)
    assert status == "observed"


def test_status_by_year(level: Level) -> None:
    people = level(1.0)
    assert [people.status(year) for year in people.years] == ["observed", "nowcast", "nowcast", "nowcast", "projected"]


@pytest.mark.parametrize("year", [2019, 2025])
def test_years_outside_are_named(level: Level, year: int) -> None:
    people = level(1.0)
    assert people.place(2022) == 2
    with pytest.raises(InputError, match=f"expected 2020 to 2024, found {year}"):
        people.place(year)
