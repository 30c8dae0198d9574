"""Published tables of mortality: life expectancies with the doubt of the run's own shocks, and recorded deaths."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from forecast.axes import AGE, SEX, SEXES, Floats
from forecast.demography.area_mortality import gaps
from forecast.demography.courses import slower
from forecast.demography.mortality import rates_together, tables
from forecast.demography.noise import DEATHS, Draws
from forecast.demography.recorded_deaths import lived
from forecast.demography.sampled import Sampled
from forecast.kernels.e0_paths import e0_paths
from forecast.kernels.quantiles import summarise
from forecast.run.columns import Axis, Tidy, joined
from forecast.run.fertility_frames import area_axis
from forecast.run.inputs import Area, Frames, named_sources
from forecast.run.model import Result
from forecast.run.residence_frames import status_of
from forecast.run.trajectories import PROBS

TRAJECTORIES = 250
"""The first of the run's trajectories on which life tables are made: quantiles need no more."""
AGES_ASKED = {"e0": 0, "e65": 65}
BOTH = (*SEXES, "both")
ENGINE = "cohort-component"
COUNTS = ("reported", "expected", "reported-registered", "expected-registered")
ROW = ["area", "area_name", "area_level", "year", "measure", "unit", "value", "status", "source"]


def life_expectancy(result: Result, frames: Frames, draws: Draws | None) -> pa.Table:
    """Life expectancy at birth and at 65 of each year after the launch; ``both`` is the mean of the sexes.

    Nation, province and city; districts where they have rates of their own. ``point`` is the table without shocks.
    Quantiles are life tables whose probabilities of dying carry the shocks of the run's first trajectories: those all
    areas share, and an area's own where it has a table of its own. What is on record of the nation strays nowhere.
    """
    few = None if draws is None else dataclasses.replace(draws, numbers=draws.numbers[:TRAJECTORIES])
    sampled = None if few is None else result.systems.sample(few)
    shared = None if sampled is None else sampled.shared.dying()
    city, province, nation = result.parents
    own = result.systems.fitted.components.rates
    years = _years(result)
    national = result.systems.mortality.predict(years)
    local = result.systems.shift.apply(national)
    if own.ndim == local.ndim:
        parts = [((nation,), national[:, None], shared), ((province, city), np.stack([local, local], axis=1), shared)]
        return joined([_lives(result, frames, *part) for part in parts])
    own = own[: len(years)]
    whole = rates_together(own, _mid_year(result.systems.districts.people))
    parents = [((nation,), national), ((province,), local), ((city,), whole)]
    parts = [(areas, rates[:, None], shared) for areas, rates in parents]
    parts += [
        ((area,), own[:, place, None], None if sampled is None else _strayed(sampled, place))
        for place, area in enumerate(result.areas)
    ]
    return joined([_lives(result, frames, *part) for part in parts])


def _strayed(sampled: Sampled, area: int) -> Floats:
    """Shocks on dying of one area (step, draw)."""
    steps = len(sampled.years) - 1
    return sampled.shared.dying(sampled.draws.normals(sampled.areas[area], steps)[DEATHS])


def _years(result: Result) -> range:
    return result.systems.districts.years[1:]


def _mid_year(people: Floats) -> Floats:
    """People in the middle of each year after the first stock (year, ...)."""
    return np.asarray(0.5 * (people[:-1] + people[1:]))


def _lives(result: Result, frames: Frames, areas: tuple[Area, ...], rates: Floats, shocks: Floats | None) -> pa.Table:
    """Areas of one kind with rates (year, area, sex, age); areas that share them share every number."""
    years, spec = _years(result), result.models.ageing
    recorded = [year <= spec.national.e0_last for year in years]
    table = tables(rates)
    point = _with_both(np.stack([table.e[..., age] for age in AGES_ASKED.values()]), 3)
    axes = (Axis("measure", tuple(AGES_ASKED)), Axis("year", tuple(years)), area_axis(areas), Axis("sex", BOTH))
    tidy = Tidy(point, axes)
    if shocks is not None:
        pace = slower(result.systems.fitted.launch)
        paths = e0_paths(table.q[:, 0], table.a[:, 0], pace, shocks, tuple(AGES_ASKED.values()))
        mean, cuts = summarise(_with_both(paths, 2), PROBS)
        mean, cuts = np.where(np.array(recorded)[:, None], point[:, :, 0], mean), cuts.copy()
        cuts[:, :, recorded] = np.nan
        tidy.summary(*(np.repeat(item[..., None, :], len(areas), axis=-2) for item in (mean, cuts)))
    seen = "observed" if areas[0].level == "nation" else "nowcast"
    tidy.along("status", "year", [seen if known else "projected" for known in recorded])
    source = named_sources(frames, "outlook", series=[spec.national.rates], area=[result.parents[2].code])
    tidy.along("source", "year", [source if known else spec.model.engine for known in recorded])
    return tidy.table(areas, {"scenario": result.scenario.head.name, "unit": "years"})


