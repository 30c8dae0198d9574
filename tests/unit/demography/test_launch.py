"""Launch stocks of the bundled project's evidence, and of a made one."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from forecast.demography.launch import Launch, launch, nation_cohorts
from forecast.demography.mortality import tables
from forecast.run.model import Result


def again(baseline: Result, **changed: object) -> Launch:
    """The districts of the last census, carried to the year's end, with parts of the evidence changed."""
    evidence = dataclasses.replace(baseline.evidence, **changed)  # type: ignore[arg-type]  # parts by name
    census, year = evidence.censuses[1], evidence.censuses[1].date.year
    rates = baseline.systems.mortality.predict(range(year, year + 1))[0]
    return launch(evidence, census, census.districts, evidence.areas, evidence.city, rates, 0.52)


def test_the_year_end_total_is_met_and_noted(baseline: Result) -> None:
    start = again(baseline)
    known = baseline.evidence.totals[baseline.evidence.city][2020]
    assert start.stock.people.sum() == pytest.approx(known, rel=1e-12)
    note = next(item for item in start.overrides if item.measure == "people")
    assert (note.year, note.after) == (2020, known)
    assert note.before != known


def test_without_a_total_the_census_is_only_carried(baseline: Result) -> None:
    start = again(baseline, totals={})
    counted = baseline.evidence.censuses[1].districts.sum()
    assert start.at_census.sum() == pytest.approx(counted)
    assert not [item for item in start.overrides if item.measure == "people"]
    # 60 days bring a few births and take a few deaths: a few people in a thousand
    assert start.stock.people.sum() == pytest.approx(counted, rel=0.005)


def test_on_the_last_day_of_the_year_nothing_is_carried(baseline: Result) -> None:
    census = dataclasses.replace(baseline.evidence.censuses[1], date=dt.date(2020, 12, 31))
    start = again(baseline, totals={}, censuses=(baseline.evidence.censuses[0], census))
    assert start.stock.people == pytest.approx(start.at_census)


def test_births_follow_the_infants(baseline: Result) -> None:
    evidence = baseline.evidence
    start = again(baseline)
    infants = evidence.censuses[1].districts[..., 0].sum(axis=-1)
    nation = evidence.births[evidence.nation].get(2020, evidence.guide[2020])
    assert start.births == pytest.approx(infants * nation / evidence.censuses[1].nation[:, 0].sum())


def test_cohorts_reach_back_to_the_oldest(baseline: Result) -> None:
    cohorts = nation_cohorts(baseline.evidence)
    assert cohorts.first <= 2010 - 111
    assert cohorts.known == min(baseline.evidence.guide)
    assert cohorts.year(1961) < 0.8 * cohorts.year(1957)  # the famine
    assert tables(baseline.systems.mortality.predict(range(2020, 2021))[0]).L.shape[-1] == 111


def test_the_famine_shows_in_every_district(baseline: Result) -> None:
    """Aged 59 in 2020 (born 1961) far fewer than aged 57 (born 1963); groups alone would hide it."""
    people = baseline.systems.launches["districts"][1].at_census.sum(axis=1)
    assert (people[:, 59] < 0.6 * people[:, 57]).all()
    assert np.isfinite(people).all()
