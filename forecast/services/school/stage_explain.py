"""Every factor between births, or pupils on record, and the places, classes and staff of one stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.services.people import People
from forecast.services.school.counted import Roll, weakest
from forecast.services.school.course import BandCourse
from forecast.services.school.rates import NONE
from forecast.services.school.stage_plan import StageNorms, StagePlan
from forecast.services.school.view import SchoolView
from forecast.services.series import Factor, Service, whole_up

PEOPLE = "cohort-component"
UNSURE = ("recalled", "assumed")
ENGINE = "grade progression; ratios of the last cohorts, net of moves that the forecast of people has"


def explained(
    plan: StagePlan, norms: StageNorms, view: SchoolView, people: People, service: Service, area: int, year: int
) -> tuple[Factor, ...]:
    """From the children of each grade to places, classes and staff for one area and year."""
    place, status = people.place(year), people.status(year)
    out: list[Factor] = []
    places = classes = 0.0
    for grade in range(plan.spans[area].years):
        seen = _Grade(plan, view, people, area, year, grade)
        out += seen.factors()
        seats = float(whole_up(np.array(seen.pupils)))
        size = norms.sizes[grade].at(place, area)
        rooms = float(service.find("classes", plan.grade_name(grade)).values[place, area])
        places, classes = places + seats, classes + rooms
        schools = view.schools(area, plan.spec.service)
        each = "classes, rounded up"
        if schools is not None:
            each = f"classes of {len(schools.codes)} schools, each rounded up"
        document = f"{size.document} {size.number}".strip()
        out += [
            Factor("places, rounded up", "subtotal", seats, "places", status, "computed"),
            Factor("class size", "divided", size.most, size.unit, size.status, size.source, document),
            Factor(each, "subtotal", rooms, "classes", status, "computed"),
        ]
    out += [
        Factor("places", "result", places, "places", status, "computed"),
        Factor("classes", "result", classes, "classes", status, "computed"),
        *_staff(norms, service, place, area, status),
        *_elsewhere(service, place, area, status),
    ]
    return tuple(out)


def _staff(norms: StageNorms, service: Service, place: int, area: int, status: str) -> Iterator[Factor]:
    by_ratio, by_class = (float(service.find("staff", part).values[place, area]) for part in ("by-ratio", "by-class"))
    ratio = norms.ratio.at(place, area)
    per_class = np.broadcast_to(norms.staff_per_class(0), service.find("places").values.shape)[place, area]
    norm = norms.staff.at(place, area) if norms.staff else None
    yield Factor(
        "pupils per staff", "norm", ratio.most, ratio.unit, ratio.status, ratio.source, f"staff by ratio {by_ratio:.0f}"
    )
    yield Factor(
        "staff per class",
        "norm",
        float(per_class),
        "staff per class",
        norm.status if norm else "derived",
        norm.source if norm else ratio.source,
        f"staff by class {by_class:.0f}; the larger one binds",
    )
    teachers = float(service.find("teachers").values[place, area])
    if norms.carers is None:
        yield Factor("teachers and staff", "result", teachers, "staff", status, "computed")
        return
    room, carers = norms.carers.at(place, area), float(service.find("carers").values[place, area])
    yield Factor("staff", "norm", teachers + carers, "staff", status, "computed", "teachers and carers")
    yield Factor("carers per class", "norm", room.most, room.unit, room.status, room.source, f"carers {carers:.0f}")
    yield Factor("carers", "result", carers, "carers", status, "computed")
    yield Factor("teachers", "result", teachers, "teachers", status, "computed", "staff less carers")


def _elsewhere(service: Service, place: int, area: int, status: str) -> Iterator[Factor]:
    """Who lives here and attends elsewhere, where anybody is known to."""
    if not any(item.measure == "pupils-attending" for item in service.series):
        return
    for measure, name in (
        ("users", "pupils who live here, wherever they attend"),
        ("pupils-out", "of them beyond the city"),
        ("pupils-attending", "pupils who attend here, wherever they live"),
        ("pupils-in", "of them from beyond the city"),
    ):
        value = float(service.find(measure).values[place, area])
        yield Factor(name, "line", value, "pupils", status, "computed")


@dataclass(frozen=True, slots=True, eq=False)
class _Grade:
    """One grade of one area and year of the course without shocks."""

    plan: StagePlan
    view: SchoolView
    people: People
    area: int
    year: int
    grade: int

    @property
    def band(self) -> BandCourse:
        return self.view.course.band(self.plan.spec.service)

    @property
    def at(self) -> tuple[int, int, int]:
        """Where the grade stands in the arrays of its band."""
        span = self.plan.spans[self.area]
        return self.people.place(self.year), self.area, span.first - self.band.band.first + self.grade

    @property
    def age(self) -> int:
        return self.plan.spans[self.area].first + self.grade

    @property
    def pupils(self) -> float:
        return _cell(self.band.pupils, self.at)

    @property
    def status(self) -> str:
        return self.people.status(self.year)

    def factors(self) -> Iterator[Factor]:
        """From what is known first to the pupils of the grade."""
        rates = self.band.rates
        launch = int(rates.launch[self.at[1:]])
        if launch == NONE:
            yield from self._living()
            yield from self._gross()
        elif np.isfinite(rates.counted[self.at]):
            source, status = self._rolls(), self._recorded(self.year)
            yield Factor(f"{self._name}: pupils on record", "start", self.pupils, "pupils", status, source)
        elif self.year < launch:
            yield from self._living()
            rate, near = _cell(rates.rates, self.at), "of the nearest school years on record"
            yield Factor("pupils per child", "times", rate, "share", "derived", self._rolls(), near)
        else:
            yield from self._progressed()
        bent = _cell(rates.bent, self.at)
        if bent != 1.0:
            yield Factor("stated path of enrolment", "times", bent, "ratio", "assumed", self.plan.file)
        if self.band.outside is not None and launch == NONE:
            inside = 1.0 - _cell(self.band.outside, self.at)
            if inside != 1.0:
                yield Factor("pupils who live in the city", "divided", inside, "share", "derived", self._ways())

    @property
    def _name(self) -> str:
        return self.plan.grade_name(self.grade)

    def _kinds(self) -> list[Roll]:
        course = self.view.course
        code, kinds = course.areas[self.area], course.kinds[self.plan.spec.service]
        return [course.counted.rolls[code, kind] for kind in kinds if (code, kind) in course.counted.rolls]

    def _rolls(self) -> str:
        return "; ".join(dict.fromkeys(roll.source for roll in self._kinds()))

    def _recorded(self, year: int) -> str:
        """The status of the rows of a school year."""
        return weakest(roll.status_of(year) for roll in self._kinds()) or "observed"

    def _ways(self) -> str:
        attendance = self.view.course.attendance
        if attendance is None:
            return "computed"
        return attendance.source(self.band.band.services)

    def _living(self) -> Iterator[Factor]:
        """Children who live here, and those who attend here."""
        origin, came, known = self.people.origin(self.area, self.year, self.age)
        place, area, _ = self.at
        modelled = float(self.people.on_31_august[place, area, self.age])
        born = float(self.people.born_on_31_august(self.age)[place])
        children = _cell(self.band.children, self.at)
        yield Factor(f"{self._name}: {origin}", "start", came, "persons", known, PEOPLE)
        yield Factor(
            "survival and net move since", "times", modelled / came if came else 0.0, "ratio", self.status, PEOPLE
        )
        on_register = children / modelled if modelled else 1.0
        if on_register != 1.0:
            counts = [item for item in self.view.course.counted.children if item.area == self.people.areas[area]]
            source = "; ".join(dict.fromkeys(item.source for item in counts))
            least = weakest(item.status for item in counts)
            status = least if least in UNSURE else "nowcast"
            yield Factor("children on registers over modelled", "times", on_register, "ratio", status, source)
        yield Factor(
            f"people aged {self.age} on 31 August {self.year}",
            "subtotal",
            children,
            "persons",
            self.status,
            PEOPLE,
            f"born September {self.year - self.age - 1} to August {self.year - self.age}; {born:.0%} already born",
        )
        base = _cell(self.band.base, self.at)
        if self.band.base is not self.band.children:
            ratio = base / children if children else 0.0
            yield Factor(
                "children who attend here per child who lives here", "times", ratio, "ratio", "derived", self._ways()
            )
            yield Factor("children who attend here", "subtotal", base, "persons", self.status, "computed")

    def _gross(self) -> Iterator[Factor]:
        rate = self.view.course.enrolment[self.plan.spec.service]
        path = float(self.view.course.uptakes[self.plan.spec.service].path(self.people.years)[self.at[0], 0])
        carried = max((year for year in rate.since if year <= self.year), default=rate.year)
        on = f"; since then as the nation's rate to {carried}" if carried > rate.year else ""
        yield Factor("gross enrolment", "times", path, "share", rate.status, rate.source, f"{rate.told}{on}")

    def _progressed(self) -> Iterator[Factor]:
        """Entry base x entry ratio, or pupils of the grade before x growth of their cohort x cohort ratio."""
        rates, (place, area, grade) = self.band.rates, self.at
        pupils = self.pupils / _cell(rates.bent, self.at)
        entry = float(rates.entry[self.at])
        if np.isfinite(entry):
            if rates.fed[area, grade]:
                before, growth = self._fed(entry)
                yield from self._grown("pupils of the grade before", before, growth)
            else:
                yield from self._living()
            ratio = pupils / entry if entry else 0.0
            yield Factor("entry ratio", "times", ratio, "ratio", "derived", self._rolls(), ENGINE)
            return
        earlier = (place - 1, area, grade - 1)
        before = _cell(self.band.pupils, earlier) / _cell(rates.bent, earlier)
        if not before:
            yield Factor(
                f"{self._name}: pupils of a grade that is not fed", "start", pupils, "pupils", self.status, ENGINE
            )
            return
        base = _cell(self.band.base, earlier)
        growth = _cell(self.band.base, self.at) / base if base else 1.0
        yield from self._grown("pupils of the grade before", before, growth)
        yield Factor("cohort ratio", "times", pupils / (before * growth), "ratio", "derived", self._rolls(), ENGINE)

    def _grown(self, name: str, before: float, growth: float) -> Iterator[Factor]:
        counted = self.year - 1 <= self.view.course.last(self.area)
        status = self._recorded(self.year - 1) if counted else "projected"
        title = f"{self._name}: {name}, {self.year - 1}"
        yield Factor(title, "start", before, "pupils", status, self._rolls())
        what = "survival and net move of their cohort"
        if self.view.attended(self.band.band.name):
            what = "survival, net move and attendance of their cohort"
        yield Factor(what, "times", growth, "ratio", self.status, PEOPLE)

    def _fed(self, entry: float) -> tuple[float, float]:
        """Pupils of the last grade of the band before, a year before, and how their cohort grew since."""
        names = list(self.view.course.bands)
        earlier = self.view.course.bands[names[names.index(self.band.band.name) - 1]]
        at = (self.at[0] - 1, self.area, earlier.band.grades - 1)
        before = _cell(earlier.pupils, at) / _cell(earlier.rates.bent, at)
        return before, entry / before if before else 1.0


def _cell(values: Floats, at: tuple[int, int, int]) -> float:
    return float(values[at])
