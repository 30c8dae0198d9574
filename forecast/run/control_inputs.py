"""Two optional tables to arrays: boundary changes, applied to the past, and figures that the future must meet."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pandas as pd

from forecast.axes import AGES, SEXES, Floats
from forecast.demography.boundaries import Change, Moved, checked, dissolving, into_today
from forecast.demography.controls import Control
from forecast.demography.engine import Override
from forecast.errors import Fault, InputError
from forecast.project.spec import Models

Frames = Mapping[str, pd.DataFrame]
COUNTS = (
    "population",
    "hukou_pop",
    "registered_elsewhere_same_county",
    "registered_elsewhere_same_province",
    "registered_elsewhere_other_province",
    "family_household_pop",
    "urban_pop",
    "rural_pop",
)
"""Indicators that count people of all ages: they move with them. Shares and means do not."""
SEXES_OF = {"male": (0,), "female": (1,), "both": (0, 1), "": (0, 1)}


def changes_of(frames: Frames) -> tuple[Change, ...]:
    """The changes of the table, checked and in the order of their days; none where there is no table."""
    if "boundary_changes" not in frames:
        return ()
    table = frames["boundary_changes"]
    _of_districts(table, frames["areas"])
    found = [
        Change(
            cast("pd.Timestamp", row.date).date(),
            str(row.from_area),
            str(row.to_area),
            float(cast("float", row.share)),
            str(row.kind),
            SEXES_OF[str(row.sex)],
            *_ages(row.age_start, row.age_width),
            f"data/**/boundary_changes, {cast('pd.Timestamp', row.date).date()}, {row.from_area} to {row.to_area}",
        )
        for row in table[table["status"] != "gap"].itertuples(index=False)
    ]
    return checked(found, frames["areas"]["area"].astype(str))


def gone_by(frames: Frames) -> dict[str, str]:
    """Codes of the areas that a boundary change dissolved, each with the place of its row, for messages."""
    return {code: change.where for code, change in dissolving(changes_of(frames)).items()}


def _of_districts(table: pd.DataFrame, areas: pd.DataFrame) -> None:
    """``InputError`` for a change from or to a place that is the sum of others: its people move with theirs."""
    above = set(areas["parent"].dropna().astype(str))
    faults = [
        Fault(f"data/**/boundary_changes, column {column}", "a district or county", code, "name the district concerned")
        for column in ("from_area", "to_area")
        for code in sorted(set(table[column].astype(str)) & above)
    ]
    if faults:
        raise InputError(faults)


def in_todays_areas(frames: Frames) -> tuple[Frames, tuple[Override, ...]]:
    """The tables with population and counted indicators of the past carried through all later boundary changes."""
    changes = changes_of(frames) if {"areas", "population", "indicators"} <= set(frames) else ()
    if not changes:
        return frames, ()
    population, stocks = _population(frames["population"], changes)
    indicators, notes = _indicators(frames["indicators"], changes, stocks)
    rows = [note for moved in stocks.values() for note in moved.notes]
    return {**frames, "population": population, "indicators": indicators}, (*rows, *notes)


def check_days(frames: Frames, models: Models) -> None:
    """``InputError`` for a boundary that changes after the launch: history is carried into the areas of the launch."""
    if "boundary_changes" not in frames:
        return
    last = pd.Timestamp(models.project.time.census)
    late = sorted({day.date().isoformat() for day in frames["boundary_changes"]["date"] if day > last})
    if late:
        what = f"days up to the census of {last.date()}, in whose areas the forecast is told"
        raise InputError.one("data/**/boundary_changes, column date", what, ", ".join(late[:10]), "leave them out")


def controls_of(frames: Frames, models: Models, areas: Sequence[str]) -> tuple[Control, ...]:
    """The figures that the districts must meet, for people of the project's concept; none where there is no table."""
    if "controls" not in frames:
        return ()
    head = models.project.project
    frame = frames["controls"]
    places: dict[str, int | None] = {head.city: None, **{code: number for number, code in enumerate(areas)}}
    chosen = frame[(frame["concept"] == head.concept) & (frame["status"] != "gap")]
    faults = [
        Fault(f"data/**/controls, year {row.year}", f"the city {head.city} or one of its districts", str(row.area))
        for row in chosen.itertuples(index=False)
        if row.area not in places
    ]
    if faults:
        raise InputError(faults)
    return tuple(
        Control(
            str(row.area),
            places[str(row.area)],
            int(cast("int", row.year)),
            float(cast("float", row.people)),
            SEXES_OF[str(row.sex)],
            *_ages(row.age_start, row.age_width),
            f"{row.status}, {row.source}",
        )
        for row in chosen.itertuples(index=False)
    )


