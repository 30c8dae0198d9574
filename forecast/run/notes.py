"""What a run says of itself: overrides, assumptions, sources, and where each table comes from."""

from __future__ import annotations

import pandas as pd

from forecast.run.inputs import Frames
from forecast.run.model import Result, assumptions_in
from forecast.services.eldercare import Eldercare
from forecast.services.nursery import Nursery
from forecast.services.stages import StageDemand

Row = tuple[str, str, float, str, str, str, str]


def overrides(result: Result) -> pd.DataFrame:
    """Every number that was replaced by another (law 7)."""
    rows = [
        (result.scenario.head.name, item.area, item.year, item.measure, item.before, item.after, item.why)
        for item in result.systems.overrides
    ]
    return pd.DataFrame(rows, columns=["scenario", "area", "year", "measure", "before", "after", "why"])


def assumptions(result: Result) -> pd.DataFrame:
    """Every parameter that is not a row of a table, set by hand or derived: with status, source and reason."""
    rows = [*_set_by_hand(result), *_policies(result), *_derived(result), *_service_rates(result), *_structure(result)]
    frame = pd.DataFrame(rows, columns=["file", "key", "value", "unit", "status", "source", "why"])
    frame.insert(0, "scenario", result.scenario.head.name)
    return frame


def _set_by_hand(result: Result) -> list[Row]:
    found = assumptions_in(result.models)
    return [
        (f"models/{key.split('.')[0]}.toml", key, item.value, "", item.status, item.source, item.why)
        for key, item in found
    ]


def _policies(result: Result) -> list[Row]:
    file = result.scenario.chain[-1]
    return [
        (
            file,
            f"births.policy.{item.name}",
            item.effect,
            f"of births of order {item.orders}",
            item.status,
            item.source,
            item.why,
        )
        for item in result.models.births.policy
    ]


def _derived(result: Result) -> list[Row]:
    systems, births, ageing, movement = (
        result.systems,
        "models/births.toml",
        "models/ageing.toml",
        "models/movement.toml",
    )
    path, spec = systems.path, result.models.births.path.fitted_on
    first, last = result.models.ageing.national.e0_first, result.models.ageing.national.e0_last
    gain = f"recorded life expectancy of the province minus the nation: {result.evidence.gain:+.2f} years"
    return [
        (
            births,
            "long_run_mean",
            path.mean,
            "children per woman",
            "derived",
            "wpp-2024",
            f"AR(1) that the median of {spec} follows",
        ),
        (
            births,
            "autocorrelation",
            path.autocorrelation,
            "a year",
            "derived",
            "wpp-2024",
            f"AR(1) that the median of {spec} follows",
        ),
        (
            births,
            "pooling weight",
            systems.levels.weight,
            "share",
            "derived",
            "nbs-census-2020-county",
            "own share of an area's fertility level (random effects)",
        ),
        (
            ageing,
            "drift male",
            float(systems.mortality.drift[0]),
            "k a year",
            "derived",
            "wpp-2024",
            f"mean change of k {first}-{last}",
        ),
        (
            ageing,
            "drift female",
            float(systems.mortality.drift[1]),
            "k a year",
            "derived",
            "wpp-2024",
            f"mean change of k {first}-{last}",
        ),
        (ageing, "shift", systems.shift.alpha, "logit of survivors", "derived", "nbs-province-e0-2020", gain),
        (
            movement,
            "scale",
            systems.scale,
            "share",
            "derived",
            "hlj-cities-2022",
            "net migration after the census over what 2010-2020 rates give",
        ),
        (
            movement,
            "students",
            float(systems.students[0].sum()),
            "persons",
            "derived",
            "nbs-census-2020-county",
            "ages 15-24 of campus districts above the plain districts",
        ),
    ]


def _service_rates(result: Result) -> list[Row]:
    rows: list[Row] = []
    for name, service in result.services.items():
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
            why = service.told
            rows.append(
                ("models/nursery.toml", "nursery use", service.use_rate, "share", "derived", service.use.source, why)
            )
        elif isinstance(service, Eldercare):
            need, file = service.need, "models/eldercare.toml"
            rows.append(
                (
                    file,
                    "need scale",
                    need.scale,
                    "ratio",
                    need.status,
                    need.source,
                    "gradient scaled to the level of 65+",
                )
            )
            rows.append(
                (
                    file,
                    "severe share",
                    need.severe_share,
                    "share",
                    need.status,
                    need.source,
                    "cannot care for themselves, of those in need",
                )
            )
            rows.append(
                (
                    file,
                    "institution share",
                    service.in_institution,
                    "share",
                    "derived",
                    service.residents.source,
                    "residents of homes over people in need, nation",
                )
            )
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
