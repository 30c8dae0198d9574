from __future__ import annotations

import time
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels import paths_numba
from forecast.kernels.paths import Cells, Course, Shocks, Sums, blocks, cells, sums
from forecast.kernels.philox import key_of, normals
from forecast.kernels.shocks import autocorrelated
from forecast.kernels.step import project

GROUPS = ((0, 2), (1, 4), (3, 7), (0, 7))


def course(seed: int, areas: int = 2, ages: int = 7, years: int = 4, sexes: int = 2, shared: int = 0) -> Course:
    """Made people and rates; the bits of ``shared`` leave single years, single areas, and both to mobility."""
    draw = np.random.default_rng(seed)
    t, a = 1 if shared & 1 else years, 1 if shared & 2 else areas
    survival = draw.uniform(0.3, 1.0, (t, a, sexes, ages))
    fertility = draw.uniform(0.0, 0.5, (t, a, ages)) * (draw.random(ages) < 0.7)
    return Course(
        start=draw.uniform(0, 100, (areas, sexes, ages)),
        survival=survival,
        dying=(1.0 - survival) * draw.uniform(0.5, 1.5, ages),
        growth=draw.uniform(0.8, 1.2, (t, a, sexes, ages)),
        mobile=draw.uniform(0.0, 2.0, (sexes, ages) if shared & 4 else (t, a, sexes, ages)),
        fertility=fertility,
        given=draw.uniform(0.0, 5.0, (years, a)),
        boys=draw.uniform(0.4, 0.6, t),
        chance=draw.uniform(0.0, 0.1, (t, a, sexes, ages)),
    )


def shocks(
    name: str = "a",
    draws: range = range(40),
    years: int = 4,
    sigma: float = 0.2,
    first: int = 0,
    of: Course | None = None,
) -> Shocks:
    """Shocks of an area; with ``of``, each of its cohorts has its luck too."""
    births, dying, moves = normals(key_of(3, name), draws, years, streams=3)
    luck = np.zeros((0, 0, 0))
    if of is not None:
        sexes = of.start.shape[1]
        luck = normals(key_of(3, f"{name} by chance"), draws, of.cohorts, streams=sexes)
    return Shocks(
        np.exp(autocorrelated(births, 0.7, sigma, first=first)),
        np.expm1(autocorrelated(dying, 0.7, sigma, first=first)),
        autocorrelated(moves, 0.7, sigma, first=first),
        luck,
    )


def calm(years: int, draws: int = 1) -> Shocks:
    return Shocks(np.ones((years, draws)), np.zeros((years, draws)), np.zeros((years, draws)))


def same(one: Cells | Sums, other: Cells | Sums) -> bool:
    names = [field.name for field in fields(one)]
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in names)


def deterministic(of: Course) -> tuple[Floats, Floats]:
    """People (year + 1, area, sex, age) and births (year, area) of the step without noise."""
    run = project(
        of.start,
        of.survival,
        of.fertility,
        of.boys[:, None],
        of.growth - 1.0,
        years=of.years,
        rates=True,
        exposure="survivors",
    )
    return run.people, run.newborns.sum(axis=-1)


