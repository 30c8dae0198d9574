from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import AGES, FEMALE, SEXES, Floats, Population
from forecast.demography.ground import Ground
from forecast.kernels.step import aged
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result
from forecast.run.movement_study import (
    COLUMNS,
    ESTIMATORS,
    HOMES,
    METHODS,
    Estimator,
    Past,
    by_life_tables,
    findings,
    found,
    held_apart,
    in_text,
    outside_households,
    past,
)

STEPS = 10
CAMPUSES = ("230103", "230108", "230109", "230110", "230111")
BINXIAN = "230125"
LIFE_TABLES = [item for item in ESTIMATORS if item in METHODS]


@pytest.fixture(scope="module")
def ground(baseline: Result, desk: Desk) -> Ground:
    return desk.ground(baseline.models)


@pytest.fixture(scope="module")
def desk(frames: Frames) -> Desk:
    return Desk(frames)


def closed(seed: int) -> tuple[Population, Floats, Floats]:
    """Two areas, survival of ten years, and who is left of the people and of the births of these years."""
    draw = np.random.default_rng(seed)
    people = draw.uniform(50.0, 150.0, (2, 2, AGES))
    survival = draw.uniform(0.8, 1.0, (STEPS, 1, 2, AGES))
    now = people
    for ratios in survival:
        now = ratios * aged(now, draw.uniform(50.0, 150.0, (2, 2)))
    return Population(("a", "b"), 2010, people), survival, now


@pytest.mark.parametrize("method", LIFE_TABLES)
@given(seed=st.integers(0, 1000))
@settings(max_examples=10)
def test_where_nobody_moved_nobody_is_found(method: Estimator, seed: int) -> None:
    """Children born since among them, although their births are not known."""
    first, survival, left = closed(seed)
    net, people = by_life_tables(first, Population(("a", "b"), 2020, left), survival, method)
    assert np.abs(net).max() < 1e-6
    assert people.sum() == pytest.approx(left.sum())


def test_women_who_came_bring_their_children() -> None:
    """100 women of 30 at the second count: a quarter and three quarters of each one's children come too."""
    first, survival, left = closed(1)
    second = left.copy()
    second[0, FEMALE, 30] += 100.0
    net, people = by_life_tables(first, Population(("a", "b"), 2020, second), survival, "stock")
    assert net[0, FEMALE, 6] == pytest.approx(100.0)
    women = people[0, FEMALE]
    for group, share, low in ((0, 0.25, 3), (1, 0.75, 4)):
        each = people[0, :, group] / women[low : low + 6].sum()
        assert net[0, :, group] == pytest.approx(100.0 * share * each)
    assert net[1] == pytest.approx(0.0, abs=1e-6)
    assert net[0, :, 2:6] == pytest.approx(0.0, abs=1e-6)


def test_a_steady_flow_is_found_by_the_estimator_that_assumes_it() -> None:
    """Ten of every age up to 99 a year, half at the start, half at the end; smoothing leaves what is even."""
    first, survival, _ = closed(2)
    flow = np.where(np.arange(AGES) < 100, 10.0, 0.0)
    now = first.people
    rng = np.random.default_rng(3)
    for ratios in survival:
        now = ratios * aged(now + 0.5 * flow, rng.uniform(50.0, 150.0, (2, 2))) + 0.5 * flow
    net, _ = by_life_tables(first, Population(("a", "b"), 2020, now), survival, "time-even")
    assert net[..., 5:15] == pytest.approx(5 * 10.0 * STEPS, rel=0.1)


def test_every_estimator_tells_much_the_same_of_harbin(ground: Ground) -> None:
    """Within the change of census coverage, which only census ratios take out."""
    told: dict[str, Past] = {method: past(ground, method) for method in ESTIMATORS}
    totals = {method: item.net.sum(axis=(1, 2)) for method, item in told.items()}
    for method in LIFE_TABLES:
        assert np.corrcoef(totals[method], totals["census-ratio"])[0, 1] > 0.995
        assert totals[method].sum() == pytest.approx(totals["census-ratio"].sum(), rel=0.1)
    item = told["census-ratio"]
    assert item.years == (2010, 2020)
    assert item.apart.sum(axis=1) == pytest.approx([303_902, 316_621], abs=1)
    people = ground.evidence.censuses[1].districts.sum() - ground.launches["districts"][1].students.sum()
    assert item.people.sum() == pytest.approx(people)
    assert (item.whole == np.rint(item.net)).all()


