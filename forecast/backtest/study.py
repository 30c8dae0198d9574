"""Everything about one panel: forecasts from every origin, the choice between methods, intervals, scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.backtest.bands import Band, by_errors, by_trajectories, recalibrated
from forecast.backtest.choice import CHOSEN, Choice, combined
from forecast.backtest.intervals import Spreads, intervals
from forecast.backtest.methods import PEOPLE_METHODS, CohortSampler, Method, Sampler
from forecast.backtest.panel import PeoplePanel
from forecast.backtest.pupils import PUPIL_METHODS, GradeSampler, PupilPanel
from forecast.backtest.results import LARGE, choice_table, error_table, score_table
from forecast.backtest.rolling import BEFORE, Notice, Rolled, roll
from forecast.backtest.scores import LEVELS, covered
from forecast.demography.cohort_ratio import CohortRatio
from forecast.demography.noise import Noise

AnyPanel = PeoplePanel | PupilPanel
CLASSES: Mapping[str, range] = {"1-3": range(1, 4), "4-6": range(4, 7), "7-10": range(7, 11), "11-15": range(11, 16)}
"""Horizons that are told together, in years."""
DRAWN, SET_RIGHT = "as drawn", "recalibrated"
"""Intervals of the trajectories as they are, and set right by past origins."""
SCHOOL_BEFORE = 3
"""School years before the first origin: grades are told by short ratios."""


@dataclass(frozen=True, slots=True, eq=False)
class Kit:
    """What is run on a kind of panel: methods, the engine that draws trajectories, and how."""

    methods: Mapping[str, Method]
    engine: str
    sampler: Sampler


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """A panel studied.

    rolled   forecasts of all methods, the ensemble and the chosen one among them
    bands    intervals by method; those of the engine come from its trajectories, set right
    drawn    those of the engine as drawn
    choices  what was chosen for each series
    engine   name of the engine that draws trajectories;  methods  names that were combined
    """

    panel: AnyPanel
    rolled: Rolled
    bands: Mapping[str, Band]
    drawn: Band
    choices: Sequence[Choice]
    engine: str
    methods: tuple[str, ...]

    def scores(self) -> pd.DataFrame:
        """One row for a method, group, horizon and size class."""
        return score_table(self.rolled, self.bands)

    def errors(self) -> pd.DataFrame:
        """Every forecast beside what came."""
        return error_table(self.rolled, self.bands)

    def chosen(self) -> pd.DataFrame:
        """The method used for each series at each origin, its score before, and the weights of the ensemble."""
        return choice_table(self.rolled.name, list(self.choices), self.methods)

    def coverage(self) -> pd.DataFrame:
        """What intervals of the engine covered, as drawn and set right, by group and class of horizons."""
        rows = [
            (self.rolled.name, kind, group, horizons, level, *self._covered(band, group, horizons, level))
            for kind, band in ((DRAWN, self.drawn), (SET_RIGHT, self.bands[self.engine]))
            for group in ("all", *self.rolled.groups)
            for horizons in ("all", *CLASSES)
            for level in LEVELS
        ]
        heads = ["set", "intervals", "group", "horizons", "nominal", "covered", "cases"]
        found = pd.DataFrame(rows, columns=heads).drop_duplicates(heads[:5])
        return found[found["cases"] > 0].reset_index(drop=True)

    def _covered(self, band: Band, group: str, horizons: str, level: int) -> tuple[float, int]:
        wanted = [
            place
            for place, horizon in enumerate(self.rolled.horizons)
            if horizons == "all" or horizon in CLASSES[horizons]
        ]
        groups = [place for place, name in enumerate(self.rolled.groups) if group in ("all", name)]
        at = np.ix_(range(len(self.rolled.origins)), wanted, groups)
        low, high = (end[at] for end in band.ends[level])
        came = self.rolled.actual[at]
        return covered(low, high, came), int((np.isfinite(low) & np.isfinite(came)).sum())


def kit(panel: AnyPanel, noise: Noise) -> Kit:
    """The methods for a panel, trajectories with this noise."""
    if isinstance(panel, PupilPanel):
        return Kit(PUPIL_METHODS, "progression", GradeSampler(noise))
    return Kit(PEOPLE_METHODS, "cohort-ratio", CohortSampler(CohortRatio(noise=noise)))


def rolled(panel: AnyPanel, noise: Noise, origins: Sequence[int] = (), notice: Notice | None = None) -> Rolled:
    """Every method from every origin."""
    before = SCHOOL_BEFORE if isinstance(panel, PupilPanel) else BEFORE
    return roll(panel, kit(panel, noise).methods, origins, before, notice)


def study(
    panel: AnyPanel,
    noise: Noise,
    priors: Mapping[str, Spreads],
    origins: Sequence[int] = (),
    notice: Notice | None = None,
) -> Study:
    """Run everything on one panel.

    noise   of the trajectories;  priors  spreads of other sets by method, behind the panel's own past
    """
    tools = kit(panel, noise)
    names = tuple(tools.methods)
    found, made = combined(rolled(panel, noise, origins, notice), names, tools.engine)
    bands = {
        name: by_errors(found, name, intervals(found, name, priors.get(name, {}), LEVELS))
        for name in names
        if name != tools.engine
    }
    drawn = by_trajectories(found, panel, tools.sampler)
    bands[tools.engine] = recalibrated(found, drawn)
    return Study(panel, found, bands, drawn, made, tools.engine, names)


def verdicts(scores: pd.DataFrame, engine: str) -> pd.DataFrame:
    """For each set, group and horizon: the engine, the best plain method, and which of them to use.

    Judged on areas of 20,000 people and more, by WAPE; where a plain method was better over all origins it is named.
    """
    large = scores[(scores["size"] == LARGE)]
    keys = ["set", "group", "horizon"]
    names = {"wape": "error", "best_plain_wape": "best_plain_error"}
    mine = large[large["method"] == engine].rename(columns=names).set_index(keys)
    ours = mine[["error", "best_plain", "best_plain_error"]]
    use = np.where(ours["error"] <= ours["best_plain_error"], engine, ours["best_plain"])
    chosen = large[large["method"] == CHOSEN].set_index(keys)["wape"]
    return ours.assign(measure="WAPE", use=use, chosen=chosen).reset_index()
