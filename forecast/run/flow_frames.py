"""Published tables of gross moves: who goes from where to where, and how urban the areas become."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from forecast.axes import AGE, AGES, SEX, Floats
from forecast.demography.urbanisation import path_of, urban_shares
from forecast.run.columns import Axis, Tidy, joined
from forecast.run.fertility_frames import area_axis, areas_of
from forecast.run.inputs import Area, Frames, named_sources
from forecast.run.model import Result

ENGINE = "multiregional"
GROUPS: Mapping[str, tuple[int, int]] = {
    "0-5": (0, 6),
    "6-17": (6, 18),
    "18-34": (18, 35),
    "35-59": (35, 60),
    "60+": (60, AGES),
}
"""Ages at the year's end by which moves are published."""
REST = {"province": ("其余地区", "rest of the province"), "nation": ("其余地区", "rest of the country")}


def places_of(result: Result) -> tuple[Area, ...]:
    """The areas, then the pools beyond them under the codes of their parents."""
    _, province, nation = result.parents
    pools = [
        Area(parent.code, f"{parent.name_zh}{zh}", f"{parent.name_en} ({en})", "rest", parent.parent)
        for parent, (zh, en) in zip((province, nation), REST.values(), strict=True)
    ]
    return (*result.areas, *pools)


def flows(result: Result, frames: Frames) -> pa.Table:
    """Moves of each year by origin, destination and broad age; people held apart are not in them.

    ``area`` is the destination; the source names the table of moves where one said who goes where. Moves of an area
    with itself, and between pools, are not counted and not listed.
    """
    between = result.systems.districts.between
    if between is None:
        raise ValueError("this forecast knows net migration only")
    years, places, areas = result.systems.districts.years[1:], places_of(result), len(result.areas)
    both = between.sum(axis=1)
    values = np.stack([both[:, low:high].sum(axis=1) for low, high in GROUPS.values()], axis=1)
    told = f"; {named_sources(frames, 'migration')}" if result.evidence.moves is not None else ""
    parts = []
    for place, origin in enumerate(places):
        others = [here for here in range(len(places)) if here != place and (place < areas or here < areas)]
        chosen = tuple(places[here] for here in others)
        axes = (Axis("year", tuple(years)), Axis("part", tuple(GROUPS)), area_axis(chosen))
        tidy = Tidy(values[:, :, place, others], axes)
        tidy.along("status", "year", [result.people.status(year) for year in years])
        fixed = {"measure": "moves", "unit": "persons", "source": f"{ENGINE}{told}"}
        table = tidy.table(chosen, {"scenario": result.scenario.head.name, **fixed})
        wanted = ("scenario", "area", "area_name", "area_level", "year", "part", "measure", "unit", "point", "status")
        kept = table.select([*wanted, "source"])
        count = len(kept)
        for at, (name, text) in enumerate((("origin", origin.code), ("origin_name", origin.name_zh))):
            column = pa.DictionaryArray.from_arrays(np.zeros(count, dtype=np.int32), pa.array([text]))
            kept = kept.add_column(4 + at, name, column)
        parts.append(kept)
    return joined(parts)


def urban(result: Result) -> pa.Table:
    """Urban share and urban people of areas and city along the path of a scenario that states one."""
    spec, place = result.models.movement.urbanisation, result.evidence.settlement
    if spec is None or place is None:
        raise ValueError("this scenario states no path of the urban share")
    forecast = result.systems.districts
    counted = np.stack([census.districts.sum(axis=(SEX, AGE)) for census in result.evidence.censuses])
    path = path_of(spec, place.urban, counted, forecast.years)
    people = forecast.people.sum(axis=(-2, -1))
    shares = urban_shares(place.urban[1] / counted[1], people, path)
    whole = np.concatenate([shares, path[:, None]], axis=1)
    parts = [
        _urban(result, "urban-share", "share", whole),
        _urban(result, "urban-people", "persons", whole * np.append(people, people.sum(axis=1)[:, None], axis=1)),
    ]
    return joined(parts)


def _urban(result: Result, measure: str, unit: str, values: Floats) -> pa.Table:
    years, areas = result.systems.districts.years, areas_of(result)
    tidy = Tidy(values, (Axis("year", tuple(years)), area_axis(areas)))
    tidy.along("status", "year", ["observed" if year == years[0] else "assumed" for year in years])
    fixed = {"measure": measure, "unit": unit, "source": "laoyou-method"}
    table = tidy.table(areas, {"scenario": result.scenario.head.name, **fixed})
    return table.select(["scenario", "area", "area_name", "area_level", "year", *list(fixed), "point", "status"])
