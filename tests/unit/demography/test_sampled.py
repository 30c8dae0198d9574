from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.axes import AGES, FEMALE, Floats
from forecast.demography.cohort import CohortComponent, FittedCohort
from forecast.demography.engine import History
from forecast.demography.noise import TYPICAL, Draws, Noise, Onset, Stream, Wave
from forecast.demography.parity import BEARING, Parity
from forecast.demography.parity_engine import ParityProgression
from forecast.demography.parity_start import WINDOW
from forecast.demography.policy import Effect
from forecast.demography.sampled import UNKNOWN, Sampled, Walk, Walked
from forecast.kernels.parity import ORDERS, Apart, progress
from forecast.kernels.paths import Cells, Course

Made = Callable[..., History]
STILL = Stream(Wave(0.0, 0.0), Wave(0.0, 0.0))
BIRTHS_ALONE = dataclasses.replace(TYPICAL, deaths=STILL, moves=STILL, chance=0.0, pace=0.0)
YEARS = range(2021, 2027)
CELLS = 4


def course(steps: int) -> Course:
    """Two areas of one sex, 100 people a cell and 100 births a step; nobody dies or moves."""
    flat = np.ones((1, 1, 1, CELLS))
    start = np.full((2, 1, CELLS), 100.0)
    return Course(
        start, flat, 0 * flat, flat, flat[0, 0], np.zeros((1, 1, CELLS)), np.full((steps, 2), 100.0), np.ones(1)
    )


def sampled(noise: Noise, born: int = 0) -> Sampled:
    """Three steps, the births of so many of them on record."""
    return Sampled(("a", "b"), range(2020, 2024), course(3), noise, Draws(1, range(8), "all"), Onset(births=born))


# ------------------------------------------------------------------------------------------------------------ cohorts
def test_children_who_are_born_carry_no_noise_of_births() -> None:
    people = sampled(BIRTHS_ALONE, born=2).people(0)
    # born in the first two steps or before: as many in every trajectory; born in the third: not
    spread = np.ptp(people, axis=-1)
    assert (spread[:3] == 0).all()
    assert (spread[3, 0, 1:] == 0).all()
    assert spread[3, 0, 0] > 0.5


def test_births_on_record_of_the_engine_do_not_stray(made: Made) -> None:
    known = made(2, 6, births={2021: 900.0, 2022: 950.0})
    assert known.components is not None
    known = dataclasses.replace(known, components=dataclasses.replace(known.components, born_until=2023))
    people = CohortComponent(noise=BIRTHS_ALONE).fit(known).sample(YEARS, Draws(1, range(16), "all")).people(1)
    spread = np.ptp(people, axis=-1)
    # three years of birth are on record: in 2026 those of three to five, and everybody older
    assert (spread[:4] == 0).all()
    assert (spread[6, :, 3:] == 0).all()
    assert (spread[6, :, :3] > 0).all()


def test_whoever_is_apart_is_added_to_every_trajectory() -> None:
    apart = np.zeros((4, 2, 1, CELLS))
    apart[:, 1, 0, 2] = [1.0, 2.0, 3.0, 4.0]
    alone = sampled(TYPICAL)
    both = dataclasses.replace(alone, apart=apart)
    extra = both.people(1) - alone.people(1)
    assert extra[:, 0, 2] == pytest.approx(np.repeat([[1.0], [2.0], [3.0], [4.0]], 8, axis=1))
    assert both.people(0).tobytes() == alone.people(0).tobytes()
    groups = ((0, 2), (1, CELLS))
    assert both.sums(1, groups)[0] == pytest.approx(alone.sums(1, groups)[0])
    assert both.sums(1, groups)[1] - alone.sums(1, groups)[1] == pytest.approx(extra[:, 0, 2])


def test_events_balance_the_people() -> None:
    found = sampled(TYPICAL).cells(0, events=True)
    before, after = found.people[:-1].sum(axis=(1, 2)), found.people[1:].sum(axis=(1, 2))
    moved = found.births - found.deaths.sum(axis=(1, 2)) + found.migrants.sum(axis=(1, 2))
    assert after - before == pytest.approx(moved)


def test_what_areas_share_is_drawn_once() -> None:
    found = sampled(dataclasses.replace(TYPICAL, births=Stream(Wave(0.1, 0.5), Wave(0.0, 0.0))))
    assert found.shared is found.shared
    assert np.array_equal(found.shocks(0).births, found.shocks(1).births)
    assert not np.array_equal(found.shocks(0).moves, found.shocks(1).moves)


