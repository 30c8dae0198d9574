"""What a run says of itself: overrides, assumptions, sources, and where each table comes from."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from forecast.demography.engine import Override
from forecast.demography.hidden import Side, hidden, unheard
from forecast.project.births import Policy
from forecast.run.datapackage import unit_of
from forecast.run.inputs import Frames, named_sources
from forecast.run.model import Result, assumptions_in
from forecast.run.norm_frames import stand_ins
from forecast.run.order_inputs import EVER_BORN
from forecast.run.pupil_frames import pupil_notes
from forecast.run.residence_frames import held_apart_rows, registered_notes
from forecast.services.care.eldercare import Eldercare
from forecast.services.childcare.nursery import Nursery
from forecast.services.premises import plain
from forecast.services.school.stages import StageDemand

Row = tuple[str, str, float, str, str, str, str]


def overrides(result: Result, hidden_too: Sequence[Override] = ()) -> pd.DataFrame:
    """Every number that was replaced by another (law 7), and assumptions without effect (``without_effect``)."""
    rows = [
        (
            *(result.scenario.head.name, item.area, item.year, item.measure, unit_of(item.measure)),
            *(item.before, item.after, item.why),
        )
        for item in (
            *result.systems.overrides,
            *registered_notes(result),
            *_of_teachers(result),
            *pupil_notes(result),
            *stand_ins(result),
            *_of_care(result),
            *hidden_too,
        )
    ]
    return pd.DataFrame(rows, columns=["scenario", "area", "year", "measure", "unit", "before", "after", "why"])


def _of_teachers(result: Result) -> tuple[Override, ...]:
    return () if result.teachers is None else result.teachers.notes


def _of_care(result: Result) -> tuple[Override, ...]:
    """Counts of old people below the nation in place of what the nation's give."""
    housed = result.services.get("eldercare")
    service = None if housed is None else plain(housed)
    return service.overruled if isinstance(service, Eldercare) else ()


def without_effect(result: Result, base: Result) -> list[Override]:
    """Assumptions of a scenario that known figures hide, wholly or in part.

    base  the scenario that controlled sums are compared with
    """
    found = unheard(result.models, result.evidence)
    if result is base or not result.systems.fitted.controls.items:
        return found
    return [*found, *hidden(_side(result), _side(base), base.scenario.head.name)]


def remarks(result: Result, found: Sequence[Override]) -> list[str]:
    """What to say of assumptions without effect: each once, with its years; not of those that act in later ones."""
    years: dict[tuple[str, str, str], list[int]] = {}
    for item in found:
        if math.isnan(item.after):
            continue
        years.setdefault((item.area, item.measure, item.why), []).append(item.year)
    return [
        f"{result.scenario.head.name}, {area}, {min(when)}{f'-{max(when)}' if len(when) > 1 else ''}, {measure}: {why}"
        for (area, measure, why), when in years.items()
    ]


def _side(result: Result) -> Side:
    districts = result.systems.districts
    return Side.of(result.systems.fitted, districts.years, districts.people)


def assumptions(result: Result, frames: Frames) -> pd.DataFrame:
    """Every parameter that is not a row of a table, set by hand or derived: with status, source and reason."""
    rows = [
        *_set_by_hand(result),
        *_policies(result),
        *_derived(result, frames),
        *_distances(result, frames),
        *_service_rates(result),
        *_structure(result),
    ]
    frame = pd.DataFrame(rows, columns=["file", "key", "value", "unit", "status", "source", "why"])
    frame.insert(0, "scenario", result.scenario.head.name)
    return frame


def _set_by_hand(result: Result) -> list[Row]:
    # What is assumed of teachers acts where they were counted.
    found = [one for one in assumptions_in(result.models) if result.teachers or not one[0].startswith("teachers.")]
    return [
        (f"models/{key.split('.')[0]}.toml", key, item.value, "", item.status, item.source, item.why)
        for key, item in found
    ]


def _policies(result: Result) -> list[Row]:
    file = result.scenario.chain[-1]
    return [
        (
            file,
            f"policy.{name}",
            item.effect.value,
            _sized(item),
            item.status,
            item.source,
            item.why,
        )
        for name, item in result.models.births.policy.items()
    ]


