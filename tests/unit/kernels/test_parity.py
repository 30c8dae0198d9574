from __future__ import annotations

from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels.parity import END, MOST, START, Apart, Progress, apart, cohort, progress

FIRST, SECOND, THIRD = range(3)


def women(seed: int, cells: int, columns: int = 1) -> Floats:
    """Made shares by number of children (parity, cell, column); nobody in the first cell has a child."""
    shares = np.random.default_rng(seed).dirichlet(np.ones(4), (cells, columns)).transpose(2, 0, 1)
    shares[:, 0], shares[0, 0] = 0.0, 1.0
    return np.asarray(shares)


def hazards(seed: int, years: int, cells: int, columns: int = 1, most: float = 0.4) -> Floats:
    return np.asarray(np.random.default_rng(seed + 1).uniform(0.0, most, (years, 3, cells, columns)))


def opened(years: int, *, year: int, order: int, share: float) -> Floats:
    opens = np.zeros((years, 3))
    opens[year, order] = share
    return opens


def ones(years: int, columns: int = 1) -> Floats:
    return np.ones((years, 3, columns))


def same(one: Progress | Apart, other: Progress | Apart) -> bool:
    names = [field.name for field in fields(one)]
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in names)


def lived(found: Progress) -> Floats:
    """Births by order to a woman of each cell at the start who lives through the year (year, order, cell - 1, column).

    Half of the year in her cell and half in the next.
    """
    return np.asarray(0.5 * (found.bearing[:, :, START, :-1] + found.bearing[:, :, END, 1:]))


def least(shares: Floats, children: int) -> Floats:
    """Share with at least so many children (year, cell, column)."""
    return np.asarray(shares[:, children:].sum(axis=1))


# ------------------------------------------------------------------------------------------------------------- by hand
def two_ages() -> tuple[Floats, Floats]:
    """Nobody of the first age has a child; of the second 4, 3, 2 and 1 in ten have none, one, two and three."""
    start = np.array([[1.0, 0.4], [0.0, 0.3], [0.0, 0.2], [0.0, 0.1]])[..., None]
    rates = np.array([[0.2, 0.4], [0.0, 0.5], [0.0, 0.1]])[None, ..., None]
    return start, rates


def test_a_year_by_hand() -> None:
    start, rates = two_ages()
    found = progress(start, rates, ones(1))
    born = found.bearing[0, ..., 0]
    # at the start: 0.2 of all; 0.4 of 0.4, 0.5 of 0.3, and 0.1 of those with two or three
    assert born[:, START] == pytest.approx(np.array([[0.2, 0.16], [0.0, 0.15], [0.0, 0.03]]))
    # at the end those who were of the first age, all childless at the start
    assert born[:, END] == pytest.approx(np.array([[0.0, 0.4], [0.0, 0.0], [0.0, 0.0]]))
    # half a year at 0.2 and half a year at 0.4: three in ten have a first child; who comes anew has none
    assert found.shares[1, ..., 0] == pytest.approx(np.array([[1.0, 0.7], [0.0, 0.3], [0.0, 0.0], [0.0, 0.0]]))
    assert found.total[0, :, :, 0] == pytest.approx(np.array([[0.2, 0.34], [0.0, 0.4]]))


def test_those_who_waited_by_hand() -> None:
    # half of those with two or three waited for a third child and bear three times as often: 0.15 of them, 0.2 more
    start, rates = two_ages()
    found = progress(start, rates, ones(1), 2.0 * ones(1), opened(1, year=0, order=THIRD, share=0.5))
    assert found.bearing[0, THIRD, START, 1, 0] == pytest.approx(0.03 + 0.2 * 0.15)
    plain = progress(start, rates, ones(1))
    assert (found.bearing[0, :THIRD] == plain.bearing[0, :THIRD]).all()