def test_a_year_by_hand() -> None:
    # 100, 80, 60 men and women; 0.8 of the newborn live, 0.9 to age 1, 0.5 of the two oldest together.
    rates = np.tile([0.8, 0.9, 0.5], (1, 1, 2, 1))
    of = Course(
        np.tile([100.0, 80.0, 60.0], (1, 2, 1)),
        survival=rates,
        dying=1.0 - rates,
        growth=np.full((1, 1, 2, 3), 1.1),
        mobile=np.tile([0.0, 1.0, 2.0], (2, 1)),
        fertility=np.array([[[9.0, 0.2, 9.0]]]),
        given=np.array([[3.0]]),
        boys=np.array([0.25]),
    )
    noise = Shocks(np.array([[1.0, 2.0, 1.0, 1.0]]), np.array([[0, 0, 0.5, 0]]), np.array([[0, 0, 0, -0.1]]))
    year = cells(of, 0, noise, events=True)
    # Women of age 1: mean of 80 and 90, of 80 and 85 where half as many again die; 3 births come from outside.
    assert year.births[0] == pytest.approx([20.0, 40.0, 19.5, 20.0])
    assert year.by_mother[0, :, 1] == pytest.approx([0.0, 34.0, 0.0])
    assert year.people[1, 0, :, 0] == pytest.approx([5 * 0.8 * 1.1, 90 * 1.1, 70 * 1.1])
    assert year.people[1, 1, :, 1] == pytest.approx([30 * 0.8 * 1.1, 90 * 1.1, 70 * 1.1])
    assert year.people[1, 1, :, 2] == pytest.approx([14.625 * 0.7 * 1.1, 85 * 1.1, 140 * 0.25 * 1.1])
    assert year.people[1, 0, :, 3] == pytest.approx([5 * 0.8 * 1.1, 90 * 1.0, 70 * 0.9])
    assert year.deaths[0, 1, :, 2] == pytest.approx([14.625 * 0.3, 15.0, 105.0])
    assert year.migrants[0, 0, :, 3] == pytest.approx([0.4, 0.0, -7.0])
    assert sums(of, 0, noise, [(1, 3)]).groups[0, :, 0] == pytest.approx([280.0, 352.0])


def test_noise_cannot_take_more_than_there_are() -> None:
    of = course(1)
    wild = replace(calm(4, 2), dying=np.full((4, 2), 50.0), moves=np.full((4, 2), -50.0))
    assert (cells(of, 0, wild).people >= 0).all()


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_without_noise_it_is_the_step(seed: int, shared: int) -> None:
    of = course(seed, shared=shared)
    quiet = replace(of, given=np.zeros_like(of.given))
    people, births = deterministic(quiet)
    for area in range(2):
        run = cells(quiet, area, calm(4, 3))
        assert run.people[..., 2] == pytest.approx(people[:, area], rel=1e-12)
        assert run.births[:, 1] == pytest.approx(births[:, area], rel=1e-12)


def test_one_sex_together_bears_as_women_do() -> None:
    of = course(5, sexes=1)
    two = {
        name: getattr(of, name).repeat(2, axis=-2)
        for name in ("start", "survival", "dying", "growth", "mobile", "chance")
    }
    alone = cells(of, 1, shocks())
    both = cells(replace(of, **two, boys=np.zeros(4)), 1, shocks())
    assert alone.births.tobytes() == both.births.tobytes()
    assert (alone.people[:, 0] == both.people[:, 1]).all()


def test_luck_stays_with_its_cohort() -> None:
    # One sex, three cells, two years, nobody dies or bears; 10 % more or less growth for one unit of luck.
    of = Course(
        start=np.array([[[100.0, 200.0, 0.0]]]),
        survival=np.ones((1, 1, 1, 3)),
        dying=np.zeros((1, 1, 1, 3)),
        growth=np.ones((1, 1, 1, 3)),
        mobile=np.zeros((1, 3)),
        fertility=np.zeros((1, 1, 3)),
        given=np.full((2, 1), 50.0),
        boys=np.ones(1),
        chance=np.full((1, 1, 1, 3), 0.1),
    )
    assert of.cohorts == 5
    # The last born first: born in the second year, in the first, then the start's own cells from the youngest.
    luck = np.array([[[2.0], [1.0], [-1.0], [3.0], [0.0]]])
    calm_years = calm(2)
    found = cells(of, 0, replace(calm_years, luck=luck)).people[:, 0, :, 0]
    assert found[1] == pytest.approx([50 * 1.1, 100 * 0.9, 200 * 1.3])
    # In the open cell the two oldest go on together, with the luck of the younger of them.
    assert found[2] == pytest.approx([50 * 1.2, 55 * 1.1, (90 + 260) * 0.9])


def test_luck_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"luck of shape \(2, 3, 1\) is not \(2, 11, 1\)"):
        cells(course(1), 0, replace(calm(4), luck=np.zeros((2, 3, 1))))