# ----------------------------------------------------------------------------------------------------------- by parity
HERE = range(2021, 2026)
POLICIES = (
    Effect("third", (False, False, True), 0.3, (0.1, 0.1), 2023, 1, 2.0, 0.1, since=2023),
    Effect("all", (True, True, True), 0.05, (0.05, 0.05), 2023, 2, 1e9, since=2023),
)


def lived(rates: Floats) -> Floats:
    """Women who have lived at the rates (order, cell) all their life, as shares (parity, cell)."""
    cells = rates.shape[1]
    start = np.zeros((4, cells, 1))
    start[0] = 1.0
    years = np.repeat(rates[None, ..., None], cells, axis=0)
    return np.asarray(progress(start, years, np.ones((cells, ORDERS, 1))).shares[-1, ..., 0])


def parity(areas: int, spread: tuple[float, float, float] = (0.0, 0.3, 0.5), policies: bool = True) -> Parity:
    """Births of an order at 20-39 to women who could bear it; two policies, and little known of the orders."""
    age = np.array(WINDOW)
    rates = np.where((age >= 20) & (age < 40), 1.0, 0.0) * np.array([[0.1], [0.06], [0.03]])
    return Parity(
        np.repeat(lived(rates)[None], areas, axis=0),
        np.repeat(rates[None, ..., None], len(HERE), axis=0),
        np.stack([np.ones(areas), np.linspace(0.6, 1.0, areas), np.linspace(0.5, 1.2, areas)], axis=1),
        np.ones((len(HERE), ORDERS)),
        POLICIES if policies else (),
        np.array(spread),
    )


def fitted(made: Made, known: Parity, noise: Noise = TYPICAL) -> FittedCohort:
    """Two areas, one of them with students; births on record to 2022."""
    students = np.zeros((6, 2, 2, AGES))
    students[:, 0, :, 18:23] = 50.0
    history = made(2, rate=0.01, fertility=1.0, students=students, births={2021: 1500.0, 2022: 1400.0})
    assert history.components is not None
    components = dataclasses.replace(history.components, parity=known, born_until=2022)
    return ParityProgression(noise=noise).fit(dataclasses.replace(history, components=components))


def drawn(made: Made, known: Parity, numbers: range = range(12), scale: float = 1.0) -> Sampled:
    return fitted(made, known).sample(HERE, Draws(1, numbers, "all"), scale)


def whole(found: Sampled, area: int) -> tuple[Cells, Apart]:
    kept, parts = found.whole(area)
    assert parts is not None
    return kept, parts