def test_two_years_of_those_who_waited_by_hand() -> None:
    # all have two children, a third comes at 0.1 a year; one in two waited and bears four times as often
    start = np.zeros((4, 3, 1))
    start[2] = 1.0
    rates = np.full((2, 3, 3, 1), 0.1)
    found = progress(start, rates, ones(2), 3.0 * ones(2), opened(2, year=0, order=THIRD, share=0.5))
    born = lived(found)[:, THIRD, :, 0]
    # 0.5 x 0.1 + 0.5 x 0.4; then of the others 0.9 are left, of those who waited 0.6; all bear on as with the third
    assert born[0] == pytest.approx([0.25, 0.25])
    assert found.shares[1, :, 1, 0] == pytest.approx([0.0, 0.0, 0.75, 0.25])
    assert born[1, 1] == pytest.approx(0.1 * (0.75 + 0.25) + 0.3 * (0.5 * 0.6))


# ---------------------------------------------------------------------------------------------------------- properties
@given(
    st.integers(0, 10_000),
    st.integers(1, 5),
    st.integers(2, 9),
    st.integers(1, 40),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.floats(0.1, 20.0),
)
def test_both_implementations_give_the_same_bits(
    seed: int, years: int, cells: int, columns: int, waits: bool, moving: bool, shared: bool, most: float
) -> None:
    draw = np.random.default_rng(seed)
    one = 1 if shared else columns
    start, rates = women(seed, cells, one), hazards(seed, years, cells, one, most)
    factor = draw.uniform(0.0, 3.0, (years, 3, columns))
    extra = draw.uniform(-1.0, 20.0, (years, 3, columns)) if waits else None
    opens = draw.uniform(0.0, 1.0, (years, 3)) * (draw.random((years, 3)) < 0.5) if waits else None
    runs = [progress(start, rates, factor, extra, opens, moving=moving, engine=name) for name in ("numba", "numpy")]
    assert same(*runs)


@given(
    st.integers(0, 10_000),
    st.integers(2, 9),
    st.floats(0.0, 1e4),
    st.floats(-1.0, 1e4),
    st.floats(0.0, 1.0),
    st.booleans(),
)
def test_shares_sum_to_one_and_none_is_below_nought(
    seed: int, cells: int, most: float, extra: float, waited: float, again: bool
) -> None:
    years = 6
    opens = opened(years, year=0, order=THIRD, share=waited) + opened(years, year=1, order=SECOND, share=waited)
    if again:
        opens += opened(years, year=3, order=THIRD, share=waited)
    found = progress(
        women(seed, cells, 3), hazards(seed, years, cells, 3, most), ones(years, 3), extra * ones(years, 3), opens
    )
    assert found.shares.sum(axis=1) == pytest.approx(np.ones((years + 1, cells, 3)), rel=1e-12)
    assert found.shares.min() >= 0.0
    assert found.bearing.min() >= 0.0
    assert found.bearing.max() <= MOST + 1e-12


@pytest.mark.parametrize("waited", [0.05, 1.0])
def test_whoever_waited_never_bears_less_than_nothing(waited: float) -> None:
    # a policy that takes a fifth of all births away from one woman in twenty asks for four times what they bear
    extra = np.full((5, 3, 1), -0.2 / 0.05)
    found = progress(
        women(1, 8), hazards(1, 5, 8), ones(5), extra, opened(5, year=0, order=THIRD, share=waited), engine="numpy"
    )
    assert found.bearing.min() >= 0.0
    assert found.shares.min() >= 0.0
    # and their stock does not grow: as many third births as without them, or fewer, whatever the year
    plain = progress(women(1, 8), hazards(1, 5, 8), ones(5))
    assert (least(found.shares, 3) <= least(plain.shares, 3) + 1e-12).all()


@given(st.integers(0, 10_000), st.integers(2, 9), st.booleans())
def test_without_third_births_no_woman_ever_has_three_children(seed: int, cells: int, waits: bool) -> None:
    start, rates = women(seed, cells), hazards(seed, 8, cells)
    start[2] += start[3]
    start[3] = 0.0
    rates[:, THIRD] = 0.0
    opens = opened(8, year=1, order=THIRD, share=0.5) if waits else None
    found = progress(start, rates, ones(8), 5.0 * ones(8) if waits else None, opens)
    assert (found.shares[:, 3] == 0.0).all()
    assert (found.bearing[:, THIRD] == 0.0).all()


