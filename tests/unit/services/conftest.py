"""Small made people and facts, and the bundled project computed once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forecast.axes import AGES
from forecast.run.model import Result, compute
from forecast.services.facts import CareNeed, Fact, Facts
from forecast.services.norms import Standard
from forecast.services.people import People
from forecast.tables.project_tables import read_tables

LevelPeople = Callable[..., People]


@pytest.fixture(scope="session")
def baseline(harbin: Path) -> Result:
    return compute(harbin, read_tables(harbin), "baseline")


@pytest.fixture(scope="session")
def level() -> LevelPeople:
    """People of areas in which each year of age below 100 holds as many, half of each sex, in 2020 to 2024."""

    def make(*per_age: float, codes: tuple[str, ...] = (), born_until: int = 2022) -> People:
        names = codes or tuple(f"23010{place}" for place in range(len(per_age)))
        people = np.zeros((5, len(per_age), 2, AGES))
        people[..., :100] = 0.5 * np.array(per_age)[None, :, None, None]
        births = np.repeat(np.array(per_age)[None], 5, axis=0)
        return People(names, range(2020, 2025), people, births, born_until, 2023)

    return make


def standard(name: str, least: float, most: float | None = None) -> Standard:
    return Standard(name, least, most, "made unit", "made", "1", 2020, "verified", "made-standards")


def need(
    sex: str, start: int, percent: float, *, width: int | None = None, table: str = "adl", year: int = 2021
) -> CareNeed:
    return CareNeed(table, sex, start, width, year, percent, "verified", f"made-{table}")


@pytest.fixture(scope="session")
def facts() -> Facts:
    """Sizes of 10 to 35, 240 kindergarten pupils, 6 % use of nurseries, care need that doubles every decade."""
    names = {
        "size-0": (6.0, 10.0), "size-1": (10.0, 15.0), "size-2": (15.0, 20.0),
        "carer-0": (3.0, None), "carer-1": (5.0, None), "carer-2": (7.0, None), "per-1000": (4.5, None),
        "small": (20.0, 25.0), "middle": (25.0, 30.0), "top": (30.0, 35.0),
        "ratio": (5.0, 6.0), "staff": (3.0, None), "carers": (1.0, None),
        "class": (45.0, None), "pupils": (19.0, None),
        "severe-carer": (2.0, None), "other-carer": (4.0, None),
        "home-3": (3.0, None), "community-7": (7.0, None), "beds-line": (30.0, 40.0),
    }  # fmt: skip
    standards = {name: standard(name, least, most) for name, (least, most) in names.items()}
    enrolment = {
        ("230000", 2021, "kindergarten"): 240.0,
        ("230000", 2020, "kindergarten"): 999.0,
        ("000000", 2022, "kindergarten"): 30.0,
        ("000000", 2022, "primary"): 500.0,
        ("000000", 2022, "junior"): 400.0,
        ("230000", 2022, "primary"): 600.0,
    }
    supply = {
        ("000000", 2021, "nursery", "use"): 6.0,
        ("000000", 2020, "nursery", "use"): 1.0,
        ("000000", 2021, "nursery", "wish"): 30.0,
        ("000000", 2021, "eldercare", "residents"): 22.0,
        ("000000", 2021, "eldercare", "nursing-share"): 50.0,
    }
    gradient = (
        need("both", 60, 5.0, width=10), need("both", 70, 10.0, width=10), need("both", 80, 20.0),
        need("male", 60, 8.0), need("female", 60, 8.0),
    )  # fmt: skip
    others = (need("both", 65, 30.0, table="level"), need("both", 60, 5.5, table="severe", year=2020))
    return Facts(
        standards,
        {key: Fact(value, "persons", "verified", "made-enrolment") for key, value in enrolment.items()},
        {key: Fact(value, "percent", "verified", "made-supply") for key, value in supply.items()},
        (*gradient, *others),
    )
