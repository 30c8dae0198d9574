"""Children, users and pupils by grade as a service asks for them: of all areas, or of one area on every trajectory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from forecast.axes import Floats
from forecast.services.people import People
from forecast.services.school.attendance import BEYOND
from forecast.services.school.course import BandCourse, SchoolCourse
from forecast.services.school.rates import NONE
from forecast.services.school.registers import registered
from forecast.services.school.schools import SchoolShares
from forecast.services.school.stray import Stray
from forecast.services.uptake import TEN, Taste


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What trajectories of one area must know besides its own people.

    children  of areas from which some attend in another, by their area, band and the place where they attend, on the
              same trajectories (year, grade, column)
    stray     how far pupils on record stray by the schools' own record; None: as the people of their age do
    """

    children: Mapping[int, Mapping[tuple[str, int], Floats]] = field(default_factory=dict)
    stray: Stray | None = None


class SchoolView:
    """What services see of a course: its own areas as columns, or the trajectories of one of them.

    A child who was on record as a pupil carries no shock up to the last school year on record, and afterwards only what
    happened since: by what the schools' own record shows (``Stray``), or else the trajectory's children are brought to
    those of the course at that date, cohort by cohort. On record is who goes to school where the grade was counted.
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
        elsewhere  children of those areas from which some attend here, and how far those on record stray
        """
        self.course, self.here, self.years = course, here, course.years
        self._people, self._taste, self._elsewhere = people, taste or {}, elsewhere or Wanted()
        self._kept: dict[tuple[str, str, int, int | None], Floats] = {}
        self._registered: Floats | None = None
        self._tastes: dict[str, Floats] = {}
        self._strays: dict[int, Floats] = {}

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

    def wanted(self, band: str, grade: int, end: int | None = None) -> Floats:
        """Residents of the age as they go to school: on record where they are, by taste where not (year, column).

        end  the place of the area where they attend, on whose record they may be; None: at home, or beyond the city
        """
        end = None if self.here is None or end in (self.here, BEYOND) else end
        key = ("wanted", band, grade, end)
        if key not in self._kept:
            self._kept[key] = self._wanted(band, grade, end)
        return self._kept[key]

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

    def all_wanted(self) -> dict[tuple[str, int], Floats]:
        """This view's children by band and each other area where some of them attend (year, grade, column)."""
        attendance = self.course.attendance
        routes = () if attendance is None else attendance.routes
        found: dict[tuple[str, int], Floats] = {}
        for name, item in self.course.bands.items():
            taught = item.band.services
            mine = {route.destination for route in routes if route.origin == self._area and route.service in taught}
            found |= {(name, end): self._all(name, end) for end in sorted(mine - {self._area, BEYOND})}
        return found

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
        key = (what, band, grade, None)
        if key not in self._kept:
            self._kept[key] = work(band, grade)
        return self._kept[key]

    def _ages(self) -> Floats:
        if self._registered is None:
            self._registered = registered(self._people, self.course.counted.children).children
        return self._registered

    def _of_area(self, values: Floats) -> Floats:
        return values if self.here is None else values[:, self.here : self.here + 1]

    def _wanted(self, band: str, grade: int, end: int | None) -> Floats:
        if self.here is None:
            return self.children(band, grade)
        item = self.course.bands[band]
        counted = end if end is not None and item.rates.launch[end, grade] > NONE else self._area
        children = self._anchored(item, grade, counted)
        taken = self._taken(item, grade, int(item.rates.launch[counted, grade]))
        return children if taken is None else children * taken

    def _anchored(self, item: BandCourse, grade: int, counted: int) -> Floats:
        """The trajectories' children, those on record as sure as they were when they last were (year, column).

        counted  the area on whose record they are; bands, and grades of one, may have ended in different years
        """
        there, age = self.children(item.band.name, grade), item.band.first + grade
        record = self._record(counted)
        if not record:
            return there
        stray = self._stray(counted, age)
        out = there.copy() if stray is None else there * stray
        for place, year in enumerate(self.years):
            backs = range(min(place, age - min(record)) + 1)
            since = next((back for back in backs if year - back <= record.get(age - back, NONE)), None)
            course = item.children[place, self._area, grade]
            if since == 0:
                out[place] = course
            elif since is not None and stray is not None:
                out[place] = course * stray[place]
            elif since is not None:
                at = self._ages()[place - since, :, age - since]
                known = self._course_children(age - since, place - since)
                out[place] *= np.divide(known, at, out=np.ones_like(at), where=at > 0)
        return out

    def _record(self, area: int) -> Mapping[int, int]:
        """The last school year on record of each age that is."""
        return {
            item.band.first + grade: int(item.rates.launch[area, grade])
            for item in self.course.bands.values()
            for grade in np.flatnonzero(item.rates.launch[area]).tolist()
        }

    def _stray(self, area: int, age: int) -> Floats | None:
        """What the children of an age are multiplied by where pupils of an area are on record (year, column)."""
        stray = self._elsewhere.stray
        if stray is None:
            return None
        if area not in self._strays:
            self._strays[area] = stray.of(area)
        return self._strays[area][:, age - stray.youngest]

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
        mine = (band, self.here)
        children = {area: by_route[mine] for area, by_route in self._elsewhere.children.items() if mine in by_route}
        children[self.here] = self._all(band, None)
        return attendance.attending(item.band, self.here, grade, children) * self.rates(band, grade)

    def _all(self, band: str, end: int | None) -> Floats:
        grades = range(self.course.bands[band].band.grades)
        return np.stack([self.wanted(band, grade, end) for grade in grades], axis=1)

    def _users(self, band: str, grade: int) -> Floats:
        if not self._routed(self.course.bands[band]):
            return self.pupils(band, grade)
        return self._attending(band, grade, beyond=False)

    def _attending(self, band: str, grade: int, *, beyond: bool) -> Floats:
        """Residents who go to school, wherever, or beyond the city (year, column)."""
        inside = self.course.bands[band].inside
        out = np.zeros_like(self.wanted(band, grade))
        for column, origin in self._columns():
            for end, share in self._routes(band, grade, origin):
                if end == BEYOND or not beyond:
                    there = self.wanted(band, grade, end)[:, column]
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
