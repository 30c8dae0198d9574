"""Every population engine by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from forecast.demography.cohort import CohortComponent
from forecast.demography.cohort_ratio import CohortRatio
from forecast.demography.engine import Engine
from forecast.demography.hamilton_perry import HamiltonPerry
from forecast.demography.parity_engine import ParityProgression
from forecast.demography.plain import NoChange, RepeatGrowth
from forecast.demography.synthetic import SyntheticRatio

ENGINES: Mapping[str, type[Engine]] = MappingProxyType(
    {
        "cohort": CohortComponent,
        "cohort-ratio": CohortRatio,
        "hamilton-perry": HamiltonPerry,
        "hamilton-perry-synthetic": SyntheticRatio,
        "no-change": NoChange,
        "parity": ParityProgression,
        "repeat-growth": RepeatGrowth,
    }
)
"""The conformance suite runs over all of them."""
