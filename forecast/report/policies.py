"""What the other scenarios of a run change for the city: births by order and kindergarten places, in pairs."""

from __future__ import annotations

import math

import pandas as pd

from forecast.report.material import Material
from forecast.report.opened import Opened, frame
from forecast.report.say import Sheet
from forecast.report.texts import Texts

SHOWN = (("births", "all"), ("births", "3+"), ("places", "kindergarten"))
"""What is shown: births of a part, places of a service."""
LOW, HIGH = "p10", "p90"


def changed(material: Material, words: Texts) -> Sheet | None:
    """One row a scenario, for the years to show; None where the run has one scenario or compares with another."""
    run, years = material.run, material.summary.show
    names = [name for name in material.scenarios if name != run.scenario]
    known = _differences(run)
    if not names or known is None:
        return None
    rows = []
    for name in names:
        here = known[known["scenario"] == name]
        cells = [_cell(here, measure, part, year) for year in years for measure, part in SHOWN]
        rows.append((run.title(words.lang, name), *cells))
    heads = [words("head.scenario")]
    heads += [words(f"policies.{measure}.{part}", year=year) for year in years for measure, part in SHOWN]
    return Sheet(tuple(heads), tuple(rows), words("policies.caption"))


def _differences(run: Opened) -> pd.DataFrame | None:
    """Differences of the city from the scenario shown; None where there are none."""
    if not (run.folder / "differences.parquet").is_file():
        return None
    columns = ["scenario", "base", "year", "service", "part", "measure", "point", LOW, HIGH]
    found = frame(run, "differences", columns, where=[("area", "=", run.city), ("base", "=", run.scenario)])
    if found.empty:
        return None
    texts = ["scenario", "service", "part", "measure"]
    return found.astype(dict.fromkeys(texts, "object"))


def _cell(known: pd.DataFrame, measure: str, part: str, year: int) -> str:
    """The difference, its 80 % interval under it."""
    births = measure == "births"
    chosen = known[
        (known["year"] == year)
        & (known["measure"] == measure)
        & (known["part"] == (part if births else "all"))
        & (known["service"].isna() if births else known["service"] == part)
    ]
    if chosen.empty:
        return ""
    point, low, high = (float(chosen[name].iloc[0]) for name in ("point", LOW, HIGH))
    if math.isnan(low):
        return _signed(point)
    if round(point) == 0 and not round(low) and not round(high):
        return "0"
    return f"{_signed(point)}\n{_signed(low)} … {_signed(high)}"


def _signed(value: float) -> str:
    """A whole number with its sign, nought without.

    >>> _signed(1234.4), _signed(-3.0), _signed(0.2)
    ('+1,234', '-3', '0')
    """
    whole = round(value)
    return f"{whole:+,d}" if whole else "0"
