"""The types behind ``births.toml``, and what scenarios may say of births and policies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from forecast.project.parts import AreaCode, Assumption, ModelHead, Share, Spec, Status, Year, between
from forecast.project.regression import RegressionSpec

OrderName = Literal["1", "2", "3+"]
PolicyName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
ORDERS_OF: dict[str, tuple[bool, bool, bool]] = {
    "all": (True, True, True),
    "1": (True, False, False),
    "2": (False, True, False),
    "2+": (False, True, True),
    "3+": (False, False, True),
}
"""Which orders a policy concerns, by what a scenario calls them."""


class BirthsHead(ModelHead):
    """Parity progression, or rates by order for all women alike where nobody counted the children they have."""

    engine: Literal["parity", "incidence"]


class BirthsLaunch(Spec):
    """Which series of national births guide the age structure and are met."""

    guide: str
    observed: str


class BirthsPath(Spec):
    """How total fertility goes on after the last observed year."""

    fitted_on: str
    long_run_mean: Annotated[Assumption, between(0.2, 8.0)] | None = None
    autocorrelation: Share | None = None
    hold: bool = False
    multiplier: dict[Year, Annotated[float, Field(gt=0, le=10)]] = Field(default_factory=dict)
    offset: dict[Year, Annotated[float, Field(ge=-3, le=5)]] = Field(default_factory=dict)


class Schedule(Spec):
    """The place and year whose births by order and single age of mother are taken as the pattern."""

    area: AreaCode
    year: Year


class Completed(Spec):
    """How many women go on to a next child by the end of childbearing."""

    first: Annotated[Assumption, between(0.3, 0.999)]
    second: Annotated[Assumption, between(0.1, 0.95)]
    third: Annotated[Assumption, between(0.02, 0.8)]


class Distance(Spec):
    """How an area's distance from the nation in children ever born shows in its orders."""

    first: Share
    later: Annotated[Assumption, between(0.0, 3.0)]
    lasting: Share


class OrderDoubt(Spec):
    """Standard deviation of the log odds of an order against first births."""

    second: Annotated[Assumption, between(0.0, 3.0)]
    third_and_later: Annotated[Assumption, between(0.0, 3.0)]


class Orders(Spec):
    """Births by order at the launch."""

    schedule: Schedule
    completed: Completed
    distance: Distance
    doubt: OrderDoubt


Pace = Annotated[Assumption, between(-0.5, 0.5)]
"""Years a year."""


class Tempo(Spec):
    """Years by which mothers of an order grow older in a year; without a figure they follow the age shapes."""

    first: Pace | None = None
    second: Pace | None = None
    third_and_later: Pace | None = None


class Zodiac(Spec):
    """What a year of the Dragon adds to births, what the year after it misses, and the sd of the log of the former."""

    dragon: Annotated[Assumption, between(-0.5, 0.5)]
    after: Annotated[Assumption, between(-0.5, 0.5)]
    doubt: Annotated[Assumption, between(0.0, 0.5)]


class SexRatio(Spec):
    """Whose sex ratio at birth is followed."""

    fitted_on: str


class EffectSize(Spec):
    """A relative change with its interval."""

    value: Annotated[float, Field(gt=-1, le=10)]
    low: Annotated[float, Field(gt=-1, le=10)]
    high: Annotated[float, Field(gt=-1, le=10)]
    probability: Annotated[float, Field(gt=0, lt=1)] = 0.8

    @model_validator(mode="after")
    def _in_order(self) -> EffectSize:
        if not self.low <= self.value <= self.high:
            raise ValueError("low, value and high in this order")
        return self


class Policy(Spec):
    """A policy's effect on births: its size, source, onset and decay (law 11)."""

    orders: Literal["all", "1", "2", "2+", "3+"]
    effect: EffectSize
    onset: Year
    ramp: Annotated[int, Field(ge=1, le=20)] = 1
    half_life: Annotated[float, Field(gt=0)] | None = None
    stock: Literal["all", "waiting"] = "all"
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    status: Status
    source: str
    why: str

    @field_validator("effect", mode="before")
    @classmethod
    def _an_interval(cls, given: object) -> object:
        if isinstance(given, int | float):
            message = f"a table with an interval, such as {{ value = {given}, low = .., high = .. }}"
            raise ValueError(message)  # noqa: TRY004 - pydantic makes a fault with its place of this one alone
        return given

    @model_validator(mode="after")
    def _queue(self) -> Policy:
        if (self.stock == "waiting") != (self.share is not None):
            raise ValueError('stock = "waiting" with the share of women who waited, or neither')
        if self.share is not None and self.effect.low < -self.share:
            raise ValueError("effect.low at least -share: the women who waited cannot bear less than none")
        return self

    @property
    def waiting(self) -> float:
        """Share of the women concerned who waited for the policy; 0 where it acts on all."""
        return self.share or 0.0


class BirthsSpec(Spec):
    """``births.toml``; policies come from scenarios alone."""

    model: BirthsHead
    launch: BirthsLaunch
    path: BirthsPath
    orders: Orders
    tempo: Tempo = Tempo()
    zodiac: Zodiac
    sex_ratio: SexRatio
    regression: RegressionSpec | None = None
    policy: dict[PolicyName, Policy] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_queue(self) -> BirthsSpec:
        waiting = [ORDERS_OF[item.orders] for item in self.policy.values() if item.stock == "waiting"]
        if any(sum(column) > 1 for column in zip(*waiting, strict=True)):
            raise ValueError('at most one policy an order with stock = "waiting": women wait in one queue')
        return self
