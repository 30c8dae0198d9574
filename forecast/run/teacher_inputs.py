"""What the tables and the models say of teachers: a count by age, pension ages, and who may be moved where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.errors import Fault, InputError
from forecast.kernels.pension import MONTHS, month
from forecast.project.staff import TeachersSpec
from forecast.run.teacher_count import TABLE, counted
from forecast.services.series import Service
from forecast.services.staff.pensions import POSTS, Early, PensionAge, retirements, still_due
from forecast.services.staff.redeploy import Ways, kilometres, ways
from forecast.services.staff.teachers import STAGES, Staffing, TeacherStock, recruits_of, run_stock

Frames = Mapping[str, pd.DataFrame]
PENSIONS = "pension_ages"


def teacher_stock(
    frames: Frames, spec: TeachersSpec, areas: tuple[str, ...], years: range, demand: Mapping[str, Service]
) -> TeacherStock | None:
    """The stock of teachers carried on from the last count; None without the table, or without a row of the areas.

    spec    of ``models/teachers.toml``
    years   of the demand
    demand  services by name: what is needed of teachers

    Raises ``InputError`` with all that is wrong with the count, or with what it needs beside.
    """
    if TABLE not in frames:
        return None
    rules = pension_ages(frames)
    count = counted(frames[TABLE], spec, areas, years, lambda year: still_due(rules, year))
    if count is None:
        return None
    ahead = range(count.year, years[-1] + 1)
    needed = needed_teachers(demand)[years.index(count.year) :]
    found = run_stock(areas, ahead, count.stock, needed, staffing(frames, spec, areas, ahead, rules), count.known)
    origin = "; ".join(sorted({count.source, *frames[PENSIONS]["source"].astype(str)}))
    return replace(found, source=origin, notes=count.notes)


def needed_teachers(demand: Mapping[str, Service]) -> Floats:
    """Teachers needed (year, area, stage), as the services compute them: carers are not among them."""
    return np.stack([demand[stage].find("teachers").values for stage in STAGES], axis=-1)


def staffing(
    frames: Frames, spec: TeachersSpec, areas: tuple[str, ...], years: range, rules: tuple[PensionAge, ...]
) -> Staffing:
    """What acts on the stock in each year after the first."""
    law = rules if spec.retirement.schedule == "in-force" else tuple(rule.unraised() for rule in rules)
    early = Early(spec.retirement.early.value, round(MONTHS * spec.retirement.early_years.value))
    bands = spec.recruitment.ages.bands
    return Staffing(
        retiring=retirements(law, years[1:], early),
        leaving=np.array(spec.leaving.values),
        recruits=np.stack([recruits_of(bands, np.array(spec.women.posts(stage))) for stage in range(len(STAGES))]),
        filled=spec.recruitment.share.value,
        moves=_ways(frames, spec, areas),
    )


def pension_ages(frames: Frames) -> tuple[PensionAge, ...]:
    """Pension ages in the order of ``POSTS``; ``InputError`` for a post without a row, or an age that falls."""
    if PENSIONS not in frames:
        way_out = "take data/china/pension_ages.csv of the bundled project"
        raise InputError.one("data/", f"a table {PENSIONS} beside {TABLE}", "no file of that name", way_out)
    where = f"data/**/{PENSIONS}"
    columns = ("post", "months_before", "months_after", "raised_from", "births_per_month")
    rows = zip(*(frames[PENSIONS][name] for name in columns), strict=True)
    known = {
        str(post): PensionAge(str(post), int(before), int(after), month(day.year, day.month), int(step))
        for post, before, after, day, step in rows
    }
    faults = [Fault(where, f"a row of {post}", "none", "add the row") for post in POSTS if post not in known]
    faults += [
        Fault(
            f"{where}, post {rule.post}, column months_after",
            f"{rule.before} months or more: an age that rises",
            f"{rule.after}",
            "correct it, or give the same age twice where it does not rise",
        )
        for rule in known.values()
        if rule.after < rule.before
    ]
    if faults:
        raise InputError(faults)
    return tuple(known[post] for post in POSTS)


def _ways(frames: Frames, spec: TeachersSpec, areas: tuple[str, ...]) -> Ways:
    """Who may be moved where, and what goes first."""
    rules = spec.redeployment
    far = np.zeros((len(areas), len(areas)))
    reach = np.eye(len(areas)) if rules.reach == "area" else np.ones((len(areas), len(areas)))
    if rules.reach == "city":
        seats = frames["areas"].drop_duplicates("area").set_index("area").reindex(list(areas))
        lon, lat = (pd.to_numeric(seats[name], errors="coerce").to_numpy(np.float64) for name in ("lon", "lat"))
        blank = [area for area, gone in zip(areas, np.isnan(lon + lat), strict=True) if gone]
        if rules.farthest_km is not None and blank:
            raise InputError.one(
                "data/**/areas",
                "lon and lat of every area, for redeployment.farthest_km of models/teachers.toml",
                f"none for {', '.join(blank[:10])}",
                "fill the columns, or leave farthest_km out: then teachers may go to any area of the city",
            )
        far = kilometres(lon, lat) if not blank else far
        reach = reach if rules.farthest_km is None else (far <= rules.farthest_km.value).astype(np.float64)
    return ways(STAGES, rules.may_teach.stages, reach, far, rules.most.value)
