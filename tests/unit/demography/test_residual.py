from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import AGES, FEMALE, SEXES, Floats, Population
from forecast.demography.evidence import Evidence
from forecast.demography.migration import shrink, smooth
from forecast.demography.residual import (
    TwoCensuses,
    between,
    census_survival,
    child_residual,
    decade_rates,
    five,
    net_migration,
    residual,
    smoothed,
)
from forecast.kernels.residual import Method
from forecast.kernels.step import project
from forecast.run.model import Desk, Result

GROUPS = 18
"""0-4 .. 80-84 and 85+."""


@pytest.fixture(scope="module")
def counted() -> TwoCensuses:
    """A nation that keeps four fifths of each cohort; two areas of 100 people a group, the first lost 10 of each."""
    first = np.full((2, 2, GROUPS), 100.0)
    nation_first, nation_second = np.full((2, GROUPS), 1000.0), np.full((2, GROUPS), 800.0)
    nation_second[:, -1] = 0.8 * 3000.0  # 75+ of the first census: three groups of 1000
    second = np.full((2, 2, GROUPS), 80.0)
    second[..., -1] = 0.8 * 300.0
    second[0, :, 2:] -= 10.0
    second[0, :, :2], second[1, :, :2] = 40.0, 40.0
    return TwoCensuses(first, second, nation_first, nation_second)


def test_survival_of_the_nations_cohorts(counted: TwoCensuses) -> None:
    ratio = census_survival(counted.nation_first, counted.nation_second)
    assert ratio == pytest.approx(np.full((2, 16), 0.8))


def test_what_survival_does_not_explain(counted: TwoCensuses) -> None:
    net = residual(counted)
    assert net[0] == pytest.approx(np.full((2, 16), -10.0))
    assert net[1] == pytest.approx(np.zeros((2, 16)))


def test_children_follow_the_women(counted: TwoCensuses) -> None:
    children = child_residual(counted, residual(counted))
    # 0-4: a quarter x 40 children / six groups of 70 women x six groups of -10 women; 5-9: three quarters
    assert children[0, FEMALE] == pytest.approx([0.25 * 40 / 420 * -60, 0.75 * 40 / 420 * -60])
    assert children[1] == pytest.approx(np.zeros((2, 2)))


def test_rates_of_the_decade_by_hand(counted: TwoCensuses) -> None:
    rates = decade_rates(counted)
    # 70 came, 80 were expected
    assert rates[0, 0, 2:17] == pytest.approx(np.full(15, -10 / 80))
    assert rates[0, 0, 17] == pytest.approx(-10 / 240)
    assert rates[1] == pytest.approx(np.zeros((2, GROUPS)))


MANILA_1960 = [80275, 70875, 63250, 85618, 75793, 60037, 34813, 31927, 24297, 20207, 13714, 9366, 7921]
NATION_1960 = [2218377, 2114832, 1669435, 1429547, 1264441, 1000981, 791473, 725906, 552585, 508045, 344745, 235536]
NATION_1960 += [199118]
MANILA_1970 = [85870, 83054, 79489, 101410, 90410, 56055, 44648, 36963, 28873, 23678, 19063, 14484, 10205, 6405, 3746]
NATION_1970 = [2871594, 2893681, 2478426, 2096954, 1624113, 1271238, 1063783, 958013, 752922, 656332, 513635, 404713]
NATION_1970 += [302336, 196716, 141689]
NET = [-10196, 31134, 28877, -20082, -19117, -20497, -4244, -5189, -3521, -1613, -1822, -1417, -1890]
CHILDREN = [-236, -8938]
"""Women of Manila and of the Philippines 1960 and 1970, five-year groups from 0-4, to 60-64 and to 70-74; net migrants
aged 10-14 .. 70-74 and 0-4, 5-9. United Nations 1992, Preparing Migration Data for Subnational Population Projections,
table 6."""