@given(st.integers(0, 10_000), st.integers(2, 9), st.floats(0.1, 50.0))
def test_births_of_an_order_are_what_leaves_the_number_of_children_before_it(
    seed: int, cells: int, most: float
) -> None:
    found = progress(women(seed, cells, 2), hazards(seed, 6, cells, 2, most), ones(6, 2))
    born = lived(found)
    for order in (FIRST, SECOND):
        gone = least(found.shares, order + 1)[1:, 1:] - least(found.shares, order + 1)[:-1, :-1]
        assert born[:, order] == pytest.approx(gone, abs=1e-12)
    # third births are those of women with two, and later ones of women with three who stay where they are
    could = found.shares[:-1, 2] + found.shares[:-1, 3]
    of_two = np.divide(found.shares[:-1, 2], could, out=np.zeros_like(could), where=could > 0)[:, :-1]
    gone = least(found.shares, 3)[1:, 1:] - least(found.shares, 3)[:-1, :-1]
    assert born[:, THIRD] * of_two == pytest.approx(gone, abs=1e-12)


@given(st.integers(0, 10_000), st.floats(0.05, 1.0))
def test_births_are_what_leaves_where_some_have_waited(seed: int, waited: float) -> None:
    start = women(seed, 6)
    start[2] += start[3]
    start[3] = 0.0
    opens = np.full((1, 3), waited)
    found = progress(start, hazards(seed, 1, 6), ones(1), 2.0 * ones(1), opens)
    for order in range(3):
        gone = least(found.shares, order + 1)[1:, 1:] - least(found.shares, order + 1)[:-1, :-1]
        assert lived(found)[:, order] == pytest.approx(gone, abs=1e-12)


@given(st.integers(0, 10_000), st.booleans())
def test_any_part_of_the_columns_gives_the_same_bytes(seed: int, waits: bool) -> None:
    start, rates, draw = women(seed, 5), hazards(seed, 4, 5), np.random.default_rng(seed)
    factor, extra = draw.uniform(0.5, 2.0, (4, 3, 20)), draw.uniform(0.0, 5.0, (4, 3, 20))
    opens = opened(4, year=1, order=THIRD, share=0.3)

    def run(part: slice) -> Floats:
        more = (extra[..., part], opens) if waits else (None, None)
        return progress(start, rates, factor[..., part], *more).shares

    parts = [run(part) for part in (slice(0, 7), slice(7, 20))]
    assert np.concatenate(parts, axis=-1).tobytes() == run(slice(0, 20)).tobytes()


def test_under_incidence_nobody_moves_and_births_are_the_rates() -> None:
    start = np.zeros((4, 5, 1))
    start[:3] = 1.0
    rates = hazards(3, 4, 5)
    found = progress(start, rates, ones(4), moving=False)
    assert (found.shares == start).all()
    assert (found.bearing[:, :, START] == rates).all()
    assert (found.bearing[:, :, END, 1:] == rates[:, :, 1:]).all()


# ------------------------------------------------------------------------------------------------------------ policies
@given(st.integers(0, 10_000), st.floats(0.05, 0.5), st.floats(0.05, 1.0))
def test_twice_the_effect_is_twice_the_extra_births_of_the_first_year(seed: int, size: float, waited: float) -> None:
    start, rates = women(seed, 7), hazards(seed, 1, 7, most=0.02)
    opens, third = opened(1, year=0, order=THIRD, share=waited), np.array([0.0, 0.0, 1.0])[None, :, None]
    plain = progress(start, rates, ones(1)).bearing

    def of_all(by: float) -> Floats:
        return progress(start, rates, ones(1) + by * third).bearing - plain

    def of_those_who_waited(by: float) -> Floats:
        return progress(start, rates, ones(1), by / waited * third, opens).bearing - plain

    for rule in (of_all, of_those_who_waited):
        assert rule(2.0 * size) == pytest.approx(2.0 * rule(size), rel=1e-9, abs=1e-17)
        assert (rule(size)[0, THIRD, START, 1:] > 0.0).all()
        assert (rule(size)[0, :THIRD] == 0.0).all()
    # whoever acts, all together bear so much more in the first year
    assert of_those_who_waited(size) == pytest.approx(of_all(size), rel=1e-9, abs=1e-17)


