"""One stage of kindergarten or school: its ages by area, and the standards that it follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.project.school import Stage
from forecast.services.facts import Facts
from forecast.services.norms import Norm
from forecast.services.people import People


@dataclass(frozen=True, slots=True)
class Span:
    """Ages of a stage in one area: completed years on 31 August when a grade begins."""

    first: int
    years: int


@dataclass(frozen=True, eq=False)
class StagePlan:
    """One stage with its ages by area.

    spans          one for each area; of trajectories of one area, one alone
    measured_ages  first and last age over which enrolment was measured
    """

    spec: Stage
    spans: tuple[Span, ...]
    measured_ages: tuple[int, int]
    file: str

    @cached_property
    def alike(self) -> Mapping[Span, NDArray[np.intp]]:
        """Areas of the same ages, by those ages."""
        found: dict[Span, list[int]] = {}
        for area, span in enumerate(self.spans):
            found.setdefault(span, []).append(area)
        return {span: np.array(areas) for span, areas in found.items()}

    @property
    def grades(self) -> int:
        """Grades of the area that has most."""
        return max(span.years for span in self.alike)

    @property
    def where(self) -> str:
        """The part of the model file, for messages."""
        return f"{self.file}, stage {self.spec.service}"

    def grade_name(self, grade: int) -> str:
        """small, middle, top, or grade-1, grade-2 .."""
        return self.spec.grades[grade] if self.spec.grades else f"grade-{grade + 1}"


@dataclass(frozen=True, slots=True, eq=False)
class StageNorms:
    """Standards of a stage.

    sizes   pupils in a class by grade
    ratio   pupils per worker
    staff   workers per class, None where none is set;  carers  those of them who are no teachers, likewise
    """

    sizes: tuple[Norm, ...]
    ratio: Norm
    staff: Norm | None
    carers: Norm | None

    def staff_per_class(self, grade: int) -> Floats:
        """The class norm (year, area); where none is set, a full class of the first year over the ratio norm.

        Of the first year: a smaller class later on needs no fewer teachers.
        """
        return self.staff.most if self.staff else self.sizes[grade].most[:1] / self.ratio.most

    def parts(self, plan: StagePlan) -> Iterator[tuple[str, Norm]]:
        """All of them with what they are for."""
        for grade, size in enumerate(self.sizes):
            yield f"class size, {plan.grade_name(grade)}", size
        yield "pupils per staff", self.ratio
        if self.staff is not None:
            yield "staff per class", self.staff
        if self.carers is not None:
            yield "carers per class", self.carers


def stage_norms(plan: StagePlan, facts: Facts, people: People) -> StageNorms:
    """The standards that the model file names; an unknown one is an ``InputError``."""
    spec = plan.spec

    def norm(name: str, key: str) -> Norm:
        return facts.norm(name, f"{plan.where}, key {key}", people.years, people.areas)

    named = [norm(name, "class_size") for name in spec.class_size]
    return StageNorms(
        tuple(named[min(grade, len(named) - 1)] for grade in range(plan.grades)),
        norm(spec.pupils_per_staff, "pupils_per_staff"),
        norm(spec.staff_per_class, "staff_per_class") if spec.staff_per_class else None,
        norm(spec.carers_per_class, "carers_per_class") if spec.carers_per_class else None,
    )
