"""The types behind ``models/eldercare.toml``: need by level, settings and who uses them, beds, carers, policy."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from forecast.project.lines import Line
from forecast.project.parts import Assumption, ModelHead, Share, Spec, Status, Year, between, refused

Level = Literal["none", "mild", "moderate", "severe", "undivided"]
CommunityName = Literal["home", "meals", "day-care"]
HomeName = Literal["ordinary", "nursing-type"]
Setting = Literal["home", "meals", "day-care", "ordinary", "nursing-type"]
Arrangement = Literal["alone", "couple", "others"]
NotNegative = Annotated[float, Field(ge=0)]
Percent = Annotated[Assumption, between(0.0, 100.0)]
Spread = Annotated[Assumption, between(0.0, 1.5)]
Occupancy = Annotated[Assumption, between(0.1, 1.0)]
LEVELS: tuple[Level, ...] = ("none", "mild", "moderate", "severe", "undivided")
SETTINGS: tuple[Setting, ...] = ("home", "meals", "day-care", "ordinary", "nursing-type")


class Reasoned(Spec):
    """Figures that share a status, a source and a reason (law 14)."""

    status: Status
    source: str
    why: Annotated[str, Field(min_length=1)]


class ShareRow(Spec):
    """One row of ``care_need`` for both sexes from an age on."""

    definition: str
    level: str
    from_age: Annotated[int, Field(ge=60, le=100)]
    year: Year


class NeedTable(Spec):
    """One named prevalence table; what it does not have is absent.

    rows      a definition of ``care_need`` whose own rows are taken, by level where it has levels
    total     or one share of all old people, which needs a gradient
    means     what that share counts: all who need care, or the severe alone
    gradient  a definition whose rows by age and sex give the shape, where the table has none of its own
    severe    a second share that says which part of the total is severe: a split of it, not a blend
    severe_gradient  a definition whose rows by age give the shape of severe need; without it the part is the same at
              every age
    split     a definition with shares of mild and moderate need that splits the rest
    homes     supply measure: percent of residents of homes who have this need
    """

    rows: str | None = None
    total: ShareRow | None = None
    means: Literal["undivided", "severe"] = "undivided"
    gradient: str | None = None
    severe: ShareRow | None = None
    severe_gradient: str | None = None
    split: str | None = None
    homes: str | None = None
    why: str = ""

    @model_validator(mode="after")
    def _one_origin(self) -> NeedTable:
        if (self.rows is None) == (self.total is None):
            raise ValueError("either rows or total")
        if self.total is not None and self.gradient is None:
            raise ValueError("a gradient beside total: one share says nothing of ages")
        if self.severe is not None and (self.total is None or self.means == "severe"):
            raise ValueError("severe beside a total of all who need care")
        if self.split is not None and self.severe is None:
            raise ValueError("split beside severe: it splits what is left")
        if self.severe_gradient is not None and self.severe is None:
            raise ValueError("severe_gradient beside severe: it is a shape without a level")
        return self


class NeedTrend(Spec):
    """Rates by age over the years: constant, a yearly change, or such that the nation reaches a share."""

    how: Literal["none", "yearly", "to-level"] = "none"
    yearly: Annotated[Assumption, between(-10.0, 10.0)] | None = None
    to: ShareRow | None = None

    @model_validator(mode="after")
    def _told(self) -> NeedTrend:
        if self.how == "yearly" and self.yearly is None:
            raise refused("yearly", "percent a year, with its status, source and reason", None)
        if self.how == "to-level" and self.to is None:
            raise refused("to", "the row of care_need that is reached", None)
        return self


class Need(Spec):
    """Which table says who needs care; it stands under ``tables``, or is a definition of ``care_need`` itself.

    local  the definition of areas' own rows; without it the one that an area has rows of
    """

    table: str
    local: str | None = None
    tables: dict[str, NeedTable] = Field(default_factory=dict)
    dementia: str | None = None
    dementia_level: ShareRow | None = None
    trend: NeedTrend = NeedTrend()

    @property
    def chosen(self) -> NeedTable:
        """The table in use."""
        return self.tables.get(self.table) or NeedTable(rows=self.table)

    @property
    def years(self) -> dict[str, int]:
        """Years that the nation's forecast must reach, by the key that names them."""
        found = {}
        if self.chosen.total is not None:
            found[f"need.tables.{self.table}.total.year"] = self.chosen.total.year
        if self.trend.how == "to-level" and self.trend.to is not None:
            found["need.trend.to.year"] = self.trend.to.year
        return found


