"""Faults of a project as a whole, found when it is computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.run.frames import tables
from forecast.run.model import Desk, Result, assumptions_in, births_by_year, check_names, compute
from forecast.tables.project_tables import read_tables


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_scenarios_share_a_desk_and_give_what_they_give_alone(harbin: Path, baseline: Result) -> None:
    desk = Desk(read_tables(harbin))
    compute(harbin, desk, "constant-rates")
    shared = compute(harbin, desk, "baseline")
    assert np.array_equal(shared.people.people, baseline.people.people)
    for name, service in baseline.demand.items():
        for one, other in zip(service.series, shared.demand[name].series, strict=True):
            assert np.array_equal(one.values, other.values), (name, one.measure)


def test_births_by_year_begin_with_the_launch(baseline: Result) -> None:
    births = births_by_year(baseline.systems, "districts")
    assert births.shape == (31, 18)
    assert births[0] == pytest.approx(baseline.systems.launches["districts"][1].births)
    assert (births > 0).all()


def test_every_assumption_has_a_source_and_a_reason(baseline: Result) -> None:
    found = assumptions_in(baseline.models)
    assert {"eldercare.institution.occupancy", "movement.rates.damping"} <= {key for key, _ in found}
    assert all(item.source and item.why for _, item in found)


def test_sources_that_nobody_knows_are_faults(baseline: Result, harbin: Path, copy: Path) -> None:
    check_names(baseline.models, read_tables(harbin))
    replace(copy / "models" / "eldercare.toml", 'source = "laoyou-method"', 'source = "hearsay"')
    with pytest.raises(InputError, match=r"eldercare\.institution\.occupancy: .* found hearsay"):
        compute(copy, read_tables(copy), "baseline")


def test_a_city_that_is_no_area(copy: Path) -> None:
    replace(copy / "models" / "project.toml", '"230100"', '"990100"')
    with pytest.raises(InputError, match=r"key project\.city: .* found 990100"):
        compute(copy, read_tables(copy), "baseline")


def test_a_census_day_without_people(copy: Path) -> None:
    replace(copy / "models" / "project.toml", "2020-11-01", "2020-11-02")
    with pytest.raises(InputError, match="date 2020-11-02: expected people of every area"):
        compute(copy, read_tables(copy), "baseline")


def test_a_series_that_is_not_there(copy: Path) -> None:
    replace(copy / "models" / "births.toml", 'observed = "published"', 'observed = "invented"')
    with pytest.raises(InputError, match="series invented"):
        compute(copy, read_tables(copy), "baseline")


def test_a_standard_that_is_not_there(copy: Path) -> None:
    replace(copy / "models" / "nursery.toml", "nursery-class-size-12-24m", "nursery-class-size-12-25m")
    with pytest.raises(InputError, match=r"models/nursery\.toml, key class\.1\.size"):
        compute(copy, read_tables(copy), "baseline")


def test_a_horizon_that_is_already_on_record(copy: Path) -> None:
    """Births are known to 2025, so nothing is left for the fertility path."""
    replace(copy / "models" / "project.toml", "horizon         = 2050", "horizon         = 2025")
    known = read_tables(copy)
    result = compute(copy, known, "baseline")
    assert result.people.years == range(2020, 2026)
    for make in tables(result, known).values():
        assert make().num_rows > 0
