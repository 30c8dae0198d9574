from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.axes import Floats
from forecast.errors import TooLittleHistory
from forecast.services.pupils.entry import Entrants
from forecast.services.pupils.progression import PUPIL_ENGINES, GradeProgression
from forecast.services.pupils.pupils import PupilEngine, Pupils, PupilsGrowth, PupilsNoChange

BARE = GradeProgression(
    recent=(1.0,),
    settled=(1.0,),
    give=0.0,
    entry_give=0.0,
    drift=0.0,
    prior=0.0,
    tolerance=np.inf,
    noise=0.0,
    trend=0.0,
    share=1,
)
"""The last cohort's ratio and nothing else."""

ENGINES = [pytest.param(engine(), id=name) for name, engine in PUPIL_ENGINES.items()]
COUNTS = st.floats(20.0, 500.0)


def made(*years: list[list[float]], births: list[list[float]] | None = None, lag: float = 1.0) -> Pupils:
    """School years from 2020 on, each a list of areas, each a list of grades; births from 2018 on."""
    pupils = np.array(years)
    areas = tuple(f"a{place}" for place in range(pupils.shape[1]))
    grades = tuple(f"g{place}" for place in range(pupils.shape[2]))
    return Pupils(areas, grades, 2020, pupils, None if births is None else np.array(births), 2018, lag)


TWO_AREAS = made(
    [[100.0, 100.0, 100.0], [50.0, 40.0, 20.0]],
    [[90.0, 110.0, 90.0], [40.0, 55.0, 40.0]],
    births=[[180.0, 100.0], [200.0, 100.0], [180.0, 80.0], [160.0, 120.0]],
)
"""Ratios: 1.1 and 0.9 in the first area, 1.1 and 1 in the second; 0.5 entrants a birth of the year before."""


def test_cohorts_take_the_last_ratios_and_entrants_follow_births() -> None:
    expected = [
        [[80.0, 99.0, 99.0], [60.0, 44.0, 55.0]],
        [[80.0, 88.0, 89.1], [60.0, 66.0, 44.0]],
    ]
    np.testing.assert_allclose(BARE.fit(TWO_AREAS).predict(2), expected)


def test_a_course_says_what_the_forecast_is_made_of() -> None:
    fitted = BARE.fit(TWO_AREAS)
    np.testing.assert_allclose(fitted.course(2).entry, [[160.0, 120.0], [160.0, 120.0]])
    np.testing.assert_allclose(fitted.course(2).ratios[1], [[0.5, 1.1, 0.9], [0.5, 1.1, 1.0]])
    assert fitted.course(3).unborn.tolist() == [False, True, True]


def test_the_entry_ratio_drifts_with_the_moves_of_the_youngest_grades() -> None:
    """Ratios of 1.02 and 1; births two years before; of three grades the middle one, of 102 and 100 pupils, counts."""
    rising, flat = [[100.0 * 1.02**grade for grade in range(4)], [100.0] * 4]
    years = [[rising, flat]] * 4
    births = [[200.0, 200.0]] * 8
    engine = dataclasses.replace(BARE, drift=0.25, damping=0.5)
    people = engine.fit(made(*years, births=births, lag=2.0)).predict(3)[:, :, 0]
    whole = np.log(1.02) * 102.0 / 202.0
    steps = np.array([1.0, 1.5, 1.75])
    np.testing.assert_allclose(people[:, 0], 100.0 * np.exp(0.25 * 2.0 * (np.log(1.02) - whole) * steps))
    np.testing.assert_allclose(people[:, 1], 100.0 * np.exp(-0.25 * 2.0 * whole * steps))


def test_a_base_known_into_the_future_is_used_as_it_is() -> None:
    """Children of entry age on 31 August of every year, two thirds and all of whom enter."""
    children = np.array([[90.0, 60.0], [96.0, 58.0], [99.0, 61.0], [120.0, 40.0], [60.0, 70.0], [30.0, 90.0]])
    years = [[[0.5 * row[0], 50.0], [1.0 * row[1], 60.0]] for row in children[:3]]
    fitted = GradeProgression().fit(made(*years, births=children.tolist(), lag=0.0))
    later = dataclasses.replace(fitted.history, births_first=2020)
    course = GradeProgression().fit(later).course(3)
    np.testing.assert_allclose(course.entry, children[3:])
    np.testing.assert_allclose(course.people[:, :, 0], children[3:] * [0.5, 1.0])
    assert not course.unborn.any()
    # beyond the last row they carry on, and are not known
    assert GradeProgression().fit(later).course(4).unborn.tolist() == [False, False, False, True]


