"""Figures from outside in the report: each control beside what the forecast would have said without it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from forecast.report.material import Material
from forecast.report.opened import frame
from forecast.report.say import NOTHING, Sheet, counted, percent
from forecast.report.texts import Texts

TABLE = "controls"
COLUMNS = ("area", "year", "sex", "group", "free", "before", "after", "factor", "jump", "status", "source")
HEADS = ("area", "year", "people.whom", "free", "before.control", "controlled", "factor", "jump", "status", "source")


def controlled(material: Material, words: Texts) -> Sheet | None:
    """A row a control; None where the run applies none."""
    run = material.run
    if not (run.folder / f"{TABLE}.parquet").is_file():
        return None
    names = {place.code: place.name(words.lang) for place in material.summary.places}
    found = frame(run, TABLE, COLUMNS).to_dict("records")
    rows = tuple(_row({str(key): value for key, value in row.items()}, names, words) for row in found)
    heads = tuple(words(f"head.{name}") for name in HEADS)
    return Sheet(heads, rows, words("controls.caption")) if rows else None


def _row(row: Mapping[str, object], names: Mapping[str, str], words: Texts) -> tuple[str, ...]:
    area, figures = str(row["area"]), {name: float(str(row[name])) for name in ("free", "before", "after")}
    factor, jump = float(str(row["factor"])), float(str(row["jump"]))
    return (
        names.get(area, area),
        str(row["year"]),
        whom(str(row["sex"]), str(row["group"]), words),
        *(NOTHING if math.isnan(value) else counted(value) for value in figures.values()),
        NOTHING if math.isnan(factor) else f"{factor:.3f}",
        NOTHING if math.isnan(jump) else percent(100.0 * jump),
        words.label("status", str(row["status"])),
        str(row["source"]),
    )


def whom(sex: str, group: str, words: Texts) -> str:
    """Whom a control counts: all, or a sex and ages."""
    told = [words(f"sex.{sex}")] if sex != "both" else []
    if group != "all":
        told.append(words("ages.open", age=group[:-1]) if group.endswith("+") else words("ages.closed", ages=group))
    return words("list.comma").join(told) or words("group.all")