def _with_both(values: Floats, axis: int) -> Floats:
    """The sexes, then their mean, as a stated path of e0 has it."""
    return np.concatenate([values, values.mean(axis=axis, keepdims=True)], axis=axis)


def mortality(result: Result, frames: Frames) -> pd.DataFrame:
    """Recorded deaths beside those that the model's rates give, and what the gap is made of.

    Of the districts, in the latest year in which all of them are on record, the ratio pooled and taken apart; of single
    districts in every year with a count, or with deaths of all ages by sex and age, since the first census; of city,
    province and nation, in the years between the launch and the last on record.
    """
    whole = _by_area(result)
    told = {(row[0], row[3]) for row in whole}
    rows = [*whole, *_single(result, frames, told), *_later(result, frames), *_registered(result, frames)]
    frame = pd.DataFrame(rows, columns=ROW)
    texts = ("area", "area_name", "area_level", "measure", "unit", "status", "source")
    return frame.astype({**dict.fromkeys(texts, str), "year": np.int16, "value": np.float64})


Row = tuple[str, str, str, int, str, str, float, str, str]
Figure = tuple[float, str, str]
"""A value, its status and its source."""


def _rows(area: Area, year: int, values: Mapping[str, Figure]) -> list[Row]:
    """One row a measure: counts are persons, all else ratios."""
    return [
        (area.code, area.name_zh, area.level, year, name, "persons" if name in COUNTS else "ratio", *figure)
        for name, figure in values.items()
    ]


def _by_area(result: Result) -> list[Row]:
    """Districts against the province's table: the ratio, pooled, and the three parts that multiply to it."""
    known, systems = result.evidence.deaths.totals, result.systems
    if known is None:
        return []
    standard = systems.shift.apply(systems.mortality.predict(range(known.year, known.year + 1))[0])
    found = gaps(result.evidence.areas, known, systems.launches, standard)

    def derived(**values: float) -> dict[str, Figure]:
        return {name: (float(value), "derived", known.source) for name, value in values.items()}

    common = derived(gap_city=found.together)
    if known.province is not None:
        common |= derived(gap_register=found.record)
    rows = []
    for place, area in enumerate(result.areas):
        own = derived(
            reported=found.reported[place],
            expected=found.expected[place],
            ratio=found.ratio[place],
            ratio_pooled=found.shrunk[place],
            gap_own=found.own[place],
        )
        rows += _rows(area, known.year, own | common)
    reported, expected = found.reported.sum(), found.expected.sum()
    whole = derived(reported=reported, expected=expected, ratio=reported / expected)
    rows += _rows(result.parents[0], known.year, whole | common)
    if known.province is not None:
        whole = derived(reported=known.province, expected=known.province / found.record, ratio=found.record)
        rows += _rows(result.parents[1], known.year, whole)
    return rows


def _single(result: Result, frames: Frames, told: set[tuple[str, int]]) -> list[Row]:
    """Districts one by one, against the province's table up to the launch and against the run's own rates after it.

    told  areas and years that have their rows already
    """
    first, horizon = result.evidence.censuses[0].date.year, result.systems.districts.years[-1]
    rows: list[Row] = []
    expected: dict[int, Floats] = {}
    for place, area in enumerate(result.areas):
        years = range(first, horizon + 1)
        counted = _counts(frames, area.code, "resident", years)
        for year, figure in sorted({**_summed(frames, area.code, years), **counted}.items()):
            if (area.code, year) not in told:
                if year not in expected:
                    expected[year] = _expected(result, year)
                rows += _rows(area, year, _against(figure, float(expected[year][place]), ""))
    return rows


def _expected(result: Result, year: int) -> Floats:
    """Deaths of a year that the model's rates give in each district (area,)."""
    systems, years = result.systems, _years(result)
    if year in years:
        at = year - years[0]
        people, rates = _mid_year(systems.districts.people)[at], _area_rates(result)[at]
    else:
        before, after = systems.launches["districts"]
        people = lived(before.stock, after.stock, year)
        rates = systems.shift.apply(systems.mortality.predict(range(year, year + 1))[0])[None]
    return np.asarray((people * rates).sum(axis=(SEX, AGE)))