def test_what_follows_a_launch_changes_nothing_before_it() -> None:
    children = np.array([[90.0], [96.0], [99.0], [120.0], [60.0]])
    history = Pupils(("a",), ("x", "y"), 2020, np.full((3, 1, 2), 50.0), children, 2020, 0.0)
    other = dataclasses.replace(history, births=children * [[1.0], [1.0], [1.0], [1.0], [2.0]])
    once, again = (GradeProgression().fit(item).predict(2)[:, 0, 0] for item in (history, other))
    assert once[0] == again[0]
    assert 2.0 * once[1] == pytest.approx(again[1])


def test_two_cohorts_weigh_two_to_one() -> None:
    pupils = made([[100.0, 100.0]], [[100.0, 90.0]], [[100.0, 96.0]])
    engine = GradeProgression(prior=0.0, tolerance=np.inf, fade=1.0)
    assert engine.fit(pupils).predict(1)[0, 0, 1] == pytest.approx(94.0)


def test_far_years_take_the_longer_window() -> None:
    pupils = made(*([[[100.0, 80.0]]] * 5), [[100.0, 100.0]], [[100.0, 100.0]])
    engine = GradeProgression(settled=(1.0,) * 6, tolerance=np.inf, fade=0.5)
    people = engine.fit(pupils).predict(8)[:, 0, 1]
    assert people[0] == pytest.approx(100.0)
    assert people[1] == pytest.approx(100.0 * (0.8**0.5 * 1.0) ** 0.0 * (520.0 / 600.0) ** 0.5)
    assert people[7] == pytest.approx(520.0 / 6.0, rel=0.01)


def test_births_beyond_the_last_year_carry_on_a_fading_trend() -> None:
    births = np.array([[100.0, 300.0], [110.0, 330.0]])
    entrants = Entrants(births, 2019, 0.0, span=1, share=1, trend=1.0, damping=0.5)
    steepest = np.exp(0.06)  # 10 % a year is cut
    np.testing.assert_allclose(entrants.base(2020), births[1])
    np.testing.assert_allclose(entrants.base(2021), births[1] * steepest**0.5)
    np.testing.assert_allclose(entrants.base(2022), births[1] * steepest**0.75)


def test_a_lag_between_two_years_mixes_their_births() -> None:
    births = np.array([[60.0], [120.0]])
    entrants = Entrants(births, 2019, 4.0 - 1.0 / 6.0, span=1, share=1, trend=0.0, damping=0.8)
    np.testing.assert_allclose(entrants.base(2023), [70.0])
    assert [entrants.unborn(year) for year in (2023, 2024, 2025)] == [False, False, True]


def test_a_cohort_larger_than_usual_falls_short() -> None:
    flat = [[100.0, 100.0, 100.0], [100.0, 100.0, 100.0]]
    wave = [[120.0, 100.0, 100.0], [100.0, 100.0, 100.0]]
    engine = GradeProgression(give=0.1, shared=1.0, prior=0.0)
    people = engine.fit(made(flat, flat, flat, wave)).predict(1)[0]
    usual = (100.0 + 100.0 + 120.0) / 3.0
    assert people[0, 1] == pytest.approx(120.0 * (120.0 / usual) ** -0.1)
    assert people[1, 1] == pytest.approx(100.0)


