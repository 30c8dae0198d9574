"""The types behind ``teachers.toml``: retirement, leaving, recruitment and redeployment of teachers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import model_validator

from forecast.project.parts import Assumption, ModelHead, Share, Spec, Status, between, refused

StageName = Literal["kindergarten", "primary", "junior", "senior"]
STAGES: tuple[StageName, ...] = ("kindergarten", "primary", "junior", "senior")
SUM = 1e-6
"""By how much shares that make a whole may miss one."""


class ByStage(Spec):
    """A share for the teachers of each stage."""

    kindergarten: Share
    primary: Share
    junior: Share
    senior: Share

    @property
    def values(self) -> tuple[float, ...]:
        """In the order of the stages."""
        return tuple(getattr(self, stage).value for stage in STAGES)


class RetirementSpec(Spec):
    """When teachers retire.

    schedule  in-force: the ages of the table ``pension_ages``; before: as they were until they began to rise
    early     share who retire early, of their own will, and by how many years: never below the age before the rise
    """

    schedule: Literal["in-force", "before"] = "in-force"
    early: Share
    early_years: Annotated[Assumption, between(0.0, 3.0)]


class WomenSpec(Spec):
    """Women among teachers and recruits, where the count does not tell, and the posts that set their pension age.

    workers   share of them in workers' posts, who retire at the lower age
    as_men    share of them who stay to the men's age: women of senior rank may
    """

    share: ByStage
    workers: ByStage
    as_men: ByStage

    @model_validator(mode="after")
    def _within_one(self) -> WomenSpec:
        for stage, one, other in zip(STAGES, self.workers.values, self.as_men.values, strict=True):
            if one + other > 1.0:
                raise refused(f"as_men.{stage}", f"at most {1.0 - one:g}, what workers.{stage} leaves", other)
        return self

    def posts(self, stage: int, women: float | None = None) -> tuple[float, float, float]:
        """Shares of those at the men's age, of women in professional and in workers' posts.

        women  their share where it is known; else the assumed one
        """
        all_women = self.share.values[stage] if women is None else women
        workers, as_men = self.workers.values[stage], self.as_men.values[stage]
        return 1.0 - all_women * (1.0 - as_men), all_women * (1.0 - workers - as_men), all_women * workers


class RecruitAges(Spec):
    """Shares of recruits by age; the bands are 22-24, 25-29 and 30-34, even within each."""

    from_22: Share
    from_25: Share
    from_30: Share

    @model_validator(mode="after")
    def _whole(self) -> RecruitAges:
        total = sum(share for _, _, share in self.bands)
        if abs(total - 1.0) > SUM:
            raise ValueError(f"shares that sum to 1, not to {total:g}")
        return self

    @property
    def bands(self) -> tuple[tuple[int, int, float], ...]:
        """First and last age, share."""
        return ((22, 24, self.from_22.value), (25, 29, self.from_25.value), (30, 34, self.from_30.value))


class RecruitmentSpec(Spec):
    """What share of a shortage is recruited, and at which ages."""

    share: Share
    ages: RecruitAges


class Qualification(Spec):
    """Stages that the teachers of a stage may teach beside their own."""

    kindergarten: tuple[StageName, ...] = ()
    primary: tuple[StageName, ...] = ()
    junior: tuple[StageName, ...] = ()
    senior: tuple[StageName, ...] = ()
    status: Status
    source: str
    why: str = ""

    @model_validator(mode="after")
    def _others(self) -> Qualification:
        for stage, others in self.stages.items():
            if stage in others or len(set(others)) < len(others):
                raise refused(stage, f"stages other than {stage}, each once", list(others))
        return self

    @property
    def stages(self) -> Mapping[str, tuple[StageName, ...]]:
        """By stage."""
        return {stage: getattr(self, stage) for stage in STAGES}


class RedeploymentSpec(Spec):
    """Who may be moved.

    reach        area: between stages of an area only; city: between its areas too
    most         largest share of a stock that may be moved in a year; 0: nobody is
    farthest_km  largest distance between the seats of two areas; without it there is no limit
    """

    reach: Literal["area", "city"]
    most: Share
    farthest_km: Annotated[Assumption, between(0.0, 2000.0)] | None = None
    may_teach: Qualification


class CountSpec(Spec):
    """Where the count gives no ages: teachers from this age on, even over ages up to the pension."""

    first_age: Annotated[Assumption, between(15.0, 40.0, whole=True)]


class TeachersSpec(Spec):
    """``teachers.toml``."""

    model: ModelHead
    count: CountSpec
    retirement: RetirementSpec
    women: WomenSpec
    leaving: ByStage
    recruitment: RecruitmentSpec
    redeployment: RedeploymentSpec
