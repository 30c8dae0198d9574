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
from forecast.tables.checks import overlapping

URBAN = ("urban_pop",)
NEAR = ("registered_elsewhere_same_province", "inmigrants_same_province")
FAR = ("registered_elsewhere_other_province", "inmigrants_other_province")
HOUSEHOLDS = ("family_households",)
"""Names under which censuses publish one count."""
Frames = Mapping[str, pd.DataFrame]
SEEN = 10
"""Years after the census of the launch in which moves may have been seen."""
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
    _check_moves(table, models, places)
    _check_ages(table)
    sums = _by_pair(table)
    wanted = pd.MultiIndex.from_product([places, places])
    pairs = np.array(sums.reindex(wanted), dtype=np.float64).reshape(len(places), len(places))
    return ObservedMoves(pairs, *_by_age(table), _growth(frames, models, areas))


def _check_moves(table: pd.DataFrame, models: Models, places: list[str]) -> None:
    """Rows of moves inside a place, between the two pools, or of years that say nothing of the launch."""
    where = "data/**/migration"
    both = table[["origin", "destination"]].astype(str)
    inside = both[(both["origin"] == both["destination"]) | both.isin(places[-2:]).all(axis=1)]
    if len(inside):
        what = "moves between two areas, or between an area and the rest of the province or the country"
        found = ", ".join(sorted({f"{row.origin} to {row.destination}" for row in inside.itertuples()})[:10])
        raise InputError.one(where, what, found, "leave the rows out")
    time = models.project.time
    first, last = time.previous_census.year, min(time.census.year + SEEN, time.horizon)
    early = sorted(set(table["year"]) - set(range(first, last + 1)))
    if early:
        what = f"years of {first} to {last}: those before say nothing of who moves at the launch, nobody has seen later"
        raise InputError.one(f"{where}, column year", what, ", ".join(map(str, early[:10])), "leave the rows out")


def _check_ages(table: pd.DataFrame) -> None:
    """Age groups of one pair and year must not overlap: their sum stands for all ages."""
    told = table[table["age_start"].notna()].sort_values("age_start")
    for (origin, destination, year), rows in told.groupby(["origin", "destination", "year"], observed=True):
        start, width = rows["age_start"].to_numpy(np.float64), rows["age_width"].to_numpy(np.float64)
        over = overlapping(start, width)
        if over:
            first, second = int(start[over[0]]), int(start[over[0] + 1])
            where = f"data/**/migration, {origin} to {destination}, {year}, column age_start"
            found = f"the group from {first} reaches to {second} or beyond"
            raise InputError.one(where, "age groups that do not overlap", found, "leave one of them out")


def _by_pair(table: pd.DataFrame) -> pd.Series[float]:
    """Moves of all ages by origin and destination, the mean of the years that tell them.

    A year's total of a pair stands; where it has none, the sum of its ages.
    """
    pair = ["origin", "destination", "year"]
    ages = table[table["age_start"].notna()].groupby(pair, observed=True)["people"].sum()
    totals = table[table["age_start"].isna()].groupby(pair, observed=True)["people"].sum()
    return totals.combine_first(ages).groupby(["origin", "destination"], observed=True).mean()


def _growth(frames: Frames, models: Models, areas: tuple[str, ...]) -> Floats:
    """Dwellings completed a year for one household of the census (area,); NaN without a table of dwellings."""
    if "housing" not in frames:
        return np.full(len(areas), np.nan)
    table = frames["housing"]
    yearly = table.groupby("area")["dwellings"].sum().reindex(list(areas)).fillna(0.0) / table["year"].nunique()
    return np.asarray(yearly / _counts(frames["indicators"], HOUSEHOLDS, models.project.time.census, areas))


def _by_age(table: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Middles, counts and widths of closed age groups over all pairs and years; empty where the table tells no ages."""
    told = table[table["age_start"].notna() & table["age_width"].notna()]
    sums = told.groupby(["age_start", "age_width"])["people"].sum().reset_index()
    starts, widths = sums["age_start"].to_numpy(np.float64), sums["age_width"].to_numpy(np.float64)
    return starts + widths / 2.0, sums["people"].to_numpy(np.float64), widths