def test_one_odd_year_of_one_area_is_tamed() -> None:
    year = [[200.0, 200.0], [200.0, 200.0]]
    odd = [[200.0, 300.0], [200.0, 200.0]]
    pupils = made(year, year, year, year, odd)
    loose, tight = (GradeProgression(prior=0.0, tolerance=limit).fit(pupils).predict(1)[0] for limit in (np.inf, 0.05))
    assert loose[0, 1] == pytest.approx(200.0 * (2 * 1.5 + 1.0) / 3.0)
    assert tight[0, 1] == pytest.approx(200.0 * (2 * np.exp(0.05 + 2.0 / np.sqrt(200.0)) + 1.0) / 3.0)
    np.testing.assert_allclose(tight[1], 200.0)


def test_a_grade_without_feeder_is_an_entry_grade_of_its_own() -> None:
    """The first area has a senior stage only; all areas' last grade grows by a tenth."""
    year = [[0.0, 0.0, 90.0], [110.0, 110.0, 100.0], [110.0, 110.0, 100.0]]
    fitted = BARE.fit(made(year, year))
    people = fitted.predict(2)
    whole = (2 * 110.0 * 290.0 / 220.0) / 290.0
    np.testing.assert_allclose(people[0, 0], [0.0, 0.0, 90.0 * whole])
    np.testing.assert_allclose(fitted.course(2).arrivals[:, 0, 2], people[:, 0, 2])
    assert (fitted.course(2).ratios[:, 0, 2] == 0.0).all()


def test_a_system_whose_last_grade_has_no_feeder_keeps_it() -> None:
    pupils = made([[10.0, 0.0, 90.0]], [[10.0, 0.0, 90.0]])
    np.testing.assert_allclose(GradeProgression().fit(pupils).predict(3)[:, 0, 2], 90.0)


def test_entrants_of_an_area_without_births_are_arrivals() -> None:
    year = [[30.0, 30.0], [50.0, 50.0]]
    pupils = made(year, year, year, births=[[0.0, 100.0]] * 5)
    np.testing.assert_allclose(GradeProgression().fit(pupils).predict(4)[:, 0, 0], 30.0)


def test_a_missing_count_drops_out_and_does_not_spread() -> None:
    year = [[100.0, 90.0, 81.0], [100.0, 100.0, 100.0]]
    gap = [[100.0, np.nan, 81.0], [100.0, 100.0, 100.0]]
    engine = GradeProgression(prior=0.0)
    whole = engine.fit(made(year, year, year, year)).predict(3)
    for years in ((year, gap, year, year), (year, year, gap, year), (year, year, year, gap)):
        np.testing.assert_allclose(engine.fit(made(*years)).predict(3), whole)


def test_counts_that_never_were_known_are_none() -> None:
    year = [[100.0, 90.0, np.nan], [100.0, 100.0, 100.0]]
    people = GradeProgression().fit(made(year, year, year)).predict(3)
    assert np.isfinite(people).all()
    assert (people[:, 0, 2] == 0.0).all()


def test_a_grade_opened_this_year_moves_on_as_in_other_areas() -> None:
    before = [[50.0, 0.0, 0.0], [100.0, 90.0, 80.0]]
    after = [[50.0, 50.0, 0.0], [100.0, 90.0, 81.0]]
    people = BARE.fit(made(before, after)).predict(1)
    assert people[0, 0, 2] == pytest.approx(50.0 * 0.9)


@pytest.mark.parametrize("engine", ENGINES)
def test_one_school_year_is_too_little_for_all_but_no_change(engine: PupilEngine) -> None:
    pupils = made([[100.0, 100.0]])
    if isinstance(engine, PupilsNoChange):
        assert (engine.fit(pupils).predict(2) == 100.0).all()
        return
    with pytest.raises(TooLittleHistory, match=r"pupils: expected 2 school years for .*, found 1\n  add pupils"):
        engine.fit(pupils)


def test_births_that_do_not_reach_the_entrants_are_too_little() -> None:
    year = [[100.0, 100.0]]
    pupils = made(year, year, births=[[100.0]], lag=2.0)
    with pytest.raises(TooLittleHistory) as caught:
        GradeProgression().fit(pupils)
    assert str(caught.value) == (
        "births: expected births of 2019, behind the entrants of 2021, found births of 2018 to 2018\n"
        "  add births, or leave them out altogether"
    )


