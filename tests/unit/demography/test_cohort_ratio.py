from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import AGES, Floats, Population
from forecast.backtest.folder import people_panel
from forecast.backtest.methods import ByCohort
from forecast.backtest.rolling import roll
from forecast.backtest.scores import point_scores
from forecast.demography.cohort_ratio import CohortRatio, damped, parents
from forecast.demography.courses import mobile
from forecast.demography.engine import History
from forecast.demography.noise import TYPICAL, Draws

PLAIN = CohortRatio(
    children=0.0, prior=0.0, record=0.0, old=0.0, trend=0.0, staying=1.0, progress=0.0, anchor=0.0, adapts=False
)
"""The last births by the last parents and nothing else."""
AT_29 = 29
"""The age at which a person counts as one potential parent."""


def counted(year: int, children: list[float], able: list[float], per_age: float = 0.0) -> Population:
    """Areas with so many children of age 0 and potential parents, and at every other age as many people as given."""
    people = np.full((len(children), 1, AGES), per_age)
    people[:, 0, 0], people[:, 0, 15:50] = children, 0.0
    people[:, 0, AT_29] = able
    return Population(tuple("abcdef"[: len(children)]), year, people)


def one_area(births: list[float], able: list[float]) -> History:
    """One area over consecutive years, the last one 2020."""
    first = 2021 - len(births)
    return History(
        tuple(counted(first + place, [births[place]], [able[place]]) for place in range(len(births))),
    )


def moved(history: History, *able: float) -> Floats:
    """The launch people with another number of potential parents in each area."""
    people = history.launch.people.copy()
    people[:, 0, AT_29] = able
    return people


# ------------------------------------------------------------------------------------------------------------- births
def test_births_start_from_the_last_year() -> None:
    fitted = PLAIN.fit(one_area([100.0, 80.0, 60.0], [200.0, 200.0, 200.0]))
    assert fitted.births.level == pytest.approx([60.0])
    assert fitted.children(fitted.launch.people, 4) == pytest.approx([60.0])


def test_an_area_is_pulled_to_all_areas_by_children() -> None:
    # together 40 children by 200 parents: 0.2. Two years of 10 instead of 20: (20 + 250) / (40 + 250) of them
    history = History(tuple(counted(year, [10.0, 30.0], [100.0, 100.0]) for year in (2019, 2020)))
    assert PLAIN.fit(history).births.level == pytest.approx([10.0, 30.0])
    pulled = dataclasses.replace(PLAIN, children=250.0).fit(history).births
    assert pulled.level == pytest.approx([20 * 270 / 290, 20 * 310 / 290])


def test_half_of_a_fall_in_parents_is_followed_and_nothing_of_a_rise() -> None:
    history = one_area([100.0, 100.0], [200.0, 200.0])
    fitted = PLAIN.fit(history)
    assert fitted.children(moved(history, 100.0), 1) == pytest.approx([100.0 * 0.5**0.5])
    assert fitted.children(moved(history, 400.0), 1) == pytest.approx([100.0])
    follows = dataclasses.replace(PLAIN, rising=1.0).fit(history)
    assert follows.children(moved(history, 400.0), 1) == pytest.approx([200.0])


def test_a_quarter_of_what_an_areas_own_parents_do_is_followed() -> None:
    # 100 and 300 parents become 200 and 200: as many together
    history = History(tuple(counted(year, [50.0, 60.0], [100.0, 300.0]) for year in (2019, 2020)))
    found = PLAIN.fit(history).children(moved(history, 200.0, 200.0), 1)
    assert found == pytest.approx([50.0 * 2.0**0.25, 60.0 * (2 / 3) ** 0.25])


def test_the_slope_is_that_of_three_years_and_held() -> None:
    births = [7.0, *(100.0 * np.exp(0.03 * np.arange(4)))]
    assert PLAIN.fit(one_area(births, [200.0] * 5)).births.slope == pytest.approx(0.03)
    # as many more parents: children per parent do not change
    assert PLAIN.fit(one_area(births, [7.0, *births[1:]])).births.slope == pytest.approx(0.0)
    assert PLAIN.fit(one_area([100.0, 90.0, 80.0, 10.0], [200.0] * 4)).births.slope == -0.06
    assert PLAIN.fit(one_area([10.0, 20.0, 40.0], [200.0] * 3)).births.slope == 0.0


def test_half_of_the_slope_is_carried_on_and_fades() -> None:
    history = one_area(list(100.0 * np.exp(-0.04 * np.arange(4))), [200.0] * 4)
    engine = dataclasses.replace(PLAIN, trend=0.5, fading=0.8)
    last = 100.0 * np.exp(-0.12)
    found = engine.fit(history).children(history.launch.people, 2)
    assert found == pytest.approx([last * np.exp(0.5 * -0.04 * (0.8 + 0.64))])