def test_what_those_who_waited_add_falls_as_they_bear() -> None:
    years, cells = 8, 30
    start = np.zeros((4, cells, 1))
    start[0], start[2, 5:], start[0, 5:] = 1.0, 0.6, 0.4
    rates = np.full((years, 3, cells, 1), 0.1)
    opens = opened(years, year=0, order=THIRD, share=0.2)
    waited = progress(start, rates, ones(years), 4.0 * ones(years), opens)
    plain = progress(start, rates, ones(years))
    # a cohort that stays in the window all the time
    more = [float((lived(waited) - lived(plain))[year, THIRD, 6 + year, 0]) for year in range(years)]
    assert all(later < sooner for sooner, later in pairwise(more))
    # one fifth of 0.6 at 0.4 more; half of them are left a year later
    assert more[:3] == pytest.approx([0.2 * 0.6 * 0.4, 0.2 * 0.6 * 0.4 / 2, 0.2 * 0.6 * 0.4 / 4])
    assert sum(more) < 0.2 * 0.6


@given(st.integers(0, 10_000))
def test_nobody_joins_those_who_waited(seed: int) -> None:
    # nobody has two children when the order opens: whoever has them later did not wait
    start, rates = women(seed, 8), hazards(seed, 6, 8)
    start[1] += start[2] + start[3]
    start[2:] = 0.0
    opens = opened(6, year=0, order=THIRD, share=1.0)
    waited = progress(start, rates, ones(6), 9.0 * ones(6), opens)
    plain = progress(start, rates, ones(6))
    assert waited.shares[-1, 3].max() > 0.0
    assert same(waited, plain)


def test_before_an_order_opens_nobody_bears_more() -> None:
    start, rates = women(2, 8), hazards(2, 6, 8)
    opens = opened(6, year=3, order=THIRD, share=0.5)
    waited, plain = progress(start, rates, ones(6), 2.0 * ones(6), opens), progress(start, rates, ones(6))
    assert (waited.bearing[:3] == plain.bearing[:3]).all()
    # nobody of the first three cells has lived in the window for as long as two children take
    assert (waited.bearing[3, THIRD, START, 3:] > plain.bearing[3, THIRD, START, 3:]).all()


# ---------------------------------------------------------------------------------------------------------- the period
def test_the_period_table_by_hand() -> None:
    rates = np.array([[0.5, 0.5, 0.2, 0.0], [0.2, 0.4, 0.2, 0.0], [0.1, 0.1, 0.3, 0.5]])
    # first: 0.5, 0.25, 0.05; second: none, 0.4 of 0.5, 0.2 of 0.55; third: 0.3 of 0.2, then half of 0.25 and of 0.06
    assert cohort(rates) == pytest.approx([0.8, 0.31, 0.06 + 0.125 + 0.03, 0.06 + 0.125])


def test_the_period_table_keeps_its_columns() -> None:
    rates = hazards(5, 1, 9, 4)[0]
    both = cohort(rates)
    assert both.shape == (4, 4)
    for column in range(4):
        assert both[:, column] == pytest.approx(cohort(rates[..., column]))


@given(st.integers(0, 10_000), st.floats(0.1, 3.0))
def test_the_period_table_is_a_cohort_at_the_rates_of_one_year(seed: int, most: float) -> None:
    # a cohort meets the mean of the rates of two ages in a year: a table of these means has the same children
    cells = 12
    rates = hazards(seed, 1, cells, 1, most)
    found = progress(women(seed, cells), np.repeat(rates, cells - 1, axis=0), ones(cells - 1))
    years = np.arange(cells - 1)
    born = lived(found)[years, :, years, 0].sum(axis=0)
    capped = np.minimum(rates[0, ..., 0], MOST)
    table = cohort(0.5 * (capped[:, 1:] + capped[:, :-1]))
    assert table[:3] == pytest.approx(born, rel=1e-12)
    assert table[3] == pytest.approx(found.shares[-1, 3, -1, 0], rel=1e-12)
    assert table[0] == pytest.approx(1.0 - found.shares[-1, 0, -1, 0], rel=1e-12)