def test_manila_as_published() -> None:
    first, second, nation_first, nation_second = (np.ones((2, GROUPS)) for _ in range(4))
    first[FEMALE, :13], nation_first[FEMALE, :13] = MANILA_1960, NATION_1960
    second[FEMALE, :15], nation_second[FEMALE, :15] = MANILA_1970, NATION_1970
    counted = TwoCensuses(first[None], second[None], nation_first, nation_second)
    net = residual(counted)
    assert net[0, FEMALE, :13] == pytest.approx(NET, abs=0.6)
    children = child_residual(counted, net)[0, FEMALE]
    # printed from ratios of children to women that were rounded before
    assert children == pytest.approx(CHILDREN, abs=4.0)


@pytest.fixture(scope="module")
def known(harbin: Path) -> pd.DataFrame:
    """Net migration of Harbin's units as others worked it out; not part of the repository."""
    folder = Path(os.environ.get("LAOYOU_FACTS", harbin.parent / "shared" / "facts"))
    table = folder / "derived_net_migration_2010_2020.csv"
    if not table.is_file():
        pytest.skip("no facts: set LAOYOU_FACTS, or lay them at ../shared/facts beside the checkout")
    return pd.read_csv(table, dtype={"adcode": str})


def test_harbins_net_migration_as_known(known: pd.DataFrame, baseline: Result) -> None:
    """Eighteen units, the city and the province, both sexes, cohorts 10-14 .. 80-84 and 85+: 640 cells."""
    evidence: Evidence = baseline.evidence
    codes = (*evidence.areas, evidence.city, evidence.province)

    def counted(census: int) -> Floats:
        found = evidence.censuses[census]
        units = five(found.districts)
        return np.concatenate([units, units.sum(axis=0)[None], five(found.province)[None]])

    def column(name: str) -> Floats:
        chosen = known.set_index(["adcode", "sex"])[name]
        return np.array([[chosen.loc[code, sex].to_numpy(dtype=float) for sex in SEXES] for code in codes])

    nations = [five(census.nation) for census in evidence.censuses]
    censuses = TwoCensuses(counted(0), counted(1), *nations)
    assert (censuses.first[..., 15:].sum(axis=-1) == column("pop_2010")[..., -1]).all()
    assert census_survival(*nations) == pytest.approx(column("national_census_survival_ratio")[0], abs=5e-5)
    net = residual(censuses)
    assert net.shape == (20, 2, 16)
    assert (np.rint(net) == column("net_migration_10y")).all()
    expected = censuses.second[..., 2:] - net
    assert 100.0 * net / expected == pytest.approx(column("annual_net_migration_per_1000_expected"), abs=0.0051)


@pytest.mark.parametrize(("width", "years"), [(1, 1), (1, 10), (5, 5), (5, 10)])
@pytest.mark.parametrize("method", ["stock", "time_even", "cohort_even"])
def test_between_two_stocks_nothing_is_made_up(width: int, years: int, method: Method) -> None:
    draw = np.random.default_rng(width + years)
    ages, steps = 100 // width + 1, years // width
    people = draw.uniform(10.0, 100.0, (2, 2, ages))
    survival = np.sort(draw.uniform(0.3, 1.0, (1, 1, 2, ages)))[..., ::-1]
    path = project(people, survival, np.full((1, 1, ages), 0.01), 0.51, years=steps)
    stocks = [Population(("a", "b"), 2010 + at, path.people[place], width) for at, place in ((0, 0), (years, -1))]
    net = between(stocks[0], stocks[1], survival, path.newborns, method)
    assert np.abs(net).max() < 1e-9
    gained = Population(("a", "b"), 2010 + years, path.people[-1] + 5.0, width)
    assert between(stocks[0], gained, survival, path.newborns, "stock") == pytest.approx(np.full(net.shape, 5.0))


def test_stocks_that_do_not_meet() -> None:
    def at(year: int, code: str = "a", width: int = 5) -> Population:
        return Population((code,), year, np.ones((1, 2, 21)), width)

    survival, births = np.ones((1, 1, 2, 21)), np.ones((2, 1, 2))
    assert between(at(2010), at(2020), survival, births).shape == (1, 2, 21)
    for second, given_, fault in (
        (at(2020, "b"), births, "differ"),
        (at(2020, width=1), births, "differ"),
        (at(2017), births, "for 7 years"),
        (at(2020), births[:1], "1 births"),
    ):
        with pytest.raises(ValueError, match=fault):
            between(at(2010), second, survival, given_)