def test_births_drift_back_to_their_mean() -> None:
    # 100 and 50: the mean of the logs lies log(2) / 2 above the last; a tenth of that in a year, 0.19 in two
    history = one_area([100.0, 50.0], [200.0, 200.0])
    fitted = dataclasses.replace(PLAIN, staying=0.9).fit(history)
    assert fitted.births.gap == pytest.approx(np.log(2) / 2)
    for ahead, share in ((1, 0.1), (2, 0.19)):
        found = fitted.children(history.launch.people, ahead)
        assert found == pytest.approx([50.0 * 2 ** (share / 2)])


def test_births_are_compared_by_the_root_of_the_parents() -> None:
    # four times the parents and twice the births: neither above nor below the mean
    assert PLAIN.fit(one_area([100.0, 200.0], [100.0, 400.0])).births.gap == pytest.approx(0.0)


def test_years_before_the_last_fifteen_are_not_in_the_mean() -> None:
    old = PLAIN.fit(one_area([9999.0] * 5 + [100.0] * 14 + [50.0], [200.0] * 20))
    assert old.births.gap == pytest.approx(14 / 15 * np.log(2))


def test_children_are_boys_and_girls_as_at_the_launch() -> None:
    people = np.full((1, 2, AGES), 10.0)
    people[0, :, 0] = [60.0, 40.0]
    history = History(tuple(Population(("a",), year, people) for year in (2019, 2020)))
    found = PLAIN.fit(history).predict(range(2021, 2022)).at(2021)
    assert found[0, :, 0] == pytest.approx([60.0, 40.0])


def test_a_slope_counts_for_so_many_years() -> None:
    assert damped(0.8, 3) == pytest.approx(0.8 + 0.64 + 0.512)
    assert damped(1.0, 7) == 7.0
    assert damped(0.8, 0) == 0.0


def test_parents_are_a_bell_around_29_or_groups() -> None:
    single = parents(Population(("a",), 2020, np.zeros((1, 1, AGES))))
    assert single[29] == 1.0
    assert single[29 - 5] == pytest.approx(np.exp(-0.5 * (5 / 5.5) ** 2))
    assert single[24] == single[34]
    assert single[:15].sum() == single[50:].sum() == 0
    groups = parents(Population(("a",), 2020, np.zeros((1, 1, 18)), 5))
    assert groups.tolist() == [0, 0, 0, 0.15, 0.6, 1.0, 0.9, 0.45, 0.1, *[0] * 9]


# ------------------------------------------------------------------------------------------------------------- ratios
def kept(*ratios: float) -> History:
    """One area that keeps the given share of every cohort in each year up to 2020; 100 children are born each year."""
    people = [np.full((1, 1, AGES), 100.0)]
    for ratio in ratios:
        after = people[-1].copy()
        after[..., 1:] = people[-1][..., :-1] * ratio
        after[..., -1] += people[-1][..., -1] * ratio
        people.append(after)
    first = 2020 - len(ratios)
    return History(tuple(Population(("a",), first + place, stock) for place, stock in enumerate(people)))


def test_recent_ratios_fade_to_the_long_run() -> None:
    history = kept(*[0.99] * 6, *[0.9] * 3)
    fitted = PLAIN.fit(history)
    assert fitted.recent[0, 0, 30] == pytest.approx(0.9)
    pairs = history.pairs(15)
    long = sum(after.people[0, 0, 30] for _, after in pairs) / sum(before.people[0, 0, 29] for before, _ in pairs)
    assert fitted.long[0, 0, 30] == pytest.approx(long)
    for ahead in (1, 5):
        kept_share = 0.8**ahead
        assert fitted.ratio(ahead)[0, 0, 30] == pytest.approx(0.9**kept_share * long ** (1 - kept_share))
    # survival of the old is that of recent years: progress is what it fades with
    assert fitted.ratio(50)[0, 0, 61:] == pytest.approx(np.full(AGES - 61, 0.9))
    assert fitted.ratio(50)[0, 0, 60] == pytest.approx(long, rel=1e-3)


@pytest.mark.parametrize("ahead", [1, 10])
def test_survival_improves_from_61_on(ahead: int) -> None:
    # the hazard -log 0.9 falls by 1.5 % a year; the ratio of three years describes their middle, a year and a half ago
    fitted = dataclasses.replace(PLAIN, progress=0.015).fit(kept(*[0.9] * 3))
    found = fitted.ratio(ahead)[0, 0]
    assert found[1:61] == pytest.approx(np.full(60, 0.9))
    left = np.exp(-0.015 * (ahead - 0.5 + 1.5))
    assert found[61:96] == pytest.approx(np.full(35, 0.9**left))
    # slower at the very end of life
    assert found[96:101] == pytest.approx(np.full(5, 0.9 ** np.exp(-0.7 * 0.015 * (ahead + 1))))
    assert found[101:] == pytest.approx(np.full(10, 0.9 ** np.exp(-0.35 * 0.015 * (ahead + 1))))


