"""Tables of standards, enrolment, supply and care need to the facts that services rest on."""

from __future__ import annotations

import math

import pandas as pd

from forecast.run.inputs import Frames
from forecast.services.facts import CareNeed, Fact, Facts, Standard


def facts_of(frames: Frames) -> Facts:
    """All provision facts; rows marked as a gap (no figure) are left out of the look-ups."""
    return Facts(
        _standards(frames["standards"]),
        _enrolment(frames["enrolment"]),
        _supply(frames["supply"]),
        _care_need(frames["care_need"]),
    )


CAPACITY = {"nursery": "places", "kindergarten": "places", "primary": "places", "junior": "places", "senior": "places"}
BEDS = "beds_institution"


def capacities(frames: Frames) -> dict[tuple[str, str], float]:
    """The latest capacity on record by area code and service: places, or beds of institutions."""
    found: dict[tuple[str, str], tuple[int, float]] = {}
    for (area, year, service, measure), fact in _supply(frames["supply"]).items():
        if measure == CAPACITY.get(service, BEDS) and year >= found.get((area, service), (0, 0.0))[0]:
            found[area, service] = (year, fact.value)
    return {key: value for key, (_, value) in found.items()}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _standards(frame: pd.DataFrame) -> dict[str, Standard]:
    columns = ["standard", "minimum", "maximum", "unit", "document", "document_number", "year", "status", "source"]
    return {
        row[0]: Standard(
            row[0],
            _number(row[1]),
            _number(row[2]),
            row[3],
            row[4],
            row[5],
            int(row[6]),
            row[7],
            row[8],
        )
        for row in frame[columns].itertuples(index=False, name=None)
    }


def _enrolment(frame: pd.DataFrame) -> dict[tuple[str, int, str], Fact]:
    counted = frame[(frame["measure"] == "enrolment") & frame["value"].notna()]
    columns = ["area", "year", "stage", "value", "unit", "status", "source"]
    return {
        (row[0], int(row[1]), row[2]): Fact(float(row[3]), row[4], row[5], row[6])
        for row in counted[columns].itertuples(index=False, name=None)
    }


def _supply(frame: pd.DataFrame) -> dict[tuple[str, int, str, str], Fact]:
    known = frame[frame["value"].notna() & (frame["status"] != "gap")]
    columns = ["area", "year", "service", "measure", "value", "unit", "status", "source"]
    return {
        (row[0], int(row[1]), row[2], row[3]): Fact(float(row[4]), row[5], row[6], row[7])
        for row in known[columns].itertuples(index=False, name=None)
    }


def _care_need(frame: pd.DataFrame) -> tuple[CareNeed, ...]:
    columns = ["definition", "sex", "age_start", "age_width", "year", "percent", "status", "source", "level"]
    return tuple(
        CareNeed(
            row[0],
            row[1],
            int(row[2]),
            None if pd.isna(row[3]) else int(row[3]),
            None if pd.isna(row[4]) else int(row[4]),
            float(row[5]),
            row[6],
            row[7],
        )
        for row in frame[columns].itertuples(index=False, name=None)
        if row[8] in ("adl", "cannot-care-for-self")
    )
