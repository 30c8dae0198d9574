"""Tables of standards, enrolment, supply and care need to the facts that services rest on."""

from __future__ import annotations

import math

import pandas as pd

from forecast.errors import Fault, InputError
from forecast.project.spec import Models
from forecast.run.inputs import Frames
from forecast.run.pupil_inputs import counted_of
from forecast.services.childcare.months import twelve
from forecast.services.facts import CareNeed, Change, Fact, Facts, Living, MonthlyBirths
from forecast.services.norms import Standard
from forecast.tables.places import ATTR, places


def facts_of(frames: Frames) -> Facts:
    """All provision facts; rows marked as a gap (no figure) are left out of the look-ups."""
    return Facts(
        _standards(frames["standards"]),
        _enrolment(frames["enrolment"]),
        _supply(frames["supply"]),
        _care_need(frames["care_need"]),
        parents=_parents(frames["areas"]),
        births_by_month=_births_by_month(frames),
        living=_living(frames["living"]) if "living" in frames else (),
        households=_households(frames["indicators"]),
        counted=counted_of(frames),
    )


def under_scenario(facts: Facts, models: Models) -> Facts:
    """The same with the standards that a scenario changes."""
    nation = models.project.project.nation
    known = {nation, *facts.parents}
    changes = []
    for name, steps in models.standards.change.items():
        for step in steps:
            area = step.area or nation
            if area not in known:
                where = f"models, key standards.change.{name}"
                raise InputError.one(where, "the code of an area of data/**/areas", area, "correct the code")
            changes.append((name, Change(step.first, step.minimum, step.maximum, area, step.status, step.source)))
    return facts.under(changes)


def _parents(frame: pd.DataFrame) -> dict[str, str]:
    known = frame[frame["parent"].notna() & (frame["parent"] != "")]
    return dict(zip(known["area"].astype(str), known["parent"].astype(str), strict=True))


CAPACITY = {"nursery": "places", "kindergarten": "places", "primary": "places", "junior": "places", "senior": "places"}
BEDS = "beds_institution"


def capacities(frames: Frames) -> dict[tuple[str, str], float]:
    """The latest capacity on record by area code and service: places, or beds of institutions."""
    found: dict[tuple[str, str], tuple[int, float]] = {}
    for (area, year, service, measure), fact in _supply(frames["supply"]).items():
        if measure == CAPACITY.get(service, BEDS) and year >= found.get((area, service), (0, 0.0))[0]:
            found[area, service] = (year, fact.value)
    return {key: value for key, (_, value) in found.items()}


def _births_by_month(frames: Frames) -> dict[tuple[str, int], MonthlyBirths]:
    """Births of each year by month, of the areas that have them; ``InputError`` for a year with a gap."""
    if "births_by_month" not in frames:
        return {}
    frame = frames["births_by_month"]
    known = frame[frame["status"] != "gap"]
    found = {}
    for (area, _), rows in known.groupby(["area", "year"], sort=True, observed=True):
        births = dict(zip(rows["month"].astype(int), rows["births"].astype(float), strict=True))
        first, code = rows.iloc[0], str(area)
        when = int(first["year"])
        found[code, when] = MonthlyBirths(twelve(code, when, births), first["status"], first["source"])
    return found


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _standards(frame: pd.DataFrame) -> dict[str, Standard]:
    columns = ["standard", "minimum", "maximum", "unit", "document", "document_number", "year", "status", "source"]
    columns += ["service", "indicator", "applies_to", "area", "effective_from", "effective_to"]
    subjects = _subjects(frame)
    found = {}
    for row in frame[columns].itertuples(index=False, name=None):
        service, indicator, applies_to = subjects[row[0]]
        area = "" if pd.isna(row[12]) else str(row[12])
        found[row[0]] = Standard(
            name=row[0],
            minimum=_number(row[1]),
            maximum=_number(row[2]),
            unit=row[3],
            document=row[4],
            number=row[5],
            year=int(row[6]),
            status=row[7],
            source=row[8],
            service=service,
            indicator=indicator,
            applies_to=applies_to,
            area=area,
            first=int(row[6]) if pd.isna(row[13]) else int(row[13]),
            last=None if pd.isna(row[14]) else int(row[14]),
        )
    return found