def test_groups_of_five_years_improve_from_65_on() -> None:
    people = [np.full((1, 1, 18), size) for size in (100.0, 80.0)]
    people[1][..., -1] = 160.0
    history = History(tuple(Population(("a",), year, part, 5) for year, part in zip((2015, 2020), people, strict=True)))
    found = dataclasses.replace(PLAIN, progress=0.015).fit(history).ratio(5)[0, 0]
    assert found[1:13] == pytest.approx(np.full(12, 0.8))
    assert found[13:17] == pytest.approx(np.full(4, 0.8 ** np.exp(-0.015 * 5)))


def test_nobody_who_arrives_is_taken_for_survival() -> None:
    # a ratio above 1 has no hazard that could vanish
    fitted = dataclasses.replace(PLAIN, progress=0.015).fit(kept(*[1.05] * 3))
    assert fitted.ratio(8)[0, 0, 61:] == pytest.approx(np.full(AGES - 61, 1.05))


@given(st.floats(0.85, 1.0), st.floats(0.0, 0.05), st.integers(1, 20))
def test_more_progress_is_more_survival_and_never_above_everybody(ratio: float, progress: float, ahead: int) -> None:
    history = kept(ratio, ratio)
    plain, faster = (dataclasses.replace(PLAIN, progress=pace).fit(history) for pace in (progress, progress + 0.01))
    low, high = (fitted.ratio(ahead)[..., 61:] for fitted in (plain, faster))
    assert (high >= low * (1 - 1e-12)).all()
    assert (high <= 1.0 + 1e-9).all()


def test_one_step_by_hand() -> None:
    history = kept(0.9, 0.9)
    fitted = PLAIN.fit(history)
    now, after = history.launch.people[0, 0], fitted.predict(range(2021, 2022)).at(2021)[0, 0]
    assert after[1:-1] == pytest.approx(0.9 * now[:-2])
    assert after[-1] == pytest.approx(0.9 * (now[-2] + now[-1]))
    # a twentieth fewer parents, or so: half of that fewer children
    kernel = parents(history.launch)
    fewer = (after * kernel).sum() / (now * kernel).sum()
    assert after[0] == pytest.approx(100.0 * fewer**0.5)


def test_moves_are_those_of_the_last_year_and_survival_that_of_three() -> None:
    history = kept(0.9, 0.8, 0.7)
    found = PLAIN.fit(history).recent[0, 0]
    assert found[30] == pytest.approx(0.7)
    before, after = (
        sum(stock.people[0, 0, age] for stock in part)
        for part, age in ((history.stocks[:-1], 69), (history.stocks[1:], 70))
    )
    assert found[70] == pytest.approx(after / before)


def grouped(*sizes: tuple[float, float]) -> History:
    """Two areas of one sex at 2010, 2015 .., so many people in each group of five years."""
    stocks = []
    for place, pair in enumerate(sizes):
        people = np.repeat(np.array(pair)[:, None, None], 18, axis=2)
        stocks.append(Population(("a", "b"), 2010 + 5 * place, people, 5))
    return History(tuple(stocks))


def test_the_last_ratio_of_an_area_is_pulled_to_its_record_at_all_areas_level() -> None:
    # a: 100, 80, 80 and b: 300, 300, 330. Records 160 / 180 and 630 / 600 by 790 / 780 of both, which are now 410 / 380
    history = grouped((100.0, 300.0), (80.0, 300.0), (80.0, 330.0))
    level = (410 / 380) / (790 / 780)
    for record, size in ((0.0, 0.0), (50.0, 50.0), (1e12, 1e12)):
        found = dataclasses.replace(PLAIN, record=record).fit(history).recent[:, 0, 6]
        wanted = [(80 + size * 160 / 180 * level) / (80 + size), (330 + size * 630 / 600 * level) / (300 + size)]
        assert found == pytest.approx(wanted)
    assert dataclasses.replace(PLAIN, record=50.0).fit(history).long[:, 0, 6] == pytest.approx([160 / 180, 630 / 600])


# ------------------------------------------------------------------------------------------------------------- growth
def grown(*areas: float, rates: tuple[float, ...]) -> History:
    """Areas that had the same people of every age up to 60 for six years, growing at the given yearly logs."""
    shape = np.where(np.arange(AGES) <= 60, 1.0, 0.0)
    sizes = np.array(areas)[:, None] * np.exp(np.array(rates)[:, None] * np.arange(-5, 1))
    return History(
        tuple(
            Population(tuple("abc"[: len(areas)]), 2015 + place, sizes[:, place, None, None] * shape[None, None])
            for place in range(6)
        )
    )