@given(st.integers(0, 10_000), st.integers(0, 7), st.integers(1, 2), st.integers(2, 9), st.integers(1, 300))
def test_both_implementations_give_the_same_bits(seed: int, shared: int, sexes: int, ages: int, draws: int) -> None:
    of = course(seed, 3, ages, 2, sexes, shared)
    noise = shocks(draws=range(draws), years=2, of=of)
    groups = ((0, 1), (1, ages), (0, ages), (ages - 1, ages))
    for area in (0, 2):
        assert same(cells(of, area, noise, True), cells(of, area, noise, True, "numpy"))
        assert same(cells(of, area, noise), cells(of, area, noise, engine="numpy"))
        assert same(sums(of, area, noise, groups), sums(of, area, noise, groups, "numpy"))


def bearing_of(of: Course, area: int, noise: Shocks, first: int, end: int) -> Shocks:
    """The same shocks with births per woman that are the course's own fertility, and its cells."""
    rates = np.broadcast_to(of.fertility, (of.years, of.fertility.shape[1], of.start.shape[2]))
    own = rates[:, min(area, rates.shape[1] - 1), None, first:end, None] * noise.births[:, None, None, :]
    return replace(noise, bearing=np.repeat(own, 2, axis=1), first=first)


@given(st.integers(0, 10_000), st.integers(0, 7), st.integers(1, 2))
def test_a_bearing_that_is_the_fertility_gives_the_same_people(seed: int, shared: int, sexes: int) -> None:
    of = course(seed, sexes=sexes, shared=shared)
    plain = shocks(of=of)
    own = bearing_of(of, 1, plain, 1, 6)
    one, other = cells(of, 1, plain, events=True), cells(of, 1, own, events=True)
    for field in fields(one):
        np.testing.assert_allclose(
            getattr(other, field.name), getattr(one, field.name), 1e-12, 1e-11, err_msg=field.name
        )
    np.testing.assert_allclose(sums(of, 1, own, GROUPS).groups, sums(of, 1, plain, GROUPS).groups, rtol=1e-12)
    np.testing.assert_allclose(sums(of, 1, own, GROUPS).births, one.births, rtol=1e-12)


@given(st.integers(0, 10_000), st.integers(0, 7), st.integers(1, 2), st.integers(3, 9), st.integers(1, 300))
def test_both_implementations_give_the_same_bits_with_a_bearing(
    seed: int, shared: int, sexes: int, ages: int, draws: int
) -> None:
    of = course(seed, 3, ages, 2, sexes, shared)
    born = np.random.default_rng(seed).uniform(0.0, 0.5, (2, 2, ages - 2, draws))
    noise = replace(shocks(draws=range(draws), years=2, of=of), bearing=born)
    for area in (0, 2):
        assert same(cells(of, area, noise, True), cells(of, area, noise, True, "numpy"))
        assert same(sums(of, area, noise, ((0, 1), (0, ages))), sums(of, area, noise, ((0, 1), (0, ages)), "numpy"))


def test_births_at_the_start_and_at_the_end_by_hand() -> None:
    # 100, 80, 60 and 40 women; half live on; those of the second cell bear 0.2 at the start and 0.6 at the end
    half = np.full((1, 1, 1, 4), 0.5)
    flat = np.ones((1, 1, 1, 4))
    of = Course(
        np.array([[[100.0, 80.0, 60.0, 40.0]]]),
        half,
        half,
        flat,
        0 * flat[0, 0],
        flat[0],
        np.full((1, 1), 3.0),
        flat[0, 0, 0, :1],
    )
    noise = Shocks(
        np.array([[2.0, 1.0]]),
        np.zeros((1, 2)),
        np.zeros((1, 2)),
        bearing=np.array([[[[0.2, 0.2]], [[0.6, 0.0]]]]),
        first=2,
    )
    found = cells(of, 0, noise, events=True)
    # half of 0.2 x 60 and half of 0.6 x 40 who live to that age; births given are multiplied, these are not
    assert found.births[0] == pytest.approx([6.0 + 12.0 + 3.0 * 2.0, 6.0 + 3.0])
    assert found.by_mother[0, :, 0] == pytest.approx([0.0, 0.0, 18.0, 0.0])
    assert found.people[1, 0, :, 0] == pytest.approx([12.0, 50.0, 40.0, 50.0])


