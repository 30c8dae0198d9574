"""Residents and the registered in the report: whom an area serves, and who is entitled there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.kernels.controls import largest_remainder
from forecast.report.material import Material
from forecast.report.opened import frame
from forecast.report.say import Sheet, counted
from forecast.report.texts import Texts

TABLE = "residence"
COUNTED = ("residents", "registered", "registered-absent")
"""Rounded one by one; residents registered elsewhere follow, so that each row adds up."""


def registered(material: Material, words: Texts) -> Sheet | None:
    """Districts and city at the launch and at the horizon; None where the run knows no registered people."""
    run = material.run
    if not (run.folder / f"{TABLE}.parquet").is_file():
        return None
    where = [("scenario", "=", run.scenario), ("part", "=", "all")]
    table = frame(run, TABLE, ["area", "year", "measure", "point"], where=where)
    if table.empty:
        return None
    years = (int(table["year"].min()), int(table["year"].max()))
    places = material.summary.places
    table = table.astype({"area": str, "measure": str})
    codes = [place.code for place in places[:-1]]
    both = np.concatenate([_whole(_counts(table[table["year"] == year], codes)) for year in years])
    rows = tuple((place.name(words.lang), *map(counted, both[:, at])) for at, place in enumerate(places))
    names = ("residents", "registered", "elsewhere", "absent")
    heads = [words("head.area"), *(words(f"head.{name}.in", year=year) for year in years for name in names)]
    caption = words("residence.caption", first=years[0], last=years[1])
    return Sheet(tuple(heads), rows, caption, strong=frozenset({len(rows) - 1}))


def _counts(table: pd.DataFrame, codes: list[str]) -> Floats:
    """Persons of one year (measure, area)."""
    cells = table.pivot_table(index="measure", columns="area", values="point")
    return cells.reindex(index=list(COUNTED), columns=codes).to_numpy(np.float64)


def _whole(counts: Floats) -> Floats:
    """Whole persons: residents, registered, registered elsewhere, absent (measure, area), the city as the last area.

    registered = residents - registered elsewhere + absent, in every column; areas sum to the city (law 4)
    """
    residents, here, absent = (largest_remainder(one) for one in counts)
    elsewhere = residents - here + absent
    short = np.maximum(-elsewhere, 0.0)  # a rounding: nobody is less than nought
    every = np.stack([residents, here, elsewhere + short, absent + short])
    return np.concatenate([every, every.sum(axis=1, keepdims=True)], axis=1)