def _ages(start: object, width: object) -> tuple[int, int | None]:
    """First completed age and end (None: open) of a group whose cells may be blank."""
    first, years = cast("float", start), cast("float", width)
    low = 0 if np.isnan(first) else int(first)
    return low, None if np.isnan(years) or low + years >= AGES else low + int(years)


def _population(
    frame: pd.DataFrame, changes: Sequence[Change]
) -> tuple[pd.DataFrame, dict[tuple[dt.date, str], Moved]]:
    """The table in today's areas, and what was moved by day and concept."""
    concerned = {code for change in changes for code in (change.giver, change.taker)}
    mine = frame["area"].isin(concerned)
    kept, stocks = [frame[~mine]], dict[tuple[dt.date, str], Moved]()
    for (date, concept), rows in frame[mine].groupby(["date", "concept"], sort=True):
        day = cast("pd.Timestamp", date).date()
        cells = {str(area): part.sort_values(["sex", "age_start"]) for area, part in rows.groupby("area", sort=True)}
        if not any(change.day > day for change in changes):
            kept.append(rows)
            continue
        starts = _starts(cells, day)
        people = {area: _by_sex(part) for area, part in cells.items()}
        moved = into_today(people, starts, day, changes, f"people ({concept})")
        stocks[day, str(concept)] = moved
        kept += [_rows(cells, area, stock) for area, stock in moved.people.items()]
    return pd.concat(kept, ignore_index=True), stocks


def _by_sex(rows: pd.DataFrame) -> Floats:
    """People (sex, group) of rows that stand by sex and age: the table's words sort female first."""
    return rows["people"].to_numpy(np.float64).reshape(len(SEXES), -1)[::-1].copy()


def _rows(cells: Mapping[str, pd.DataFrame], area: str, stock: Floats) -> pd.DataFrame:
    """The rows of an area with its new people; those of an area without figures are made like its neighbours'."""
    like = cells[area] if area in cells else next(iter(cells.values()))
    return like.assign(area=area, people=stock[::-1].reshape(-1), status="derived")


def _starts(cells: Mapping[str, pd.DataFrame], day: dt.date) -> tuple[int, ...]:
    found = {area: tuple(sorted(set(part["age_start"].astype(int)))) for area, part in cells.items()}
    if len(set(found.values())) > 1:
        shown = "; ".join(f"{area}: {len(starts)} groups" for area, starts in found.items())
        what = "the same age groups in all areas of a boundary change"
        raise InputError.one(f"data/**/population, date {day}", what, shown, "sum the finer groups")
    return next(iter(found.values()))


def _indicators(
    frame: pd.DataFrame, changes: Sequence[Change], stocks: Mapping[tuple[dt.date, str], Moved]
) -> tuple[pd.DataFrame, list[Override]]:
    """Counted indicators in today's areas: they move by the share of all people who went."""
    frame, notes, new = frame.copy(), list[Override](), list[pd.DataFrame]()
    frame["value"] = frame["value"].astype(np.float64)
    concerned = {code for change in changes for code in (change.giver, change.taker)}
    mine = frame[frame["indicator"].isin(COUNTS) & frame["area"].isin(concerned)]
    for (date, concept, name), rows in mine.groupby(["date", "concept", "indicator"], sort=True):
        day = cast("pd.Timestamp", date).date()
        known = stocks.get((day, str(concept)), next((moved for (at, _), moved in stocks.items() if at == day), None))
        later = [_plain(change, known, str(name), day) for change in changes if change.day > day]
        # Counts of both sexes together: all of them stand in the first row.
        values = {
            str(area): np.array([[value], [0.0]]) for area, value in zip(rows["area"], rows["value"], strict=True)
        }
        moved = into_today(values, (0,), day, later, f"{name} ({concept})")
        notes += moved.notes
        found = {area: float(value.sum()) for area, value in moved.people.items()}
        frame.loc[rows.index, "value"] = [found[str(area)] for area in rows["area"]]
        new += [
            rows.iloc[:1].assign(area=area, value=found[area], status="derived") for area in found if area not in values
        ]
    return pd.concat([frame, *new], ignore_index=True), notes


def _plain(change: Change, known: Moved | None, indicator: str, day: dt.date) -> Change:
    """The change with the share of all people who went with it: a change of some ages needs the stock of that day."""
    if change.plain:
        return change
    if known is None or change not in known.shares:
        what = f"people by age on {day}, to move the indicator {indicator} with"
        raise InputError.one(change.where, what, "none", "add the population of that day, or one share for all ages")
    return dataclasses.replace(change, share=known.shares[change], sexes=(0, 1), first=0, end=None)
