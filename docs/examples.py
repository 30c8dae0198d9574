"""Worked examples of every service, from the bundled project: whoever has a calculator gets the same numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from forecast.run.model import Result, compute
from forecast.services.care.eldercare import Eldercare
from forecast.services.premises import plain
from forecast.services.series import Factor
from forecast.tables.project_tables import read_tables

HOME = Path(__file__).resolve().parent.parent
AREA, YEAR = "230129", 2030
SIGNS = {"start": "", "times": "x", "divided": ":", "subtotal": "=", "result": "=", "norm": "~"}
SERVICES = ("nursery", "kindergarten", "primary", "junior", "senior", "eldercare")
HOMES, COMMUNITY = slice(3, 5), slice(0, 3)


def page() -> str:
    """The whole page."""
    result = compute(HOME, read_tables(HOME), "baseline")
    place = [area.code for area in result.areas].index(AREA)
    area = result.areas[place]
    shown = f"{area.name_en} ({area.name_zh}, {AREA})"
    lines = [
        "# Worked examples",
        "",
        "Made by `make docs` from the bundled project; tests work them out again from the printed numbers.",
        f"{shown} in {YEAR}, baseline, the course without shocks:",
        f"`forecast explain --area {AREA} --service S --year {YEAR}` prints the same with sources and notes.",
        "x times, : divided by, = gives, ~ a norm; counts are rounded up where it says so. Figures have six digits.",
    ]
    for name in SERVICES:
        factors = [item for item in result.services[name].explain(place, YEAR) if item.kind in SIGNS]
        lines += ["", f"## {name}", "", *_table(("", "factor", "value", "unit"), map(_row, factors))]
        if name == "eldercare":
            lines += ["", *_care(result, place)]
    return "\n".join(lines) + "\n"


def _row(item: Factor) -> tuple[str, ...]:
    return SIGNS[item.kind], item.name, _figure(item.value), item.unit


def _figure(value: float) -> str:
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e15 else f"{value:.6g}"


def _table(heads: Sequence[str], rows: Iterator[tuple[str, ...]]) -> list[str]:
    rule = "|" + "|".join("---" for _ in heads) + "|"
    return ["| " + " | ".join(heads) + " |", rule, *("| " + " | ".join(row) + " |" for row in rows)]


def _care(result: Result, area: int) -> list[str]:
    """Residents of homes by level of need and living arrangement, down to beds and carers."""
    service = plain(result.services["eldercare"])
    if not isinstance(service, Eldercare):
        raise TypeError("elder care has no premises")
    year = result.people.place(YEAR)
    cells = service.cells.people[year, :, :, area]
    odds, use = service.choice.odds, float(service.path.homes[year, 0])
    kinds = service.living.arrangements
    rows = []
    for level, name in enumerate(service.cells.levels):
        for arrangement, kind in enumerate(kinds):
            nearby = float(odds[level, arrangement, COMMUNITY].sum())
            homes = float(odds[level, arrangement, HOMES].sum())
            people = float(cells[level, arrangement])
            residents = people * homes * use / (1.0 + nearby + homes * use)
            rows.append((name, kind, *map(_figure, (people, nearby, homes, residents))))
    found = result.demand["eldercare"]
    beds = float(found.find("beds").values[year, area])
    told = np.array([float(row[-1]) for row in rows])
    occupancy = service.spec.institution.occupancy.value
    heads = ("level", "lives", "people", "c", "h", "residents")
    total = f"Together {_figure(float(told.sum()))} residents; over an occupancy of {occupancy:g} and rounded up:"
    return [
        f"Who lives in homes: P = u h / (1 + c + u h), with u = {_figure(use)} the use of homes over that counted,",
        "h the odds of homes and c those of home care, meals and day care, against family care:",
        "",
        *_table(heads, iter(rows)),
        "",
        f"{total} {beds:.0f} beds.",
    ]


if __name__ == "__main__":
    (HOME / "docs" / "examples.md").write_text(page(), "utf-8")