@given(st.integers(0, 10_000), st.integers(1, 99))
def test_any_part_of_the_draws_gives_the_same_bytes_with_a_bearing(seed: int, cut: int) -> None:
    of = course(seed)
    born = np.random.default_rng(seed).uniform(0.0, 0.5, (4, 2, 3, 100))

    def run(part: range) -> Cells:
        return cells(of, 0, replace(shocks(draws=part), bearing=born[..., part.start : part.stop], first=2), True)

    parts, whole = [run(part) for part in (range(cut), range(cut, 100))], run(range(100))
    for field in fields(whole):
        together = np.concatenate([getattr(part, field.name) for part in parts], axis=-1)
        assert together.tobytes() == getattr(whole, field.name).tobytes(), field.name


def test_a_bearing_that_does_not_fit_is_refused() -> None:
    of = course(1)
    for shape in ((3, 2, 5, 1), (4, 1, 5, 1), (4, 2, 5, 2)):
        with pytest.raises(ValueError, match=r"bearing of shape .* is not \(4, 2, cells, 1\)"):
            replace(calm(4), bearing=np.zeros(shape))
    # neither the first nor the last of seven cells has women who bear
    for first, count in ((0, 3), (1, 6), (5, 2)):
        with pytest.raises(ValueError, match="hold the first or the last cell"):
            cells(of, 0, replace(calm(4), bearing=np.zeros((4, 2, count, 1)), first=first))


@pytest.mark.parametrize("value", [-0.1, np.nan, np.inf])
def test_a_bearing_that_cannot_be_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="bearing"):
        replace(calm(4), bearing=np.full((4, 2, 5, 1), value))


def test_sums_are_the_sums_of_the_cells() -> None:
    of = course(7)
    noise = shocks(of=of)
    stored, kept = cells(of, 1, noise), sums(of, 1, noise, GROUPS)
    assert kept.births.tobytes() == stored.births.tobytes()
    for group, (low, high) in enumerate(GROUPS):
        assert kept.groups[group] == pytest.approx(stored.people[:, :, low:high].sum(axis=(1, 2)), rel=1e-13)


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_every_trajectory_balances(seed: int, shared: int) -> None:
    of = course(seed, shared=shared)
    run = cells(of, 0, shocks(), events=True)
    boys = np.broadcast_to(of.boys, of.years)[:, None] * run.births
    aged = np.concatenate([np.stack([boys, run.births - boys], 1)[:, :, None], run.people[:-1, :, :-1]], axis=2)
    aged[:, :, -1] += run.people[:-1, :, -1]
    assert run.people[1:] == pytest.approx(aged - run.deaths + run.migrants, rel=1e-12, abs=1e-10)


def test_births_by_mother_and_those_given_are_all() -> None:
    of, noise = course(9), shocks()
    run = cells(of, 1, noise, events=True)
    assert run.by_mother.sum(axis=1) + of.given[:, 1, None] * noise.births == pytest.approx(run.births)
    assert (run.by_mother[:, [0, -1]] == 0).all()


@given(st.integers(0, 10_000), st.integers(1, 299))
def test_any_part_of_the_draws_gives_the_same_bytes(seed: int, cut: int) -> None:
    of = course(seed)
    parts = [sums(of, 0, shocks(draws=part), GROUPS) for part in (range(cut), range(cut, 300))]
    whole = sums(of, 0, shocks(draws=range(300)), GROUPS)
    assert np.concatenate([part.groups for part in parts], axis=-1).tobytes() == whole.groups.tobytes()
    assert np.concatenate([part.births for part in parts], axis=-1).tobytes() == whole.births.tobytes()


def test_the_width_of_a_lane_changes_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    of, draws = course(3), range(100)
    one = sums(of, 0, shocks(draws=draws), GROUPS)
    monkeypatch.setattr(paths_numba, "sums", paths_numba._sums)  # interpreted, so that it reads the width anew
    monkeypatch.setattr(paths_numba, "LANE", 16)
    assert same(one, sums(of, 0, shocks(draws=draws), GROUPS))


