"""Close the accounts of World Population Prospects 2019: which convention made its numbers.

Survive the published population with the published rates, add births, and what is left over must be the published net
migration. China and Korea, groups and periods of five years, 2020 to 2100. The data are the UN's (CC BY 3.0 IGO), in
``un-wpp2019-5x5`` of the reference folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.axes import SEXES, Floats
from forecast.kernels.lifetable import life_tables
from forecast.kernels.step import Exposure, Timing, step
from forecast.validate.check import Check, need

COUNTRIES = (("China", 156, 10.0), ("Korea", 410, 1.0))
"""Name, code of the UN, and the largest gap allowed, in parts per million of the population."""
WRONG: tuple[tuple[Timing, Exposure], ...] = (("end", "survivors"), ("even", "survivors"))
WORSE = 5.0
"""A wrong convention must miss by this many times the gap of the right one."""
ROUNDS = 100
"""More than enough: the error halves in every round at the latest (see ``leftover``)."""


@dataclass(frozen=True, slots=True, eq=False)
class Country:
    """What the UN published for one country, in thousands.

    people     at the start of each period and the end of the last   (period + 1, sex, age)
    survival   ratios from the published death rates                 (period, sex, age)
    fertility  births per woman in five years                        (period, age)
    boys       share of boys at birth                                (period,)
    migrants   net migrants of both sexes and all ages               (period,)
    """

    people: Floats
    survival: Floats
    fertility: Floats
    boys: Floats
    migrants: Floats


def wpp2019(folder: Path) -> list[Check]:
    """Check that the right convention closes and that the others do not; ``folder`` holds ``un-wpp2019-5x5``."""
    files = (
        "mx_male",
        "mx_female",
        "population_male",
        "population_female",
        "pasfr",
        "tfr",
        "srb",
        "net_migration_total",
    )
    home = need(folder / "un-wpp2019-5x5", [f"{name}.csv" for name in files])
    checks = []
    for name, code, limit in COUNTRIES:
        country = read(home, code)
        right = worst_gap(country, "end", "final")
        what = "left-over against published net migrants, worst of 16 periods, ppm of the population"
        checks.append(Check(f"WPP 2019 {name}: end, final", right, limit, what))
        for timing, exposure in WRONG:
            missed = worst_gap(country, timing, exposure)
            title = f"WPP 2019 {name}: not {timing}, {exposure}"
            checks.append(
                Check(title, missed / right, WORSE, "this convention misses by so many times more", at_least=True)
            )
    return checks


def worst_gap(country: Country, timing: Timing, exposure: Exposure) -> float:
    """Largest gap between left-over and published net migrants, in parts per million of the start population."""
    gaps: list[float] = [
        abs(leftover(country, period, timing, exposure).sum() - published) / country.people[period].sum()
        for period, published in enumerate(country.migrants)
    ]
    return 1e6 * float(max(gaps))


def leftover(country: Country, period: int, timing: Timing, exposure: Exposure) -> Floats:
    """Net migrants (1, sex, age) that make the step end on the published population.

    A round adds what is still missing. Under ``end`` two rounds are exact; under ``even`` half of the migrants join at
    the start and end up one age older: the rest of an age halves in each round once the younger ages are settled.
    """
    start, end = country.people[period][None], country.people[period + 1][None]
    rates = (country.survival[period][None], country.fertility[period][None], country.boys[period])
    migrants: Floats = np.zeros_like(start)
    for _ in range(ROUNDS):
        migrants += end - step(start, *rates, migrants, timing=timing, exposure=exposure).people
    return migrants


def read(home: Path, code: int) -> Country:
    """The tables of one country from 2020 on."""
    rates = np.stack([_table(home / f"mx_{sex}.csv", code) for sex in SEXES], axis=1)
    widths = np.array([1.0, 4.0] + [5.0] * (rates.shape[-1] - 3) + [np.inf])
    people = np.stack([_table(home / f"population_{sex}.csv", code) for sex in SEXES], axis=1)
    pattern, total = _table(home / "pasfr.csv", code), _table(home / "tfr.csv", code)
    fertility = np.zeros((len(total), people.shape[-1]))
    fertility[:, 3:10] = pattern / 100.0 * total  # ages 15-49
    ratio = _table(home / "srb.csv", code)[:, 0]
    return Country(
        people=people,
        survival=life_tables(rates, widths, "coale-demeny").S,
        fertility=fertility,
        boys=ratio / (1.0 + ratio),
        migrants=_table(home / "net_migration_total.csv", code)[:, 0],
    )


def _table(path: Path, code: int) -> Floats:
    """Values (period, age) of one country from 2020 on; the open end of ages and years comes from the file."""
    frame = pd.read_csv(path)
    frame = frame[frame["country_code"] == code]
    year = frame["period"].astype(str).str[:4].astype(int)
    age = frame["age"].astype(str).str.extract(r"^(\d+)")[0].astype(int) if "age" in frame else 0 * year
    frame = frame.assign(year=year, first=age)[year >= 2020]
    frame = frame.drop_duplicates(["year", "first"]).sort_values(["year", "first"])
    shape = (frame["year"].nunique(), frame["first"].nunique())
    return frame["value"].to_numpy(dtype=np.float64).reshape(shape)
