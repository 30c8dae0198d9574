"""The section ``[controls]`` of ``movement.toml``: figures from outside that the districts must meet."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from forecast.project.parts import Spec


class ControlsSpec(Spec):
    """What is made of the table ``controls``.

    apply     False: the table is left aside, so that a run with a plan and one without it can stand side by side
    between   free: years without a control go their own way; interpolate: they lead to the next one without a jump
    reconcile rake: the districts are scaled to the city's own forecast as one area; mint: both give way, each the more
              the less sure it is
    """

    apply: bool = True
    between: Literal["free", "interpolate"] = "free"
    reconcile: Literal["none", "rake", "mint"] = "none"

    @model_validator(mode="after")
    def _one_way(self) -> ControlsSpec:
        if self.between == "interpolate" and self.reconcile != "none":
            raise ValueError('between = "free" beside reconcile: the city\'s forecast sets the way to a control')
        return self