def test_without_doubt_births_by_order_are_the_forecast(made: Made) -> None:
    forecast, found = fitted(made, parity(2)).predict(HERE), drawn(made, parity(2), range(3), 0.0)
    for area in range(2):
        kept, parts = whole(found, area)
        for have, want in (
            (found.people(area), forecast.people[:, area]),
            (kept.births, forecast.accounts.births[:, area].sum(axis=-1)),
            (kept.by_mother, forecast.accounts.births[:, area]),
            (parts.births, forecast.by_order.births[:, area]),
            (parts.exposed, forecast.by_order.exposed[:, area]),
            (parts.women, forecast.by_order.women[:, area]),
        ):
            np.testing.assert_allclose(have, np.repeat(want[..., None], 3, axis=-1), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("cut", [1, 5, 11])
def test_any_part_of_the_trajectories_gives_the_same_bytes_by_order(made: Made, cut: int) -> None:
    all_of_them = whole(drawn(made, parity(2)), 1)
    parts = [whole(drawn(made, parity(2), numbers), 1) for numbers in (range(cut), range(cut, 12))]
    for kind in range(2):
        for field in dataclasses.fields(all_of_them[kind]):
            together = np.concatenate([getattr(part[kind], field.name) for part in parts], axis=-1)
            assert together.tobytes() == getattr(all_of_them[kind], field.name).tobytes(), field.name


@pytest.mark.parametrize("area", [0, 1])
def test_on_every_trajectory_orders_and_numbers_of_children_sum_up(made: Made, area: int) -> None:
    kept, parts = whole(drawn(made, parity(2)), area)
    np.testing.assert_allclose(parts.births.sum(axis=1), kept.by_mother[:, BEARING], rtol=1e-12)
    np.testing.assert_allclose(kept.by_mother.sum(axis=1), kept.births, rtol=1e-12)
    np.testing.assert_allclose(parts.women.sum(axis=1), kept.people[:, FEMALE, BEARING], rtol=1e-12)
    assert (parts.births >= 0.0).all()
    assert (parts.women >= 0.0).all()
    assert (np.ptp(parts.births[-1].sum(axis=1), axis=-1) > 0.0).any()


def test_groups_are_those_of_the_cells_by_parity(made: Made) -> None:
    found = drawn(made, parity(2))
    both = found.people(0).sum(axis=1)
    groups = ((0, 3), (15, 50), (0, AGES))
    for (low, high), have in zip(groups, found.sums(0, groups), strict=True):
        np.testing.assert_allclose(have, both[:, low:high].sum(axis=1), rtol=1e-12)


def test_births_on_record_carry_no_noise_in_total(made: Made) -> None:
    forecast, found = fitted(made, parity(2)).predict(HERE), drawn(made, parity(2))
    for area in range(2):
        kept, parts = whole(found, area)
        assert (np.ptp(kept.births[:2], axis=-1) == 0.0).all()
        assert (np.ptp(kept.births[2:], axis=-1) > 0.0).all()
        np.testing.assert_allclose(kept.births[:2, 0], forecast.accounts.births[:2, area].sum(axis=-1), rtol=1e-12)
        np.testing.assert_allclose(kept.by_mother[:2, :, 0], forecast.accounts.births[:2, area], rtol=1e-12)
        # in which order they came is not on record
        assert (np.ptp(parts.births[0].sum(axis=1), axis=-1) > 0.0).any()
        np.testing.assert_allclose(parts.births[:2].sum(axis=1), kept.by_mother[:2, BEARING], rtol=1e-12)


def test_policies_are_as_strong_in_all_areas_of_a_trajectory(made: Made) -> None:
    # no shock but how strong policies are: what one area gains beyond others on a trajectory hangs on its women alone
    known = parity(2, (0.0, 0.0, 0.0))
    engine = fitted(made, known, TYPICAL.times(0.0))
    draws = Draws(1, range(40), "all")
    found = engine.sample(HERE, draws)
    assert found.acts is found.acts
    by_area = [whole(found, area)[1].births.sum(axis=2) for area in range(2)]
    plain = [
        whole(fitted(made, parity(2, (0.0, 0.0, 0.0), policies=False), TYPICAL.times(0.0)).sample(HERE, draws), area)[
            1
        ].births.sum(axis=2)
        for area in range(2)
    ]
    more = [births[2] / without[2] for births, without in zip(by_area, plain, strict=True)]
    assert np.ptp(more[0][2]) > 0.1
    # of first births the year's effect is the same factor, and of third ones the same on the way of the same draws
    np.testing.assert_allclose(more[0][0], more[1][0], rtol=1e-9)
    np.testing.assert_allclose(more[0][2], more[1][2], rtol=1e-9)
    wanted = (1.0 + 0.5 * POLICIES[1].drawn(draws)) * (1.0 + 0.5**0.0 * POLICIES[0].drawn(draws))
    np.testing.assert_allclose(more[0][2], wanted, rtol=1e-9)


def test_little_knowledge_of_the_orders_leaves_the_first_years_births(made: Made) -> None:
    # nothing on record, no shock: orders differ from trajectory to trajectory, all births of the first year do not
    history = made(2, fertility=1.0)
    assert history.components is not None
    components = dataclasses.replace(history.components, parity=parity(2, policies=False))
    engine = ParityProgression(noise=TYPICAL.times(0.0)).fit(dataclasses.replace(history, components=components))
    forecast, found = engine.predict(HERE), engine.sample(HERE, Draws(1, range(400), "all"))
    for area in range(2):
        kept, parts = whole(found, area)
        wanted = forecast.accounts.births[0, area].sum()
        np.testing.assert_allclose(kept.births[0], np.full(400, wanted), rtol=1e-9)
        orders = parts.births.sum(axis=2)
        assert (orders[0].std(axis=-1) > 0.01 * orders[0].mean(axis=-1)).all()
        # log odds of an order against first births, mirrored around the forecast less what keeps their mean
        odds = (
            np.log(orders[0] / orders[0, 0])
            - np.log(forecast.by_order.births[0, area].sum(axis=-1) / forecast.by_order.births[0, area, 0].sum())[
                :, None
            ]
        )
        odds += 0.5 * np.array([0.0, 0.3, 0.5])[:, None] ** 2
        np.testing.assert_allclose(odds[:, 0::2], -odds[:, 1::2], atol=1e-9)
        assert odds[1:].std(axis=-1) == pytest.approx([0.3, 0.5], rel=0.12)
        # later births stray, for women have had more or fewer children
        assert np.ptp(kept.births[-1]) > 0.0


def test_an_area_without_births_strays_nowhere(made: Made) -> None:
    # rates that are nought leave nobody to be taken apart by order
    known = parity(2)
    known = dataclasses.replace(known, tilt=known.tilt * np.array([[1.0], [0.0]]))
    kept, parts = whole(drawn(made, known), 1)
    assert (kept.births == 0.0).all()
    assert (parts.births == 0.0).all()
    assert np.isfinite(parts.women).all()


def test_an_engine_without_parity_takes_nothing_apart(made: Made) -> None:
    found = CohortComponent().fit(made(2)).sample(HERE, Draws(1, range(4), "all"))
    kept, parts = found.whole(0)
    assert parts is None
    assert found.acts is None
    assert kept.people.tobytes() == found.cells(0, events=True).people.tobytes()


# -------------------------------------------------------------------------------------------------------------- walks
def test_a_walk_by_hand() -> None:
    # two areas of the same size: news of +3 % and +1 %, then -1 % and -3 %: +-2 % in common, +-1 % of their own
    logs = np.array([[0.0, 0.0], [0.03, 0.01], [0.02, -0.02]])
    logs[2] = logs[1] + [-0.01, -0.03]
    walk = Walk.of(100.0 * np.exp(logs), np.array([2018.0, 2019.0, 2020.0]), np.zeros(2))
    assert (walk.shared, walk.own) == pytest.approx((0.02, 0.01), rel=0.02)


def test_news_of_ten_years_are_those_of_one_times_the_root() -> None:
    totals = np.array([[100.0], [100.0 * np.exp(0.2 + 0.05 * np.sqrt(10))]])
    walk = Walk.of(totals, np.array([2010.0, 2020.0]), np.array([0.02]))
    assert (walk.shared, walk.own) == pytest.approx((0.05, 0.0))


def test_areas_without_people_say_nothing() -> None:
    years = np.array([2018.0, 2019.0, 2020.0])
    totals = 100.0 * np.exp(np.array([[0.0], [0.03], [0.02]]))
    alone, beside = (
        Walk.of(cells, years, np.zeros(cells.shape[1])) for cells in (totals, np.hstack([totals, 0 * totals]))
    )
    assert (beside.shared, beside.own) == pytest.approx((alone.shared, alone.own))
    nobody = Walk.of(np.zeros((3, 2)), years, np.zeros(2))
    assert (nobody.shared, nobody.own) == (UNKNOWN, UNKNOWN)


def walked(draws: int, width: int = 1, scale: float = 1.0) -> Walked:
    years = range(2020, 2020 + 4 * width + 1, width)
    expected = np.full((5, 2, 1, CELLS), 100.0)
    return Walked(("a", "b"), years, expected, Walk(0.04, 0.03), Draws(1, range(draws), "all"), scale)


@pytest.mark.parametrize(("width", "scale"), [(1, 1.0), (5, 1.0), (1, 2.0)])
def test_the_variance_of_a_walk_grows_with_the_years(width: int, scale: float) -> None:
    # 0.04^2 + 0.03^2 = 0.05^2 a year
    logs = np.log(walked(20_000, width, scale).people(0)[:, 0, 0] / 100.0)
    years = width * np.arange(5)
    assert logs.std(axis=-1) == pytest.approx(scale * 0.05 * np.sqrt(years), rel=0.03)


def test_walks_leave_the_mean() -> None:
    found = walked(20_000)
    assert found.people(1).mean(axis=-1) == pytest.approx(found.expected[:, 1], rel=0.0005)


def test_walks_of_two_areas_have_a_part_in_common() -> None:
    found = walked(20_000)
    logs = [np.log(found.people(area)[-1, 0, 0]) for area in (0, 1)]
    assert np.corrcoef(*logs)[0, 1] == pytest.approx(0.0016 / 0.0025, abs=0.02)


def test_all_ages_walk_together() -> None:
    people = walked(6).people(0)
    assert np.array_equal(people[:, 0, 0], people[:, 0, CELLS - 1])