HOWS = ["bell", "splines"]


def made(seed: int) -> tuple[Floats, Floats]:
    """Rates and people of three areas."""
    draw = np.random.default_rng(seed)
    bump = 0.02 * np.exp(-0.5 * ((np.arange(90.0) - 24.0) / 8.0) ** 2)
    return bump + draw.normal(0.0, 0.005, (3, 2, 90)), draw.uniform(10.0, 2000.0, (3, 2, 90))


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("keep_total", [False, True])
def test_a_level_stays(how: str, keep_total: bool) -> None:
    rates = np.full((3, 2, 90), -0.013)
    assert smoothed(rates, made(1)[1], how, keep_total=keep_total) == pytest.approx(rates, abs=1e-12)  # type: ignore[arg-type]


@given(st.integers(0, 10_000))
@settings(max_examples=15)
def test_migrants_stay_to_the_person(seed: int) -> None:
    rates, people = made(seed)
    total = (rates * people).sum(axis=-1)
    splines, bell = smoothed(rates, people, "splines"), smoothed(rates, people, "bell", spread=2.0)
    assert (splines * people).sum(axis=-1) == pytest.approx(total, rel=1e-9)
    # the bell alone moves migrants between ages of many and of few people
    movers = (np.abs(rates) * people).sum(axis=-1)
    assert (np.abs((bell * people).sum(axis=-1) - total) < 0.25 * movers).all()
    parent = rates.mean(axis=0)
    for raked in (
        smoothed(rates, people, "bell", keep_total=True),
        smoothed(rates, people, "splines", parent=parent, prior=5000.0, keep_total=True),
    ):
        assert (raked * people).sum(axis=-1) == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("how", HOWS)
def test_the_more_the_parent_weighs_the_nearer_it_is(how: str) -> None:
    rates, people = made(2)
    parent = np.full((2, 90), 0.004)
    apart = np.stack(
        [np.abs(smoothed(rates, people, how, parent=parent, prior=prior) - parent) for prior in (0, 500, 5000, 1e12)]  # type: ignore[arg-type]
    )
    assert (np.diff(apart, axis=0) <= 1e-15).all()
    assert apart[0] == pytest.approx(np.abs(smoothed(rates, people, how) - parent))  # type: ignore[arg-type]
    assert apart[-1].max() < 1e-7


def test_the_bell_is_the_moving_mean_to_the_last_bit() -> None:
    rates, people = made(3)
    assert np.array_equal(smoothed(rates, people, spread=2.0), smooth(rates, 2.0))
    parent = rates.mean(axis=0)
    shrunk = smoothed(rates, people, "bell", spread=2.0, parent=parent, prior=2000.0)
    assert np.array_equal(shrunk, shrink(smooth(rates, 2.0), people, parent, 2000.0))


def test_an_unknown_smoothing() -> None:
    with pytest.raises(ValueError, match="'loess'"):
        smoothed(*made(4), "loess")  # type: ignore[arg-type]


def test_harbins_rates_by_splines(desk: Desk, baseline: Result) -> None:
    """Another smoothing moves people between ages, hardly between areas."""
    ground, spec = desk.ground(baseline.models), baseline.models.movement.rates
    bell, splines = (
        net_migration(ground, "districts", spec.model_copy(update={"smoothing": how})) for how in ("bell", "splines")
    )
    assert splines.rates.shape == bell.rates.shape == (18, 2, AGES)
    start = ground.launches["districts"][1]
    people = start.stock.people - start.students
    net = [(rates * people).sum(axis=(1, 2)) for rates in (bell.rates, splines.rates)]
    assert net[1] == pytest.approx(net[0], rel=0.1, abs=0.001 * people.sum() / 18)
    assert not np.array_equal(splines.rates, bell.rates)
