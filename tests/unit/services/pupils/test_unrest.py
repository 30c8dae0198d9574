from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.demography.noise import TYPICAL, Stream, Wave
from forecast.services.pupils.progression import FittedProgression, GradeProgression
from forecast.services.pupils.pupils import Pupils
from forecast.services.pupils.unrest import KEPT, misses, stated, unrest

GRADES = ("g0", "g1", "g2", "g3", "g4")
LAST = GradeProgression(recent=(1.0,), prior=0.0, tolerance=np.inf)
YEARS, AREAS = 12, 80


def grown(moves: float, chance: float, *, births: bool = True, size: Floats | None = None) -> FittedProgression:
    """Cohorts whose log ratios stray by an area's own moves, the same in all grades, and by chance."""
    z = np.random.default_rng(7)
    cells = np.zeros((YEARS, AREAS, len(GRADES)))
    cells[0] = (np.geomspace(100.0, 50_000.0, AREAS) if size is None else size)[:, None]
    for year in range(1, YEARS):
        entering = cells[0, :, :1]
        before = np.concatenate([entering, cells[year - 1, :, :-1]], axis=1)
        own = moves * z.normal(size=(AREAS, 1))
        cells[year] = before * np.exp(own + np.sqrt(chance / before) * z.normal(size=before.shape))
    known = 2.0 * cells[0, :, 0] * np.ones((YEARS + 6, 1))
    areas = tuple(f"a{place}" for place in range(AREAS))
    return LAST.fit(Pupils(areas, GRADES, 2010, cells, known if births else None, 2008, 2.0))


def test_misses_by_hand() -> None:
    """Two grades, one area; ratios 0.9 and then 1: the last one said 0.9."""
    cells = np.array([[[100.0, 80.0]], [[100.0, 90.0]], [[100.0, 100.0]]])
    logs, expected = misses(LAST.fit(Pupils(("a",), ("x", "y"), 2020, cells)))
    assert expected[0, 0, 1] == pytest.approx(90.0)
    assert logs[0, 0, 1] == pytest.approx(np.log(100.0 / 90.0))


def test_entrants_who_carry_themselves_are_held_against_the_year_before() -> None:
    cells = np.array([[[100.0, 80.0]], [[100.0, 80.0]], [[110.0, 80.0]]])
    engine = dataclasses.replace(LAST, share=1, trend=0.0)
    logs, expected = misses(engine.fit(Pupils(("a",), ("x", "y"), 2020, cells)))
    assert (expected[0, 0, 0], logs[0, 0, 0]) == pytest.approx((100.0, np.log(1.1)))


def test_a_restless_system_is_told_from_a_calm_one() -> None:
    calm, restless = (unrest(grown(moves, 0.1), TYPICAL, 1.0, ()) for moves in (0.001, 0.02))
    assert calm.noise.moves.own.sd < TYPICAL.moves.own.sd < restless.noise.moves.own.sd
    assert restless.noise.moves.own.kept == calm.noise.moves.own.kept == KEPT
    # the last ratio alone misses by twice the variance of a year
    assert unrest(grown(0.004, 0.1), TYPICAL, 1.0, ()).noise.moves.own.sd == pytest.approx(0.004 * np.sqrt(2), rel=0.25)


def test_chance_is_told_from_moves() -> None:
    size = np.geomspace(50.0, 5000.0, AREAS)
    found = unrest(grown(0.0, 0.5, size=size), TYPICAL, 1.0, ())
    assert found.beta[1:] == pytest.approx(np.full(4, 2 * 0.5), rel=0.25)
    assert found.noise.moves.own.sd < TYPICAL.moves.own.sd


def test_a_grade_that_begins_elsewhere_has_its_own_luck() -> None:
    fitted = grown(0.004, 0.1)
    found = unrest(fitted, TYPICAL, 1.0, (3,))
    assert found.alpha[[1, 2, 4]] == pytest.approx(np.repeat(found.alpha[1], 3))
    assert found.alpha[3] != found.alpha[1]
    assert 0.0 < found.alike < 1.0


def test_entrants_without_births_stray_more_together() -> None:
    known, carried = (unrest(grown(0.004, 0.1, births=births), TYPICAL, 1.0, ()) for births in (True, False))
    assert known.noise.births == TYPICAL.births
    calm = dataclasses.replace(TYPICAL, births=Stream(Wave(0.001, 0.98), TYPICAL.births.own))
    found = unrest(grown(0.004, 0.1, births=False), calm, 1.0, ())
    assert found.noise.births.shared.sd > 0.01 > calm.births.shared.sd
    assert carried.noise.births.own == TYPICAL.births.own


@pytest.mark.parametrize("years", [2, 3])
def test_few_areas_and_few_years_leave_what_is_stated(years: int) -> None:
    cells = np.full((years, 2, 5), 100.0)
    found = unrest(LAST.fit(Pupils(("a", "b"), GRADES, 2010, cells)), TYPICAL, 1.0, (3,))
    wanted = stated(TYPICAL, 5, (3,))
    assert found.noise == TYPICAL
    assert found.beta.tolist() == wanted.beta.tolist()
    assert wanted.beta.tolist() == [1 + TYPICAL.chance, *[TYPICAL.chance] * 2, 1 + TYPICAL.chance, TYPICAL.chance]
    assert (found.alpha == 0).all()
    assert found.alike == 0.0


def test_without_noise_there_is_none() -> None:
    still = Stream(Wave(0.0, 0.0), Wave(0.0, 0.0))
    nothing = dataclasses.replace(TYPICAL, births=still, deaths=still, moves=still, chance=0.0, pace=0.0)
    found = unrest(grown(0.02, 0.5, births=False), nothing, 1.0, (3,))
    assert found.noise.moves.own.sd == found.noise.births.shared.sd == 0.0
    assert not found.alpha.any()
    assert not found.beta.any()


def test_scaling_multiplies_standard_deviations() -> None:
    found = unrest(grown(0.004, 0.1), TYPICAL, 1.0, (3,))
    half = found.times(0.5)
    assert half.noise.moves.own.sd == pytest.approx(0.5 * found.noise.moves.own.sd)
    assert half.beta == pytest.approx(0.25 * found.beta)
    assert half.alike == found.alike


def test_unknown_counts_and_empty_grades_are_borne() -> None:
    cells = np.random.default_rng(3).uniform(10.0, 50.0, (6, 5, 5))
    cells[2, 1, 2] = np.nan
    cells[:, 3, :3] = 0.0
    cells[:, 4] = np.nan
    found = unrest(LAST.fit(Pupils(tuple("abcde"), GRADES, 2010, cells)), TYPICAL, 1.0, (3,))
    assert np.isfinite(found.alpha).all()
    assert (found.beta > 0).all()
