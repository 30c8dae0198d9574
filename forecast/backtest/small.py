"""Areas below 5,000 people: which method serves them, and how strongly it pulls them to others, by past error."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

from forecast.backtest.choice import CHOSEN, Choice, combined
from forecast.backtest.methods import ByCohort, Method
from forecast.backtest.panel import CLASSES, PeoplePanel, size_class
from forecast.backtest.rolling import Notice, Rolled, roll
from forecast.backtest.scores import point_scores
from forecast.demography.cohort_ratio import CohortRatio
from forecast.demography.hamilton_perry import HamiltonPerry
from forecast.demography.synthetic import SyntheticRatio

SMALL = CLASSES[0]
"""The size class of small areas: by people at the origin."""
PRIORS = (50.0, 100.0, 300.0)
"""Persons with whose weight ratios are pulled to all areas'."""
PLAIN, USUAL = "hamilton-perry", "cohort-ratio 100"
"""The method that others are held against, and the one that serves until errors speak for another."""
CANDIDATES: Mapping[str, Method] = MappingProxyType(
    {
        PLAIN: ByCohort(HamiltonPerry()),
        **{f"{PLAIN} {prior:.0f}": ByCohort(HamiltonPerry(prior=prior)) for prior in PRIORS},
        **{f"synthetic {prior:.0f}": ByCohort(SyntheticRatio(prior=prior)) for prior in PRIORS},
        **{f"cohort-ratio {prior:.0f}": ByCohort(CohortRatio(prior=prior, old=prior)) for prior in PRIORS},
    }
)
"""Methods and strengths of shrinkage; the number is the prior in persons."""
HORIZONS = (5, 10)
"""Years ahead for which a method is named."""
NEEDED = 3
"""Origins with outcomes, without which nothing is chosen: one or two tell of their own moment alone."""
LEAST = 1e-6
"""Percent: a smaller error counts as this one, so that ratios stay finite."""


def named(candidate: str) -> tuple[str, float]:
    """Name of a candidate's engine, and its prior in persons.

    >>> named("synthetic 100"), named("hamilton-perry")
    (('hamilton-perry-synthetic', 100.0), ('hamilton-perry', 0.0))
    """
    kind, _, prior = candidate.partition(" ")
    return {"synthetic": "hamilton-perry-synthetic"}.get(kind, kind), float(prior or 0.0)


def rolled_small(panel: PeoplePanel, known: Rolled, notice: Notice | None = None) -> Rolled | None:
    """Every candidate from the origins of ``known``, scored on small areas; None, and nothing run, without."""
    if of_size(known) is None:
        return None
    return of_size(roll(panel, CANDIDATES, known.origins, notice=notice))


def of_size(rolled: Rolled, size: str = SMALL) -> Rolled | None:
    """Outcomes of the areas of one size class alone; None where there are none.

    Larger areas are there to be pulled to, and are not scored.
    """
    here = size_class(rolled.sizes) == CLASSES.index(size)
    if not here.any():
        return None
    return dataclasses.replace(rolled, actual=np.where(here[:, None, None], rolled.actual, np.nan))


def standings(rolled: Rolled, horizon: int) -> dict[str, float]:
    """Error of each method relative to Hamilton-Perry's: geometric mean over age groups of the ratios of WAPE.

    Groups in which nobody came do not count; NaN where that is all of them.
    """
    wapes = {name: np.array(list(errors(rolled, name, horizon).values())) for name in rolled.forecasts}
    fine = np.isfinite(list(wapes.values())).all(axis=0)
    if not fine.any():
        return dict.fromkeys(wapes, np.nan)
    logs = {name: np.log(np.maximum(wape[fine], LEAST)) for name, wape in wapes.items()}
    return {name: float(np.exp(np.mean(log - logs[PLAIN]))) for name, log in logs.items()}


def errors(rolled: Rolled, method: str, horizon: int) -> dict[str, float]:
    """WAPE by age group, in percent."""
    place = rolled.horizons.index(horizon)
    return {
        group: point_scores(rolled.forecasts[method][:, place, number], rolled.actual[:, place, number])["wape"]
        for number, group in enumerate(rolled.groups)
    }


def launches(rolled: Rolled, horizon: int) -> int:
    """Origins from which an outcome is known so many years ahead."""
    return int((rolled.actual[:, rolled.horizons.index(horizon)] > 0).any(axis=(1, 2)).sum())


def to_use(sets: Sequence[Rolled], horizon: int) -> str:
    """The method with the least error in small areas of some sets, each set counting alike; short ones are left out."""
    scores = [standings(rolled, horizon) for rolled in sets if launches(rolled, horizon) >= NEEDED]
    if not scores:
        return USUAL
    return min(scores[0], key=lambda name: float(np.mean([np.log(score[name]) for score in scores])))


def uses(sets: Sequence[Rolled], horizons: Sequence[int] = HORIZONS) -> pd.DataFrame:
    """One row for a set and horizon: what to use in its small areas, told by all sets that are long enough.

    sets      outcomes of small areas;  areas  how many were small at some origin;  launches  origins with an outcome
    engine, prior   the method, and the persons with whose weight it pulls (``cohort-ratio``: the old likewise)
    relative  its error in the set against plain Hamilton-Perry's, on the outcomes that it was chosen by
    chosen    False where the set is too short: then the default stands, and ``relative`` is NaN
    """
    rows: list[dict[str, object]] = []
    for rolled in sets:
        areas = int((size_class(rolled.sizes) == CLASSES.index(SMALL)).any(axis=0).sum())
        for horizon in horizons:
            known = launches(rolled, horizon)
            enough = known >= NEEDED
            name = to_use(sets, horizon) if enough else USUAL
            engine, prior = named(name)
            rows.append(
                {
                    "set": rolled.name,
                    "horizon": horizon,
                    "areas": areas,
                    "launches": known,
                    "engine": engine,
                    "prior": prior,
                    "relative": standings(rolled, horizon)[name] if enough else np.nan,
                    "chosen": enough,
                }
            )
    return pd.DataFrame(rows)


def by_own_past(rolled: Rolled) -> tuple[Rolled, list[Choice]]:
    """With ``chosen``: at each origin, by group, the method that errors known then speak for."""
    found, made = combined(rolled, list(rolled.forecasts), USUAL)
    kept = {**rolled.forecasts, CHOSEN: found.forecasts[CHOSEN]}
    return dataclasses.replace(found, forecasts=kept), [item for item in made if np.isfinite(item.score)]


def small_table(sets: Sequence[Rolled], horizons: Sequence[int] = HORIZONS) -> pd.DataFrame:
    """One row for a set, horizon and method: error relative to Hamilton-Perry, and WAPE by group.

    sets  outcomes of small areas;  used  whether it is the method that the other sets speak for
    The method ``chosen`` is what a set's own past speaks for, origin by origin and group by group.
    """
    rows = []
    for rolled in sets:
        others = [other for other in sets if other is not rolled]
        own, _ = by_own_past(rolled)
        for horizon in horizons:
            use, relative = to_use(others, horizon), standings(own, horizon)
            rows += [
                {
                    "set": rolled.name,
                    "horizon": horizon,
                    "method": name,
                    "relative": relative[name],
                    "used": name == use,
                    **errors(own, name, horizon),
                }
                for name in relative
            ]
    return pd.DataFrame(rows)
