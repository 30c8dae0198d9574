"""Areas below 5,000 people: which method serves them, and how strongly it pulls them to others, by past error."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

from forecast.backtest.choice import CHOSEN, Choice, combined
from forecast.backtest.methods import ByCohort, Method
from forecast.backtest.panel import CLASSES, size_class
from forecast.backtest.rolling import Rolled
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


def of_size(rolled: Rolled, size: str = SMALL) -> Rolled | None:
    """Outcomes of the areas of one size class alone; None where there are none.

    Larger areas are there to be pulled to, and are not scored.
    """
    here = size_class(rolled.sizes) == CLASSES.index(size)
    if not here.any():
        return None
    return dataclasses.replace(rolled, actual=np.where(here[:, None, None], rolled.actual, np.nan))


def standings(rolled: Rolled, horizon: int) -> dict[str, float]:
    """Error of each method relative to Hamilton-Perry's: geometric mean over age groups of the ratios of WAPE."""
    wapes = {name: np.array(list(errors(rolled, name, horizon).values())) for name in rolled.forecasts}
    return {name: float(np.exp(np.mean(np.log(wape / wapes[PLAIN])))) for name, wape in wapes.items()}


def errors(rolled: Rolled, method: str, horizon: int) -> dict[str, float]:
    """WAPE by age group, in percent."""
    place = rolled.horizons.index(horizon)
    return {
        group: point_scores(rolled.forecasts[method][:, place, number], rolled.actual[:, place, number])["wape"]
        for number, group in enumerate(rolled.groups)
    }


def to_use(sets: Sequence[Rolled], horizon: int) -> str:
    """The method with the least error in small areas of some sets, each set counting alike."""
    scores = [standings(rolled, horizon) for rolled in sets]
    if not scores:
        return USUAL
    return min(scores[0], key=lambda name: float(np.mean([np.log(score[name]) for score in scores])))


def by_own_past(rolled: Rolled) -> tuple[Rolled, list[Choice]]:
    """With ``chosen``: at each origin, by group, the method that errors known then speak for."""
    found, made = combined(rolled, list(rolled.forecasts), USUAL)
    kept = {**rolled.forecasts, CHOSEN: found.forecasts[CHOSEN]}
    return dataclasses.replace(found, forecasts=kept), [item for item in made if np.isfinite(item.score)]


def small_table(sets: Sequence[Rolled], horizons: Sequence[int] = (5, 10)) -> pd.DataFrame:
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
