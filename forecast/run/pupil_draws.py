"""Pupils on trajectories: what one area must know of the children of others who go to school there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from forecast.axes import Floats
from forecast.demography.sampled import Sampled
from forecast.kernels.paths import Cells, blocks
from forecast.run.model import Result
from forecast.services.people import People
from forecast.services.plan import Following, view_of
from forecast.services.school.attendance import BEYOND
from forecast.services.school.rates import NONE
from forecast.services.school.stray import Stray
from forecast.services.school.view import SchoolView, Wanted
from forecast.services.uptake import Taste


def attending_elsewhere(result: Result, sampled: Sampled, taste: Callable[[str], Taste], threads: int = 2) -> Wanted:
    """The children of all areas from which some attend in another one, and how far pupils on record stray.

    taste  of an area by its code

    Trajectories of areas that send pupils are run twice: an area is worked out only when those are known whose
    children come to it.
    """
    course = view_of(result.services).course
    known = any((item.rates.launch > NONE).any() for item in course.bands.values())
    stray = Stray(course, sampled.noise, sampled.draws, sampled.shared.wild) if known else None
    routes = () if course.attendance is None else course.attendance.routes
    origins = sorted({route.origin for route in routes if route.destination not in (route.origin, BEYOND)})

    def work(area: int) -> Mapping[tuple[str, int], Floats]:
        cells, _ = sampled.whole(area)
        people = drawn_people(result, cells, cells.people, area)
        return SchoolView(course, people, area, taste(result.people.areas[area]), Wanted(stray=stray)).all_wanted()

    return Wanted(dict(zip(origins, blocks(origins, work, threads), strict=True)), stray)


def drawn_people(result: Result, cells: Cells, people: Floats, area: int, apart: Floats | None = None) -> People:
    """The trajectories of one area as if they stood side by side as areas.

    people  persons, those held apart among them where these are given       (year, sex, age, draw)
    apart   students held apart                                                    (year, sex, age)
    """
    known, count = result.people, people.shape[-1]
    launch = np.full((1, count), known.births[0, area])
    return People(
        (known.areas[area],) * count,
        known.years,
        people.transpose(0, 3, 1, 2),
        np.concatenate([launch, cells.births]),
        known.born_until,
        known.nowcast_until,
        None if apart is None else apart[:, None],
        None if known.registered is None else np.repeat(known.registered[:, area : area + 1], count, axis=1),
        view_of(result.services).course.taught,
    )


def following(result: Result, area: int, elsewhere: Wanted) -> Following:
    """What the trajectories of one area follow."""
    return Following(view_of(result.services).course, area, elsewhere)
