"""Children who attend in another area, on trajectories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.demography.noise import Draws
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, compute
from forecast.run.pupil_draws import attending_elsewhere, following
from forecast.run.trajectories import courses, tastes
from forecast.services.plan import view_of
from forecast.services.school.counted import Attending, Roll
from forecast.services.school.view import Wanted

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


def elsewhere(result: Result, threads: int) -> Mapping[int, Mapping[tuple[str, int], Floats]]:
    sampled = result.systems.sample(DRAWS)
    found = attending_elsewhere(result, sampled, lambda code: tastes(result, DRAWS, code), threads)
    assert found.stray is None, "nobody is on record"
    return found.children


def test_nobody_is_asked_where_all_attend_at_home(baseline: Result) -> None:
    assert elsewhere(baseline, 1) == {}
    assert following(baseline, 3, Wanted()).here == 3


def test_only_districts_that_send_pupils_to_another_are_run_twice(routed: Result) -> None:
    found = elsewhere(routed, 2)
    assert list(found) == [routed.people.areas.index(HERE)]
    shapes = {way: cells.shape for way, cells in next(iter(found.values())).items()}
    assert shapes == {("compulsory", routed.people.areas.index(THERE)): (31, 9, 12)}
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
    assert following(routed, 0, Wanted()).course is course


def test_pupils_on_record_are_sure_and_stray_afterwards_alike_on_any_number_of_threads(
    harbin: Path, frames: Frames, baseline: Result
) -> None:
    """One district's primary school was counted up to 2025, and a fifth of another's children attend there."""
    here = baseline.people.areas.index(HERE)
    view = view_of(baseline.services)
    years = tuple(range(2021, 2026))
    rows = [baseline.people.place(year) for year in years]
    cells = np.stack(
        [view.pupils("compulsory", grade)[rows, here] for grade in range(5)], axis=1
    )  # five years, then four
    nothing = np.full(len(years), np.nan)
    roll = Roll(years, cells, np.full_like(cells, np.nan), nothing, nothing, "observed", "made")
    desk = Desk(frames)
    counted = replace(baseline.facts.counted, rolls={(HERE, "primary"): roll}, attendance=(sent(THERE, HERE, 0.2),))
    desk.facts = replace(baseline.facts, counted=counted)
    result = compute(harbin, desk, "baseline")
    one, two = (courses(result, result.systems.sample(DRAWS), threads=threads) for threads in (1, 2))
    places = one["primary", "all", "places"][:, here]
    assert np.array_equal(places, two["primary", "all", "places"][:, here])
    at = baseline.people.place(2025)
    assert np.ptp(places[rows], axis=1).max() <= 1.0, "rounded up to whole pupils"
    assert np.ptp(places[at + 1]) > 10.0
    plain = courses(baseline, baseline.systems.sample(DRAWS))["primary", "all", "places"][:, here]
    assert np.ptp(places[at + 1]) / places[at + 1].mean() < 0.5 * np.ptp(plain[at + 1]) / plain[at + 1].mean()
