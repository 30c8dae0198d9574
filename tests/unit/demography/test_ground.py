from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.demography.ground import Ground
from forecast.demography.mortality import e0_of
from forecast.errors import InputError
from forecast.project.ageing import AgeingSpec, LifePath
from forecast.project.load import load_models, load_scenario
from forecast.run.model import Desk, Result


@pytest.fixture(scope="module")
def ground(baseline: Result, desk: Desk) -> Ground:
    return desk.ground(baseline.models)


def ageing(harbin: Path, scenario: str = "baseline") -> AgeingSpec:
    return load_models(harbin, load_scenario(harbin, scenario)).ageing


def test_without_a_path_lee_carter_at_its_pace(harbin: Path, ground: Ground) -> None:
    years = range(2020, 2051)
    assert (ground.national(ageing(harbin)).predict(years) == ground.mortality.predict(years)).all()
    held = ground.national(ageing(harbin, "constant-rates")).predict(range(2023, 2030))
    assert held == pytest.approx(np.repeat(held[:1], 7, axis=0))


def test_longer_lives_are_as_long_as_stated(harbin: Path, ground: Ground) -> None:
    spec = ageing(harbin, "longer-lives")
    e0 = e0_of(ground.national(spec).predict(range(2020, 2051)))
    for year, values in spec.path.nodes:
        assert e0[year - 2020] == pytest.approx(values, abs=1e-9)
    usual = e0_of(ground.mortality.predict(range(2020, 2051)))
    assert e0[:4] == pytest.approx(usual[:4], abs=1e-9)  # what is recorded stays
    assert (e0[10:].mean(axis=1) > usual[10:].mean(axis=1)).all()


def test_sexes_together_meet_the_same_record(harbin: Path, ground: Ground) -> None:
    spec = ageing(harbin)
    coherent = spec.model_copy(update={"model": spec.model.model_copy(update={"engine": "li-lee"})})
    fitted = ground.national(coherent)
    recorded = range(2000, 2024)
    assert e0_of(fitted.predict(recorded)) == pytest.approx(e0_of(ground.mortality.predict(recorded)), abs=1e-9)
    gap = np.diff(e0_of(fitted.predict(range(2023, 2051))), axis=1)
    assert gap[-1] < gap[0]  # wide in 2023: it returns to what it was
    assert ground.national(coherent) is not fitted  # the pace is applied anew
    assert (ground.national(coherent).k == fitted.k).all()


def test_a_path_out_of_reach_is_told(harbin: Path, ground: Ground) -> None:
    spec = ageing(harbin).model_copy(update={"path": LifePath.model_validate({"e0": {"2024": 40.0}})})
    flat = ground.mortality.paced(0.0)
    still = Ground(ground.evidence, flat, ground.shift, ground.launches, ground.fertility, ground.levels, ground.path)
    with pytest.raises(InputError, match=r"key path: expected a path that the model can follow"):
        still.national(spec)
