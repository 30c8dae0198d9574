"""How sure the figures are: what the intervals mean, the chances of the city, and how often intervals held."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from forecast.report import coverage
from forecast.report.coverage import ALL, Covered
from forecast.report.material import Material
from forecast.report.say import NOTHING, Sheet, counted
from forecast.report.summary import served
from forecast.report.texts import Texts

MEASURES = ("peak-after", "above-now", "above-capacity")


@dataclass(frozen=True, slots=True)
class Sure:
    """What the section says; without trajectories there are no chances, without back-tests no coverage."""

    told: tuple[str, ...]
    chances: Sheet | None
    held: tuple[str, ...]
    covered: Sheet | None


def sure(material: Material, words: Texts) -> Sure:
    """The section of the report."""
    count = material.summary.trajectories
    if not count or material.chances is None:
        return Sure((words("sure.none"),), None, (), None)
    told = (words("sure.what", count=counted(count)), words("sure.born"), words("sure.not"))
    rows = material.summary.coverage
    held = [coverage.said(rows, words), *_here(material, words)]
    if coverage.elsewhere(rows):
        held.insert(0, words("sure.covered.text"))
    return Sure(
        told, chances(material, material.chances, words), tuple(held), covered(material, words) if rows else None
    )


def chances(material: Material, found: pd.DataFrame, words: Texts) -> Sheet:
    """Probabilities of the city by service, for the years to show."""
    summary, known = material.summary, material.demand
    kinds = found["measure"].astype(str)
    # No peak can come after the last year: a nought there would tell nothing.
    asked = [
        (measure, year)
        for measure in MEASURES
        if (kinds == measure).any()
        for year in summary.show
        if measure != "peak-after" or year < known.years[-1]
    ]
    there = {
        (str(service), str(measure), int(year)): float(value)
        for service, measure, year, value in found[["service", "measure", "year", "probability"]].to_numpy()
    }
    heads = [words(f"sure.{measure}", year=year, now=summary.now_year) for measure, year in asked]
    rows = tuple(
        (words.label("service", service), *(chance(there.get((service, measure, year))) for measure, year in asked))
        for service in served(known)
    )
    caption = words("sure.caption", city=summary.places[-1].name(words.lang), count=counted(summary.trajectories))
    return Sheet((words("head.service"), *heads), rows, caption)


def chance(value: float | None) -> str:
    """A probability in whole percent; trajectories alone never make it nought or one.

    >>> chance(0.0), chance(0.314), chance(1.0), chance(None)
    ('<1%', '31%', '>99%', '–')
    """
    if value is None:
        return NOTHING
    if not 0.01 <= value <= 0.99:
        return "<1%" if value < 0.5 else ">99%"
    return f"{100.0 * value:.0f}%"


def _own(material: Material) -> tuple[Covered, ...]:
    """Rows of the project's own hindsight."""
    name = str(material.run.entry["spec"]["project"]["project"].get("name", ""))
    return tuple(row for row in material.summary.coverage if name and row.name == name)


def _here(material: Material, words: Texts) -> list[str]:
    rows = _own(material)
    if not rows:
        return []
    parts = [words("sure.group", group=words.label("group", row.group), share=f"{row.covered:.0f}%") for row in rows]
    first, last = material.summary.censuses
    city = material.summary.places[-1].name(words.lang)
    groups = words.listed(parts)
    return [words("sure.here", city=city, first=first, last=last, cases=rows[0].cases, groups=groups)]


def covered(material: Material, words: Texts) -> Sheet:
    """Coverage by areas and years ahead, all ages together; by age for the project itself."""
    own = _own(material)
    city = material.summary.places[-1].name(words.lang)
    rows = [row for row in material.summary.coverage if row in own or row.group == ALL]
    cells = tuple(
        (
            city if row in own else words.label("set", row.name),
            words.label("group", row.group),
            words.label("horizons", row.horizons),
            f"{row.covered:.0f}%",
            counted(row.cases),
            words.listed([words.label("set", name) for name in row.calibrated_on.split(" + ") if name]) or city,
        )
        for row in rows
    )
    heads = ("areas.tested", "group", "horizons", "covered", "cases", "calibrated")
    return Sheet(tuple(words(f"head.{name}") for name in heads), cells, words("sure.table"), prose=True)
