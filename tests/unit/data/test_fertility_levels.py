"""The fertility of each district by indirect standardisation, against the figures worked out from the same census."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.axes import AGES, FEMALE
from forecast.run.model import Desk, Result, compute
from forecast.tables.project_tables import read_tables

ROOT = Path(__file__).resolve().parents[3]
PUBLISHED = ROOT.parent / "shared" / "facts" / "derived_fertility_index_by_unit_2020.csv"
NATION = 1.30
"""Total fertility of the nation in the census year."""


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(read_tables(ROOT))


@pytest.fixture(scope="module")
def baseline(desk: Desk) -> Result:
    return compute(ROOT, desk, "baseline")


@pytest.fixture(scope="module")
def implied(desk: Desk, baseline: Result) -> pd.Series:
    """Infants over all women times the nation's rates, against the same of the nation."""
    rates = np.zeros(AGES)
    frame = desk.frames["fertility"]
    known = frame[(frame["area"] == "000000") & (frame["year"] == 2020)]
    columns = (known[name].astype(float) for name in ("age_start", "age_width", "births_per_1000_women"))
    for first, width, rate in zip(*columns, strict=True):
        rates[int(first) : int(first + width)] = rate / 1000.0
    census, launches = baseline.evidence.censuses[1], baseline.systems.launches
    women = {name: launches[name][1].at_census[:, FEMALE] @ rates for name in ("districts", "nation")}
    infants = {"districts": census.districts[:, :, 0].sum(axis=1), "nation": census.nation[:, 0].sum()}
    ratio = infants["districts"] / women["districts"] / (infants["nation"] / women["nation"])
    return pd.Series(NATION * ratio, index=list(baseline.people.areas))


def test_the_ends_are_those_of_the_facts(implied: pd.Series) -> None:
    assert implied["230111"] == pytest.approx(0.47, rel=0.03)
    assert implied["230108"] == pytest.approx(0.74, rel=0.03)
    assert implied.idxmin() == "230111"
    assert implied.idxmax() == "230108"


def test_every_district_is_within_three_percent(implied: pd.Series) -> None:
    if not PUBLISHED.is_file():
        pytest.skip("no table of implied fertility beside the checkout (../shared/facts)")
    known = pd.read_csv(PUBLISHED, dtype={"adcode": str}).set_index("adcode")["implied_tfr_2020_if_china_1.30"]
    assert implied.to_numpy() == pytest.approx(known.reindex(implied.index).to_numpy(), rel=0.03)


def test_births_of_the_launch_are_between_census_and_register(baseline: Result) -> None:
    assert 40_000 < baseline.people.births[0].sum() < 45_000
