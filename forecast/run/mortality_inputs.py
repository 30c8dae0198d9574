"""What the tables know of deaths by area: totals or crude rates of a year, and deaths by sex and age."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forecast.axes import AGE, SEX, SEXES
from forecast.demography.evidence import Census
from forecast.demography.recorded_deaths import DeathsByAge, DeathTotals, RecordedDeaths
from forecast.errors import InputError
from forecast.project.spec import Models

TABLE = "deaths"
WAY_OUT = 'add the rows, or set areas.engine = "shared" in models/ageing.toml'
Frames = Mapping[str, pd.DataFrame]


def recorded_deaths(
    frames: Frames, models: Models, areas: tuple[str, ...], censuses: tuple[Census, Census]
) -> RecordedDeaths:
    """Deaths of the areas from the first census on; ``InputError`` where the model asks for what is not there."""
    engine, first = models.ageing.areas.engine, censuses[0].date.year
    totals = _totals(frames, areas, models.project.project.province, censuses)
    if engine == "recorded" and totals is None:
        what = f"deaths, or crude death rates, of every district in one year from {first} on (residents, both sexes)"
        raise InputError.one(f"data/**/{TABLE} and data/**/rates", what, "no year with all of them", WAY_OUT)
    return RecordedDeaths(totals, _by_age(frames, areas, first) if engine in ("brass", "topals") else None)


def _totals(
    frames: Frames, areas: tuple[str, ...], province: str, censuses: tuple[Census, Census]
) -> DeathTotals | None:
    """The latest record with deaths of every area; of one year counts before rates, the series in order of the name."""
    known = pd.concat([_counted(frames), _from_rates(frames, areas, province, censuses)], ignore_index=True)
    known = known[known["year"] >= censuses[0].date.year]
    whole = [
        (-int(str(year)), str(record), rows.set_index("area"))
        for (year, record), rows in known.groupby(["year", "record"])
        if set(areas) <= set(rows["area"])
    ]
    if not whole:
        return None
    year, _, rows = min(whole, key=lambda item: item[:2])
    deaths = rows["deaths"].astype(float)
    parent = float(deaths[province]) if province in deaths.index else None
    sources = "; ".join(sorted(set(rows["source"].astype(str))))
    return DeathTotals(-year, np.array([deaths[area] for area in areas], dtype=np.float64), parent, sources)


COLUMNS = ["area", "year", "record", "deaths", "source"]


def _counted(frames: Frames) -> pd.DataFrame:
    """Deaths of residents of all ages and both sexes."""
    if TABLE not in frames:
        return pd.DataFrame(columns=COLUMNS)
    frame = frames[TABLE]
    chosen = frame[(frame["concept"] == "resident") & frame["age_start"].isna() & (frame["sex"] == "both")]
    return chosen.assign(record="counts " + chosen["series"].astype(str))[COLUMNS]


def _from_rates(frames: Frames, areas: tuple[str, ...], province: str, censuses: tuple[Census, Census]) -> pd.DataFrame:
    """Deaths = crude death rate x people, those of years between the censuses on the straight line between them."""
    frame = frames["rates"]
    chosen = frame[
        (frame["measure"] == "crude_death_rate")
        & (frame["concept"] == "resident")
        & frame["area"].isin([*areas, province])
    ]
    counts = [np.append(census.districts.sum(axis=(SEX, AGE)), census.province.sum()) for census in censuses]
    stocks = dict(zip((*areas, province), np.column_stack(counts), strict=True))
    days = [census.date.year for census in censuses]
    people = [
        float(np.interp(year, days, stocks[str(area)]))
        for area, year in zip(chosen["area"], chosen["year"], strict=True)
    ]
    deaths = chosen["per_1000"].to_numpy(np.float64) / 1000.0 * np.array(people, dtype=np.float64)
    return chosen.assign(record="rates " + chosen["series"].astype(str), deaths=deaths)[COLUMNS]


def _by_age(frames: Frames, areas: tuple[str, ...], first: int) -> DeathsByAge:
    """Deaths by sex and age of every area in the same years; ``InputError`` naming what is missing (law 9)."""
    where, what = f"data/**/{TABLE}", "deaths of every district by sex and age group (age_start), residents, one series"
    frame = frames[TABLE] if TABLE in frames else pd.DataFrame(columns=["area"])
    chosen = frame[frame["area"].isin(areas)]
    if len(chosen):
        chosen = chosen[
            (chosen["concept"] == "resident")
            & chosen["sex"].isin(SEXES)
            & chosen["age_start"].notna()
            & (chosen["year"] >= first)
        ]
    if chosen.empty:
        raise InputError.one(where, what, f"none from {first} on", WAY_OUT)
    series = sorted(set(chosen["series"].astype(str)))
    if len(series) > 1:
        raise InputError.one(where, what, f"series {', '.join(series)}", "leave one of them")
    years, starts = (sorted({int(value) for value in chosen[name]}) for name in ("year", "age_start"))
    _check_groups(chosen, starts)
    cells = chosen.set_index(["area", "sex", "age_start", "year"])["deaths"].astype(float)
    wanted = pd.MultiIndex.from_product([areas, SEXES, starts, years], names=cells.index.names)
    missing = wanted[~wanted.isin(cells.index)]
    if len(missing):
        shown = "; ".join(f"{area} {sex} from age {age} in {year}" for area, sex, age, year in missing[:10])
        raise InputError.one(where, what, f"{len(missing)} cells without a row: {shown}", WAY_OUT)
    values = cells.reindex(wanted).to_numpy(np.float64).reshape(len(areas), len(SEXES), len(starts), len(years))
    return DeathsByAge(tuple(years), np.array(starts, dtype=np.intp), values.sum(axis=-1))


def _check_groups(chosen: pd.DataFrame, starts: list[int]) -> None:
    """``InputError`` unless the age groups run from 0 to one open group, the same everywhere."""
    widths = dict(zip(starts, [*np.diff(starts).astype(float).tolist(), float("nan")], strict=True))
    found = {(int(start), float(width)) for start, width in zip(chosen["age_start"], chosen["age_width"], strict=True)}
    odd = [
        f"{start} (width {'open' if np.isnan(width) else f'{width:g}'})"
        for start, width in sorted(found)
        if width != widths[start] and not (np.isnan(width) and np.isnan(widths[start]))
    ]
    if starts[0] != 0 or odd:
        shown = ", ".join(odd[:10]) or f"the first group from {starts[0]}"
        what = "age groups from 0 to one open group, the same in every row"
        raise InputError.one(f"data/**/{TABLE}", what, shown, "make age_start and age_width run on")