# ---------------------------------------------------------------------------------------------------------- taken apart
def events(seed: int, years: int, cells: int, columns: int) -> tuple[Floats, Floats, Floats, Floats, Floats, Progress]:
    draw = np.random.default_rng(seed)
    found = progress(women(seed, cells, columns), hazards(seed, years, cells, columns), ones(years, columns))
    survival = draw.uniform(0.5, 1.0, (years, cells - 1))
    return (
        draw.uniform(0.0, 100.0, (years + 1, cells, columns)),
        survival,
        1.0 - survival,
        draw.uniform(-1.0, 5.0, (years, columns)),
        draw.uniform(0.0, 20.0, (years, cells - 1, columns)),
        found,
    )


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(2, 8), st.integers(1, 30))
def test_both_implementations_take_apart_with_the_same_bits(seed: int, years: int, cells: int, columns: int) -> None:
    given_ = events(seed, years, cells, columns)
    assert same(apart(*given_), apart(*given_, engine="numpy"))


def test_what_is_taken_apart_sums_up() -> None:
    people, survival, dying, shock, born, found = events(4, 3, 6, 5)
    parts = apart(people, survival, dying, shock, born, found)
    assert parts.births.sum(axis=1) == pytest.approx(born, rel=1e-12)
    assert parts.women.sum(axis=1) == pytest.approx(people[:, 1:], rel=1e-12)
    kept = np.maximum(survival[..., None] - dying[..., None] * shock[:, None], 0.0)
    mean = 0.5 * (people[:-1, 1:] + people[:-1, :-1] * kept)
    assert parts.exposed.sum(axis=1) == pytest.approx(mean, rel=1e-12)


def test_births_are_taken_apart_by_hand() -> None:
    # 100 women of the second age at the start, 40 of the first of whom half live to the second; births are doubled
    found = progress(*two_ages(), ones(1))
    people = np.array([[40.0, 100.0], [0.0, 0.0]])[..., None]
    half = np.array([[0.5]])
    born = 50.0 * 0.34 + 10.0 * 0.4
    parts = apart(people, half, half, np.zeros((1, 1)), np.array([[[2.0 * born]]]), found)
    assert parts.births[0, :, 0, 0] == pytest.approx([2.0 * (50 * 0.16 + 10 * 0.4), 2.0 * 50 * 0.15, 2.0 * 50 * 0.03])
    assert parts.exposed[0, :, 0, 0] == pytest.approx([50 * 0.4 + 10.0, 50 * 0.3, 50 * 0.2, 50 * 0.1])
    assert parts.women[0, :, 0, 0] == pytest.approx([40.0, 30.0, 20.0, 10.0])


# -------------------------------------------------------------------------------------------------------------- refused
def test_wrong_shapes_are_all_named() -> None:
    start, rates = women(1, 5), hazards(1, 4, 5)
    with pytest.raises(ValueError, match=r"start of shape .* is not \(4, 5, '1 or 7'\); rates of shape"):
        progress(women(1, 5, 3), hazards(1, 3, 5), ones(4, 7))
    with pytest.raises(ValueError, match="rates of shape"):
        progress(start, rates[:, :, 1:], ones(4))
    with pytest.raises(ValueError, match="start of shape"):
        progress(start[:3], rates, ones(4))


@pytest.mark.parametrize(
    ("extra", "opens", "name"),
    [
        (np.zeros((4, 3, 1)), np.zeros((4, 3)), "extra"),
        (np.zeros((4, 2, 6)), np.zeros((4, 3)), "extra"),
        (np.zeros((4, 3, 6)), np.zeros((3, 3)), "opens"),
    ],
)
def test_wrong_shapes_of_those_who_wait_are_refused(extra: Floats, opens: Floats, name: str) -> None:
    # the compiled kernel checks no bounds: what does not fit must not reach it
    with pytest.raises(ValueError, match=f"{name} of shape"):
        progress(women(1, 5), hazards(1, 4, 5), ones(4, 6), extra, opens, engine="numpy")


def test_extra_without_anybody_who_waits_changes_nothing() -> None:
    start, rates = women(1, 5), hazards(1, 4, 5)
    assert same(progress(start, rates, ones(4), 5.0 * ones(4)), progress(start, rates, ones(4)))
