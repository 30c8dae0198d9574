"""Pupils who attend another stage than their age has at home: where schools of six years send to schools of five.

Users are filed by the stage that they attend, so that in every stage users - out + in = attending. Within a stage they
stand in the grade of their age at home, those of another stage in the nearest one that it has there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forecast.axes import Floats
from forecast.services.school.attendance import BEYOND
from forecast.services.school.bands import Band
from forecast.services.school.course import SchoolCourse
from forecast.services.school.view import SchoolView

Filed = tuple[str, int]
"""A service and the number of a grade in it, from 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """Children of one grade of a band who live in one area and attend another stage in another.

    grade  of the band;  home, there  where they are filed by age, and by attendance
    share  of the children of the area (year,)
    """

    origin: int
    destination: int
    grade: int
    home: Filed
    there: Filed
    share: Floats


def crossings(course: SchoolCourse, band: Band) -> Iterator[Crossing]:
    """All of a band; none where the areas at both ends have the same structure."""
    if course.attendance is None:
        return
    for route in course.attendance.routes:
        origin, end = route.origin, route.destination
        if end in (BEYOND, origin) or route.service not in band.services:
            continue
        cut = band.cut(route.service, origin)
        for grade in range(cut.start, cut.stop):
            there = band.service(end, grade)
            if there != route.service:
                number = min(grade - band.start(there, end), band.lengths[there][origin] - 1)
                home = (route.service, grade - cut.start)
                yield Crossing(origin, end, grade, home, (there, number), route.share)


def refiled(view: SchoolView, band: str, one: Crossing) -> Floats | None:
    """Users who cross (year,), of trajectories (year, column); None where they live in no area of the view."""
    if view.here is not None and view.here != one.origin:
        return None
    rate = one.share * view.course.bands[band].inside[:, one.destination, one.grade]
    children = view.wanted(band, one.grade, one.destination)
    return children[:, one.origin] * rate if view.here is None else children * rate[:, None]
