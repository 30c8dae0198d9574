"""The types behind ``models/premises.toml``: what buildings and land a service needs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import model_validator

from forecast.project.parts import Assumption, ModelHead, Share, Spec, between

Whole = Annotated[Assumption, between(1, 200, whole=True)]
PerClass = Annotated[Assumption, between(0.0, 10.0)]


class Building(Spec):
    """Premises of one service; what is left out is a gap and not published.

    special    rooms beside the class rooms, for each class
    classes    of the typical facility, whose land and floor the two standards give
    land, floor   standards of one such facility, m2
    boarders   share of those who go to school here who board;  dormitory  standard of floor for each, m2
    """

    special: PerClass | None = None
    classes: Whole | None = None
    land: str | None = None
    floor: str | None = None
    boarders: Share | None = None
    dormitory: str | None = None

    @model_validator(mode="after")
    def _of_a_size(self) -> Building:
        if (self.land or self.floor) and self.classes is None:
            raise ValueError("classes of the typical facility, whose land or floor the standard gives")
        return self


class PremisesSpec(Spec):
    """``premises.toml``.

    of_range  which end of a standard is taken where it is a range: the least that is let through, or what is planned
    """

    model: ModelHead
    of_range: Literal["least", "most"]
    nursery: Building = Building()
    kindergarten: Building = Building()
    primary: Building = Building()
    junior: Building = Building()
    senior: Building = Building()
