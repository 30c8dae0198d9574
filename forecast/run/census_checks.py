"""Whether counts of a census can carry a run: children and women are there, areas are the city, dwellings fit in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from forecast.axes import FEMALE, FERTILE, SEXES, Floats
from forecast.demography.engine import Override
from forecast.demography.evidence import Census
from forecast.demography.settlement import Dwellings
from forecast.errors import Fault, InputError
from forecast.project.spec import Models
from forecast.run.place_inputs import HOUSEHOLDS

Frames = Mapping[str, pd.DataFrame]
INFANTS, TODDLERS = "0", "1-4"
MANY = 20.0
"""Where so many children of an age are expected none is no chance, but a hole filled with a zero."""
APART = 0.02
"""Share by which the areas together may differ from their city: the same census, or the year's end after it."""
GROWTH = 0.1
"""The same for each further year until the first total on record."""
CROWDED, ABSURD = 0.5, 2.0
"""Dwellings of a year for one household of the census: above the first it is told, above the second refused."""
DWELLINGS = "dwellings"
MORE = "taken as stated: in one year, dwellings for more than half of its"


def check_counts(census: Census, before: Census, areas: tuple[str, ...], province: str, nation: str) -> None:
    """``InputError`` for a launch census from which no level of births can be had (law 9).

    Areas of few people may well have no child of an age (``ground``), but no area is without women of 15-49.
    """
    faults = [
        Fault(
            f"data/**/population, date {item.date}, ages 0 and 1-4 of {code}", "boys and girls", "an age without them"
        )
        for item, code, groups in (
            (census, nation, census.nation),
            (census, province, census.province),
            (before, nation, before.nation),
        )
        if (groups[:, :2] <= 0).any()
    ]
    fertile = (census.starts >= FERTILE.start) & (census.starts < FERTILE.stop)
    women = census.districts[:, FEMALE, fertile].sum(axis=-1)
    faults += [
        Fault(
            f"data/**/population, date {census.date}, women of 15-49 of {areas[place]}",
            "one or more: without them no level of births can be had",
            "none",
            "add the counts, or join the area to a neighbour in all tables",
        )
        for place in np.flatnonzero(women <= 0)
    ]
    if not faults:
        faults = list(_childless(census, areas, women))
    if faults:
        raise InputError(faults)


def _childless(census: Census, areas: tuple[str, ...], women: Floats) -> Iterator[Fault]:
    """Areas without a child of an age where its women would have many, at the rate of all areas together."""
    counted = census.districts[..., :2].sum(axis=1)
    expected = women[:, None] * counted.sum(axis=0) / women.sum()
    for age, name in enumerate((INFANTS, TODDLERS)):
        where = f"data/**/population, date {census.date}, age {name}"
        if counted[:, age].sum() <= 0:
            yield Fault(where, "children in some area", "none in any", "add the counts")
        for place in np.flatnonzero((counted[:, age] <= 0) & (expected[:, age] > MANY)):
            what = f"some children: the women of 15-49 would have about {expected[place, age]:,.0f} there"
            yield Fault(f"{where} of {areas[place]}", what, "0", "add the count: a count that is not known is no zero")


def check_city(frames: Frames, models: Models, census: Census) -> None:
    """``InputError`` where the areas are not the whole city: totals of the city would fill them with incomers."""
    city, day = models.project.project.city, models.project.time.census
    together = float(census.districts.sum())
    for where, people, apart in _city(frames, city, pd.Timestamp(day), census.starts):
        if abs(together - people) > apart * people:
            what = f"people of the city that its areas make up to within {apart:.0%}: {together:,.0f} on {day}"
            way_out = "add the areas that are missing, or give the city's rows for these areas alone"
            raise InputError.one(where, what, f"{people:,.0f}", way_out)


def _city(frames: Frames, city: str, day: pd.Timestamp, starts: Floats) -> Iterator[tuple[str, float, float]]:
    """What the tables say of all residents of a city around a census: where, persons, how far off they may be."""
    ages = frames["population"]
    counted = ages[(ages["area"] == city) & (ages["concept"] == "resident") & (ages["date"] == day)]
    if len(counted) == len(SEXES) * len(starts):
        yield f"data/**/population, {city}, {day:%Y-%m-%d}", float(counted["people"].sum()), APART
    told = frames["indicators"]
    told = told[(told["area"] == city) & (told["indicator"] == "population") & (told["date"] == day)]
    for people in told["value"]:
        yield f"data/**/indicators, population of {city}, {day:%Y-%m-%d}", float(people), APART
    totals = frames["totals"]
    totals = totals[(totals["area"] == city) & (totals["concept"] == "resident") & (totals["group"] == "all")]
    for people in totals[(totals["basis"] == "census") & (totals["date"] == day)]["people"]:
        yield f"data/**/totals, {city}, census of {day:%Y-%m-%d}", float(people), APART
    ends = totals[(totals["basis"] == "year_end") & (totals["date"].dt.year >= day.year)].sort_values("date")
    for date, people in zip(ends["date"][:1], ends["people"][:1], strict=True):
        apart = APART + GROWTH * (date.year - day.year)
        yield f"data/**/totals, {city}, {date:%Y-%m-%d}", float(people), apart


def crowded(
    frames: Frames, models: Models, census: Census, areas: tuple[str, ...], built: Mapping[int, Dwellings]
) -> tuple[Override, ...]:
    """Years in which an area gets more dwellings than half its households, told; more than twice, ``InputError``.

    Square metres in place of dwellings are told by it: a district seldom builds for one in twenty of its households.
    """
    if not built:
        return ()
    households = _households(frames["indicators"], models, census, areas)
    cells = [
        (year, area, float(count), float(known))
        for year, here in sorted(built.items())
        for area, count, known in zip(areas, here.completed, households, strict=True)
    ]
    faults = [
        Fault(
            f"data/**/housing, {area}, {year}",
            f"dwellings, at most {ABSURD:g} for one of its {known:,.0f} households of the census",
            f"{count:,.0f}",
            "count dwellings, not square metres; spread a new town over the years in which it fills",
        )
        for year, area, count, known in cells
        if count > ABSURD * known
    ]
    if faults:
        raise InputError(faults)
    return tuple(
        Override(area, year, DWELLINGS, count, count, f"{MORE} {known:,.0f} households of the census")
        for year, area, count, known in cells
        if count > CROWDED * known
    )


def _households(table: pd.DataFrame, models: Models, census: Census, areas: tuple[str, ...]) -> Floats:
    """Households of the areas at a census (area,); where they are not counted, people by the assumed size."""
    spec = models.movement.housing
    size = 1.0 if spec is None else spec.household.value
    here = table[table["indicator"].isin(HOUSEHOLDS) & (table["date"] == pd.Timestamp(census.date))]
    counted = here.drop_duplicates("area").set_index("area")["value"].reindex(list(areas)).to_numpy(np.float64)
    return np.where(np.isnan(counted), census.districts.sum(axis=(-2, -1)) / size, counted)
