"""Checks between rows and between tables: foreign keys, ages without holes, children that sum to their parent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.errors import Fault
from forecast.tables.near import did_you_mean, in_words
from forecast.tables.places import places
from forecast.tables.schema import load_schema

Tables = Mapping[str, pd.DataFrame]
GROUP = ["area", "date", "concept", "sex"]
CELL = ["date", "concept", "sex", "age_start", "age_width"]


def unknown_references(tables: Tables) -> list[Fault]:
    """One fault for each value that the table it refers to does not hold, and for each such table that is missing."""
    faults: list[Fault] = []
    missing: dict[str, list[str]] = {}
    for name, frame in tables.items():
        for column in load_schema(name).columns:
            if column.reference is None:
                continue
            target, field = column.reference
            if target not in tables:
                missing.setdefault(target, []).append(name)
                continue
            known = set(tables[target][field].unique())
            if strangers := set(frame[column.name].unique()) - known - {""}:
                faults += _strangers(frame, column.name, strangers, known, f"{field} of the table {target}")
    for target, users in missing.items():
        found = f"none, though {in_words(dict.fromkeys(users))} refer to it"
        faults.append(Fault("data/", f"a table {target}", found, f"add a file {target}.csv"))
    return faults


def _strangers(frame: pd.DataFrame, column: str, strangers: set[Any], known: set[Any], expected: str) -> list[Fault]:
    odd = frame[column][frame[column].isin(list(strangers))]
    faults = []
    for value, rows in odd.groupby(odd, sort=False):
        where = f"{places(frame).at(int(rows.index[0]))}, column {column}"
        others = f" (and in {len(rows) - 1} more rows)" if len(rows) > 1 else ""
        way_out = did_you_mean(str(value), known) or "add it there, or correct it here"
        faults.append(Fault(where, f"a known {expected}", f"{value}{others}", way_out))
    return faults


def broken_ages(population: pd.DataFrame) -> list[Fault]:
    """Faults where age groups do not run from 0 to one open group, by area, day, concept and sex.

    Names the hole, the overlap, a group after the open one, a missing open group, and a sex that stands alone.
    """
    rows = population.sort_values([*GROUP, "age_start"], kind="stable")
    groups = rows.groupby(GROUP, sort=False).ngroup().to_numpy()
    first = np.diff(groups, prepend=-1) != 0
    last = np.diff(groups, append=-1) != 0
    start = rows["age_start"].to_numpy(dtype=np.float64)
    end = start + rows["age_width"].to_numpy(dtype=np.float64)  # NaN for an open group
    due = np.where(first, 0.0, np.roll(end, 1))  # where each group must begin
    faults = []
    for at in np.flatnonzero((start != due) | (last & ~np.isnan(end))).tolist():
        where = _place(population, int(rows.index[at]))
        found = _misstep(start[at], due[at])
        if found:
            faults.append(Fault(where, "ages that run on from 0", found, "add the missing rows, or remove the odd one"))
        if last[at] and not np.isnan(end[at]):
            found = f"none: the last group ends at {end[at] - 1:g}"
            faults.append(
                Fault(where, "an open age group at the end", found, "leave age_width of the oldest group blank")
            )
    return faults + _lone_sexes(population)


def overlapping(start: Floats, width: Floats) -> list[int]:
    """Positions of age groups, in order of their first age, that reach into the next one; an open group reaches all.

    >>> overlapping(np.array([0.0, 5.0, 8.0]), np.array([5.0, 5.0, np.nan]))
    [1]
    """
    return np.flatnonzero(~(start[:-1] + width[:-1] <= start[1:])).tolist()


def _misstep(start: float, due: float) -> str:
    """What is wrong with an age group that begins at ``start`` and not where it is due (NaN: after an open group)."""
    if np.isnan(due):
        return f"a group from {start:g} after or within an open group"
    if start > due:
        return f"a hole: ages {due:g} to {start - 1:g} have no row"
    if start < due:
        return f"an overlap: age {start:g} stands in two groups"
    return ""


def _lone_sexes(population: pd.DataFrame) -> list[Fault]:
    rows = population.drop_duplicates(GROUP)
    alone = rows[~rows.duplicated(GROUP[:-1], keep=False)]
    faults = []
    for index, sex in alone["sex"].items():
        other = "female" if sex == "male" else "male"
        where = _place(population, cast("int", index))
        faults.append(Fault(where, "rows for both sexes", f"{sex} only", f"add the rows for {other}"))
    return faults


def _place(frame: pd.DataFrame, index: int) -> str:
    row = frame.loc[index]
    day = cast("pd.Timestamp", row["date"]).date()
    return f"{places(frame).at(index)} (area {row['area']}, {day}, {row['concept']}, {row['sex']})"


def wrong_sums(population: pd.DataFrame, areas: pd.DataFrame) -> list[Fault]:
    """Faults where all children of an area are given and do not sum to it: same day, concept, sex and age group.

    An area is checked when ``complete`` says yes, or is blank and two or more children are listed.
    """
    faults: list[Fault] = []
    stated = dict(zip(areas["area"], areas["complete"], strict=True))
    for parent, children in areas[areas["parent"] != ""].groupby("parent", sort=True)["area"]:
        complete = stated.get(parent, "no")
        if complete == "yes" or (complete == "" and len(children) > 1):
            faults += _compare(population, str(parent), list(children))
    return faults


def _compare(population: pd.DataFrame, parent: str, children: list[str]) -> list[Fault]:
    whole = population[population["area"] == parent]
    parts = population[population["area"].isin(children)]
    sums = parts.groupby(CELL, dropna=False, sort=False)["people"].agg(total="sum", given="size").reset_index()
    both = whole.rename_axis("label").reset_index().merge(sums, on=CELL, how="inner")
    wrong = both[(both["given"] == len(children)) & (both["total"] != both["people"])]
    faults = []
    for label, age, people, total in wrong[["label", "age_start", "people", "total"]].to_numpy().tolist():
        where = f"{_place(population, label)}, ages from {age}"
        found = f"wrong sum: {people} in the area, {total} in its {len(children)} parts, difference {people - total}"
        faults.append(Fault(where, "parts that sum to the area", found, "correct one of them, or leave the area out"))
    return faults
