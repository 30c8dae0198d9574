"""Users by residence become pupils by attendance: nobody is lost, nobody doubled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import InputError
from forecast.services.school.attendance import BEYOND, Attendance, attendance_of
from forecast.services.school.bands import Band
from forecast.services.school.counted import Attending

AREAS, YEARS = ("a", "b", "c"), range(2020, 2025)
SERVICES = ("kindergarten", "primary", "junior", "senior")
NINE = Band("compulsory", 6, {"primary": (6, 5, 6), "junior": (3, 4, 3)})


def row(
    origin: str,
    destination: str,
    share: float | None,
    *,
    year: int = 2022,
    service: str = "primary",
    pupils: float | None = None,
) -> Attending:
    return Attending(origin, destination, service, year, share, pupils, "made", f"row {origin}-{destination}")


def made(*rows: Attending) -> Attendance:
    found = attendance_of(rows, AREAS, YEARS, SERVICES)
    assert found is not None
    return found


def paths(attendance: Attendance, origin: int, service: str = "primary") -> dict[int, list[float]]:
    return {route.destination: route.share.tolist() for route in attendance.leaving(origin, service)}


def test_no_row_of_these_areas_no_attendance() -> None:
    assert attendance_of([], AREAS, YEARS, SERVICES) is None
    assert attendance_of([row("x", "y", 0.5)], AREAS, YEARS, SERVICES) is None


def test_what_no_row_says_stays_and_is_told() -> None:
    found = made(row("a", "b", 0.2), row("a", "", 0.1))
    assert paths(found, 0) == {BEYOND: [0.1] * 5, 0: pytest.approx([0.7] * 5), 1: [0.2] * 5}
    (note,) = found.notes
    assert (note.area, note.year) == ("a", 2022)
    assert note.after == pytest.approx(0.7)
    assert paths(found, 1) == {}
    assert paths(found, 0, "junior") == {}


def test_pupils_become_shares() -> None:
    found = made(*[row("a", end, None, pupils=count) for end, count in (("a", 60.0), ("b", 30.0), ("x", 10.0))])
    assert paths(found, 0) == {BEYOND: [0.1] * 5, 0: [0.6] * 5, 1: [0.3] * 5}
    assert found.notes == ()


def test_between_two_years_shares_lie_on_a_line() -> None:
    found = made(row("a", "b", 0.2, year=2021), row("a", "b", 0.4, year=2023), row("a", "c", 0.1, year=2023))
    assert paths(found, 0) == {
        0: pytest.approx([0.8, 0.8, 0.65, 0.5, 0.5]),
        1: pytest.approx([0.2, 0.2, 0.3, 0.4, 0.4]),
        2: pytest.approx([0.0, 0.0, 0.05, 0.1, 0.1]),
    }


def test_children_attend_by_hand() -> None:
    # a fifth of the first graders of a attend in b, a tenth beyond the city: 100 -> 70 + 20, b's own 50 on top
    found = made(row("a", "b", 0.2), row("a", "", 0.1))
    children = np.zeros((5, 3, 9))
    children[:, 0], children[:, 1] = 100.0, 50.0
    base = found.whole(NINE, children)
    assert base[0, :, 0].tolist() == pytest.approx([70.0, 70.0, 0.0])
    # of junior school nobody leaves
    assert base[0, :, 8].tolist() == [100.0, 50.0, 0.0]


def test_where_structures_differ_the_age_decides() -> None:
    # the sixth grade of a is primary, that of b is junior school: the row of primary sends them there
    found = made(row("a", "b", 1.0), row("a", "a", 0.0))
    children = np.zeros((5, 3, 9))
    children[:, 0, 5] = 10.0
    assert found.whole(NINE, children)[0, :, 5].tolist() == [0.0, 10.0, 0.0]


@given(st.integers(0, 1000))
def test_nobody_is_lost_or_doubled(seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows = []
    for service in ("primary", "junior"):
        for origin in AREAS:
            shares = draw.dirichlet(np.ones(4))
            rows += [
                row(origin, end, float(share), service=service) for end, share in zip((*AREAS, ""), shares, strict=True)
            ]
    found = made(*rows)
    children = draw.uniform(0, 500, (5, 3, 9))
    attending = found.whole(NINE, children)
    leaving = np.zeros((5, 9))
    for home in range(3):
        for grade in range(9):
            for route in found.leaving(home, NINE.service(home, grade)):
                if route.destination == BEYOND:
                    leaving[:, grade] += route.share * children[:, home, grade]
    assert attending.sum(axis=1) + leaving == pytest.approx(children.sum(axis=1))


@given(st.integers(0, 1000))
def test_more_children_never_give_fewer_who_attend(seed: int) -> None:
    draw = np.random.default_rng(seed)
    found = made(row("a", "b", float(draw.uniform(0, 0.9))), row("c", "", float(draw.uniform(0, 0.9))))
    few = draw.uniform(0, 100, (5, 3, 9))
    more = few + draw.uniform(0, 10, few.shape)
    assert (found.whole(NINE, more) >= found.whole(NINE, few)).all()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([row("a", "b", 0.7), row("a", "c", 0.4)], r"those of a who go to primary, 2022: shares that sum to 1.*1\.1"),
        ([row("a", "b", 0.3), row("a", "a", 0.6)], r"shares that sum to 1, found 0\.9"),
        ([row("a", "b", 0.3), row("a", "a", None, pupils=5.0)], "shares, or pupils, in all rows"),
        ([row("a", "b", None, pupils=5.0)], "a row of those who stay in a, too"),
        ([row("a", "b", None, pupils=0.0), row("a", "a", None, pupils=0.0)], "pupils above 0"),
        ([row("", "a", 0.5)], "a number of pupils"),
        ([row("x", "a", None, pupils=5.0, year=2019)], "a year of the run, 2020 to 2024, found 2019"),
    ],
)
def test_what_is_wrong_is_named(rows: list[Attending], says: str) -> None:
    with pytest.raises(InputError, match=says):
        made(*rows)


def test_all_faults_come_at_once() -> None:
    with pytest.raises(InputError) as error:
        made(row("a", "b", 1.2), row("b", "c", 1.3), row("", "c", 0.1))
    assert len(error.value.faults) == 3
