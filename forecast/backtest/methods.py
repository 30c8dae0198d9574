"""Methods by name: how each makes a forecast at an origin, as groups of a panel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from forecast.axes import Floats
from forecast.backtest.panel import PeoplePanel
from forecast.demography.cohort_ratio import CohortRatio
from forecast.demography.engine import Engine
from forecast.demography.hamilton_perry import HamiltonPerry
from forecast.demography.noise import Draws
from forecast.demography.plain import NoChange, RepeatGrowth

Method = Callable[[Any, int, range], Floats]
"""Panel, origin, years to forecast -> (year, group, area)."""
Sampler = Callable[[Any, int, range, Draws], Iterator[Floats]]
"""Panel, origin, years, draws -> trajectories of each area (group, year, draw)."""
PLAIN = (
    "no-change",
    "repeat-growth",
    "hamilton-perry",
    "hamilton-perry-shrunk",
    "progression-flat",
    "progression-births",
)
"""Methods that any other must beat."""


@dataclass(frozen=True, slots=True)
class ByCohort:
    """An engine run over all cells, its forecast summed to groups."""

    engine: Engine

    def __call__(self, panel: PeoplePanel, origin: int, years: range) -> Floats:
        """Groups (year, group, area)."""
        people = self.engine.fit(panel.history(origin)).predict(years).people[1:]
        return panel.grouped(people)


@dataclass(frozen=True, slots=True)
class ByGroup:
    """An engine run on each group by itself, as methods that know no cohorts are."""

    engine: Engine

    def __call__(self, panel: PeoplePanel, origin: int, years: range) -> Floats:
        """Groups (year, group, area)."""
        found = [
            self.engine.fit(panel.history_of(group, origin)).predict(years).people[1:].sum(axis=(-2, -1))
            for group in panel.groups
        ]
        return np.stack(found, axis=1)


@dataclass(frozen=True, slots=True)
class CohortSampler:
    """Trajectories of an engine that carries cohorts."""

    engine: Engine

    def __call__(self, panel: PeoplePanel, origin: int, years: range, draws: Draws) -> Iterator[Floats]:
        """Groups of each area (group, year, draw), the launch left out."""
        found = self.engine.fit(panel.history(origin)).sample(years, draws)
        ages = panel.people.shape[-1]
        spans = [(span.start, span.stop or ages) for span in panel.spans.values()]
        for area in range(len(panel.areas)):
            yield found.sums(area, spans)[:, 1:]


PEOPLE_METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "no-change": ByGroup(NoChange()),
        "repeat-growth": ByGroup(RepeatGrowth()),
        "hamilton-perry": ByCohort(HamiltonPerry()),
        "hamilton-perry-shrunk": ByCohort(HamiltonPerry(prior=150.0)),
        "cohort-ratio": ByCohort(CohortRatio()),
    }
)