def _summed(frames: Frames, area: str, years: range) -> dict[int, Figure]:
    """Deaths by year as the sum of both sexes and of ages that run from 0 to an open group; others are no total."""
    if "deaths" not in frames:
        return {}
    frame = frames["deaths"]
    chosen = frame[
        (frame["area"] == area)
        & (frame["concept"] == "resident")
        & frame["sex"].isin(SEXES)
        & frame["age_start"].notna()
        & (frame["series"] != "wpp2024")
        & frame["year"].isin(list(years))
    ].sort_values(["year", "series", "sex", "age_start"])
    return {
        int(str(year)): (float(rows["deaths"].sum()), "derived", "; ".join(sorted(set(rows["source"].astype(str)))))
        for (year, _), rows in chosen.groupby(["year", "series"], sort=True)
        if all(_whole_ages(rows[rows["sex"] == sex]) for sex in SEXES)
    }


def _whole_ages(rows: pd.DataFrame) -> bool:
    """Whether age groups, in order, run on from 0 to one open group."""
    starts, widths = rows["age_start"].to_numpy(np.float64), rows["age_width"].to_numpy(np.float64)
    if not starts.size or starts[0] != 0 or not np.isnan(widths[-1]):
        return False
    return bool((starts[1:] == starts[:-1] + widths[:-1]).all())


def _later(result: Result, frames: Frames) -> list[Row]:
    """City, province and nation after the launch: counts, else crude rates times people, against the model's rates."""
    systems, years = result.systems, _years(result)
    national = systems.mortality.predict(years)
    city = _area_rates(result), _mid_year(systems.districts.people)
    local = systems.shift.apply(national)[:, None], _mid_year(systems.province.people)
    parts = (city, local, (national[:, None], _mid_year(systems.nation.people)))
    rows: list[Row] = []
    for area, (rates, people) in zip(result.parents, parts, strict=True):
        lived_there = people.sum(axis=(-3, SEX, AGE))
        for year, figure in _reported(frames, area.code, years, lived_there).items():
            at = year - years[0]
            rows += _rows(area, year, _against(figure, float((people[at] * rates[at]).sum()), ""))
    return rows


def _registered(result: Result, frames: Frames) -> list[Row]:
    """Deaths of the city's registered people against those that the model's rates give among them."""
    city, years = result.parents[0], _years(result)
    counted = _counts(frames, city.code, "registered", years)
    if not counted or result.evidence.register is None:
        return [row for year, figure in counted.items() for row in _rows(city, year, {"reported-registered": figure})]
    people = _mid_year(np.stack([year.registered for year in status_of(result).years]))
    rates = _area_rates(result)
    rows: list[Row] = []
    for year, figure in counted.items():
        at = year - years[0]
        rows += _rows(city, year, _against(figure, float((people[at] * rates[at]).sum()), "-registered"))
    return rows


def _against(figure: Figure, expected: float, among: str) -> dict[str, Figure]:
    return {
        f"reported{among}": figure,
        f"expected{among}": (expected, "derived", ENGINE),
        f"ratio{among}": (figure[0] / expected, "derived", figure[2]),
    }


def _area_rates(result: Result) -> Floats:
    """Death rates of the districts (year, area or 1, sex, age)."""
    rates = result.systems.fitted.components.rates[: len(_years(result))]
    return rates[:, None] if rates.ndim == 3 else rates


def _reported(frames: Frames, area: str, years: range, people: Floats) -> dict[int, Figure]:
    """Deaths of residents by year: as counted, or a crude rate times people in the middle of each year (year,)."""
    frame = frames["rates"]
    chosen = frame[
        (frame["area"] == area) & (frame["measure"] == "crude_death_rate") & (frame["concept"] == "resident")
    ]
    rated = {
        int(year): (float(rate) / 1000.0 * float(people[int(year) - years[0]]), "derived", str(source))
        for year, rate, source in zip(chosen["year"], chosen["per_1000"], chosen["source"], strict=True)
        if int(year) in years
    }
    return dict(sorted({**rated, **_counts(frames, area, "resident", years)}.items()))


def _counts(frames: Frames, area: str, concept: str, years: range) -> dict[int, Figure]:
    """Deaths of all ages and both sexes by year, as published; estimates are no count."""
    if "deaths" not in frames:
        return {}
    frame = frames["deaths"]
    chosen = frame[
        (frame["area"] == area)
        & (frame["concept"] == concept)
        & (frame["sex"] == "both")
        & frame["age_start"].isna()
        & (frame["series"] != "wpp2024")
        & frame["year"].isin(list(years))
    ].sort_values(["year", "series"])
    columns = (chosen[name] for name in ("year", "deaths", "status", "source"))
    return {
        int(year): (float(deaths), str(status), str(source))
        for year, deaths, status, source in zip(*columns, strict=True)
    }
