"""What the tables know of registered people by area, and of residents who are registered elsewhere (law 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from forecast.axes import SEXES, Floats
from forecast.demography.base import year_left
from forecast.demography.evidence import Census
from forecast.demography.register import ByAge, Register
from forecast.errors import InputError
from forecast.project.spec import Models
from forecast.run.place_inputs import FAR, NEAR

SAME = ("registered_elsewhere_same_county", "inmigrants_same_county")
"""Who are registered in another street or township of the same county, and of the same city where districts meet."""
COUNT, GROUP = "hukou_pop", "nine_districts"
INDICATORS = (COUNT, *SAME, *NEAR, *FAR)


def register_of(
    frames: Mapping[str, pd.DataFrame], models: Models, census: Census, levels: Mapping[str, str]
) -> Register | None:
    """The register of a project's areas; None where no area has both counts, ``InputError`` where some have not.

    census  of the launch;  levels  of the areas by code, in order
    """
    areas, city = tuple(levels), models.project.project.city
    inside, near, far = (_movers(frames["indicators"], names, census, areas) for names in (SAME, NEAR, FAR))
    counts = tuple(_counts(frames, area) for area in areas)
    tables = _tables(frames["population"], census.date.year, areas)
    outside = near + far
    registered = np.array([bool(count) or place in tables for place, count in enumerate(counts)])
    if not registered.any() or np.isnan(outside).all():
        return None
    _whole(areas, registered, f"totals, registered, or indicators, {COUNT}", "registered people of every area")
    what = f"{' and '.join((SAME[0], NEAR[0], FAR[0]))} of every area on {census.date}"
    _whole(areas, ~np.isnan(outside + inside), "indicators", what)
    return Register(
        areas,
        city,
        census.districts.sum(axis=(-2, -1)),
        outside,
        inside,
        counts,
        _year_ends(frames["totals"], city, "all"),
        np.array([level == "district" for level in levels.values()]),
        _year_ends(frames["totals"], city, GROUP),
        tables,
        int(models.movement.residence.settled.value),
    )


def _whole(areas: Sequence[str], known: np.ndarray, table: str, what: str) -> None:
    missing = [area for area, here in zip(areas, known.tolist(), strict=True) if not here]
    if missing:
        way_out = "add the rows, or leave out those of every area: then no table of registered people is made"
        raise InputError.one(f"data/**/{table}", what, f"none for {', '.join(missing[:10])}", way_out)


def _movers(table: pd.DataFrame, names: tuple[str, ...], census: Census, areas: tuple[str, ...]) -> Floats:
    here = table[table["indicator"].isin(names) & (table["date"] == pd.Timestamp(census.date))]
    return here.drop_duplicates("area").set_index("area")["value"].reindex(list(areas)).to_numpy(np.float64)


def _counts(frames: Mapping[str, pd.DataFrame], area: str) -> dict[float, float]:
    """Registered people of an area by time: years that end on 31 December."""
    table, totals = frames["indicators"], frames["totals"]
    censuses = table[(table["area"] == area) & (table["indicator"] == COUNT)]
    found = {_time(day): float(value) for day, value in zip(censuses["date"], censuses["value"], strict=True)}
    return found | {float(year): people for year, people in _year_ends(totals, area, "all").items()}


def _time(day: pd.Timestamp) -> float:
    return float(day.year - year_left(day.date()))


def _year_ends(totals: pd.DataFrame, area: str, group: str) -> dict[int, float]:
    chosen = totals[
        (totals["area"] == area)
        & (totals["basis"] == "year_end")
        & (totals["group"] == group)
        & (totals["concept"] == "registered")
    ]
    return {int(day.year): float(people) for day, people in zip(chosen["date"], chosen["people"], strict=True)}


def _tables(population: pd.DataFrame, year: int, areas: tuple[str, ...]) -> dict[int, ByAge]:
    """Registered people by age in the launch year, by place of the area: the last table of the year."""
    own = population[(population["concept"] == "registered") & (population["date"].dt.year == year)]
    found: dict[int, ByAge] = {}
    for place, area in enumerate(areas):
        here = own[own["area"] == area]
        here = here[here["date"] == here["date"].max()]
        if not here.empty:
            cells = here.pivot_table(index="sex", columns="age_start", values="people").reindex(list(SEXES))
            found[place] = ByAge(cells.columns.to_numpy(np.float64), _cells(cells, area, year))
    return found


def _cells(cells: pd.DataFrame, area: str, year: int) -> Floats:
    if cells.isna().to_numpy().any():
        where = f"data/**/population, registered people of {area}, {year}"
        raise InputError.one(where, "the same age groups for both sexes", "others", "take the groups of one sex")
    return cells.to_numpy(np.float64)