def _sized(item: Policy) -> str:
    """What an effect is a share of, with its interval."""
    size = item.effect
    return f"of births of order {item.orders}; {size.probability:.0%} from {size.low:g} to {size.high:g}"


def _distances(result: Result, frames: Frames) -> list[Row]:
    """How far areas stand apart from the nation in children ever born: on it rest their women by number of children."""
    known, orders = result.evidence.orders, result.systems.orders
    if known is None or not orders.moving:
        return []
    source = named_sources(frames, "indicators", indicator=[EVER_BORN], area=result.evidence.areas)
    rows = zip(result.evidence.areas, orders.apart["districts"] - orders.apart["nation"], strict=True)
    return [
        (
            "models/births.toml",
            f"distance of {area}",
            float(apart),
            "logit of progression",
            "derived",
            source,
            f"women of 15-64 have had {known.children[area]:g} children on average, the nation's {_nation(result):g}",
        )
        for area, apart in rows
    ]


def _nation(result: Result) -> float:
    known = result.evidence.orders
    return float("nan") if known is None else known.children[result.evidence.nation]


def _derived(result: Result, frames: Frames) -> list[Row]:
    systems, evidence, models = result.systems, result.evidence, result.models
    first, last = models.ageing.national.e0_first, models.ageing.national.e0_last
    before, now = (census.date.year for census in evidence.censuses)
    counted = [pd.Timestamp(evidence.censuses[1].date)]
    census = named_sources(frames, "population", area=evidence.areas, date=counted)
    outlook = named_sources(frames, "outlook", series=[models.births.path.fitted_on])
    lives = named_sources(frames, "life_expectancy", area=[evidence.province], year=[evidence.gain_year])
    known = {"basis": ["year_end"], "concept": ["resident"], "group": ["all"]}
    totals = named_sources(frames, "totals", area=[evidence.city], **known)
    median = f"AR(1) that the median of {models.births.path.fitted_on} follows"
    pace = f"mean change of k {first}-{last}"
    gain = f"recorded life expectancy of the province minus the nation: {evidence.gain:+.2f} years"
    pooled = "own share of an area's fertility level (random effects)"
    held = f"net migration after {now} over what the rates of {before}-{now} give"
    found = [
        ("births", "long_run_mean", systems.path.mean, "children per woman", outlook, median),
        ("births", "autocorrelation", systems.path.autocorrelation, "a year", outlook, median),
        ("births", "pooling weight", systems.levels.weight, "share", census, pooled),
        ("ageing", "drift male", systems.mortality.drift[0], "k a year", outlook, pace),
        ("ageing", "drift female", systems.mortality.drift[1], "k a year", outlook, pace),
        ("ageing", "shift", systems.shift.alpha, "logit of survivors", lives, gain),
        ("movement", "scale", systems.scale, "share", totals, held),
        *held_apart_rows(result, frames, census),
    ]
    return [
        (f"models/{model}.toml", key, float(value), unit, "derived", source, why)
        for model, key, value, unit, source, why in found
    ]


def _service_rates(result: Result) -> list[Row]:
    rows: list[Row] = []
    for name, housed in result.services.items():
        service = plain(housed)
        if isinstance(service, StageDemand):
            rate = service.enrolment
            why = rate.told
            rows.append(
                (
                    f"models/{'kindergarten' if name == 'kindergarten' else 'school'}.toml",
                    f"{name} gross enrolment",
                    rate.rate,
                    "share",
                    rate.status,
                    rate.source,
                    why,
                )
            )
        elif isinstance(service, Nursery):
            rows += [("models/nursery.toml", *item) for item in service.derived]
        elif isinstance(service, Eldercare):
            rows += service.told
    return rows


def _structure(result: Result) -> list[Row]:
    structure = result.models.school.structure
    return [
        (
            "models/school.toml",
            f"structure of {area.code}",
            float(structure.years(area.code, area.level)[0]),
            "primary years",
            structure.status,
            structure.source,
            "ask the bureau; junior school takes the rest of the nine years",
        )
        for area in result.areas
    ]


def sources(frames: Frames) -> pd.DataFrame:
    """The table of sources, so that every ``source`` of a run can be looked up in it."""
    return frames["sources"].reset_index(drop=True)