@pytest.mark.parametrize("pupils", [np.ones((2, 1, 3)), -np.ones((2, 1, 2)), np.full((2, 1, 2), np.inf)])
def test_pupils_that_do_not_fit_are_refused(pupils: Floats) -> None:
    with pytest.raises(ValueError, match="pupils"):
        Pupils(("a",), ("g0", "g1"), 2020, pupils)


@pytest.mark.parametrize("births", [np.ones((2, 2)), -np.ones((2, 1)), np.full((2, 1), np.nan)])
def test_births_that_do_not_fit_are_refused(births: Floats) -> None:
    with pytest.raises(ValueError, match="births"):
        Pupils(("a",), ("g0", "g1"), 2020, np.ones((2, 1, 2)), births)


def test_what_was_known_ends_at_the_launch() -> None:
    known = TWO_AREAS.until(2020)
    assert known.years == range(2020, 2021)
    assert known.births is not None
    assert len(known.births) == 3


def test_a_part_keeps_births_with_its_entry_grade_only() -> None:
    assert TWO_AREAS.part(("g0", "g1")).births is not None
    assert TWO_AREAS.part(("g1", "g2")).births is None
    with pytest.raises(ValueError, match="g0, g2 are no neighbouring grades"):
        TWO_AREAS.part(("g0", "g2"))


def test_growth_is_the_areas_own_and_cut_at_a_tenth() -> None:
    pupils = made([[50.0, 50.0], [100.0, 100.0]], [[60.0, 45.0], [150.0, 150.0]])
    people = PupilsGrowth().fit(pupils).predict(2)
    np.testing.assert_allclose(people[:, 0, 0], [60.0 * 1.05, 60.0 * 1.05**2])
    np.testing.assert_allclose(people[:, 1, 0], [150.0 * 1.1, 150.0 * 1.1**2])


@pytest.mark.parametrize("engine", ENGINES)
@given(level=arrays(np.float64, 2, elements=COUNTS))
def test_flat_history_gives_a_flat_forecast(engine: PupilEngine, level: Floats) -> None:
    pupils = np.broadcast_to(level[None, :, None], (6, 2, 3))
    births = np.broadcast_to(2.0 * level, (8, 2))
    people = engine.fit(Pupils(("a", "b"), ("x", "y", "z"), 2020, pupils, births, 2018, 1.5)).predict(8)
    np.testing.assert_allclose(people, np.broadcast_to(level[None, :, None], (8, 2, 3)))


@pytest.mark.parametrize("engine", ENGINES)
@given(pupils=arrays(np.float64, (5, 2, 3), elements=st.one_of(st.just(0.0), st.just(np.nan), COUNTS)))
def test_forecasts_are_finite_and_not_negative(engine: PupilEngine, pupils: Floats) -> None:
    births = np.array([[100.0, 0.0]] * 7)
    for known in (births, None):
        people = engine.fit(Pupils(("a", "b"), ("x", "y", "z"), 2020, pupils, known, 2018, 1.5)).predict(6)
        assert people.shape == (6, 2, 3)
        assert np.isfinite(people).all()
        assert (people >= 0).all()


@pytest.mark.parametrize("engine", ENGINES)
@given(pupils=arrays(np.float64, (5, 2, 3), elements=COUNTS))
def test_a_shorter_forecast_is_the_start_of_a_longer_one(engine: PupilEngine, pupils: Floats) -> None:
    fitted = engine.fit(Pupils(("a", "b"), ("x", "y", "z"), 2020, pupils))
    np.testing.assert_array_equal(fitted.predict(2), fitted.predict(6)[:2])


@given(cohorts=arrays(np.float64, (8, 2), elements=COUNTS))
def test_with_ratios_of_one_nobody_comes_and_nobody_goes(cohorts: Floats) -> None:
    pupils = np.stack([cohorts[year : year + 3][::-1].T for year in range(6)])
    engine = GradeProgression(give=0.0)
    people = engine.fit(Pupils(("a", "b"), ("x", "y", "z"), 2020, pupils)).predict(2)
    np.testing.assert_allclose(people[0, :, 1:], pupils[-1, :, :-1])
    np.testing.assert_allclose(people[1, :, 2], pupils[-1, :, 0])


