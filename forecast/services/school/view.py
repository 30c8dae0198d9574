"""Children, users and pupils by grade as a service asks for them: of all areas, or of one area on every trajectory."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from forecast.axes import Floats
from forecast.services.people import People
from forecast.services.school.attendance import BEYOND
from forecast.services.school.course import BandCourse, SchoolCourse
from forecast.services.school.rates import NONE
from forecast.services.school.registers import registered
from forecast.services.school.schools import SchoolShares
from forecast.services.uptake import TEN, Taste

Wanted = Mapping[int, Mapping[str, Floats]]
"""Children of other areas who go to school, by area and band, on the same trajectories (year, grade, column)."""


class SchoolView:
    """What services see of a course: its own areas as columns, or the trajectories of one of them.

    A child who was on record as a pupil carries no shock up to the last school year on record, and afterwards only what
    happened since: the trajectory's children are brought to those of the course at that date, cohort by cohort.
    """

    def __init__(
        self,
        course: SchoolCourse,
        people: People,
        here: int | None = None,
        taste: Taste | None = None,
        elsewhere: Wanted | None = None,
    ) -> None:
        """One view.

        here       place of the area whose trajectories are the columns of ``people``; None: the areas of the course
        elsewhere  children of those areas from which some attend here, where anybody attends away from home
        """
        self.course, self.here, self.years = course, here, course.years
        self._people, self._taste, self._elsewhere = people, taste or {}, elsewhere or {}
        self._kept: dict[tuple[str, str, int], Floats] = {}
        self._registered: Floats | None = None
        self._tastes: dict[str, Floats] = {}

    @property
    def _area(self) -> int:
        """The area whose trajectories these are."""
        if self.here is None:
            raise ValueError("this view is of all areas")
        return self.here

    def children(self, band: str, grade: int) -> Floats:
        """Residents of the age of a grade (year, column)."""
        item = self.course.bands[band]
        if self.here is None:
            return item.children[:, :, grade]
        return self._ages()[:, :, item.band.first + grade]

    def wanted(self, band: str, grade: int) -> Floats:
        """Residents of the age as they go to school: on record where they are, by taste where not (year, column)."""
        return self._keep("wanted", band, grade, self._wanted)

    def users(self, band: str, grade: int) -> Floats:
        """Residents of the age who go to school, wherever (year, column)."""
        return self._keep("users", band, grade, self._users)

    def pupils(self, band: str, grade: int) -> Floats:
        """Pupils who attend a grade here, wherever they live (year, column)."""
        return self._keep("pupils", band, grade, self._pupils)

    def leaving(self, band: str, grade: int) -> Floats:
        """Users who attend beyond the city (year, column)."""
        return self._attending(band, grade, beyond=True)

    def flows(self, band: str, grade: int, origin: int) -> list[tuple[int, Floats]]:
        """Where those who live in an area and have the age of a grade attend, and how many (year,); no trajectories."""
        inside, there = self.course.bands[band].inside, self.wanted(band, grade)[:, origin]
        return [
            (end, there * share * inside[:, origin if end == BEYOND else end, grade])
            for end, share in self._routes(band, grade, origin)
        ]

    def arriving(self, band: str, grade: int) -> Floats:
        """Pupils who live beyond the city (year, column)."""
        item = self.course.bands[band]
        pupils = self.pupils(band, grade)
        if item.outside is None:
            return np.zeros_like(pupils)
        return pupils * self._of_area(item.outside[:, :, grade])

    def rates(self, band: str, grade: int) -> Floats:
        """Pupils per child who attends here (year, column), one column for all trajectories."""
        return self._of_area(self.course.bands[band].rates.rates[:, :, grade])

    def all_wanted(self) -> dict[str, Floats]:
        """The children of this view's area by band, for those where some of them attend (year, grade, column)."""
        return {name: self._own(name) for name, item in self.course.bands.items() if self._routed(item)}

    def schools(self, area: int, service: str) -> SchoolShares | None:
        """The schools of an area and service, where they are on record."""
        return self.course.schools.get((area, service))

    def vocational(self, band: str) -> Floats | None:
        """Share of vocational pupils (year, column), where it is told."""
        share = self.course.bands[band].rates.vocational
        return None if share is None else self._of_area(share)

    def attended(self, band: str) -> bool:
        """Whether anybody of a band is known to attend away from home."""
        return self._routed(self.course.bands[band])

    def _routed(self, item: BandCourse) -> bool:
        attendance = self.course.attendance
        return attendance is not None and attendance.services(item.band)

    def _keep(self, what: str, band: str, grade: int, work: Callable[[str, int], Floats]) -> Floats:
        key = (what, band, grade)
        if key not in self._kept:
            self._kept[key] = work(band, grade)
        return self._kept[key]

    def _ages(self) -> Floats:
        if self._registered is None:
            self._registered = registered(self._people, self.course.counted.children).children
        return self._registered

    def _of_area(self, values: Floats) -> Floats:
        return values if self.here is None else values[:, self.here : self.here + 1]

    def _wanted(self, band: str, grade: int) -> Floats:
        children = self.children(band, grade)
        if self.here is None:
            return children
        item, area = self.course.bands[band], self.here
        launch = int(item.rates.launch[area, grade])
        if launch > NONE:
            children = self._anchored(item, grade)
        taken = self._taken(item, grade, launch)
        return children if taken is None else children * taken

    def _anchored(self, item: BandCourse, grade: int) -> Floats:
        """The trajectories' children, those on record brought to the course's own at the last school year on record."""
        area, age = self._area, item.band.first + grade
        known, place = self.course.known_ages(area), self.years.index(self.course.last(area))
        there = self.children(item.band.name, grade)
        out = there.copy()
        out[: place + 1] = item.children[: place + 1, area, grade][:, None]
        for year in range(place + 1, len(self.years)):
            before = age - (year - place)
            if before in known:
                at = self._ages()[place, :, before]
                out[year] *= np.divide(self._course_children(before, place), at, out=np.ones_like(at), where=at > 0)
        return out

    def _course_children(self, age: int, place: int) -> float:
        """Children of an age in this area on the course without shocks."""
        for item in self.course.bands.values():
            if item.band.first <= age < item.band.first + item.band.grades:
                return float(item.children[place, self._area, age - item.band.first])
        raise ValueError(f"no band has children of {age}")

    def _taken(self, item: BandCourse, grade: int, launch: int) -> Floats | None:
        """What taste makes of enrolment, 1 in the median (year, column); None where there is none.

        Where pupils are on record the spread of a cohort grows up to the year in which it enters its stage, and those
        who have entered carry none; where gross enrolment stands it grows from the year that it was measured in.
        """
        service = item.band.service(self._area, grade)
        uptake, taste = self.course.uptakes[service], self._taste.get(service)
        if taste is None or uptake.spread == 0.0:
            return None
        on_record = launch > NONE
        kept = self._tastes.get(service)
        if kept is not None and not on_record:
            return kept
        since = grade - item.band.start(service, self._area) if on_record else 0
        ahead = np.maximum(np.array(self.years) - since - (launch if on_record else uptake.measured), 0) / TEN
        rate = self.rates(item.band.name, grade)
        most = np.divide(np.maximum(rate, 1.0), rate, out=np.ones_like(rate), where=rate > 0)
        out = np.asarray(np.minimum(np.exp(uptake.spread * np.sqrt(ahead)[:, None] * taste[None]), most))
        if not on_record:
            self._tastes[service] = out  # the same in all grades
        return out

    def _pupils(self, band: str, grade: int) -> Floats:
        item, attendance = self.course.bands[band], self.course.attendance
        if attendance is None or not self._routed(item):
            return self.wanted(band, grade) * self.rates(band, grade)
        if self.here is None:
            return item.base[:, :, grade] * self.rates(band, grade)
        children = {area: by_band[band] for area, by_band in self._elsewhere.items() if band in by_band}
        children[self.here] = self._own(band)
        return attendance.attending(item.band, self.here, grade, children) * self.rates(band, grade)

    def _own(self, band: str) -> Floats:
        grades = range(self.course.bands[band].band.grades)
        return np.stack([self.wanted(band, grade) for grade in grades], axis=1)

    def _users(self, band: str, grade: int) -> Floats:
        if not self._routed(self.course.bands[band]):
            return self.pupils(band, grade)
        return self._attending(band, grade, beyond=False)

    def _attending(self, band: str, grade: int, *, beyond: bool) -> Floats:
        """Residents who go to school, wherever, or beyond the city (year, column)."""
        inside, wanted = self.course.bands[band].inside, self.wanted(band, grade)
        out = np.zeros_like(wanted)
        for column, origin in self._columns():
            there = wanted[:, column]
            for end, share in self._routes(band, grade, origin):
                if end == BEYOND or not beyond:
                    rate = inside[:, origin if end == BEYOND else end, grade]
                    out[:, column] += there * _down(share * rate, there)
        return out

    def _columns(self) -> list[tuple[int | slice, int]]:
        """Columns of this view with the area that each stands for."""
        if self.here is not None:
            return [(slice(None), self.here)]
        return [(area, area) for area in range(len(self.course.areas))]

    def _routes(self, band: str, grade: int, origin: int) -> list[tuple[int, Floats]]:
        """Where the children of an area and grade attend, and shares (year,)."""
        attendance = self.course.attendance
        service = self.course.bands[band].band.service(origin, grade)
        routes = [] if attendance is None else attendance.leaving(origin, service)
        return [(route.destination, route.share) for route in routes] or [(origin, np.ones(len(self.years)))]


def _down(values: Floats, like: Floats) -> Floats:
    """Values by year as wide as what they multiply."""
    return values.reshape(-1, *(1,) * (like.ndim - 1))
