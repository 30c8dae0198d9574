"""What the tables know of group quarters: counts by area, kind, sex and age, each for the census nearest to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecast.axes import AGES, SEXES
from forecast.demography.quarters import Cell, Counted
from forecast.errors import Fault, InputError
from forecast.tables.checks import overlapping
from forecast.tables.places import places

TABLE = "group_quarters"
GROUP = ["area", "kind", "sex", "date"]
FAR = 10
"""Years between a count and the census that it stands for above which the distance is worth a warning."""


def counted_quarters(
    frames: Mapping[str, pd.DataFrame], day: dt.date, areas: tuple[str, ...], above: tuple[str, ...]
) -> Counted | None:
    """Quarters for a census day; None without the table.

    above  codes of the city and its parents, for which a count cannot be used

    For each area and kind the count nearest to the day stands for it (the earlier of two as near); ages and sexes
    without a row in that count have nobody.
    """
    if TABLE not in frames:
        return None
    _check(frames[TABLE], above)
    frame = frames[TABLE][frames[TABLE]["area"].isin(areas) & (frames[TABLE]["status"] != "gap")]
    if frame.empty:
        return None
    chosen = _nearest(frame, day)
    columns = ("kind", "area", "sex", "age_start", "age_width", "people")
    rows = zip(*(chosen[name] for name in columns), strict=True)
    return Counted(
        tuple(
            Cell(str(kind), areas.index(area), SEXES.index(sex), int(start), _end(start, float(width)), float(people))
            for kind, area, sex, start, width, people in rows
        )
    )


def _nearest(frame: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The counts that stand for a day, by area and kind."""
    away = (frame["date"] - pd.Timestamp(day)).abs()
    near = frame[away == away.groupby([frame["area"], frame["kind"]]).transform("min")]
    return near[near["date"] == near.groupby(["area", "kind"])["date"].transform("min")]


@dataclass(frozen=True, slots=True)
class Use:
    """What becomes of counted quarters: numbers of rows.

    idle       by day, counts that stand for no census because another is nearer
    far        by day, counts that stand for a census more than ``FAR`` years away
    elsewhere  by code, rows of areas that are none of the project's
    """

    idle: Mapping[dt.date, int]
    far: Mapping[dt.date, int]
    elsewhere: Mapping[str, int]


def use_of(frames: Mapping[str, pd.DataFrame], days: Sequence[dt.date], areas: tuple[str, ...]) -> Use:
    """What becomes of the rows of the table for the censuses of ``days``; rows without a figure aside."""
    table = frames[TABLE][frames[TABLE]["status"] != "gap"]
    frame = table[table["area"].isin(areas)]
    chosen = {day: _nearest(frame, day) for day in days}
    used = set().union(*(rows.index for rows in chosen.values()))
    distant = pd.concat([rows[(rows["date"].dt.year - day.year).abs() > FAR] for day, rows in chosen.items()])
    return Use(
        _by(frame.loc[~frame.index.isin(list(used)), "date"].dt.date),
        _by(distant[~distant.index.duplicated()]["date"].dt.date),
        _by(table.loc[~table["area"].isin(areas), "area"].astype(str)),
    )


def _by(values: pd.Series[Any]) -> dict[Any, int]:
    return {value: int(count) for value, count in values.value_counts().sort_index().items()}


def _end(start: float, width: float) -> int:
    """The age after the last one of a group; an open group goes to the last age inside."""
    return AGES if np.isnan(width) else min(int(start) + int(width), AGES)


def _check(frame: pd.DataFrame, above: tuple[str, ...]) -> None:
    """``InputError`` for counts of a city as a whole, and for ages that stand in two groups."""
    faults = [
        Fault(
            f"{places(frame).at(place)}, column area",
            "an area of the project",
            f"{frame['area'].iloc[place]}, which is the city or above it",
            "give the quarters of each district",
        )
        for place in np.flatnonzero(frame["area"].isin(above)).tolist()
    ]
    order = frame.reset_index(drop=True).sort_values([*GROUP, "age_start"])
    for _, rows in order.groupby(GROUP, sort=False):
        start, width = (rows[name].to_numpy(np.float64) for name in ("age_start", "age_width"))
        for place in overlapping(start, width):
            where = places(frame).at(int(rows.index[place + 1]))
            found = f"an overlap: age {start[place + 1]:g} stands in two groups"
            faults.append(Fault(where, "ages that stand in one group", found, "remove one of the rows"))
    if faults:
        raise InputError(faults)