@given(pupils=arrays(np.float64, (5, 2, 3), elements=COUNTS), births=arrays(np.float64, (7, 2), elements=COUNTS))
def test_twice_the_children_are_twice_the_pupils(pupils: Floats, births: Floats) -> None:
    engine = GradeProgression(prior=0.0, noise=0.0, wild=np.inf)
    once, twice = (
        engine.fit(Pupils(("a", "b"), ("x", "y", "z"), 2020, times * pupils, times * births, 2018, 1.5)).predict(5)
        for times in (1.0, 2.0)
    )
    np.testing.assert_allclose(twice, 2.0 * once)


@given(pupils=arrays(np.float64, (5, 3, 3), elements=COUNTS), births=arrays(np.float64, (7, 3), elements=COUNTS))
def test_one_more_area_changes_nothing_elsewhere_without_pooling(pupils: Floats, births: Floats) -> None:
    engine = GradeProgression(prior=0.0, shared=1.0, entry_give=0.0, drift=0.0, feeder=0.0)
    three = engine.fit(Pupils(("a", "b", "c"), ("x", "y", "z"), 2020, pupils, births, 2018, 3.0)).predict(3)
    two = engine.fit(Pupils(("a", "b"), ("x", "y", "z"), 2020, pupils[:, :2], births[:, :2], 2018, 3.0)).predict(3)
    np.testing.assert_allclose(three[:, :2], two)


@given(pupils=arrays(np.float64, (5, 2, 3), elements=COUNTS), births=arrays(np.float64, (7, 2), elements=COUNTS))
def test_the_same_areas_again_change_nothing_even_where_they_are_pooled(pupils: Floats, births: Floats) -> None:
    engine = GradeProgression(noise=0.0)
    once = engine.fit(Pupils(("a", "b"), ("x", "y", "z"), 2020, pupils, births, 2018, 1.5)).predict(4)
    again = Pupils(
        ("a", "b", "c", "d"), ("x", "y", "z"), 2020, np.tile(pupils, (1, 2, 1)), np.tile(births, (1, 2)), 2018, 1.5
    )
    np.testing.assert_allclose(engine.fit(again).predict(4), np.tile(once, (1, 2, 1)))


# ------------------------------------------------------------------------------------------------ pupils of England
STAGES = {"reception": slice(0, 1), "primary": slice(0, 7), "secondary": slice(7, 12), "year7": slice(7, 8)}
LAUNCHES = {1: range(2014, 2022), 3: range(2014, 2020), 5: range(2014, 2018), 7: range(2014, 2016)}
CELLS = [(stage, ahead) for stage in STAGES for ahead in LAUNCHES]


@pytest.fixture(scope="module")
def backtest() -> Path:
    """The folder of areas with known outcomes; not part of the repository."""
    beside = Path(__file__).resolve().parents[5] / "shared" / "backtest"
    folder = Path(os.environ.get("LAOYOU_BACKTEST", beside))
    if not (folder / "england-pupils").is_dir():
        pytest.skip("no back-test data: set LAOYOU_BACKTEST, or lay it at ../shared/backtest beside the checkout")
    return folder


@pytest.fixture(scope="module")
def england(backtest: Path) -> Pupils:
    """Authorities with all school years and births by mid-year; the Isles of Scilly are too small."""
    rows = pd.read_parquet(backtest / "england-pupils" / "pupils_by_year_group.parquet").astype(
        {"area": str, "nc_year": str}
    )
    births = pd.read_parquet(backtest / "england-pupils" / "births.parquet").astype({"area": str, "geography": str})
    births = births[(births["month"] == 7) & (births["geography"] == "LAD21")]
    by_year = births.pivot_table(index="year", columns="area", values="annual_births")
    full = rows.groupby("area").size()
    areas = tuple(sorted(set(full[full == 180].index) & set(by_year.columns) - {"E06000053"}))
    grades = ("reception", *(f"year_group_{year}" for year in range(1, 12)))
    wide = rows.pivot_table(index="year", columns=["area", "nc_year"], values="headcount")
    cells = wide[[(area, grade) for area in areas for grade in grades]].to_numpy(dtype=np.float64)
    pupils = cells.reshape(len(wide), len(areas), len(grades))
    return Pupils(areas, grades, 2011, pupils, by_year[list(areas)].to_numpy(), 1992, 4.0 - 1.0 / 6.0)