def test_net_migration_as_known(harbin: Path, ground: Ground) -> None:
    """Where no student is held apart the figures are those that others worked out."""
    folder = Path(os.environ.get("LAOYOU_FACTS", harbin.parent / "shared" / "facts"))
    table = folder / "derived_net_migration_2010_2020.csv"
    if not table.is_file():
        pytest.skip("no facts: set LAOYOU_FACTS, or lay them at ../shared/facts beside the checkout")
    known = pd.read_csv(table, dtype={"adcode": str}).set_index(["adcode", "sex"])["net_migration_10y"]
    net = past(ground, "census-ratio").net
    for area in set(ground.evidence.areas) - set(CAMPUSES):
        here = net[ground.evidence.areas.index(area)]
        for sex, name in enumerate(SEXES):
            assert here[sex, 2:] == pytest.approx(known.loc[area, name].to_numpy(float), abs=0.51)


def test_a_new_campus_needs_households_to_be_told(frames: Frames, ground: Ground) -> None:
    def campuses(tables: Frames) -> set[str]:
        return {one.area for one in found(tables, ground.evidence) if one.kind == "campus"}

    assert campuses(frames) == {*CAMPUSES, BINXIAN}
    table = frames["indicators"]
    without = {**frames, "indicators": table[~((table["area"] == BINXIAN) & (table["indicator"] == HOMES))]}
    assert np.isnan(outside_households(without, ground.evidence)).sum() == 2
    assert campuses(without) == set(CAMPUSES)
    nowhere = {**frames, "indicators": table[table["indicator"] != HOMES]}
    assert campuses(nowhere) == {*CAMPUSES} - {"230108"}


def test_the_table_of_findings(frames: Frames, baseline: Result) -> None:
    table = findings(baseline, frames)
    assert list(table.columns) == [*COLUMNS, "unit", "status", "source"]
    assert set(table["kind"]) == {"campus", "migration"}
    assert np.allclose(table["men"] + table["women"], table["persons"])
    assert table["last_age"].max() == 100
    campus = table[(table["kind"] == "campus") & (table["area"] == BINXIAN)].iloc[0]
    assert (campus["first_age"], campus["last_age"]) == (15, 24)
    assert "persons_first 0;" in campus["evidence"]
    assert table["source"].eq("nbs-census-2010-county; nbs-census-2020-county").all()


def test_a_project_without_findings_keeps_the_columns(
    frames: Frames, baseline: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forecast.run.movement_study.found", lambda *_: ())
    table = findings(baseline, frames)
    assert table.empty
    assert list(table.columns) == [*COLUMNS, "unit", "status", "source"]
    assert {table[name].dtype.kind for name in ("persons", "men", "women")} == {"f"}
    assert {table[name].dtype.kind for name in ("first_age", "last_age")} == {"i"}


def test_what_the_model_holds_apart_stands_beside_what_is_found(frames: Frames, ground: Ground) -> None:
    places = {place.area: place for place in held_apart(frames, ground, ("230102", *CAMPUSES))}
    assert set(places) == {"230102", *CAMPUSES, BINXIAN}
    new, old, nothing = places[BINXIAN], places["230103"], places["230102"]
    assert (new.kind, new.listed, new.model, new.persons[0]) == ("campus", False, (0.0, 0.0), 0.0)
    assert new.outside == pytest.approx(27_983)
    assert old.listed
    assert old.model[1] == pytest.approx(104_860, abs=1)
    assert (nothing.kind, nothing.listed, nothing.ages) == ("", True, None)


def test_evidence_as_text() -> None:
    assert in_text({"of_expected": -0.25, "outside_households_first": 12.4}) == (
        "of_expected -0.250; outside_households_first 12"
    )


def test_students_are_left_out(ground: Ground) -> None:
    """Half as many held apart: the other half is among the people who may move."""
    first, second = ground.launches["districts"]
    more = [dataclasses.replace(start, kinds={k: 0.5 * v for k, v in start.kinds.items()}) for start in (first, second)]
    other = dataclasses.replace(ground, launches={**ground.launches, "districts": (more[0], more[1])})
    assert past(other, "cohort-even").people.sum() == pytest.approx(
        past(ground, "cohort-even").people.sum() + 0.5 * second.students.sum()
    )