class Institution(Spec):
    """Who lives in institutions, and how full they are planned.

    earlier  year of an earlier count, and the years between the two
    """

    residents: str
    year: Year
    earlier: Year | None = None
    between: Annotated[float, Field(gt=0)] | None = None
    occupancy: Occupancy
    nursing_share: str

    @model_validator(mode="after")
    def _occupied(self) -> Institution:
        if (self.earlier is None) != (self.between is None):
            raise ValueError("earlier and between, or neither")
        if self.earlier is not None and self.earlier >= self.year:
            raise refused("earlier", f"a year before {self.year}", self.earlier)
        return self


class Odds(Reasoned):
    """Odds of a setting against family care, relative to those of mild need and of people with their children.

    none  left out where the table of need says which part of residents need care: it is then solved
    """

    none: NotNegative | None = None
    mild: NotNegative = 1.0
    moderate: NotNegative = 1.0
    severe: NotNegative = 1.0
    undivided: NotNegative = 1.0
    alone: NotNegative = 1.0
    couple: NotNegative = 1.0
    others: NotNegative = 1.0
    status: Status = "assumed"


class CommunitySetting(Spec):
    """Users today in percent of people of 60+: no national count by setting is known."""

    users: Percent
    odds: Odds


class Trend(Spec):
    """Use by people of the same need, between two counts and after: held, or carried on and damped."""

    how: Literal["hold", "damped"] = "hold"
    weight: Share
    damping: Share


class Use(Spec):
    """Spread of use: of the log of the odds ten years on; of settings without a count also today.

    local                 of homes, between areas of the same need: how far one without a count may be from the nation
    community_elasticity  of settings at home; without it that of homes
    """

    institution: Spread
    local: Spread | None = None
    community: Spread
    unsure: Spread
    trend: Trend
    elasticity: Annotated[Assumption, between(0.0, 5.0)]
    community_elasticity: Annotated[Assumption, between(0.0, 5.0)] | None = None


class Price(Reasoned):
    """What users pay, as a factor on today's price, from a year on."""

    first: Annotated[Year, Field(alias="from")]
    factor: Annotated[float, Field(gt=0, le=10)]
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    settings: Annotated[tuple[Setting, ...], Field(min_length=1)] = SETTINGS


class Hours(Reasoned):
    """Hours of home care a week by level."""

    none: NotNegative
    mild: NotNegative
    moderate: NotNegative
    severe: NotNegative
    undivided: NotNegative


class Carers(Spec):
    """People per carer by level, and how long home care takes."""

    severe: str
    other: str
    none: str
    hours: Hours
    week: Annotated[Assumption, between(1.0, 80.0)]


class DayCare(Spec):
    """Days a week that a user comes, and days that a centre is open."""

    days: Annotated[Assumption, between(0.1, 7.0)]
    open: Annotated[Assumption, between(1.0, 7.0)]

    @model_validator(mode="after")
    def _while_open(self) -> DayCare:
        if self.days.value > self.open.value:
            raise refused("days", f"at most {self.open.value:g}, the days a centre is open", self.days.value)
        return self


class Pattern(Reasoned):
    """Policy: shares of people of 60+ by setting, which use moves to from a year to another.

    beside  other patterns' institution shares, shown as lines
    """

    institution: str
    community: str
    nursing_share: str
    first: Annotated[Year, Field(alias="from")]
    reach: Year
    price: dict[str, Price] = Field(default_factory=dict)
    beside: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _forward(self) -> Pattern:
        if self.reach <= self.first:
            raise refused("reach", f"a year after {self.first}", self.reach)
        return self


class Floor(Spec):
    """Standards of community rooms for the old in m2 per hundred households."""

    new: str
    existing: str


class EldercareSpec(Spec):
    """``eldercare.toml``."""

    model: ModelHead
    need: Need
    institution: Institution
    settings: dict[CommunityName, CommunitySetting]
    homes: dict[HomeName, Odds]
    use: Use
    price: dict[str, Price] = Field(default_factory=dict)
    day_care: DayCare
    meals: Annotated[Assumption, between(0.0, 3.0)]
    carers: Carers
    pattern: Pattern
    floor: Floor | None = None
    lines: dict[str, Line] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _every_setting(self) -> EldercareSpec:
        if set(self.settings) != {"home", "meals", "day-care"}:
            raise ValueError("the settings home, meals and day-care, each once")
        if set(self.homes) != {"ordinary", "nursing-type"}:
            raise ValueError("the homes ordinary and nursing-type, each once")
        return self
