"""The areas as places: seats, urban people, people registered elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.demography.flow_seeds import ObservedMoves
from forecast.demography.settlement import Dwellings, Settlement
from forecast.errors import InputError
from forecast.project.spec import Models

URBAN = ("urban_pop",)
NEAR = ("registered_elsewhere_same_province", "inmigrants_same_province")
FAR = ("registered_elsewhere_other_province", "inmigrants_other_province")
HOUSEHOLDS = ("family_households",)
"""Names under which censuses publish one count."""
Frames = Mapping[str, pd.DataFrame]
RESIDUAL = 'or set model.engine = "residual" in models/movement.toml'


def settlement(frames: Frames, models: Models, areas: tuple[str, ...]) -> Settlement | None:
    """What the engine of gross flows needs, ``InputError`` for what is missing; None for an engine of net rates."""
    if models.movement.model.engine != "flows":
        return None
    days = (models.project.time.previous_census, models.project.time.census)
    urban, near, far = (
        np.stack([_counts(frames["indicators"], names, day, areas) for day in days]) for names in (URBAN, NEAR, FAR)
    )
    seats = frames["areas"].drop_duplicates("area").set_index("area").reindex(list(areas))
    lon, lat = (_seats(seats, name) for name in ("lon", "lat"))
    edges = np.stack(
        [
            pd.to_numeric(seats[name], errors="coerce").to_numpy(np.float64)
            for name in ("west", "south", "east", "north")
        ]
    )
    # without its edges an area is the point of its middle: it hardly borders on anybody
    boxes = np.where(np.isnan(edges), np.stack([lon, lat, lon, lat]), edges)
    return Settlement(lon, lat, urban, near, far, boxes)


def _counts(table: pd.DataFrame, names: tuple[str, ...], day: dt.date, areas: tuple[str, ...]) -> Floats:
    here = table[table["indicator"].isin(names) & (table["date"] == pd.Timestamp(day))]
    found = here.drop_duplicates("area").set_index("area")["value"].reindex(list(areas))
    missing = list(found.index[found.isna()])
    if missing:
        what = f"{' or '.join(names)} of every area on {day}"
        way_out = f"add the rows, {RESIDUAL}"
        raise InputError.one("data/**/indicators", what, f"none for {', '.join(missing[:10])}", way_out)
    return found.to_numpy(np.float64)


def _seats(seats: pd.DataFrame, name: str) -> Floats:
    """Middle of each area where it is known, else its seat: seats of a city's core lie side by side."""
    values = pd.to_numeric(seats[f"centroid_{name}"], errors="coerce").fillna(pd.to_numeric(seats[name]))
    missing = list(values.index[values.isna()])
    if missing:
        what, found = f"{name} of every area, in degrees", f"none for {', '.join(missing[:10])}"
        raise InputError.one("data/**/areas", what, found, f"fill the column, {RESIDUAL}")
    return values.to_numpy(np.float64)


def dwellings(frames: Frames, models: Models, areas: tuple[str, ...]) -> dict[int, Dwellings]:
    """The optional table of dwellings by year of completion; ``InputError`` where it cannot act."""
    if "housing" not in frames:
        return {}
    table = frames["housing"][frames["housing"]["status"] != "gap"]
    strangers = sorted(set(table["area"].astype(str)) - set(areas))
    if strangers:
        what, found = "areas of the project", ", ".join(strangers[:10])
        raise InputError.one("data/**/housing, column area", what, found, "correct the codes, or leave the rows out")
    if models.movement.model.engine == "flows" and models.movement.housing is None:
        raise InputError.one(
            "models/movement.toml", "a section [housing]", "a table data/**/housing without it", "add it"
        )
    found_years = {}
    for year, rows in table.groupby("year"):
        here = rows.set_index("area").reindex(list(areas))
        found_years[int(str(year))] = Dwellings(
            here["dwellings"].fillna(0.0).to_numpy(np.float64), here["household_size"].to_numpy(np.float64)
        )
    return found_years


def observed_moves(frames: Frames, models: Models, areas: tuple[str, ...]) -> ObservedMoves | None:
    """The optional table of moves between places, a year's mean; ``InputError`` for a place that is none."""
    if "migration" not in frames:
        return None
    head, table = models.project.project, frames["migration"][frames["migration"]["status"] != "gap"]
    places = [*areas, head.province, head.nation]
    for column in ("origin", "destination"):
        strangers = sorted(set(table[column].astype(str)) - set(places))
        if strangers:
            what = f"areas of the project, or {head.province} or {head.nation} for the rest of them"
            where = f"data/**/migration, column {column}"
            raise InputError.one(where, what, ", ".join(strangers[:10]), "correct the codes, or leave the rows out")
    if models.movement.gravity is not None and "housing" in models.movement.gravity.terms and "housing" not in frames:
        where, what = "models/movement.toml, key gravity.terms", "a table data/**/housing for the term housing"
        raise InputError.one(where, what, "none", "add the table, or leave the term out")
    years = table["year"].nunique()
    whole = table[table["age_start"].isna()] if table["age_start"].isna().any() else table
    sums = whole.groupby(["origin", "destination"])["people"].sum() / years
    wanted = pd.MultiIndex.from_product([places, places])
    pairs = np.array(sums.reindex(wanted), dtype=np.float64).reshape(len(places), len(places))
    pairs[np.eye(len(places), dtype=bool)] = np.nan
    return ObservedMoves(pairs, *_by_age(table, years), _growth(frames, models, areas))


def _growth(frames: Frames, models: Models, areas: tuple[str, ...]) -> Floats:
    """Dwellings completed a year for one household of the census (area,); NaN without a table of dwellings."""
    if "housing" not in frames:
        return np.full(len(areas), np.nan)
    table = frames["housing"]
    yearly = table.groupby("area")["dwellings"].sum().reindex(list(areas)).fillna(0.0) / table["year"].nunique()
    return np.asarray(yearly / _counts(frames["indicators"], HOUSEHOLDS, models.project.time.census, areas))


def _by_age(table: pd.DataFrame, years: int) -> tuple[Floats, Floats, Floats]:
    """Middles, yearly counts and widths of closed age groups over all pairs; empty where the table tells no ages."""
    told = table[table["age_start"].notna() & table["age_width"].notna()]
    sums = told.groupby(["age_start", "age_width"])["people"].sum().reset_index()
    starts, widths = sums["age_start"].to_numpy(np.float64), sums["age_width"].to_numpy(np.float64)
    return starts + widths / 2.0, sums["people"].to_numpy(np.float64) / years, widths
