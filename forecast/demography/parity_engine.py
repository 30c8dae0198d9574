"""Parity progression as an engine: the cohort-component step with births by the number of children women have."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.demography.cohort import CohortComponent, FittedCohort
from forecast.demography.engine import History
from forecast.errors import TooLittleHistory


@dataclass(frozen=True, slots=True)
class ParityProgression(CohortComponent):
    """As ``CohortComponent``, and women by number of children are asked for: without them there is no third birth."""

    def fit(self, history: History) -> FittedCohort:
        """Fit to a history whose components know women by number of children."""
        if history.components is None or history.components.parity is None:
            raise TooLittleHistory.one(
                "history",
                "women by number of children beside fertility, mortality and migration",
                "none",
                'use the engine "cohort", or give rates by order for all women alike (incidence)',
            )
        return CohortComponent.fit(self, history)