def _subjects(frame: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    """Service, indicator and whom it applies to of each standard; where it replaces another one, that one's.

    ``InputError`` with every row that replaces itself, or one of another service or indicator.
    """
    texts = frame[["standard", "service", "indicator", "applies_to"]].fillna("").astype(str)
    own = {name: (service, indicator, applies) for name, service, indicator, applies in texts.to_numpy().tolist()}
    if "replaces" not in frame:
        return own
    found, faults = dict(own), []
    named = frame["replaces"].fillna("").astype(str)
    replaced = dict(zip(texts["standard"], named, strict=True))
    for name in (name for name, other in replaced.items() if other):
        chain = [name]
        while (after := replaced.get(chain[-1], "")) and after not in chain:
            chain.append(after)
        found[name] = own[chain[-1]]
        if after or own[name][:2] != found[name][:2]:
            expected = f"another standard of {' '.join(own[name][:2])}"
            where = f"data/**/standards, {name}, column replaces"
            faults.append(Fault(where, expected, replaced[name], "name the standard whose place it takes"))
    if faults:
        raise InputError(faults)
    return found


def _enrolment(frame: pd.DataFrame) -> dict[tuple[str, int, str], Fact]:
    counted = frame[(frame["measure"] == "enrolment") & frame["value"].notna() & (frame["status"] != "gap")]
    columns = ["area", "year", "stage", "value", "unit", "status", "source"]
    return {
        (row[0], int(row[1]), row[2]): Fact(float(row[3]), row[4], row[5], row[6])
        for row in counted[columns].itertuples(index=False, name=None)
    }


def planned(frame: pd.DataFrame) -> pd.Series[bool]:
    """Rows of ``supply`` that tell a plan: it is no count."""
    return frame["period"].isin(PLANS)


PLANS = ("plan", "planned", "计划", "规划")


def _supply(frame: pd.DataFrame) -> dict[tuple[str, int, str, str], Fact]:
    known = frame[frame["value"].notna() & (frame["status"] != "gap") & ~planned(frame)]
    # Of several times within a year the year's own figure counts, which has none.
    known = known.sort_values("period", key=lambda period: period == "", kind="stable")
    columns = ["area", "year", "service", "measure", "value", "unit", "status", "source"]
    return {
        (row[0], int(row[1]), row[2], row[3]): Fact(float(row[4]), row[5], row[6], row[7])
        for row in known[columns].itertuples(index=False, name=None)
    }


def _care_need(frame: pd.DataFrame) -> tuple[CareNeed, ...]:
    columns = ["definition", "sex", "age_start", "age_width", "year", "percent", "status", "source", "level"]
    areas = frame["area"].fillna("").astype(str).tolist() if "area" in frame else [""] * len(frame)
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
            row[8],
            area,
            origin,
        )
        for row, area, origin in zip(
            frame[columns].itertuples(index=False, name=None), areas, _origins(frame), strict=True
        )
    )


def _origins(frame: pd.DataFrame) -> list[str]:
    """File and row of each row, "" where the frame was made by hand."""
    if ATTR not in frame.attrs:
        return [""] * len(frame)
    at = places(frame).at
    return [at(int(position)) for position in frame.index]


def _living(frame: pd.DataFrame) -> tuple[Living, ...]:
    columns = ["area", "sex", "age_start", "age_width", "year", "arrangement", "percent", "status", "source"]
    return tuple(
        Living(
            str(row[0]),
            row[1],
            int(row[2]),
            None if pd.isna(row[3]) else int(row[3]),
            int(row[4]),
            row[5],
            float(row[6]),
            row[7],
            row[8],
            origin,
        )
        for row, origin in zip(frame[columns].itertuples(index=False, name=None), _origins(frame), strict=True)
    )


PEOPLE, HOMES, SIZE = "population", "family_households", "avg_household_size"


def _households(frame: pd.DataFrame) -> dict[str, Fact]:
    """Residents per family household of each area at the latest count, people in quarters among the residents.

    Where either is not on record, the size of a household stands in.
    """
    named = frame["indicator"].isin([PEOPLE, HOMES, SIZE])
    known = frame[named & (frame["concept"] == "resident") & frame["value"].notna()].sort_values("date")
    found: dict[str, Fact] = {}
    for (area, _), rows in known.groupby(["area", "date"], sort=False):
        value = dict(zip(rows["indicator"], rows["value"].astype(float), strict=True))
        source = "; ".join(dict.fromkeys(rows["source"]))
        if value.get(PEOPLE) and value.get(HOMES):
            found[str(area)] = Fact(value[PEOPLE] / value[HOMES], "residents per household", "derived", source)
        elif value.get(SIZE):
            found[str(area)] = Fact(value[SIZE], "persons per household", str(rows["status"].iloc[0]), source)
    return found
