from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecast.errors import InputError
from forecast.project.ageing import AreaRatesSpec
from forecast.project.load import load_models, load_scenario
from forecast.project.spec import Models
from forecast.run.inputs import Frames
from forecast.run.model import Result
from forecast.run.mortality_inputs import recorded_deaths

FIXED = {"series": "published", "concept": "resident", "source": "laoyou-method", "status": "assumed"}


@pytest.fixture(scope="module")
def models(harbin: Path) -> Models:
    return load_models(harbin, load_scenario(harbin, "baseline"))


def with_engine(models: Models, engine: Any) -> Models:
    weight = {"value": 0.5, "status": "assumed", "source": "laoyou-method"}
    areas = AreaRatesSpec.model_validate({"engine": engine, "weight": weight})
    return models.model_copy(update={"ageing": models.ageing.model_copy(update={"areas": areas})})


def rows(areas: tuple[str, ...], **cells: Any) -> pd.DataFrame:
    return pd.DataFrame([{"area": area, **FIXED, **cells} for area in areas])


def by_age(areas: tuple[str, ...], years: tuple[int, ...] = (2020,)) -> pd.DataFrame:
    """Ten deaths of men and twenty of women in each of three groups."""
    groups = ((0, 15.0), (15, 45.0), (60, np.nan))
    return pd.concat(
        rows(areas, year=year, sex=sex, age_start=float(start), age_width=width, deaths=deaths)
        for year in years
        for sex, deaths in (("male", 10), ("female", 20))
        for start, width in groups
    )


def read(baseline: Result, models: Models, engine: str, tables: Frames) -> Any:
    evidence = baseline.evidence
    return recorded_deaths(tables, with_engine(models, engine), evidence.areas, evidence.censuses)


def test_the_census_told_crude_rates(baseline: Result, frames: Frames, models: Models) -> None:
    found = read(baseline, models, "shared", frames)
    assert found.by_age is None
    assert (found.totals.year, found.totals.source) == (2010, "nbs-census-2010-county")
    first = baseline.evidence.censuses[0]
    assert found.totals.areas[0] == pytest.approx(3.94 / 1000.0 * first.districts[0].sum())
    assert found.totals.province == pytest.approx(5.05 / 1000.0 * first.province.sum())


def test_later_counts_come_before_earlier_rates(baseline: Result, frames: Frames, models: Models) -> None:
    areas = baseline.evidence.areas
    counted = rows(areas, year=2021, sex="both", age_start=np.nan, age_width=np.nan, deaths=5000)
    found = read(baseline, models, "recorded", {**frames, "deaths": counted})
    assert (found.totals.year, found.totals.province) == (2021, None)
    assert (found.totals.areas == 5000).all()
    # without the last area the year is not whole
    found = read(baseline, models, "recorded", {**frames, "deaths": counted.iloc[:-1]})
    assert found.totals.year == 2010


def test_nothing_recorded(baseline: Result, frames: Frames, models: Models) -> None:
    rates = frames["rates"]
    bare: Mapping[str, pd.DataFrame] = {**frames, "rates": rates[rates["area"] != "230102"]}
    assert read(baseline, models, "shared", bare).totals is None
    with pytest.raises(InputError, match="no year with all of them"):
        read(baseline, models, "recorded", bare)


def test_deaths_by_age_of_several_years_together(baseline: Result, frames: Frames, models: Models) -> None:
    areas = baseline.evidence.areas
    found = read(baseline, models, "topals", {**frames, "deaths": by_age(areas, (2019, 2020))}).by_age
    assert found.years == (2019, 2020)
    assert found.starts.tolist() == [0, 15, 60]
    assert (found.deaths == np.array([20.0, 40.0])[None, :, None]).all()
    assert found.deaths.shape == (18, 2, 3)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda frame: frame.iloc[:0], "none from 2010 on"),
        (lambda frame: frame.iloc[1:], "1 cells without a row: 230102 male from age 0 in 2020"),
        (lambda frame: frame[frame["age_start"] != 0], "the first group from 15"),
        (lambda frame: frame.replace({"age_width": {45.0: 40.0}}), r"15 \(width 40\)"),
        (lambda frame: pd.concat([frame, frame.assign(series="register")]), "series published, register"),
    ],
)
def test_holes_and_odd_groups_are_named(
    baseline: Result, frames: Frames, models: Models, spoil: Any, says: str
) -> None:
    table = spoil(by_age(baseline.evidence.areas))
    with pytest.raises(InputError, match=says):
        read(baseline, models, "brass", {**frames, "deaths": table})
