"""Made facts and a made model of elder care, for the tests of its rooms."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

from forecast.project.eldercare import EldercareSpec
from forecast.services.facts import CareNeed, Fact, Facts, Living
from forecast.services.norms import Standard

ASSUMED = {"status": "assumed", "source": "made", "why": "made"}


def assumed(value: float) -> dict[str, object]:
    return {"value": value, **ASSUMED}


def odds(**named: float) -> dict[str, object]:
    return {"none": 0.0, **named, **ASSUMED}


ROW = {"definition": "level", "level": "adl", "from_age": 65, "year": 2021}
SEVERE = {"definition": "severe", "level": "adl", "from_age": 60, "year": 2020}
NOBODY = {"users": assumed(0.0), "odds": odds()}
MODEL: dict[str, Any] = {
    "model": {"name": "eldercare", "unit": "beds", "why": "made"},
    "need": {
        "table": "made",
        "tables": {"made": {"total": ROW, "gradient": "adl", "severe": SEVERE, "split": "grades"}},
    },
    "institution": {
        "residents": "residents", "year": 2021, "nursing_share": "nursing-share", "occupancy": assumed(0.8),
    },
    "settings": {"home": NOBODY, "meals": NOBODY, "day-care": NOBODY},
    "homes": {"ordinary": odds(), "nursing-type": odds()},
    "use": {
        "institution": assumed(0.0), "community": assumed(0.0), "unsure": assumed(0.0), "elasticity": assumed(1.0),
        "trend": {"how": "hold", "weight": assumed(1.0), "damping": assumed(0.5)},
    },
    "day_care": {"days": assumed(2.0), "open": assumed(5.0)},
    "meals": assumed(1.0),
    "carers": {
        "severe": "severe-carer", "other": "other-carer", "none": "self-carer", "week": assumed(30.0),
        "hours": {"none": 1, "mild": 3, "moderate": 5, "severe": 7, "undivided": 4, **ASSUMED},
    },
    "pattern": {
        "institution": "home-3", "community": "community-7", "nursing_share": "nursing-60",
        "from": 2021, "reach": 2023, "beside": {"90-6-4": "home-4"}, **ASSUMED,
    },
    "lines": {"beds": {"standard": "beds-line", "per": "people_60plus"}},
}  # fmt: skip


def model(**changes: object) -> EldercareSpec:
    """The made model with some keys changed: ``need__table="other"`` changes need.table."""
    tree = copy.deepcopy(MODEL)
    for key, value in changes.items():
        *path, last = key.replace("day_care_", "day-care").split("__")
        place = tree
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return EldercareSpec.model_validate(tree)


def share(
    level: str, percent: float, *, table: str, sex: str = "both", start: int = 60, width: int | None = None
) -> CareNeed:
    return CareNeed(table, sex, start, width, 2021, percent, "verified", f"made-{table}", level)


def living(
    area: str, alone: float, couple: float, others: float, *, start: int = 60, width: int | None = None
) -> tuple[Living, ...]:
    """Rows of one area for both sexes."""
    named = {"alone": alone, "couple": couple, "others": others}
    return tuple(
        Living(area, "both", start, width, 2021, name, percent, "verified", "made-living")
        for name, percent in named.items()
    )


def care_facts(facts: Facts, *, homes: Facts | None = None, rows: tuple[Living, ...] = ()) -> Facts:
    """The shared made facts with what elder care asks for besides."""
    extra = {
        name: Standard(name, value, value, "made unit", "made", "1", 2020, "verified", "made-standards")
        for name, value in (
            ("self-carer", 10.0),
            ("home-4", 4.0),
            ("home-50", 50.0),
            ("nursing-60", 60.0),
            ("floor-20", 20.0),
            ("floor-15", 15.0),
        )
    }
    supply = {
        ("000000", 2020, "eldercare", "residents"): Fact(20.0, "persons", "verified", "made-supply"),
        ("000000", 2021, "eldercare", "half"): Fact(50.0, "percent", "verified", "made-supply"),
    }
    grades = (
        share("mild", 9.0, table="grades"),
        share("moderate", 1.0, table="grades"),
        share("severe", 2.0, table="grades"),
    )
    return dataclasses.replace(
        facts,
        standards={**facts.standards, **extra},
        supply={**facts.supply, **supply},
        care_need=(*facts.care_need, *grades),
        living=rows,
        parents={"230100": "000000", "230101": "230100", **{f"23010{place}": "000000" for place in range(1)}},
        households={"000000": Fact(2.5, "persons per household", "verified", "made-households")},
    )
