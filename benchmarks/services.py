"""Time the services alone, and the way from rates to quantiles of places for a whole nation, area after area.

    python benchmarks/services.py [--threads 2] [--areas 2844]

``services``  18 areas x 1,000 trajectories x 31 years of the bundled project: every series of every service
``streamed``  2,844 areas x 200 trajectories x 30 years of made rates: noise, kernel with every cell kept, services, and
              quantiles of the figures by which scenarios are compared; no more than a few areas in memory

CPU seconds are those of all threads; one call is made before the clock starts.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np

from benchmarks.trajectories import PROBS, SEED, YEARS, made
from forecast.axes import Floats
from forecast.demography.noise import TYPICAL, Draws, Onset, Shared
from forecast.kernels.paths import blocks, cells
from forecast.kernels.quantiles import summarise
from forecast.run.model import Result, compute
from forecast.run.trajectories import tastes
from forecast.services.people import People
from forecast.services.plan import Following, Place, measured_of, services, view_of
from forecast.services.series import Service
from forecast.tables.project_tables import read_tables

HOME = Path(__file__).resolve().parent.parent
LIMIT = {"services": 1.0, "streamed": 26.0}
"""CPU seconds to stay under."""


def demanded(result: Result, people: Floats, births: Floats, area: int, draws: Draws) -> dict[str, Service]:
    """All services on every trajectory of one area: people (year, sex, age, draw), births (year, draw)."""
    count, place = people.shape[-1], result.areas[area]
    known = result.people
    years = range(known.years[0], known.years[0] + len(people))
    taught = view_of(result.services).course.taught
    head, until = ((place.code,) * count, years), (known.born_until, known.nowcast_until)
    seen = People(*head, people.transpose(0, 3, 1, 2), births, *until, taught=taught)
    places = (Place(place.code, place.level),) * count
    taste = tastes(result, draws, place.code)
    parents, school = (result.province, result.nation), Following(view_of(result.services).course, area)
    plan = services(result.models, result.facts, places, seen, *parents, taste, school, measured_of(result.services))
    return {name: service.demand() for name, service in plan.items()}


def alone(result: Result) -> float:
    """CPU seconds of the services of all districts on a thousand trajectories."""
    draws = Draws(SEED, range(1000), "all areas")
    spread = np.random.default_rng(SEED).lognormal(0.0, 0.05, 1000)
    spent = 0.0
    for area in (0, *range(len(result.areas))):
        people = result.people.people[:, area, :, :, None] * spread
        births = result.people.births[:, area, None] * spread
        began = time.process_time()
        demanded(result, people, births, area, draws)
        # The first call loads what is loaded once.
        spent += time.process_time() - began if spent else 1e-9
    return spent


def streamed(result: Result, areas: int, threads: int) -> tuple[float, float, int]:
    """CPU and wall seconds from rates to quantiles, and how many series were summed up."""
    course, draws = made(areas), Draws(SEED, range(200), "all areas")
    shared = Shared(TYPICAL, draws, Onset(), YEARS)

    def work(area: int) -> int:
        run = cells(course, area, shared.of(f"area {area}", 2, course.cohorts))
        births = np.concatenate([run.births[:1], run.births])
        found = demanded(result, run.people, births, area % len(result.areas), draws)
        told = [item.find(measure, part).values for item in found.values() for part, measure in item.compared]
        summarise(np.stack(told), PROBS)
        return len(told)

    series = work(0)
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in blocks(range(areas), work, threads):
        pass
    return time.process_time() - cpu, time.perf_counter() - wall, series


def main() -> None:
    """Print one line a case, beside its limit."""
    parser = argparse.ArgumentParser(description="Time the services.")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--areas", type=int, default=2844)
    options = parser.parse_args()
    result = compute(HOME, read_tables(HOME), "baseline")
    series = sum(len(service.series) for service in result.demand.values())
    spent = alone(result)
    print(f"services  18 areas x 1,000 trajectories, {series} series: {spent:.2f} CPU s (limit {LIMIT['services']:g})")
    cpu, wall, kept = streamed(result, options.areas, options.threads)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    limit = LIMIT["streamed"] * options.areas / 2844
    print(f"streamed  {options.areas:,} areas x 200 trajectories, {kept} series kept: {cpu:.1f} CPU s", end="")
    print(f" (limit {limit:.1f}), {wall:.1f} s, {peak:.0f} MB")


if __name__ == "__main__":
    main()