@given(st.integers(0, 10_000))
def test_another_area_changes_nothing_elsewhere(seed: int) -> None:
    three = course(seed, areas=3)
    names = ("survival", "dying", "growth", "mobile", "fertility", "given", "chance")
    fewer = {name: getattr(three, name)[:, 1:] for name in names}
    two = replace(three, start=three.start[1:], **fewer)
    for area in (1, 2):
        noise = shocks(str(area), of=three)
        assert same(sums(three, area, noise, GROUPS), sums(two, area - 1, noise, GROUPS))


@given(st.integers(0, 10_000), st.floats(0.01, 0.3), st.floats(1.1, 2.0))
def test_more_noise_on_births_spreads_births_and_children_more(seed: int, sigma: float, more: float) -> None:
    of = course(seed)
    spread = []
    for size in (sigma, sigma * more):
        noise = replace(calm(4, 40), births=shocks(sigma=size).births)
        run = sums(of, 0, noise, [(0, 1)])
        spread.append(np.concatenate([run.groups[0, 1:].std(axis=-1), run.births.std(axis=-1)]))
    assert (spread[1] > spread[0]).all()


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_children_born_before_the_first_noisy_step_are_certain(seed: int, first: int) -> None:
    noise = replace(calm(4, 40), births=shocks(first=first).births)
    people = cells(course(seed, ages=9), 0, noise).people
    assert (np.ptp(people[: first + 1], axis=-1) == 0).all()
    for year in range(first + 1, 5):
        # Cell x of the year t was born in the step t - x; the noise starts in step first + 1.
        assert (np.ptp(people[year, :, year - first :], axis=-1) == 0).all()
        assert (np.ptp(people[year, :, : year - first], axis=-1) > 0).all()


def test_shared_axes_are_not_copied() -> None:
    of = course(1, shared=3)
    again = replace(of, start=of.start * 2)
    assert np.shares_memory(of.survival, again.survival)
    assert not again.survival.flags.writeable


def test_blocks_keep_the_order_of_the_jobs() -> None:
    def slow(job: int) -> int:
        time.sleep(0.002 * (job % 3))
        return job * job

    for threads in (1, 2, 5):
        assert list(blocks(range(20), slow, threads)) == [job * job for job in range(20)]


def test_threads_change_no_byte() -> None:
    of, noise = course(1, areas=6), [shocks(str(area)) for area in range(6)]
    runs = [list(blocks(range(6), lambda area: sums(of, area, noise[area], GROUPS), threads)) for threads in (1, 3)]
    assert all(same(one, other) for one, other in zip(*runs, strict=True))


def test_wrong_shapes_are_all_named() -> None:
    of = course(1)
    with pytest.raises(ValueError, match=r"survival of shape .* is not \(4 or 1, 2 or 1, 2, 7\); boys of shape"):
        replace(of, survival=of.survival[..., 1:], boys=np.ones(3))
    with pytest.raises(ValueError, match="mobile of shape"):
        replace(of, mobile=np.ones((3, 7)))
    with pytest.raises(ValueError, match="mobile of shape"):
        replace(of, mobile=np.ones(7))
    with pytest.raises(ValueError, match="start of shape"):
        replace(of, start=np.ones((2, 3, 7)))
    with pytest.raises(ValueError, match="given of shape"):
        replace(of, given=np.ones(4))
    with pytest.raises(ValueError, match="not of one shape"):
        Shocks(np.ones((4, 2)), np.zeros((4, 3)), np.zeros((4, 2)))


def test_what_cannot_be_is_refused() -> None:
    of = course(1)
    with pytest.raises(ValueError, match="above 0"):
        replace(calm(4), births=np.zeros((4, 1)))
    with pytest.raises(ValueError, match="area 2 is not one of 2"):
        cells(of, 2, calm(4))
    with pytest.raises(ValueError, match=r"not \(4, 1 or more draws\)"):
        sums(of, 0, calm(5), GROUPS)
    with pytest.raises(ValueError, match="ranges of 7 cells"):
        sums(of, 0, calm(4), [(0, 8)])
    with pytest.raises(ValueError, match="no groups"):
        sums(of, 0, calm(4), [])
