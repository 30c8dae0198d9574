"""Children who attend in another area, on trajectories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.demography.noise import Draws
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, compute
from forecast.run.pupil_draws import attending_elsewhere, following
from forecast.run.trajectories import courses, tastes
from forecast.services.plan import view_of
from forecast.services.school.counted import Attending

CITY, HERE, THERE = "230100", "230102", "230103"
DRAWS = Draws(1, range(12), CITY)


def sent(origin: str, destination: str, share: float) -> Attending:
    return Attending(origin, destination, "primary", 2024, share, None, "made")


@pytest.fixture(scope="module")
def routed(harbin: Path, frames: Frames) -> Result:
    """The baseline with two tenths of the pupils of one district in another, and some beyond the city."""
    ways = (sent(HERE, THERE, 0.2), sent(HERE, "", 0.1), sent("230104", "", 0.3))
    desk = Desk(frames)
    plain = compute(harbin, desk, "baseline")
    counted = replace(plain.facts.counted, attendance=ways)
    desk.facts = replace(plain.facts, counted=counted)
    return compute(harbin, desk, "baseline")


def elsewhere(result: Result, threads: int) -> Mapping[int, Mapping[str, np.ndarray]]:
    sampled = result.systems.sample(DRAWS)
    return attending_elsewhere(result, sampled, lambda code: tastes(result, DRAWS, code), threads)


def test_nobody_is_asked_where_all_attend_at_home(baseline: Result) -> None:
    assert elsewhere(baseline, 1) == {}
    assert following(baseline, 3, {}).here == 3


def test_only_districts_that_send_pupils_to_another_are_run_twice(routed: Result) -> None:
    found = elsewhere(routed, 2)
    assert list(found) == [routed.people.areas.index(HERE)]
    assert {name: cells.shape for name, cells in next(iter(found.values())).items()} == {"compulsory": (31, 9, 12)}
    again = elsewhere(routed, 1)
    for area, bands in found.items():
        for name, cells in bands.items():
            assert np.array_equal(cells, again[area][name])


def test_places_follow_the_pupils_on_every_trajectory(routed: Result, baseline: Result) -> None:
    kept, plain = (courses(one, one.systems.sample(DRAWS)) for one in (routed, baseline))
    key = ("primary", "all", "places")
    here, there = (routed.people.areas.index(code) for code in (HERE, THERE))
    lost = plain[key][:, here] * 0.3
    assert kept[key][:, here] + lost == pytest.approx(plain[key][:, here], abs=6)
    assert kept[key][:, there] - plain[key][:, there] == pytest.approx(plain[key][:, here] * 0.2, abs=12)
    gone = plain[key][:, here] * 0.1 + plain[key][:, routed.people.areas.index("230104")] * 0.3
    assert plain[key][:, -1] - kept[key][:, -1] == pytest.approx(gone, abs=20)


def test_the_course_of_the_run_is_what_trajectories_follow(routed: Result) -> None:
    course = view_of(routed.services).course
    assert course.attendance is not None
    assert following(routed, 0, {}).course is course