def test_an_area_grows_as_it_did_if_nothing_else_counts() -> None:
    history = grown(100.0, rates=(0.02,))
    total = (
        dataclasses.replace(PLAIN, anchor=1.0, crowd=0.0).fit(history).predict(range(2021, 2024)).people.sum((1, 2, 3))
    )
    assert total == pytest.approx(6100.0 * np.exp(0.02 * np.arange(4)))


def test_growth_beyond_that_of_all_fades() -> None:
    # equal areas at 0 and 4 %: all grew by the log of the mean, backwards in time, of their sizes a year ago
    history = grown(100.0, 100.0, rates=(0.0, 0.04))
    shared = -np.log((1 + np.exp(-0.04)) / 2)
    fitted = dataclasses.replace(PLAIN, anchor=1.0, crowd=0.0, lasting=0.81).fit(history)
    total = fitted.predict(range(2021, 2023)).people.sum((2, 3))
    own = np.array([0.0, 0.04]) - shared
    assert np.log(total[1] / total[0]) == pytest.approx(shared + 0.9 * own)
    assert np.log(total[2] / total[1]) == pytest.approx(shared + 0.9 * 0.81 * own)


def test_growth_counts_by_half_in_an_area_of_that_many_people() -> None:
    history = grown(100.0, rates=(0.02,))
    plain = PLAIN.fit(history).predict(range(2021, 2022)).people[1].sum()
    grows = 6100.0 * np.exp(0.02)
    for crowd, weight in ((0.0, 0.8), (6100.0, 0.4), (3 * 6100.0, 0.2)):
        found = dataclasses.replace(PLAIN, anchor=0.8, crowd=crowd).fit(history).predict(range(2021, 2022)).people[1]
        assert found.sum() == pytest.approx(plain ** (1 - weight) * grows**weight)


def test_those_who_move_make_the_difference() -> None:
    history = grown(100.0, rates=(-0.03,))
    plain, tied = (
        dataclasses.replace(PLAIN, anchor=anchor, crowd=0.0).fit(history).predict(range(2021, 2022)).people[1, 0, 0]
        for anchor in (0.0, 1.0)
    )
    moving = mobile(history.launch)[0]
    there = plain > 0
    left = (tied[there] / plain[there] - 1.0) / moving[there]
    assert left == pytest.approx(np.full(len(left), left[0]))
    assert abs(tied[25] / plain[25] - 1.0) > 3 * abs(tied[60] / plain[60] - 1.0)


def test_nobody_moves_where_nobody_lives() -> None:
    history = grown(100.0, 0.0, rates=(0.02, 0.0))
    people = dataclasses.replace(PLAIN, anchor=1.0, children=1.0).fit(history).predict(range(2021, 2026)).people
    assert (people[:, 1] == 0).all()
    assert np.isfinite(people).all()


@given(st.floats(0.0, 1.0), st.floats(-0.1, 0.1))
def test_trajectories_without_shocks_hold_the_moves_too(anchor: float, rate: float) -> None:
    fitted = dataclasses.replace(PLAIN, anchor=anchor, crowd=0.0).fit(grown(100.0, 50.0, rates=(rate, 0.0)))
    years = range(2021, 2025)
    found = fitted.sample(years, Draws(1, range(1), "parent"), 0.0)
    for area in range(2):
        assert found.people(area)[..., 0] == pytest.approx(fitted.predict(years).people[:, area], rel=1e-9, abs=1e-9)


# -------------------------------------------------------------------------------------------------------------- noise
def test_the_past_adapts_the_noise_if_it_may() -> None:
    restless = kept(*[0.8, 1.1] * 5)
    assert PLAIN.fit(restless).noise is TYPICAL
    assert dataclasses.replace(PLAIN, adapts=True).fit(restless).noise.moves.shared.sd > TYPICAL.moves.shared.sd


# ----------------------------------------------------------------------------------------------------- real areas
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("finland-regions", {("3-5", 5): 2.52, ("65+", 5): 0.75, ("all", 10): 2.06}),
        ("norway-municipalities", {("80+", 10): 2.95, ("all", 10): 4.21}),
    ],
)
def test_errors_in_real_areas(backtest: Path, name: str, wanted: dict[tuple[str, int], float]) -> None:
    panel = people_panel(backtest / name)
    assert panel is not None
    rolled = roll(panel, {"it": ByCohort(CohortRatio())})
    for (group, horizon), wape in wanted.items():
        at = (slice(None), rolled.horizons.index(horizon), rolled.groups.index(group))
        found = point_scores(rolled.forecasts["it"][at], rolled.actual[at])["wape"]
        assert found == pytest.approx(wape, abs=0.02), (group, horizon)
