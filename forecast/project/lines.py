"""Lines beside the demand: provision standards to compare with."""

from __future__ import annotations

from typing import Literal

from forecast.project.parts import Spec


class Line(Spec):
    """A provision standard shown beside the demand, never as demand.

    per  whom it counts per thousand; ``registered``: as bureaus divide, known only where the register is (law 8)
    """

    standard: str
    per: Literal["residents", "registered", "people_60plus"]