def errors(engine: PupilEngine, england: Pupils) -> dict[tuple[str, int], Floats]:
    """Forecast over outcome minus one for each stage and year ahead, all launches and areas."""
    found: dict[tuple[str, int], list[Floats]] = {cell: [] for cell in CELLS}
    for launch in LAUNCHES[1]:
        people = engine.fit(england.until(launch)).predict(7)
        for stage, ahead in CELLS:
            if launch in LAUNCHES[ahead]:
                there = england.pupils[launch + ahead - england.first][:, STAGES[stage]].sum(axis=-1)
                found[stage, ahead].append(people[ahead - 1][:, STAGES[stage]].sum(axis=-1) / there - 1.0)
    return {cell: np.stack(rows) for cell, rows in found.items()}


@pytest.fixture(scope="module")
def mape(england: Pupils) -> dict[str, dict[tuple[str, int], float]]:
    """Mean absolute error in per cent by engine and cell."""
    return {
        name: {cell: 100.0 * float(np.abs(rows).mean()) for cell, rows in errors(engine(), england).items()}
        for name, engine in PUPIL_ENGINES.items()
    }


def test_the_plain_engines_score_as_published(mape: dict[str, dict[tuple[str, int], float]], backtest: Path) -> None:
    table = pd.read_csv(backtest / "baselines.csv")
    names = {"progression-births": "progression_births", "progression-flat": "progression_flat"}
    names["pupils-nochange"] = "nochange"
    for name, method in names.items():
        rows = table[(table["dataset"] == "england-pupils") & (table["method"] == method)]
        for row in rows.to_dict("records"):
            assert mape[name][row["group"], row["horizon"]] == pytest.approx(row["MAPE"], abs=0.02)


@pytest.mark.parametrize("cell", CELLS)
def test_progression_beats_the_plain_one(mape: dict[str, dict[tuple[str, int], float]], cell: tuple[str, int]) -> None:
    assert mape["progression"][cell] < 0.97 * mape["progression-births"][cell]


GOALS = {
    ("primary", 1): 0.6,
    ("primary", 3): 1.5,
    ("primary", 5): 2.6,
    ("secondary", 1): 0.6,
    ("secondary", 3): 1.5,
    ("secondary", 5): 2.6,
    ("reception", 1): 2.0,
    ("reception", 3): 2.8,
    ("reception", 5): 4.2,
}
"""Mean absolute error in per cent that planners can expect: stage totals, entry that is born, entry that is not."""
MISSED = {("primary", 1): 0.63}
"""What is reached instead, and why: docs/skill.md."""


@pytest.mark.parametrize("cell", GOALS)
def test_progression_is_as_good_as_promised(
    mape: dict[str, dict[tuple[str, int], float]], cell: tuple[str, int]
) -> None:
    found = mape["progression"][cell]
    assert found <= MISSED.get(cell, GOALS[cell])
    assert (found > GOALS[cell]) == (cell in MISSED), "a goal that is met is no longer noted as missed"


def test_growth_of_a_stage_scores_as_published(england: Pupils, backtest: Path) -> None:
    table = pd.read_csv(backtest / "baselines.csv")
    rows = table[(table["dataset"] == "england-pupils") & (table["method"] == "growth")]
    for stage, ahead in (("primary", 1), ("primary", 5), ("secondary", 3)):
        part = england.part(england.grades[STAGES[stage]])
        off = []
        for launch in LAUNCHES[ahead]:
            people = PupilsGrowth().fit(part.until(launch)).predict(ahead)[-1].sum(axis=-1)
            off.append(people / part.pupils[launch + ahead - part.first].sum(axis=-1) - 1.0)
        published = rows[(rows["group"] == stage) & (rows["horizon"] == ahead)]["MAPE"].iloc[0]
        assert 100.0 * np.abs(off).mean() == pytest.approx(published, abs=0.02)
